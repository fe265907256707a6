"""Instructors' formulas: parsed by an allow-list, compiled to NumPy closures, never evaluated as Python.

A formula computes on many variants at once. A scalar is an array of shape (seeds,), a vector one of shape (seeds, n).
"""

from __future__ import annotations

import ast
import functools
import itertools
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from questions.variants.functions import FUNCTIONS, Array, Compiled, FormulaError, Values, align, breadth, power, where

MAX_CHARACTERS, MAX_NODES, MAX_DEPTH = 400, 120, 24
MAX_CONSTANT = 1e15
FEW = 64
"""Up to so many seeds are computed at once, whatever the arrays."""
PIECE = 2**17
"""Numbers of the largest array that more seeds take at a time: a MiB."""
_WEIGHTS: dict[type[ast.AST], int] = {ast.Pow: 120, ast.Call: 40}
"""Nanoseconds that a part of a formula takes for each number; others take two."""


@dataclass(frozen=True)
class Formula:
    """A compiled formula: call it with arrays for its `names`."""

    text: str
    names: frozenset[str]
    compute: Compiled
    weight: int
    """Nanoseconds that computing it takes for each number of the largest array."""

    def work(self, values: Values) -> int:
        """Return the nanoseconds that one seed takes at most."""
        return self.weight * breadth([values[name] for name in self.names])

    def __call__(self, values: Values) -> Array:
        """The value for each seed: (seeds,) or (seeds, n). Raises FormulaError where shapes do not fit."""
        with np.errstate(all="ignore"):
            return self.evaluate(values)

    def evaluate(self, values: Values) -> Array:
        """As a call; for callers that evaluate many formulas, inside one `np.errstate(all="ignore")` of theirs."""
        try:
            return self._in_pieces(values) if len(next(iter(values.values()), ())) > FEW else self.compute(values)
        except (ValueError, IndexError) as error:
            if isinstance(error, FormulaError):
                raise
            raise FormulaError(f"“{self.text}”: the lengths of the vectors do not fit.") from None

    def _in_pieces(self, values: Values) -> Array:
        """Compute a few seeds at a time where their arrays are large, so that what stands between stays small."""
        columns = {name: values[name] for name in self.names} or dict(itertools.islice(values.items(), 1))
        seeds, piece = _seeds(columns), max(PIECE // breadth(list(columns.values())), 1)
        starts = range(0, seeds, piece)
        pieces = [{name: column[at : at + piece] for name, column in columns.items()} for at in starts]
        computed = [self.compute(each) for each in pieces]
        return computed[0] if len(computed) == 1 else np.concatenate(computed)


@functools.lru_cache(maxsize=4096)
def _compile(text: str, names: frozenset[str]) -> Formula:
    if not text.isascii() or not text.isprintable():
        bad = next(at for at, char in enumerate(text) if not (char.isascii() and char.isprintable()))
        raise FormulaError("Only plain ASCII characters are used in formulas.", bad + 1)
    tree = parse(text)
    nodes = list(ast.walk(tree))
    used: set[str] = set()
    compute = _node(tree.body, names, used)
    weight = sum(_WEIGHTS.get(type(node), 2) for node in nodes if not isinstance(node, ast.expr_context))
    return Formula(text, frozenset(used), compute, weight)


def compile_formula(text: str, names: Iterable[str]) -> Formula:
    """Compile `text`, which may use `names`. Raises FormulaError, which says where and what is allowed."""
    return _compile(text.strip(), frozenset(names))


def parse(text: str) -> ast.Expression:
    """The syntax of a formula, which may hold texts: of a size and a depth that can be walked through.

    Raises FormulaError.
    """
    if not text:
        raise FormulaError("The formula is empty.")
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"A formula has at most {MAX_CHARACTERS} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise FormulaError("This is not a formula.", error.offset) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise FormulaError("This is not a formula.") from None
    if (parts := sum(1 for _ in ast.walk(tree))) > MAX_NODES:
        raise FormulaError(f"A formula has at most {MAX_NODES} parts; this one has {parts}.")
    if _depth(tree) > MAX_DEPTH:
        raise FormulaError(f"A formula is at most {MAX_DEPTH} levels deep.")
    return tree


def _depth(tree: ast.AST) -> int:
    level, deepest = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        deepest += 1
        if deepest > MAX_DEPTH * 2:
            break
    return deepest


def _node(node: ast.expr, names: frozenset[str], used: set[str]) -> Compiled:  # noqa: PLR0912 - one branch for each kind of node
    column = node.col_offset + 1
    match node:
        case ast.Constant(value=bool()) | ast.Constant(value=str() | bytes() | complex() | None):
            raise FormulaError("Only numbers are used as constants.", column)
        case ast.Constant(value=int() | float() as number):
            if not abs(number) <= MAX_CONSTANT:
                raise FormulaError("This number is too large.", column)
            constant = np.float64(number)
            return lambda values: np.full(_seeds(values), constant)
        case ast.Name(id=name):
            if name not in names:
                raise FormulaError(f"“{name}” is not declared. Declared: {_listed(names)}.", column)
            used.add(name)
            return lambda values: values[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not() as op, operand=operand):
            inner = _node(operand, names, used)
            if isinstance(op, ast.Not):
                return lambda values: (inner(values) == 0).astype(np.float64)
            return (lambda values: -inner(values)) if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
            return _binary(_BINARY[type(operator)], _node(left, names, used), _node(right, names, used))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison(node, [left, *comparators], ops, names, used)
        case ast.BoolOp(op=op, values=parts):
            compiled = [_node(part, names, used) for part in parts]
            ufunc = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return lambda values: functools.reduce(
                lambda a, b: align(ufunc, a, b), (part(values) for part in compiled)
            ).astype(np.float64)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return where([_node(part, names, used) for part in (test, body, orelse)])
        case ast.Subscript(value=value, slice=index):
            fixed = not any(isinstance(part, ast.Name) for part in ast.walk(index))
            return _subscript(_node(value, names, used), _node(index, names, used), fixed=fixed)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            function = FUNCTIONS[name]
            if not function.takes(len(args)) or any(isinstance(arg, ast.Starred) for arg in args):
                raise FormulaError(f"{name}() takes {function.arity} arguments by position.", column)
            return function.build([_node(arg, names, used) for arg in args])
        case ast.Call(func=ast.Name(id=name)):
            known = name in FUNCTIONS
            what = f"{name}() takes its arguments by position" if known else f"There is no function “{name}”"
            raise FormulaError(f"{what}. Functions: {_listed(FUNCTIONS)}.", column)
    raise FormulaError("This is not allowed in a formula; use numbers, names, operators and functions.", column)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _seeds(values: Values) -> int:
    return len(next(iter(values.values()))) if values else 1


def _binary(ufunc: Callable[..., Array], left: Compiled, right: Compiled) -> Compiled:
    return lambda values: align(ufunc, left(values), right(values))


_BINARY: dict[type[ast.operator], Callable[..., Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: power,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[..., Array]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


def _comparison(
    node: ast.Compare, parts: list[ast.expr], ops: list[ast.cmpop], names: frozenset[str], used: set[str]
) -> Compiled:
    for op in ops:
        if type(op) not in _COMPARISONS:
            raise FormulaError("Compare with < <= > >= == or != only.", node.col_offset + 1)
    compiled = [_node(part, names, used) for part in parts]
    ufuncs = [_COMPARISONS[type(op)] for op in ops]

    def compute(values: Values) -> Array:
        operands = [part(values) for part in compiled]
        links = [align(u, a, b) for u, a, b in zip(ufuncs, operands, operands[1:], strict=False)]
        return functools.reduce(lambda a, b: align(np.logical_and, a, b), links).astype(np.float64)

    return compute


def _subscript(value: Compiled, index: Compiled, *, fixed: bool) -> Compiled:
    def compute(values: Values) -> Array:
        vector, at = value(values), index(values)
        if vector.ndim < 2 or at.ndim != 1:
            raise FormulaError("Only a vector is indexed, and by one number.")
        inside = (at == np.round(at)) & (at >= 0) & (at < vector.shape[1])
        if fixed and not inside.all():
            raise FormulaError(f"The index is outside 0 to {vector.shape[1] - 1}.")
        # Outside there is no value: `where` can avoid those seeds, and the audit finds the ones that it does not.
        entries = np.asarray(vector[np.arange(len(vector)), np.where(inside, at, 0).astype(np.int64)])
        entries[~inside] = np.nan
        return entries

    return compute

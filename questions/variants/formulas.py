"""Instructors' formulas: parsed by an allow-list, compiled to NumPy closures, never evaluated as Python.

A formula computes on many variants at once. A scalar is an array of shape (seeds,), a vector one of shape (seeds, n).
"""

from __future__ import annotations

import ast
import difflib
import functools
import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from questions.variants.functions import (
    CONSTANTS,
    Array,
    Compiled,
    FormulaError,
    Function,
    Shape,
    Values,
    align,
    breadth,
    floor_divide,
    functions_of,
    minus,
    modulo,
    multiply,
    plus,
    power,
    stack,
    where,
)
from questions.variants.shapes import Reading, weight_of
from questions.variants.versions import ENGINE_VERSION, EXACTNESS, SHAPES

MAX_CHARACTERS, MAX_NODES, MAX_DEPTH = 400, 120, 24
MAX_CONSTANT = 1e15
FEW = 64
"""Up to so many seeds are computed at once, whatever the arrays."""
PIECE = 2**17
"""Numbers of the largest array that more seeds take at a time: a MiB."""


@dataclass(frozen=True)
class Formula:
    """A compiled formula: call it with arrays for its `names`."""

    text: str
    names: frozenset[str]
    compute: Compiled
    weight: int
    """Nanoseconds that computing it takes for each number of the largest array."""
    shape: Shape | None = None
    """That of its value, where those of its names were said."""
    known_work: int | None = None
    """Nanoseconds that one seed takes at most, where the shapes were said."""

    def work(self, values: Values) -> int:
        """Return the nanoseconds that one seed takes at most."""
        if self.known_work is not None:
            return self.known_work
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
def _compile(text: str, names: frozenset[str], shapes: frozenset[tuple[str, Shape]] | None, engine: int) -> Formula:
    if not text.isascii() or not text.isprintable():
        bad = next(at for at, char in enumerate(text) if not (char.isascii() and char.isprintable()))
        raise FormulaError("Only plain ASCII characters are used in formulas.", bad + 1)
    tree = parse(text)
    compiler = _Compiler(names, engine)
    compute = compiler.node(tree.body)
    weight = sum(weight_of(node) for node in ast.walk(tree) if not isinstance(node, ast.expr_context))
    formula = Formula(text, frozenset(compiler.used), compute, weight)
    if shapes is None or engine < SHAPES:
        return formula
    reading = Reading(dict(shapes))
    shape = reading.shape_of(tree.body)
    return replace(formula, shape=shape, known_work=reading.work)


def compile_formula(
    text: str, names: Iterable[str], shapes: Mapping[str, Shape] | None = None, engine: int = ENGINE_VERSION
) -> Formula:
    """Compile `text`, which may use `names`; where their shapes are said, what does not fit is refused.

    Raises FormulaError, which says where and what is allowed.
    """
    return _compile(text.strip(), frozenset(names), None if shapes is None else frozenset(shapes.items()), engine)


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


@dataclass
class _Compiler:
    """Makes closures of syntax: over these names, with these functions."""

    names: frozenset[str]
    engine: int
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.functions: Mapping[str, Function] = functions_of(self.engine)
        self.is_exact = self.engine >= EXACTNESS
        self.binary = _BINARY if self.is_exact else _PLAIN

    def node(self, node: ast.expr) -> Compiled:  # noqa: PLR0912 - one branch for each kind of node
        column = node.col_offset + 1
        match node:
            case ast.Constant(value=bool()) | ast.Constant(value=str() | bytes() | complex() | None):
                raise FormulaError("Only numbers are used as constants.", column)
            case ast.Constant(value=int() | float() as number):
                if not abs(number) <= MAX_CONSTANT:
                    raise FormulaError("This number is too large.", column)
                return _constant(number)
            case ast.Name(id=name) if name in self.names:
                self.used.add(name)
                return lambda values: values[name]
            case ast.Name(id=name) if name in CONSTANTS:
                return _constant(CONSTANTS[name])
            case ast.Name(id=name):
                constants = _listed(CONSTANTS)
                message = f"“{name}” is not declared. Declared: {_listed(self.names)}. Constants: {constants}."
                raise FormulaError(message, column)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not() as op, operand=operand):
                inner = self.node(operand)
                if isinstance(op, ast.Not):
                    return lambda values: (inner(values) == 0).astype(np.float64)
                return (lambda values: -inner(values)) if isinstance(op, ast.USub) else inner
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _PLAIN:
                return _binary(self.binary[type(operator)], self.node(left), self.node(right))
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                first, second = self.node(left), self.node(right)
                return lambda values: multiply(first(values), second(values))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison(node, [left, *comparators], ops)
            case ast.BoolOp(op=op, values=parts):
                compiled = [self.node(part) for part in parts]
                ufunc = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return lambda values: functools.reduce(
                    lambda a, b: align(ufunc, a, b), (part(values) for part in compiled)
                ).astype(np.float64)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return where([self.node(part) for part in (test, body, orelse)])
            case ast.Subscript(value=value, slice=index):
                fixed = not any(isinstance(part, ast.Name) for part in ast.walk(index))
                return _subscript(self.node(value), self.node(index), fixed=fixed)
            case ast.List(elts=entries) if entries:
                return stack([self.node(entry) for entry in entries])
            case ast.Call(func=ast.Name(id=name)):
                return self._call(node, name)
        raise FormulaError("This is not allowed in a formula; use numbers, names, operators and functions.", column)

    def _call(self, node: ast.Call, name: str) -> Compiled:
        column = node.col_offset + 1
        function = self.functions.get(name)
        if function is None:
            like = difflib.get_close_matches(name, self.functions, 3, 0.5)
            hint = f" Did you mean {' or '.join(like)}?" if like else ""
            raise FormulaError(f"There is no function “{name}”.{hint} Functions: {_listed(self.functions)}.", column)
        args = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(keyword.arg != function.option for keyword in node.keywords):
            raise FormulaError(f"{name}() takes its arguments by position.", column)
        if function.option and not (function.takes(len(args)) and function.is_choice(args[-1])):
            raise FormulaError(function.help, column)
        if not function.takes(len(args)) or any(isinstance(arg, ast.Starred) for arg in args):
            raise FormulaError(f"{name}() takes {function.arity} arguments by position.", column)
        return function.build([self.node(arg) for arg in args])

    def _comparison(self, node: ast.expr, parts: list[ast.expr], ops: list[ast.cmpop]) -> Compiled:
        for op in ops:
            if type(op) not in _COMPARISONS:
                raise FormulaError("Compare with < <= > >= == or != only.", node.col_offset + 1)
        compiled = [self.node(part) for part in parts]
        ufuncs = [_COMPARISONS[type(op)] for op in ops]
        if self.is_exact:
            ufuncs = [functools.partial(_compared, ufunc) for ufunc in ufuncs]

        def compute(values: Values) -> Array:
            operands = [part(values) for part in compiled]
            links = [align(u, a, b) for u, a, b in zip(ufuncs, operands, operands[1:], strict=False)]
            return functools.reduce(lambda a, b: align(np.logical_and, a, b), links).astype(np.float64)

        return compute


def _constant(number: float) -> Compiled:
    constant = np.float64(number)
    return lambda values: np.full(_seeds(values), constant)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _seeds(values: Values) -> int:
    return len(next(iter(values.values()))) if values else 1


def _binary(ufunc: Callable[..., Array], left: Compiled, right: Compiled) -> Compiled:
    return lambda values: align(ufunc, left(values), right(values))


_PLAIN: dict[type[ast.operator], Callable[..., Array]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: power,
}
"""As engines before the third have them: binary fractions decide."""
_BINARY = {**_PLAIN, ast.Add: plus, ast.Sub: minus, ast.FloorDiv: floor_divide, ast.Mod: modulo}
_COMPARISONS: dict[type[ast.cmpop], Callable[..., Array]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


def _compared(ufunc: Callable[..., Array], a: Array, b: Array) -> Array:
    """Compare numbers; what differs by its rounding alone is equal."""
    return ufunc(minus(a, b), 0)


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

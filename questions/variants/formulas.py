"""Instructors' formulas: parsed by an allow-list, compiled to NumPy closures, never evaluated as Python.

A formula computes on many variants at once. A scalar is an array of shape (seeds,), a vector one of shape (seeds, n).
"""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Mapping[str, Array]
_Compiled: TypeAlias = Callable[[Values], Array]

MAX_CHARACTERS, MAX_NODES, MAX_DEPTH = 400, 120, 24
MAX_CONSTANT = 1e15
MAX_EXPONENT = 4096
MANTISSA_BITS = 44


class FormulaError(ValueError):
    """A formula that is refused; `column` (1-based) is where."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(f"column {column}: {message}" if column else message)
        self.column = column


@dataclass(frozen=True)
class Formula:
    """A compiled formula: call it with arrays for its `names`."""

    text: str
    names: frozenset[str]
    compute: _Compiled

    def __call__(self, values: Values) -> Array:
        """The value for each seed: (seeds,) or (seeds, n). Raises FormulaError where shapes do not fit."""
        with np.errstate(all="ignore"):
            return self.evaluate(values)

    def evaluate(self, values: Values) -> Array:
        """As a call; for callers that evaluate many formulas, inside one `np.errstate(all="ignore")` of theirs."""
        try:
            return self.compute(values)
        except (ValueError, IndexError) as error:
            if isinstance(error, FormulaError):
                raise
            raise FormulaError(f"“{self.text}”: the lengths of the vectors do not fit.") from None


@functools.lru_cache(maxsize=4096)
def _compile(text: str, names: frozenset[str]) -> Formula:
    tree = _parse(text)
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise FormulaError(f"A formula has at most {MAX_NODES} parts; this one has {len(nodes)}.")
    if _depth(tree) > MAX_DEPTH:
        raise FormulaError(f"A formula is at most {MAX_DEPTH} levels deep.")
    used: set[str] = set()
    compute = _node(tree.body, names, used)
    return Formula(text, frozenset(used), compute)


def compile_formula(text: str, names: Iterable[str]) -> Formula:
    """Compile `text`, which may use `names`. Raises FormulaError, which says where and what is allowed."""
    return _compile(text.strip(), frozenset(names))


def _parse(text: str) -> ast.Expression:
    if not text:
        raise FormulaError("The formula is empty.")
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"A formula has at most {MAX_CHARACTERS} characters.")
    if not text.isascii() or not text.isprintable():
        bad = next(at for at, char in enumerate(text) if not (char.isascii() and char.isprintable()))
        raise FormulaError("Only plain ASCII characters are used in formulas.", bad + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise FormulaError("This is not a formula.", error.offset) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise FormulaError("This is not a formula.") from None


def _depth(tree: ast.AST) -> int:
    level, deepest = [tree], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        deepest += 1
        if deepest > MAX_DEPTH * 2:
            break
    return deepest


def _node(node: ast.expr, names: frozenset[str], used: set[str]) -> _Compiled:  # noqa: PLR0912 - one branch for each kind of node
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
                lambda a, b: _aligned(ufunc, a, b), [part(values) for part in compiled]
            ).astype(np.float64)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _call_where([_node(part, names, used) for part in (test, body, orelse)])
        case ast.Subscript(value=value, slice=index):
            fixed = not any(isinstance(part, ast.Name) for part in ast.walk(index))
            return _subscript(_node(value, names, used), _node(index, names, used), fixed=fixed)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            low, high, build = FUNCTIONS[name]
            if not low <= len(args) <= high or any(isinstance(arg, ast.Starred) for arg in args):
                count = str(low) if low == high else f"{low} to {high}"
                raise FormulaError(f"{name}() takes {count} arguments by position.", column)
            return build([_node(arg, names, used) for arg in args])
        case ast.Call(func=ast.Name(id=name)):
            known = name in FUNCTIONS
            what = f"{name}() takes its arguments by position" if known else f"There is no function “{name}”"
            raise FormulaError(f"{what}. Functions: {_listed(FUNCTIONS)}.", column)
    raise FormulaError("This is not allowed in a formula; use numbers, names, operators and functions.", column)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _seeds(values: Values) -> int:
    return len(next(iter(values.values()))) if values else 1


def _aligned(ufunc: Callable[..., Array], a: Array, b: Array) -> Array:
    """Apply `ufunc` with scalars spread over vectors: (seeds,) against (seeds, n)."""
    if a.ndim < b.ndim:
        a = a.reshape(a.shape + (1,) * (b.ndim - a.ndim))
    elif b.ndim < a.ndim:
        b = b.reshape(b.shape + (1,) * (a.ndim - b.ndim))
    return np.asarray(ufunc(a, b))


def _binary(ufunc: Callable[..., Array], left: _Compiled, right: _Compiled) -> _Compiled:
    return lambda values: _aligned(ufunc, left(values), right(values))


def power(base: Array, exponent: Array) -> Array:
    """base ** exponent; whole exponents by repeated squaring, which gives the same bits on every machine."""
    base, exponent = np.broadcast_arrays(base, exponent)
    whole = np.round(exponent)
    exact = (whole == exponent) & (np.abs(whole) <= MAX_EXPONENT)
    whole = np.where(exact, whole, 0)
    left = np.abs(whole).astype(np.int64)
    result, square = np.ones(base.shape), base.astype(np.float64)
    while left.any():
        result = np.where(left & 1, result * square, result)
        square, left = square * square, left >> 1
    result = np.where(whole < 0, 1 / result, result)
    # Each seed by itself: another seed's exponent has no say in its bits.
    return result if exact.all() else np.where(exact, result, stable(np.power(base, exponent)))


def stable(x: Array) -> Array:
    """`x` with its mantissa rounded to 44 bits: the last bits of exp, log and their like differ between machines."""
    mantissa, exponent = np.frexp(x)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, MANTISSA_BITS)), exponent - MANTISSA_BITS))


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
) -> _Compiled:
    for op in ops:
        if type(op) not in _COMPARISONS:
            raise FormulaError("Compare with < <= > >= == or != only.", node.col_offset + 1)
    compiled = [_node(part, names, used) for part in parts]
    ufuncs = [_COMPARISONS[type(op)] for op in ops]

    def compute(values: Values) -> Array:
        found = [part(values) for part in compiled]
        links = [_aligned(u, a, b) for u, a, b in zip(ufuncs, found, found[1:], strict=False)]
        return functools.reduce(lambda a, b: _aligned(np.logical_and, a, b), links).astype(np.float64)

    return compute


def _subscript(value: _Compiled, index: _Compiled, *, fixed: bool) -> _Compiled:
    def compute(values: Values) -> Array:
        vector, at = value(values), index(values)
        if vector.ndim < 2 or at.ndim != 1:
            raise FormulaError("Only a vector is indexed, and by one number.")
        inside = (at == np.round(at)) & (at >= 0) & (at < vector.shape[1])
        if fixed and not inside.all():
            raise FormulaError(f"The index is outside 0 to {vector.shape[1] - 1}.")
        # Outside there is no value: `where` can avoid those seeds, and the audit finds the ones that it does not.
        found = np.asarray(vector[np.arange(len(vector)), np.where(inside, at, 0).astype(np.int64)])
        found[~inside] = np.nan
        return found

    return compute


def _call_where(parts: list[_Compiled]) -> _Compiled:
    def compute(values: Values) -> Array:
        test, yes, no = (part(values) for part in parts)
        width = max(test.ndim, yes.ndim, no.ndim)
        shaped = [each.reshape(each.shape + (1,) * (width - each.ndim)) for each in (test, yes, no)]
        return np.where(shaped[0] != 0, shaped[1], shaped[2])

    return compute


_Builder: TypeAlias = Callable[[list[_Compiled]], _Compiled]


def _elementwise(function: Callable[[Array], Array], *, exact: bool = False) -> tuple[int, int, _Builder]:
    def build(parts: list[_Compiled]) -> _Compiled:
        (part,) = parts
        if exact:
            return lambda values: function(part(values))
        return lambda values: stable(function(part(values)))

    return 1, 1, build


def _over_vector(function: Callable[[Array], Array]) -> tuple[int, int, _Builder]:
    def build(parts: list[_Compiled]) -> _Compiled:
        (part,) = parts

        def compute(values: Values) -> Array:
            vector = part(values)
            if vector.ndim < 2:
                raise FormulaError("A vector is needed here, such as sum(v).")
            return np.asarray(function(vector), dtype=np.float64)

        return compute

    return 1, 1, build


def _pairwise(ufunc: Callable[..., Array]) -> tuple[int, int, _Builder]:
    def build(parts: list[_Compiled]) -> _Compiled:
        return lambda values: functools.reduce(lambda a, b: _aligned(ufunc, a, b), [part(values) for part in parts])

    return 2, 8, build


def _extreme(over: Callable[..., Array], pairwise: Callable[..., Array]) -> tuple[int, int, _Builder]:
    """max(v) over a vector, max(a, b, …) over several."""

    def build(parts: list[_Compiled]) -> _Compiled:
        if len(parts) == 1:
            return _over_vector(lambda vector: over(vector, axis=1))[2](parts)
        return _pairwise(pairwise)[2](parts)

    return 1, 8, build


def _sum(vector: Array) -> Array:
    """The sum from left to right: NumPy's pairwise order depends on the processor."""
    return np.asarray(np.cumsum(vector, axis=1)[:, -1])


def _mean(vector: Array) -> Array:
    return np.asarray(_sum(vector) / vector.shape[1])


def _round(parts: list[_Compiled]) -> _Compiled:
    value = parts[0]
    if len(parts) == 1:
        return lambda values: np.round(value(values))
    digits = parts[1]

    def compute(values: Values) -> Array:
        scale = power(np.array(10.0), np.clip(digits(values), 0, 15))
        return _aligned(np.divide, np.round(_aligned(np.multiply, value(values), scale)), scale)

    return compute


def _clip(parts: list[_Compiled]) -> _Compiled:
    value, low, high = parts
    return lambda values: _aligned(np.minimum, _aligned(np.maximum, value(values), low(values)), high(values))


def _dot(parts: list[_Compiled]) -> _Compiled:
    left, right = parts

    def compute(values: Values) -> Array:
        a, b = left(values), right(values)
        if a.ndim < 2 or b.ndim < 2:
            raise FormulaError("dot(a, b) takes two vectors.")
        return _sum(a * b)

    return compute


FUNCTIONS: dict[str, tuple[int, int, _Builder]] = {
    "abs": _elementwise(np.abs, exact=True),
    "sign": _elementwise(np.sign, exact=True),
    "floor": _elementwise(np.floor, exact=True),
    "ceil": _elementwise(np.ceil, exact=True),
    "sqrt": _elementwise(np.sqrt, exact=True),
    "exp": _elementwise(np.exp),
    "log": _elementwise(np.log),
    "log2": _elementwise(np.log2),
    "log10": _elementwise(np.log10),
    "round": (1, 2, _round),
    "sum": _over_vector(_sum),
    "mean": _over_vector(_mean),
    "var": _over_vector(lambda v: _mean((v - _mean(v)[:, None]) ** 2)),
    "norm": _over_vector(lambda v: np.sqrt(_sum(v * v))),
    "argmin": _over_vector(lambda v: np.argmin(v, axis=1)),
    "argmax": _over_vector(lambda v: np.argmax(v, axis=1)),
    "len": _over_vector(lambda v: np.full(len(v), v.shape[1])),
    "sort": _over_vector(lambda v: np.sort(v, axis=1)),
    "cumsum": _over_vector(lambda v: np.cumsum(v, axis=1)),
    "dot": (2, 2, _dot),
    "minimum": _pairwise(np.minimum),
    "maximum": _pairwise(np.maximum),
    "min": _extreme(np.min, np.minimum),
    "max": _extreme(np.max, np.maximum),
    "where": (3, 3, _call_where),
    "clip": (3, 3, _clip),
}

"""Formulas once more, without the engine: the publish gate compares the two.

What is rational is computed by fractions of the decimals that are shown, everything else to 60 digits. Nothing of this
is NumPy's. A number is a Fraction while it is exact, else a Decimal; a vector is a tuple of numbers, a matrix one of
vectors.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Mapping
from decimal import DecimalException, localcontext
from fractions import Fraction
from typing import TypeAlias

from questions.variants.exact_numbers import (
    CONTEXT,
    Scalar,
    ShapeError,
    UndefinedError,
    Vector,
    ceiling,
    compare,
    cumulate,
    divide,
    dot,
    exponential,
    floor,
    floor_divide,
    greatest,
    least,
    logarithm,
    mean,
    minus,
    modulo,
    plus,
    power,
    root,
    round_to,
    times,
    to_decimal,
    total,
    variance,
)

Exact: TypeAlias = "Scalar | tuple[Exact, ...]"
Names: TypeAlias = Mapping[str, Exact]
Evaluate: TypeAlias = Callable[[Names], Exact]


def evaluate(formula: str, names: Names) -> Exact:
    """The formula's value. Raises UndefinedError, UndecidedError or ShapeError."""
    try:
        with localcontext(CONTEXT):
            return compile_exact(formula)(names)
    except DecimalException:
        raise UndefinedError("There is no such number.") from None


@functools.lru_cache(maxsize=1024)
def compile_exact(formula: str) -> Evaluate:
    """The evaluation of a formula that the engine's compiler accepted."""
    return _node(ast.parse(formula, mode="eval").body)


def _node(node: ast.expr) -> Evaluate:
    match node:
        case ast.Constant(value=int() | float() as value):
            constant = Fraction(repr(value))
            return lambda names: constant
        case ast.Name(id=name):
            return lambda names: names[name]
        case ast.UnaryOp(op=op, operand=operand):
            return _mapped(_UNARY[type(op)], _node(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return _spread(_BINARY[type(op)], [_node(left), _node(right)])
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            return _comparison([_node(part) for part in (left, *comparators)], [_COMPARISONS[type(op)] for op in ops])
        case ast.BoolOp(op=op, values=parts):
            return _logical([_node(part) for part in parts], stop=isinstance(op, ast.Or))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _where([_node(part) for part in (test, body, orelse)])
        case ast.Subscript(value=value, slice=index):
            return _subscript(_node(value), _node(index))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, [_node(arg) for arg in args])
    raise TypeError(f"{ast.dump(node)} is not part of a formula.")


def _call(name: str, parts: list[Evaluate]) -> Evaluate:
    if name == "where":
        return _where(parts)
    if name in _OF_NUMBERS:
        return _mapped(_OF_NUMBERS[name], parts[0])
    if name in _OF_VECTORS and (len(parts) == 1 or name == "dot"):
        over = _OF_VECTORS[name]
        return lambda names: over(*(_vector(part(names), name) for part in parts))
    if name == "round":
        return _spread(round_to, parts if len(parts) > 1 else [*parts, lambda names: Fraction(0)])
    if name == "clip":
        return _spread(lambda x, low, high: least(greatest(x, low), high), parts)
    choose = least if name in ("min", "minimum") else greatest
    return _spread(lambda *numbers: functools.reduce(choose, numbers), parts)


def _mapped(function: Callable[[Scalar], Scalar], part: Evaluate) -> Evaluate:
    """The function of a number, or of each number of a vector."""

    def over(value: Exact) -> Exact:
        return tuple(map(over, value)) if isinstance(value, tuple) else function(value)

    return lambda names: over(part(names))


def _spread(function: Callable[..., Scalar], parts: list[Evaluate]) -> Evaluate:
    """The function of numbers, or of vectors of the same length entry by entry; a number goes with every entry."""

    def over(*values: Exact) -> Exact:
        vectors = [value for value in values if isinstance(value, tuple)]
        if not vectors:
            return function(*values)
        if len({shape_of(vector) for vector in vectors}) > 1:
            raise ShapeError(f"{_words(vectors[0])} and {_words(vectors[1])} do not go together.")
        rows = [value if isinstance(value, tuple) else (value,) * len(vectors[0]) for value in values]
        return tuple(over(*row) for row in zip(*rows, strict=True))

    return lambda names: over(*(part(names) for part in parts))


def _comparison(parts: list[Evaluate], signs: list[Callable[[int, int], bool]]) -> Evaluate:
    def holds(*numbers: Scalar) -> Fraction:
        pairs = zip(signs, numbers, numbers[1:], strict=False)
        return Fraction(all(sign(compare(a, b), 0) for sign, a, b in pairs))

    return _spread(holds, parts)


def _logical(parts: list[Evaluate], *, stop: bool) -> Evaluate:
    """`and` and `or` of numbers end where the outcome is known; of vectors they are taken entry by entry."""

    def compute(names: Names) -> Exact:
        so_far: Exact = Fraction(not stop)
        for part in parts:
            so_far = _spread(lambda a, b: Fraction((a or b) if stop else (a and b)), [_is(so_far), _truth(part)])(names)
            if not isinstance(so_far, tuple) and bool(so_far) == stop:
                break
        return so_far

    return compute


def _is(value: Exact) -> Evaluate:
    return lambda names: value


def _truth(part: Evaluate) -> Evaluate:
    return _mapped(lambda x: Fraction(compare(x, Fraction(0)) != 0), part)


def _where(parts: list[Evaluate]) -> Evaluate:
    """One of two values; the other is not computed where one test decides."""
    test, yes, no = parts

    def compute(names: Names) -> Exact:
        holds = _truth(test)(names)
        if not isinstance(holds, tuple):
            return (yes if holds else no)(names)
        return _spread(lambda t, a, b: a if t else b, [_is(holds), yes, no])(names)

    return compute


def _subscript(part: Evaluate, index: Evaluate) -> Evaluate:
    def compute(names: Names) -> Exact:
        vector, at = part(names), index(names)
        if not isinstance(vector, tuple) or isinstance(at, tuple):
            raise ShapeError("Only a vector is indexed, and by one number.")
        if not isinstance(at, Fraction) or at.denominator != 1 or not 0 <= at < len(vector):
            raise UndefinedError("The index is outside the vector.")
        return vector[int(at)]

    return compute


def shape_of(value: Exact) -> tuple[int, ...]:
    """() of a number, (n,) of a vector, (n, m) of a matrix."""
    return (len(value), *shape_of(value[0])) if isinstance(value, tuple) else ()


def _words(value: Exact) -> str:
    match shape_of(value):
        case ():
            return "a number"
        case (n,):
            return f"a vector of {n}"
        case shape:
            return f"a matrix of {' × '.join(map(str, shape))}"


def _vector(value: Exact, name: str) -> Vector:
    if not isinstance(value, tuple) or any(isinstance(entry, tuple) for entry in value):
        raise ShapeError(f"{name}() takes a vector, and this is {_words(value)}.")
    return tuple(entry for entry in value if not isinstance(entry, tuple))


_UNARY: dict[type[ast.unaryop], Callable[[Scalar], Scalar]] = {
    ast.USub: lambda x: -x,
    ast.UAdd: lambda x: x,
    ast.Not: lambda x: Fraction(compare(x, Fraction(0)) == 0),
}
_BINARY: dict[type[ast.operator], Callable[[Scalar, Scalar], Scalar]] = {
    ast.Add: plus,
    ast.Sub: minus,
    ast.Mult: times,
    ast.Div: divide,
    ast.FloorDiv: floor_divide,
    ast.Mod: modulo,
    ast.Pow: power,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OF_NUMBERS: dict[str, Callable[[Scalar], Scalar]] = {
    "abs": lambda x: x if x >= 0 else -x,
    "sign": lambda x: Fraction(compare(x, Fraction(0))),
    "floor": floor,
    "ceil": ceiling,
    "sqrt": root,
    "exp": exponential,
    "log": logarithm(0),
    "log2": logarithm(2),
    "log10": logarithm(10),
}
_OF_VECTORS: dict[str, Callable[..., Exact]] = {
    "sum": total,
    "mean": mean,
    "var": variance,
    "norm": lambda v: root(dot(v, v)),
    "argmin": lambda v: Fraction(v.index(functools.reduce(least, v))),
    "argmax": lambda v: Fraction(v.index(functools.reduce(greatest, v))),
    "len": lambda v: Fraction(len(v)),
    "sort": lambda v: tuple(sorted(v, key=to_decimal)),
    "cumsum": cumulate,
    "dot": dot,
    "min": lambda v: functools.reduce(least, v),
    "max": lambda v: functools.reduce(greatest, v),
}

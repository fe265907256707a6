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

from questions.variants.exact import matrices
from questions.variants.exact.numbers import (
    CONTEXT,
    Scalar,
    ShapeError,
    UndefinedError,
    Vector,
    compare,
    divide,
    floor_divide,
    greatest,
    least,
    minus,
    modulo,
    plus,
    power,
    round_to,
    times,
)
from questions.variants.exact.tables import CONSTANTS, OF_ARRAYS, OF_LISTS, OF_NUMBERS, OF_SEVERAL, OF_TWO_LISTS

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
        case ast.Name(id=name) if name in CONSTANTS:
            return functools.partial(_declared_or_constant, name)
        case ast.Name(id=name):
            return lambda names: names[name]
        case ast.UnaryOp(op=op, operand=operand):
            return _mapped(_UNARY[type(op)], _node(operand))
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return _product(_node(left), _node(right))
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
        case ast.List(elts=entries):
            return _list([_node(entry) for entry in entries])
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            return _call(name, [_node(arg) for arg in (*args, *(keyword.value for keyword in keywords))])
    raise TypeError(f"{ast.dump(node)} is not part of a formula.")


def _declared_or_constant(name: str, names: Names) -> Exact:
    try:
        return names[name]
    except KeyError:
        return CONSTANTS[name]


def _call(name: str, parts: list[Evaluate]) -> Evaluate:
    if name == "where":
        return _where(parts)
    if name in OF_NUMBERS:
        return _mapped(OF_NUMBERS[name], parts[0]) if len(parts) == 1 else _spread(OF_SEVERAL[name], parts)
    if name in OF_SEVERAL:
        return _spread(OF_SEVERAL[name], parts)
    if name in OF_LISTS and (len(parts) == 1 or name not in ("min", "max")):
        return _of_lists(name, parts)
    if name in OF_ARRAYS:
        of_arrays = OF_ARRAYS[name]
        return lambda names: of_arrays(*(part(names) for part in parts))
    if name == "round":
        return _spread(round_to, parts if len(parts) > 1 else [*parts, lambda names: Fraction(0)])
    choose = least if name in ("min", "minimum") else greatest
    return _spread(lambda *numbers: functools.reduce(choose, numbers), parts)


def _of_lists(name: str, parts: list[Evaluate]) -> Evaluate:
    """A function of one list, or of two, and of the numbers that follow."""
    over = OF_LISTS[name]
    count = 2 if name in OF_TWO_LISTS else 1

    def compute(names: Names) -> Exact:
        lists = [_vector(part(names), name) for part in parts[:count]]
        if len(set(map(len, lists))) > 1:
            raise ShapeError(
                f"{name}() takes two lists of the same length; these have {len(lists[0])} and {len(lists[1])}."
            )
        return over(*lists, *(part(names) for part in parts[count:]))

    return compute


def _product(left: Evaluate, right: Evaluate) -> Evaluate:
    """The product of matrices; a list before it is a row, after it a column."""

    def compute(names: Names) -> Exact:
        a, b = left(names), right(names)
        rows = a if len(shape_of(a)) > 1 else (a,)
        columns = b if len(shape_of(b)) > 1 else tuple((x,) for x in _vector(b, "@"))
        product: Exact = matrices.multiply(rows, columns)  # type: ignore[arg-type]
        if rows is not a:
            product = product[0]  # type: ignore[index]
        if columns is b:
            return product
        return product[0] if rows is not a else tuple(row[0] for row in product)  # type: ignore[index, union-attr]

    return compute


def _list(parts: list[Evaluate]) -> Evaluate:
    def compute(names: Names) -> Exact:
        entries = tuple(part(names) for part in parts)
        if len(set(map(shape_of, entries))) > 1:
            raise ShapeError("A list has numbers, or rows that are as long as each other.")
        return entries

    return compute


def _mapped(function: Callable[[Scalar], Scalar], part: Evaluate) -> Evaluate:
    """The function of a number, or of each number of a vector."""

    def over(value: Exact) -> Exact:
        return tuple(map(over, value)) if isinstance(value, tuple) else function(value)

    return lambda names: over(part(names))


def _spread(function: Callable[..., Scalar], parts: list[Evaluate]) -> Evaluate:
    """The function of numbers, or of vectors of the same length entry by entry; a number goes with every entry."""

    def compute(names: Names) -> Exact:
        return over(*[part(names) for part in parts])

    def over(*values: Exact) -> Exact:
        if tuple not in map(type, values):
            return function(*values)
        vectors = [value for value in values if isinstance(value, tuple)]
        if len({shape_of(vector) for vector in vectors}) > 1:
            raise ShapeError(f"{_words(vectors[0])} and {_words(vectors[1])} do not go together.")
        rows = [value if isinstance(value, tuple) else (value,) * len(vectors[0]) for value in values]
        return tuple(map(over, *rows))

    return compute


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

"""Shapes of values: () of a number, (n,) of a list, (n, m) of a matrix; and how functions make one of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]
ShapeRule: TypeAlias = Callable[[Sequence[Shape]], Shape]
"""The shape of a function's value, from those of its arguments. Raises MisfitError."""


class FormulaError(ValueError):
    """A formula that is refused; `column` (1-based) is where."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(f"column {column}: {message}" if column else message)
        self.column = column


class MisfitError(ValueError):
    """Arguments that do not fit a function; the message goes on after its name."""


def say(shape: Shape) -> str:
    """A shape in words."""
    match shape:
        case ():
            return "a number"
        case (n,):
            return f"a list of {n}"
    return f"a matrix of {' × '.join(map(str, shape))}"


def entrywise(shapes: Sequence[Shape]) -> Shape:
    """Numbers, or arrays of one shape entry by entry; a number goes with every entry."""
    arrays = list(dict.fromkeys(shape for shape in shapes if shape))
    if len(arrays) > 1:
        raise MisfitError(f"puts entry by entry together, and {say(arrays[0])} and {say(arrays[1])} do not fit.")
    return arrays[0] if arrays else ()


def _check_list(shape: Shape) -> int:
    if len(shape) != 1:
        hint = " Take a row of it, as in A[0]." if shape else ""
        raise MisfitError(f"takes a list, and this is {say(shape)}.{hint}")
    return shape[0]


def of_list(shapes: Sequence[Shape]) -> Shape:
    """A number of one list; what follows the list are numbers."""
    _check_list(shapes[0])
    _check_numbers(shapes[1:])
    return ()


def to_list(shapes: Sequence[Shape]) -> Shape:
    """A list as long as the one that goes in."""
    return (_check_list(shapes[0]),)


def of_two_lists(shapes: Sequence[Shape]) -> Shape:
    """A number of two lists of the same length; what follows them are numbers."""
    first, second = map(_check_list, shapes[:2])
    if first != second:
        raise MisfitError(f"takes two lists of the same length, and these have {first} and {second} entries.")
    _check_numbers(shapes[2:])
    return ()


def _check_numbers(shapes: Sequence[Shape]) -> None:
    for shape in shapes:
        if shape:
            raise MisfitError(f"takes a number there, and this is {say(shape)}.")


def list_or_entrywise(shapes: Sequence[Shape]) -> Shape:
    """A number of one list, or several arguments entry by entry."""
    return of_list(shapes) if len(shapes) == 1 else entrywise(shapes)


LARGEST = 8
"""Rows of a matrix that is eliminated."""


def _check_square(shape: Shape, most: int = LARGEST) -> int:
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] > most:
        size = "2 × 2" if most == 2 else f"up to {most} × {most}"
        raise MisfitError(f"takes a square matrix, {size}, and this is {say(shape)}.")
    return shape[0]


def to_product(shapes: Sequence[Shape]) -> Shape:
    """The product of matrices: a list before `@` is a row, after it a column."""
    first, second = shapes
    if not first or not second or first[-1] != second[0]:
        raise MisfitError(
            f"{say(first)} @ {say(second)} is no product: use as many columns as there are rows after it."
        )
    return (*first[:-1], *second[1:])


def to_determinant(shapes: Sequence[Shape]) -> Shape:
    """A number of a square matrix."""
    _check_square(shapes[0])
    return ()


def to_rank(shapes: Sequence[Shape]) -> Shape:
    """A number of a matrix."""
    if len(shapes[0]) != 2 or max(shapes[0]) > LARGEST:
        raise MisfitError(f"takes a matrix, up to {LARGEST} × {LARGEST}, and this is {say(shapes[0])}.")
    return ()


def to_inverse(shapes: Sequence[Shape]) -> Shape:
    """A matrix as large as a square one."""
    size = _check_square(shapes[0])
    return (size, size)


def to_solution(shapes: Sequence[Shape]) -> Shape:
    """As many unknowns as a square matrix has rows."""
    size = _check_square(shapes[0])
    if shapes[1] != (size,):
        raise MisfitError(f"takes a right side of {size} numbers, and this is {say(shapes[1])}.")
    return (size,)


def to_transpose(shapes: Sequence[Shape]) -> Shape:
    """Rows as columns."""
    if len(shapes[0]) != 2:
        raise MisfitError(f"takes a matrix, and this is {say(shapes[0])}. A column is transpose([v]).")
    return shapes[0][::-1]


def to_eigenvalues(shapes: Sequence[Shape]) -> Shape:
    """The two of a matrix of 2 × 2."""
    return (_check_square(shapes[0], 2),)


def to_cross_product(shapes: Sequence[Shape]) -> Shape:
    """A list of three of two such."""
    for shape in shapes:
        if shape != (3,):
            raise MisfitError(f"takes two lists of 3, and this is {say(shape)}.")
    return (3,)

"""Drawing a variant's parameters: the same numbers for ever, on every machine.

The bits come from `philox`, by the seed, the item's identity and the parameter's name: a draw depends neither on the
order of calls nor on which other parameters there are, and one seed gives the same alone or in a batch. Values lie on
decimal grids, a whole number times a power of ten, so that the number that is shown is the number that is used;
nothing transcendental stands between the bits and the value.
"""

from __future__ import annotations

import ast
import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from questions.variants import distributions
from questions.variants.philox import Words, random_words

Array: TypeAlias = NDArray[np.float64]

MAX_GRID = 20_000
MAX_STEPS = 2**31
MAX_LENGTH = 64
MAX_LISTED = 100
MAX_CHARACTERS = 1000
_SHIFT = np.uint64(32)


@dataclass(frozen=True)
class Grid:
    """Values in a row, `at` of a place; places are from 0 to `count` - 1."""

    count: int
    at: Callable[[NDArray[np.int64]], Array]


class DrawError(ValueError):
    """A draw that cannot be read; the message shows what is understood."""


@dataclass(frozen=True)
class Draw:
    """A parsed distribution: `pick` turns two words of random bits into values; `shape` is () or (n,) or (n, m)."""

    text: str
    pick: Callable[[Words, Words], Array]
    shape: tuple[int, ...] = ()
    grid: Grid | None = None
    """The values that it draws from, each as likely, where they are few enough to be counted."""
    texts: tuple[str, ...] = ()
    """What the values stand for, where texts are drawn: the places of these."""
    bits_of: str = ""
    """The name whose bits it reads; its own where there is none. The columns of a row share the row's."""

    @property
    def size(self) -> int:
        """How many numbers one seed takes."""
        return math.prod(self.shape)

    def sample(self, seeds: Words, attempt: Words, key: tuple[int, int]) -> Array:
        """Values for `seeds` (uint64, (s,)) at each seed's redraw `attempt` (uint64, (s,)): shape (s, *shape)."""
        return sample([self], seeds, attempt, [key])[0]


def sample(draws: Sequence[Draw], seeds: Words, attempt: Words, keys: Sequence[tuple[int, int]]) -> list[Array]:
    """Each draw's values for `seeds` (uint64, (s,)) at each seed's redraw `attempt` (uint64, (s,)): (s, *shape).

    The counter is (seed, redraw, element) and the key the parameter's own, so no draw knows of another.
    """
    sizes = [draw.size for draw in draws]
    if not draws:
        return []
    high, low = random_words(seeds, attempt, keys, sizes)
    values, at = [], 0
    for draw, size in zip(draws, sizes, strict=True):
        picked = draw.pick(high[:, at : at + size], low[:, at : at + size])
        values.append(picked.reshape(len(seeds), *draw.shape))
        at += size
    return values


@functools.lru_cache(maxsize=4096)
def parse_draw(text: str) -> Draw:
    """The distribution that `text` names, such as `loguniform_nice(1e-3, 1)`. Raises DrawError."""
    if len(text) > MAX_CHARACTERS or not text.isprintable():
        raise DrawError(f"A draw is at most {MAX_CHARACTERS} characters in one line.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise DrawError(_help(text)) from None
    return _draw(tree, text)


def _draw(node: ast.expr, text: str) -> Draw:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        raise DrawError(_help(text))
    name, args = node.func.id, node.args
    options = {keyword.arg or "": _whole(_number(keyword.value, text), text) for keyword in node.keywords}
    if options and (name != "normal" or not options.keys() <= {"digits", "size"}):
        raise DrawError(_help(text))
    if name in ("vector", "matrix", "distinct"):
        return _repeated(name, args, text)
    if name == "sample" and len(args) > 2:
        return _different(_length(args[0], text), _listed(args[1:], text), text)
    if name == "choice" and 1 <= len(args) <= MAX_LISTED:
        return _listed(args, text)
    numbers = [_number(arg, text) for arg in args]
    match name, len(numbers):
        case "integer", 2:
            return _from_grid(_steps(numbers[0], numbers[1], Decimal(1), text), text)
        case "uniform", 3:
            return _from_grid(_steps(numbers[0], numbers[1], numbers[2], text), text)
        case "loguniform_nice", 2:
            return _from_grid(_one_of(_nice(numbers[0], numbers[1], text)), text)
        case "permutation", 1:
            count = _length(args[0], text)
            return _different(count, _from_grid(_steps(Decimal(0), Decimal(count - 1), Decimal(1), text), text), text)
        case "loguniform", 3:
            return Draw(text, _by_thresholds(*_loguniform(numbers[0], numbers[1], _whole(numbers[2], text), text)))
    return _distributed(name, numbers, options, text)


def _distributed(name: str, numbers: Sequence[Decimal], options: Mapping[str, int], text: str) -> Draw:
    """A number of a distribution that has a table, or a vector of so many."""
    try:
        drawn = distributions.tabulate(name, numbers, options.get("digits", 3))
    except distributions.DistributionError as error:
        raise DrawError(f"{error}: {text}") from None
    size = options.get("size", 0)
    if drawn is None or not 0 <= size <= MAX_LENGTH:
        raise DrawError(_help(text))
    return Draw(text, _by_thresholds(*drawn), (size,) if size else ())


def _repeated(name: str, args: Sequence[ast.expr], text: str) -> Draw:
    """Many values of one draw: a vector, a matrix, or some that are all different."""
    lengths = 2 if name == "matrix" else 1
    if len(args) != lengths + 1:
        raise DrawError(_help(text))
    shape = tuple(_length(arg, text) for arg in args[:lengths])
    inner = _draw(args[-1], text)
    if inner.shape:
        raise DrawError(f"A vector is drawn from scalars: {text}")
    if name == "distinct":
        return _different(shape[0], inner, text)
    return Draw(text, inner.pick, shape, texts=inner.texts)


def _listed(args: Sequence[ast.expr], text: str) -> Draw:
    """One of the numbers, or one of the texts, that are listed."""
    texts = tuple(arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
    if not texts:
        return _from_grid(_one_of([_number(arg, text) for arg in args]), text)
    if len(texts) < len(args):
        raise DrawError(f"Draw from numbers or from texts, not from both: {text}")
    if len(set(texts)) < len(texts) or not all(each.strip() for each in texts):
        raise DrawError(f"The texts differ, and none is empty: {text}")
    places = Grid(len(texts), lambda place: place.astype(np.float64))
    return replace(_from_grid(places, text), texts=texts)


def _from_grid(grid: Grid, text: str) -> Draw:
    below = _below(grid.count)
    return Draw(text, lambda a, b: grid.at(below(a, b)), grid=grid)


def _different(count: int, drawn: Draw, text: str) -> Draw:
    """So many different values of a grid, in any order, each choice of them as likely.

    The i-th value takes one of the places that are left; counting up past those that are taken finds it.
    """
    grid = drawn.grid
    if grid is None or count > grid.count:
        raise DrawError(f"There are not that many different values to draw: {text}")

    def pick(a: Words, b: Words) -> Array:
        places = np.empty(a.shape, dtype=np.int64)
        for at in range(count):
            place = _below(grid.count - at)(a[:, at], b[:, at])
            for taken in np.sort(places[:, :at], axis=1).T:
                place += place >= taken
            places[:, at] = place
        return grid.at(places)

    return Draw(text, pick, (count,), texts=drawn.texts)


def _length(node: ast.expr, text: str) -> int:
    length = _whole(_number(node, text), text)
    if not 1 <= length <= MAX_LENGTH:
        raise DrawError(f"A length is 1 to {MAX_LENGTH}: {text}")
    return length


def row_draws(name: str, table: Sequence[Mapping[str, float | str]]) -> dict[str, Draw]:
    """The columns of one row of a table, drawn together: the value of each column by `name__column`.

    The table has rows, and each row the same columns; a column holds numbers alone, or texts.
    """
    draws = {}
    for column in table[0]:
        cells = [row[column] for row in table]
        numbers = [Decimal(repr(cell)) for cell in cells if isinstance(cell, int | float)]
        if len(numbers) == len(cells):
            drawn = _from_grid(_one_of(numbers), f"{name}.{column}")
        else:
            places = Grid(len(cells), lambda place: place.astype(np.float64))
            drawn = replace(_from_grid(places, f"{name}.{column}"), texts=tuple(map(str, cells)))
        draws[f"{name}__{column}"] = replace(drawn, bits_of=name)
    return draws


def _help(text: str) -> str:
    return (
        f"“{text}” is not a draw. Use integer(a, b), uniform(a, b, step), choice(x, y, …), loguniform_nice(a, b), "
        "loguniform(a, b, digits), normal(mean, sd, digits=3), binomial(n, p), poisson(mean), row(table), "
        "permutation(n), sample(n, x, y, …), distinct(n, draw), vector(n, draw) or matrix(n, m, draw)."
    )


def _number(node: ast.expr, text: str) -> Decimal:
    """A literal as the decimal that stands in the text: 0.1 is one tenth."""
    sign = 1
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        sign = -sign if isinstance(node.op, ast.USub) else sign
        node = node.operand
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = Decimal(repr(node.value))
        if value.is_finite() and abs(value) <= Decimal("1e15"):
            return sign * value
    raise DrawError(f"Only numbers up to 1e15 stand in a draw: {text}")


def _whole(number: Decimal, text: str) -> int:
    if number != int(number):
        raise DrawError(f"A whole number is needed: {text}")
    return int(number)


def _below(n: int) -> Callable[[Words, Words], NDArray[np.int64]]:
    """A whole number in [0, n), n ≤ 2^31, from 64 bits: the high word of bits × n (bias below 2^-32)."""

    def pick(high: Words, low: Words) -> NDArray[np.int64]:
        return ((high * np.uint64(n) + ((low * np.uint64(n)) >> _SHIFT)) >> _SHIFT).astype(np.int64)

    return pick


def _steps(low: Decimal, high: Decimal, step: Decimal, text: str) -> Grid:
    """low, low + step, … up to high."""
    if step <= 0 or high < low:
        raise DrawError(f"The bounds go up, by a step above 0: {text}")
    if high - low > step * MAX_STEPS:
        raise DrawError(f"There are too many steps between the bounds: {text}")
    places = max(-int(each.as_tuple().exponent) for each in (low, step, Decimal(0)))
    scale = 10**places
    first, stride = int(low * scale), int(step * scale)
    count = int((high - low) // step) + 1
    if count > MAX_STEPS or places > 15 or abs(first) + count * stride > 2**53:
        raise DrawError(f"There are too many steps between the bounds: {text}")
    # Whole numbers below 2^53 over a power of ten: the division rounds correctly, to the decimal's own float.
    return Grid(count, lambda place: (first + place * stride) / float(scale))


def _one_of(values: list[Decimal]) -> Grid:
    numbers = np.array([float(value) for value in values])
    return Grid(len(numbers), lambda place: numbers[place])


def _by_thresholds(values: Array, thresholds: Words) -> Callable[[Words, Words], Array]:
    """The value in whose part of the line a word of 32 random bits falls; the parts end at the thresholds."""
    return lambda a, b: values[np.searchsorted(thresholds, a, side="right")]


def _nice(low: Decimal, high: Decimal, text: str) -> list[Decimal]:
    """1, 2 and 5 times the powers of ten in [low, high]."""
    if not 0 < low <= high:
        raise DrawError(f"The bounds are above 0 and go up: {text}")
    powers = range(low.adjusted(), high.adjusted() + 1)
    grid = [Decimal(digit).scaleb(power) for power in powers for digit in (1, 2, 5)]
    grid = [value for value in grid if low <= value <= high]
    if not grid or len(grid) > 200:
        raise DrawError(f"No value 1, 2 or 5 times a power of ten lies between the bounds, or too many: {text}")
    return grid


def _loguniform(low: Decimal, high: Decimal, digits: int, text: str) -> tuple[Array, Words]:
    """Values of `digits` significant digits in [low, high], each as likely as the logarithmic length it stands for.

    The thresholds come from Decimal's correctly rounded logarithm, so that they too are the same everywhere.
    """
    if not 0 < low < high or not 1 <= digits <= 4:
        raise DrawError(f"The bounds are above 0 and go up, with 1 to 4 digits: {text}")
    if (high.adjusted() - low.adjusted() - 1) * 9 * 10 ** (digits - 1) > MAX_GRID:
        raise DrawError(f"Too few or too many values lie between the bounds: {text}")
    grid = [
        Decimal(mantissa).scaleb(power - digits + 1)
        for power in range(low.adjusted(), high.adjusted() + 1)
        for mantissa in range(10 ** (digits - 1), 10**digits)
    ]
    grid = [value for value in grid if low <= value <= high]
    if not 1 < len(grid) <= MAX_GRID:
        raise DrawError(f"Too few or too many values lie between the bounds: {text}")
    with localcontext() as context:
        context.prec = 20
        logs = [value.ln() for value in grid]
        edges = [(a + b) / 2 for a, b in itertools.pairwise(logs)]
        span = logs[-1] - logs[0]
        thresholds = np.array([int((edge - logs[0]) / span * 2**32) for edge in edges], dtype=np.uint64)
    return np.array([float(value) for value in grid]), thresholds

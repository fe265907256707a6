"""Drawing a variant's parameters: the same numbers for ever, on every machine.

The bits come from Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), a
counter-based generator: counter = (seed, attempt, element), key = a hash of the item's identity and the parameter's
name. So a draw depends neither on the order of calls nor on which other parameters there are, and one seed gives the
same bits alone or in a batch. Values lie on decimal grids, a whole number times a power of ten, so that the number
that is shown is the number that is used; nothing transcendental stands between the bits and the value.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Words: TypeAlias = NDArray[np.uint64]
Word: TypeAlias = Any
"""A word of 32 bits, or an array of them: a whole number or Words. NumPy's types tell too little of its operators."""

MAX_GRID = 20_000
MAX_STEPS = 2**31
MAX_LENGTH = 64
_LOW = 0xFFFFFFFF
_SHIFT = np.uint64(32)
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
FEW = 24
"""Up to so many numbers are drawn one by one."""


class DrawError(ValueError):
    """A draw that cannot be read; the message shows what is understood."""


def philox(counter: tuple[Word, Word, Word, Word], key: tuple[Word, Word]) -> tuple[Word, Word, Word, Word]:
    """Philox 4x32-10: four 32-bit words from a counter of four and a key of two.

    Whole numbers give whole numbers, and uint64 arrays, broadcast against each other, arrays: the same bits.
    Source: see the module.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        first, second = c0 * _M0, c2 * _M1
        c0, c1, c2, c3 = (second >> 32) ^ c1 ^ k0, second & _LOW, (first >> 32) ^ c3 ^ k1, first & _LOW
        k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@functools.lru_cache(maxsize=4096)
def key_of(identity: str, name: str) -> tuple[int, int]:
    """The generator's key for one parameter of one item version."""
    digest = hashlib.blake2b(f"{identity}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


@dataclass(frozen=True)
class Draw:
    """A parsed distribution: `pick` turns two words of random bits into values; `shape` is () or (n,) or (n, m)."""

    text: str
    pick: Callable[[Words, Words], Array]
    shape: tuple[int, ...] = ()

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
    if len(seeds) * sum(sizes) <= FEW:
        high, low = _one_by_one(seeds, attempt, keys, sizes)
    else:
        element = np.concatenate([np.arange(size, dtype=np.uint64) for size in sizes])
        k0, k1 = np.repeat(np.array(keys, dtype=np.uint64), sizes, axis=0).T
        counter = ((seeds & _LOW)[:, None], (seeds >> np.uint64(32))[:, None], attempt[:, None], element[None, :])
        high, low, _, _ = philox(counter, (k0, k1))
    values, at = [], 0
    for draw, size in zip(draws, sizes, strict=True):
        picked = draw.pick(high[:, at : at + size], low[:, at : at + size])
        values.append(picked.reshape(len(seeds), *draw.shape))
        at += size
    return values


def _one_by_one(
    seeds: Words, attempt: Words, keys: Sequence[tuple[int, int]], sizes: Sequence[int]
) -> tuple[Words, Words]:
    """The first two words of each counter by Python's integers: for few of them faster than arrays."""
    words = [
        philox((seed & _LOW, seed >> 32, redraw, element), key)[:2]
        for seed, redraw in zip(seeds.tolist(), attempt.tolist(), strict=True)
        for key, size in zip(keys, sizes, strict=True)
        for element in range(size)
    ]
    both = np.array(words, dtype=np.uint64).reshape(len(seeds), -1, 2)
    return both[:, :, 0], both[:, :, 1]


@functools.lru_cache(maxsize=4096)
def parse_draw(text: str) -> Draw:
    """The distribution that `text` names, such as `loguniform_nice(1e-3, 1)`. Raises DrawError."""
    if len(text) > 400 or not text.isascii():
        raise DrawError("A draw is at most 400 plain ASCII characters.")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise DrawError(_help(text)) from None
    return _draw(tree, text)


def _draw(node: ast.expr, text: str) -> Draw:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords):
        raise DrawError(_help(text))
    name, args = node.func.id, node.args
    if name in ("vector", "matrix"):
        lengths = 1 if name == "vector" else 2
        if len(args) != lengths + 1:
            raise DrawError(_help(text))
        shape = tuple(_whole(_number(arg, text), text) for arg in args[:lengths])
        if not all(1 <= n <= MAX_LENGTH for n in shape):
            raise DrawError(f"A length is 1 to {MAX_LENGTH}: {text}")
        inner = _draw(args[-1], text)
        if inner.shape:
            raise DrawError(f"A vector is drawn from scalars: {text}")
        return Draw(text, inner.pick, shape)
    numbers = [_number(arg, text) for arg in args]
    match name, len(numbers):
        case "integer", 2:
            return Draw(text, _steps(numbers[0], numbers[1], Decimal(1), text))
        case "uniform", 3:
            return Draw(text, _steps(numbers[0], numbers[1], numbers[2], text))
        case "choice", count if 1 <= count <= 100:
            return Draw(text, _one_of(numbers))
        case "loguniform_nice", 2:
            return Draw(text, _one_of(_nice(numbers[0], numbers[1], text)))
        case "loguniform", 3:
            return Draw(text, _loguniform(numbers[0], numbers[1], _whole(numbers[2], text), text))
    raise DrawError(_help(text))


def _help(text: str) -> str:
    return (
        f"“{text}” is not a draw. Use integer(a, b), uniform(a, b, step), choice(x, y, …), loguniform_nice(a, b), "
        "loguniform(a, b, digits), vector(n, draw) or matrix(n, m, draw)."
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


def _steps(low: Decimal, high: Decimal, step: Decimal, text: str) -> Callable[[Words, Words], Array]:
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
    below = _below(count)

    def pick(a: Words, b: Words) -> Array:
        # Whole numbers below 2^53 over a power of ten: the division rounds correctly, to the decimal's own float.
        return (first + below(a, b) * stride) / float(scale)

    return pick


def _one_of(values: list[Decimal]) -> Callable[[Words, Words], Array]:
    grid = np.array([float(value) for value in values])
    below = _below(len(grid))
    return lambda a, b: grid[below(a, b)]


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


def _loguniform(low: Decimal, high: Decimal, digits: int, text: str) -> Callable[[Words, Words], Array]:
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
    values = np.array([float(value) for value in grid])
    return lambda a, b: values[np.searchsorted(thresholds, a, side="right")]

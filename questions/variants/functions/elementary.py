"""Signs, jumps, powers, logarithms, the larger of two: of numbers, or of vectors entry by entry."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from questions.variants.exact import elementary as exact
from questions.variants.functions.arrays import (
    Array,
    Compiled,
    Function,
    Values,
    align,
    at_jump,
    elementwise,
    over_vector,
    power,
    settled,
    spread,
    stable,
    where,
)
from questions.variants.functions.rules import list_or_entrywise


def _logarithm(parts: list[Compiled]) -> Compiled:
    """log(x), or log(x, base)."""
    if len(parts) == 1:
        return lambda values: stable(np.log(parts[0](values)))
    number, base = parts

    def compute(values: Values) -> Array:
        x, b = np.broadcast_arrays(*spread([number(values), base(values)]))
        return settled(np.log(x) / np.log(np.where(b > 0, b, np.nan)), exact.logarithm, x, b)

    return compute


def _pairwise(ufunc: Callable[..., Array]) -> Function:
    def build(parts: list[Compiled]) -> Compiled:
        return lambda values: functools.reduce(lambda a, b: align(ufunc, a, b), (part(values) for part in parts))

    return Function(2, 8, build)


def _extreme(over: Callable[..., Array], pairwise: Callable[..., Array]) -> Function:
    """max(v) over a vector, max(a, b, …) over several."""

    def build(parts: list[Compiled]) -> Compiled:
        if len(parts) == 1:
            return over_vector(lambda vector: over(vector, axis=1)).build(parts)
        return _pairwise(pairwise).build(parts)

    return Function(1, 8, build, list_or_entrywise)


def _plain_round(parts: list[Compiled]) -> Compiled:
    """As engines before the third rounded: binary fractions decide at halves."""
    return _rounding(parts, np.round)


def _round(parts: list[Compiled]) -> Compiled:
    return _rounding(parts, lambda x: np.round(at_jump(2 * x) / 2))


def _rounding(parts: list[Compiled], to_whole: Callable[[Array], Array]) -> Compiled:
    value = parts[0]
    if len(parts) == 1:
        return lambda values: to_whole(value(values))
    digits = parts[1]

    def compute(values: Values) -> Array:
        scale = power(np.array(10.0), np.clip(digits(values), 0, 15))
        return align(np.divide, to_whole(align(np.multiply, value(values), scale)), scale)

    return compute


def _clip(parts: list[Compiled]) -> Compiled:
    value, low, high = parts
    return lambda values: align(np.minimum, align(np.maximum, value(values), low(values)), high(values))


FUNCTIONS: dict[str, Function] = {
    "abs": elementwise(np.abs),
    "sign": elementwise(np.sign),
    "floor": elementwise(lambda x: np.floor(at_jump(x))),
    "ceil": elementwise(lambda x: np.ceil(at_jump(x))),
    "sqrt": elementwise(np.sqrt),
    "exp": elementwise(lambda x: stable(np.exp(x))),
    "log": Function(1, 2, _logarithm),
    "log2": elementwise(lambda x: stable(np.log2(x))),
    "log10": elementwise(lambda x: stable(np.log10(x))),
    "round": Function(1, 2, _round),
    "minimum": _pairwise(np.minimum),
    "maximum": _pairwise(np.maximum),
    "min": _extreme(np.min, np.minimum),
    "max": _extreme(np.max, np.maximum),
    "where": Function(3, 3, where),
    "clip": Function(3, 3, _clip),
}
BEFORE_EXACTNESS: dict[str, Function] = {
    "floor": elementwise(np.floor),
    "ceil": elementwise(np.ceil),
    "round": Function(1, 2, _plain_round),
}
"""As engines before the third have them: binary fractions decide."""

"""Random bits: the same for ever, on every machine.

They come from Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), a counter-based
generator: counter = (seed, attempt, element), key = a hash of the item's identity and the parameter's name.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
Word: TypeAlias = Any
"""A word of 32 bits, or an array of them: a whole number or Words. NumPy's types tell too little of its operators."""

_LOW = 0xFFFFFFFF
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
FEW = 24
"""Up to so many numbers are drawn one by one."""


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


def random_words(
    seeds: Words, attempt: Words, keys: Sequence[tuple[int, int]], sizes: Sequence[int]
) -> tuple[Words, Words]:
    """Two words of 32 bits for each element of each parameter: (seeds, sum of sizes), a size and a key a parameter."""
    if len(seeds) * sum(sizes) <= FEW:
        return _one_by_one(seeds, attempt, keys, sizes)
    element = np.concatenate([np.arange(size, dtype=np.uint64) for size in sizes])
    k0, k1 = np.repeat(np.array(keys, dtype=np.uint64), sizes, axis=0).T
    counter = ((seeds & _LOW)[:, None], (seeds >> np.uint64(32))[:, None], attempt[:, None], element[None, :])
    high, low, _, _ = philox(counter, (k0, k1))
    return high, low


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

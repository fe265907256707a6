"""Where the names of a formula may lie, and the points of that domain at which formulas are compared."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from questions.expressions.values import Array

NAMED = {
    "real": (-np.inf, np.inf),
    "positive": (0.0, np.inf),
    "negative": (-np.inf, 0.0),
    "nonzero": (-np.inf, np.inf),
    "whole": (1.0, np.inf),
}
"""Domains by their names."""
SAMPLE = 48
SPECIAL = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0)
SEED = 20_261_128
"""Of the points: the same everywhere and for ever."""


class DomainError(ValueError):
    """A domain that cannot be read."""


@dataclass(frozen=True)
class Domain:
    """The numbers from `low` to `high`, the ends where they are `closed`; whole ones only, or all but 0."""

    low: float
    high: float
    closed: tuple[bool, bool] = (False, False)
    whole: bool = False
    nonzero: bool = False

    def holds(self, value: float) -> bool:
        """Whether a number lies in it."""
        above = value > self.low or (self.closed[0] and value == self.low)
        below = value < self.high or (self.closed[1] and value == self.high)
        return above and below and not (self.nonzero and value == 0) and (not self.whole or value == int(value))


def read_domain(text: str) -> Domain:
    """A domain as it is written: `real`, `positive`, `whole`, `nonzero`, or an interval such as `[0, 1)`."""
    bare = text.strip()
    if bare in NAMED:
        low, high = NAMED[bare]
        return Domain(low, high, (bare == "whole", False), whole=bare == "whole", nonzero=bare == "nonzero")
    if bare[:1] in ("(", "[") and bare[-1:] in (")", "]") and bare.count(",") == 1:
        try:
            low, high = (float(part) for part in bare[1:-1].split(","))
        except ValueError:
            low = high = np.nan
        if low < high:
            return Domain(low, high, (bare[0] == "[", bare[-1] == "]"))
    raise DomainError(f"“{text}” is no domain: write {', '.join(NAMED)}, or an interval such as (0, 1) or [0, inf).")


def draw_points(domains: Mapping[str, Domain]) -> Iterator[dict[str, Array]]:
    """Batches of points, the next for where a formula has too few values at those before; then special ones."""
    yield _special(domains)
    for mode in ("all", "positive", "unit", "positive", "above", "all", "negative"):
        yield {name: _column(name, domain, mode) for name, domain in domains.items()}


def _special(domains: Mapping[str, Domain]) -> dict[str, Array]:
    """Points at which one name is 0, 1, -1 …: where holes are likely."""
    columns = {name: np.array(_column(name, domain, "all")) for name, domain in domains.items()}
    row = 0
    for name, domain in domains.items():
        for value in SPECIAL:
            if domain.holds(value) and row < SAMPLE:
                columns[name][row] = value
                row += 1
    return {name: column[: max(row, 8)] for name, column in columns.items()}


@functools.lru_cache(maxsize=1024)
def _column(name: str, domain: Domain, mode: str) -> Array:
    """Numbers of a domain, by Philox's raw bits, on a grid of odd 8192nds: no special number is hit by chance."""
    stream = hashlib.blake2b(f"{name}|{mode}".encode(), digest_size=7).digest()
    words = np.random.Philox(key=[SEED, int.from_bytes(stream, "little")]).random_raw(2 * SAMPLE)
    shares = ((words[:SAMPLE] >> np.uint64(52)).astype(np.float64) * 2 + 1) / 8192
    if domain.whole:
        return np.minimum(domain.low + np.floor(shares * 12), domain.high)
    if np.isfinite(domain.low) and np.isfinite(domain.high):
        return domain.low + shares * (domain.high - domain.low)
    scale = {"all": 4.0, "positive": 5.0, "unit": 1.0, "above": 6.0, "negative": 4.0}[mode]
    sizes = shares * scale * np.where(words[SAMPLE:] % np.uint64(5) == 0, 2.0, 1.0)
    if mode == "above":
        sizes += 1
    if np.isfinite(domain.low):
        return domain.low + sizes
    if np.isfinite(domain.high):
        return domain.high - sizes
    signs = np.where(words[SAMPLE:] >> np.uint64(63), 1.0, -1.0)
    if mode == "all":
        return sizes * signs
    return -sizes if mode == "negative" else sizes

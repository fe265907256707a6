"""Whether two formulas are equal: they are compared by their values at points of the domain.

A formula is equal to the key if it has its value wherever the key has one. The points are the same everywhere and for
ever; at each a bound of the rounding error says what counts as a difference.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from questions.expressions.domains import Domain, draw_points
from questions.expressions.tree import Node, names_in
from questions.expressions.values import Array, Computed, Points, compute

ENOUGH, WANTED = 12, 40
"""Points that a key needs, and those that are taken."""
TOLERANCE, USEFUL = 1e-11, 1e-6
"""What two values may differ relative to their size; and the difference that a point has to tell."""
ROUNDING = 8
"""Error bounds that two values may differ by."""
LARGEST = 1e100
CONSTANTS = (1.375, -1.375, 0.0)
"""What a constant of integration is, in turn."""


class KeyProblemError(ValueError):
    """A key that nothing can be compared with."""


class UndecidedError(ValueError):
    """Formulas that cannot be told apart at the points, nor said to be equal."""


@dataclass(frozen=True)
class Comparison:
    """Whether a formula is equal to another, and where it has no value though the other has one."""

    equal: bool
    hole: dict[str, float] | None = None
    offset: bool = False
    """Whether they differ by a number alone."""


@dataclass(frozen=True)
class Compared:
    """A formula with its values at the points, to compare others with."""

    node: Node
    points: Points
    computed: Computed
    constant: str = ""
    """The name that stands for any number, in formulas that are equal up to one."""

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.computed.value)

    @functools.cached_property
    def size_of_values(self) -> Array:
        """How large the values are."""
        return np.abs(self.computed.value)

    def compare(self, other: Node) -> Comparison:
        """Compare another formula. Raises UndecidedError."""
        if not self.constant:
            computed = compute(other, self.points, self.size)
            return self._judge(computed, computed.value - self.computed.value)
        return self._up_to_constant(other)

    def _up_to_constant(self, other: Node) -> Comparison:
        shifts: list[float] = []
        comparison = Comparison(equal=True)
        for number in CONSTANTS if self.constant in names_in(other) else CONSTANTS[-1:]:
            computed = compute(other, {**self.points, self.constant: np.full(self.size, number)}, self.size)
            differences = computed.value - self.computed.value
            shift = self._shift(computed, differences)
            shifts.append(shift)
            comparison = self._judge(computed, differences - shift)
            if not comparison.equal:
                return comparison
        if len(shifts) == 1:
            return Comparison(equal=False, offset=True)
        free = len({round(shift, 6) for shift in shifts}) == len(shifts)
        return Comparison(equal=free)

    def _shift(self, computed: Computed, differences: Array) -> float:
        """The number by which the values differ where they are known best."""
        errors = np.where(computed.sure & self.computed.sure, computed.error + self.computed.error, np.inf)
        best = int(np.argmin(errors))
        return float(differences[best]) if np.isfinite(errors[best]) else 0.0

    def _judge(self, computed: Computed, differences: Array) -> Comparison:
        known = self.computed.sure
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(computed.value), self.size_of_values)
            tolerance = TOLERANCE * size + ROUNDING * (computed.error + self.computed.error)
            both = computed.sure & known
            differ = bool((both & (np.abs(differences) > tolerance)).any())
        if computed.undefined.any() and (missing := computed.undefined & known).any():
            at = int(np.argmax(missing))
            same = not differ and bool(both.any())
            place = {name: float(column[at]) for name, column in self.points.items()} if same else None
            return Comparison(equal=False, hole=place)
        if differ:
            return Comparison(equal=False)
        useful = both & (tolerance <= np.where(self.computed.value == 0, TOLERANCE, USEFUL * size))
        if np.count_nonzero(useful) < min(ENOUGH // 2, self.size):
            raise UndecidedError("The numbers in it are too large, or too nearly the same, to compare.")
        return Comparison(equal=True)


def compile_formula(node: Node, domains: dict[str, Domain], constant: str = "") -> Compared:
    """A key with its points. Raises KeyProblemError where it has a value at too few of them."""
    kept: list[dict[str, Array]] = []
    found, distinct = 0, set()
    for batch in draw_points(domains):
        size = len(next(iter(batch.values()))) if batch else WANTED
        points = {**batch, **({constant: np.zeros(size)} if constant else {})}
        computed = compute(node, points, size)
        with np.errstate(all="ignore"):
            exact = computed.error <= np.maximum(USEFUL / 100 * np.abs(computed.value), TOLERANCE)
            good = computed.sure & exact & (np.abs(computed.value) < LARGEST)
        kept.append({name: column[good][:WANTED] for name, column in batch.items()})
        found += int(good.sum())
        distinct |= set(zip(*(column.tolist() for column in kept[-1].values()), strict=True))
        if len(distinct) >= WANTED or (not batch and found):
            break
    if found < ENOUGH or (domains and len(distinct) < min(ENOUGH, _room(domains))):
        raise KeyProblemError("It has a value at too few points of its domain: say in `variables` where it has one.")
    points = {name: np.concatenate([each[name] for each in kept]) for name in domains}
    size = len(next(iter(points.values()))) if points else WANTED
    full = {**points, **({constant: np.zeros(size)} if constant else {})}
    return Compared(node, points, compute(node, full, size), constant)


def at_points(node: Node, like: Compared) -> Compared | None:
    """Another formula with its values at the same points; None where it has too few."""
    has_constant = like.constant if like.constant in names_in(node) else ""
    points = {**like.points, **({has_constant: np.zeros(like.size)} if has_constant else {})}
    computed = compute(node, points, like.size)
    return Compared(node, like.points, computed, has_constant) if computed.sure.sum() >= ENOUGH // 2 else None


def _room(domains: dict[str, Domain]) -> int:
    """How many different points there can be."""
    return 12 if any(not domain.whole for domain in domains.values()) else 6

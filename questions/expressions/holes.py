"""Holes: places at which a formula divides by zero, though the key, to which it is equal elsewhere, has a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from questions.expressions.domains import Domain
from questions.expressions.equality import Compared
from questions.expressions.tree import Node, names_in, rational, walk
from questions.expressions.values import Array, compute

ROUNDS, PARTS = 8, 65
"""A zero is looked for on a line: that many times in that many parts."""
MAX_DIVISORS = 8
DECIMALS = 9
"""Of a zero that is found: a round number is taken for what it nearly is."""
NEAR_ZERO, LARGE = 1e-9, 1e6


def find_hole(node: Node, key: Compared, domains: Mapping[str, Domain]) -> dict[str, float] | None:
    """A place in the domain where the formula divides by zero and the key does not; None if there is none."""
    known = set(divisors(key.node))
    for divisor in list(dict.fromkeys(divisors(node)))[:MAX_DIVISORS]:
        if divisor in known or key.constant in names_in(divisor):
            continue
        place = _zero(divisor, key)
        if place and all(domain.holds(place[name]) for name, domain in domains.items()) and _has_value(key, place):
            return place
    return None


def divisors(node: Node) -> Iterator[Node]:
    """The factors that a formula divides by."""
    for part in walk(node):
        if part.form == "quotient":
            yield from _factors(part.parts[1])
        elif part.form == "power" and (rational(part.parts[1]) or 0) < 0:
            yield from _factors(part.parts[0])


def _factors(node: Node) -> Iterator[Node]:
    if node.form in ("product", "quotient"):
        yield from _factors(node.parts[0])
        yield from _factors(node.parts[1])
    elif node.form in ("negative", "power") or (node.form == "call" and node.value == "abs"):
        yield from _factors(node.parts[0])
    elif names_in(node):
        yield node


def _zero(divisor: Node, key: Compared) -> dict[str, float] | None:
    """A zero on the line between the points at which the divisor is least and greatest."""
    at_points = compute(divisor, key.points, key.size)
    sizes = np.where(at_points.sure, at_points.value, 0.0)
    low, high = int(np.argmin(sizes)), int(np.argmax(sizes))
    if not sizes[low] < 0 < sizes[high]:
        return None
    start, end = 0.0, 1.0
    for _ in range(ROUNDS):
        shares = np.linspace(start, end, PARTS)
        line: dict[str, Array] = {name: x[low] + shares * (x[high] - x[low]) for name, x in key.points.items()}
        computed = compute(divisor, line, PARTS)
        above = np.flatnonzero(~(computed.value < 0))
        if not above.size or above[0] == 0 or computed.undefined.any():
            return None
        start, end = float(shares[above[0] - 1]), float(shares[above[0]])
    place = {name: round(float(x[low] + end * (x[high] - x[low])), DECIMALS) for name, x in key.points.items()}
    size = abs(float(_at(divisor, place)))
    return place if size <= NEAR_ZERO * (sizes[high] - sizes[low]) else None


def _at(node: Node, place: Mapping[str, float]) -> float:
    return float(compute(node, {name: np.array([value]) for name, value in place.items()}, 1).value[0])


def _has_value(key: Compared, place: Mapping[str, float]) -> bool:
    whole = {**place, **({key.constant: 0.0} if key.constant else {})}
    if any(abs(_at(divisor, whole)) <= NEAR_ZERO for divisor in divisors(key.node)):
        return False
    computed = compute(key.node, {name: np.array([value]) for name, value in whole.items()}, 1)
    usual = float(np.median(np.abs(key.computed.value))) + 1
    return bool(computed.sure[0]) and abs(float(computed.value[0])) < LARGE * usual

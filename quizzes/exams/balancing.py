"""Sittings of one exam are made equally hard, by exchanging items for others that the blueprint likes as well. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quizzes.exams.apart import NOTHING, Apart
from quizzes.exams.filling import Cell
from quizzes.exams.parts import Candidate, fitting

CLOSE = 0.05
"""Marks by which a sitting may be easier or harder than what it is drawn from."""


@dataclass(frozen=True)
class Seat:
    """An item of a sitting, and the others that might as well stand in its place."""

    item: int
    others: Sequence[int]


def balance(
    cells: Sequence[Cell],
    usable: Sequence[Candidate],
    filled: list[list[Candidate]],
    apart: Apart,
    *,
    by_concept: bool,
) -> list[list[Candidate]]:
    """Exchange items that fill cells for other usable ones, such that sittings are equally hard.

    All numbers of the blueprint stay met (`by_concept` says whether it has some of concepts), nothing comes that was
    seen more lately, and what is to be kept `apart` is. Where nothing is known of how hard items are, all stay.
    """
    shares = {each.item: expected_share(each.ease, each.luck) for each in usable if each.ease is not None}
    if not shares:
        return filled
    items = {each.item: each for each in usable}
    balanced = iter(exchange(list(_seats(cells, usable, filled, by_concept=by_concept)), shares, apart))
    return [[items[next(balanced)] for _ in in_cell] for in_cell in filled]


def _seats(
    cells: Sequence[Cell], usable: Sequence[Candidate], filled: Sequence[Sequence[Candidate]], *, by_concept: bool
) -> Iterator[Seat]:
    def place(at: int, each: Candidate) -> tuple[int, int, str]:
        return at, each.difficulty if cells[at].levels else 0, each.concept if by_concept else ""

    alike: dict[tuple[int, int, str], list[Candidate]] = defaultdict(list)
    for each, fits in zip(usable, fitting([cell.part for cell in cells], usable), strict=True):
        if each.ease is not None:
            for at in fits:
                alike[place(at, each)].append(each)
    for at, in_cell in enumerate(filled):
        for chosen in in_cell:
            yield Seat(
                chosen.item,
                [
                    other.item
                    for other in alike[place(at, chosen)]
                    if other.recency <= chosen.recency and other.item != chosen.item
                ],
            )


def expected_share(ease: float, luck: float = 0.0) -> float:
    """The share of an item's marks that a student of middle ability gets, by its ease in logits and the luck in it."""
    return float(luck + (1 - luck) / (1 + np.exp(-ease)))


def exchange(seats: Sequence[Seat], shares: Mapping[int, float], apart: Apart = NOTHING) -> list[int]:
    """Choose an item for each seat, such that their expected marks are near the mean of what might stand there.

    `shares` are the expected marks of items; those of which nothing is known stay where they are. As few as possible
    are exchanged, each time the two that help most; what is to be kept `apart` never comes together.
    """
    chosen = [seat.item for seat in seats]
    above = sum(shares[seat.item] - _mean(seat, shares) for seat in seats if seat.item in shares)
    while abs(above) > CLOSE:
        for left, at, other in _exchanges(seats, chosen, shares, above):
            after = [*chosen[:at], other, *chosen[at + 1 :]]
            if len([*apart.select(after)]) == len(after):
                above, chosen = left, after
                break
        else:
            break
    return chosen


def _exchanges(
    seats: Sequence[Seat], chosen: Sequence[int], shares: Mapping[int, float], above: float
) -> list[tuple[float, int, int]]:
    """List the exchanges that help, the best first: what is left, the place, and the item to put there."""
    taken = set(chosen)
    swaps = [
        (above + shares[other] - shares[chosen[at]], at, other)
        for at, seat in enumerate(seats)
        if chosen[at] in shares
        for other in (seat.item, *seat.others)
        if other in shares and other not in taken
    ]
    return sorted((swap for swap in swaps if abs(swap[0]) < abs(above)), key=lambda swap: (abs(swap[0]), *swap[1:]))


def _mean(seat: Seat, shares: Mapping[int, float]) -> float:
    known = [shares[item] for item in (seat.item, *seat.others) if item in shares]
    return sum(known) / len(known)

"""Sittings of one exam are equally hard, where answers tell how hard items are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from quizzes.exams import composition
from quizzes.exams.apart import Apart
from quizzes.exams.balancing import Seat, exchange, expected_share
from quizzes.exams.parts import Candidate, Part

SITTINGS = 40
PARTS = [Part(12, ("a", "b"), {1: 1, 2: 2, 3: 1}), Part(8)]
CONCEPTS = {"x": 2.0, "y": 1.0, "z": 1.0}


def bank(*, with_eases: bool) -> list[Candidate]:
    """Of each kind, concept and difficulty several items, which are not as hard as each other."""
    rng = np.random.default_rng(5)
    eases = rng.normal(0.5, 1.0, 240)
    return [
        Candidate(
            item,
            "ab"[item % 2],
            "xyz"[item // 2 % 3],
            1 + item // 6 % 3,
            ease=float(eases[item]) if with_eases else None,
        )
        for item in range(240)
    ]


def marks(items: list[Candidate], drawn: list[list[int]]) -> float:
    """What a student of middle ability gets of a sitting."""
    eases = {each.item: each.ease for each in items}
    return sum(expected_share(eases[item] or 0.0) for part in drawn for item in part)


def test_sittings_are_equally_hard_and_meet_the_same_numbers() -> None:
    known, unknown = bank(with_eases=True), bank(with_eases=False)
    plain = [composition.compose(unknown, PARTS, CONCEPTS, seed) for seed in range(SITTINGS)]
    even = [composition.compose(known, PARTS, CONCEPTS, seed) for seed in range(SITTINGS)]
    before, after = (np.std([marks(known, drawn) for drawn in draws]) for draws in (plain, even))
    assert before > 0.6
    assert after < before / 3
    by_item = {each.item: each for each in known}

    def numbers(part: list[int]) -> Counter[object]:
        return Counter(value for item in part for value in (by_item[item].concept, f"level {by_item[item].difficulty}"))

    for one, other in zip(plain, even, strict=True):
        assert numbers(one[0]) == numbers(other[0])
        assert Counter(by_item[item].concept for item in one[1]) == Counter(by_item[item].concept for item in other[1])
        chosen = [item for part in other for item in part]
        assert len(set(chosen)) == len(chosen)
    # All items still come.
    assert len({item for drawn in even for part in drawn for item in part}) > 200


def test_what_was_seen_lately_and_enemies_stay_out() -> None:
    items = [replace(each, recency=float(each.item % 4 == 0)) for each in bank(with_eases=True)]
    apart = Apart({each.item: f"idea {each.item // 4}" for each in items}, {})
    for seed in range(10):
        drawn = composition.compose(items, PARTS, CONCEPTS, seed, apart=apart)
        chosen = [item for part in drawn for item in part]
        plain = composition.compose([replace(each, ease=None) for each in items], PARTS, CONCEPTS, seed, apart=apart)
        seen_before = sum(item % 4 == 0 for part in plain for item in part)
        assert sum(item % 4 == 0 for item in chosen) <= seen_before
        assert len({item // 4 for item in chosen}) == len(chosen)


def test_as_few_as_possible_are_exchanged_and_what_is_unknown_stays() -> None:
    shares = {1: 0.9, 2: 0.5, 3: 0.1, 4: 0.5, 5: 0.9}
    assert exchange([Seat(1, [2, 3])], shares) == [2]
    assert exchange([Seat(7, [1, 2])], shares) == [7]
    assert exchange([Seat(2, [7])], shares) == [2]
    assert exchange([], shares) == []


def test_enemies_do_not_come_together_where_that_would_help() -> None:
    shares = {1: 0.9, 2: 0.9, 3: 0.1, 4: 0.1, 5: 0.2}
    seats = [Seat(1, [3, 4]), Seat(2, [5])]
    assert sorted(exchange(seats, shares)) == [2, 3]
    kept = exchange(seats, shares, Apart(enemies={2: frozenset({3, 4}), 3: frozenset({2}), 4: frozenset({2})}))
    assert kept == [1, 5]

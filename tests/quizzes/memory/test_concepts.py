"""Mastery: the mean recall of a concept's cards, and how sure that is."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.memory.concepts import Mastery, Z, mastery


def one(*recall: float) -> Mastery:
    """The mastery of a single concept with these cards."""
    (found,) = mastery(list(recall), [0] * len(recall), 1)
    return found


def test_it_is_the_mean_recall_of_the_concepts_cards() -> None:
    first, second, third = mastery([0.9, 0.5, 0.7, 0.0, 1.0], [0, 2, 0, 2, 1], 3)

    assert first.mastery == pytest.approx(0.8)
    assert second.mastery == 1
    assert third.mastery == pytest.approx(0.25)


def test_cards_never_seen_count_as_unknown() -> None:
    assert one(0.9, 0.9, 0, 0).mastery == pytest.approx(0.45)


def test_a_concept_without_cards_is_wholly_unknown() -> None:
    assert mastery([], [], 2) == [Mastery(0, 0, 1)] * 2
    assert mastery([0.9], [0], 2)[1] == Mastery(0, 0, 1)
    assert mastery([], [], 0) == []


@pytest.mark.parametrize(
    ("right", "cards", "low", "high"),
    # The roots p of |p̂ - p| = z·√(p(1 - p)/n), which is how Wilson defines the interval.
    [
        (right, cards, *sorted(np.roots([1 + Z**2 / cards, -2 * right / cards - Z**2 / cards, (right / cards) ** 2])))
        for right, cards in [(0, 5), (5, 5), (8, 10), (50, 100), (1, 1)]
    ],
)
def test_the_interval_is_wilsons(right: int, cards: int, low: float, high: float) -> None:
    found = one(*[1.0] * right, *[0.0] * (cards - right))

    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-7)


def test_more_cards_narrow_the_interval() -> None:
    widths = [found.high - found.low for found in (one(*[0.8] * cards) for cards in (1, 4, 16, 64))]

    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(widths[-2] / 2, rel=0.1)


def test_even_full_recall_of_few_cards_leaves_doubt() -> None:
    found = one(1, 1)

    assert found.mastery == found.high == 1
    assert found.low < 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4)), max_size=40))
def test_the_interval_holds_the_mean_and_stays_between_nothing_and_all(cards: list[tuple[float, int]]) -> None:
    found = mastery([recall for recall, _ in cards], [concept for _, concept in cards], 5)

    assert len(found) == 5
    for each in found:
        assert 0 <= each.low <= each.mastery <= each.high <= 1


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4)), max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_cards_does_not_matter(cards: list[tuple[float, int]], random: Random) -> None:
    def columns(of: list[tuple[float, int]]) -> list[float]:
        found = mastery([recall for recall, _ in of], [concept for _, concept in of], 5)
        return [value for each in found for value in (each.mastery, each.low, each.high)]

    shuffled = list(cards)
    random.shuffle(shuffled)

    assert columns(shuffled) == pytest.approx(columns(cards), abs=1e-12)

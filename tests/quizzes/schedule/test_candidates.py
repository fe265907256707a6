"""How an item's cards become one task of a plan."""

from __future__ import annotations

import math

import pytest

from quizzes.schedule.candidates import ROUND_PAIRS, list_candidates
from quizzes.schedule.facts import CardFacts
from tests.quizzes.schedule.situations import NEW, TODAY, numbered, seen

WEAK, STRONG = seen(5, 2.0, due_in=-3), seen(5, 50.0, due_in=20)


@pytest.mark.parametrize(
    ("pairs", "stands_for", "facets", "due", "new"),
    [
        ([NEW], 1, "a", False, True),
        ([NEW, NEW], 1, "ab", False, True),
        ([WEAK], 1, "a", True, False),
        ([STRONG], 1, "a", False, False),
        ([STRONG, WEAK], 2, "ba", True, False),  # the weakest pair first
        ([STRONG, NEW], 2, "ba", True, False),  # new pairs before known ones
        ([STRONG, NEW, WEAK], 3, "bca", True, False),  # where some are due, the round is a review of those
        ([seen(0, 3.0, due_in=0)], 1, "a", True, False),
        ([seen(0, 3.0, due_in=1)], 1, "a", False, False),  # due when the day is over
    ],
)
def test_a_round_stands_for_its_weakest_pair(
    pairs: list[CardFacts], stands_for: int, facets: str, due: bool, new: bool
) -> None:
    (candidate,) = list_candidates(numbered(*pairs, same_item=True), TODAY)
    assert candidate.card.int == stands_for
    assert candidate.facets == tuple(facets)
    assert (candidate.due, candidate.new) == (due, new)
    standing = pairs[stands_for - 1]
    assert candidate.stability == pytest.approx(standing.stability or math.nan, nan_ok=True)
    assert candidate.elapsed_days == ((TODAY.date - standing.last_review_on).days if standing.last_review_on else 0)


def test_a_round_has_few_pairs() -> None:
    (candidate,) = list_candidates(numbered(*[NEW] * 8, same_item=True), TODAY)
    assert len(candidate.facets) == ROUND_PAIRS


def test_items_keep_their_order() -> None:
    candidates = list_candidates(numbered(STRONG, NEW, WEAK), TODAY)
    assert [candidate.card.int for candidate in candidates] == [1, 2, 3]

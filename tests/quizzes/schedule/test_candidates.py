"""How an item's cards become one task of a plan."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from quizzes.schedule.candidates import ROUND_PAIRS, list_candidates
from quizzes.schedule.facts import days_since
from tests.quizzes.schedule.situations import NEW, TODAY, Asked, columns, seen

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
    pairs: list[Asked], stands_for: int, facets: str, due: bool, new: bool
) -> None:
    round_ = list_candidates(columns(*pairs, same_item=True))
    assert round_.standing.tolist() == [stands_for - 1]
    assert round_.facets == [tuple(facets)]
    assert (round_.due.tolist(), round_.new.tolist()) == ([due], [new])
    standing = pairs[stands_for - 1]
    assert round_.stability[0] == pytest.approx(standing.stability or math.nan, nan_ok=True)
    assert round_.elapsed_days[0] == days_since(standing.last_review_on, TODAY.date)


def test_a_round_has_few_pairs() -> None:
    assert [len(facets) for facets in list_candidates(columns(*[NEW] * 8, same_item=True)).facets] == [ROUND_PAIRS]


def test_items_keep_their_order() -> None:
    assert list_candidates(columns(STRONG, NEW, WEAK)).standing.tolist() == [0, 1, 2]


def test_a_round_among_single_cards_is_one_task() -> None:
    cards = columns(WEAK, STRONG, WEAK, NEW)
    candidates = list_candidates(replace(cards, items=np.array([0, 1, 1, 3])))
    assert candidates.standing.tolist() == [0, 2, 3]
    assert candidates.new.tolist() == [False, False, True]
    assert candidates.due.tolist() == [True, True, False]
    assert candidates.items.tolist() == [0, 1, 3]

"""What of a plan is still open during the day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from quizzes.reviews.payloads import PlanTaskPayload
from quizzes.schedule.queue import OpenCard, list_open_tasks

TODAY = date(2026, 3, 4)
YESTERDAY = TODAY - timedelta(days=1)


def planned(*cards: int) -> list[PlanTaskPayload]:
    return [{"card": str(uuid.UUID(int=card)), "facets": [""], "seconds": 40, "new": False} for card in cards]


def card(number: int, seen: date | None, item: int = 0, facet: str = "") -> OpenCard:
    return OpenCard(uuid.UUID(int=number), item or number, facet, seen, 30)


@pytest.mark.parametrize(
    ("plan", "cards", "open_now"),
    [
        ([2, 1], [card(1, None), card(2, YESTERDAY)], [(2, 40), (1, 40)]),  # in the plan's order
        ([1, 2], [card(2, None)], [(2, 40)]),  # the other was answered, or is not asked any more
        ([1], [card(1, TODAY)], [(1, 30)]),  # answered wrong today: again
        ([2], [card(3, TODAY), card(1, TODAY), card(2, None)], [(2, 40), (3, 30), (1, 30)]),
        ([], [], []),
    ],
)
def test_the_rest_of_the_plan_and_then_what_is_to_be_relearned(
    plan: list[int], cards: list[OpenCard], open_now: list[tuple[int, int]]
) -> None:
    tasks = list_open_tasks(planned(*plan), cards, TODAY)
    assert [(task.card.int, task.seconds) for task in tasks] == open_now


def test_the_pairs_of_a_set_are_relearned_in_one_round() -> None:
    cards = [card(1, TODAY, item=7, facet="b"), card(2, TODAY, item=7, facet="a")]
    (task,) = list_open_tasks([], cards, TODAY)
    assert (task.card.int, task.facets, task.new) == (1, ("b", "a"), False)

"""What of a plan is still open during the day."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from quizzes.calendar import StudyDay
from quizzes.reviews.payloads import PlanTaskPayload
from quizzes.schedule.queue import OpenCard, list_open_tasks, sort_forgotten
from quizzes.schedule.relearning import GAP, LEECH, MAX_ANSWERS

DAY = StudyDay(date(2026, 3, 4), datetime(2026, 3, 4, 4, tzinfo=UTC), datetime(2026, 3, 5, 4, tzinfo=UTC))
TODAY = DAY.date
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
    tasks = list_open_tasks(planned(*plan), cards, DAY)
    assert [(task.card.int, task.seconds) for task in tasks] == open_now


def test_the_pairs_of_a_set_are_relearned_in_one_round() -> None:
    cards = [card(1, TODAY, item=7, facet="b"), card(2, TODAY, item=7, facet="a")]
    (task,) = list_open_tasks([], cards, DAY)
    assert (task.card.int, task.facets, task.new) == (1, ("b", "a"), False)


NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes_ago", "others", "answers", "becomes"),
    [
        (0, 0, 1, "waiting"),  # just answered, and nothing else to ask
        (1, GAP - 1, 1, "waiting"),
        (1, GAP, 1, "ready"),
        (10, 0, 1, "ready"),
        (1, GAP, MAX_ANSWERS - 1, "ready"),
        (60, 9, MAX_ANSWERS, "put_off"),
    ],
)
def test_what_was_forgotten_comes_again_after_others_or_minutes_and_not_for_ever(
    minutes_ago: int, others: int, answers: int, becomes: str
) -> None:
    asked_at = NOW - timedelta(minutes=minutes_ago)
    newest = [NOW - timedelta(seconds=number) for number in range(others)] + [asked_at]
    again = replace(card(1, TODAY), last_review_at=asked_at, due_at=asked_at + timedelta(minutes=10), answers=answers)
    for lapses, then in ((0, becomes), (LEECH - 1, becomes), (LEECH, "resting")):
        forgotten = sort_forgotten([replace(again, lapses=lapses)], newest, NOW)
        assert {name: len(cards) for name, cards in vars(forgotten).items() if cards} == {then: 1}

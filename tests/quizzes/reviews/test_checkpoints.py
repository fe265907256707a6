"""Checkpoints: an undo reads the lines since the last one, however long the log is, and gives the same bits."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from examprep.models import User
from quizzes import memory_upkeep, schedule
from quizzes.memory import fsrs
from quizzes.models import Card, CardCheckpoint, Review, ReviewEvent
from quizzes.reviews import memory_states
from quizzes.reviews.checkpoints import SLOTS
from tests.conftest import Api
from tests.logs import store_events
from tests.quizzes.reviews.test_log import states

Key = Callable[[str], Any]
LONG = 300


def remember(student: User, events: int) -> None:
    """A long log of the student's: as many reviews of each card, a day apart."""
    schedule.ensure_cards(student)
    begin = timezone.now() - timedelta(days=events + 10)
    made = store_events(student, [begin + timedelta(days=number) for number in range(events)])
    cards = list(student.cards.all())
    Review.objects.bulk_create(
        Review(card=card, event=event, rating=1 + at % 4, score=1.0) for at, event in enumerate(made) for card in cards
    )
    memory_upkeep.rebuild(student)


@contextmanager
def lines_read() -> Iterator[list[int]]:
    """How many lines each replay reads."""
    lengths: list[int] = []

    def load_log(*args: Any, **options: Any) -> Any:
        log = load(*args, **options)
        lengths.append(len(log))
        return log

    load = memory_states.load_log
    with patch("quizzes.reviews.memory_states.load_log", load_log):
        yield lengths


def answer(api: Api, card: Card, key: Key) -> uuid.UUID:
    asked = schedule.ask_item(card.student, card.item_id, timezone.now())
    assert asked is not None
    api.answer(str(asked.pk), key(str(asked.pk)))
    return ReviewEvent.objects.filter(type="review").latest("sequence").event_id


def take_back(api: Api, event: uuid.UUID) -> None:
    now = timezone.now().isoformat()
    (result,) = api.send({"id": str(uuid.uuid4()), "type": "undo", "target": str(event), "occurred_at": now})
    assert result["status"] == "accepted"


@pytest.mark.usefixtures("noon")
def test_an_undo_reads_what_came_since_the_last_checkpoint(api: Api, student: User, key: Key) -> None:
    remember(student, LONG)
    before = states(student)
    card = student.cards.filter(item__slug="penalty-target").get()
    with lines_read() as read:
        for _ in range(3):
            take_back(api, answer(api, card, key))
    moved = len({line.card_id for line in Review.objects.filter(event=ReviewEvent.objects.latest("id").pk - 1)})
    assert read[0] == LONG * moved  # the log is read once
    assert max(read[1:]) <= 2 * moved
    assert states(student) == before
    assert 1 <= CardCheckpoint.objects.filter(card=card).count() <= SLOTS  # one of a long replay, others by chance


@pytest.mark.usefixtures("noon")
def test_an_answer_that_was_given_before_a_checkpoint_is_folded_in(api: Api, student: User, key: Key) -> None:
    remember(student, LONG)
    card = student.cards.filter(item__slug="penalty-target").get()
    take_back(api, answer(api, card, key))
    old = ReviewEvent.objects.filter(type="review").order_by("occurred_at")[LONG // 2]
    take_back(api, old.event_id)
    kept = states(student)
    memory_upkeep.rebuild(student)
    assert states(student) == kept
    assert not CardCheckpoint.objects.exists()


steps = st.tuples(st.integers(1, 4), st.integers(0, 40), st.sampled_from([0.0, 0.0, 0.3]))


@settings(max_examples=25)
@given(st.lists(st.lists(steps, min_size=1, max_size=12), min_size=1, max_size=4), st.data())
def test_a_replay_that_goes_on_gives_the_bits_of_one_from_nothing(
    cards: list[list[tuple[int, int, float]]], data: st.DataObject
) -> None:
    def replay(parts: list[list[tuple[int, int, float]]], start: Any = None) -> Any:
        ratings, elapsed, practice = zip(*(step for part in parts for step in part), strict=True)
        return fsrs.replay(ratings, elapsed, [len(part) for part in parts], practice=practice, start=start)

    cuts = [data.draw(st.integers(1, len(card))) for card in cards]
    begun = replay([card[:cut] for card, cut in zip(cards, cuts, strict=True)])
    rest = [card[cut:] for card, cut in zip(cards, cuts, strict=True)]
    went_on = replay(rest, begun) if any(rest) else begun
    assert repr(went_on) == repr(replay(cards))

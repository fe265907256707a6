"""The review log is the truth: whatever the devices do, the states are the fold of the events in their order."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examprep.models import User
from quizzes import memory_upkeep, presentations, reviews, schedule
from quizzes.models import Card, CardCheckpoint, ChangeLog, Job, Presentation, Review, ReviewEvent
from quizzes.presentations.working import steps_of
from quizzes.reviews.memory_states import CARD_STATE
from quizzes.schedule.answering import PIECE
from tests.conftest import WRONG, examples

Key = Callable[[str], Any]
Event = dict[str, Any]
ROUNDS = 4
DAYS = 40


def history(student: User, key: Key, rounds: int = ROUNDS) -> list[Event]:
    """A month of answers, right and wrong, of all cards, with undos, buries and suspensions: in their order."""
    rng = random.Random(1)
    schedule.ensure_cards(student)
    begin = timezone.now() - timedelta(days=DAYS)
    cards = list(Card.objects.filter(student=student).order_by("item__slug", "facet"))
    events: list[Event] = []
    for number in range(rounds):
        asks = [presentations.Ask(card.pk, (card.facet,)) for card in cards]
        for one in presentations.present(student, asks, begin):
            right = key(str(one.pk))
            wrong = WRONG[one.version.kind](one.prompt, right)
            at = begin + timedelta(days=(DAYS - 2) * (number + rng.random()) / rounds)
            event = {
                "id": str(uuid.UUID(int=rng.getrandbits(128))),
                "type": "review",
                "presentation": str(one.pk),
                "response": wrong if rng.random() < 0.3 else right,
                "occurred_at": at.isoformat(),
                "duration_ms": rng.randrange(2_000, 200_000),
                "confidence": rng.choice([None, 1, 3, 5]),
            }
            events.append(event)
            if rng.random() < 0.2:
                events.append(_other("undo", at + timedelta(seconds=30), rng, target=event["id"]))
            if steps := steps_of(one):
                filled_in = [{"value": repr(step.value) if rng.random() < 0.8 else "7"} for step in steps]
                at_hand = at + timedelta(seconds=40)
                events.append(_other("practice", at_hand, rng, presentation=str(one.pk), steps=filled_in))
            if rng.random() < 0.2:
                kind = rng.choice(["bury", "suspend", "resume"])
                events.append(_other(kind, at + timedelta(seconds=60), rng, card=str(one.card_id)))
        Presentation.objects.filter(student=student).update(closed_at=begin)
    return sorted(events, key=lambda event: str(event["occurred_at"]))


def _other(kind: str, at: Any, rng: random.Random, **more: object) -> Event:
    return {"id": str(uuid.UUID(int=rng.getrandbits(128))), "type": kind, "occurred_at": at.isoformat(), **more}


def send(student: User, events: list[Event], device: int = 1) -> list[str]:
    batch = {"device": str(uuid.UUID(int=device)), "device_now": timezone.now().isoformat(), "events": events}
    return [result["status"] for result in schedule.answer(student, batch)["results"]]


def states(student: User) -> list[tuple[Any, ...]]:
    """All card states, to the bit."""
    return list(Card.objects.filter(student=student).order_by("pk").values_list("pk", *CARD_STATE))


@pytest.fixture
def checkpoints_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch leaves checkpoints of all cards that it moved, and every replay does."""
    monkeypatch.setattr("quizzes.reviews.checkpoints.EVERY", 1)
    monkeypatch.setattr("quizzes.reviews.checkpoints.LONG", 1)
    monkeypatch.setattr("quizzes.reviews.batch_changes.CARDS_AT_ONCE", 2)


@pytest.mark.usefixtures("checkpoints_everywhere")
@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_duplicates_and_batches_do_not_matter(student: User, key: Key, data: st.DataObject) -> None:
    with transaction.atomic():
        events = history(student, key)
        with transaction.atomic():
            send(student, events)
            expected = states(student)
            transaction.set_rollback(True)
        assert len({state for state in expected if state[1] is not None}) > 5

        shuffled = data.draw(st.permutations(events))
        repeated = shuffled + data.draw(st.lists(st.sampled_from(events), max_size=20))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(repeated)), max_size=6)))
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(repeated)], strict=True)):
            send(student, repeated[start:end], device=number)
        assert states(student) == expected
        assert ReviewEvent.objects.filter(student=student).count() == len(events)
        assert CardCheckpoint.objects.exists()
        memory_upkeep.rebuild(student)
        assert states(student) == expected
        assert not CardCheckpoint.objects.exists()
        transaction.set_rollback(True)


def test_four_retries_at_once_store_each_event_once(transactional_db: None, student: User, key: Key) -> None:
    events = history(student, key, rounds=33)[: 6 * PIECE]
    assert len(events) == 6 * PIECE
    batches = [events[: 3 * PIECE], events[3 * PIECE :]]

    def retry(device: int) -> list[str]:
        try:
            return [status for batch in batches for status in send(student, batch, device=1)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(retry, range(4)))

    assert all(set(statuses) <= {"accepted", "duplicate"} for statuses in found)
    assert sum(statuses.count("accepted") for statuses in found) == len(events)
    log = ReviewEvent.objects.filter(student=student)
    assert log.count() == log.values("sequence").distinct().count() == len(events)
    reviews = [event for event in events if event["type"] == "review"]
    assert Review.objects.filter(event__student=student).values("event").distinct().count() == len(reviews)


def test_of_a_long_batch_that_breaks_off_what_was_taken_in_stays(
    student: User, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = history(student, key, rounds=13)[: 2 * PIECE + 1]
    accept = reviews.accept

    def accept_until_it_breaks(log: ChangeLog, batch: reviews.Batch, now: datetime) -> reviews.Accepted:
        if batch.events[-1] is events[-1]:
            raise OperationalError
        return accept(log, batch, now)

    monkeypatch.setattr(reviews, "accept", accept_until_it_breaks)
    with pytest.raises(OperationalError):
        send(student, events)
    monkeypatch.undo()
    assert ReviewEvent.objects.filter(student=student).count() == 2 * PIECE
    assert Job.objects.filter(kind=Job.Kind.PLAN, student=student).exists()

    assert send(student, events) == ["duplicate"] * (2 * PIECE) + ["accepted"]


@pytest.mark.any_database
def test_two_devices_with_wrong_clocks_agree(student: User, key: Key) -> None:
    events = history(student, key, rounds=2)
    with transaction.atomic():
        send(student, events)
        expected = states(student)
        transaction.set_rollback(True)

    wrong = timedelta(hours=5)
    now = timezone.now()
    shifted = [
        {**event, "occurred_at": (datetime.fromisoformat(event["occurred_at"]) + wrong).isoformat()} for event in events
    ]
    batch = {"device": str(uuid.UUID(int=9)), "device_now": (now + wrong).isoformat(), "events": shifted}
    schedule.answer(student, batch, now=now)

    assert states(student) == expected


@pytest.mark.any_database
def test_a_rebuild_of_a_healthy_log_changes_nothing(student: User, stranger: User, key: Key) -> None:
    for one in (student, stranger):
        send(one, history(one, key))
    before = states(student)

    out = StringIO()
    call_command("rebuild_memory", stdout=out)

    assert states(student) == before
    counted = Review.objects.filter(event__undone=False).count()
    assert f"2 students, {Card.objects.count()} cards, {counted} reviews: 0 differences." in out.getvalue()


def test_a_rebuild_mends_what_is_wrong_and_says_what(student: User, stranger: User, key: Key) -> None:
    for one in (student, stranger):
        send(one, history(one, key))
    before, others = states(student), states(stranger)
    broken = Card.objects.filter(student=student, stability__isnull=False, suspended=False).first()
    assert broken
    Card.objects.filter(pk=broken.pk).update(stability=1.0, reviews=99, suspended=True)

    with pytest.raises(CommandError, match="not the fold"):
        call_command("rebuild_memory", check=True, stdout=StringIO())
    assert states(student) != before

    out = StringIO()
    call_command("rebuild_memory", student="ada", stdout=out)
    assert "reviews 99 is" in out.getvalue()
    assert "1 differences, mended" in out.getvalue()
    assert states(student) == before
    assert states(stranger) == others


@pytest.mark.any_database
def test_a_rebuild_takes_the_same_queries_however_long_the_log(student: User, key: Key) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            memory_upkeep.rebuild(student)
        return len(captured)

    events = history(student, key, rounds=20)
    send(student, events[:20])
    few = queries()
    for start in range(20, len(events), 400):
        send(student, events[start : start + 400])
    assert queries() == few


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's query plans")
def test_no_query_of_an_answer_or_a_queue_reads_the_whole_log(student: User, key: Key) -> None:
    send(student, history(student, key))
    (one,) = schedule.load_queue(student, limit=1).presentations
    event = {
        "id": str(uuid.uuid4()),
        "type": "review",
        "presentation": str(one.pk),
        "response": key(str(one.pk)),
        "occurred_at": timezone.now().isoformat(),
    }
    with CaptureQueriesContext(connection) as captured:
        schedule.load_queue(student, limit=20)
        send(student, [event])

    for query in captured:
        if query["sql"].startswith("SELECT") and '"quizzes_reviewevent"' in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql'].replace('%', '%%')}")
                steps = [row[3] for row in cursor.fetchall()]
            whole = [step for step in steps if "reviewevent" in step and ("SCAN" in step or "(student_id=?)" in step)]
            assert whole == [], query["sql"]


def test_lines_of_the_log_are_found_by_one_index_of_their_cards(db: None) -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "quizzes_review")
    by_card = [name for name, about in constraints.items() if about["index"] or about["unique"]]
    assert len([name for name in by_card if constraints[name]["columns"][0] == "card_id"]) == 1

"""What an exam withholds is withheld by everything: no reader tells a right answer from a wrong one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from examprep.models import User
from examprep.watching.state import load_state
from quizzes import exams
from quizzes.models import Card, Exam, ReviewEvent, Sitting, WithheldAnswer
from tests.conftest import Api, review, wrong
from tests.test_secrets import fill, routes

Key = Callable[[str], Any]
AT_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|csrf[^>]*>|nonce-?[^>;]*|[A-Za-z0-9]{64}")
"""What of a page is another with each request: identifiers that are drawn, and tokens."""
OF_ITEMS = ("notebook/<item>/answers/", "api/v1/items/<item>/answers/", "api/v1/notes/<item>/")


@pytest.fixture
def _still() -> Iterator[None]:
    """The clock stands still: what is made later says so nowhere."""
    with time_machine.travel(datetime.now(UTC).replace(hour=12, minute=0), tick=False):
        yield


@contextmanager
def tried() -> Iterator[None]:
    """What is done here is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def read_all(api: Api, items: set[str]) -> dict[str, str]:
    """What every address says to the student, those of some items too."""
    of_items = {
        address.replace("decay-factor", item) for route in OF_ITEMS for address in fill(route) for item in items
    }
    said = {}
    for address in sorted({*routes(), *of_items, "/concepts/factor/", "/exams/?state=weak", "/api/v1/packs/?days=30"}):
        if "schema" in address or "/health/" in address or "/try/" in address:
            continue
        if "export" in address:
            continue  # it has their own answers; tests/test_personal_data.py
        answer: Any = api.client.get(address)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        said[address] = AT_RANDOM.sub("", text.decode(errors="replace"))
    return said


@pytest.mark.any_database
@pytest.mark.usefixtures("_still")
def test_no_reader_tells_right_from_wrong_before_the_exam_is_over(api: Api, student: User, key: Key) -> None:
    Exam.objects.update(feedback=Exam.Feedback.ENDED, closes_at=timezone.now() + timedelta(days=1))
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())
    slots = list(sitting.slots.select_related("presentation__version__item"))
    items = {slot.presentation.version.item.slug for slot in slots}
    read: list[dict[str, str]] = []
    for is_right in (True, False):
        with tried():
            for slot in slots[:3]:
                shown = api.get(f"sittings/{sitting.pk}/").json()["slots"][slot.number - 1]["presentation"]
                right = key(str(slot.presentation_id))
                given = right if is_right else wrong(shown, right)
                exams.save_answer(student, sitting.pk, slot.number, given, 0, timezone.now())
            exams.close_sitting(student, sitting.pk, timezone.now())
            # What the whole is worth is told at once; this is about its parts.
            Sitting.objects.update(score=1.0)
            read.append(read_all(api, items))
            assert not ReviewEvent.objects.exists()
            call_command("rebuild_memory", check=True)
    assert len(read[0]) > 50
    assert {address for address in read[0] if read[0][address] != read[1][address]} == set()


def test_the_end_of_the_exam_releases_what_was_withheld(student: User, key: Key) -> None:
    now = timezone.now()
    Exam.objects.update(feedback=Exam.Feedback.ENDED, closes_at=now + timedelta(hours=1))
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), now)
    first = sitting.slots.select_related("presentation").first()
    assert first
    exams.save_answer(student, sitting.pk, first.number, key(str(first.presentation_id)), 0, now)
    exams.close_sitting(student, sitting.pk, now)
    assert exams.release_ended_sittings(now) == 0
    # Whatever is set meanwhile, it is the release that counts.
    after = now + timedelta(hours=2)
    assert exams.release_ended_sittings(after) == 1
    assert exams.release_ended_sittings(after) == 0
    event = ReviewEvent.objects.get()
    assert (event.occurred_at, event.received_at, event.score) == (now, after, 1)
    assert Card.objects.filter(student=student, reviews=1).exists()
    stored = Sitting.objects.get()
    assert stored.forecast
    assert stored.released_at == after
    assert stored.forecast["after"]["score"] > stored.forecast["before"]["score"]
    call_command("rebuild_memory", check=True)


def test_what_another_open_sitting_asks_is_released_with_it(
    student: User, key: Key, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    exam = Exam.objects.get(slug="tiny-exam")
    twin = Exam.objects.get(slug="tiny-exam")
    twin.pk, twin.slug = None, "twin"
    twin.save()
    first, _ = exams.open_sitting(student, exam, now)
    second, _ = exams.open_sitting(student, twin, now)
    items = set(second.slots.values_list("presentation__version__item", flat=True))
    shared = first.slots.filter(presentation__version__item__in=items).first()
    assert shared
    exams.save_answer(student, first.pk, shared.number, key(str(shared.presentation_id)), 0, now)
    closed = exams.close_sitting(student, first.pk, now)
    assert (closed.score, closed.released_at) == (1, None)
    with django_assert_num_queries(1):
        # The sweep leaves it to the other one, and does not try again and again.
        assert exams.release_ended_sittings(now) == 0
    assert not ReviewEvent.objects.exists()
    exams.close_sitting(student, second.pk, now)
    assert set(Sitting.objects.values_list("released_at", flat=True)) == {now}
    assert ReviewEvent.objects.get().score == 1


def ask_twice(api: Api, student: User) -> tuple[dict[str, Any], Sitting]:
    """A question of the queue that a sitting asks as well, which was opened afterwards."""
    asked = {one["item"]: one for one in api.queue()["results"]}
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())
    items = sitting.slots.values_list("presentation__version__item__slug", flat=True)
    return next(asked[item] for item in items if item in asked), sitting


@pytest.mark.any_database
@pytest.mark.usefixtures("_still")
def test_no_reader_tells_right_from_wrong_while_a_sitting_asks_the_same(api: Api, student: User, key: Key) -> None:
    asked, _ = ask_twice(api, student)
    read: list[Any] = []
    for is_right in (True, False):
        with tried():
            right = key(asked["id"])
            event = review(asked["id"], right if is_right else wrong(asked, right), id=str(uuid.UUID(int=1)))
            undo = {**event, "id": str(uuid.UUID(int=2)), "type": "undo", "target": event["id"]}
            sent = [api.send(event), api.send(event), api.send({**event, "duration_ms": 5})]
            assert [result["status"] for (result,) in sent] == ["accepted", "duplicate", "conflict"]
            said = read_all(api, {asked["item"]})
            sent.append(api.send(undo))
            read.append((sent, said))
            assert {result["grade"] for results in sent for result in results} == {None}
            call_command("rebuild_memory", check=True)
    assert read[0][0] == read[1][0]
    assert {address for address in read[0][1] if read[0][1][address] != read[1][1][address]} == set()


@pytest.mark.any_database
def test_an_answer_that_waited_counts_as_of_when_it_was_given(api: Api, student: User, key: Key) -> None:
    asked, sitting = ask_twice(api, student)
    event = review(asked["id"], key(asked["id"]))
    (taken,) = api.send(event)
    assert (taken["status"], taken["code"], taken["grade"]) == ("accepted", "in_sitting", None)
    assert WithheldAnswer.objects.count() == 1
    assert not ReviewEvent.objects.exists()
    exams.close_sitting(student, sitting.pk, timezone.now())
    assert not WithheldAnswer.objects.exists()
    stored = ReviewEvent.objects.get()
    assert (str(stored.event_id), stored.score) == (event["id"], 1)
    assert stored.occurred_at.isoformat() == event["occurred_at"]
    (again,) = api.send(event)
    assert (again["status"], again["grade"]["correct"]) == ("duplicate", True)
    call_command("rebuild_memory", check=True)


def test_an_answer_that_waited_and_was_undone_counts_nowhere(api: Api, student: User, key: Key) -> None:
    asked, sitting = ask_twice(api, student)
    event = review(asked["id"], key(asked["id"]))
    undo = {"id": str(sitting.pk), "type": "undo", "target": event["id"], "occurred_at": event["occurred_at"]}
    api.send(event)
    assert api.send(undo)[0]["status"] == "accepted"
    exams.close_sitting(student, sitting.pk, timezone.now())
    assert ReviewEvent.objects.get(type="review").undone
    assert not Card.objects.filter(student=student, reviews__gt=0).exists()
    call_command("rebuild_memory", check=True)


def test_an_unreadable_answer_is_refused_at_once(api: Api, student: User) -> None:
    asked, _ = ask_twice(api, student)
    (refused,) = api.send(review(asked["id"], {"nothing": 1}))
    assert (refused["status"], refused["code"]) == ("rejected", "format")
    assert not WithheldAnswer.objects.exists()


def test_an_answer_that_cannot_be_read_any_more_when_it_is_released_stays_and_is_named_to_staff(
    api: Api, student: User, instructor: Client, key: Key
) -> None:
    asked, sitting = ask_twice(api, student)
    api.send(review(asked["id"], key(asked["id"])))
    (waiting,) = WithheldAnswer.objects.all()
    # An update of the service reads answers otherwise.
    WithheldAnswer.objects.update(event={**waiting.event, "response": {"nothing": 1}})
    exams.close_sitting(student, sitting.pk, timezone.now())
    (kept,) = WithheldAnswer.objects.all()
    assert kept.refused
    assert not ReviewEvent.objects.exists()
    page = instructor.get("/courses/tiny/students/ada/answers/").content.decode()
    assert "1 answer waited for the end of an exam and could not be taken then. It counts nowhere" in page
    assert asked["item"] in page
    assert load_state(timezone.now()).refused_answers == 1
    # It is read again, and the device sends it once more.
    assert api.send(waiting.event)[0]["status"] == "accepted"
    assert "could not be taken" not in instructor.get("/courses/tiny/students/ada/answers/").content.decode()
    assert load_state(timezone.now()).refused_answers == 0

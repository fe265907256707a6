"""Copies of a student's data on two devices, three weeks of chance: in the end each is what the server has."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Item, Lesson
from quizzes import schedule
from quizzes.calendar import format_instant
from quizzes.models import Card, DailyPlan, Note, ReviewEvent, SectionRead
from tests.conftest import Api, review, wrong

pytestmark = pytest.mark.any_database
BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS, SEED, LIMIT = 21, 1187, 40
OF_A_COURSE = ("lessons", "concepts", "exams")


class Device(Api):
    """A phone that keeps a copy, and what it could not send yet."""

    def __init__(self, user: User) -> None:
        super().__init__(user)
        self.copy: dict[tuple[str, ...], dict[str, Any]] = {}
        self.cursor = ""
        self.unsent: list[dict[str, Any]] = []
        self.sent: list[str] = []

    def act(self, **event: Any) -> None:
        """Store an event, to be sent later."""
        self.unsent.append({"id": str(uuid.uuid4()), "occurred_at": timezone.now().isoformat(), **event})

    def sync(self) -> None:
        """Send what waits, and read what changed."""
        if self.unsent:
            now = timezone.now().isoformat()
            body = {"device": self.device, "device_now": now, "events": self.unsent, "cursor": self.cursor}
            reply = self.post("reviews/batch/", body).json()
            assert {result["status"] for result in reply["results"]} <= {"accepted", "rejected"}
            assert reply["cursor"] == self.cursor
            self.sent += [event["id"] for event in self.unsent if event["type"] == "review"]
            self.unsent = []
        has_more = True
        while has_more:
            page = self.get(f"sync/?cursor={self.cursor}&limit={LIMIT}").json()
            for change in page["changes"]:
                self.apply(change)
            self.cursor, has_more = page["cursor"], page["has_more"]

    def apply(self, change: dict[str, Any]) -> None:
        """Put a change in place of what is kept of the same thing."""
        if change["type"] != "deletion":
            self.copy[key_of(change)] = change
        elif change["of"] == "item":
            self.copy.pop(("item_version", change["course"], change["id"]), None)
        else:
            gone = [key for key in self.copy if key[0] in ("course", *OF_A_COURSE) and key[1] == change["id"]]
            gone += [key for key in self.copy if key[0] == "item_version" and key[1] == change["id"]]
            for key in gone:
                del self.copy[key]


def key_of(change: dict[str, Any]) -> tuple[str, ...]:
    if change["type"] == "item_version":
        return "item_version", change["course"], change["id"]
    return change["type"], change["id"]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGINS, tick=False) as coordinates:
        yield coordinates


def test_copies_on_two_devices_are_what_the_server_has(
    clock: time_machine.Traveller, student: User, key: Callable[[str], Any]
) -> None:
    draw = random.Random(SEED)
    devices, web = (Device(student), Device(student)), Api(student)
    for day in range(DAYS):
        clock.move_to(BEGINS + timedelta(days=day))
        schedule.plan_day(student)
        for device in draw.sample(devices, 2):
            _study(device, draw, key)
            clock.shift(timedelta(minutes=40))
            if draw.random() < 0.6:  # else it has no network today
                device.sync()
        _change_on_the_web(web, student, draw, day)
    for device in devices:
        device.sync()
        device.sync()
    devices[0].sync()

    fresh = Device(student)
    fresh.sync()
    for device in devices:
        assert device.copy.keys() == fresh.copy.keys()
        assert device.copy == fresh.copy
    _check_against_the_database(fresh.copy, student)
    undone = [change for change in fresh.copy.values() if change["type"] == "event" and change["undone"]]
    assert len(undone) > 3
    assert any(change["superseded"] for change in fresh.copy.values() if change["type"] == "event")
    assert len(fresh.copy) > 150


def _study(device: Device, draw: random.Random, key: Callable[[str], Any]) -> None:
    """Answer some, take one back, put a card away."""
    for shown in device.queue(draw.randint(1, 4))["results"]:
        right = key(shown["id"])
        event = review(shown["id"], right if draw.random() < 0.7 else wrong(shown, right))
        device.unsent.append({**event, "confidence": draw.choice([None, 1, 3, 5])})
    if draw.random() < 0.5 and device.sent:
        device.act(type="undo", target=draw.choice(device.sent))
    cards = sorted(change["id"] for change in device.copy.values() if change["type"] == "card")
    if cards and draw.random() < 0.4:
        device.act(type=draw.choice(["bury", "suspend", "resume"]), card=draw.choice(cards))


def _change_on_the_web(web: Api, student: User, draw: random.Random, day: int) -> None:
    """What is done elsewhere: notes, settings, reading, an exam, leaving and coming back, an author's work."""
    items = list(Item.objects.published().order_by("pk"))
    slug = draw.choice(items[:6]).slug
    getattr(web.client, draw.choice(["put", "delete"]))(f"/api/v1/bookmarks/{slug}/")
    text = draw.choice(["", "Why?", "Because."])
    web.client.put(f"/api/v1/notes/{slug}/", {"text": text}, content_type="application/json")
    if day % 4 == 1:
        web.patch("me/", {"desired_retention": draw.choice([0.8, 0.85, 0.9]), "daily_minutes": draw.randint(5, 30)})
    if day % 5 == 2:
        lesson = Lesson.objects.order_by("pk")[0]
        where = {"student": student, "lesson": lesson, "section": f"s{day}"}
        SectionRead.objects.create(**where, read_at=timezone.now())
        Lesson.objects.filter(pk=lesson.pk).update(title=f"Lesson of day {day}")
    if day in (6, 13):
        item = items[day % len(items)]
        item.seconds += 1
        item.save()
        bank.publish(item, seeds=10)
    if day == 9:
        bank.retire(items[-1])
    if day == 11:
        web.client.delete("/api/v1/courses/tiny/enrolment/")
    if day == 14:
        web.post("courses/tiny/enrolment/", {})
    if day == 16:
        for exam in web.get("exams/").json()["results"]:
            sitting = web.post(f"exams/{exam['slug']}/sittings/", {})
            if sitting.status_code == 201:
                web.post(f"sittings/{sitting.json()['id']}/submit/", {})


def _check_against_the_database(copy: dict[tuple[str, ...], dict[str, Any]], student: User) -> None:
    """What a copy says of events, cards, plans and lists is what their rows say."""
    events = {key[1]: change for key, change in copy.items() if key[0] == "event"}
    stored = ReviewEvent.objects.filter(student=student).select_related("presentation")
    assert events.keys() == {str(event.event_id) for event in stored}
    for event in stored:
        told = events[str(event.event_id)]
        in_sitting = bool(event.presentation and event.presentation.in_sitting)
        assert (told["undone"], told["superseded"]) == (event.undone, event.superseded)
        assert told["score"] == (None if in_sitting else event.score)
        assert told["occurred_at"] == format_instant(event.occurred_at)
    cards = {key[1]: change for key, change in copy.items() if key[0] == "card"}
    for card in Card.objects.filter(student=student).exclude(sequence=Card.HIDDEN):
        told = cards.pop(str(card.pk))
        for name in ("stability", "difficulty", "reviews", "lapses", "suspended"):
            assert told[name] == getattr(card, name), name
        for name in ("due_at", "last_review_at", "buried_until"):
            at = getattr(card, name)
            assert told[name] == (format_instant(at) if at else None), name
    assert not cards
    plans = DailyPlan.objects.filter(student=student, sequence__gt=0)
    assert {key[1] for key in copy if key[0] == "plan"} == {plan.date.isoformat() for plan in plans}
    assert all(copy["plan", plan.date.isoformat()]["tasks"] == plan.tasks for plan in plans)
    notes = {entry["item"]: entry["text"] for entry in copy["notes", "notes"]["entries"]}
    assert notes == dict(Note.objects.filter(student=student).values_list("item__slug", "text"))
    assert copy["settings", student.username]["daily_minutes"] == User.objects.get(pk=student.pk).daily_minutes

"""A phone that is offline for a week: it reviews from a pack, grades by itself, and comes back with a wrong clock."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes import memory_upkeep
from quizzes.models import Card, Review, ReviewEvent
from quizzes.reviews.memory_states import CARD_STATE
from tests.api.test_packs import right_by_the_pack
from tests.api.test_sync import of, sync
from tests.conftest import Api, wrong

pytestmark = [pytest.mark.database, pytest.mark.any_database]

Key = Callable[[str], Any]


@dataclass
class Phone:
    """An offline client: a copy of what it was told, and an outbox of what the server has not confirmed."""

    api: Api
    clock_error: timedelta
    pack: list[dict[str, Any]] = field(default_factory=list)
    copy: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    cursor: str = ""
    outbox: list[dict[str, Any]] = field(default_factory=list)
    graded: dict[str, bool] = field(default_factory=dict)
    truly_at: dict[str, datetime] = field(default_factory=dict)

    def now(self) -> datetime:
        """As the phone's own clock has it."""
        return timezone.now() + self.clock_error

    def sync(self) -> None:
        changes, self.cursor = sync(self.api, self.cursor)
        for change in changes:
            if change["type"] == "deletion":
                self.copy.pop((change["of"], change["id"]), None)
            else:
                self.copy[change["type"], change["id"]] = change

    def fetch_pack(self) -> None:
        self.pack = self.api.get("packs/?days=7").json()["results"]

    def answer(self, one: dict[str, Any], response: Any) -> str:
        event = {
            "id": str(uuid.uuid4()),
            "type": "review",
            "presentation": one["id"],
            "response": response,
            "occurred_at": self.now().isoformat(),
            "duration_ms": 20_000,
        }
        self._put(event)
        self.graded[event["id"]] = right_by_the_pack(one, response)
        return str(event["id"])

    def undo(self, event: str) -> None:
        self._put({"id": str(uuid.uuid4()), "type": "undo", "target": event, "occurred_at": self.now().isoformat()})

    def _put(self, event: dict[str, Any]) -> None:
        self.truly_at[event["id"]] = timezone.now()
        self.outbox.append(event)

    def send(self, events: list[dict[str, Any]], *, answer_is_lost: bool = False) -> list[dict[str, Any]]:
        """Send part of the outbox; it is kept unless the server's answer came through."""
        results = self.api.send(*events, device_now=self.now())
        if not answer_is_lost:
            done = {result["id"] for result in results if result["status"] in ("accepted", "duplicate")}
            self.outbox = [event for event in self.outbox if event["id"] not in done]
        return results


def on_the_web(student: User, key: Key) -> None:
    """One question answered on the web page, as a browser does."""
    browser = Client()
    browser.force_login(student)
    page = browser.get("/review/")
    shown = page.context["presentation"]
    sent = {"presentation": shown["id"], "shown": page.context["shown"], "event": str(page.context["event"])}
    right = key(shown["id"])
    pairs = {f"left-{left}": right for left, right in right.get("pairs", {}).items()}
    answer = browser.post("/review/", {**sent, **right, **pairs, "step": right.get("order", [])})
    assert answer.status_code == 302


@pytest.mark.parametrize("clock_error", [timedelta(hours=3, minutes=12), timedelta(days=-400)])
def test_a_week_offline_loses_nothing_and_doubles_nothing(student: User, key: Key, clock_error: timedelta) -> None:
    rng = random.Random(7)
    begin = timezone.now().replace(microsecond=0)
    with time_machine.travel(begin, tick=False) as clock:
        phone = Phone(Api(student), clock_error)
        phone.sync()
        phone.fetch_pack()
        assert len(phone.pack) == 6

        for day in range(1, 7):  # offline: nothing of the server but the pack
            clock.move_to(begin + timedelta(days=day))
            for one in phone.pack[day % 2 :: 2]:
                clock.shift(timedelta(minutes=2))
                right = rng.random() < 0.7
                given = phone.answer(one, one["key"] if right else wrong(one, one["key"]))
                if rng.random() < 0.2:
                    clock.shift(timedelta(seconds=5))
                    phone.undo(given)
            if day in (2, 4):
                clock.shift(timedelta(hours=3))
                on_the_web(student, key)

        clock.move_to(begin + timedelta(days=7))
        sent = list(phone.outbox)
        assert len(sent) > 18

        # The line breaks in the middle of a body, then before the answer, then works: the whole outbox again.
        half = phone.api.post("reviews/batch/", '{"device": "' + str(uuid.uuid4()) + '", "device_now": "2026')
        assert half.status_code == 400
        assert ReviewEvent.objects.filter(student=student).count() == 2
        clock.shift(timedelta(seconds=20))
        phone.send(sent[:5], answer_is_lost=True)
        clock.shift(timedelta(seconds=40))
        results = phone.send(sent)
        assert [one["status"] for one in results] == ["duplicate"] * 5 + ["accepted"] * (len(sent) - 5)
        assert phone.outbox == []
        phone.sync()

    # Nothing lost, nothing double, each where it truly happened.
    stored = {str(event.event_id): event for event in ReviewEvent.objects.filter(student=student)}
    assert len(stored) == len(sent) + 2
    for event in sent:
        assert abs(stored[event["id"]].occurred_at - phone.truly_at[event["id"]]) <= timedelta(minutes=1)
        assert stored[event["id"]].device_occurred_at == datetime.fromisoformat(event["occurred_at"])
    for result in results:
        if result["grade"]:
            assert result["grade"]["correct"] is phone.graded[result["id"]]

    # The states are those of the ordered log, and the phone has them.
    assert memory_upkeep.rebuild(student, repair=False).different == 0
    cards = of(list(phone.copy.values()), "card")
    for card in Card.objects.filter(student=student):
        told = cards[str(card.pk)]
        assert (told["stability"], told["reviews"], told["lapses"]) == (card.stability, card.reviews, card.lapses)
    assert of(list(phone.copy.values()), "event").keys() == stored.keys()


def test_two_devices_offline_agree_with_one_that_was_online(student: User, stranger: User, key: Key) -> None:
    """What a student did on two phones gives the states that another has who did the same, in order, online."""
    begin = timezone.now().replace(microsecond=0)
    with time_machine.travel(begin, tick=False) as clock:
        phones = [Phone(Api(student), timedelta(hours=hours)) for hours in (5, -7)]
        online = Api(stranger)
        for phone in phones:
            phone.fetch_pack()
        theirs = {one["item"]: one for one in online.get("packs/").json()["results"]}
        for day in range(1, 6):
            clock.move_to(begin + timedelta(days=day))
            for number, one in enumerate(phones[0].pack):
                clock.shift(timedelta(minutes=3))
                right = (day + number) % 3 > 0
                phones[(day + number) % 2].answer(one, one["key"] if right else wrong(one, one["key"]))
                other = theirs[one["item"]]
                result = online.answer(other["id"], other["key"] if right else wrong(other, other["key"]))
                assert result["status"] == "accepted"
        clock.shift(timedelta(days=1))
        for phone in reversed(phones):
            phone.send(phone.outbox)

    of_time = [name for name in CARD_STATE if name != "last_event"]
    fields = ("item__slug", "facet", *of_time)
    states = [
        sorted(Card.objects.filter(student=one).values_list(*fields), key=lambda row: row[:2])
        for one in (student, stranger)
    ]
    assert states[0] == states[1]
    assert (
        Review.objects.filter(event__student=student).count() == Review.objects.filter(event__student=stranger).count()
    )

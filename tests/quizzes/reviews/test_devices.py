"""Two devices, an owner who travels and changes settings, clocks that are wrong, and authors who go on publishing.

The log stands beside a plain model.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import memory_upkeep, presentations, schedule
from quizzes.calendar import study_day
from quizzes.models import Card, Presentation, ReviewEvent
from tests.conftest import WRONG, examples

Key = Callable[[str], Any]
BEGIN = datetime(2026, 3, 10, 22, tzinfo=UTC)
ZONES = ["UTC", "Asia/Tokyo", "Pacific/Honolulu", "America/St_Johns"]


@dataclass
class Fact:
    """An event as its device made it, and what the model says of it once it has arrived."""

    document: dict[str, Any]
    card: uuid.UUID | None = None
    not_before: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    """An answer is no older than its question."""
    order: tuple[datetime, uuid.UUID] | None = None
    """Its place in the log; None before it has arrived."""
    buried_until: datetime | None = None

    @property
    def type(self) -> str:
        return str(self.document["type"])


@dataclass
class Device:
    """A device: how far its clock is ahead, and what it has not sent yet."""

    id: uuid.UUID
    ahead: timedelta = timedelta(0)
    outbox: list[Fact] = field(default_factory=list)

    def now(self) -> datetime:
        return timezone.now() + self.ahead


class Devices(RuleBasedStateMachine):
    """What may happen, in any order; at the end everything has arrived and is compared."""

    def __init__(self, student: User, key: Key) -> None:
        super().__init__()
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.traveller = self.clock.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.student, self.key = student, key
        self.rng = random.Random(1)
        self.devices = [Device(uuid.UUID(int=1)), Device(uuid.UUID(int=2))]
        self.facts: list[Fact] = []
        self.online = True
        # A pair that is taken for another says something of both; these cards are alone with their question.
        self.cards = list(Card.objects.filter(student=student, facet="").order_by("item__slug")[:2])
        self.published = [1, 1]
        """How many versions each of the two has, and below it which is asked: none while it is retired."""
        self.versions: list[int | None] = [1, 1]

    # What happens

    @rule(device=st.integers(0, 1), card=st.integers(0, 1), right=st.booleans())
    def answer(self, device: int, card: int, right: bool) -> None:
        asked, shown = self.cards[card], self._ask(card)
        if shown is None:
            # Whoever was asked before the item was retired may still answer.
            shown = Presentation.objects.filter(card=asked.pk).with_versions().order_by("-created_at").first()
        if shown is None or self._answers(str(shown.pk)):
            return  # never asked; or the first answer has not arrived, so that the question is still open
        response = self.key(str(shown.pk))
        if not right:
            response = WRONG[shown.version.kind](shown.prompt, response)
        document = {"type": "review", "presentation": str(shown.pk), "response": response}
        self._make(device, document, asked.pk, shown.created_at)

    @rule(device=st.integers(0, 1), card=st.integers(0, 1), kind=st.sampled_from(["bury", "bury", "suspend", "resume"]))
    def flag(self, device: int, card: int, kind: str) -> None:
        self._make(device, {"type": kind, "card": str(self.cards[card].pk)}, self.cards[card].pk)

    @precondition(lambda self: self.facts)
    @rule(device=st.integers(0, 1), which=st.integers(0, 100))
    def undo(self, device: int, which: int) -> None:
        target = self.facts[which % len(self.facts)]
        if target.type != "undo":
            self._make(device, {"type": "undo", "target": target.document["id"]})

    @rule(device=st.integers(0, 1), again=st.booleans())
    def send(self, device: int, again: bool) -> None:
        sender = self.devices[device]
        facts, sender.outbox = sender.outbox, []
        self.rng.shuffle(facts)
        self._deliver(sender, facts)
        if again:
            self._deliver(sender, facts)

    @rule(online=st.booleans())
    def go(self, online: bool) -> None:
        self.online = online

    @rule(minutes=st.sampled_from([1, 30, 180, 700, 1500, 4000]))
    def wait(self, minutes: int) -> None:
        self.traveller.shift(timedelta(minutes=minutes))

    @rule(device=st.integers(0, 1), minutes=st.sampled_from([0, -1, 5, -300, 2000]))
    def set_clock(self, device: int, minutes: int) -> None:
        self.devices[device].ahead = timedelta(minutes=minutes)

    @rule(zone=st.sampled_from(ZONES), hour=st.sampled_from([0, 4, 12, 23]), retention=st.sampled_from([0.8, 0.9]))
    def change_settings(self, zone: str, hour: int, retention: float) -> None:
        changed = User.objects.get(pk=self.student.pk)
        changed.time_zone, changed.day_rollover_hour, changed.desired_retention = zone, hour, retention
        schedule.change_settings(changed)

    @rule(card=st.integers(0, 1))
    def look(self, card: int) -> None:
        self._ask(card)

    @rule(card=st.integers(0, 1), how=st.sampled_from(["new stem", "as it is", "retire"]))
    def publish(self, card: int, how: str) -> None:
        item = Item.objects.get(pk=self.cards[card].item_id)
        if how == "retire":
            bank.retire(item)
            self.versions[card] = None
            return
        if how == "new stem":
            Item.objects.filter(pk=item.pk).update(draft={**item.draft, "stem": f"{item.draft['stem']} "})
            item.refresh_from_db()
        bank.publish(item, seeds=1)
        if how == "new stem" or self.versions[card] is None:
            self.published[card] += 1
        self.versions[card] = self.published[card]

    # What holds

    @invariant()
    def today_is_never_before_the_last_day_with_an_answer(self) -> None:
        student = User.objects.get(pk=self.student.pk)
        answers = ReviewEvent.objects.filter(student=student, type="review", undone=False)
        days = answers.order_by("-study_date").values_list("study_date", flat=True)
        assert not days or days[0] <= study_day(student, timezone.now()).date

    def teardown(self) -> None:
        try:
            for device in self.devices:
                self._deliver(device, device.outbox)
            self._compare()
        finally:
            transaction.set_rollback(True)
            presentations.forget_bodies()  # the next versions have the same primary keys
            schedule.forget_banks()
            self.atomic.__exit__(None, None, None)
            self.clock.stop()

    def _compare(self) -> None:
        undone = {fact.document["target"] for fact in self.facts if fact.type == "undo"}
        counted = [fact for fact in self.facts if fact.document["id"] not in undone]
        for card in Card.objects.filter(pk__in=[card.pk for card in self.cards]):
            facts = sorted((fact for fact in counted if fact.card == card.pk), key=_order)
            answers = [_order(fact) for fact in facts if fact.type == "review"]
            suspended, buried_until = False, None
            for fact in facts:
                if fact.type in ("suspend", "resume"):
                    suspended = fact.type == "suspend"
                if fact.type in ("bury", "resume"):
                    buried_until = fact.buried_until
            assert (card.suspended, card.buried_until) == (suspended, buried_until)
            assert (card.reviews, card.last_review_at) == (len(answers), answers[-1][0] if answers else None)
        assert ReviewEvent.objects.filter(student=self.student).count() == len(self.facts)
        report = memory_upkeep.rebuild(User.objects.get(pk=self.student.pk), repair=False)
        assert report.examples == []

    # How

    def _ask(self, card: int) -> Presentation | None:
        """What is asked of the card: its newest version, and nothing while its item is retired."""
        asked = self.cards[card]
        ask = presentations.Ask(asked.pk, (asked.facet,))
        shown = presentations.present(self.student, [ask], timezone.now())
        assert [presentation.version.number for presentation in shown] == [n for n in (self.versions[card],) if n]
        return shown[0] if shown else None

    def _answers(self, presentation: str) -> bool:
        """Whether there is an answer to the presentation already, which no undo has taken back for all to see."""
        answers = {fact.document["id"] for fact in self.facts if fact.document.get("presentation") == presentation}
        undone = {fact.document["target"] for fact in self.facts if fact.type == "undo" and fact.order}
        return bool(answers - undone)

    def _make(
        self, device: int, document: dict[str, Any], card: uuid.UUID | None = None, since: datetime | None = None
    ) -> None:
        maker = self.devices[device]
        event_id = uuid.UUID(int=self.rng.getrandbits(128))
        fact = Fact({"id": str(event_id), "occurred_at": maker.now().isoformat(), **document}, card)
        fact.not_before = since or fact.not_before
        self.facts.append(fact)
        if self.online:
            self._deliver(maker, [fact])
        else:
            maker.outbox.append(fact)

    def _deliver(self, device: Device, facts: list[Fact]) -> None:
        """Send events; each is new, or known to have arrived, and has its place in the log from now on."""
        now = timezone.now()
        batch = {
            "device": str(device.id),
            "device_now": device.now().isoformat(),
            "events": [fact.document for fact in facts],
        }
        statuses = [result["status"] for result in schedule.answer(self.student, batch)["results"]]
        assert statuses == ["duplicate" if fact.order else "accepted" for fact in facts]
        student = User.objects.get(pk=self.student.pk)
        for fact in facts:
            if fact.order is None:
                wrong = device.ahead if abs(device.ahead) > timedelta(minutes=1) else timedelta(0)
                at = datetime.fromisoformat(fact.document["occurred_at"]) - wrong
                at = max(min(at, now), fact.not_before)
                fact.order = (at, uuid.UUID(fact.document["id"]))
                fact.buried_until = study_day(student, at).ends_at if fact.type == "bury" else None


def _order(fact: Fact) -> tuple[datetime, uuid.UUID]:
    assert fact.order is not None
    return fact.order


def test_the_log_is_what_a_plain_model_says(student: User, key: Key) -> None:
    class Mine(Devices):
        def __init__(self) -> None:
            super().__init__(student, key)

    run_state_machine_as_test(
        Mine,
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

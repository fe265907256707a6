"""Devices of students: they answer, on line and off, undo, flag cards, sit exams, and follow their cursor."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.history.course import EXAM, RIGHT
from tests.history.draw import Step
from tests.history.people import Known, instant
from tests.history.records import Document, History, Operation
from tests.history.wire import Wire

CLOCKS = (0.0, 0.0, -86_400.0, 10_000.0, -45.0, 400_000.0)
"""Seconds by which the clocks of devices are ahead."""
RETRIED = 0.8
"""The share of batches with an unknown outcome that are sent again; the others are left alone."""
AT_ONCE = 8
API = "/api/v1"


def respond(prompt: Document, die: float) -> Document:
    """Return a response to a question of the course: right, wrong, or that it is not known."""
    if die < 0.2:
        return {"dont_know": True}
    choices = [choice["id"] for choice in prompt.get("choices", ()) if choice["text"].startswith(RIGHT) == (die < 0.7)]
    if "choices" not in prompt:
        return {"text": RIGHT if die < 0.7 else "something else"}
    several = sum(choice["text"].startswith(RIGHT) for choice in prompt["choices"]) > 1
    return {"choices": sorted(choices)} if several else {"choice": choices[0]}


@dataclass
class Device:
    """A client over REST, with a clock, a cursor and batches of its own."""

    history: History
    wire: Wire
    student: str
    name: str
    known: Known
    ahead: timedelta = timedelta(0)
    """Of its clock."""
    cursor: str = ""
    asked: list[Document] = field(default_factory=list)
    """Presentations to answer."""
    unsent: list[list[Document]] = field(default_factory=list)
    """Batches of which nobody knows what became of them."""
    sent: list[list[Document]] = field(default_factory=list)
    """The last batches that were taken in."""
    answered: dict[str, Document] = field(default_factory=dict)
    """What it answered, by event."""

    def __post_init__(self) -> None:
        self.id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.student}/{self.name}"))

    def log_in(self) -> None:
        """Get a session."""
        credentials = {"username": self.student, "password": self.student}
        token = self.wire.call("POST", "/_allauth/app/v1/auth/login", credentials).document["meta"]["session_token"]
        self.wire.headers["X-Session-Token"] = token

    def take(self, step: Step) -> None:
        """Do what a step says."""
        getattr(self, f"do_{step.kind}")(step)

    def call(self, kind: str, method: str, path: str, sent: Document, *, body: bool = True) -> Operation:
        """Call, and record what became of it."""
        began = self.history.begin()
        answer = self.wire.call(method, API + path, sent if body else None)
        return self.history.end(
            self.name, self.student, kind, sent, began, status=answer.status, answer=shorten(kind, answer.document)
        )

    # Reading

    def do_queue(self, step: Step) -> None:
        """Ask what to review."""
        if asked := self.read_queue(10):
            self.asked = asked
            self.known.note(self.known.cards, *(shown["card"] for shown in asked))

    def read_queue(self, limit: int) -> list[Document]:
        """Return what is to be reviewed; nothing where that cannot be known now."""
        asked = self.call("queue", "GET", f"/queue/?limit={limit}", {}, body=False)
        return list(asked.answer["results"]) if asked.is_acknowledged else []

    def do_sync(self, step: Step) -> int:
        """Follow the cursor to its end; how many changes that brings."""
        changes = 0
        limit = 20 if step.dice[0] < 0.3 else 500
        for _ in range(200):
            sent = {"cursor": self.cursor, "device": self.name}
            page = self.call("sync", "GET", f"/sync/?limit={limit}&cursor={self.cursor}", sent, body=False)
            if page.status == 410:
                self.cursor = ""
            if not page.is_acknowledged:
                break
            changes += len(page.answer["changes"])
            self.cursor = page.answer["cursor"]
            if not page.answer["has_more"]:
                break
        return changes

    # Events

    def send(self, events: list[Document]) -> Operation:
        """Send a batch; one whose outcome is unknown is kept."""
        batch = {"device": self.id, "device_now": instant(self.ahead), "cursor": self.cursor, "events": events}
        done = self.call("batch", "POST", "/reviews/batch/", batch)
        if done.is_acknowledged:
            self.sent = [*self.sent[-5:], events]
        elif done.outcome == "unknown" or done.status == 429:
            self.unsent.append(events)
        return done

    def review(self, shown: Document, ids: Iterator[str], dice: tuple[float, ...], *, ago: float = 0.0) -> Document:
        """Return the event of an answer to what is shown, so many seconds ago."""
        event = next(ids)
        self.known.note(self.known.answered, event)
        self.answered[event] = shown
        return {
            "id": event,
            "type": "review",
            "presentation": shown["id"],
            "response": respond(shown["prompt"], dice[0]),
            "confidence": int(dice[1] * 6) or None,
            "occurred_at": instant(self.ahead - timedelta(seconds=ago)),
            "duration_ms": int(dice[2] * 60_000),
        }

    def do_answer(self, step: Step) -> None:
        """Answer a question; of those that were answered before, one now and then."""
        if not self.asked:
            self.do_queue(step)
        shown = self.known.choose(self.asked, step.dice[3])
        if shown is None:
            return
        if step.dice[4] < 0.85:
            self.asked.remove(shown)
        self.send([self.review(shown, step.ids(), step.dice)])

    def do_offline(self, step: Step) -> None:
        """Send many answers at once, given some time ago, in any order."""
        if len(self.asked) < 4:
            self.do_queue(step)
        if not self.asked:
            return
        ids, dice = step.ids(), random.Random(step.seed)
        events = []
        for shown in dice.choices(self.asked, k=AT_ONCE):
            throws = tuple(dice.random() for _ in range(6))
            ago = 10 ** (throws[5] * 5.3)
            events.append(self.review(shown, ids, throws, ago=ago))
        self.asked = []
        self.send(events)

    def do_undo(self, step: Step) -> None:
        """Take back what some device answered."""
        target = self.known.choose(self.known.answered, step.dice[0])
        if target:
            event = {"id": next(step.ids()), "type": "undo", "target": target, "occurred_at": instant(self.ahead)}
            self.send([event])

    def do_redo(self, step: Step) -> None:
        """Take back what it answered, and answer that again as of some time before."""
        target = self.known.choose(list(self.answered), step.dice[3])
        if target:
            ids, shown = step.ids(), self.answered.pop(target)
            self.send([{"id": next(ids), "type": "undo", "target": target, "occurred_at": instant(self.ahead)}])
            self.send([self.review(shown, ids, step.dice, ago=10 ** (step.dice[4] * 5.3))])

    def flag(self, step: Step) -> list[Document]:
        """Return an event that buries, suspends or resumes a card."""
        card = self.known.choose(self.known.cards, step.dice[0])
        kind = ("bury", "suspend", "resume", "resume")[int(step.dice[1] * 4)]
        occurred_at = instant(self.ahead - timedelta(seconds=step.dice[2] * 600))
        event = {"id": next(step.ids()), "type": kind, "card": card, "occurred_at": occurred_at}
        return [event] if card else []

    def do_flag(self, step: Step) -> None:
        """Bury, suspend or resume a card."""
        if events := self.flag(step):
            self.send(events)

    def do_again(self, step: Step) -> None:
        """Send again what may not have arrived; else what has, with something new around it."""
        if self.unsent:
            events = self.unsent.pop(0)
            if step.dice[0] < RETRIED:
                self.send(events)
            return
        if old := self.known.choose(self.sent, step.dice[1]):
            new = self.flag(step)
            self.send([*new, *old] if step.dice[3] < 0.3 else [*old, *new])

    def do_more(self, step: Step) -> None:
        """Ask for more questions today."""
        self.call("more", "POST", "/today/more/", {"minutes": 10})

    # Exams

    def do_open(self, step: Step) -> None:
        """Begin an exam, or go on with the one that is open."""
        opened = self.call("open", "POST", f"/exams/{EXAM}/sittings/", {})
        if opened.is_acknowledged:
            self._note_sitting(opened.answer)

    def do_sitting(self, step: Step) -> None:
        """Look at the open sitting."""
        if self.known.sitting:
            sent = {"sitting": self.known.sitting}
            seen = self.call("sitting", "GET", f"/sittings/{self.known.sitting}/", sent, body=False)
            if seen.is_acknowledged:
                self._note_sitting(seen.answer)

    def do_save(self, step: Step) -> None:
        """Save the answer of a slot, over the revision that is known."""
        with self.known.lock:
            sitting, slots = self.known.sitting, dict(self.known.slots)
        if not sitting:
            self.do_open(step)
            return
        place = int(step.dice[0] * len(slots)) + 1
        slot = slots[place]
        response = respond(slot["presentation"]["prompt"], step.dice[1])
        sent = {"sitting": sitting, "slot": place, "rev": slot["rev"], "response": response}
        for _ in range(1 + (step.dice[2] < RETRIED)):
            saved = self.call("save", "PUT", f"/sittings/{sitting}/answers/{place}/", sent)
            if saved.outcome != "unknown":
                break
        if saved.is_acknowledged:
            with self.known.lock:
                slot["rev"] = max(slot["rev"], saved.answer["rev"])
        elif saved.outcome == "refused":
            self.do_sitting(step)

    def do_submit(self, step: Step) -> None:
        """Hand in, and read the result."""
        sitting = self.known.sitting
        if not sitting:
            return
        done = self.call("submit", "POST", f"/sittings/{sitting}/submit/", {"sitting": sitting})
        if done.is_acknowledged:
            self.read_result(sitting)
            with self.known.lock:
                self.known.sitting = "" if self.known.sitting == sitting else self.known.sitting

    def read_result(self, sitting: str) -> Operation:
        """Read the result of a sitting."""
        return self.call("result", "GET", f"/sittings/{sitting}/result/", {"sitting": sitting}, body=False)

    def _note_sitting(self, sitting: Document) -> None:
        with self.known.lock:
            is_open = sitting["state"] == "open"
            self.known.sitting = sitting["id"] if is_open else ""
            self.known.slots = {slot["slot"]: dict(slot) for slot in sitting["slots"]} if is_open else {}


def shorten(kind: str, answer: Document) -> Document:
    """Return of an answer what the checks, and the clients, need."""
    if kind == "queue":
        names = ("id", "card", "item", "version", "prompt")
        return {"results": [{name: shown[name] for name in names} for shown in answer.get("results", ())]}
    if kind == "batch":
        return {**answer, "results": [_shorten_result(result) for result in answer.get("results", ())]}
    return answer


def _shorten_result(result: dict[str, Any]) -> Document:
    grade = result["grade"] or {}
    return {
        **{name: result[name] for name in ("id", "status", "code")},
        "grade": {name: grade[name] for name in ("score", "rating") if name in grade},
        "cards": [card["card"] for card in grade.get("cards", ())],
    }

"""Each event once: what was acknowledged is there, what is unknown at most once, and nothing else. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tests.history.copies import TAKEN, fresh_copy
from tests.history.records import Document, History, Operation, Violation

AS_SENT = ("presentation", "response", "confidence", "duration_ms", "target", "card")
"""What the log keeps of an event as it was sent."""
TOLERANCE = timedelta(seconds=60)
"""A difference of clocks up to this is the network's."""
STEP_BACK = timedelta(seconds=30)
"""How far back the service's own clock may jump."""
ROUNDED = timedelta(milliseconds=2)


def stored_events(history: History, student: str) -> dict[str, Document]:
    """Return the student's log as a fresh client gets it."""
    copy = fresh_copy(history, student) or {}
    return {name: change for (kind, name), change in copy.items() if kind == "event"}


def sent_events(history: History, student: str) -> dict[str, Document]:
    """Return the events that were sent in batches, and those of forms as far as they are known, by id."""
    sent: dict[str, Document] = {}
    for each in history.of(student, "batch", "form"):
        if each.kind == "form":
            sent[each.sent["event"]] = {"presentation": each.sent["presentation"], "type": "review"}
        else:
            sent.update({event["id"]: event for event in each.sent["events"]})
    return sent


def slots_asked(history: History, student: str) -> dict[str, tuple[str, int]]:
    """Return the presentations of the student's sittings: each is a slot of one."""
    return {
        slot["presentation"]["id"]: (each.answer["id"], slot["slot"])
        for each in history.of(student, "open", "sitting", "result")
        if each.is_acknowledged
        for slot in each.answer["slots"]
    }


def check_events(history: History) -> Iterator[Violation]:
    """Exactly once, for all events of all students."""
    for student in history.students():
        if fresh_copy(history, student) is not None:
            yield from _check_batches(history, student)
            yield from _check_lost(history, student)
            yield from _check_else(history, student)
            yield from _check_content(history, student)


def _check_batches(history: History, student: str) -> Iterator[Violation]:
    """Each event of a batch has its result, in order; the same event again is a duplicate with the same grade."""
    first: dict[str, Document] = {}
    for batch in history.of(student, "batch"):
        if not batch.is_acknowledged:
            continue
        results = batch.answer["results"]
        ids = [event["id"] for event in batch.sent["events"]]
        if [result["id"] for result in results] != ids:
            yield Violation("idempotence", student, f"{len(results)} results for {len(ids)} events", tuple(ids))
        for result in results:
            before = first.setdefault(result["id"], result)
            if result["status"] == "conflict" or (before["status"] == "rejected") != (result["status"] == "rejected"):
                words = f"event {result['id']} is {result['status']} and was {before['status']}"
                yield Violation("idempotence", student, words, (result["id"],))
            elif before["grade"] and result["grade"] and before["grade"] != result["grade"]:
                words = f"the grade of {result['id']} was {before['grade']} and is {result['grade']}"
                yield Violation("idempotence", student, words, (result["id"],))


def _check_lost(history: History, student: str) -> Iterator[Violation]:
    """What was acknowledged is in the log, or waits for the end of an exam."""
    there = stored_events(history, student).keys() | set(_exported(history, student, "waiting"))
    for each in history.of(student, "batch", "form"):
        if not each.is_acknowledged:
            continue
        if each.kind == "form":
            names = [each.answer["event"]] if each.answer else []
        else:
            names = [result["id"] for result in each.answer["results"] if result["status"] in TAKEN]
        for name in names:
            if name not in there:
                yield Violation("lost", student, f"event {name} was acknowledged", (name,))


def _check_else(history: History, student: str) -> Iterator[Violation]:
    """Nothing is there twice, nor anything that nobody sent, nor what was rejected."""
    stored, sent, slots = stored_events(history, student), sent_events(history, student), slots_asked(history, student)
    twice = Counter(_exported(history, student, "answers"))
    for name in (name for name, times in twice.items() if times > 1):
        yield Violation("doubled", student, f"event {name} is there {twice[name]} times", (name,))
    if twice.keys() != stored.keys():
        apart = sorted(twice.keys() ^ stored.keys())
        yield Violation("export", student, f"sync and export differ by {apart}", tuple(apart))
    rejected = _rejected(history, student)
    undos = Counter(each.sent["target"] for each in history.of(student, "form-undo"))
    of_slots: Counter[str] = Counter()
    same = {_content(event) for name, event in sent.items() if name in stored}
    for name, event in stored.items():
        if name in rejected:
            yield Violation("invented", student, f"event {name} was rejected, and is there", (name,))
        if name in sent:
            continue
        if event["event_type"] == "undo" and undos[event["target"]] > 0:
            undos[event["target"]] -= 1
        elif event["presentation"] in slots:
            of_slots[event["presentation"]] += 1
        else:
            check = "doubled" if _content(event) in same else "invented"
            yield Violation(check, student, f"nobody sent event {name}: {event}", (name, *_names(event)))
    for name in (name for name, times in of_slots.items() if times > 1):
        yield Violation("doubled", student, f"{of_slots[name]} answers to slot {slots[name]}", (name,))


def _content(event: Document) -> tuple[object, ...]:
    kind = event.get("event_type") or event["type"]
    return kind, event.get("presentation"), event.get("target"), event.get("card"), event.get("duration_ms") or 0


def _names(event: Document) -> list[str]:
    return [event[key] for key in ("presentation", "target", "card") if event[key]]


def _exported(history: History, student: str, table: str) -> list[str]:
    exports = list(history.of(student, "export"))
    return sorted(exports[-1].answer[table]) if exports else []


def _rejected(history: History, student: str) -> set[str]:
    return {
        result["id"]
        for batch in history.of(student, "batch")
        if batch.is_acknowledged
        for result in batch.answer["results"]
        if result["status"] == "rejected"
    }


def _check_content(history: History, student: str) -> Iterator[Violation]:
    """An event says what was sent, and happened when its device's clock, as far as that was off, says it did."""
    stored, sent = stored_events(history, student), sent_events(history, student)
    for name in stored.keys() & sent.keys():
        wrong = [key for key in AS_SENT if key in sent[name] and sent[name][key] != stored[name][key]]
        if wrong:
            yield Violation("changed", student, f"{wrong} of {name}: {stored[name]} where {sent[name]}", (name,))
    for batch in history.of(student, "batch"):
        if batch.is_acknowledged:
            yield from _check_clock(batch, stored)


def _check_clock(batch: Operation, stored: Mapping[str, Document]) -> Iterator[Violation]:
    server_now = datetime.fromisoformat(batch.answer["server_now"])
    off = server_now - datetime.fromisoformat(batch.sent["device_now"])
    correction = off if abs(off) > TOLERANCE + ROUNDED else timedelta(0)
    if abs(abs(off) - TOLERANCE) <= ROUNDED:
        return  # it may be either
    events = {event["id"]: event for event in batch.sent["events"]}
    for result in batch.answer["results"]:
        if result["status"] != "accepted" or result["id"] not in stored:
            continue
        reported = datetime.fromisoformat(events[result["id"]]["occurred_at"])
        right = min(reported + correction, server_now)
        instant = datetime.fromisoformat(stored[result["id"]]["occurred_at"])
        # A question was put at some time, before which nobody answered it.
        latest = server_now + STEP_BACK if stored[result["id"]]["presentation"] else right
        if not right - ROUNDED <= instant <= latest + ROUNDED:
            words = f"{result['id']} happened at {right.isoformat()}, not at {instant.isoformat()}"
            yield Violation("clock", batch.student, words, (result["id"],))

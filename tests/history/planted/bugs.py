"""The bugs: what each breaks, and the checks of which one at least has to name it.

A file says which one is switched on; without it the service is as it is.
"""

from __future__ import annotations

import copy
import functools
import inspect
import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

VARIABLE = "TEST_BUG_FILE"
BUGS: dict[str, tuple[str, ...]] = {
    "acknowledged before it is committed": ("lost",),
    "a retry without its key": ("doubled",),
    "a cursor that passes what is not committed": ("cursor", "read-your-writes"),
    "off the outbox before it is done": ("plan",),
    "an undo that leaves the state": ("fold",),
    "a card written without the lock": ("fold",),
    "a late event folded at the end": ("fold",),
    "a correction that skips open sittings": ("correction",),
    "a batch that stops at its first duplicate": ("lost",),
    "the device's clock is trusted": ("clock",),
    "a cache that serves another revision": ("revision",),
    "a plan that is kept although something was answered": ("plan",),
}
(
    UNCOMMITTED,
    NO_KEY,
    CURSOR,
    OUTBOX,
    UNDO,
    UNLOCKED,
    LATE,
    CORRECTION,
    STOPS,
    CLOCK,
    CACHE,
    PLAN,
) = BUGS
Wrapped = Callable[..., Any]


def is_on(bug: str) -> bool:
    """Whether the bug is switched on."""
    with suppress(OSError):
        return Path(os.environ.get(VARIABLE, "")).read_text() == bug
    return False


def _patch(place: Any, name: str, bug: str, broken: Callable[[Wrapped], Wrapped]) -> None:
    """Have a function behave as `broken` makes of it while the bug is on.

    Raises TypeError where that cannot be called in its place any more: a bug that fails is another bug.
    """
    right: Wrapped = getattr(place, name)
    wrong = broken(right)
    takes = inspect.signature(right).parameters.values()
    placed = [each.name for each in takes if each.kind is each.POSITIONAL_OR_KEYWORD]
    named = {each.name: None for each in takes if each.kind is each.KEYWORD_ONLY}
    inspect.signature(wrong).bind(*placed, **named)

    @functools.wraps(right)
    def either(*args: Any, **more: Any) -> Any:
        return (wrong if is_on(bug) else right)(*args, **more)

    setattr(place, name, either)


def install() -> None:
    """Patch what is loaded by now, all of it off."""
    if not os.environ.get(VARIABLE):
        return
    from quizzes import schedule
    from quizzes.background import outbox
    from quizzes.exams import closing, grading
    from quizzes.reviews import accepting, answers, clock, facts, sync
    from quizzes.schedule import answering

    _patch(answering, "_take_in", UNCOMMITTED, _rolled_back)
    _patch(schedule, "answer", NO_KEY, _with_new_ids)
    _patch(schedule, "answer", STOPS, _until_first_duplicate)
    _patch(sync, "_load_own", CURSOR, _without_the_last)
    _patch(outbox, "run", OUTBOX, lambda run: _off_before)
    _patch(outbox, "run_together", OUTBOX, lambda run: _off_before)
    _patch(accepting, "undo", UNDO, _leaving_the_state)
    _patch(facts._CARDS, "run", UNLOCKED, _as_read_before)
    _patch(answers, "step_cards", LATE, _at_the_end)
    _patch(closing, "grade_slot", CORRECTION, lambda right: lambda slot: grading.grade_slot_by(None, slot))
    _patch(clock.DeviceClock, "compare", CLOCK, lambda right: lambda _, now: clock.DeviceClock(now, timedelta(0)))
    _patch(sync, "_item", CACHE, _by_slug)
    _patch(answering, "_follow", PLAN, lambda right: lambda *_: None)


def _rolled_back(right: Wrapped) -> Wrapped:
    """Every third piece of a batch is acknowledged, and never committed."""
    calls = iter(range(10**9))

    def wrong(*args: Any, **more: Any) -> Any:
        from django.db import transaction

        with transaction.atomic():
            reply = right(*args, **more)
            transaction.set_rollback(next(calls) % 3 == 2)
        return reply

    return wrong


def _known_ids(student: Any, document: Any) -> set[str]:
    from quizzes.models import ReviewEvent

    ids = [event["id"] for event in document["events"]]
    stored = ReviewEvent.objects.filter(student=student, event_id__in=ids).values_list("event_id", flat=True)
    return {str(event) for event in stored}


def _with_new_ids(right: Wrapped) -> Wrapped:
    """What comes again is taken for something new."""

    def wrong(student: Any, document: Any, **more: Any) -> Any:
        new = {event: str(uuid.uuid4()) for event in _known_ids(student, document)}
        events = [{**event, "id": new.get(event["id"], event["id"])} for event in document["events"]]
        reply = right(student, {**document, "events": events}, **more)
        old = {there: here for here, there in new.items()}
        for result in reply["results"]:
            result["id"] = old.get(str(result["id"]), result["id"])
        return reply

    return wrong


def _until_first_duplicate(right: Wrapped) -> Wrapped:
    """What stands behind a duplicate is not read, and said to be one."""

    def wrong(student: Any, document: Any, **more: Any) -> Any:
        known = _known_ids(student, document)
        events = document["events"]
        first = next((at for at, event in enumerate(events) if event["id"] in known), len(events))
        reply = right(student, {**document, "events": events[: first + 1]}, **more)
        rest = [
            {"id": event["id"], "status": "duplicate", "code": None, "detail": None, "grade": None}
            for event in events[first + 1 :]
        ]
        return {**reply, "results": [*reply["results"], *rest]}

    return wrong


def _without_the_last(right: Wrapped) -> Wrapped:
    """The newest change is not seen yet, and the cursor counts it."""

    def wrong(student: Any, since: Any, end: Any, limit: int) -> Any:
        return [each for each in right(student, since, end, limit) if each.number != end.change_log]

    return wrong


def _off_before(kind: Any, students: Any, *_: object) -> None:
    """The job is gone, and its work failed."""
    from quizzes.models import Job

    several = [students] if isinstance(students, int) else list(students)
    Job.objects.filter(kind=kind, student__in=several).delete()


def _leaving_the_state(right: Wrapped) -> Wrapped:
    """The event is undone, and its cards stay as it left them."""

    def wrong(event: Any, reported: Any, changes: Any, **more: Any) -> None:
        before = dict(changes.to_replay)
        right(event, reported, changes, **more)
        changes.to_replay = before

    return wrong


def _as_read_before(right: Wrapped) -> Wrapped:
    """Cards are as they were when they were read the time before: another's change in between is written over."""
    earlier: dict[uuid.UUID, Any] = {}

    def wrong(**values: object) -> list[Any]:
        rows = right(**values)
        held = [earlier.pop(row.pk, row) for row in rows]
        earlier.update({row.pk: copy.copy(row) for row, old in zip(rows, held, strict=True) if old is row})
        return held

    return wrong


def _at_the_end(right: Wrapped) -> Wrapped:
    """An event that happened before others of its cards is taken for the last."""

    def wrong(changes: Any, event: Any, reviews: Any) -> None:
        for review in reviews:
            review.card.last_event_at = None
        right(changes, event, reviews)

    return wrong


def _by_slug(right: Wrapped) -> Wrapped:
    """What was said of an item once is kept in the cache, by its slug alone."""

    def wrong(item: Any) -> Any:
        from django.core.cache import cache

        return cache.get_or_set(f"bug:{item.slug}", lambda: right(item))

    return wrong

"""The one door for answers, from the web and from mobile clients alike.

A device reports events; `accept` stores each as a line of the review log, grades it, and folds it into the card
states. The log is the truth: a card's state is always the fold of its reviews in the order of their (corrected)
instants, so the order in which events arrive does not matter.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from questions.kinds import Graded
from quizzes.background.counting import count_after_commit
from quizzes.calendar import format_instant, study_day
from quizzes.models import Card, ChangeLog, ReviewEvent, Student, WithheldAnswer, make_row
from quizzes.reviews import batch_changes
from quizzes.reviews.answers import grade_answer, read_answer
from quizzes.reviews.batch import (
    Batch,
    ReportedEvent,
    ReportedPractice,
    ReportedReview,
    ReportedUndo,
    UnreadableEvent,
    read_event,
)
from quizzes.reviews.batch_changes import BatchChanges
from quizzes.reviews.clock import EARLIEST, DeviceClock, clamp_to_database
from quizzes.reviews.facts import load_facts
from quizzes.reviews.outcomes import Outcome, RejectedError
from quizzes.reviews.payloads import BatchResultPayload
from quizzes.reviews.undoing import flag_card, undo
from quizzes.reviews.working import take_practice


@dataclass(frozen=True)
class Accepted:
    """What became of each event of a batch, in its order, and the cards whose states it changed."""

    outcomes: list[Outcome]
    cards: list[Card]

    @property
    def has_new(self) -> bool:
        """Whether any event was accepted that had not been before."""
        return any(outcome.status == "accepted" for outcome in self.outcomes)


def batch_result(batch: Batch, accepted: Accepted, now: datetime, *, quiet: bool = False) -> BatchResultPayload:
    """Return what the client is told that sent a batch; `quiet` leaves out what was plainly accepted.

    What it has not read yet, of other devices and of what follows from its own answers, stays to be read.
    """
    return {
        "server_now": format_instant(now),
        "cursor": batch.cursor,
        "results": [outcome.payload() for outcome in accepted.outcomes if not (quiet and outcome.is_plain)],
    }


def accept(
    locked: ChangeLog,
    batch: Batch,
    now: datetime,
    *,
    in_sitting: bool = False,
    graded: Mapping[uuid.UUID, Graded] = MappingProxyType({}),
) -> Accepted:
    """Store, grade and fold a batch of a student's events.

    For whoever holds the student's change log, and plans anew afterwards. Each event is accepted, a duplicate, a
    conflict or rejected on its own. The number of queries depends on neither the history nor the number of events. What
    was put in a sitting is answered there alone, and comes in with `in_sitting`; `graded` holds what answers were
    graded as already, by their presentations.
    """
    student = locked.student
    reported = [read_event(event) for event in batch.events]
    clock = DeviceClock.compare(batch.device_now, now)
    facts = load_facts(student, [event for event in reported if not isinstance(event, UnreadableEvent)], clock)
    changes = BatchChanges(facts)
    acceptance = _Acceptance(student, batch, clock, locked, changes, in_sitting, graded)
    outcomes = [acceptance.decide(*pair) for pair in zip(reported, batch.events, strict=True)]
    if changes.events:
        batch_changes.fold(student, changes, locked.w)
        batch_changes.store(changes, locked, now)
    WithheldAnswer.objects.bulk_create(answer for answer in changes.withheld.values() if answer.pk is None)
    count_after_commit((outcome.status for outcome in outcomes), (review.rating for review in changes.reviews))
    return Accepted(outcomes, changes.cards())


def _hash(reported: ReportedEvent) -> str:
    """Return what tells whether an event is the same when it comes again: what it means, however it was written.

    Whether its key was shown is about what may be done with an answer, and is no part of it.
    """
    document = reported.model_dump(exclude={"key_shown"})
    return _short(_digest({**document, "occurred_at": reported.occurred_at.timestamp()}))


def _is_same(earlier: ReviewEvent | WithheldAnswer, body_hash: str, document: object) -> bool:
    """Whether an event came before; what came earlier still was told by how it was written."""
    if earlier.body_hash == body_hash:
        return True
    digest = _digest(document)
    return earlier.body_hash in (_short(digest), digest.hex())


_ENCODER = json.JSONEncoder(sort_keys=True, default=str)


def _digest(document: object) -> bytes:
    return hashlib.sha256(_ENCODER.encode(document).encode()).digest()


def _short(digest: bytes) -> str:
    return base64.b64encode(digest[:15]).decode()


@dataclass(frozen=True)
class _Acceptance:
    """What the decision on each event of a batch needs; it makes no query."""

    student: Student
    batch: Batch
    clock: DeviceClock
    change_log: ChangeLog
    changes: BatchChanges
    in_sitting: bool
    graded: Mapping[uuid.UUID, Graded]

    def decide(self, reported: ReportedEvent | UnreadableEvent, document: object) -> Outcome:
        """Accept the event into the changes of the batch, or say why not."""
        if isinstance(reported, UnreadableEvent):
            return Outcome(reported.id, "rejected", "invalid", reported.detail)
        body_hash = _hash(reported)
        try:
            if earlier := self.changes.find_event(reported.id):
                return self._repeat(earlier, body_hash, document)
            if waiting := self.changes.withheld.get(reported.id):
                is_same = _is_same(waiting, body_hash, document)
                return _withheld(waiting, "duplicate") if is_same else _conflict(waiting)
            if isinstance(reported, ReportedReview) and self._is_asked_in_sitting(reported.presentation):
                return self._withhold(reported, document, body_hash)
            return self._accept(reported, body_hash)
        except RejectedError as error:
            return Outcome(reported.id, "rejected", error.code, error.detail)

    def _repeat(self, earlier: ReviewEvent, body_hash: str, document: object) -> Outcome:
        """Answer an event whose id was used before, in the same words where it is the same event."""
        presentation = self.changes.facts.presentation_of(earlier)
        if presentation and presentation.in_sitting and not self.in_sitting:
            # Its grade is the sitting's to show, which may wait for the end of the exam.
            raise RejectedError("in_sitting", "id: This event belongs to a sitting.")
        if _is_same(earlier, body_hash, document):
            return self._taken("duplicate", earlier)
        return _conflict(earlier)

    def _is_asked_in_sitting(self, pk: uuid.UUID) -> bool:
        """Whether what was put elsewhere is asked in a sitting, too, whose keys are not shown yet."""
        presentation = self.changes.facts.presentations.get(pk)
        if presentation is None or presentation.in_sitting:
            return False
        return presentation.version.item_id in self.changes.facts.items_in_open_sittings

    def _withhold(self, reported: ReportedReview, document: object, body_hash: str) -> Outcome:
        """Keep an answer as it was sent until the sitting is released; nothing follows from it before."""
        presentation, _, _ = read_answer(reported, self.changes.facts, in_sitting=self.in_sitting)
        waiting = WithheldAnswer(
            student=self.student,
            event_id=reported.id,
            item_id=presentation.version.item_id,
            event=json.loads(json.dumps(document, default=str)),
            body_hash=body_hash,
            device=self.batch.device,
            device_now=clamp_to_database(self.batch.device_now),
            arrived_at=self.clock.server_now,
        )
        self.changes.withheld[reported.id] = waiting
        return _withheld(waiting, "accepted")

    def _accept(self, reported: ReportedEvent, body_hash: str) -> Outcome:
        event = self._make_event(reported, body_hash)
        if isinstance(reported, ReportedReview):
            graded = self.graded.get(reported.presentation)
            grade_answer(event, reported, self.changes, self.change_log.w, in_sitting=self.in_sitting, graded=graded)
        elif isinstance(reported, ReportedPractice):
            take_practice(event, reported, self.changes)
        elif isinstance(reported, ReportedUndo):
            undo(event, reported, self.changes, in_sitting=self.in_sitting)
        else:
            flag_card(event, reported, self.changes, self.student)
        event.sequence = self.change_log.next_sequence()
        self.changes.events[event.event_id] = event
        return self._taken("accepted", event)

    def _make_event(self, reported: ReportedEvent, body_hash: str) -> ReviewEvent:
        """Return the event as it will be stored; it happened no earlier than its question was put."""
        presentations = self.changes.facts.presentations
        shown = None
        if isinstance(reported, ReportedReview | ReportedPractice):
            shown = presentations.get(reported.presentation)
        occurred_at = self.clock.correct(reported.occurred_at, shown.created_at if shown else EARLIEST)
        return make_row(
            ReviewEvent,
            student=self.student,
            event_id=reported.id,
            type=reported.type,
            body_hash=body_hash,
            device=self.batch.device,
            device_occurred_at=clamp_to_database(reported.occurred_at),
            occurred_at=occurred_at,
            study_date=study_day(self.student, occurred_at).date,
            received_at=self.clock.server_now,
            undone=self.changes.is_undone(reported.id),
        )

    def _taken(self, status: Literal["accepted", "duplicate"], event: ReviewEvent) -> Outcome:
        """Return the outcome of an event that is stored; the key of what an open sitting asks too has to wait."""
        facts = self.changes.facts
        presentation = facts.presentation_of(event)
        if presentation and not self.in_sitting and presentation.version.item_id in facts.items_in_open_sittings:
            return _withheld(event, status)
        return Outcome(event.event_id, status, event=event, presentation=presentation)


def _withheld(answer: ReviewEvent | WithheldAnswer, status: Literal["accepted", "duplicate"]) -> Outcome:
    """Return the outcome of an answer whose grade has to wait."""
    detail = "This question is asked in an open sitting; its key is shown when that is closed."
    return Outcome(answer.event_id, status, "in_sitting", detail)


def _conflict(earlier: ReviewEvent | WithheldAnswer) -> Outcome:
    return Outcome(earlier.event_id, "conflict", "conflict", "This event id was used for another event.")

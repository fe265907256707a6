"""Events that are no answers: an earlier event taken back, a card buried, suspended or resumed."""

from __future__ import annotations

from datetime import date

from quizzes.calendar import study_day
from quizzes.models import Presentation, ReviewEvent, Student
from quizzes.reviews.batch import ReportedFlag, ReportedUndo
from quizzes.reviews.batch_changes import BatchChanges
from quizzes.reviews.outcomes import RejectedError


def undo(event: ReviewEvent, reported: ReportedUndo, changes: BatchChanges, *, in_sitting: bool) -> None:
    """Take back an earlier event; one that has not arrived yet will be undone from the start. Raises RejectedError.

    Answers in a sitting are taken back by that alone (`in_sitting`), which asks again itself.
    """
    event.target = reported.target
    target = changes.find_event(reported.target)
    if target is None:
        changes.undone_ahead.add(reported.target)
        return
    if target.type == ReviewEvent.Type.UNDO:
        raise RejectedError("not_undoable", "target: An undo cannot be undone; answer again.")
    facts = changes.facts
    presentation = facts.presentation_of(target)
    if presentation is not None and presentation.in_sitting and not in_sitting:
        raise RejectedError("not_undoable", "target: What was answered in an exam cannot be undone.")
    if target.counts:
        changes.replay(target)
    target.undone, target.superseded = True, False
    changes.undone[target.event_id] = target
    if target.card_id:
        changes.flagged[target.card_id] = facts.cards[target.card_id]
    if presentation is not None and target.type == ReviewEvent.Type.REVIEW and not in_sitting:
        _ask_again(presentation, changes)


def _ask_again(presentation: Presentation, changes: BatchChanges) -> None:
    """Open a presentation whose answer was undone, unless it has another answer: that one counts now."""
    for answer in changes.elections.decide(presentation.pk):
        changes.replay(answer)
    if not changes.elections.has_answer(presentation.pk):
        changes.reopened[presentation.pk] = presentation
        changes.closed.discard(presentation.pk)


def flag_card(event: ReviewEvent, reported: ReportedFlag, changes: BatchChanges, student: Student) -> None:
    """Bury, suspend or resume a card. Raises RejectedError."""
    card = changes.facts.cards.get(reported.card)
    if card is None:
        raise RejectedError("unknown_card", "card: There is no such card.")
    event.card = card
    if reported.type == "bury":
        # The log says until when: a fold must give the same after the student has moved to another zone.
        event.buried_until = study_day(student, event.occurred_at).ends_at
    changes.flagged[card.pk] = card


def last_undoable(student: Student, study_date: date) -> ReviewEvent | None:
    """Return the student's last event, if it is an answer of that study day which may be taken back.

    Answers in a sitting count for the exam, and stand.
    """
    last = student.review_events.select_related("presentation").order_by("-sequence").first()
    if last is None or last.type != ReviewEvent.Type.REVIEW or not last.counts or last.study_date != study_date:
        return None
    return None if last.presentation and last.presentation.in_sitting else last

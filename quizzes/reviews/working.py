"""A question that was worked by hand: never a review of its own card, but practice of what its concept encompasses."""

from __future__ import annotations

from questions.kinds import ResponseError, check_storable
from quizzes import presentations
from quizzes.models import ReviewEvent
from quizzes.reviews.answers import find_asked
from quizzes.reviews.batch import ReportedPractice
from quizzes.reviews.batch_changes import BatchChanges, practice_steps, step_cards
from quizzes.reviews.outcomes import RejectedError


def take_practice(event: ReviewEvent, reported: ReportedPractice, changes: BatchChanges) -> None:
    """Grade the steps into their event; where all that were filled in are right, step the cards that they practise.

    Raises RejectedError.
    """
    presentation = find_asked(changes.facts, reported.presentation, in_sitting=False)
    try:
        responses = presentations.with_settled(presentation, reported.steps)
        check_storable(responses)
        right = presentations.grade_steps(presentation, responses)
    except ResponseError as error:
        raise RejectedError("format", f"{error.field}: {error.message}") from None
    event.presentation = presentation
    event.response = {"steps": responses}
    practised = changes.facts.practice.get(presentation.version_id) if right else None
    if practised and practised.weights:
        event.practice_id = practised.key
        changes.practices[practised.key] = practised.weights
    changes.steps[event.event_id] = practice_steps(practised.weights if practised else {}, changes.facts)
    if not event.undone:
        step_cards(changes, event, changes.steps[event.event_id])

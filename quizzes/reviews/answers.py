"""One answer: graded by its kind, rated, and made lines of its cards' logs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Protocol

from questions import bank
from questions.kinds import Graded, ResponseError, check_storable
from questions.models import ItemVersion
from quizzes.memory.rating import Rating, rate
from quizzes.models import Card, Presentation, Review, ReviewEvent, make_row
from quizzes.presentations import (
    count_hints_used,
    finalise_response,
    grade_response,
    verdict_payload,
    with_checked,
)
from quizzes.reviews import memory_states
from quizzes.reviews.batch import MAX_DURATION_MS, ReportedReview
from quizzes.reviews.batch_changes import BatchChanges, practice_steps, step_cards
from quizzes.reviews.facts import Facts
from quizzes.reviews.outcomes import RejectedError


class AnsweredHow(Protocol):
    """What of an answer its rating depends on, besides its grade."""

    @property
    def confidence(self) -> int | None:
        """1 to 5; None where the student gave none."""

    @property
    def duration_ms(self) -> int:
        """How long it took."""

    @property
    def hints_used(self) -> int:
        """How many hints were taken."""


def grade_answer(
    event: ReviewEvent,
    reported: ReportedReview,
    changes: BatchChanges,
    w: Sequence[float],
    *,
    in_sitting: bool,
    graded: Graded | None = None,
) -> None:
    """Grade an answer into its event, unless it is graded, and step the cards that it is about. Raises RejectedError.

    `in_sitting` says whether it comes from a sitting: what was put there is answered there alone.
    """
    presentation, response, graded = read_answer(reported, changes.facts, in_sitting=in_sitting, graded=graded)
    version = presentation.version
    event.presentation = presentation
    event.response = response
    event.confidence = reported.confidence
    event.duration_ms = min(reported.duration_ms, MAX_DURATION_MS)
    event.hints_used = count_hints_used(presentation, reported.hints_used)
    event.score = None if graded.void else graded.score
    event.grade = stored_grade(graded, event, version)
    asked = _reviews(event, presentation, graded, changes, w)
    practised = changes.facts.practice.get(version.pk) if graded.correct and graded.facet_scores else None
    weights = practised.weights if practised else {}
    if practised and weights:
        event.practice_id = practised.key
        changes.practices[practised.key] = weights
    changes.reviews += asked
    steps = [memory_states.Step(review.card, review.rating) for review in asked]
    changes.steps[event.event_id] = steps + practice_steps(weights, changes.facts)
    if not event.undone:
        _count(event, presentation, asked, changes)
        changes.closed.add(presentation.pk)
        changes.reopened.pop(presentation.pk, None)
    changes.answered.append((event, [review.card for review in asked]))


def read_answer(
    reported: ReportedReview, facts: Facts, *, in_sitting: bool, graded: Graded | None = None
) -> tuple[Presentation, Any, Graded]:
    """Return what an answer is about, the response as it counts, and its grade. Raises RejectedError.

    Whoever has seen the key has no second try: what cannot be read counts then, as wrong.
    """
    presentation = find_asked(facts, reported.presentation, in_sitting=in_sitting)
    if presentation.work is not None:
        raise RejectedError("worked", "presentation: This question was worked by hand, and takes no answer.")
    response: Any = with_checked(presentation, reported.response)
    if reported.key_shown:
        response = finalise_response(presentation.version, presentation.answer, response)
    try:
        check_storable(response)
        return presentation, response, graded or grade_response(presentation.version, presentation.answer, response)
    except ResponseError as error:
        raise RejectedError("format", f"{error.field}: {error.message}") from None


def find_asked(facts: Facts, pk: uuid.UUID, *, in_sitting: bool) -> Presentation:
    """Return the presentation that an event is about. Raises RejectedError."""
    presentation = facts.presentations.get(pk)
    if presentation is None:
        raise RejectedError("unknown_presentation", "presentation: There is no such presentation.")
    if presentation.in_sitting != in_sitting:
        raise RejectedError("in_sitting", "presentation: This question belongs to a sitting; answer it there.")
    return presentation


def _count(event: ReviewEvent, presentation: Presentation, asked: list[Review], changes: BatchChanges) -> None:
    """Step the cards of an answer that is its presentation's first to arrive; of several let the earliest count."""
    recounted = [event] if presentation.in_sitting else changes.elections.add(event, presentation.pk)
    if recounted == [event]:
        step_cards(changes, event, changes.steps[event.event_id])
        return
    for review in asked:
        # The card has seen another answer to the same question: what it predicts now was not known before either.
        review.predicted = None
    for answer in recounted:
        changes.replay(answer)


def stored_grade(graded: Graded, event: AnsweredHow, version: ItemVersion) -> dict[str, Any]:
    """Return what is stored of the grade of an answer; `corrections` says that the version has some in force."""
    rating = rate_answer(graded, graded.score, event, version).name.lower()
    mark = {"corrections": True} if bank.rules_of(version) else {}
    return {"rating": rating, **verdict_payload(graded), **mark}


def rate_answer(graded: Graded, score: float, event: AnsweredHow, version: ItemVersion) -> Rating:
    """Return the student's own rating where the answer is one, else what a score of it earns."""
    if graded.rating:
        return Rating[graded.rating.upper()]
    return rate(score, event.confidence, event.duration_ms / 1000, version.seconds, event.hints_used)


def _reviews(
    event: ReviewEvent, presentation: Presentation, graded: Graded, changes: BatchChanges, w: Sequence[float]
) -> list[Review]:
    """Return the reviews of the cards that were asked, each with what was predicted just before."""
    version = presentation.version
    return [
        make_row(
            Review,
            card=card,
            event=event,
            rating=rate_answer(graded, score, event, version).value,
            score=score,
            predicted=_predict(card, event, presentation, changes, w),
        )
        for facet, score in graded.facet_scores.items()
        if (card := changes.facts.card_of(version.item_id, facet))
    ]


def _predict(
    card: Card, event: ReviewEvent, presentation: Presentation, changes: BatchChanges, w: Sequence[float]
) -> float | None:
    """Return P(correct) just before; None on the day on which the card was seen, when the model has nothing to say."""
    if card.last_review_on is not None and card.last_review_on >= event.study_date:
        return None
    if changes.stepping.waits(card):
        changes.stepping.settle(w)
    return memory_states.predict(card, event.study_date, presentation.guess_rate, w)

"""One answer: graded by its kind, rated, and made lines of its cards' logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from questions.kinds import Graded, ResponseError, check_storable
from questions.models import ItemVersion
from quizzes.memory.rating import Rating, rate
from quizzes.models import Card, Presentation, Review, ReviewEvent
from quizzes.presentations import count_hints_used, grade_response, verdict_payload, with_checked
from quizzes.reviews import memory_states, practice
from quizzes.reviews.batch import MAX_DURATION_MS, ReportedReview
from quizzes.reviews.batch_changes import BatchChanges, step_cards
from quizzes.reviews.facts import Facts
from quizzes.reviews.outcomes import RejectedError


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
    presentation = changes.facts.presentations.get(reported.presentation)
    if presentation is None:
        raise RejectedError("unknown_presentation", "presentation: There is no such presentation.")
    if presentation.in_sitting != in_sitting:
        raise RejectedError("in_sitting", "presentation: This question belongs to a sitting; answer it there.")
    version = presentation.version
    response: Any = with_checked(presentation, reported.response)
    try:
        check_storable(response)
        graded = graded or grade_response(version, presentation.answer, response)
    except ResponseError as error:
        raise RejectedError("format", f"{error.field}: {error.message}") from None
    event.presentation = presentation
    event.response = response
    event.confidence = reported.confidence
    event.duration_ms = min(reported.duration_ms, MAX_DURATION_MS)
    event.hints_used = count_hints_used(presentation, reported.hints_used)
    event.score = graded.score
    event.grade = {
        "rating": _rate(graded, graded.score, event, version).name.lower(),
        **verdict_payload(graded),
    }
    asked = _reviews(event, presentation, graded, changes.facts, w)
    practised = changes.facts.practice.get(version.pk) if graded.correct else None
    weights = practised.weights if practised else {}
    if practised and weights:
        event.practice_id = practised.key
        changes.practices[practised.key] = weights
    changes.reviews += asked
    changes.steps[event.event_id] = _steps(asked, weights, changes.facts)
    if not event.undone:
        _count(event, presentation, asked, changes, w)
        changes.closed.add(presentation.pk)
        changes.reopened.pop(presentation.pk, None)
    changes.answered.append((event, [review.card for review in asked]))


def _count(
    event: ReviewEvent, presentation: Presentation, asked: list[Review], changes: BatchChanges, w: Sequence[float]
) -> None:
    """Step the cards of an answer that is its presentation's first to arrive; of several let the earliest count."""
    recounted = [event] if presentation.in_sitting else changes.elections.add(event, presentation.pk)
    if recounted == [event]:
        step_cards(changes, event, changes.steps[event.event_id], w)
        return
    for review in asked:
        # The card has seen another answer to the same question: what it predicts now was not known before either.
        review.predicted = None
    for answer in recounted:
        changes.replay(answer)


def _rate(graded: Graded, score: float, event: ReviewEvent, version: ItemVersion) -> Rating:
    """Return the student's own rating where the answer is one, else what a score of it earns."""
    if graded.rating:
        return Rating[graded.rating.upper()]
    return rate(score, event.confidence, event.duration_ms / 1000, version.seconds, event.hints_used)


def _reviews(
    event: ReviewEvent, presentation: Presentation, graded: Graded, facts: Facts, w: Sequence[float]
) -> list[Review]:
    """Return the reviews of the cards that were asked, each with what was predicted just before."""
    version = presentation.version
    return [
        Review(
            card=card,
            event=event,
            rating=_rate(graded, score, event, version).value,
            score=score,
            predicted=_predict(card, event, presentation, w),
        )
        for facet, score in graded.facet_scores.items()
        if (card := facts.card_of(version.item_id, facet))
    ]


def _predict(card: Card, event: ReviewEvent, presentation: Presentation, w: Sequence[float]) -> float | None:
    """Return P(correct) just before; None on the day on which the card was seen, when the model has nothing to say."""
    if card.last_review_on is not None and card.last_review_on >= event.study_date:
        return None
    return memory_states.predict(card, event.study_date, presentation.guess_rate, w)


def _steps(asked: Sequence[Review], practised: practice.Weights, facts: Facts) -> list[memory_states.Step]:
    """Return what an answer is to cards: to those that were asked, and to all of the items that it practises.

    Also to cards never seen: a first review that happened earlier may still arrive.
    """
    return [
        *(memory_states.Step(review.card, review.rating) for review in asked),
        *(
            memory_states.Step(card, Rating.GOOD.value, weight)
            for item, weight in practised.items()
            for card in facts.cards_of_items.get(item, [])
        ),
    ]

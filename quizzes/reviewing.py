"""The one door for answers, from the web and from mobile clients alike.

A device reports events; `accept` stores each as a line of the review log, grades it, and folds it into the card
states. The log is the truth: a card's state is always the fold of its reviews in the order of their (corrected)
instants, so the order in which events arrive does not matter.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import numpy as np
import pydantic
from django.db import transaction
from django.utils import timezone
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from questions import kinds
from questions.kinds.base import Graded, ResponseError, Revealed
from quizzes.calendar import day_begins, study_day
from quizzes.dispatch import after_commit
from quizzes.memory import fsrs
from quizzes.memory.rating import Rating, rate
from quizzes.models import Card, Journal, Presentation, Review, ReviewEvent
from quizzes.presenting import body_of, with_html

MAX_EVENTS = 500
CARD_STATE = [
    "stability",
    "difficulty",
    "reviews",
    "lapses",
    "last_rating",
    "last_review_at",
    "last_review_on",
    "last_event",
    "due_at",
    "suspended",
    "buried_until",
]
CLOCK_TOLERANCE = timedelta(seconds=60)
"""A difference between device and server up to this is the network's, not the clock's."""
RELEARN_AFTER = timedelta(minutes=10)
"""A forgotten card comes back the same day, after this."""
MAX_DURATION_MS = 3_600_000
MAX_INTERVAL_DAYS = 3650
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class BatchError(ValueError):
    """The batch as a whole cannot be read, and nothing of it was stored. `errors` maps fields to messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    id: uuid.UUID
    occurred_at: AwareDatetime


class ReviewReport(_Event):
    """An answer."""

    type: Literal["review"]
    presentation: uuid.UUID
    response: Any
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None
    duration_ms: Annotated[int, Field(ge=0)] = 0


class UndoReport(_Event):
    """Take back an earlier event."""

    type: Literal["undo"]
    target: uuid.UUID


class CardReport(_Event):
    """Bury a card until tomorrow, suspend it, or resume it."""

    type: Literal["bury", "suspend", "resume"]
    card: uuid.UUID


Report = ReviewReport | UndoReport | CardReport
_EVENT: pydantic.TypeAdapter[Report] = pydantic.TypeAdapter(Annotated[Report, Field(discriminator="type")])


class _Batch(BaseModel):
    device: uuid.UUID
    device_now: AwareDatetime
    events: Annotated[list[Any], Field(max_length=MAX_EVENTS)]


@dataclass(frozen=True)
class _Outcome:
    """What became of one event."""

    id: object
    status: str
    code: str | None = None
    detail: str | None = None
    event: ReviewEvent | None = None

    def result(self) -> dict[str, Any]:
        return {
            "id": None if self.id is None else str(self.id),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "grade": with_html(self.event.grade) if self.event else None,
        }


@dataclass
class _Known:
    """What the batch speaks of, loaded in a fixed number of queries."""

    events: dict[uuid.UUID, ReviewEvent]
    presentations: dict[uuid.UUID, Presentation]
    cards: dict[uuid.UUID, Card]
    by_facet: dict[tuple[int, str], Card]
    undone: set[uuid.UUID | None]


@dataclass
class _Writes:
    """What the batch changes; folded and written at its end, together."""

    events: list[ReviewEvent] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    graded: list[tuple[dict[str, Any], ReviewEvent, list[Card]]] = field(default_factory=list)
    undone: dict[uuid.UUID, ReviewEvent] = field(default_factory=dict)
    closed: set[uuid.UUID] = field(default_factory=set)
    reopened: dict[uuid.UUID, Presentation] = field(default_factory=dict)
    touched: dict[uuid.UUID, Card] = field(default_factory=dict)
    flagged: dict[uuid.UUID, Card] = field(default_factory=dict)
    refold: dict[uuid.UUID, Card] = field(default_factory=dict)


def accept(student: Any, batch: object, *, now: datetime | None = None) -> dict[str, Any]:
    """Store, grade and fold a batch of events of `student`'s; the answer is CONTRACT.md's `reviews/batch` body.

    `batch` is untrusted JSON: `{"device", "device_now", "events"}`. Each event is accepted, a duplicate, a conflict
    or rejected on its own; one transaction holds all that is stored. Raises BatchError when the batch itself is
    malformed. The number of queries depends on neither the history nor the number of events.
    """
    now = now or timezone.now()
    parsed = _parse_batch(batch)
    skew = now - parsed.device_now
    if abs(skew) <= CLOCK_TOLERANCE:
        skew = timedelta(0)
    reports = [_parse_event(raw) for raw in parsed.events]
    with transaction.atomic():
        journal = lock_journal(student, now)
        known = _load(student, [report for report in reports if not isinstance(report, _Outcome)])
        writes = _Writes()
        outcomes = [
            report
            if isinstance(report, _Outcome)
            else _accept_one(student, report, raw, parsed.device, skew, now, journal, known, writes)
            for report, raw in zip(reports, parsed.events, strict=True)
        ]
        if writes.events:
            _fold(student, writes, known)
            _write(writes, now)
            journal.plan_wanted_at = now
            journal.save(update_fields=["last_sequence", "plan_wanted_at"])
            after_commit("quizzes.tasks.plan_student", student.pk)
    return {
        "server_now": instant(now),
        "cursor": str(journal.last_sequence),
        "results": [outcome.result() for outcome in outcomes],
    }


def lock_journal(student: Any, now: datetime) -> Journal:
    """The student's journal, locked until the transaction ends: one writer at a time."""
    journal = Journal.objects.select_for_update().filter(student=student).first()
    if journal is None:
        Journal.objects.get_or_create(student=student, defaults={"next_day_at": now})
        journal = Journal.objects.select_for_update().get(student=student)
    return journal


# Reading


def _parse_batch(batch: object) -> _Batch:
    try:
        return _Batch.model_validate(batch)
    except pydantic.ValidationError as error:
        raise BatchError(_messages(error)) from None


def _parse_event(raw: object) -> Report | _Outcome:
    """The event, or the outcome that rejects it."""
    try:
        return _EVENT.validate_python(raw)
    except pydantic.ValidationError as error:
        detail = "; ".join(f"{place}: {' '.join(texts)}" for place, texts in _messages(error).items())
        return _Outcome(raw.get("id") if isinstance(raw, dict) else None, "rejected", "invalid", detail)


def _messages(error: pydantic.ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False):
        parts = [str(part) for part in detail["loc"] if part not in ReviewEvent.Type.values]
        found.setdefault(".".join(parts) or "event", []).append(detail["msg"])
    return found


def _load(student: Any, reports: Sequence[Report]) -> _Known:
    ids = [report.id for report in reports]
    targets = [report.target for report in reports if isinstance(report, UndoReport)]
    events = {
        event.event_id: event for event in ReviewEvent.objects.filter(student=student, event_id__in=[*ids, *targets])
    }
    undone: set[uuid.UUID | None] = set(
        ReviewEvent.objects.filter(student=student, type=ReviewEvent.Type.UNDO, target__in=ids).values_list(
            "target", flat=True
        )
    )
    wanted = {report.presentation for report in reports if isinstance(report, ReviewReport)}
    wanted |= {event.presentation_id for event in events.values() if event.presentation_id}
    presentations = {
        one.pk: one
        for one in Presentation.objects.filter(student=student, pk__in=wanted).select_related("version", "card")
    }
    items = {one.version.item_id for one in presentations.values()}
    named = {report.card for report in reports if isinstance(report, CardReport)}
    named |= {event.card_id for event in events.values() if event.card_id}
    own = Card.objects.filter(student=student).select_related("item")
    cards = {card.pk: card for card in (own.filter(item__in=items) | own.filter(pk__in=named))}
    return _Known(
        events=events,
        presentations=presentations,
        cards=cards,
        by_facet={(card.item_id, card.facet): card for card in cards.values()},
        undone=undone,
    )


# One event


def _accept_one(
    student: Any,
    report: Report,
    raw: Any,
    device: uuid.UUID,
    skew: timedelta,
    now: datetime,
    journal: Journal,
    known: _Known,
    writes: _Writes,
) -> _Outcome:
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()
    earlier = known.events.get(report.id)
    if earlier is not None:
        if earlier.body_hash == digest:
            return _Outcome(report.id, "duplicate", event=earlier)
        return _Outcome(report.id, "conflict", "conflict", "This event id was used for another event.")
    event = ReviewEvent(
        student=student,
        event_id=report.id,
        type=report.type,
        body_hash=digest,
        device=device,
        device_occurred_at=_within_range(report.occurred_at),
        received_at=now,
        undone=report.id in known.undone,
    )
    event.occurred_at = _corrected(report, skew, now, known)
    event.study_date = study_day(student, event.occurred_at).date
    if isinstance(report, ReviewReport):
        rejection = _review(event, report, known, writes)
    elif isinstance(report, UndoReport):
        rejection = _undo(event, report, known, writes)
    else:
        rejection = _flag(event, report, known, writes)
    if rejection:
        return rejection
    journal.last_sequence += 1
    event.sequence = journal.last_sequence
    known.events[report.id] = event
    writes.events.append(event)
    return _Outcome(report.id, "accepted", event=event)


def _within_range(instant: datetime) -> datetime:
    """`instant` in UTC, as near as the database can hold it."""
    try:
        return max(instant.astimezone(UTC), datetime(1, 1, 2, tzinfo=UTC))
    except OverflowError:
        return datetime(1, 1, 2, tzinfo=UTC) if instant.year < 2000 else datetime(9999, 12, 30, tzinfo=UTC)


def _corrected(report: Report, skew: timedelta, now: datetime, known: _Known) -> datetime:
    """When it happened: the device's instant, less its clock error, never later than now, never before the question."""
    try:
        instant = (report.occurred_at + skew).astimezone(UTC)
    except OverflowError:
        instant = EARLIEST if report.occurred_at.year < 2000 else now
    shown = known.presentations.get(report.presentation) if isinstance(report, ReviewReport) else None
    return max(min(instant, now), shown.created_at if shown else EARLIEST)


def _review(event: ReviewEvent, report: ReviewReport, known: _Known, writes: _Writes) -> _Outcome | None:
    presentation = known.presentations.get(report.presentation)
    if presentation is None:
        detail = "presentation: There is no such presentation."
        return _Outcome(report.id, "rejected", "unknown_presentation", detail)
    version = presentation.version
    kind, body = kinds.get(version.kind), body_of(version.pk)
    try:
        graded = kind.grade(body, presentation.answer, report.response)
    except ResponseError as error:
        return _Outcome(report.id, "rejected", "format", f"{error.field}: {error.message}")
    event.presentation = presentation
    event.response = report.response
    event.confidence = report.confidence
    event.duration_ms = min(report.duration_ms, MAX_DURATION_MS)
    event.score = graded.score
    reviews = [
        Review(
            card=card,
            event=event,
            rating=_rate(score, event, version.seconds).value,
            score=score,
            predicted=predict(card, event.study_date, presentation.guess_rate),
        )
        for facet, score in graded.facet_scores.items()
        if (card := known.by_facet.get((version.item_id, facet)))
    ]
    writes.reviews += reviews
    if not event.undone:
        _fold_in(reviews, event, writes)
        writes.closed.add(presentation.pk)
    event.grade = _grade(event, graded, kind.reveal(body, presentation.answer), version.seconds)
    writes.graded.append((event.grade, event, [review.card for review in reviews]))
    return None


def _rate(score: float, event: ReviewEvent, seconds: int) -> Rating:
    return rate(score, event.confidence, event.duration_ms / 1000, seconds)


def _undo(event: ReviewEvent, report: UndoReport, known: _Known, writes: _Writes) -> _Outcome | None:
    event.target = report.target
    target = known.events.get(report.target)
    if target is None:
        # It may still arrive, and will then be undone from the start.
        known.undone.add(report.target)
        return None
    if target.type == ReviewEvent.Type.UNDO:
        detail = "target: An undo cannot be undone; answer again."
        return _Outcome(report.id, "rejected", "not_undoable", detail)
    target.undone = True
    writes.undone[target.event_id] = target
    if target.card_id:
        writes.flagged[target.card_id] = known.cards[target.card_id]
    presentation = known.presentations.get(target.presentation_id) if target.presentation_id else None
    if presentation is not None:
        keys = {(presentation.version.item_id, facet) for facet in presentation.facets}
        cards = [known.by_facet[key] for key in keys & known.by_facet.keys()]
        writes.refold.update({card.pk: card for card in cards})
        writes.reopened[presentation.pk] = presentation
        writes.closed.discard(presentation.pk)
    return None


def _flag(event: ReviewEvent, report: CardReport, known: _Known, writes: _Writes) -> _Outcome | None:
    card = known.cards.get(report.card)
    if card is None:
        return _Outcome(report.id, "rejected", "unknown_card", "card: There is no such card.")
    event.card = card
    writes.flagged[card.pk] = card
    return None


# Folding


def predict(card: Card, on: date, guess_rate: float) -> float | None:
    """P(correct) of `card` on study day `on`, luck included; None for a card that is new."""
    if card.stability is None or card.last_review_on is None:
        return None
    days = max((on - card.last_review_on).days, 0)
    recall = fsrs.retrievability(days, card.stability, fsrs.DEFAULT_PARAMETERS)
    return float(fsrs.expected_correct(recall, guess_rate))


def _fold_in(reviews: Sequence[Review], event: ReviewEvent, writes: _Writes) -> None:
    """Step the cards of the event just read; those that have seen a later one are folded again from the start."""
    in_order = []
    for review in reviews:
        card = review.card
        writes.touched[card.pk] = card
        newest = (card.last_review_at, card.last_event)
        if card.last_review_at is not None and newest > (event.occurred_at, event.event_id):
            writes.refold[card.pk] = card
        else:
            in_order.append(review)
    if in_order:
        _step(in_order, event)


def _step(reviews: Sequence[Review], event: ReviewEvent) -> None:
    """One event's reviews, each a step of its card: FSRS on all of them at once."""
    cards = [review.card for review in reviews]
    on = event.study_date
    elapsed = [max((on - card.last_review_on).days, 0) if card.last_review_on else 0 for card in cards]
    stability, difficulty = fsrs.step(
        np.array([np.nan if card.stability is None else card.stability for card in cards]),
        np.array([np.nan if card.difficulty is None else card.difficulty for card in cards]),
        np.array(elapsed, dtype=float),
        np.array([review.rating for review in reviews]),
        fsrs.DEFAULT_PARAMETERS,
    )
    for card, review, S, D in zip(cards, reviews, stability, difficulty, strict=True):
        card.lapses += int(review.rating == Rating.AGAIN and card.stability is not None)
        card.stability, card.difficulty = float(S), float(D)
        card.reviews += 1
        card.last_review_at, card.last_review_on = event.occurred_at, on
        card.last_event, card.last_rating = event.event_id, review.rating


def _fold(student: Any, writes: _Writes, known: _Known) -> None:
    """Bring the states of all cards that the batch touched up to date, and complete its grades with them."""
    if writes.refold:
        _refold(writes)
    if writes.flagged:
        _refold_flags(student, writes)
    for card in _changed(writes):
        card.due_at = due(student, card)
    for grade, event, cards in writes.graded:
        grade["cards"] = [_card(card, event.study_date) for card in cards]


def _changed(writes: _Writes) -> list[Card]:
    return list({**writes.touched, **writes.flagged, **writes.refold}.values())


def _refold(writes: _Writes) -> None:
    """Fold whole logs again, from nothing: the stored reviews and those of this batch, in order."""
    for card in writes.refold.values():
        card.stability = card.difficulty = card.last_rating = None
        card.reviews = card.lapses = 0
        card.last_review_at = card.last_review_on = card.last_event = None
    stored = Review.objects.filter(card__in=writes.refold, event__undone=False).select_related("event")
    log = [review for review in stored if review.event.event_id not in writes.undone]
    log += [review for review in writes.reviews if review.card_id in writes.refold and not review.event.undone]
    log.sort(key=lambda review: (review.event.occurred_at, review.event.event_id))
    for review in log:
        review.card = writes.refold[review.card_id]
        _step([review], review.event)


def _refold_flags(student: Any, writes: _Writes) -> None:
    """Suspended and buried, as the cards' bury, suspend and resume events say in their order."""
    for card in writes.flagged.values():
        card.suspended, card.buried_until = False, None
    log = [
        event
        for event in ReviewEvent.objects.filter(card__in=writes.flagged, undone=False)
        if event.event_id not in writes.undone
    ]
    log += [event for event in writes.events if event.card_id in writes.flagged and not event.undone]
    for event in sorted(log, key=lambda event: (event.occurred_at, event.event_id)):
        assert event.card_id is not None
        flag(student, writes.flagged[event.card_id], event)


def flag(student: Any, card: Card, event: ReviewEvent) -> None:
    """What a bury, suspend or resume event does to its card."""
    if event.type == ReviewEvent.Type.BURY:
        card.buried_until = study_day(student, event.occurred_at).ends_at
    elif event.type == ReviewEvent.Type.SUSPEND:
        card.suspended = True
    else:
        card.suspended, card.buried_until = False, None


def due(student: Any, card: Card) -> datetime | None:
    """When the card comes due: soon after a lapse, else at the start of the study day on which its interval ends."""
    if card.stability is None or card.last_review_at is None or card.last_review_on is None:
        return None
    if card.last_rating == Rating.AGAIN:
        return card.last_review_at + RELEARN_AFTER
    interval = float(fsrs.interval(card.stability, student.desired_retention, fsrs.DEFAULT_PARAMETERS))
    days = min(max(round(interval), 1), MAX_INTERVAL_DAYS)
    return day_begins(student, card.last_review_on + timedelta(days=days))


# Writing


def _write(writes: _Writes, now: datetime) -> None:
    ReviewEvent.objects.bulk_create(writes.events)
    Review.objects.bulk_create(writes.reviews)
    stored = [event for event in writes.undone.values() if event not in writes.events]
    if stored:
        ReviewEvent.objects.bulk_update(stored, ["undone"])
    if writes.closed:
        Presentation.objects.filter(pk__in=writes.closed, closed_at__isnull=True).update(closed_at=now)
    if writes.reopened:
        _reopen(writes.reopened)
    if changed := _changed(writes):
        Card.objects.bulk_update(changed, CARD_STATE)


def _reopen(presentations: dict[uuid.UUID, Presentation]) -> None:
    """Ask again what an undo took back, the newest of each card, unless the card was put again in the meantime."""
    newest = {one.card_id: one for one in sorted(presentations.values(), key=lambda one: (one.created_at, one.pk))}
    taken = Presentation.objects.filter(card__in=newest, closed_at__isnull=True).values_list("card_id", flat=True)
    free = newest.keys() - set(taken)
    Presentation.objects.filter(pk__in=[newest[card].pk for card in free]).update(closed_at=None)


# Answers


def _grade(event: ReviewEvent, graded: Graded, revealed: Revealed, seconds: int) -> dict[str, Any]:
    return {
        "score": graded.score,
        "correct": graded.correct,
        "rating": _rate(graded.score, event, seconds).name.lower(),
        "feedback": graded.feedback,
        "key": revealed.key,
        "explanation": revealed.explanation,
        "solution": revealed.solution,
    }


def _card(card: Card, on: date) -> dict[str, Any]:
    return {
        "card": str(card.pk),
        "facet": card.facet,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "retrievability": predict(card, on, 0.0),
        "due_at": instant(card.due_at) if card.due_at else None,
    }


def instant(moment: datetime) -> str:
    """An aware instant as ISO 8601 UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

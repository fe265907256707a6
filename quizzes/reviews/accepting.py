"""The one door for answers, from the web and from mobile clients alike.

A device reports events; `accept` stores each as a line of the review log, grades it, and folds it into the card
states. The log is the truth: a card's state is always the fold of its reviews in the order of their (corrected)
instants, so the order in which events arrive does not matter.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import pydantic
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from questions import bank, kinds
from questions.kinds.base import Graded, ResponseError, Revealed, storable
from questions.models import ItemVersion
from quizzes.background import outbox
from quizzes.calendar import instant, study_day
from quizzes.memory.rating import Rating, rate
from quizzes.models import Card, ChangeLog, Job, Presentation, Review, ReviewEvent, Student
from quizzes.presentations import body_of, grade_payload, items_in_open_sittings, with_html
from quizzes.reviews import change_log, memory_states, sync

MAX_EVENTS = 500
CLOCK_TOLERANCE = timedelta(seconds=60)
"""A difference between device and server up to this is the network's, not the clock's."""
MAX_DURATION_MS = 3_600_000
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
    withheld: bool = False

    def result(self) -> dict[str, Any]:
        return {
            "id": None if self.id is None else str(self.id),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "grade": with_html(self.event.grade) if self.event and not self.withheld else None,
        }


@dataclass
class _Known:
    """What the batch speaks of, loaded in a fixed number of queries."""

    events: dict[uuid.UUID, ReviewEvent]
    presentations: dict[uuid.UUID, Presentation]
    cards: dict[uuid.UUID, Card]
    by_facet: dict[tuple[int, str], Card]
    by_item: dict[int, list[Card]]
    practice: list[bank.Practice]
    of_targets: dict[uuid.UUID, list[uuid.UUID]]
    undone: set[uuid.UUID | None]
    examined: set[int]
    of_sitting: bool = False

    def withholds(self, event: ReviewEvent) -> bool:
        """Whether the key of the event's item has to wait: it is asked in a sitting that is open."""
        shown = self.presentations.get(event.presentation_id) if event.presentation_id else None
        return shown is not None and not self.of_sitting and shown.version.item_id in self.examined


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


def accept(student: Any, batch: object, *, now: datetime | None = None, of_sitting: bool = False) -> dict[str, Any]:
    """Store, grade and fold a batch of events of `student`'s; the answer is CONTRACT.md's `reviews/batch` body.

    `batch` is untrusted JSON: `{"device", "device_now", "events"}`. Each event is accepted, a duplicate, a conflict
    or rejected on its own; one transaction holds all that is stored. What was put in a sitting is answered there
    alone, and comes in with `of_sitting`. Raises BatchError when the batch itself is malformed. The number of queries
    depends on neither the history nor the number of events.
    """
    now = now or timezone.now()
    parsed = _parse_batch(batch)
    skew = now - parsed.device_now
    if abs(skew) <= CLOCK_TOLERANCE:
        skew = timedelta(0)
    reports = [_parse_event(raw) for raw in parsed.events]
    with transaction.atomic():
        book = change_log.lock(student, now)
        known = _load(student, [report for report in reports if not isinstance(report, _Outcome)])
        known.of_sitting = of_sitting
        writes = _Writes()
        outcomes = [
            report
            if isinstance(report, _Outcome)
            else _accept_one(student, report, raw, parsed.device, skew, now, book, known, writes)
            for report, raw in zip(reports, parsed.events, strict=True)
        ]
        if writes.events:
            _fold(student, writes, book.w)
            _write(writes, book, now)
            book.save(update_fields=["last_sequence"])
            outbox.enqueue(Job.Kind.PLAN, student, now, delay=settings.PLAN_DELAY)
        cursor = sync.position(book, now)
    return {
        "server_now": instant(now),
        "cursor": cursor,
        "results": [outcome.result() for outcome in outcomes],
    }


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


def _load(student: Student, reports: Sequence[Report]) -> _Known:
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
    practice = bank.practised({slug for one in presentations.values() for slug in one.version.concepts})
    named = {report.card for report in reports if isinstance(report, CardReport)}
    named |= {event.card_id for event in events.values() if event.card_id}
    of_targets: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    if targets:
        moved = Review.objects.filter(event__student=student, event__event_id__in=targets)
        for target, moved_card in moved.values_list("event__event_id", "card_id"):
            of_targets[target].append(moved_card)
            named.add(moved_card)
    wanted_cards = Q(item__in=items | {one.item for one in practice}) | Q(pk__in=named)
    cards = {card.pk: card for card in Card.objects.filter(wanted_cards, student=student).select_related("item")}
    by_item: dict[int, list[Card]] = defaultdict(list)
    for card in cards.values():
        by_item[card.item_id].append(card)
    return _Known(
        events=events,
        presentations=presentations,
        cards=cards,
        by_facet={(card.item_id, card.facet): card for card in cards.values()},
        by_item=by_item,
        practice=practice,
        of_targets=of_targets,
        undone=undone,
        examined=items_in_open_sittings(student) if presentations else set(),
    )


# One event


def _accept_one(
    student: Student,
    report: Report,
    raw: Any,
    device: uuid.UUID,
    skew: timedelta,
    now: datetime,
    book: ChangeLog,
    known: _Known,
    writes: _Writes,
) -> _Outcome:
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()
    earlier = known.events.get(report.id)
    if earlier is not None:
        put = known.presentations.get(earlier.presentation_id) if earlier.presentation_id else None
        if put and put.in_sitting and not known.of_sitting:
            # Its grade is the sitting's to show, which may wait for the end of the exam.
            return _Outcome(report.id, "rejected", "in_sitting", "id: This event belongs to a sitting.")
        if earlier.body_hash == digest:
            return _taken(report.id, "duplicate", earlier, known)
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
        rejection = _review(event, report, known, writes, book.w)
    elif isinstance(report, UndoReport):
        rejection = _undo(event, report, known, writes)
    else:
        rejection = _flag(event, report, known, writes)
    if rejection:
        return rejection
    event.sequence = book.next_sequence()
    known.events[report.id] = event
    writes.events.append(event)
    return _taken(report.id, "accepted", event, known)


def _taken(id: uuid.UUID, status: str, event: ReviewEvent, known: _Known) -> _Outcome:
    if known.withholds(event):
        detail = "This question is asked in an open sitting; its key is shown when that is closed."
        return _Outcome(id, status, "in_sitting", detail, event, withheld=True)
    return _Outcome(id, status, event=event)


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


def _review(
    event: ReviewEvent, report: ReviewReport, known: _Known, writes: _Writes, w: Sequence[float]
) -> _Outcome | None:
    presentation = known.presentations.get(report.presentation)
    if presentation is None:
        detail = "presentation: There is no such presentation."
        return _Outcome(report.id, "rejected", "unknown_presentation", detail)
    if presentation.in_sitting != known.of_sitting:
        detail = "presentation: This question belongs to a sitting; answer it there."
        return _Outcome(report.id, "rejected", "in_sitting", detail)
    version = presentation.version
    kind, body = kinds.get(version.kind), body_of(version.pk)
    try:
        storable(report.response)
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
            predicted=memory_states.predict(card, event.study_date, presentation.guess_rate, w),
        )
        for facet, score in graded.facet_scores.items()
        if (card := known.by_facet.get((version.item_id, facet)))
    ]
    practice = _practice(event, version, known) if graded.correct else []
    writes.reviews += reviews + practice
    if not event.undone:
        _fold_in(reviews + practice, event, writes, w)
        writes.closed.add(presentation.pk)
    event.grade = _grade(event, graded, kind.reveal(body, presentation.answer), version.seconds)
    writes.graded.append((event.grade, event, [review.card for review in reviews]))
    return None


def _practice(event: ReviewEvent, version: ItemVersion, known: _Known) -> list[Review]:
    """The implicit reviews that a right answer is: of the cards of all concepts that its own encompass.

    They are logged for cards never seen too: a first review that happened earlier may still arrive.
    """
    weights: dict[int, float] = {}
    for one in known.practice:
        if one.concept in version.concepts and one.item != version.item_id:
            weights[one.item] = max(one.weight, weights.get(one.item, 0.0))
    return [
        Review(card=card, event=event, rating=Rating.GOOD.value, practice=weight, score=1.0)
        for item, weight in weights.items()
        for card in known.by_item.get(item, [])
    ]


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
    shown = known.presentations.get(target.presentation_id) if target.presentation_id else None
    if shown is not None and shown.in_sitting:
        detail = "target: What was answered in an exam cannot be undone."
        return _Outcome(report.id, "rejected", "not_undoable", detail)
    target.undone = True
    writes.undone[target.event_id] = target
    if target.card_id:
        writes.flagged[target.card_id] = known.cards[target.card_id]
    moved = [*known.of_targets.get(target.event_id, []), *_cards_of(target, writes)]
    writes.refold.update({pk: known.cards[pk] for pk in moved})
    if shown is not None:
        writes.reopened[shown.pk] = shown
        writes.closed.discard(shown.pk)
    return None


def _cards_of(event: ReviewEvent, writes: _Writes) -> list[uuid.UUID]:
    """The cards that an event of this batch moved."""
    return [review.card_id for review in writes.reviews if review.event is event]


def _flag(event: ReviewEvent, report: CardReport, known: _Known, writes: _Writes) -> _Outcome | None:
    card = known.cards.get(report.card)
    if card is None:
        return _Outcome(report.id, "rejected", "unknown_card", "card: There is no such card.")
    event.card = card
    writes.flagged[card.pk] = card
    return None


# Folding


def _fold_in(reviews: Sequence[Review], event: ReviewEvent, writes: _Writes, w: Sequence[float]) -> None:
    """Step the cards of the event just read; those that have seen a later one are folded again from the start.

    So are those that were new, since the log may hold practice of later days, which had nothing to count for.
    """
    in_order = []
    for review in reviews:
        card = review.card
        if card.stability is None and not review.practice:
            writes.refold[card.pk] = card
        if card.last_event_at and (card.last_event_at, card.last_event) > (event.occurred_at, event.event_id):
            writes.refold[card.pk] = card
        else:
            in_order.append(review)
    writes.touched.update({card.pk: card for card in memory_states.step(in_order, event, w)})


def _fold(student: Student, writes: _Writes, w: Sequence[float]) -> None:
    """Bring the states of all cards that the batch touched up to date, and complete its grades with them."""
    if writes.refold:
        stored = Review.objects.filter(card__in=writes.refold, event__undone=False)
        stored = stored.exclude(event__student=student, event__event_id__in=writes.undone)
        new = [review for review in writes.reviews if review.card_id in writes.refold and not review.event.undone]
        log = memory_states.load_log(stored, new)
        memory_states.replay(writes.refold, log, w)
    if writes.flagged:
        flags = ReviewEvent.objects.filter(card__in=writes.flagged, undone=False, type__in=memory_states.FLAGS)
        events = [event for event in flags if event.event_id not in writes.undone]
        events += [event for event in writes.events if event.card_id in writes.flagged and not event.undone]
        memory_states.fold_flags(student, writes.flagged, events)
    for card in _changed(writes):
        card.due_at = memory_states.due(student, card, w)
    for grade, event, cards in writes.graded:
        grade["cards"] = [_card(card, event.study_date, w) for card in cards]


def _changed(writes: _Writes) -> list[Card]:
    return list({**writes.touched, **writes.flagged, **writes.refold}.values())


# Writing


def _write(writes: _Writes, book: ChangeLog, now: datetime) -> None:
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
        change_log.stamp(book, changed)
        Card.objects.bulk_update(changed, [*memory_states.CARD_STATE, "sequence"])


def _reopen(presentations: dict[uuid.UUID, Presentation]) -> None:
    """Ask again what an undo took back, the newest of each card, unless the card was put again in the meantime."""
    newest = {one.card_id: one for one in sorted(presentations.values(), key=lambda one: (one.created_at, one.pk))}
    taken = Presentation.objects.filter(card__in=newest, closed_at__isnull=True).values_list("card_id", flat=True)
    free = newest.keys() - set(taken)
    Presentation.objects.filter(pk__in=[newest[card].pk for card in free]).update(closed_at=None)


# Answers


def _grade(event: ReviewEvent, graded: Graded, revealed: Revealed, seconds: int) -> dict[str, Any]:
    return {"rating": _rate(graded.score, event, seconds).name.lower(), **grade_payload(graded, revealed)}


def _card(card: Card, on: date, w: Sequence[float]) -> dict[str, Any]:
    return {
        "card": str(card.pk),
        "facet": card.facet,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "retrievability": memory_states.predict(card, on, 0.0, w),
        "due_at": instant(card.due_at) if card.due_at else None,
    }

"""What the database knows about the events of a batch, loaded before any of them is decided on."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db import connection
from django.db.models import BooleanField, DateField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from quizzes import presentations
from quizzes.calendar import study_day
from quizzes.models import Card, PractisedItem, Presentation, Review, ReviewEvent, Student, WithheldAnswer
from quizzes.models.statements import Parameter, Prepared, identifier, number
from quizzes.reviews import practice
from quizzes.reviews.batch import ReportedEvent, ReportedFlag, ReportedPractice, ReportedReview, ReportedUndo
from quizzes.reviews.clock import DeviceClock

_Row = TypeVar("_Row", Presentation, ReviewEvent)


@dataclass(frozen=True)
class Facts:
    """What is stored about the events of a batch. The cards and events are the rows that accepting it changes."""

    events: Mapping[uuid.UUID, ReviewEvent]
    """Stored events that have an id of the batch, or that it undoes."""
    undone: frozenset[uuid.UUID | None]
    """The ids of the batch that an undo, which arrived earlier, takes back."""
    presentations: Mapping[uuid.UUID, Presentation]
    """The presentations that the answers of the batch, and the stored events, answer."""
    cards: Mapping[uuid.UUID, Card]
    cards_of_items: Mapping[int, list[Card]]
    cards_moved: Mapping[uuid.UUID, list[uuid.UUID]]
    """The cards of each stored event that the batch undoes, or of whose count it decides."""
    practice: Mapping[int, practice.Practised]
    """What a right answer to each version practises."""
    items_in_open_sittings: frozenset[int]
    answers: Mapping[uuid.UUID, Sequence[ReviewEvent]] = field(default_factory=dict)
    """Of each presentation outside of sittings the stored answers that count, or that may after the batch's undos."""

    logged: frozenset[uuid.UUID] = frozenset()
    """The cards that have lines in the log."""
    withheld: Mapping[uuid.UUID, WithheldAnswer] = field(default_factory=dict)
    """The answers of the batch that came before and wait, by their ids."""

    def card_of(self, item: int, facet: str) -> Card | None:
        """Return the student's card of an item's facet; None where there is none."""
        return next((card for card in self.cards_of_items.get(item, []) if card.facet == facet), None)

    def presentation_of(self, event: ReviewEvent) -> Presentation | None:
        """Return the presentation that the event answers; None for an event that is no answer."""
        return self.presentations.get(event.presentation_id) if event.presentation_id else None


def _theirs(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Return the student's among rows that a key finds already, on databases whose tables may be partitioned by it.

    SQLite would look through all that is the student's; whose they are is looked at later too.
    """
    return rows.filter(student=number("student")) if connection.vendor == "postgresql" else rows


def _build_events() -> QuerySet[ReviewEvent]:
    """The stored events that have an id of the batch, that it undoes, or that undo one of it, and the answers.

    Those to the batch's presentations, that is, which count, or which may count next where one of them is undone.
    """
    mine = ReviewEvent.objects.filter(student=number("student"))
    undos = mine.filter(target__in=identifier("new", many=True), type=ReviewEvent.Type.UNDO)
    answers = _theirs(ReviewEvent.objects.filter(type=ReviewEvent.Type.REVIEW, undone=False))
    counting = answers.filter(superseded=False, presentation__in=identifier("answered", many=True))
    undone = mine.filter(event_id__in=identifier("targets", many=True))
    # Lookups each in an index of its own: of their alternatives SQLite would make a walk through the whole log.
    return mine.filter(event_id__in=identifier("named", many=True)).union(
        undos, counting, answers.filter(presentation__in=undone.values("presentation")), all=True
    )


def _build_presentations() -> QuerySet[Presentation]:
    """With their versions and the editions of these, and whether their items are asked in open sittings.

    And whether `_build_events` gives anything, where nothing is undone.
    """
    student, ids = number("student"), identifier("ids", many=True)
    mine = ReviewEvent.objects.filter(student=student)
    undos = mine.filter(target__in=ids, type=ReviewEvent.Type.UNDO)
    answers = _theirs(ReviewEvent.objects.counting())
    answers = answers.filter(presentation=OuterRef("pk"), type=ReviewEvent.Type.REVIEW)
    shown = _theirs(Presentation.objects.filter(pk__in=identifier("answered", many=True)))
    course = "version__item__course"
    return shown.select_related("version").annotate(
        in_open_sitting=presentations.asked_in_sittings(student),
        stored=ExpressionWrapper(
            Q(Exists(mine.filter(event_id__in=ids))) | Q(Exists(undos)) | Q(Exists(answers)), BooleanField()
        ),
        course=F(course),
        revision=F(f"{course}__revision"),
        graph_revision=F(f"{course}__graph_revision"),
    )


def _build_cards() -> QuerySet[Card]:
    """With whether they have lines in the log, also of practice, where that is not plain by their states.

    Of what is practised along only those that new events move: not what was never reviewed, and nothing that was
    practised on the last of the events' study days already, before all of them.
    """
    student = number("student")
    still = Q(practised_on=None) | Q(practised_on__lt=Parameter("day", DateField()))
    late = Q(last_event_at__gte=Parameter("since", DateTimeField()))
    moved = Q(item__in=number("practised", many=True), stability__isnull=False) & (still | late)
    wanted = Q(item__in=number("items", many=True)) | Q(pk__in=identifier("named", many=True)) | moved
    lines = Review.objects.filter(card=OuterRef("pk"))
    # One in the other: as a join SQLite walks through all that ever practised anything, for each card.
    by_student = ReviewEvent.objects.filter(student=student, practice=OuterRef("practice"))
    practised = PractisedItem.objects.filter(Exists(by_student), item=OuterRef("item"))
    logged = ExpressionWrapper(Q(stability__isnull=False) | Exists(lines) | Exists(practised), BooleanField())
    return Card.objects.filter(wanted, student=student).annotate(logged=logged)


_EVENTS = Prepared(_build_events)
_PRESENTATIONS = Prepared(_build_presentations)
_CARDS = Prepared(_build_cards)


def load_facts(student: Student, reported: Sequence[ReportedEvent], clock: DeviceClock) -> Facts:
    """Load what the events refer to; the number of queries depends on neither the history nor the events."""
    ids = [event.id for event in reported]
    targets = [event.target for event in reported if isinstance(event, ReportedUndo)]
    answered = {event.presentation for event in reported if isinstance(event, ReportedReview | ReportedPractice)}
    shown = _load_presentations(student, answered, ids)
    stored: list[ReviewEvent] = []
    if len(answered) < len(ids) or len(shown) < len(answered) or any(vars(row)["stored"] for row in shown.values()):
        # Else nothing that was stored has to do with these answers.
        stored = _load_events(student, ids, targets, answered)
    events = {event.event_id: event for event in stored if event.event_id in {*ids, *targets}}
    undone = frozenset(event.target for event in stored if event.target in ids)
    more = {event.presentation_id for event in events.values() if event.presentation_id}
    shown |= _load_presentations(student, more - shown.keys(), ids)
    practised = practice.load_practice({row.version_id: _edition(row) for row in shown.values()})
    answers = _list_answers(stored, shown, {events[target].presentation_id for target in targets if target in events})
    elected = [answer.event_id for several in answers.values() for answer in several]
    deciding = {*targets, *elected}
    cards_moved = _load_cards_moved(student, deciding)
    items_moved = practice.load_items([event for event in stored if event.event_id in deciding])
    named = {event.card for event in reported if isinstance(event, ReportedFlag)}
    named |= {event.card_id for event in events.values() if event.card_id}
    named |= {card for cards in cards_moved.values() for card in cards}
    items = {presentation.version.item_id for presentation in shown.values()}
    items |= {item for several in items_moved.values() for item in several}
    along = {item for each in practised.values() for item in each.weights} - items
    since, until = _span(reported, shown, clock)
    day = max(study_day(student, since).date, study_day(student, until).date)
    rows = _CARDS.run(student=student.pk, items=items, named=named, practised=along, day=day, since=since)
    cards = {card.pk: card for card in rows}
    cards_of_items: dict[int, list[Card]] = defaultdict(list)
    for card in cards.values():
        cards_of_items[card.item_id].append(card)
    for event, several in items_moved.items():
        cards_moved[event] += [card.pk for item in several for card in cards_of_items[item]]
    secret = frozenset(row.version.item_id for row in shown.values() if vars(row)["in_open_sitting"])
    return Facts(
        events=events,
        undone=undone,
        presentations=shown,
        cards=cards,
        cards_of_items=cards_of_items,
        cards_moved=cards_moved,
        practice=practised,
        items_in_open_sittings=secret,
        answers=answers,
        logged=frozenset(card.pk for card in cards.values() if vars(card)["logged"]),
        withheld=_load_withheld(student, ids) if secret else {},
    )


def _span(
    reported: Iterable[ReportedEvent], shown: Mapping[uuid.UUID, Presentation], clock: DeviceClock
) -> tuple[datetime, datetime]:
    """Return when the first of the events happened, and no earlier than the last: none before its question was put."""
    instants = [clock.correct(event.occurred_at) for event in reported]
    put = [row.created_at for row in shown.values()]
    return min(instants, default=clock.server_now), max([*instants, *put], default=clock.server_now)


def _load_presentations(
    student: Student, pks: Collection[uuid.UUID], ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, Presentation]:
    rows = _PRESENTATIONS.run(student=student.pk, answered=pks, ids=ids) if pks else []
    return {row.pk: row for row in rows if row.student_id == student.pk}


def _load_withheld(student: Student, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, WithheldAnswer]:
    return {answer.event_id: answer for answer in WithheldAnswer.objects.filter(student=student, event_id__in=ids)}


def _edition(row: Presentation) -> practice.Edition:
    """Return the course of a presentation's item as it was when the presentation was loaded."""
    loaded = vars(row)
    return practice.Edition(loaded["course"], loaded["revision"], loaded["graph_revision"])


def _load_events(
    student: Student, ids: Sequence[uuid.UUID], targets: Sequence[uuid.UUID], answered: Iterable[uuid.UUID]
) -> list[ReviewEvent]:
    rows = _EVENTS.run(student=student.pk, named=[*ids, *targets], new=ids, answered=answered, targets=targets)
    return list({event.pk: event for event in rows if event.student_id == student.pk}.values())


def _list_answers(
    stored: Iterable[ReviewEvent], shown: Mapping[uuid.UUID, Presentation], undone_in: Collection[uuid.UUID | None]
) -> dict[uuid.UUID, list[ReviewEvent]]:
    """List by presentation the answers that count, and where one may be undone those that may count next.

    Of a presentation in a sitting there is one answer, which stands.
    """
    answers: dict[uuid.UUID, list[ReviewEvent]] = defaultdict(list)
    for event in stored:
        presentation = shown.get(event.presentation_id) if event.presentation_id else None
        if presentation is None or presentation.in_sitting or event.type != ReviewEvent.Type.REVIEW or event.undone:
            continue
        if not event.superseded or presentation.pk in undone_in:
            answers[presentation.pk].append(event)
    return answers


def _load_cards_moved(student: Student, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    cards_moved: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    if ids:
        reviews = Review.objects.filter(event__student=student, event__event_id__in=ids)
        for event, card in reviews.values_list("event__event_id", "card_id"):
            cards_moved[event].append(card)
    return cards_moved

"""What a batch changes: collected event by event, then folded into card states and stored, all together."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from quizzes.memory.rating import Rating
from quizzes.memory.timeline import LogLine
from quizzes.models import (
    Card,
    CardCheckpoint,
    ChangeLog,
    Presentation,
    Review,
    ReviewEvent,
    Student,
    WithheldAnswer,
    insert_objects,
    update_rows,
)
from quizzes.presentations import pack_states
from quizzes.reviews import change_log as change_logs
from quizzes.reviews import checkpoints, memory_states, practice
from quizzes.reviews.elections import Elections
from quizzes.reviews.facts import Facts
from quizzes.reviews.memory_states import Step, Stepping
from quizzes.reviews.outcomes import card_state_payload

CARDS_AT_ONCE = 200
"""Whose lines a query reads: SQLite takes no longer conditions than of some hundred parts."""
DAYS_APART = timedelta(days=3)
"""No study day, whatever the zone and the hour it begins at, is further from the day of UTC."""
WORKED_ON = ("hints_taken", "parts_checked", "work")
"""What is set of a presentation as soon as its student works on it."""


@dataclass
class BatchChanges:
    """What accepting the events of a batch changes of the facts."""

    facts: Facts
    events: dict[uuid.UUID, ReviewEvent] = field(default_factory=dict)
    """The accepted events, by their ids."""
    withheld: dict[uuid.UUID, WithheldAnswer] = field(default_factory=dict)
    """The answers that wait instead, those of the batch that came before too."""
    reviews: list[Review] = field(default_factory=list)
    """The new lines of the log."""
    steps: dict[uuid.UUID, list[Step]] = field(default_factory=dict)
    """What each new answer is to cards, those that it practises along too."""
    practices: dict[int, practice.Weights] = field(default_factory=dict)
    """What the new answers practise along, by key."""
    answered: list[tuple[ReviewEvent, list[Card]]] = field(default_factory=list)
    """The answers, and the cards whose states complete their grades."""
    elections: Elections = field(init=False)
    """Which answer to each presentation counts."""
    undone: dict[uuid.UUID, ReviewEvent] = field(default_factory=dict)
    undone_ahead: set[uuid.UUID] = field(default_factory=set)
    """Events that are undone before they arrive."""
    closed: set[uuid.UUID] = field(default_factory=set)
    """Presentations that are answered."""
    reopened: dict[uuid.UUID, Presentation] = field(default_factory=dict)
    """Presentations whose answer is undone."""
    stepping: Stepping = field(default_factory=Stepping)
    stepped: dict[uuid.UUID, Card] = field(default_factory=dict)
    """Cards that were stepped: their state is up to date once the stepping is settled."""
    to_replay: dict[uuid.UUID, Card] = field(default_factory=dict)
    """Cards whose state has to be folded from the whole log."""
    long: list[Card] = field(default_factory=list)
    """Cards whose replay was long."""
    flagged: dict[uuid.UUID, Card] = field(default_factory=dict)
    """Cards whose suspension or burial has to be folded from the whole log."""

    begun: dict[uuid.UUID, tuple[Card, datetime]] = field(default_factory=dict)
    """Cards that were new, and have lines in the log, each with the time of its first review."""
    practised_new: dict[uuid.UUID, tuple[datetime, uuid.UUID]] = field(default_factory=dict)
    """The last event that practised a card along while it was new: that is nothing, unless a review comes before."""

    def __post_init__(self) -> None:
        self.elections = Elections(self.facts.answers)
        self.withheld = dict(self.facts.withheld)

    def find_event(self, event_id: uuid.UUID) -> ReviewEvent | None:
        """Return the event with this id, accepted just now or before."""
        return self.events.get(event_id) or self.facts.events.get(event_id)

    def is_undone(self, event_id: uuid.UUID) -> bool:
        """Whether an undo that came first takes the event back."""
        return event_id in self.facts.undone or event_id in self.undone_ahead

    def replay(self, event: ReviewEvent) -> None:
        """Have the cards of an event, which began or ceased to count, folded from the whole log."""
        moved = [*self.facts.cards_moved.get(event.event_id, [])]
        moved += [step.card.pk for step in self.steps.get(event.event_id, [])]
        self.to_replay.update({card: self.facts.cards[card] for card in moved})

    def recounted(self) -> list[ReviewEvent]:
        """Return the stored events that were undone, or of which the batch decided whether they count."""
        changed = {**self.elections.changed, **self.undone}
        return [event for event_id, event in changed.items() if event_id not in self.events]

    def change(self) -> checkpoints.Change | None:
        """Return what the batch changes of the log; None where it changes no line."""
        return checkpoints.Change.by((self.events[event] for event in self.steps), self.recounted())

    def new_lines(self) -> list[LogLine]:
        """Return the new lines, of answers that count, of the cards that are to be replayed."""
        counting = (event for event in self.events.values() if event.counts)
        return [
            step.line(event)
            for event in counting
            for step in self.steps.get(event.event_id, [])
            if step.card.pk in self.to_replay
        ]

    def cards(self) -> list[Card]:
        """Return the cards that changed."""
        return list({**self.stepped, **self.flagged, **self.to_replay}.values())


def practice_steps(practised: practice.Weights, facts: Facts) -> list[Step]:
    """Return what an event is to all cards of the items that it practises along.

    Also to cards never seen: a first review that happened earlier may still arrive.
    """
    return [
        Step(card, Rating.GOOD.value, weight)
        for item, weight in practised.items()
        for card in facts.cards_of_items.get(item, [])
    ]


def step_cards(changes: BatchChanges, event: ReviewEvent, reviews: Sequence[Step]) -> None:
    """Step the cards of an event that was just read; those that have seen a later one are to be replayed.

    So are those that were new, and had been practised later, which had nothing to count for. Of those that have lines
    in the log this is looked up, all together, once the batch is read.
    """
    in_order, when = [], (event.occurred_at, event.event_id)
    for review in reviews:
        card = review.card
        if changes.stepping.is_new(card):
            practised = changes.practised_new.get(card.pk, when)
            if review.practice:
                changes.practised_new[card.pk] = max(when, practised)
            elif practised > when:
                changes.to_replay[card.pk] = card
            elif card.pk in changes.facts.logged:
                changes.begun[card.pk] = (card, event.occurred_at)
        if card.last_event_at and (card.last_event_at, card.last_event) > when:
            changes.to_replay[card.pk] = card
        else:
            in_order.append(review)
    changes.stepped.update({card.pk: card for card in changes.stepping.add(in_order, event)})


def fold(student: Student, changes: BatchChanges, w: Sequence[float]) -> None:
    """Bring the states of all cards that the batch touched up to date, and complete its grades with them."""
    changes.stepping.settle(w)
    if changes.begun:
        changes.to_replay.update(_find_practised_later(student, changes.begun))
    if changes.to_replay:
        standing = checkpoints.load(changes.to_replay, change) if (change := changes.change()) else {}
        log = _load_lines(student, changes, standing)
        lengths = Counter(line.card for line in log)
        changes.long = [card for pk, card in changes.to_replay.items() if lengths[pk] >= checkpoints.LONG]
        memory_states.replay(changes.to_replay, log, w, standing)
    if changes.flagged:
        of_cards = ReviewEvent.objects.filter(student=student, card__in=changes.flagged)
        flags = of_cards.filter(undone=False, type__in=memory_states.FLAGS)
        events = [event for event in flags if event.event_id not in changes.undone]
        events += [event for event in changes.events.values() if event.card_id in changes.flagged and not event.undone]
        memory_states.fold_flags(changes.flagged, events)
    for card in changes.cards():
        card.due_at = memory_states.due(student, card, w)
    for event, cards in changes.answered:
        states = pack_states(card_state_payload(card, event.study_date, w) for card in cards)
        event.grade = {**(event.grade or {}), "cards": states}


def _find_practised_later(student: Student, begun: Mapping[uuid.UUID, tuple[Card, datetime]]) -> dict[uuid.UUID, Card]:
    """Return the cards that stored events may have practised after their first reviews; two queries."""
    since = min(first for _, first in begun.values())
    days = ReviewEvent.objects.filter(student=student, study_date__gte=since.date() - DAYS_APART)
    late = days.filter(occurred_at__gte=since)
    items = {card.item_id for card, _ in begun.values()}
    practised = set(late.filter(practice__items__item__in=items).values_list("practice__items__item", flat=True))
    lines = Review.objects.filter(card__in=begun.keys(), event__student=student, event__occurred_at__gte=since)
    cards = set(lines.values_list("card", flat=True))
    return {pk: card for pk, (card, _) in begun.items() if pk in cards or card.item_id in practised}


def _load_lines(student: Student, changes: BatchChanges, standing: Mapping[uuid.UUID, CardCheckpoint]) -> list[LogLine]:
    """Return the lines that count of the cards to be replayed, since their checkpoints; two queries for 200 cards."""
    now_counts: dict[bool, list[int]] = {True: [], False: []}
    for event in changes.recounted():
        now_counts[event.counts].append(event.pk)
    counted = Q(event__undone=False, event__superseded=False) & ~Q(event__in=now_counts[False])
    pks, lines = list(changes.to_replay), changes.new_lines()
    for cards in (pks[begin : begin + CARDS_AT_ONCE] for begin in range(0, len(pks), CARDS_AT_ONCE)):
        since = checkpoints.lines_since(cards, {card: standing[card] for card in cards if card in standing})
        stored = Review.objects.filter(since, counted | Q(event__in=now_counts[True]))
        lines += memory_states.load_log(stored)
    # What was never reviewed has nothing that practice could move.
    reviewed = {line.card for line in lines if not line.practice} | standing.keys()
    through = {card: checkpoint.through for card, checkpoint in standing.items()}
    practising = ReviewEvent.objects.filter(
        Q(undone=False, superseded=False) & ~Q(pk__in=now_counts[False]) | Q(pk__in=now_counts[True]), student=student
    )
    cards_reviewed = [card for pk, card in changes.to_replay.items() if pk in reviewed]
    lines += practice.load_lines_since(practising, cards_reviewed, through)
    return memory_states.sort_log(lines)


def store(changes: BatchChanges, change_log: ChangeLog, now: datetime) -> None:
    """Write everything that changed; the number of queries does not depend on how much that is."""
    practice.store(changes.practices)
    insert_objects(list(changes.events.values()))
    for review in changes.reviews:
        review.event_id = review.event.pk  # which it has by now
    insert_objects(changes.reviews, ("card", "event", "rating", "practice", "score", "predicted"))
    _store_what_counts(change_log.student_id, changes.recounted())
    if changes.closed:
        _close([changes.facts.presentations[pk] for pk in changes.closed], now)
    if changes.reopened:
        _reopen(change_log.student_id, changes.reopened, now)
    if cards := changes.cards():
        change_logs.stamp(change_log, cards)
        update_rows(cards, [*memory_states.CARD_STATE, "sequence"])
        _store_checkpoints(changes, cards)
    update_rows([change_log], ["last_sequence"])


def _close(presentations: Iterable[Presentation], now: datetime) -> None:
    """Close those that wait for an answer: what was a spare is none any more."""
    waiting = [presentation for presentation in presentations if presentation.waits]
    for presentation in waiting:
        presentation.closed_at, presentation.spare = now, None
    update_rows(waiting, ["closed_at", "spare"])


def _store_checkpoints(changes: BatchChanges, cards: Sequence[Card]) -> None:
    """Drop the checkpoints that no longer hold, and keep new ones where that is due: mostly nothing."""
    if changes.to_replay and (change := changes.change()):
        checkpoints.drop(changes.to_replay, change)
    kept = cards if checkpoints.is_due(changes.events.values()) else changes.long
    if kept:
        checkpoints.keep(kept, max(event.pk for event in changes.events.values()))


def _store_what_counts(student: int, events: Sequence[ReviewEvent]) -> None:
    """Write whether stored events are undone or superseded: at most three queries."""
    undone = [event.pk for event in events if event.undone]
    superseded = [event.pk for event in events if event.superseded]
    counting = [event.pk for event in events if event.counts]
    for pks, values in (
        (undone, {"undone": True, "superseded": False}),
        (superseded, {"superseded": True}),
        (counting, {"superseded": False}),
    ):
        if pks:
            ReviewEvent.objects.filter(student=student, pk__in=pks).update(**values)


def _reopen(student: int, presentations: dict[uuid.UUID, Presentation], now: datetime) -> None:
    """Ask again what an undo took back, the newest of each card.

    A pack may have put the card again in the meantime: that question makes way, unless it is of a newer version or was
    worked on. An answer to it that is on its way still counts.
    """
    in_order = sorted(presentations.values(), key=lambda presentation: (presentation.created_at, presentation.pk))
    newest = {presentation.card_id: presentation for presentation in in_order}
    theirs = Presentation.objects.filter(student=student)
    put_again = list(theirs.filter(card__in=newest, closed_at__isnull=True).only("card", "version", *WORKED_ON))
    makes_way = [shown for shown in put_again if _makes_way(shown, newest[shown.card_id])]
    if makes_way:
        theirs.filter(pk__in=[shown.pk for shown in makes_way]).update(closed_at=now)
    free = newest.keys() - {shown.card_id for shown in put_again} | {shown.card_id for shown in makes_way}
    theirs.filter(pk__in=[newest[card].pk for card in free]).update(closed_at=None, spare=None)


def _makes_way(put_again: Presentation, undone: Presentation) -> bool:
    """Whether a question can go for an earlier one of its card: it is of the same version, and nobody worked on it."""
    is_worked_on = any(getattr(put_again, name) for name in WORKED_ON)
    return put_again.version_id == undone.version_id and not is_worked_on

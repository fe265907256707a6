"""Checkpoints of memory states: what is replayed are the lines since the last one, not a card's whole log.

The cards of about one batch in `EVERY` leave one, and those whose replay was long. A checkpoint holds for all lines of
the card that were stored by then. It falls with anything that changes one of them: an event that comes in late,
before it; a stored event that is undone, or counts again; and whatever folds all logs anew, such as new parameters.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from quizzes.models import Card, CardCheckpoint, ReviewEvent, Student, put_rows

EVERY = 64
LONG = 2 * EVERY
"""Lines of a card from which on a replay leaves a checkpoint."""
SLOTS = 4
"""Checkpoints that a card keeps, at most."""
MEMORY = (
    *("stability", "difficulty", "reviews", "lapses", "first_rating", "last_rating", "last_review_at"),
    *("last_review_on", "practised_on", "last_event_at", "last_event"),
)
"""The fields of a card's memory that a checkpoint holds."""


@dataclass(frozen=True)
class Change:
    """What a batch changes of the log: from which instant on, and from which stored event on (its key)."""

    since: datetime
    first_stored: int | None

    @classmethod
    def by(cls, new: Iterable[ReviewEvent], recounted: Iterable[ReviewEvent]) -> Change | None:
        """Return what new events, and stored ones that begin or cease to count, change; None where there are none."""
        stored = list(recounted)
        instants = [event.occurred_at for event in [*new, *stored]]
        return cls(min(instants), min((event.pk for event in stored), default=None)) if instants else None

    @property
    def touched(self) -> Q:
        """The checkpoints that no longer hold."""
        after = Q(last_event_at__gte=self.since)
        return after if self.first_stored is None else after | Q(through__gte=self.first_stored)


def load(cards: Iterable[uuid.UUID], change: Change) -> dict[uuid.UUID, CardCheckpoint]:
    """Return the newest checkpoint of each card that the change leaves standing; one query."""
    standing = CardCheckpoint.objects.filter(card__in=cards).exclude(change.touched)
    return {checkpoint.card_id: checkpoint for checkpoint in standing.order_by("through")}


def lines_since(cards: Iterable[uuid.UUID], checkpoints: Mapping[uuid.UUID, CardCheckpoint]) -> Q:
    """Return the lines of the cards' logs that their checkpoints do not hold."""
    since = [Q(card=card, event__gt=checkpoint.through) for card, checkpoint in checkpoints.items()]
    without = [card for card in cards if card not in checkpoints]
    return reduce(or_, [*since, Q(card__in=without)] if without else since)


def restore(card: Card, checkpoint: CardCheckpoint) -> None:
    """Set the card's memory to what it was at the checkpoint."""
    for name in MEMORY:
        setattr(card, name, getattr(checkpoint, name))


def is_due(events: Iterable[ReviewEvent]) -> bool:
    """Whether the cards that a batch of these events moved leave a checkpoint."""
    return any(event.sequence % EVERY == 0 for event in events)


def keep(cards: Iterable[Card], through: int) -> None:
    """Store a checkpoint of each card that was reviewed, which holds all events up to `through`; one statement."""
    reviewed = [card for card in cards if card.last_event and card.stability is not None]
    slot = through // EVERY % SLOTS
    rows = [[card.pk, slot, through, *(getattr(card, name) for name in MEMORY)] for card in reviewed]
    put_rows(CardCheckpoint, ("card", "slot", "through", *MEMORY), rows, unique=("card", "slot"))


def drop(cards: Iterable[uuid.UUID], change: Change) -> None:
    """Delete the checkpoints of the cards that no longer hold."""
    CardCheckpoint.objects.filter(change.touched, card__in=cards).delete()


def drop_all(student: Student) -> None:
    """Delete all checkpoints of a student, whose logs are folded anew."""
    CardCheckpoint.objects.filter(card__student=student).delete()

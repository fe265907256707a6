"""How many spares a pack has of each card, and what is remembered of its cards, by which a device asks them again."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from quizzes.calendar import format_instant
from quizzes.models import Card, Presentation, Student
from quizzes.models.statements import Prepared, identifier, number
from quizzes.presentations import present_spares
from quizzes.reviews.payloads import PackMemoryPayload

MOST_SPARES = 500
"""The most spares in a pack: those of what is asked first come first."""

_MEMORIES = Prepared(
    lambda: (
        Card.objects.filter(student=number("student"), pk__in=identifier("cards", many=True))
        .filter(stability__isnull=False)
        .values_list("pk", "stability", "difficulty", "lapses", "last_review_on", "due_at")
    )
)


def load_memories(student: Student, cards: Collection[uuid.UUID]) -> list[PackMemoryPayload]:
    """Load what is remembered of cards, in their order, without those that are new; one query."""
    rows = {row[0]: row for row in _MEMORIES.run(student=student.pk, cards=cards)}
    return [
        {
            "card": str(card),
            "stability": S,
            "difficulty": D,
            "lapses": lapses,
            "last_review_on": on.isoformat(),
            "due_at": format_instant(due_at),
        }
        for card, S, D, lapses, on, due_at in (rows[card] for card in cards if card in rows)
        if S is not None and D is not None and on is not None and due_at is not None
    ]


def put_spares(
    student: Student,
    asked: Sequence[Presentation],
    stabilities: Mapping[str, float],
    most: int,
    days: int,
    now: datetime,
) -> dict[uuid.UUID, list[Presentation]]:
    """Put the spares of a pack's questions, by these: up to `most` of a card, and up to MOST_SPARES in all.

    `stabilities` (in days) are those of the cards that are not new, by their ids.
    """
    wanted: dict[uuid.UUID, int] = {}
    left = MOST_SPARES if most else 0
    for shown in asked:
        count = count_spares(most, days, stabilities.get(str(shown.card_id)))
        wanted[shown.pk] = min(count, left)
        left -= wanted[shown.pk]
    return present_spares(student, wanted, asked, now) if any(wanted.values()) else {}


def count_spares(most: int, days: int, stability: float | None) -> int:
    """Return how many spares a card has in a pack of so many days. Pure.

    What is new, or would be forgotten within the days, may be due again before they are over. What holds for longer is
    asked again only where it turns out to be forgotten.
    """
    return most if stability is None or stability < days else min(most, 1)

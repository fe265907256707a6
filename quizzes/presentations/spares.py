"""Spares: further questions of cards that were put, for a device that has to ask them again without a network."""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from quizzes.models import Presentation, Student
from quizzes.models.statements import Prepared, identifier, number
from quizzes.presentations.drawing import DRAWS, SEED_BITS, draw

MAX_SPARES = 3
"""The most spares of a card: it is asked at most once more often on a study day."""
TRIES = 4
"""Variants that are drawn for one that looks like no other question of its card; some items have but one."""

Numbered = Mapping[int, Presentation]
"""The spares of a card, by their numbers."""


def present_spares(
    student: Student, wanted: Mapping[uuid.UUID, int], asked: Sequence[Presentation], now: datetime
) -> dict[uuid.UUID, list[Presentation]]:
    """Return the spares of open questions by the questions' ids, in the order in which to ask them.

    `asked` are the questions, `wanted` says by their ids how many spares each should have (at most MAX_SPARES). There
    are fewer where no variant is sound.

    A spare is of its question's version and pairs, with another seed. It is never open: an answer counts like one to
    any question that was put, and then it is a spare no longer. Asking again gives the same, so that nobody can shop
    for an easier variant; those of a superseded version are replaced, and an answer on its way to one still counts.
    Takes one query, and three more with a transaction where something has to be drawn.
    """
    open_ones = {shown.card_id: shown for shown in asked if wanted.get(shown.pk)}
    numbered, superseded = _load(student, open_ones)
    drawn = [
        spare
        for card, shown in open_ones.items()
        for spare in _draw_missing(shown, numbered[card], wanted[shown.pk], now)
    ]
    if drawn or superseded:
        _store(student, drawn, superseded)
        numbered, _ = _load(student, open_ones)
    return {
        shown.pk: [spare for at, spare in sorted(numbered[card].items()) if at <= wanted[shown.pk]]
        for card, shown in open_ones.items()
    }


_SPARES = Prepared(
    lambda: Presentation.objects.filter(
        card__student=number("student"), card__in=identifier("cards", many=True), spare__isnull=False
    )
)


def _load(
    student: Student, open_ones: Mapping[uuid.UUID, Presentation]
) -> tuple[dict[uuid.UUID, dict[int, Presentation]], list[uuid.UUID]]:
    """Load the spares of the open questions' versions, by card, and the ids of those of other versions."""
    numbered: dict[uuid.UUID, dict[int, Presentation]] = defaultdict(dict)
    superseded = []
    for spare in _SPARES.run(student=student.pk, cards=open_ones):
        shown = open_ones[spare.card_id]
        if spare.version_id != shown.version_id:
            superseded.append(spare.pk)
        elif spare.spare is not None:
            spare.version = shown.version  # with all that a payload says of it
            numbered[spare.card_id][spare.spare] = spare
    return numbered, superseded


@transaction.atomic
def _store(student: Student, drawn: Sequence[Presentation], superseded: Sequence[uuid.UUID]) -> None:
    """Store what was drawn, in place of what is superseded."""
    if superseded:
        Presentation.objects.filter(student=student, pk__in=superseded).update(spare=None)
    # Another request may have drawn the same spare a moment ago: the first one stands.
    Presentation.objects.bulk_create(drawn, ignore_conflicts=True)


def _draw_missing(shown: Presentation, numbered: Numbered, count: int, now: datetime) -> Iterable[Presentation]:
    """Draw the spares, up to the number `count`, that an open question has not yet."""
    looks = [_look(each.prompt) for each in (shown, *numbered.values())]
    for at in range(1, count + 1):
        if at in numbered:
            continue
        spare = _draw_unlike(shown, looks)
        if spare is None:
            return
        spare.student_id, spare.card_id, spare.spare = shown.student_id, shown.card_id, at
        spare.created_at = spare.closed_at = now
        looks.append(_look(spare.prompt))
        yield spare


def _draw_unlike(shown: Presentation, looks: Sequence[object]) -> Presentation | None:
    """Draw another variant of a question, if there is one that looks like none of `looks`; None where none is sound."""
    drawn = None
    for _ in range(TRIES):
        seeds = [secrets.randbits(SEED_BITS) for _ in range(DRAWS)]
        drawn = draw(shown.version, uuid.uuid4(), seeds, shown.facets)
        if drawn is None or _look(drawn.prompt) not in looks:
            break
    return drawn


def _look(part: object) -> object:
    """Return a prompt without its ids, which are new in every presentation."""
    if isinstance(part, dict):
        return {name: _look(value) for name, value in part.items() if name != "id"}
    return [_look(each) for each in part] if isinstance(part, list) else part

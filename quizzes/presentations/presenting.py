"""Cards are put to their student: an item version and a seed become a stored presentation."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from questions.models import outside_pools
from quizzes.models import Card, Presentation, Student
from quizzes.models.statements import Prepared, identifier, number
from quizzes.presentations.concept_names import name_concepts
from quizzes.presentations.drawing import DRAWS, SEED_BITS, draw
from quizzes.presentations.open_sittings import in_open_sitting


@dataclass(frozen=True)
class Ask:
    """A card to be put to its student, and for match sets the pairs that the round should hold, weakest first."""

    card_id: uuid.UUID
    facets: tuple[str, ...] = ("",)


def present(student: Student, asks: Sequence[Ask], now: datetime) -> list[Presentation]:
    """Return one open presentation for each ask, in order: the one that waits for an answer, else a new one.

    Nothing is asked that stands in an exam being sat: its answer would be the exam's. Asking again gives the same
    presentation, so that nobody can shop for an easier variant. An open presentation of a superseded version is
    closed and drawn anew; an answer to it that is on its way still counts. Cards that are no longer askable (retired
    items) are left out. Takes two queries however many asks, and two more with a transaction only where something has
    to be drawn: whoever reads does not wait for those who write.
    """
    waiting = _load_open(student, [ask.card_id for ask in asks])
    superseded = {card for card, shown in waiting.items() if shown.version_id != vars(shown)["published"]}
    missing = [ask for ask in asks if ask.card_id not in waiting or ask.card_id in superseded]
    if missing:
        cards = {card.pk: card for card in _CARDS.run(student=student.pk, cards=[ask.card_id for ask in missing])}
        drawn = [_draw(student, cards[ask.card_id], ask.facets, now) for ask in missing if ask.card_id in cards]
        stored = [presentation for presentation in drawn if presentation]
        _store(student, stored, [waiting[card].pk for card in superseded], now)
        waiting = _load_open(student, [ask.card_id for ask in asks])
    name_concepts([shown.version for shown in waiting.values()])
    return [waiting[ask.card_id] for ask in asks if ask.card_id in waiting]


@transaction.atomic
def _store(student: Student, drawn: Sequence[Presentation], superseded: Sequence[uuid.UUID], now: datetime) -> None:
    """Store what was drawn, and close what it stands in for."""
    if superseded:
        theirs = Presentation.objects.filter(student=student, pk__in=superseded)
        theirs.filter(closed_at__isnull=True).update(closed_at=now)
    # Another request may have drawn the same card a moment ago: the first one stands.
    Presentation.objects.bulk_create(drawn, ignore_conflicts=True)


def _is_askable(item: str) -> Q:
    """The condition that the item which `item` leads to is put to the student outside of exams."""
    is_published = Q(**{f"{item}__published__isnull": False, f"{item}__retired_at__isnull": True})
    return outside_pools(f"{item}__") & is_published & ~Q(**{f"{item}__in": in_open_sitting(_STUDENT)})


_STUDENT, _ASKED = number("student"), identifier("cards", many=True)
_CARDS = Prepared(
    lambda: Card.objects.filter(_is_askable("item"), student=_STUDENT, pk__in=_ASKED).select_related(
        "item__published__lesson"
    )
)
_OPEN = Prepared(
    lambda: (
        Presentation.objects.filter(_is_askable("card__item"), card__student=_STUDENT, card__in=_ASKED)
        .filter(closed_at=None)
        .annotate(published=F("card__item__published"))
        .with_versions()
    )
)


def _load_open(student: Student, cards: Iterable[uuid.UUID]) -> dict[uuid.UUID, Presentation]:
    """Return the open presentations of these cards, by card, where they are askable."""
    return {shown.card_id: shown for shown in _OPEN.run(student=student.pk, cards=cards)}


def _draw(student: Student, card: Card, facets: tuple[str, ...], now: datetime) -> Presentation | None:
    """Draw an unsaved presentation of a card, from random seeds; None where no variant is sound."""
    version = card.item.published
    assert version is not None
    version.item = card.item  # loaded already, and asked for its identity
    presentation = draw(version, uuid.uuid4(), [secrets.randbits(SEED_BITS) for _ in range(DRAWS)], facets)
    if presentation:
        presentation.student, presentation.card, presentation.created_at = student, card, now
    return presentation

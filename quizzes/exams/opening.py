"""An exam is begun: its sitting is drawn up by the exam's blueprint and opened, its questions frozen.

The walk: load what can be asked, draft the sitting (pure), load the items drawn and freeze them, store.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F

from questions.models import ItemVersion
from quizzes import presentations, schedule
from quizzes.calendar import format_instant
from quizzes.exams import blueprints
from quizzes.exams.candidates import load_pool
from quizzes.exams.closing import close_locked
from quizzes.exams.deadlines import is_over, round_seconds, with_extra_time
from quizzes.exams.drafting import DraftSection, DraftSlot, draft_sitting
from quizzes.exams.errors import SittingError
from quizzes.models import Card, Enrolment, Exam, Presentation, Sitting, Slot
from quizzes.statements import Prepared, number

if TYPE_CHECKING:
    from quizzes.models import Student


def open_sitting(student: Student, exam: Exam, now: datetime) -> tuple[Sitting, bool]:
    """The student's open sitting of the exam, or a new one; and whether it is new.

    Raises Enrolment.DoesNotExist for a student who is not enrolled, and SittingError: `early`, `over`, `attempts` or
    `bank`.
    """
    try:
        with transaction.atomic():
            return _open(student, exam, now)
    except IntegrityError:
        # Two requests at once, where the database let both begin: the first one's stands.
        return student.sittings.get(exam=exam, state=Sitting.State.OPEN), False


def _open(student: Student, exam: Exam, now: datetime) -> tuple[Sitting, bool]:
    enrolment = Enrolment.objects.get(student=student, course=exam.course_id)
    log = schedule.ensure_cards(student)  # locked: one at a time
    latest = Sitting.objects.filter(student=student, exam=exam).order_by("-number").first()
    if latest and latest.is_open:
        if not is_over(latest, now):
            return latest, False
        close_locked(log, latest, now)
    check_may_begin(exam, latest.number if latest else 0, now)
    try:
        blueprint = blueprints.parse(exam.kind, exam.blueprint_asked)
    except blueprints.BlueprintError:
        raise SittingError("bank", "This exam cannot be begun: its instructors have to mend it first.") from None
    sitting = Sitting(
        exam=exam,
        student=student,
        number=latest.number + 1 if latest else 1,
        seed=secrets.randbits(presentations.SEED_BITS),
        opened_at=now,
        deadline_at=now + with_extra_time(timedelta(minutes=exam.minutes), enrolment),
    )
    draft = draft_sitting(blueprint, load_pool(log, exam, blueprint, now), sitting.seed)
    seconds = round_seconds(blueprint, enrolment) if isinstance(blueprint, blueprints.Viva) else None
    _store(sitting, draft, _load_drawn(student, draft), seconds)
    return sitting, True


def check_may_begin(exam: Exam, begun: int, now: datetime) -> None:
    """Raise SittingError unless a student who has `begun` so many sittings of the exam may begin another now."""
    if exam.opens_at and now < exam.opens_at:
        raise SittingError("early", f"This exam opens at {format_instant(exam.opens_at)}.")
    if exam.closes_at and now >= exam.closes_at:
        raise SittingError("over", f"This exam closed at {format_instant(exam.closes_at)}.")
    if exam.attempts is not None and begun >= exam.attempts:
        often = "once" if exam.attempts == 1 else f"{exam.attempts} times"
        raise SittingError("attempts", f"This exam can be taken {often}, and you have.")


@dataclass(frozen=True)
class _Drawn:
    """Of each item of a draft the version to ask, and the key of the card that its presentation belongs to."""

    versions: dict[int, ItemVersion]
    cards: dict[int, uuid.UUID]


_VERSIONS = Prepared(
    lambda: (
        ItemVersion.objects.filter(pk=F("item__published"), item__in=number("items", many=True))
        .select_related("item")
        .defer("item__draft", "item__loaded")
    )
)
_CARDS = Prepared(
    lambda: (
        Card.objects.filter(student=number("student"), item__in=number("items", many=True))
        .order_by("facet")
        .values_list("item", "pk")
    )
)


def _load_drawn(student: Student, draft: Sequence[DraftSection]) -> _Drawn:
    """Load what freezing the items of the draft needs; two queries."""
    asked = [slot.item for section in draft for slot in section.slots]
    versions = {version.item_id: version for version in _VERSIONS.run(items=asked)}
    cards: dict[int, uuid.UUID] = {}
    for item, card in _CARDS.run(student=student.pk, items=asked):
        # Of a match set, it is the card of its first pair.
        cards.setdefault(item, card)
    return _Drawn(versions, cards)


def _store(sitting: Sitting, draft: Sequence[DraftSection], drawn: _Drawn, seconds: int | None) -> None:
    """Freeze the questions and store the sitting with them; `seconds` are those of a viva's rounds.

    An item of which no variant is sound is left out.
    """
    slots: list[Slot] = []
    for section in draft:
        first = len(slots) + 1
        for draft_slot in section.slots:
            presentation = _freeze(sitting, draft_slot, drawn)
            if presentation:
                deadline = sitting.deadline_at if seconds is None else None
                slots.append(
                    Slot(
                        sitting=sitting,
                        number=len(slots) + 1,
                        presentation=presentation,
                        seconds=seconds,
                        deadline_at=deadline,
                    )
                )
        sitting.sections.append({"title": section.title, "slots": list(range(first, len(slots) + 1))})
    sitting.save(force_insert=True)
    Presentation.objects.bulk_create([slot.presentation for slot in slots])
    Slot.objects.bulk_create(slots)


def _freeze(sitting: Sitting, slot: DraftSlot, drawn: _Drawn) -> Presentation | None:
    """The item as it will be asked; it is closed from the start, since nothing but the sitting asks it."""
    version = drawn.versions[slot.item]
    rng = np.random.default_rng([sitting.seed, slot.item])
    seeds = [int(seed) for seed in rng.integers(0, 2**presentations.SEED_BITS, presentations.DRAWS)]
    identity = uuid.uuid5(sitting.pk, str(slot.item))
    presentation = presentations.draw(version, identity, seeds, slot.facets, slot.pairs)
    if presentation:
        presentation.student, presentation.card_id = sitting.student, drawn.cards[slot.item]
        presentation.created_at = presentation.closed_at = sitting.opened_at
        presentation.in_sitting = True
    return presentation

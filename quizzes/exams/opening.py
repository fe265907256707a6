"""An exam is begun: its sitting is drawn up by the exam's blueprint and opened, its questions frozen.

The walk: load what can be asked, draft the sitting (pure), load the items drawn and freeze them, store.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Subquery

from questions.models import Course, ItemVersion
from quizzes import presentations, schedule
from quizzes.calendar import format_instant
from quizzes.exams import blueprints
from quizzes.exams.candidates import load_pool
from quizzes.exams.closing import close_locked
from quizzes.exams.deadlines import is_over, round_seconds, with_extra_time
from quizzes.exams.drafting import DraftSection, DraftSlot, draft_sitting
from quizzes.exams.errors import SittingError
from quizzes.exams.expectations import CardRow, expect_sitting
from quizzes.exams.windows import as_sat_in
from quizzes.models import Card, Enrolment, Exam, Presentation, Sitting, SittingAct, Slot, insert_objects, unshown
from quizzes.models.statements import Prepared, number

if TYPE_CHECKING:
    from quizzes.models import ChangeLog, Student


def open_sitting(student: Student, exam: Exam, now: datetime) -> tuple[Sitting, bool]:
    """The student's open sitting of the exam, or a new one; and whether it is new.

    Raises Enrolment.DoesNotExist for a student who is not enrolled, and SittingError: `early`, `over`, `attempts`,
    `archived` or `bank`.
    """
    try:
        with transaction.atomic():
            return _open(student, exam, now)
    except IntegrityError:
        # Two requests at once, where the database let both begin: the first one's stands.
        return student.sittings.get(exam=exam, state=Sitting.State.OPEN), False


def _open(student: Student, exam: Exam, now: datetime) -> tuple[Sitting, bool]:
    enrolment = Enrolment.objects.select_related("section", "course").get(student=student, course=exam.course_id)
    log = schedule.ensure_cards(student)  # locked: one at a time
    latest, current = _load_latest(student, exam)
    if current:
        if not is_over(current, now):
            return current, False
        close_locked(log, current, now)
    if enrolment.course.state not in Course.STUDIED:
        raise SittingError("archived", "This course is archived: its exams are not sat any more.")
    check_may_begin(as_sat_in(exam, enrolment), count_attempts(student, exam) if exam.attempts is not None else 0, now)
    try:
        blueprint = blueprints.parse(exam.kind, exam.blueprint_asked)
    except blueprints.BlueprintError:
        raise SittingError("bank", "This exam cannot be started: its instructors have to fix it first.") from None
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
    _store(log, sitting, draft, seconds)
    return sitting, True


def _load_latest(student: Student, exam: Exam) -> tuple[Sitting | None, Sitting | None]:
    """Load the student's latest sitting of the exam, and the open one: staff may have opened an earlier one again."""
    mine = Sitting.objects.filter(student=student, exam=exam)
    latest = mine.order_by("-number").values("number")[:1]
    rows = list(mine.filter(Q(state=Sitting.State.OPEN) | Q(number=Subquery(latest))).order_by("-number"))
    return next(iter(rows), None), next((row for row in rows if row.is_open), None)


def count_attempts(student: Student, exam: Exam) -> int:
    """Count the attempts that the student has used: void sittings use none, and staff may have granted some."""
    begun = Sitting.objects.filter(student=student, exam=exam, voided_at=None).count()
    return begun - len(load_granted(student, exam))


def load_granted(student: Student, exam: Exam | None = None) -> list[int]:
    """Return the exam of each further attempt that staff granted the student, of one exam or all; one query."""
    granted = SittingAct.objects.filter(
        sitting__student=student, kind=SittingAct.Kind.ATTEMPT, reversed_by=None
    ).order_by()
    if exam:
        granted = granted.filter(sitting__exam=exam)
    return list(granted.values_list("sitting__exam", flat=True))


def check_may_begin(exam: Exam, begun: int, now: datetime) -> None:
    """Raise SittingError unless a student who has `begun` so many sittings of the exam may begin another now."""
    if exam.opens_at and now < exam.opens_at:
        raise SittingError("early", f"This exam opens at {format_instant(exam.opens_at)}.")
    if exam.closes_at and now >= exam.closes_at:
        raise SittingError("over", f"This exam closed at {format_instant(exam.closes_at)}.")
    if exam.attempts is not None and begun >= exam.attempts:
        often = "once" if exam.attempts == 1 else f"{exam.attempts} times"
        raise SittingError("attempts", f"This exam can be taken {often}, and you have used that up.")


_VERSIONS = Prepared(
    lambda: (
        ItemVersion.objects.filter(pk=F("item__published"), item__in=number("items", many=True))
        .select_related("item__course", "lesson")
        .annotate(ease=F("item__statistics__ease"))
        .defer(*unshown())
    )
)
_CARDS = Prepared(
    lambda: (
        Card.objects.filter(student=number("student"), item__in=number("items", many=True))
        .order_by("facet")
        .values_list("item", "pk", "facet", "stability", "last_review_on", "reviews")
    )
)


def load_versions(draft: Sequence[DraftSection]) -> dict[int, ItemVersion]:
    """Load the version to ask of each item of a draft; one query."""
    return {version.item_id: version for version in _VERSIONS.run(items=_asked(draft))}


def _asked(draft: Sequence[DraftSection]) -> list[int]:
    return [slot.item for section in draft for slot in section.slots]


def lay_out(
    sitting: Sitting, draft: Sequence[DraftSection], versions: Mapping[int, ItemVersion], seconds: int | None
) -> list[Slot]:
    """Freeze the questions of a draft into slots, and name the sitting's sections; nothing is stored.

    `seconds` are those of a viva's rounds. An item of which no variant is sound is left out.
    """
    slots: list[Slot] = []
    deadline = sitting.deadline_at if seconds is None else None
    for section in draft:
        first = len(slots) + 1
        for asked in section.slots:
            if presentation := _freeze(sitting, asked, versions[asked.item]):
                slot = Slot(sitting=sitting, number=len(slots) + 1, presentation=presentation)
                slot.seconds, slot.deadline_at = seconds, deadline
                slots.append(slot)
        sitting.sections.append({"title": section.title, "slots": list(range(first, len(slots) + 1))})
    return slots


def _store(log: ChangeLog, sitting: Sitting, draft: Sequence[DraftSection], seconds: int | None) -> None:
    """Freeze the questions and store the sitting with them, and what is expected of it; two queries load that."""
    versions = load_versions(draft)
    slots = lay_out(sitting, draft, versions, seconds)
    rows = [CardRow(*row) for row in _CARDS.run(student=sitting.student_id, items=_asked(draft))]
    if missing := versions.keys() - {row.item for row in rows}:
        kept = [versions[item] for item in sorted(missing)]
        rows += [CardRow(*row) for row in schedule.create_hidden_cards(sitting.student, kept)]
    cards: dict[int, uuid.UUID] = {}
    for row in rows:
        # Of a match set, it is the card of its first pair.
        cards.setdefault(row.item, row.pk)
    for slot in slots:
        slot.presentation.student = sitting.student
        slot.presentation.card_id = cards[slot.presentation.version.item_id]
    eases = {item: vars(version)["ease"] for item, version in versions.items()}
    sitting.expected = expect_sitting(log, slots, rows, eases, sitting.opened_at)
    sitting.save(force_insert=True)
    insert_objects([slot.presentation for slot in slots], _OF_PRESENTATION)
    insert_objects(slots, _OF_SLOT)
    sitting.drawn = slots


_OF_PRESENTATION = (
    *("id", "student", "card", "version", "seed", "facets", "packed_prompt", "answer", "guess_rate"),
    *("in_sitting", "created_at", "closed_at"),
)
_OF_SLOT = ("sitting", "number", "presentation", "seconds", "deadline_at")
"""What of the rows is not as it is by default."""


def _freeze(sitting: Sitting, slot: DraftSlot, version: ItemVersion) -> Presentation | None:
    """The item as it will be asked; it is closed from the start, since nothing but the sitting asks it."""
    rng = np.random.default_rng([sitting.seed, slot.item])
    seeds = [int(seed) for seed in rng.integers(0, 2**presentations.SEED_BITS, presentations.DRAWS)]
    identity = uuid.uuid5(sitting.pk, str(slot.item))
    presentation = presentations.draw(version, identity, seeds, slot.facets, slot.pairs)
    if presentation:
        presentation.created_at = presentation.closed_at = sitting.opened_at
        presentation.in_sitting = True
    return presentation

"""The packed outcomes of sittings in the database: stored at closing, and made of the slots where a row is missing."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import nan

from django.db.models import Min, QuerySet

from questions.models import ItemVersion
from quizzes import presentations
from quizzes.exams.grading import is_void
from quizzes.exams.outcomes import GradedSlot, PackedOutcome, list_picked, pack, rescore
from quizzes.models import Sitting, SittingOutcome, Slot, update_rows

CHUNK = 1000


def store_outcome(sitting: Sitting, slots: Sequence[Slot]) -> None:
    """Pack a sitting of the student whose change log is locked, and that is being closed. Two queries.

    What the student began later and closed earlier met these items no more for the first time.
    """
    of_student = SittingOutcome.objects.filter(
        sitting__student=sitting.student_id, sitting__exam__course=sitting.exam.course_id
    )
    items = [slot.presentation.version.item_id for slot in slots]
    met_before: set[int] = set()
    changed: dict[uuid.UUID, PackedOutcome] = {}
    for pk, opened_at, packed, picked in of_student.values_list("pk", "sitting__opened_at", "slots", "picked"):
        outcome = PackedOutcome(bytes(packed), picked)
        if opened_at < sitting.opened_at:
            met_before |= outcome.items()
        elif opened_at > sitting.opened_at:
            changed[pk] = outcome.with_first(items)
    changed[sitting.pk] = pack(map(_graded, slots), met_before)
    SittingOutcome.objects.bulk_create(
        (SittingOutcome(sitting_id=pk, slots=outcome.slots, picked=outcome.picked) for pk, outcome in changed.items()),
        update_conflicts=True,
        unique_fields=["sitting"],
        update_fields=["slots", "picked"],
    )


def rescore_outcomes(scores: Mapping[uuid.UUID, Mapping[int, float]]) -> None:
    """Give packed sittings other scores for some versions; two queries. NaN: the slot does not count."""
    rows = list(SittingOutcome.objects.filter(sitting__in=list(scores)))
    for row in rows:
        row.slots = rescore(bytes(row.slots), scores[row.sitting_id])
    update_rows(rows, ["slots"])


def make_outcomes(sittings: QuerySet[Sitting], course: int) -> dict[uuid.UUID, PackedOutcome]:
    """Pack closed sittings of the course by their slots; nothing is stored. Four queries."""
    first_met = _load_first_met(Slot.objects.filter(sitting__student__in=sittings.values("student")), course)
    slots = Slot.objects.filter(sitting__in=sittings).order_by("number")
    fields = ("sitting", "presentation__version", "score", "grade__void", "response", "presentation__answer")
    rows = list(slots.values_list(*fields).iterator(chunk_size=CHUNK))
    versions = ItemVersion.objects.in_bulk({version for _, version, *_ in rows})
    graded: dict[uuid.UUID, list[GradedSlot]] = defaultdict(list)
    for sitting, pk, score, void, response, answer in rows:
        version = versions[pk]
        picked = list_picked(version.kind, presentations.body_of(version), answer, response)
        graded[sitting].append(GradedSlot(version.item_id, pk, nan if void else score or 0.0, picked))
    outcomes = {}
    for pk, student, opened_at in sittings.values_list("pk", "student", "opened_at"):
        met_before = {slot.item for slot in graded[pk] if first_met[student, slot.item] < opened_at}
        outcomes[pk] = pack(graded[pk], met_before)
    return outcomes


def _load_first_met(slots: QuerySet[Slot], course: int) -> dict[tuple[int, int], datetime]:
    """When each student was asked each item of the slots first, in any exam of the course that they closed."""
    closed = slots.filter(sitting__exam__course=course).exclude(sitting__state=Sitting.State.OPEN).order_by()
    first = closed.values_list("sitting__student", "presentation__version__item").annotate(at=Min("sitting__opened_at"))
    return {(student, item): at for student, item, at in first}


def _graded(slot: Slot) -> GradedSlot:
    version, answer = slot.presentation.version, slot.presentation.answer
    picked = list_picked(version.kind, presentations.body_of(version), answer, slot.response)
    return GradedSlot(version.item_id, version.pk, nan if is_void(slot) else slot.score or 0.0, picked)

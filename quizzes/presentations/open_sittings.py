"""What is asked in a student's open sittings: its key waits until they are closed."""

from __future__ import annotations

from typing import TypedDict

from django.db.models import QuerySet

from quizzes.models import Presentation, Sitting, Student
from quizzes.statements import Parameter


class _ItemRow(TypedDict):
    version__item: int


def in_open_sitting(student: Student | int | Parameter) -> QuerySet[Presentation, _ItemRow]:
    """Return the items of the student's open sittings, as a subquery."""
    open_now = {"slot__sitting__student": student, "slot__sitting__state": Sitting.State.OPEN}
    asked = Presentation.objects.filter(student=student, in_sitting=True, **open_now)
    return asked.values("version__item")


def items_in_open_sittings(student: Student | int) -> set[int]:
    """Return the ids of the items of the student's open sittings; one query."""
    return set(in_open_sitting(student).values_list("version__item", flat=True))


def is_in_open_sitting(student: Student, presentation: Presentation | None) -> bool:
    """Whether the item of a presentation is asked in a sitting of the student's that is open."""
    return (
        presentation is not None
        and in_open_sitting(student).filter(version__item=presentation.version.item_id).exists()
    )

"""What is asked in a student's open sittings: its key waits until they are closed, and their keys shown.

A sitting whose keys wait for the end of its exam is open here until then.
"""

from __future__ import annotations

from typing import TypedDict

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from quizzes.models import Presentation, Student
from quizzes.models.statements import Parameter, Prepared, number


class _ItemRow(TypedDict):
    version__item: int


def in_open_sitting(student: Student | int | Parameter) -> QuerySet[Presentation, _ItemRow]:
    """Return the items of the student's open sittings, as a subquery.

    It says nothing of the presentations themselves, of which there are many: the database begins with the sittings.
    """
    asked = Presentation.objects.filter(slot__sitting__student=student, slot__sitting__released_at=None)
    return asked.values("version__item")


def items_in_open_sittings(student: Student | int) -> set[int]:
    """Return the ids of the items of the student's open sittings; one query."""
    return set(in_open_sitting(student).values_list("version__item", flat=True))


def asked_in_sittings(student: Student | int | Parameter) -> ExpressionWrapper[Q]:
    """Whether the item of a presentation is asked in a sitting of the student's that is open, as an expression."""
    return ExpressionWrapper(Q(version__item__in=in_open_sitting(student)), BooleanField())


_ASKED = Prepared(lambda: in_open_sitting(number("student")).filter(version__item=number("item")).values_list("pk")[:1])


def is_in_open_sitting(student: Student, presentation: Presentation | None) -> bool:
    """Whether the item of a presentation is asked in a sitting of the student's that is open."""
    if presentation is None:
        return False
    return bool(_ASKED.run(student=student.pk, item=presentation.version.item_id))

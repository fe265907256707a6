"""Students are told once of what a correction changed for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.template.defaultfilters import floatformat

from questions.models import ItemVersion
from questions.text.words import as_title
from quizzes import presentations
from quizzes.exams import CorrectedSitting
from quizzes.exams.corrections.deciding import Case, students_of
from quizzes.models import Notice, Student, insert_rows
from quizzes.models.statements import Prepared, number

MAX_LISTED = 20


def store_notices(
    version: ItemVersion, changed: Sequence[Case], sittings: Sequence[CorrectedSitting], now: datetime
) -> None:
    """Leave a notice for each student of whom something changed; of one correction there is one."""
    of_student: dict[int, list[CorrectedSitting]] = defaultdict(list)
    for corrected in sittings:
        of_student[corrected.sitting.student_id].append(corrected)
    answered = students_of(changed)
    rows = [
        (
            *(student, version.item_id, of_student[student][0].sitting.pk if student in of_student else None),
            *(version.last_correction, _tell(version, of_student.get(student, [])), now),
        )
        for student in sorted({*answered, *of_student})
    ]
    insert_rows(Notice, ("student", "item", "sitting", "correction", "text", "made_at"), rows, or_leave=True)


def _tell(version: ItemVersion, sittings: Sequence[CorrectedSitting]) -> str:
    if sittings:
        return " ".join(_tell_score(corrected) for corrected in sittings)
    return f"The question “{as_title(version.item.slug)}” was corrected, and your answer counts differently now."


def _tell_score(corrected: CorrectedSitting) -> str:
    before, after = (
        f"{floatformat(score, -1)} of {floatformat(most, 0)}"
        for score, most in ((corrected.score_before, corrected.max_before), (corrected.score, corrected.max_score))
    )
    return f"A question in “{corrected.sitting.exam}” was corrected: your score went from {before} to {after}."


def list_notices(student: Student) -> list[Notice]:
    """Return what the student has not read yet, the newest first; what an open sitting asks has to wait. One query."""
    return _UNREAD.run(student=student.pk)


_UNREAD = Prepared(
    lambda: (
        Notice.objects.filter(student=number("student"), read_at=None)
        .exclude(item__in=presentations.in_open_sitting(number("student")))
        .select_related("item", "sitting")
        .order_by("-pk")[:MAX_LISTED]
    )
)


def read_notice(student: Student, notice: int, now: datetime) -> None:
    """Take a notice as read; idempotent."""
    Notice.objects.filter(student=student, pk=notice, read_at=None).update(read_at=now)

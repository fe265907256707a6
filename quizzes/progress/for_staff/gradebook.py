"""The gradebook of a course: each student with each exam."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from django.db.models import Count

from questions.models import Course
from quizzes.models import Enrolment, Exam, Sitting, Slot
from quizzes.progress.for_staff.standings import students_of


@dataclass(frozen=True)
class Attempt:
    """A sitting: its points once it is closed, how many of its answers wait for marks, and whether it is void."""

    sitting: uuid.UUID
    number: int
    score: float | None
    max_score: float | None
    is_void: bool = False
    waiting: int = 0

    @property
    def share(self) -> float:
        """The share (0-1) of its points."""
        return self.score / self.max_score if self.score and self.max_score else 0.0


@dataclass(frozen=True)
class Mark:
    """How a student stands in an exam: by the attempt that counts, where there is one.

    `waiting`: so many answers that bear on it are still to be marked. `attempts` are all, open and void ones too.
    """

    state: Literal["marked", "waiting", "open", "void"]
    attempt: Attempt
    attempts: int
    waiting: int = 0

    @property
    def share(self) -> float | None:
        """The share (0-1) of the points, also while some wait; None where no attempt counts."""
        return self.attempt.share if self.state in ("marked", "waiting") else None

    @property
    def settled(self) -> float | None:
        """The same once nothing waits."""
        return self.attempt.share if self.state == "marked" else None


_CHOICES: dict[str, Callable[[Sequence[Attempt]], Attempt]] = {
    "best": lambda attempts: max(attempts, key=lambda attempt: (attempt.share, attempt.number)),
    "last": lambda attempts: max(attempts, key=lambda attempt: attempt.number),
    "first": lambda attempts: min(attempts, key=lambda attempt: attempt.number),
}


def decide_mark(attempts: Sequence[Attempt], counts: str) -> Mark | None:
    """Say how a student stands by all their attempts, of which the best, last or first counts; None without any."""
    if not attempts:
        return None
    closed = [attempt for attempt in attempts if attempt.score is not None and not attempt.is_void]
    if not closed:
        open_ones = [attempt for attempt in attempts if attempt.score is None]
        return Mark("open" if open_ones else "void", (open_ones or attempts)[-1], len(attempts))
    chosen = _CHOICES[counts](closed)
    # The best is not known before all that may be it are marked.
    waiting = sum(attempt.waiting for attempt in closed) if counts == "best" else chosen.waiting
    return Mark("waiting" if waiting else "marked", chosen, len(attempts), waiting)


@dataclass(frozen=True)
class ExamColumn:
    """An exam, which attempts count in it, the mean share of those whose marks are settled, and how many they are."""

    exam: Exam
    counts: str
    mean: float | None
    marked: int


@dataclass(frozen=True)
class GradebookRow:
    """A student with a mark, or None, for each exam; `mean` is that of the settled ones."""

    enrolment: Enrolment
    marks: list[Mark | None]
    mean: float | None


@dataclass(frozen=True)
class Gradebook:
    """All of a course, by name."""

    columns: list[ExamColumn]
    rows: list[GradebookRow]

    def sorted_by(self, order: str) -> list[GradebookRow]:
        """The rows by name, or by `mean` or the key of an exam, with `-` before it the highest first.

        Who has no mark comes last in either direction; what is not known is `name`.
        """
        key, is_down = order.removeprefix("-"), order.startswith("-")
        values: list[float | None]
        if key == "mean":
            values = [row.mean for row in self.rows]
        elif key in (names := [str(column.exam.pk) for column in self.columns]):
            at = names.index(key)
            values = [mark.share if (mark := row.marks[at]) else None for row in self.rows]
        else:
            return self.rows[::-1] if order == "-name" else self.rows
        known = [(value, row) for value, row in zip(values, self.rows, strict=True) if value is not None]
        known.sort(key=lambda pair: pair[0], reverse=is_down)
        unknown = [row for value, row in zip(values, self.rows, strict=True) if value is None]
        return [*(row for _, row in known), *unknown]


def load_gradebook(course: Course, section: int | None = None) -> Gradebook:
    """Load all exams and students of a course, or those of a section, by its key; four queries.

    Its own staff who are enrolled are no students.
    """
    exams = list(Exam.objects.filter(course=course).order_by("starts_at", "pk"))
    attempts = _load_attempts(course)
    students = students_of(course) if section is None else students_of(course).filter(section=section)
    counts = [counts_of(exam) for exam in exams]
    rows = [_row(enrolment, exams, counts, attempts) for enrolment in sorted(students, key=by_name)]
    columns = []
    for at, exam in enumerate(exams):
        shares = [mark.settled for row in rows if (mark := row.marks[at])]
        columns.append(ExamColumn(exam, counts[at], _mean(shares), sum(share is not None for share in shares)))
    return Gradebook(columns, rows)


def by_name(enrolment: Enrolment) -> tuple[str, str, str]:
    """Return what students are sorted by: last name, first name, username; those without a name by their username."""
    student = enrolment.student
    last = student.last_name or student.first_name or student.username
    return last.casefold(), student.first_name.casefold(), student.username.casefold()


def _row(
    enrolment: Enrolment,
    exams: Sequence[Exam],
    counts: Sequence[str],
    attempts: Mapping[tuple[int, int], Sequence[Attempt]],
) -> GradebookRow:
    marks = [
        decide_mark(attempts.get((enrolment.student_id, exam.pk), ()), which)
        for exam, which in zip(exams, counts, strict=True)
    ]
    return GradebookRow(enrolment, marks, _mean(mark.settled for mark in marks if mark))


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return fmean(known) if known else None


def counts_of(exam: Exam) -> str:
    """Return which attempts count, as the blueprint says; data of before say nothing."""
    counts = exam.blueprint.get("counts") if isinstance(exam.blueprint, dict) else None
    return counts if counts in _CHOICES else "best"


def _load_attempts(course: Course) -> dict[tuple[int, int], list[Attempt]]:
    """All sittings of the course's exams by student and exam, in their order; two queries."""
    waits = Slot.objects.filter(waits=True, sitting__exam__course=course).order_by().values_list("sitting")
    waiting = dict(waits.annotate(count=Count("pk")))
    attempts: dict[tuple[int, int], list[Attempt]] = defaultdict(list)
    rows = Sitting.objects.filter(exam__course=course).order_by("number")
    fields = ("student", "exam", "pk", "number", "score", "max_score", "voided_at")
    for student, exam, pk, number, score, max_score, voided_at in rows.values_list(*fields):
        attempts[student, exam].append(Attempt(pk, number, score, max_score, voided_at is not None, waiting.get(pk, 0)))
    return attempts

"""The exams of a student's courses, with their dates for this student."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quizzes.models import Enrolment, Exam, ExamConcept, Student
from quizzes.schedule.facts import ExamAhead
from quizzes.statements import Prepared, number


@dataclass(frozen=True)
class DatedExam:
    """An exam with its date for a student: their own where they set one, else the course's; None without either."""

    exam: Exam
    at: datetime | None

    @property
    def ahead(self) -> ExamAhead | None:
        """The exam as the plan works toward it; None without a date."""
        if self.at is None:
            return None
        return ExamAhead(self.exam.title, self.at, concept_weights(self.exam))


def concept_weights(exam: Exam) -> dict[str, float]:
    """The weights of concepts by which an exam is prepared for; none where all are alike."""
    weights = exam.blueprint_asked.get("concepts")
    return weights if isinstance(weights, dict) else {}


@dataclass(frozen=True)
class StudentExams:
    """The exams of a student's courses, and the dates that they set in courses which hold no exam."""

    dated: tuple[DatedExam, ...]
    own_dates: tuple[datetime, ...]

    def ahead(self, now: datetime) -> tuple[ExamAhead, ...]:
        """Those after `now`, the next one first."""
        dated = [exam.ahead for exam in self.dated]
        without_exam = [ExamAhead("Exam", at, {}) for at in self.own_dates]
        ahead = [exam for exam in (*dated, *without_exam) if exam is not None and exam.at > now]
        return tuple(sorted(ahead, key=lambda exam: exam.at))


def load_exams(student: Student) -> StudentExams:
    """The exams of the student's courses; three queries."""
    enrolments = _ENROLMENTS.run(student=student.pk)
    by_course = _load_exams(enrolments)
    return StudentExams(
        dated=tuple(
            dated for enrolment in enrolments for dated in _date_exams(enrolment, by_course[enrolment.course_id])
        ),
        own_dates=tuple(
            enrolment.exam_at for enrolment in enrolments if enrolment.exam_at and not by_course[enrolment.course_id]
        ),
    )


_ENROLMENTS = Prepared(lambda: Enrolment.objects.filter(student=number("student")))
_EXAMS = Prepared(lambda: Exam.objects.filter(course__in=number("courses", many=True)))
_NAMES = Prepared(
    lambda: (
        ExamConcept.objects.filter(exam__in=number("exams", many=True))
        .order_by("pk")
        .values_list("exam", "name", "concept__slug")
    )
)


def _load_exams(enrolments: Sequence[Enrolment]) -> dict[int, list[Exam]]:
    by_course: dict[int, list[Exam]] = defaultdict(list)
    courses = [enrolment.course_id for enrolment in enrolments]
    exams = _EXAMS.run(courses=courses) if courses else []
    names: dict[int, dict[str, str]] = {exam.pk: {} for exam in exams}
    for pk, name, now in _NAMES.run(exams=list(names)) if names else []:
        names[pk][name] = now
    for exam in exams:
        exam.known_names = names[exam.pk]
        by_course[exam.course_id].append(exam)
    return by_course


def _find_main(exams: Sequence[Exam]) -> Exam | None:
    """Return a course's assessment, or its first exam where it holds none."""
    return next((exam for exam in exams if exam.kind == Exam.Kind.ASSESSMENT), exams[0] if exams else None)


def name_own_exams(enrolments: Sequence[Enrolment]) -> dict[int, str]:
    """Return the title of the exam that a student's own date is for, by course; two queries."""
    by_course = _load_exams(enrolments)
    return {course: main.title for course, exams in by_course.items() if (main := _find_main(exams))}


def _date_exams(enrolment: Enrolment, exams: list[Exam]) -> list[DatedExam]:
    """Date a course's exams for a student, whose own date is that of its main one."""
    main = _find_main(exams)
    return [
        DatedExam(exam, enrolment.exam_at if exam is main and enrolment.exam_at else exam.starts_at) for exam in exams
    ]


def list_exams_ahead(student: Student, now: datetime) -> tuple[ExamAhead, ...]:
    """The student's exams after `now`, the next one first."""
    return load_exams(student).ahead(now)


def find_next_exam(student: Student, now: datetime) -> ExamAhead | None:
    """The student's next exam; None after the last."""
    return next(iter(list_exams_ahead(student, now)), None)

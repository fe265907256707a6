"""The exams of students' courses, with their dates for each student."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from questions.models import Concept
from quizzes.models import Enrolment, Exam, ExamConcept, OwnExamDate, SectionExam, Student
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.schedule.facts import Edition, ExamAhead


@dataclass(frozen=True)
class DatedExam:
    """An exam with its date for a student: their own where they set one, else the section's or the course's, or None.

    `weights` are those of concepts by which it is prepared for; none where all are alike.
    """

    exam: Exam
    at: datetime | None
    weights: dict[str, float]

    @property
    def ahead(self) -> ExamAhead | None:
        """The exam as the plan works toward it; None without a date."""
        return None if self.at is None else ExamAhead(self.exam.title, self.at, self.weights, self.exam.course_id)


def concept_weights(exam: Exam) -> dict[str, float]:
    """The weights of concepts by which an exam is prepared for; none where all are alike."""
    return _read_weights(exam.blueprint_asked)


def _read_weights(blueprint: dict[str, object]) -> dict[str, float]:
    weights = blueprint.get("concepts")
    return weights if isinstance(weights, dict) else {}


@dataclass(frozen=True)
class StudentExams:
    """A student's courses, their exams, and the dates that the student set in courses which hold no exam."""

    editions: frozenset[Edition] = frozenset()
    dated: tuple[DatedExam, ...] = ()
    own_dates: tuple[tuple[int, datetime], ...] = ()
    """Courses, with the dates."""

    @property
    def courses(self) -> frozenset[int]:
        """The keys of the courses."""
        return frozenset(edition.course for edition in self.editions)

    def ahead(self, now: datetime) -> tuple[ExamAhead, ...]:
        """Those after `now`, the next one first."""
        dated = [exam.ahead for exam in self.dated]
        without_exam = [ExamAhead("Exam", at, {}, course) for course, at in self.own_dates]
        ahead = [exam for exam in (*dated, *without_exam) if exam is not None and exam.at > now]
        return tuple(sorted(ahead, key=lambda exam: exam.at))


def load_exams(student: Student) -> StudentExams:
    """The exams of the student's courses; three queries, one more for a section's dates, own ones, concepts gone."""
    return load_exams_of([student.pk])[student.pk]


def load_exams_of(students: Sequence[int]) -> dict[int, StudentExams]:
    """The same of many students, in as many queries."""
    rows = _ENROLMENTS.run(students=students)
    by_course = load_exams_of_courses(sorted({course for _, course, *_ in rows}))
    dates = _load_section_dates(sorted({section for *_, section, _, _ in rows if section}))
    own = load_own_dates([enrolment for *_, enrolment, has_own in rows if has_own])
    enrolments: dict[int, list[_Enrolled]] = {student: [] for student in students}
    for student, course, revision, graph, measured_at, exam_at, section, enrolment, _ in rows:
        exams = _in_section(by_course.get(course, []), dates.get(section, {}))
        edition = Edition(course, revision, measured_at, graph)
        enrolments[student].append(_Enrolled(edition, exam_at, own.get(enrolment, {}), exams))
    return {student: _date_all(theirs) for student, theirs in enrolments.items()}


_ENROLMENTS = Prepared(
    lambda: (
        Enrolment.objects.studied()
        .filter(student__in=number("students", many=True))
        .order_by("pk")
        .values_list(
            *("student_id", "course_id", "course__revision", "course__graph_revision"),
            *("course__measuring__measured_at", "exam_at", "section", "pk"),
            Exists(OwnExamDate.objects.filter(enrolment=OuterRef("pk"))),
        )
    )
)
_EXAMS = Prepared(lambda: Exam.objects.filter(course__in=number("courses", many=True)).select_related("course"))
_NAMES = Prepared(
    lambda: (
        ExamConcept.objects.filter(exam__in=number("exams", many=True))
        .order_by("pk")
        .values_list("exam", "name", "concept__slug")
    )
)
_CONCEPTS = Prepared(
    lambda: Concept.objects.filter(slug__in=Parameter("slugs", Concept._meta.get_field("slug"), many=True)).values_list(
        "course_id", "slug"
    )
)
_OWN_DATES = Prepared(
    lambda: OwnExamDate.objects.filter(enrolment__in=number("enrolments", many=True)).values_list(
        "enrolment_id", "exam_id", "at"
    )
)
_SECTION_DATES = Prepared(lambda: SectionExam.objects.filter(section__in=number("sections", many=True)))
_Weighed = tuple[Exam, dict[str, float]]


class _Enrolled(NamedTuple):
    """A course that a student takes, the student's own dates in it, and its exams as the student's section sits them.

    `exam_at` is the own date of its main exam, `own` has those of others by their keys.
    """

    edition: Edition
    exam_at: datetime | None
    own: Mapping[int, datetime]
    exams: Sequence[_Weighed]


def load_own_dates(enrolments: Sequence[int]) -> dict[int, dict[int, datetime]]:
    """The students' own dates of exams that are not the main ones, by enrolment and exam; one query, none for none."""
    own: dict[int, dict[int, datetime]] = defaultdict(dict)
    for enrolment, exam, at in _OWN_DATES.run(enrolments=enrolments) if enrolments else []:
        own[enrolment][exam] = at
    return own


def _load_section_dates(sections: Sequence[int]) -> Mapping[int, Mapping[int, SectionExam]]:
    """The dates that sections have of their own, by section and exam; those without any are left out."""
    dates: dict[int, dict[int, SectionExam]] = defaultdict(dict)
    for row in _SECTION_DATES.run(sections=sections) if sections else []:
        dates[row.section_id][row.exam_id] = row
    return dates


def _in_section(exams: Sequence[_Weighed], dates: Mapping[int, SectionExam]) -> Sequence[_Weighed]:
    """The exams of a course with the dates of a section."""
    if not dates:
        return exams
    return [(dates[exam.pk].dated(exam) if exam.pk in dates else exam, weights) for exam, weights in exams]


def load_exams_of_courses(courses: Sequence[int]) -> Mapping[int, list[_Weighed]]:
    """The exams of courses, each with the weights of its concepts."""
    exams = _EXAMS.run(courses=courses) if courses else []
    names: dict[int, dict[str, str]] = {exam.pk: {} for exam in exams}
    for pk, name, slug in _NAMES.run(exams=list(names)) if names else []:
        names[pk][name] = slug
    for exam in exams:
        exam.known_names = names[exam.pk]
    unnamed = {exam.pk: exam.unnamed for exam in exams}
    slugs = sorted({name for names in unnamed.values() for name in names})
    there = set(_CONCEPTS.run(slugs=slugs)) if slugs else set()
    by_course: dict[int, list[_Weighed]] = defaultdict(list)
    for exam in exams:
        gone = [name for name in unnamed[exam.pk] if (exam.course_id, name) not in there]
        by_course[exam.course_id].append((exam, _read_weights(exam.blueprint_without(gone))))
    return by_course


def find_main(exams: Sequence[Exam]) -> Exam | None:
    """Return a course's assessment, or its first exam where it holds none."""
    return next((exam for exam in exams if exam.kind == Exam.Kind.ASSESSMENT), exams[0] if exams else None)


def _date_all(enrolments: Sequence[_Enrolled]) -> StudentExams:
    """Date the exams of a student's enrolments."""
    return StudentExams(
        editions=frozenset(enrolled.edition for enrolled in enrolments),
        dated=tuple(exam for enrolled in enrolments for exam in _date_exams(enrolled)),
        own_dates=tuple(
            (enrolled.edition.course, enrolled.exam_at)
            for enrolled in enrolments
            if enrolled.exam_at and not enrolled.exams
        ),
    )


def _date_exams(enrolled: _Enrolled) -> list[DatedExam]:
    """Date a course's exams for a student: by their own date where there is one."""
    main = find_main([exam for exam, _ in enrolled.exams])
    return [
        DatedExam(exam, (enrolled.exam_at if exam is main else enrolled.own.get(exam.pk)) or exam.starts_at, weights)
        for exam, weights in enrolled.exams
    ]


def list_exams_ahead(student: Student, now: datetime) -> tuple[ExamAhead, ...]:
    """The student's exams after `now`, the next one first."""
    return load_exams(student).ahead(now)


@dataclass(frozen=True)
class ExamDate:
    """An exam of a student's with a date, under a name of its own for ever; `minutes` is 0 where nobody says."""

    name: str
    title: str
    at: datetime
    minutes: int


def list_exam_dates(student: Student) -> list[ExamDate]:
    """The student's exams that have a date, those that are over too; as many queries as `load_exams`."""
    exams = load_exams(student)
    dated = [(each.exam, each.at) for each in exams.dated if each.at]
    return [
        *(ExamDate(f"exam-{exam.pk}", exam.title, at, exam.minutes) for exam, at in dated),
        *(ExamDate(f"exam-of-course-{course}", "Exam", at, 0) for course, at in exams.own_dates),
    ]


def find_next_exam(student: Student, now: datetime) -> ExamAhead | None:
    """The student's next exam; None after the last."""
    return next(iter(list_exams_ahead(student, now)), None)

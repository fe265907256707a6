"""The answers to a course's items, loaded for some students at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from questions import bank, kinds
from questions.models import Course, Item, ItemVersion, Lesson
from quizzes import presentations
from quizzes.exams.item_analysis.gathering import Answered, Details, Drawn, Predicted
from quizzes.exams.outcomes import list_picked
from quizzes.models import OF_STUDENTS, Card, QuestionReport, Review, ReviewEvent, SectionRead, Slot
from quizzes.schedule.facts import SectionKey

AT_ONCE = 5000
"""Rows that a query names: SQLite takes some ten thousand."""


def list_students(course: Course) -> list[int]:
    """The keys of the students whose answers count: of all who have cards of the course, those who are no staff."""
    cards = Card.objects.filter(student=OuterRef("pk"), item__course=course)
    students = get_user_model().objects.filter(Exists(cards), is_staff=False, is_superuser=False)
    return list(students.order_by("pk").values_list("pk", flat=True))


_ANSWER = (
    *("pk", "student", "presentation__version__item", "presentation__version", "score", "duration_ms", "occurred_at"),
    *("undone", "superseded", "presentation__in_sitting", "presentation__guess_rate"),
)


def load_answers(course: Course, students: Collection[int]) -> list[Answered]:
    """Load all answers of some students to the items of a course; three queries.

    Those of sittings that are not released are no answers yet, nor is what was left empty there. Those of sittings that
    staff have declared void do not count.
    """
    void_sittings = set(_in_void_sittings(students).values_list("pk", flat=True))
    events = ReviewEvent.objects.filter(
        student__in=students, type=ReviewEvent.Type.REVIEW, presentation__version__item__course=course
    )
    answers = [
        Answered(
            *(pk, student, item, version, score, took, at),
            not (undone or superseded or pk in void_sittings),
            *(in_exam, guess_rate),
        )
        for pk, student, item, version, score, took, at, undone, superseded, in_exam, guess_rate in events.values_list(
            *_ANSWER
        )
    ]
    empty = Slot.objects.filter(
        sitting__student__in=students,
        sitting__exam__course=course,
        sitting__released_at__isnull=False,
        sitting__voided_at=None,
        response__isnull=True,
        score__isnull=False,
    )
    fields = (
        *("sitting__student", "presentation__version__item", "presentation__version", "score", "grade__void"),
        *("sitting__closed_at", "presentation__guess_rate"),
    )
    answers += [
        Answered(
            None,
            student,
            item,
            version,
            None if void else score,
            0,
            at,
            counts=True,
            in_exam=True,
            guess_rate=guess_rate,
        )
        for student, item, version, score, void, at, guess_rate in empty.values_list(*fields)
    ]
    return answers


def _in_void_sittings(students: Collection[int]) -> QuerySet[ReviewEvent]:
    return ReviewEvent.objects.filter(
        presentation__slot__sitting__student__in=students, presentation__slot__sitting__voided_at__isnull=False
    )


def load_predictions(course: Course, students: Collection[int]) -> list[Predicted]:
    """Load what was predicted of the answers of some students, and what came of it; two queries."""
    lines = Review.objects.counting().filter(event__student__in=students, practice=0, predicted__isnull=False)
    lines = lines.exclude(event__in=list(_in_void_sittings(students)))
    fields = ("event__student", "card__item", "predicted", "score")
    return [Predicted(*row) for row in lines.filter(card__item__course=course).values_list(*fields)]


class DetailLoader:
    """Reads what first answers amount to; the versions that they answer are loaded once."""

    def __init__(self) -> None:
        self._versions: dict[int, ItemVersion] = {}

    def load(self, firsts: Sequence[Answered]) -> list[Details]:
        """Load the details of some first answers, in their order; a query for each 5,000, and one for new versions."""
        new = {first.version for first in firsts} - self._versions.keys()
        self._versions |= ItemVersion.objects.in_bulk(new) if new else {}
        answered: dict[int, tuple[Any, Any]] = {}
        for some in pieces([first.event for first in firsts if first.event is not None]):
            rows = ReviewEvent.objects.filter(pk__in=some).values_list("pk", "response", "presentation__answer")
            answered |= {pk: (response, answer) for pk, response, answer in rows}
        return [self._details(first, *answered.get(first.event or 0, (None, {}))) for first in firsts]

    def _details(self, first: Answered, response: Any, answer: Any) -> Details:
        version = self._versions[first.version]
        body = presentations.body_of(version)
        return Details(list_picked(version.kind, body, answer, response), _drawn(body, answer))


def _drawn(body: kinds.ItemBody, answer: Mapping[str, Any]) -> Drawn:
    """The numbers that were drawn, by name; not what follows from them, nor what is no number."""
    if body.drawing is None:
        return {}
    values = answer.get("values") or answer.get("variant", {}).get("values", {})
    return {
        name: float(value)
        for name in body.drawing.draws
        if isinstance(value := values.get(name), int | float) and not isinstance(value, bool)
    }


def load_reports(course: Course) -> dict[int, tuple[int, int]]:
    """How many reports of students each item has, and how many of them wait; one query."""
    reports = QuestionReport.objects.filter(OF_STUDENTS, presentation__version__item__course=course)
    counted = reports.order_by().values_list("presentation__version__item")
    waiting = Count("pk", filter=Q(outcome=""))
    return {item: (n, left) for item, n, left in counted.annotate(n=Count("pk"), left=waiting)}


def load_main_concepts(course: Course) -> dict[int, int]:
    """The main concept of each published item, by their keys; one query."""
    items = Item.objects.filter(course=course, published__tags__position=0)
    return dict(items.values_list("pk", "published__tags__concept"))


def load_taught_in(course: Course) -> dict[int, SectionKey]:
    """The section that teaches each concept (by its key) first; four queries."""
    sections = bank.list_taught_sections(Lesson.objects.filter(course=course))
    placed = bank.place_concepts(sections)
    keys = course.concepts.values_list("pk", "slug")
    return {pk: sections[placed[course.pk, slug]].key for pk, slug in keys if (course.pk, slug) in placed}


def load_read_at(students: Collection[int], taught: Mapping[int, SectionKey]) -> dict[tuple[int, int], datetime]:
    """When students read about concepts, by the keys of both; one query. What is known without reading is not there."""
    concepts: dict[SectionKey, list[int]] = defaultdict(list)
    for concept, section in taught.items():
        concepts[section].append(concept)
    rows = SectionRead.objects.filter(
        student__in=students, lesson__in={lesson for lesson, _ in concepts}, is_known=False
    )
    read = rows.values_list("student_id", "lesson_id", "section", "read_at")
    return {
        (student, concept): read_at
        for student, lesson, section, read_at in read
        for concept in concepts.get((lesson, section), ())
    }


def pieces(keys: Sequence[int], size: int = AT_ONCE) -> Iterator[Sequence[int]]:
    """Cut keys into as many as a query may name."""
    return (keys[begin : begin + size] for begin in range(0, len(keys), size))

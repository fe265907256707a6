"""How a study day went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, DateField, DateTimeField, Q, QuerySet, Sum

from questions.models import Concept, outside_pools
from quizzes.calendar import StudyDay, study_day
from quizzes.models import Card, ReviewEvent, Student
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.progress.mastery import ConceptMastery, load_mastery

MAX_MISSED = 12
"""The most concepts of which a summary says that something was missed."""


@dataclass(frozen=True)
class MissedConcept:
    """A concept of which items were answered wrong: its name, the lesson that explains it, and how many items.

    Lesson and course are named by their slugs, and so is the concept beside its name.
    """

    concept: str
    slug: str
    course: str
    lesson: str
    items: int


@dataclass(frozen=True)
class DaySummary:
    """How a study day went: answers, right ones, minutes, what was missed, and what is due the day after."""

    answered: int
    right: int
    minutes: int
    missed: list[MissedConcept]
    due_tomorrow: int


def summarize_day(student: Student, day: StudyDay) -> DaySummary:
    """The student's study day so far; a fixed number of queries."""
    [(answered, right, spent)] = _TOTALS.run(student=student.pk, date=day.date) or [(0, 0, 0)]
    tomorrow_ends_at = study_day(student, day.ends_at).ends_at  # it may have 23 or 25 hours
    [(due_tomorrow,)] = _DUE.run(student=student.pk, before=tomorrow_ends_at) or [(0,)]
    return DaySummary(
        answered=answered,
        right=right,
        minutes=round(spent / 60_000),
        missed=_list_missed(_MISSED.run(student=student.pk, date=day.date)),
        due_tomorrow=due_tomorrow,
    )


def _answers() -> QuerySet[ReviewEvent]:
    """The answers of a student on a study day, which are parameters."""
    student, date = number("student"), Parameter("date", DateField())
    return ReviewEvent.objects.counting().filter(student=student, type=ReviewEvent.Type.REVIEW, study_date=date)


_TOTALS = Prepared(
    lambda: (
        _answers()
        .order_by()
        .values("student")
        .annotate(answered=Count("pk"), right=Count("pk", filter=Q(score=1)), spent=Sum("duration_ms"))
        .values_list("answered", "right", "spent")
    )
)
_DUE = Prepared(
    lambda: (
        Card.objects.filter(
            outside_pools("item__"),
            student=number("student"),
            suspended=False,
            due_at__lt=Parameter("before", DateTimeField()),
            item__retired_at__isnull=True,
        )
        .order_by()
        .values("student")
        .annotate(items=Count("item", distinct=True))
        .values_list("items")
    )
)
_MISSED = Prepared(
    lambda: (
        _answers()
        .filter(score__lt=1, presentation__version__tags__position=0)
        .values_list(
            "presentation__version__item_id",
            "presentation__version__tags__concept",
            "presentation__version__item__course__slug",
            "presentation__version__lesson__slug",
        )
    )
)


def find_worked_concepts(student: Student, day: StudyDay, limit: int = 4) -> list[ConceptMastery]:
    """The main concepts of what was answered right on the study day, those with most answers first, as known now."""
    answers = ReviewEvent.objects.counting().filter(
        student=student, type=ReviewEvent.Type.REVIEW, study_date=day.date, score=1
    )
    tags = answers.filter(presentation__version__tags__position=0)
    worked = Counter(tags.values_list("presentation__version__tags__concept", flat=True)).most_common(limit)
    concepts = Concept.objects.select_related("course").in_bulk([concept for concept, _ in worked])
    mastery = load_mastery(student) if worked else {}
    return [ConceptMastery(concepts[pk], mastery.get(pk)) for pk, _ in worked]


def _list_missed(rows: Sequence[tuple[int, int, str, str]]) -> list[MissedConcept]:
    """The main concepts of what was answered wrong, those with most items first.

    `rows` are the item, its main concept, and the slugs of its course and lesson.
    """
    # An item that was missed twice counts once.
    missed = Counter({item: (concept, course, lesson) for item, concept, course, lesson in rows}.values())
    concepts = Concept.objects.in_bulk([concept for concept, _, _ in missed])
    return [
        MissedConcept(concepts[concept].name, concepts[concept].slug, course, lesson, items)
        for (concept, course, lesson), items in missed.most_common(MAX_MISSED)
    ]

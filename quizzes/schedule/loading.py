"""Load what the scheduler decides from, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from django.db.models import DateField, DateTimeField, QuerySet

from questions import kinds
from questions.models import Item
from quizzes.calendar import StudyDay
from quizzes.models import Exam, ReviewEvent, Student
from quizzes.planning import simulate
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.cards import askable_cards
from quizzes.schedule.choice import share_weights
from quizzes.schedule.exams_ahead import concept_weights
from quizzes.schedule.facts import Answered, CardFacts, ExamAhead, Situation
from quizzes.schedule.relearning import GAP
from quizzes.statements import Parameter, Prepared, number


def load_situation(
    student: Student, day: StudyDay, exams: Sequence[ExamAhead], w: tuple[float, ...], now: datetime
) -> Situation:
    """Where the student stands on `day`, by the cards that can be asked at `now`; one query."""
    return situation_of(student, day, load_cards(student, now), exams, w)


def situation_of(
    student: Student, day: StudyDay, cards: Sequence[CardFacts], exams: Sequence[ExamAhead], w: tuple[float, ...]
) -> Situation:
    """Where the student stands on `day`, by these cards."""
    return Situation(
        day=day,
        candidates=list_candidates(cards, day),
        exams=tuple(exams),
        daily_minutes=student.daily_minutes,
        desired_retention=student.desired_retention,
        w=w,
    )


_COLUMNS = (
    "pk",
    "item_id",
    "facet",
    "stability",
    "difficulty",
    "last_review_on",
    "due_at",
    "last_review_at",
    "item__published__kind",
    "item__published__seconds",
    "item__published__tags__concept__slug",
    "item__published__facets",
)


_CARDS = Prepared(
    lambda: (
        askable_cards(number("student"), Parameter("now", DateTimeField()))
        .filter(item__published__tags__position=0)
        .order_by("item__course_id", "item__position", "item_id")
        .values_list(*_COLUMNS)
    )
)


def load_cards(student: Student, now: datetime) -> list[CardFacts]:
    """The cards that can be asked, in the order of the course; facets that the published version dropped are not."""
    return [
        CardFacts(
            card=card,
            item=item,
            facet=facet,
            stability=stability,
            difficulty=difficulty,
            last_review_on=last_review_on,
            due_at=due_at,
            last_review_at=last_review_at,
            kind=kind,
            seconds=seconds,
            concept=concept,
            guess_rate=kinds.get(kind).typical_guess_rate,
        )
        for (
            card,
            item,
            facet,
            stability,
            difficulty,
            last_review_on,
            due_at,
            last_review_at,
            kind,
            seconds,
            concept,
            facets,
        ) in _CARDS.run(student=student.pk, now=now)
        if facet in facets
    ]


def answers_on(student: Student | Parameter, date: date | Parameter) -> QuerySet[ReviewEvent]:
    """The student's answers of a study day that count."""
    return ReviewEvent.objects.counting().filter(student=student, type=ReviewEvent.Type.REVIEW, study_date=date)


_ANSWERED = Prepared(
    lambda: answers_on(number("student"), Parameter("date", DateField())).values_list("occurred_at", "duration_ms")
)


def load_answered(student: Student, day: StudyDay) -> Answered:
    """What the student answered on the study day; one query."""
    answers = sorted(_ANSWERED.run(student=student.pk, date=day.date), reverse=True)
    return Answered(
        count=len(answers),
        seconds=round(sum(milliseconds for _, milliseconds in answers) / 1000),
        newest=tuple(at for at, _ in answers[:GAP]),
    )


def load_exam_bank(exam: Exam) -> simulate.Bank:
    """The course's published items as a newcomer meets them, with their shares of the exam; one query."""
    items = Item.objects.published().filter(course=exam.course_id).order_by("position", "pk")
    items = items.filter(published__tags__position=0)
    rows = list(items.values_list("published__kind", "published__seconds", "published__tags__concept__slug"))
    weights = share_weights([(concept, kind) for kind, _, concept in rows], concept_weights(exam))
    return simulate.Bank(
        weight=weights / weights.sum(),
        seconds=np.array([float(seconds) for _, seconds, _ in rows]),
        guess=np.array([kinds.get(kind).typical_guess_rate for kind, _, _ in rows]),
    )

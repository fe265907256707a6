"""Load what the scheduler decides from, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db.models import Count, Sum

from questions import kinds
from questions.models import Item
from quizzes.calendar import StudyDay
from quizzes.models import Exam, ReviewEvent, Student
from quizzes.planning import simulate
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.cards import askable_cards
from quizzes.schedule.choice import share_weights
from quizzes.schedule.facts import Answered, CardFacts, ExamAhead, Situation


def load_situation(
    student: Student, day: StudyDay, exams: Sequence[ExamAhead], w: tuple[float, ...], now: datetime
) -> Situation:
    """Where the student stands on `day`, by the cards that can be asked at `now`; one query."""
    return Situation(
        day=day,
        candidates=list_candidates(load_cards(student, now), day),
        exams=tuple(exams),
        daily_minutes=student.daily_minutes,
        desired_retention=student.desired_retention,
        w=w,
    )


def load_cards(student: Student, now: datetime) -> list[CardFacts]:
    """The cards that can be asked, in the order of the course; facets that the published version dropped are not."""
    rows = (
        askable_cards(student, now)
        .filter(item__published__tags__position=0)
        .order_by("item__course_id", "item__position", "item_id")
        .values_list(
            "pk",
            "item_id",
            "facet",
            "stability",
            "difficulty",
            "last_review_on",
            "due_at",
            "item__published__kind",
            "item__published__seconds",
            "item__published__tags__concept__slug",
            "item__published__facets",
        )
    )
    return [
        CardFacts(
            card=card,
            item=item,
            facet=facet,
            stability=stability,
            difficulty=difficulty,
            last_review_on=last_review_on,
            due_at=due_at,
            kind=kind,
            seconds=seconds,
            concept=concept,
            guess_rate=kinds.get(kind).typical_guess_rate,
        )
        for card, item, facet, stability, difficulty, last_review_on, due_at, kind, seconds, concept, facets in rows
        if facet in facets
    ]


def load_answered(student: Student, day: StudyDay) -> Answered:
    """What the student answered on the study day; one query."""
    sums = (
        ReviewEvent.objects.counting()
        .filter(student=student, type=ReviewEvent.Type.REVIEW, study_date=day.date)
        .aggregate(count=Count("pk"), milliseconds=Sum("duration_ms"))
    )
    return Answered(sums["count"], round((sums["milliseconds"] or 0) / 1000))


def load_exam_bank(exam: Exam) -> simulate.Bank:
    """The course's published items as a newcomer meets them, with their shares of the exam; one query."""
    items = Item.objects.published().filter(course=exam.course_id).order_by("position", "pk")
    items = items.filter(published__tags__position=0)
    rows = list(items.values_list("published__kind", "published__seconds", "published__tags__concept__slug"))
    weights = share_weights([(concept, kind) for kind, _, concept in rows], exam.blueprint["concepts"])
    return simulate.Bank(
        weight=weights / weights.sum(),
        seconds=np.array([float(seconds) for _, seconds, _ in rows]),
        guess=np.array([kinds.get(kind).typical_guess_rate for kind, _, _ in rows]),
    )

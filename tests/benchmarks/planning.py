"""Planning: a plan of 2,000 cards, and the plans of a whole school from the database."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import schedule
from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, Enrolment, Exam, MemoryFit
from quizzes.planning.plan import plan
from tests.benchmarks.database import migrated
from tests.benchmarks.school import add_items
from tests.benchmarks.table import Row, seconds

CARDS = 500
FULL = os.environ.get("BENCH") == "full"
"""A school of 10,000 takes a quarter of an hour to make."""
STUDENTS = (100, 1_000, 10_000) if FULL else (100, 400)
OWN_FITS = 60
SCORES = {
    "reviews": 800,
    "judged_on": 200,
    "log_loss_before": 0.5,
    "log_loss_after": 0.4,
    "rmse_before": 0.1,
    "rmse_after": 0.1,
}
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """CPU seconds of one plan, tables cached; then wall seconds of a student's plan in growing schools."""
    with migrated() as database:
        course = bank.load_course(TINY, seeds=20).course
        Exam.objects.create(
            course=course,
            slug="exam",
            title="Exam",
            kind="assessment",
            minutes=30,
            starts_at=timezone.now() + timedelta(days=30),
            blueprint={"concepts": {"l2": 1, "factor": 2}},
        )
        items = add_items(course, course.items.count() + CARDS)
        found = [_pure(2_000)]
        there = 0
        for students in STUDENTS:
            _enrol(course, items, there, students)
            there = students
            found.append(_school(students, database))
        found.append(_own_fits(database))
    return found


def _pure(cards: int) -> Row:
    rng = np.random.default_rng(0)
    stability = np.where(rng.random(cards) < 0.4, np.nan, rng.lognormal(1.5, 1.2, cards))
    given: dict[str, Any] = {
        "stability": stability,
        "difficulty": np.where(np.isnan(stability), np.nan, rng.uniform(1, 10, cards)),
        "elapsed_days": np.where(np.isnan(stability), 0.0, rng.integers(1, 40, cards)),
        "due": rng.random(cards) < 0.5,
        "weight": rng.uniform(0.5, 4, cards),
        "seconds": rng.uniform(20, 90, cards),
        "guess_rate": rng.choice([0.0, 0.25], cards),
    }

    def once() -> None:
        plan(**given, days_to_exam=30, budget_seconds=1200, seconds_a_day=1200)

    once()
    return Row(f"a plan of {cards:,} cards", seconds(once, 1), note="goal 50 ms; the tables are shared")


def _enrol(course: Course, items: list[Item], there: int, students: int) -> None:
    """Students who have seen some half of the course."""
    rng = np.random.default_rng(students)
    now = timezone.now()
    for first in range(there, students, 100):
        users = User.objects.bulk_create(
            User(username=f"student-{number}", password="!") for number in range(first, min(first + 100, students))
        )
        Enrolment.objects.bulk_create(Enrolment(student=user, course=course) for user in users)
        cards = []
        for user in users:
            seen = rng.random(len(items)) < 0.5
            S, D = rng.lognormal(1.5, 1.2, len(items)), rng.uniform(1, 10, len(items))
            ago = rng.integers(1, 30, len(items))
            for at, item in enumerate(items):
                card = Card(student=user, item=item)
                if seen[at]:
                    last = now - timedelta(days=int(ago[at]))
                    card.stability, card.difficulty = float(S[at]), float(D[at])
                    card.reviews, card.last_rating = 2, fsrs.GOOD
                    card.last_review_at, card.last_review_on = last, last.date()
                    card.due_at = last + timedelta(days=float(S[at]))
                cards.append(card)
        Card.objects.bulk_create(cards, batch_size=2000)


def _school(students: int, database: str) -> Row:
    who = list(User.objects.filter(enrolments__isnull=False).order_by("pk"))
    schedule.plan_day(who[0])  # the tables of the day, for everybody
    each = _plan_all(who)
    return Row(
        f"a student's plan, {students:,} students × {CARDS} cards, {database}",
        each,
        "its rows, as tuples of one query",
        _send_rows(who),
        f"{1 / each:.0f} students/s, one process",
    )


def _own_fits(database: str) -> Row:
    """Plans of students each of whom has parameters of their own, beside plans by shared ones."""
    who = list(User.objects.filter(enrolments__isnull=False).order_by("pk")[:OWN_FITS])
    shared = _plan_all(who)
    for number, user in enumerate(who):
        parameters = [w * (1 + number / 10_000) for w in fsrs.DEFAULT_PARAMETERS]
        fit = MemoryFit.objects.create(
            student=user, fitted_at=timezone.now(), parameters=parameters, calibration=[], adopted=True, **SCORES
        )
        ChangeLog.objects.filter(student=user).update(fit=fit)
    return Row(f"a student's plan by a fit of their own, {database}", _plan_all(who), "by the defaults", shared)


def _plan_all(who: list[User]) -> float:
    begun = time.perf_counter()
    for user in who:
        schedule.plan_day(user)
    return (time.perf_counter() - begun) / len(who)


def _send_rows(who: list[User]) -> float:
    """Seconds a student in which the database sends what a plan reads of the cards."""
    columns = ("pk", "item_id", "facet", "stability", "difficulty", "last_review_on", "due_at", "last_review_at")
    sql, parameters = Card.objects.filter(student__in=who).values_list(*columns).query.sql_with_params()
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        cursor.fetchall()
    return (time.perf_counter() - begun) / len(who)

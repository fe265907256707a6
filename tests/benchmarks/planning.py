"""Planning: a plan of 2,000 cards, a student's in a large course, and the night of a school beside sending its rows.

The night is what workers do: messages of 50 students each, whose jobs are leased and done. With BENCH=full also that of
10,000 students by two processes.
"""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, connections
from django.utils import timezone

from examprep.models import User
from quizzes import schedule
from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, DailyPlan, Job, MemoryFit
from quizzes.planning.plan import plan
from tests.benchmarks.database import migrated
from tests.benchmarks.nights import ask_plans, list_students, make_school, work_plans
from tests.benchmarks.results import FULL
from tests.benchmarks.table import Row, seconds

SCHOOLS = ((134, 300 if FULL else 200), (500, 150))
"""Cards a student, and students."""
LARGE = 10_000
STUDENT = 1 / 300
"""The seconds that a student's plan may take in the night of the smaller school."""
OWN_FITS = 120
"""More than have their tables kept from one night to the next."""
SCORES = {
    "reviews": 800,
    "judged_on": 200,
    "log_loss_before": 0.5,
    "log_loss_after": 0.4,
    "rmse_before": 0.1,
    "rmse_after": 0.1,
}


def rows() -> list[Row]:
    """CPU seconds of one plan, tables cached; then wall seconds of a student's plan in schools and a large course."""
    table = [_pure(2_000)]
    for cards, students in SCHOOLS:
        with migrated():
            make_school(cards, students)
            table.append(_night(cards))
            table.append(_own_fits(cards))
    with migrated():
        make_school(LARGE, 2)
        table += _large()
    if FULL:
        with migrated():
            make_school(500, 10_000)
            table.append(_full_night())
    return table


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
        "first": rng.uniform(0, 1, cards),
    }

    def once() -> None:
        plan(**given, days_to_exam=30, budget_seconds=1200, seconds_a_day=1200)

    once()
    return Row(f"a plan of {cards:,} cards", seconds(once, 1), note="the tables are shared", at_most=0.05)


@dataclass(frozen=True)
class Night:
    """Seconds a student: by the clock, and of this process's processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{1 / self.wall:.0f} students/s by one process, which works {self.cpu * 1000:.2g} ms for each"


def _plan_all(who: Sequence[int]) -> Night:
    """The better of two nights."""
    wall = cpu = float("inf")
    for _ in range(2):
        DailyPlan.objects.all().delete()
        ask_plans(who)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        work_plans(who)
        wall, cpu = min(wall, time.perf_counter() - begun), min(cpu, time.process_time() - begun_cpu)
        assert not Job.objects.exists()
    return Night(wall / len(who), cpu / len(who))


def _night(cards: int) -> Row:
    who = list_students()
    ask_plans(who[:1])
    work_plans(who[:1])  # the tables of the day, for everybody
    night = _plan_all(who)
    what = f"a student's plan of {cards} cards, {len(who)} in a night"
    return Row(
        what,
        night.wall,
        "its rows, as tuples of one query",
        _send_rows(who),
        str(night),
        at_most=STUDENT if cards == SCHOOLS[0][0] else None,
        at_most_times=2 if connection.vendor == "postgresql" else None,  # SQLite sends nothing
    )


def _full_night() -> Row:
    who = list_students()
    ask_plans(who)
    connections.close_all()
    halves = [multiprocessing.get_context("fork").Process(target=work_plans, args=(who[half::2],)) for half in range(2)]
    begun = time.perf_counter()
    for half in halves:
        half.start()
    for half in halves:
        half.join()
    took = time.perf_counter() - begun
    assert not Job.objects.exists()
    return Row(f"a night of {len(who):,} students × 500 cards, two processes", took, at_most=60)


def _large() -> list[Row]:
    one, other = User.objects.filter(enrolments__isnull=False).order_by("pk")
    begun = time.perf_counter()
    schedule.plan_day(one)
    first = time.perf_counter() - begun
    again = seconds(lambda: schedule.plan_day(other), 1)
    return [
        Row(f"the first plan of a process, {LARGE:,} items", first, at_most=0.3),
        Row(f"a plan again, {LARGE:,} items", again, at_most=0.1),
    ]


def _own_fits(cards: int) -> Row:
    """Plans of students each of whom has parameters of their own, beside plans by shared ones."""
    who = list_students()[:OWN_FITS]
    shared = _plan_all(who)
    for number, student in enumerate(who):
        parameters = [w * (1 + number / 10_000) for w in fsrs.DEFAULT_PARAMETERS]
        fit = MemoryFit.objects.create(
            student_id=student, fitted_at=timezone.now(), parameters=parameters, calibration=[], adopted=True, **SCORES
        )
        ChangeLog.objects.filter(student=student).update(fit=fit)
    night = _plan_all(who)
    what = f"a student's plan of {cards} cards by a fit of their own"
    return Row(what, night.wall, "by the defaults", shared.wall, str(night), at_most_times=2)


def _send_rows(who: Sequence[int]) -> float:
    """Seconds a student in which the database sends what a plan follows from of the cards."""
    columns = ("pk", "item_id", "facet", "stability", "difficulty", "last_review_on", "due_at", "last_review_at")
    sql, parameters = Card.objects.filter(student__in=who).values_list(*columns).query.sql_with_params()

    def send() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            cursor.fetchall()

    return seconds(send, len(who), 2)

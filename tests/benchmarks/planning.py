"""Planning: a plan of 2,000 cards, a student's in a large course, and the night of a school beside sending its rows.

The night is what workers do: messages of 50 students each, whose jobs are leased and done. With BENCH=full also that of
10,000 students by two processes.
"""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, connections
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import schedule, tasks
from quizzes.background import outbox
from quizzes.calendar import study_day
from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, DailyPlan, Enrolment, Exam, Job, MemoryFit
from quizzes.planning.plan import plan
from tests.benchmarks.database import migrated
from tests.benchmarks.results import FULL
from tests.benchmarks.school import add_items
from tests.benchmarks.table import Row, seconds

SCHOOLS = ((134, 300 if FULL else 200), (500, 150))
"""Cards a student, and students."""
TEMPLATES = 50
"""Students whose cards are drawn; those of others are copies."""
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
TINY = Path(__file__).parent.parent / "course"


def rows() -> list[Row]:
    """CPU seconds of one plan, tables cached; then wall seconds of a student's plan in schools and a large course."""
    table = [_pure(2_000)]
    for cards, students in SCHOOLS:
        with migrated():
            _make_school(cards, students)
            table.append(_night(cards))
            table.append(_own_fits(cards))
    with migrated():
        _make_school(LARGE, 2)
        table += _large()
    if FULL:
        with migrated():
            _make_school(500, 10_000)
            table.append(_full_night())
    return table


def _make_school(cards: int, students: int) -> None:
    """A course with an exam in 30 days, and students who have seen some half of it."""
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
    items = add_items(course, course.items.count() + cards)
    templates = _enrol(course, 0, min(students, TEMPLATES))
    _deal(items, templates)
    for first in range(TEMPLATES, students, 500):
        others = _enrol(course, first, min(first + 500, students))
        _copy_cards([(templates[number % TEMPLATES], other) for number, other in enumerate(others)])


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


def _enrol(course: Course, first: int, last: int) -> list[User]:
    users = User.objects.bulk_create(User(username=f"student-{number}", password="!") for number in range(first, last))
    Enrolment.objects.bulk_create(
        Enrolment(student=user, course=course, cards_revision=course.revision) for user in users
    )
    now = timezone.now()
    ChangeLog.objects.bulk_create(ChangeLog(student=user, next_day_at=study_day(user, now).ends_at) for user in users)
    return users


def _deal(items: Sequence[Item], users: Sequence[User]) -> None:
    """Give students cards of all items, some half of which they have seen."""
    rng, now = np.random.default_rng(len(users)), timezone.now()
    for user in users:
        seen = rng.random(len(items)) < 0.5
        S, D = rng.lognormal(1.5, 1.2, len(items)), rng.uniform(1, 10, len(items))
        ago = rng.integers(1, 30, len(items))
        cards = []
        for at, item in enumerate(items):
            card = Card(student=user, item=item)
            if seen[at]:
                last = now - timedelta(days=int(ago[at]))
                card.stability, card.difficulty = float(S[at]), float(D[at])
                card.reviews, card.first_rating, card.last_rating = 2, int(rng.integers(1, 4)), fsrs.GOOD
                card.last_review_at, card.last_review_on = last, last.date()
                card.due_at = last + timedelta(days=float(S[at]))
            cards.append(card)
        Card.objects.bulk_create(cards, batch_size=2000)


def _copy_cards(pairs: Sequence[tuple[User, User]]) -> None:
    """Give students the cards of others, as the database copies them."""
    names = [str(field.column) for field in Card._meta.concrete_fields if field.name not in ("id", "student")]
    key = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO quizzes_card (id, student_id, {', '.join(names)}) "
            f"SELECT {key}, %s, {', '.join(names)} FROM quizzes_card WHERE student_id = %s",
            [(to.pk, of.pk) for of, to in pairs],
        )


def _who() -> list[int]:
    return list(User.objects.filter(enrolments__isnull=False).order_by("pk").values_list("pk", flat=True))


def _ask(who: Sequence[int]) -> None:
    """Have plans made of the students' day, which has none yet."""
    now = timezone.now()
    DailyPlan.objects.all().delete()
    Job.objects.all().delete()
    Job.objects.bulk_create(Job(kind=Job.Kind.PLAN, student_id=student, asked_at=now, run_at=now) for student in who)


def _work(who: Sequence[int]) -> None:
    """Do what messages ask of a worker."""
    for first in range(0, len(who), outbox.TOGETHER):
        tasks.plan_students(list(who[first : first + outbox.TOGETHER]))


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
        _ask(who)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        _work(who)
        wall, cpu = min(wall, time.perf_counter() - begun), min(cpu, time.process_time() - begun_cpu)
        assert not Job.objects.exists()
    return Night(wall / len(who), cpu / len(who))


def _night(cards: int) -> Row:
    who = _who()
    _ask(who[:1])
    _work(who[:1])  # the tables of the day, for everybody
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
    who = _who()
    _ask(who)
    connections.close_all()
    halves = [multiprocessing.get_context("fork").Process(target=_work, args=(who[half::2],)) for half in range(2)]
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
    who = _who()[:OWN_FITS]
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

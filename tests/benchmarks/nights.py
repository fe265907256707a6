"""Schools whose days are to be planned: students with cards, of which they have seen some half, and their jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import tasks
from quizzes.background import outbox
from quizzes.calendar import study_day
from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, Enrolment, Exam, Job
from tests.benchmarks.school import add_items

TEMPLATES = 50
"""Students whose cards are drawn; those of others are copies."""
TINY = Path(__file__).parent.parent / "course"


def make_school(cards: int, students: int) -> None:
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
    on_postgresql = connection.vendor == "postgresql"
    key = "gen_random_uuid()" if on_postgresql else "lower(hex(randomblob(16)))"
    with transaction.atomic(), connection.cursor() as cursor:
        if on_postgresql:  # what the rows refer to is there: it is not looked for twice for each of ten million
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.executemany(
            f"INSERT INTO quizzes_card (id, student_id, {', '.join(names)}) "
            f"SELECT {key}, %s, {', '.join(names)} FROM quizzes_card WHERE student_id = %s",
            [(to.pk, of.pk) for of, to in pairs],
        )


def list_students() -> list[int]:
    """Return the ids of who is enrolled."""
    return list(User.objects.filter(enrolments__isnull=False).order_by("pk").values_list("pk", flat=True))


def ask_plans(who: Sequence[int]) -> None:
    """Have plans made of these students' day; nobody else's are asked for any more."""
    now = timezone.now()
    Job.objects.all().delete()
    jobs = (Job(kind=Job.Kind.PLAN, student_id=student, asked_at=now, run_at=now) for student in who)
    Job.objects.bulk_create(jobs, batch_size=5000)


def work_plans(who: Sequence[int]) -> None:
    """Do what messages ask of a worker."""
    for first in range(0, len(who), outbox.TOGETHER):
        tasks.plan_students(list(who[first : first + outbox.TOGETHER]))

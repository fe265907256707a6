"""The plans of many students: those of each alone, in a fixed number of queries."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Course, Item, VersionConcept
from quizzes import schedule
from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, DailyPlan, Enrolment, Exam, Job, MemoryFit, ReviewEvent, update_rows
from quizzes.schedule import plans
from quizzes.schedule.exams_ahead import load_exams
from tests.conftest import Api

pytestmark = pytest.mark.database
SCORES = dict.fromkeys(("reviews", "judged_on", "log_loss_before", "log_loss_after", "rmse_before", "rmse_after"), 1)


def _enrol(course: Course, count: int, now: datetime) -> list[User]:
    """Students who have seen some of the course."""
    rng = np.random.default_rng(count)
    students = [User.objects.create_user(f"pupil-{number}") for number in range(count)]
    for student in students:
        schedule.enrol(student, course, now=now)
        cards = list(Card.objects.filter(student=student))
        for card in cards:
            if rng.random() < 0.6:
                card.last_review_at = now - timedelta(days=int(rng.integers(0, 9)))
                card.last_review_on = card.last_review_at.date()
                card.stability, card.difficulty = float(rng.lognormal(1, 1)), float(rng.uniform(1, 10))
                card.due_at = card.last_review_at + timedelta(days=card.stability)
            card.suspended = bool(rng.random() < 0.1)
        update_rows(cards, ["last_review_at", "last_review_on", "stability", "difficulty", "due_at", "suspended"])
    return students


def _add_course() -> Course:
    """Another course, of one item, without an exam."""
    course = Course.objects.create(slug="other", title="Other", revision=1)
    model = Item.objects.get(slug="penalty-target")
    version = model.published
    assert version is not None
    concept = version.tags.get(position=0).concept
    item = Item.objects.create(course=course, slug="twin", kind=model.kind, uid=uuid.uuid4())
    version.pk, version.item = None, item
    version._state.adding = True
    version.save()
    VersionConcept.objects.create(version=version, concept=concept)
    item.published = version
    item.save()
    return course


def _tell_apart(students: list[User], course: Course, now: datetime) -> None:
    """Give students zones, minutes, dates, courses and parameters of their own."""
    other = _add_course()
    for number, student in enumerate(students):
        student.time_zone = ("UTC", "Asia/Tokyo", "America/New_York")[number % 3]
        student.daily_minutes = (3, 20)[number % 2]
        student.save()
    Enrolment.objects.filter(student=students[1]).update(exam_at=now + timedelta(days=3))
    schedule.enrol(students[2], other, now=now)
    schedule.enrol(students[3], other, exam_at=now + timedelta(days=9), now=now)
    Enrolment.objects.filter(student=students[3], course=course).delete()  # its cards stay
    fit = MemoryFit.objects.create(
        student=students[4],
        fitted_at=now,
        parameters=[w * 1.02 for w in fsrs.DEFAULT_PARAMETERS],
        calibration=[],
        adopted=True,
        **SCORES,
    )
    ChangeLog.objects.filter(student=students[4]).update(fit=fit)
    Enrolment.objects.filter(student=students[5]).delete()


def _stored() -> dict[int, tuple[Any, ...]]:
    columns = ("date", "tasks", "done_tasks", "planned_seconds", "score_before", "score_after", "day_off")
    return {row[0]: row[1:] for row in DailyPlan.objects.values_list("student", *columns)}


def test_the_plans_of_many_are_those_of_each_alone(course: Course) -> None:
    now = timezone.now()
    students = _enrol(course, 7, now)
    _tell_apart(students, course, now)
    for student in students:
        schedule.plan_day(User.objects.get(pk=student.pk), now=now)
    alone = _stored()
    DailyPlan.objects.all().delete()

    schedule.plan_days([student.pk for student in students], now=now)
    assert _stored() == alone
    schedule.plan_days([student.pk for student in students], now=now)  # over those that are there
    assert _stored() == alone
    assert sum(len(row[1]) for row in alone.values()) >= 20
    assert not Job.objects.filter(kind=Job.Kind.PLAN).exists()
    for log in ChangeLog.objects.filter(student__in=students):
        newest = max(
            *Card.objects.filter(student=log.student_id).values_list("sequence", flat=True),
            DailyPlan.objects.get(student=log.student_id).sequence,
        )
        assert (log.last_sequence, log.next_day_at > now) == (newest, True)


@pytest.mark.any_database
def test_who_is_planned_with_others_keeps_what_is_done(course: Course, api: Api, student: User, key: Any) -> None:
    others = _enrol(course, 2, timezone.now())
    shown = api.queue()["results"][0]["id"]
    api.answer(shown, key(shown))
    schedule.plan_days([student.pk, *(other.pk for other in others)])
    plan = DailyPlan.objects.get(student=student)
    assert len(plan.done_tasks) == 1
    assert plan.done_tasks[0]["card"] not in {task["card"] for task in plan.tasks}


@pytest.mark.usefixtures("noon")
def test_an_outlook_is_asked_of_those_alone_who_have_answered_today(course: Course, api: Api, key: Any) -> None:
    now = timezone.now()
    students = _enrol(course, 3, now)
    for each in students[:2]:
        client = Api(each)
        shown = client.queue()["results"][0]["id"]
        client.answer(shown, key(shown))
    ReviewEvent.objects.filter(student=students[0]).update(study_date=now.date() - timedelta(days=1))
    with CaptureQueriesContext(connection) as queries:
        schedule.ask_daily_outlooks([each.pk for each in (*students[:1], *students[2:])], now=now)
    assert len(queries) == 2
    schedule.ask_daily_outlooks([each.pk for each in students], now=now)
    assert list(Job.objects.filter(kind=Job.Kind.OUTLOOK).values_list("student", flat=True)) == [students[1].pk]


@pytest.mark.any_database
def test_plans_take_as_many_queries_for_many_students_as_for_few(course: Course) -> None:
    now = timezone.now()
    students = [student.pk for student in _enrol(course, 9, now)]
    counts = []
    for few in (students[:2], students[2:]):
        schedule.forget_banks()
        with CaptureQueriesContext(connection) as queries:
            schedule.plan_days(few, now=now)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


@pytest.mark.any_database
def test_a_piece_has_few_students_where_they_have_many_cards(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    students = [student.pk for student in _enrol(course, 5, timezone.now())]
    monkeypatch.setattr(plans, "PIECE", 17)  # of 8 cards each
    assert list(plans._cut(students)) == [students[:2], students[2:4], students[4:]]
    monkeypatch.setattr(plans, "PIECE", 1)
    assert list(plans._cut(students)) == [[student] for student in students]


@pytest.mark.any_database
def test_exams_whose_concepts_are_not_stored_take_no_query_each(course: Course, student: User) -> None:
    counts = []
    for number in range(3):
        blueprint = {"concepts": {"l2": 1, f"gone-{number}": 2}}
        Exam.objects.create(
            course=course, slug=f"e-{number}", title=f"E{number}", kind="viva", minutes=9, blueprint=blueprint
        )
        with CaptureQueriesContext(connection) as queries:
            dated = load_exams(student).dated
        counts.append(len(queries))
    assert counts == [4, 4, 4]
    assert [exam.weights for exam in dated if exam.exam.title.startswith("E")] == [{"l2": 1}] * 3

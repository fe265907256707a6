"""Background work with real workers on a real Redis: what is asked for on commit gets done, whatever is killed.

Afterwards there are the same rows as without the fault. The tests share a worker, which some of them kill.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from examprep.models import User
from examprep.watching.models import TaskRun
from questions.models import Course
from quizzes import schedule, tasks
from quizzes.models import ChangeLog, DailyPlan, Job, Reminder, ReviewEvent
from quizzes.reviews import change_log
from tests import servers
from tests.conftest import Api
from tests.faults.service import waited
from tests.faults.workers import Key, Workers, answer_one, planned, program, send_to, swept, until

pytestmark = pytest.mark.database


def healed(student: User) -> bool:
    """As after a run without faults: one plan, of after the last answer, and nothing that is still wanted."""
    return swept() and planned(student)


def begun() -> bool:
    """Whether a worker is at the job. One that waits for SQLite, which has one writer, has not taken it yet."""
    if connection.vendor == "sqlite":
        return any((current_app.control.inspect(timeout=5, limit=1).active() or {}).values())
    return Job.objects.filter(leased_until__gt=timezone.now()).exists()


@pytest.mark.any_database
def test_plans_follow_an_answer_and_a_new_day(learner: User, key: Key, workers: Workers) -> None:
    workers.start("one")
    before = DailyPlan.objects.get(student=learner)
    assert answer_one(learner, key)["status"] == "accepted"
    until(lambda: planned(learner))

    after = DailyPlan.objects.get(student=learner)
    assert after.pk == before.pk
    assert after.made_at > before.made_at
    assert len(after.tasks) == len(before.tasks) - 1

    ChangeLog.objects.filter(student=learner).update(next_day_at=timezone.now())
    DailyPlan.objects.all().delete()
    until(lambda: swept() and planned(learner))
    assert ChangeLog.objects.get(student=learner).next_day_at > timezone.now()


@pytest.mark.any_database
def test_with_redis_away_answers_are_taken_at_once_and_the_plan_heals(
    learner: User, key: Key, workers: Workers
) -> None:
    workers.start("one")
    with servers.redis_server() as url:
        pass  # nothing listens there any more
    send_to(url)
    before = waited()
    assert answer_one(learner, key)["status"] == "accepted"
    assert waited() - before < 1
    assert not planned(learner)

    send_to(workers.broker)
    until(lambda: swept() and planned(learner))


def test_a_worker_killed_in_the_middle_of_a_task(learner: User, key: Key, workers: Workers) -> None:
    workers.start("one")
    until(lambda: current_app.control.ping(timeout=0.5))
    with transaction.atomic():
        change_log.lock(learner, timezone.now())
        schedule.request_plan(learner, timezone.now())
    with transaction.atomic():
        change_log.lock(learner, timezone.now())  # the task waits for this lock
        tasks.plan_student.delay(learner.pk)
        until(begun)
        workers.kill("one")
    workers.start("one")
    until(lambda: healed(learner))
    assert DailyPlan.objects.filter(student=learner).count() == 1


def test_a_pool_process_killed_in_the_middle_of_a_task(learner: User, key: Key, workers: Workers) -> None:
    process = workers.start("one")
    until(lambda: current_app.control.ping(timeout=0.5))
    with transaction.atomic():
        schedule.request_plan(learner, timezone.now())
    with transaction.atomic():
        change_log.lock(learner, timezone.now())
        tasks.plan_student.delay(learner.pk)
        until(begun)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert children
        for child in children:
            os.kill(int(child), signal.SIGKILL)
    until(lambda: healed(learner))
    assert process.poll() is None
    assert DailyPlan.objects.filter(student=learner).count() == 1


@pytest.mark.any_database
def test_redis_is_killed_and_comes_back_empty(learner: User, key: Key, workers: Workers, redis: servers.Server) -> None:
    workers.start("one")
    answer_one(learner, key)
    until(lambda: healed(learner))
    redis.kill()
    try:
        for _ in range(3):
            before = waited()
            assert answer_one(learner, key)["status"] == "accepted"
            assert waited() - before < 1
    finally:
        redis.start_again()
    until(lambda: healed(learner))
    assert DailyPlan.objects.filter(student=learner).count() == 1
    assert ReviewEvent.objects.filter(student=learner, type="review").count() == 4


def have_swept(since: datetime) -> bool:
    """Whether both workers have looked for what is due since then."""
    swept = TaskRun.objects.filter(task=tasks.plan_due_students.name, ended_at__gt=since)
    return swept.values("worker").distinct().count() == 2


def test_two_beats_and_two_workers_do_everything_once(course: Course, workers: Workers, tmp_path: Path) -> None:
    students = [User.objects.create_user(f"s{number}", email=f"s{number}@example.org") for number in range(4)]
    now = timezone.now()
    for one in students:
        one.reminders = True
        one.save()
        schedule.enrol(one, course)
        schedule.plan_day(one)
    DailyPlan.objects.all().delete()
    ChangeLog.objects.update(next_day_at=now, next_reminder_at=now)

    with ExitStack() as stack:
        stack.callback(workers.kill, "two")  # the other tests have one
        for number, name in enumerate(("one", "two")):
            workers.start(name)
            beat = ("examprep.run.beat", str(tmp_path / f"schedule-{number}"))
            stack.enter_context(program(workers.broker, *beat, SWEEP_EVERY="1"))
        until(lambda: DailyPlan.objects.count() == 4 and Reminder.objects.exclude(sent_at=None).count() == 4)
        until(lambda: not Job.objects.exists())
        done = timezone.now()
        until(lambda: have_swept(since=done))  # when there is nothing more to do

    assert DailyPlan.objects.count() == Reminder.objects.count() == 4
    sent = "".join(file.read_text() for file in workers.mails.iterdir())
    assert sorted(line for line in sent.splitlines() if line.startswith("To: ")) == [
        f"To: s{number}@example.org" for number in range(4)
    ]


@pytest.mark.parametrize("how", ["raise", "kill"])
def test_a_poison_task_is_given_up_and_the_others_go_on(course: Course, workers: Workers, how: str) -> None:
    workers.start("one")
    poison, other = (User.objects.create_user(name) for name in (how, "other"))
    for one in (poison, other):
        schedule.enrol(one, course)

    def given_up() -> bool:
        Job.objects.filter(leased_until=None, dead_at=None).update(run_at=timezone.now())
        return swept() and Job.objects.filter(student=poison, dead_at__isnull=False).exists()

    until(given_up)
    until(lambda: planned(other))
    job = Job.objects.get()
    assert job.attempts == 5
    assert job.error == ("ValueError: poison" if how == "raise" else "The worker was lost each time.")
    assert not DailyPlan.objects.filter(student=poison).exists()


def test_every_task_twice_leaves_the_rows_of_once(learner: User, key: Key, soon: None) -> None:
    answer_one(learner, key)
    current_app.loader.import_default_modules()
    ours = {
        name: task
        for name, task in current_app.tasks.items()
        if name.startswith(("quizzes.", "questions.", "examprep."))
    }
    of_one = {"quizzes.tasks.fit_course": Course.objects.get().pk, "quizzes.tasks.plan_students": [learner.pk]}

    def run_all() -> None:
        for name, task in sorted(ours.items(), reverse=True):  # a plan, and then the outlook that it asks for
            asks = len(task.run.__code__.co_varnames[: task.run.__code__.co_argcount]) > int(
                hasattr(task.run, "__self__")
            )
            task.run(*([of_one.get(name, learner.pk)] if asks else []))

    def rows() -> list[Any]:
        found: list[Any] = [
            list(model.objects.order_by("pk").values_list("pk")) for model in (ReviewEvent, Reminder, Job)
        ]
        return [*found, list(DailyPlan.objects.values_list("pk", "date", "tasks"))]

    run_all()
    once = rows()
    run_all()
    assert rows() == once
    assert len(ours) >= 8
    assert Api(learner).queue()["counts"]["done"] == 1

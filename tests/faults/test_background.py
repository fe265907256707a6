"""Background work under faults, with real processes: afterwards the same rows as without the fault."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from examprep.models import User
from questions.models import Course
from quizzes import schedule, tasks
from quizzes.models import ChangeLog, DailyPlan, Job, Reminder, ReviewEvent
from quizzes.reviews import change_log
from tests import servers
from tests.conftest import Api
from tests.faults.service import waited
from tests.faults.workers import Key, answer_one, planned, program, send_to, swept, until, worker

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("soon")]


def healed(student: User) -> bool:
    """As after a run without faults: one plan, of after the last answer, and nothing that is still wanted."""
    return swept() and planned(student)


def begun() -> bool:
    """Whether a worker is at the job. SQLite's writers wait before they take it: some time will do."""
    if connection.vendor == "sqlite":
        time.sleep(1.5)
        return True
    return Job.objects.filter(leased_until__gt=timezone.now()).exists()


def test_a_worker_killed_in_the_middle_of_a_task(learner: User, key: Key, broker: str) -> None:
    with worker(broker) as first:
        until(lambda: current_app.control.ping(timeout=0.5))
        with transaction.atomic():
            change_log.lock(learner, timezone.now())
            schedule.request_plan(learner, timezone.now())
        with transaction.atomic():
            change_log.lock(learner, timezone.now())  # the task waits for this lock
            tasks.plan_student.delay(learner.pk)
            until(begun)
            os.killpg(first.pid, signal.SIGKILL)
    with worker(broker):
        until(lambda: healed(learner))
    assert DailyPlan.objects.filter(student=learner).count() == 1


def test_a_pool_process_killed_in_the_middle_of_a_task(learner: User, key: Key, broker: str) -> None:
    with worker(broker) as process:
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


@pytest.fixture
def port(broker: str) -> Iterator[int]:
    """Where a Redis comes and goes; afterwards this process sends to the one that stays."""
    yield servers.free_port()
    send_to(broker)


@pytest.mark.any_database
def test_redis_is_killed_and_comes_back_empty(learner: User, key: Key, port: int) -> None:
    with ExitStack() as first:
        url = first.enter_context(servers.redis_server(port))
        send_to(url)
        with worker(url):
            answer_one(learner, key)
            until(lambda: healed(learner))
            first.close()
            for _ in range(3):
                before = waited()
                assert answer_one(learner, key)["status"] == "accepted"
                assert waited() - before < 1
            with servers.redis_server(port):
                until(lambda: healed(learner), 60)
                send_to(url)  # all is sent before it is gone
    assert DailyPlan.objects.filter(student=learner).count() == 1
    assert ReviewEvent.objects.filter(student=learner, type="review").count() == 4


def test_two_beats_and_two_workers_do_everything_once(
    transactional_db: None,
    course: Course,
    broker: str,
    tmp_path: Path,
) -> None:
    mails = tmp_path / "mails"
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
        for number in range(2):
            beat = ("examprep.run.beat", str(tmp_path / f"schedule-{number}"))
            stack.enter_context(program(broker, *beat, SWEEP_EVERY="0.5"))
            stack.enter_context(worker(broker, "-n", f"w{number}@%h", EMAIL_URL=f"filemail:///{mails}"))
        until(lambda: DailyPlan.objects.count() == 4 and Reminder.objects.exclude(sent_at=None).count() == 4, 60)
        until(lambda: not Job.objects.exists())
        time.sleep(2)

    assert DailyPlan.objects.count() == Reminder.objects.count() == 4
    sent = "".join(file.read_text() for file in mails.iterdir())
    assert sorted(line for line in sent.splitlines() if line.startswith("To: ")) == [
        f"To: s{number}@example.org" for number in range(4)
    ]


@pytest.mark.parametrize("how", ["raise", "kill"])
def test_a_poison_task_is_given_up_and_the_others_go_on(
    transactional_db: None,
    course: Course,
    broker: str,
    how: str,
) -> None:
    poison, other = (User.objects.create_user(name) for name in ("poison", "other"))
    with worker(broker, "-I", "tests.faults.poison", POISON=how):
        for one in (poison, other):
            schedule.enrol(one, course)

        def given_up() -> bool:
            Job.objects.filter(leased_until=None, dead_at=None).update(run_at=timezone.now())
            return swept() and Job.objects.filter(student=poison, dead_at__isnull=False).exists()

        until(given_up, 60)
        until(lambda: planned(other))
    job = Job.objects.get()
    assert job.attempts == 5
    assert job.error == ("ValueError: poison" if how == "raise" else "The worker was lost each time.")
    assert not DailyPlan.objects.filter(student=poison).exists()


def test_every_task_twice_leaves_the_rows_of_once(learner: User, key: Key) -> None:
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

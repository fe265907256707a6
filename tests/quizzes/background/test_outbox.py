"""The outbox: what was asked for is done once, or known to have failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes import schedule, tasks
from quizzes.background import outbox, publisher
from quizzes.models import DailyPlan, Job
from tests.conftest import Api
from tests.faults.service import waited

pytestmark = pytest.mark.database
PLAN = Job.Kind.PLAN


class Sent(list[tuple[str, Any, float]]):
    """The messages that were given to the publisher, instead of a broker."""

    put = list.append


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    messages = Sent()
    monkeypatch.setattr(publisher, "_publisher", messages)
    return messages


@pytest.fixture
def job(student: User) -> Job:
    """The plan that enrolling asked for."""
    return Job.objects.get(student=student)


def run(student: User, work: Any, holder: str = "m") -> None:
    outbox.run(PLAN, student.pk, work, holder)


def fail(student: Any) -> None:
    raise ValueError("no plan can be made")


def test_a_plan_takes_its_wish_with_it(student: User, job: Job) -> None:
    tasks.plan_student(student.pk)
    assert DailyPlan.objects.filter(student=student).count() == 1
    assert not Job.objects.exists()


def test_what_nobody_wants_is_not_done(student: User, job: Job) -> None:
    tasks.plan_student(student.pk)
    before = DailyPlan.objects.get().made_at
    tasks.plan_student(student.pk)
    tasks.plan_student(987_654)
    assert DailyPlan.objects.get().made_at == before


def test_answers_put_the_plan_off_until_the_session_ends_but_not_for_long(
    api: Api, student: User, sent: Sent, django_capture_on_commit_callbacks: Any
) -> None:
    schedule.plan_day(student)
    card = api.queue()["results"][0]["card"]
    begin = timezone.now()
    with time_machine.travel(begin, tick=False) as clock, django_capture_on_commit_callbacks(execute=True):
        for number in range(20):
            event = {"id": f"00000000-0000-4000-8000-{number:012}", "type": "bury", "card": card}
            api.send({**event, "occurred_at": timezone.now().isoformat()})
            clock.shift(timedelta(seconds=10))
    job = Job.objects.get()
    assert job.run_at - begin <= outbox.MAX_WAIT + timedelta(seconds=10 * 20)
    assert job.asked_at == begin
    assert sent == [("quizzes.tasks.plan_student", student.pk, settings.PLAN_DELAY.total_seconds())]


def test_a_message_that_comes_early_is_sent_again_for_its_time(
    student: User, job: Job, sent: Sent, django_capture_on_commit_callbacks: Any
) -> None:
    with time_machine.travel(timezone.now(), tick=False), django_capture_on_commit_callbacks(execute=True):
        Job.objects.update(run_at=timezone.now() + timedelta(seconds=50))
        run(student, fail)
    ((task, student_id, countdown),) = sent
    assert (task, student_id) == ("quizzes.tasks.plan_student", student.pk)
    assert countdown == 50
    assert Job.objects.get().attempts == 0


def test_one_worker_at_a_time(student: User, job: Job) -> None:
    seen = []

    def work(one: Any) -> None:
        run(student, fail, holder="another message")
        seen.append(Job.objects.get().attempts)
        schedule.plan_day(one)

    run(student, work)
    assert seen == [1]
    assert not Job.objects.exists()


def test_a_message_that_comes_again_after_its_worker_was_killed_takes_up_its_lease(student: User, job: Job) -> None:
    now = timezone.now()
    Job.objects.update(leased_until=now + timedelta(minutes=1), holder="m", attempts=1)
    run(student, schedule.plan_day, holder="other")
    assert Job.objects.exists()
    run(student, schedule.plan_day, holder="m")
    assert not Job.objects.exists()


def test_a_lease_that_ran_out_is_free(student: User, job: Job) -> None:
    Job.objects.update(leased_until=timezone.now(), holder="lost", attempts=1)
    run(student, schedule.plan_day)
    assert not Job.objects.exists()


def test_what_fails_is_tried_later_and_in_the_end_given_up(student: User, job: Job, sent: Sent) -> None:
    waits = []
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
            run(student, fail)
            job.refresh_from_db()
            assert job.attempts == attempt
            waits.append(job.run_at - timezone.now())
            clock.move_to(job.run_at)
        assert job.dead_at is not None
        assert job.error == "ValueError: no plan can be made"
        assert waits[:4] == list(outbox.BACKOFF)

        run(student, schedule.plan_day)
        assert Job.objects.exists()
        clock.shift(timedelta(days=1))
        assert outbox.sweep(timezone.now()) == 0


def test_what_takes_its_worker_with_it_is_given_up_too(student: User, job: Job) -> None:
    class Killed(BaseException):
        pass

    def die(one: Any) -> None:
        raise Killed

    for _ in range(outbox.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            run(student, die)
    run(student, die)
    job.refresh_from_db()
    assert job.dead_at is not None
    assert job.error == "The worker was lost each time."


def test_a_new_wish_revives_what_was_given_up(student: User, job: Job) -> None:
    Job.objects.update(dead_at=timezone.now(), attempts=5)
    schedule.request_plan(student, timezone.now())
    run(student, schedule.plan_day)
    assert not Job.objects.exists()


def test_the_sweep_publishes_again_what_was_lost_or_never_sent(student: User, job: Job, sent: Sent) -> None:
    now: datetime = job.asked_at
    assert outbox.sweep(now + timedelta(seconds=29)) == 0  # a worker was told on commit
    assert outbox.sweep(now + timedelta(seconds=30)) == 1
    assert outbox.sweep(now + timedelta(seconds=31)) == 0
    assert sent == [("quizzes.tasks.plan_students", [student.pk], 0.0)]
    Job.objects.update(leased_until=now + timedelta(minutes=10))
    assert outbox.sweep(now + timedelta(minutes=5)) == 0
    assert outbox.sweep(now + timedelta(minutes=10)) == 1


def _crowd(count: int, now: datetime) -> None:
    """Jobs of so many students, whose plans were never asked of a worker."""
    crowd = User.objects.bulk_create(User(username=f"pupil-{number}", password="!") for number in range(count))
    Job.objects.all().delete()
    Job.objects.bulk_create(Job(kind=PLAN, student=user, asked_at=now, run_at=now) for user in crowd)


def _work_on(students: list[int], poison: int | None, failure: type[BaseException] = ValueError) -> list[Any]:
    """Do the work of students together; what was done, in order: lists of those done together, and who alone."""
    done: list[Any] = []

    def alone(student: User) -> None:
        if student.pk == poison:
            raise failure("poison")
        done.append(student.pk)
        outbox.finish(PLAN, student)

    def together(of: Any) -> None:
        if poison in of:
            raise failure("poison")
        done.append(list(of))
        outbox.finish_all(PLAN, of)

    try:
        outbox.run_together(PLAN, students, together, alone, holder="m")
    except BaseException as error:
        if type(error) is not failure:
            raise
    return done


def test_work_of_many_is_done_together_and_once(db: None) -> None:
    _crowd(4, timezone.now())
    students = list(Job.objects.order_by("student").values_list("student", flat=True))
    User.objects.filter(pk=students[0]).update(is_active=False)
    Job.objects.filter(student=students[1]).update(run_at=timezone.now() + timedelta(minutes=1))
    assert _work_on(students, None) == [students[2:]]
    assert list(Job.objects.values_list("student", "attempts")) == [(students[1], 0)]  # its time has not come
    assert _work_on(students, None) == []


def test_what_fails_together_is_done_for_each_alone_but_for_the_cause(db: None) -> None:
    _crowd(3, timezone.now())
    students = list(Job.objects.order_by("student").values_list("student", flat=True))
    assert sorted(_work_on(students, students[1])) == [students[0], students[2]]
    job = Job.objects.get()
    assert (job.student_id, job.attempts, job.error) == (students[1], 2, "ValueError: poison")


def test_who_takes_the_worker_down_is_given_up_and_the_others_are_not(db: None) -> None:
    class Killed(BaseException):
        pass

    _crowd(3, timezone.now())
    students = list(Job.objects.order_by("student").values_list("student", flat=True))
    done = [_work_on(students, students[0], Killed) for _ in range(outbox.MAX_ATTEMPTS + 1)]  # delivered again
    assert [work for work in done if work] == [students[1:]]
    assert done[2] == students[1:]  # after one try together, and one alone that took the worker down too
    job = Job.objects.get()
    assert (job.student_id, job.dead_at is not None) == (students[0], True)


def test_work_that_another_worker_holds_is_left_to_it(db: None) -> None:
    _crowd(2, timezone.now())
    students = list(Job.objects.order_by("student").values_list("student", flat=True))
    until = timezone.now() + timedelta(minutes=1)
    Job.objects.filter(student=students[0]).update(leased_until=until, holder="other", attempts=1)
    assert _work_on(students, None) == [[students[1]]]
    assert Job.objects.get().holder == "other"


def test_a_worker_that_is_told_at_once_finds_the_sweep_through_with_its_rows(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    _crowd(2, now)
    told: list[Any] = []

    def work(task: str, students: Any) -> None:
        told.append(list(Job.objects.filter(student__in=students).values_list("published_at", flat=True)))

    monkeypatch.setattr(outbox, "publish", work)
    assert outbox.sweep(now) == 2
    assert told == [[now, now]]


def test_the_sweep_publishes_plans_for_some_students_at_once(
    db: None, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "TOGETHER", 2)
    now = timezone.now()
    _crowd(3, now)
    students = list(Job.objects.order_by("pk").values_list("student", flat=True))
    Job.objects.create(kind=Job.Kind.REMIND, student_id=students[0], asked_at=now, run_at=now)
    assert outbox.sweep(now) == 4
    assert sent == [
        ("quizzes.tasks.plan_students", students[:2], 0.0),
        ("quizzes.tasks.plan_students", students[2:], 0.0),
        ("quizzes.tasks.remind_student", students[0], 0.0),
    ]


def test_sweeps_leave_no_more_with_workers_than_they_get_done(
    db: None, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SWEEP_LIMIT", 4)
    now = timezone.now()
    _crowd(10, now)
    assert outbox.sweep(now) == 4
    assert outbox.sweep(now) == 0  # workers have as many as they can take
    Job.objects.exclude(published_at=None).order_by("pk")[0].delete()
    assert outbox.sweep(now) == 1


def test_a_night_takes_no_longer_than_its_workers_need(db: None, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SWEEP_LIMIT", 4)
    _crowd(10, timezone.now())
    tasks.plan_due_students()
    done = 0
    while done < len(sent):  # a worker takes its messages in turn, and beat sends none
        task, students, _ = sent[done]
        if students is None:
            assert task == "quizzes.tasks.plan_due_students"
            tasks.plan_due_students()
        else:
            Job.objects.filter(student__in=students).delete()
        done += 1
    assert not Job.objects.exists()
    assert sum(student is None for _, student, _ in sent) == 3  # after 4, 4 and 2


def test_nothing_is_planned_for_who_has_left(student: User, job: Job) -> None:
    User.objects.update(is_active=False)
    tasks.plan_student(student.pk)
    assert not DailyPlan.objects.exists()
    assert not Job.objects.exists()


def test_the_admin_shows_what_was_given_up_and_retries_it(student: User, job: Job, admin_client: Client) -> None:
    now = timezone.now()
    Job.objects.update(dead_at=now, attempts=5, error="ValueError: no plan can be made\nTraceback")
    page = admin_client.get("/admin/quizzes/job/?dead_at__isempty=0").content.decode()
    assert "given up" in page
    assert "ValueError: no plan can be made" in page

    retry = {"action": "retry", "_selected_action": [job.pk]}
    answer = admin_client.post("/admin/quizzes/job/", retry, follow=True).content.decode()
    assert "1 will be retried" in answer
    job.refresh_from_db()
    assert (job.dead_at, job.attempts) == (None, 0)
    assert outbox.sweep(timezone.now()) == 1


def test_a_publisher_that_is_stuck_costs_a_request_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from celery import current_app

    stuck, release = threading.Event(), threading.Event()

    def hang(*args: Any, **kwargs: Any) -> None:
        stuck.set()
        release.wait(10)

    monkeypatch.setattr(current_app, "send_task", hang)
    before = waited()
    for _ in range(100):
        publisher.publish("quizzes.tasks.plan_student", 1)
    assert waited() - before < 0.1
    assert stuck.wait(5)
    release.set()
    publisher.flush(5)

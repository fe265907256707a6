"""Reminders: at the student's hour, when something waits, and once a day whatever happens."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from examprep.models import User
from quizzes import reminders, schedule, tasks
from quizzes.background import outbox
from quizzes.models import ChangeLog, DailyPlan, Job, Reminder
from quizzes.reminders.messages import make_notification
from tests.conftest import Api

pytestmark = pytest.mark.database
MORNING = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)  # nine o'clock in Berlin
EVENING = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)  # six


@pytest.fixture
def clock(student: User) -> Iterator[Any]:
    student.email, student.time_zone = "ada@example.org", "Europe/Berlin"
    student.reminders, student.reminder_hour = True, 18
    student.save()
    with time_machine.travel(MORNING, tick=False) as traveller:
        schedule.plan_day(student)
        yield traveller


def sweep() -> None:
    """What beat and a worker do."""
    tasks.plan_due_students()
    for job in Job.objects.all():
        getattr(tasks, outbox.TASKS[Job.Kind(job.kind)].rpartition(".")[2])(job.student_id)


@pytest.mark.any_database
def test_at_the_students_hour_and_once(student: User, clock: Any) -> None:
    clock.move_to(EVENING - timedelta(seconds=1))
    sweep()
    assert mail.outbox == []
    clock.move_to(EVENING)
    for _ in range(5):
        sweep()
        reminders.remind(student)
        clock.shift(timedelta(minutes=5))
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert "minutes of review today" in message.subject
    assert f"{settings.SITE_URL}/today/" in message.body
    assert "Tiny exam" in message.body
    assert Reminder.objects.get().sent_at is not None

    clock.move_to(EVENING + timedelta(days=1))
    sweep()
    assert len(mail.outbox) == 2


def test_nothing_is_sent_to_who_is_done_or_does_not_want_it(student: User, clock: Any) -> None:
    clock.move_to(EVENING)
    DailyPlan.objects.update(tasks=[])
    sweep()
    student.reminders = False
    schedule.change_settings(student)
    clock.shift(timedelta(days=1))
    sweep()
    assert mail.outbox == []
    assert ChangeLog.objects.get(student=student).next_reminder_at is None


@pytest.mark.any_database
def test_changed_settings_move_the_reminder_but_give_no_second_one(api: Api, student: User, clock: Any) -> None:
    clock.move_to(EVENING)
    sweep()
    assert api.patch("me/", {"reminder_hour": 20}).status_code == 200
    schedule.plan_day(User.objects.get(pk=student.pk))
    clock.move_to(EVENING + timedelta(hours=2))
    sweep()
    assert len(mail.outbox) == 1
    clock.move_to(EVENING + timedelta(days=1))
    sweep()
    assert len(mail.outbox) == 1
    clock.move_to(EVENING + timedelta(days=1, hours=2))
    sweep()
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_away_is_tried_again(student: User, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(self: Any) -> None:
        raise ConnectionRefusedError("nobody listens")

    clock.move_to(EVENING)
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "open", away, raising=False)
        sweep()
    job = Job.objects.get(kind="remind")
    assert (job.attempts, job.error) == (1, "ConnectionRefusedError: nobody listens")
    assert not Reminder.objects.exists()
    clock.shift(timedelta(minutes=1))
    sweep()
    assert len(mail.outbox) == 1


def test_a_message_that_may_have_gone_is_not_sent_again(
    student: User, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(self: Any, messages: Any) -> int:
        raise ConnectionResetError("cut in the middle")

    clock.move_to(EVENING)
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", cut)
        sweep()
    for _ in range(3):
        clock.shift(timedelta(minutes=10))
        sweep()
    assert mail.outbox == []
    assert Reminder.objects.get().error == "cut in the middle"


@pytest.mark.any_database
def test_a_reminder_that_is_hours_late_is_left_out(student: User, clock: Any) -> None:
    clock.move_to(EVENING + timedelta(hours=7))
    sweep()
    assert mail.outbox == []
    assert ChangeLog.objects.get(student=student).next_reminder_at == EVENING + timedelta(days=1)


@pytest.mark.any_database
def test_one_click_stops_them(student: User, clock: Any, client: Client) -> None:
    clock.move_to(EVENING)
    sweep()
    (message,) = mail.outbox
    found = re.search(re.escape(settings.SITE_URL) + r"(/reminders/stop/\S+)", str(message.body))
    assert found
    assert message.extra_headers["List-Unsubscribe"].strip("<>").endswith(found[1])
    assert "Stop reminders?" in client.get(found[1]).content.decode()
    assert User.objects.get(pk=student.pk).reminders
    strict = Client(enforce_csrf_checks=True)  # as a mail program posts
    assert "Reminders stopped" in strict.post(found[1], {"List-Unsubscribe": "One-Click"}).content.decode()
    assert not User.objects.get(pk=student.pk).reminders
    clock.shift(timedelta(days=1))
    sweep()
    assert len(mail.outbox) == 1


@pytest.mark.any_database
def test_a_link_that_was_made_up_stops_nothing(student: User, clock: Any, client: Client) -> None:
    for token in (str(student.pk), f"{student.pk}:forged", "x"):
        assert client.post(f"/reminders/stop/{token}/").status_code == 404
    student.refresh_from_db()
    assert student.reminders


@pytest.mark.any_database
def test_many_take_a_fixed_number_of_queries(clock: Any, django_assert_max_num_queries: Any) -> None:
    clock.move_to(EVENING)
    with django_assert_max_num_queries(4):
        assert reminders.enqueue_reminders(EVENING) == 1


@pytest.mark.any_database
@pytest.mark.parametrize(("count", "said"), [(1, "1 question waits for you."), (2, "2 questions wait for you.")])
def test_a_notification_counts_in_english(student: User, count: int, said: str) -> None:
    queue = dataclasses.replace(schedule.load_queue(student, limit=1), due=count, new=0)
    assert make_notification(queue)["body"] == said

"""Reminders: an e-mail, and a note in the browser, at the student's hour when a plan waits; at most one a study day.

The row of the day is committed before the message is handed to the mail server: a worker that is killed in between has
sent none, and no other sends a second. A mail server that cannot even be reached is no attempt; the outbox tries again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from quizzes import schedule
from quizzes.background import outbox
from quizzes.calendar import next_reminder
from quizzes.models import ChangeLog, Job, Reminder, Student
from quizzes.reminders import devices
from quizzes.reminders.messages import make_email, make_notification
from quizzes.reviews import change_log

TOO_LATE = timedelta(hours=6)
"""A reminder that could not be sent for this long is left out: its day is over."""


def enqueue_reminders(now: datetime, limit: int = 1000) -> int:
    """Enqueue reminders for the students whose hour has come, `limit` at most; return how many."""
    due = ChangeLog.objects.filter(next_reminder_at__lte=now).order_by("next_reminder_at")
    return outbox.enqueue_all(Job.Kind.REMIND, due, now, limit)


def remind(student: Student, *, now: datetime | None = None) -> Reminder | None:
    """Send the student's reminder of today, and return it; None where they want none, had one, or nothing waits.

    Raises OSError (smtplib's errors among them) while the mail server cannot be reached: nothing has changed then.
    """
    now = now or timezone.now()
    connection = get_connection()
    connection.open()
    try:
        with transaction.atomic():
            log = change_log.lock(student, now)
            reminder, queue = _make_reminder(log, now)
            log.next_reminder_at = next_reminder(student, now) if student.reminders else None
            log.save(update_fields=["next_reminder_at"])
            outbox.finish(Job.Kind.REMIND, student)
        if reminder is None or queue is None:
            return None
        pushed = devices.send(student, make_notification(queue))
        try:
            if student.email:
                make_email(student, queue, connection).send()
            reminder.sent_at = timezone.now() if student.email or pushed else None
        except OSError as error:
            # It may have gone, or not: a second one would be worse than none.
            reminder.error = str(error)[:500]
        reminder.save(update_fields=["sent_at", "error"])
        return reminder
    finally:
        connection.close()


def _make_reminder(log: ChangeLog, now: datetime) -> tuple[Reminder | None, schedule.Queue | None]:
    """Store the reminder of the study day, and return it with what waits; None where none is to be sent."""
    student = log.student
    late = log.next_reminder_at is not None and now - log.next_reminder_at > TOO_LATE
    reachable = student.email or student.push_subscriptions.exists()
    if not student.reminders or not reachable or late:
        return None, None
    queue = schedule.load_queue(student, limit=0, now=now)
    if not queue.remaining:
        return None, None
    reminder, created = Reminder.objects.get_or_create(student=student, date=queue.day.date, defaults={"made_at": now})
    return (reminder if created else None), queue

"""Reminders: an e-mail, and a note in the browser, at the student's hour when a plan waits; one a study day for ever.

The row of the day is committed before the message is handed to the mail server: whoever is killed in between has sent
none, and nobody sends a second. A mail server that cannot even be reached is no attempt; the outbox tries again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from quizzes import schedule
from quizzes.background import outbox
from quizzes.calendar import next_reminder
from quizzes.models import ChangeLog, Job, Reminder, Student
from quizzes.reminders import web_push
from quizzes.reviews import change_log

STOP = signing.Signer(salt="reminders")
TOO_LATE = timedelta(hours=6)
"""A reminder that could not be sent for so long is left out: its day is over."""


def enqueue_reminders(now: datetime, limit: int = 1000) -> int:
    """Want reminders for students whose hour has come; how many, `limit` at most."""
    ripe = ChangeLog.objects.filter(next_reminder_at__lte=now).order_by("next_reminder_at")
    return outbox.enqueue_all(Job.Kind.REMIND, ripe, now, limit)


def remind(student: Student, *, now: datetime | None = None) -> Reminder | None:
    """Send the student's reminder of today, if they want it, something waits, and there was none; the reminder.

    Raises OSError (smtplib's errors among them) while the mail server cannot be reached: nothing has changed then.
    """
    now = now or timezone.now()
    connection = get_connection()
    connection.open()
    try:
        with transaction.atomic():
            book = change_log.lock(student, now)
            reminder, queue = _reminder(book, now)
            book.next_reminder_at = next_reminder(student, now) if student.reminders else None
            book.save(update_fields=["next_reminder_at"])
            outbox.done(Job.Kind.REMIND, student)
        if reminder is None or queue is None:
            return None
        pushed = web_push.send(student, _notification(queue))
        try:
            if student.email:
                _message(student, queue, connection).send()
            reminder.sent_at = timezone.now() if student.email or pushed else None
        except OSError as error:
            # It may have gone, or not: a second one would be worse than none.
            reminder.error = str(error)[:500]
        reminder.save(update_fields=["sent_at", "error"])
        return reminder
    finally:
        connection.close()


def token(student: Student) -> str:
    """What lets its holder stop a student's reminders, and nothing else."""
    return STOP.sign(str(student.pk))


def stop(signed: str) -> Any:
    """Stop the reminders of the student whom a token names; the student, or None for a token that is none."""
    try:
        found = get_user_model().objects.filter(pk=int(STOP.unsign(signed))).first()
    except (signing.BadSignature, ValueError):
        return None
    if found is not None and found.reminders:
        found.reminders = False
        found.save(update_fields=["reminders"])
    return found


def _reminder(book: ChangeLog, now: datetime) -> tuple[Reminder | None, schedule.Queue | None]:
    student = book.student
    late = book.next_reminder_at is not None and now - book.next_reminder_at > TOO_LATE
    reachable = student.email or student.push_subscriptions.exists()
    if not student.reminders or not reachable or late:
        return None, None
    queue = schedule.load_queue(student, limit=0, now=now)
    if not queue.remaining:
        return None, None
    reminder, created = Reminder.objects.get_or_create(student=student, date=queue.day.date, defaults={"made_at": now})
    return (reminder if created else None), queue


def _notification(queue: schedule.Queue) -> dict[str, str]:
    minutes = max(round(queue.remaining_seconds / 60), 1)
    return {
        "title": f"{minutes} minute{'' if minutes == 1 else 's'} of review today",
        "body": f"{queue.remaining} question{'' if queue.remaining == 1 else 's'} wait for you.",
        "url": settings.SITE_URL + reverse("today"),
    }


def _message(student: Student, queue: Any, connection: Any) -> EmailMultiAlternatives:
    stop_url = settings.SITE_URL + reverse("reminders-stop", args=[token(student)])
    context = {
        "student": student,
        "queue": queue,
        "minutes": max(round(queue.remaining_seconds / 60), 1),
        "exam": schedule.find_next_exam(student, timezone.now()),
        "today_url": settings.SITE_URL + reverse("today"),
        "stop_url": stop_url,
    }
    with timezone.override(student.zone):
        subject = render_to_string("quizzes/reminder/subject.txt", context).strip()
        text = render_to_string("quizzes/reminder/body.txt", context)
        html = render_to_string("quizzes/reminder/body.html", context)
    headers = {"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = EmailMultiAlternatives(subject, text, None, [student.email], headers=headers, connection=connection)
    message.attach_alternative(html, "text/html")
    return message

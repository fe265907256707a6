"""What a reminder says: as an e-mail, and as a notification in the browser."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from quizzes import schedule
from quizzes.models import Student
from quizzes.reminders.stopping import make_token


class Notification(TypedDict):
    """What a browser shows, and the address that it opens."""

    title: str
    body: str
    url: str


def make_notification(queue: schedule.Queue) -> Notification:
    """Return what a browser shows of a queue that waits."""
    minutes = max(round(queue.remaining_seconds / 60), 1)
    return {
        "title": f"{minutes} minute{'' if minutes == 1 else 's'} of review today",
        "body": f"{queue.remaining} {'question waits' if queue.remaining == 1 else 'questions wait'} for you.",
        "url": settings.SITE_URL + reverse("today"),
    }


def make_email(student: Student, queue: schedule.Queue, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """Return the e-mail about a queue that waits, with the link that stops reminders."""
    stop_url = settings.SITE_URL + reverse("reminders-stop", args=[make_token(student)])
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

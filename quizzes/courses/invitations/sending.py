"""Mails with invitations: asked for in the row of each, sent by a worker, no mail twice.

That a mail was sent is committed before it is handed to the mail server: a worker that is killed in between has sent
none, and no other sends a second. While the mail server cannot be reached nothing changes, and the next sweep tries
again.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from questions.models import Course
from quizzes.background import publisher
from quizzes.courses.invitations.links import make_link
from quizzes.models import Invitation

VALID_FOR = timedelta(days=30)
AT_ONCE = 50
"""Mails of one run of the task."""
NO_MAIL = ("console", "dummy")
"""Backends that reach nobody."""
TASK = "quizzes.tasks.send_invitations"


def reaches_people() -> bool:
    """Whether mail is set up; where it is not, links are given to people by hand."""
    return settings.EMAIL_BACKEND.split(".")[-2] not in NO_MAIL


def ask_to_send(invitations: Collection[Invitation], now: datetime) -> None:
    """Have mails sent, in this transaction. Does nothing where no mail is set up."""
    if not reaches_people() or not invitations:
        return
    waiting = Invitation.objects.filter(pk__in=[invitation.pk for invitation in invitations], student=None)
    waiting.update(send_at=now, error="")
    transaction.on_commit(lambda: publisher.publish(TASK))


@transaction.atomic
def renew(invitations: Sequence[Invitation], now: datetime) -> None:
    """Give invitations new links, valid from now, and send those; older links let nobody in any more."""
    for invitation in invitations:
        invitation.key, invitation.expires_at = uuid.uuid4(), now + VALID_FOR
    Invitation.objects.bulk_update(invitations, ["key", "expires_at"], batch_size=500)
    ask_to_send(invitations, now)


def send_due(now: datetime) -> int:
    """Send the invitations that wait, the longest waiting first; returns how many.

    Raises OSError while the mail server cannot be reached: nothing has changed then.
    """
    if not _due(now).exists():
        return 0
    connection = get_connection()
    connection.open()
    try:
        due = _take_due(now)
        for invitation in due:
            try:
                make_mail(invitation, connection).send()
            except OSError as error:
                # It may have gone, or not. Staff see it, and can send it again.
                Invitation.objects.filter(pk=invitation.pk).update(error=str(error)[:500])
    finally:
        connection.close()
    if len(due) == AT_ONCE:
        publisher.publish(TASK)
    return len(due)


def _due(now: datetime) -> QuerySet[Invitation]:
    """Return the invitations whose mail is to go; those into a course that is no more than a draft wait."""
    return Invitation.objects.filter(send_at__lte=now, student=None, course__state=Course.State.OPEN)


@transaction.atomic
def _take_due(now: datetime) -> list[Invitation]:
    """Note of the first that are due that they are sent, and return them; no other worker has them."""
    rows = _due(now).order_by("send_at", "pk").select_related("course", "invited_by")
    rows = rows.select_for_update(of=("self",), skip_locked=True)
    due = list(rows[:AT_ONCE])
    Invitation.objects.filter(pk__in=[invitation.pk for invitation in due]).update(send_at=None, sent_at=now)
    return due


def make_mail(invitation: Invitation, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Return the mail with an invitation; it says nothing of whether the address has an account."""
    context = {"invitation": invitation, "course": invitation.course, "link": make_link(invitation)}
    subject = " ".join(render_to_string("quizzes/invitation/subject.txt", context).split())
    text = render_to_string("quizzes/invitation/body.txt", context)
    message = EmailMultiAlternatives(subject, text, None, [invitation.email], connection=connection)
    message.attach_alternative(render_to_string("quizzes/invitation/body.html", context), "text/html")
    return message

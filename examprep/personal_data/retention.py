"""Accounts that nobody uses are erased after a time, where the operator sets one."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from examprep.models import User
from quizzes.models import ReviewEvent

WARNING = timedelta(days=14)
"""How long before it is erased an unused account is told so."""
AT_ONCE = 200
"""Accounts that are warned by one sweep."""


def warn_the_unused(now: datetime) -> int:
    """Announce the end of students' accounts that were not used for RETENTION_DAYS; returns how many.

    Who has given an address is told by email, and keeps the account by a press of a button.
    """
    if not settings.RETENTION_DAYS:
        return 0
    since = now - timedelta(days=settings.RETENTION_DAYS)
    answers = ReviewEvent.objects.filter(student=OuterRef("pk"), received_at__gt=since)
    unused = User.objects.filter(
        ~Exists(answers),
        Q(last_login__lte=since) | Q(last_login=None),
        date_joined__lte=since,
        is_staff=False,
        erase_at=None,
        erased_at=None,
    )
    warned = 0
    for person in unused.order_by("pk")[:AT_ONCE]:
        at = now + WARNING
        warned += User.objects.filter(pk=person.pk, erase_at=None).update(erase_at=at)
        if person.email:
            _tell(person, at)
    return warned


def _tell(person: User, at: datetime) -> None:
    send_mail(
        "Your examprep account will be deleted",
        f"Nobody has used your account {person.username} for {settings.RETENTION_DAYS} days. It will be deleted on "
        f"{at.astimezone(person.zone):%d %B %Y}. To keep it, log in and choose “Keep my account”:\n\n"
        f"{settings.SITE_URL}{reverse('account')}\n",
        None,
        [person.email],
    )

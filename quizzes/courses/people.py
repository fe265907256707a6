"""Who may be given a role in a course, and how many are invited into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db.models import Count, Q

from questions.models import Course
from quizzes.models import Invitation

if TYPE_CHECKING:
    from quizzes.models import Student


@dataclass(frozen=True)
class InvitationCounts:
    """How many invitations wait for somebody, how many of them are over, and how many mails of them failed."""

    waiting: int
    over: int
    failed: int


def count_invitations(course: Course, now: datetime) -> InvitationCounts:
    """Count the invitations that nobody has accepted; one query."""
    counts = Invitation.objects.filter(course=course, student=None).aggregate(
        waiting=Count("pk"), over=Count("pk", Q(expires_at__lte=now)), failed=Count("pk", ~Q(error=""))
    )
    return InvitationCounts(**counts)


def find_person(called: str) -> Student | None:
    """Return whose username or confirmed address this is; None for nobody's, or where the account is closed."""
    person: Student | None = get_user_model().named(called) if called else None
    if person is None and "@" in called:
        address = EmailAddress.objects.filter(email__iexact=called, verified=True).select_related("user").first()
        person = address.user if address else None
    return person if person and person.is_active else None

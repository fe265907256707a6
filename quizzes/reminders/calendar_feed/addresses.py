"""The secret in the address of a calendar: a random key of the student's, signed.

Whoever reads the database cannot make the address of it, and one that was made up costs no query.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse

from quizzes.models import CalendarFeed, Student

_SIGNER = signing.Signer(salt="calendar", sep=".")


def make_address(student: Student, now: datetime) -> None:
    """Make an address for the student's calendar; one that it had before is worth nothing from now."""
    CalendarFeed.objects.update_or_create(student=student, defaults={"key": uuid.uuid4(), "made_at": now})


def load_address(student: Student) -> str | None:
    """Return the address of the student's calendar, without scheme and host; None where there is none."""
    feed = CalendarFeed.objects.filter(student=student).first()
    return reverse("calendar", args=[_SIGNER.sign(feed.key.hex)]) if feed else None


def revoke(student: Student) -> None:
    """End the student's calendar."""
    CalendarFeed.objects.filter(student=student).delete()


def find_student(secret: str) -> Student | None:
    """Return whose calendar has this secret; None where nobody's has. One query at most."""
    try:
        key = uuid.UUID(_SIGNER.unsign(secret))
    except (signing.BadSignature, ValueError):
        return None
    return get_user_model().objects.filter(calendar_feed__key=key, is_active=True).first()

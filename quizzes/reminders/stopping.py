"""The link in a reminder that stops reminders, without logging in."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core import signing

from quizzes.models import Student

_SIGNER = signing.Signer(salt="reminders")


def make_token(student: Student) -> str:
    """Return text that lets its holder stop a student's reminders, and nothing else."""
    return _SIGNER.sign(str(student.pk))


def is_token(text: str) -> bool:
    """Whether the text is a token of `make_token`."""
    try:
        _SIGNER.unsign(text)
    except signing.BadSignature:
        return False
    return True


def stop_reminders(token: str) -> Student | None:
    """Stop the reminders of the student whom a token names, and return them; None for text that is no token."""
    try:
        student = get_user_model().objects.filter(pk=int(_SIGNER.unsign(token))).first()
    except (signing.BadSignature, ValueError):
        return None
    if student is not None and student.reminders:
        student.reminders = False
        student.save(update_fields=["reminders"])
    return student

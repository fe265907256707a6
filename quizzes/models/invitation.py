"""Places in a course that are kept for people by their addresses."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models

from questions.models import Course


class Invitation(models.Model):
    """A place in a course for whoever reads the mail of an address, and what the roster says of them.

    It stays once it was accepted: its name and address are those by which staff know the student.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True, help_text="In small letters; empty for a student who came without.")
    name = models.CharField(max_length=150, blank=True)
    section = models.ForeignKey("Section", null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations")
    extra_time_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(400)])
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="Of its link; a new one ends it.")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Until when its link lets somebody in.")
    send_at = models.DateTimeField(null=True, blank=True, help_text="When its mail is to go; empty: none waits.")
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When its last mail went.")
    error = models.CharField(max_length=500, blank=True, help_text="Why its last mail did not go.")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="invitations",
        help_text="Who accepted it.",
    )
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "email")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "email"], condition=~models.Q(email=""), name="an_address_is_invited_once"
            ),
            models.UniqueConstraint(fields=["course", "student"], name="a_student_accepts_once"),
        ]
        indexes = [
            models.Index(fields=["send_at"], condition=models.Q(send_at__isnull=False), name="invitation_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.email} in {self.course}"

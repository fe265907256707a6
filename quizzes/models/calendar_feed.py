"""The secret addresses at which calendar programs read students' exams and plans."""

import uuid

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """A student's calendar, for whoever knows its address; without a row there is none."""

    student = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4, help_text="What the address is made of; signed there.")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.student}"

"""How the students of a course stand, as it was measured last."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from questions.models import Course
from quizzes.models.exam import Exam


class Standing(models.Model):
    """A student in a course. Made anew each night, and on demand; see `progress.for_staff.standings`."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="standings", db_index=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings")
    days_planned = models.PositiveSmallIntegerField(help_text="Of the week before, those that asked for something.")
    days_kept = models.PositiveSmallIntegerField(help_text="On how many of them the plan was kept.")
    planned_seconds = models.PositiveIntegerField()
    done_seconds = models.PositiveIntegerField()
    exam = models.ForeignKey(Exam, on_delete=models.SET_NULL, null=True, related_name="+", help_text="The next one.")
    expected = models.FloatField(
        null=True, help_text="The share of its points to expect if the plan is kept, or as things stand."
    )
    expected_low = models.FloatField(null=True)
    expected_high = models.FloatField(null=True)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "student"], name="one_standing_in_a_course")]

    def __str__(self) -> str:
        return f"standing of {self.student} in {self.course}"


class CourseWatch(models.Model):
    """Which students of a course its staff are told of, and what was measured of all of them."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, primary_key=True, related_name="watch")
    lowest_percent = models.PositiveSmallIntegerField(
        default=60,
        validators=[MaxValueValidator(100)],
        help_text="Who is expected to have fewer per cent of the points.",
    )
    unseen_days = models.PositiveSmallIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Who has not answered for so many days.",
    )
    concepts: Any = models.JSONField(
        default=list, help_text="[{concept, mastery, students}]: the mean mastery of those who have begun it."
    )
    asked_at = models.DateTimeField(null=True, help_text="When measuring was asked for; None: it is not.")
    measured_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"watch of {self.course}"

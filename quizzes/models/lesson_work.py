"""What a student did in a lesson's page."""

from django.conf import settings
from django.db import models

from questions.models import Lesson


class SectionRead(models.Model):
    """A section of a lesson that a student has read to its end, or says to know without."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sections_read")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(max_length=200, help_text="The id of its heading.")
    read_at = models.DateTimeField()
    is_known = models.BooleanField(default=False, db_default=False, help_text="Not read: the student knows it.")
    asked_before = models.JSONField(
        null=True, blank=True, help_text="The items that it teaches which were answered before; null: not noted."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "lesson", "section"], name="a_section_is_read_once")]

    def __str__(self) -> str:
        return f"{self.lesson_id}#{self.section} by {self.student}"


class QuickCheck(models.Model):
    """The questions at the end of a lesson, or of one of its sections, that a student got on a study day."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quick_checks")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    section = models.CharField(
        max_length=200, default="", db_default="", blank=True, help_text="The id of its heading; empty: all of it."
    )
    date = models.DateField(help_text="The student's study day.")
    number = models.PositiveIntegerField(default=0, help_text="Counts the checks of the day, from 0.")
    presentations = models.JSONField(default=list, help_text="Their ids, the easiest first.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "lesson", "section", "date"], name="one_check_a_section_and_day")
        ]

    def __str__(self) -> str:
        return f"check of {self.lesson_id} by {self.student} on {self.date}"

"""Students in courses."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from questions.models import Course
from quizzes.models.exam import Exam
from quizzes.models.section import Section


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Enrolments, by what their courses ask."""

    def studied(self) -> EnrolmentQuerySet:
        """Those in courses that ask their students questions: neither drafts nor archived."""
        return self.filter(course__state__in=Course.STUDIED)


class Enrolment(models.Model):
    """A student in a course, with the date the student prepares for where the course sets none."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="enrolments")
    exam_at = models.DateTimeField(null=True, blank=True, help_text="The student's own exam date.")
    extra_time_percent = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(400)],
        help_text="Time added to exams, in percent; it lengthens a sitting that is open too.",
    )
    cards_revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The course's revision up to which the student has their cards."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "course"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.student} in {self.course}"

    def clean(self) -> None:
        """Refuse a section of another course."""
        super().clean()
        if self.section and self.section.course_id != self.course_id:
            raise ValidationError({"section": "This section is of another course."})

    @property
    def added_percent(self) -> int:
        """The time that is added to the student's exams, in per cent: the student's or the section's, what is more."""
        return max(self.extra_time_percent, self.section.extra_time_percent if self.section else 0)


class OwnExamDate(models.Model):
    """The date that a student prepares for in place of the course's, of an exam that is not the course's main one.

    The main one's is the enrolment's `exam_at`, which a course without exams has too.
    """

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="own_dates")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "exam"], name="one_own_date_an_exam")]

    def __str__(self) -> str:
        return f"{self.exam} of {self.enrolment} on {self.at:%Y-%m-%d %H:%M}"

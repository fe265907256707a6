"""Sections of a course: its students in groups, with exam dates and extra time of their own."""

from __future__ import annotations

from copy import copy

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from questions.models import Course
from quizzes.models.exam import Exam


class Section(models.Model):
    """A group of a course's students."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=80)
    extra_time_percent = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(400)],
        help_text="Time added to exams for all of the section, in percent; a student who has more keeps it.",
    )

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint("course", Lower("name"), name="sections_have_names")]

    def __str__(self) -> str:
        return self.name


class SectionExam(models.Model):
    """When a section sits an exam; what is empty is as for the whole course."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="exam_dates")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="section_dates")
    starts_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("exam__starts_at", "exam")
        constraints = [
            models.UniqueConstraint(fields=["section", "exam"], name="a_section_sits_an_exam_once"),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="opens_before_it_closes_for_a_section",
                violation_error_message="It has to open before it closes.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exam} for {self.section}"

    @property
    def is_dated(self) -> bool:
        """Whether the section has a date of its own."""
        return bool(self.starts_at or self.opens_at or self.closes_at)

    def dated(self, exam: Exam) -> Exam:
        """Return a copy of the exam with the dates of this section, which is never saved."""
        theirs = copy(exam)
        theirs.starts_at = self.starts_at or exam.starts_at
        theirs.opens_at, theirs.closes_at = self.opens_at or exam.opens_at, self.closes_at or exam.closes_at
        return theirs

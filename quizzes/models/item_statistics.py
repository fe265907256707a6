"""How items do, as it was measured last."""

from __future__ import annotations

from typing import Any

from django.db import models

from questions.models import Course, Item


class ItemStatistics(models.Model):
    """The numbers of an item; see `exams.item_analysis`. Made anew each night, and on demand."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE, primary_key=True, related_name="statistics")
    answers = models.PositiveIntegerField(help_text="All that count.")
    students = models.PositiveIntegerField(help_text="Who answered it a first time.")
    facility = models.FloatField(null=True, help_text="The mean share of the marks, at first.")
    facility_low = models.FloatField(null=True)
    facility_high = models.FloatField(null=True)
    discrimination = models.FloatField(null=True)
    seconds = models.FloatField(null=True, help_text="The median of all answers.")
    predicted = models.FloatField(null=True, help_text="The mean P(correct) just before, of all but first answers.")
    observed = models.FloatField(null=True, help_text="The share of these that were right.")
    ease = models.FloatField(null=True, help_text="In logits, luck aside; None: too few answers in the course.")
    ease_error = models.FloatField(null=True, help_text="Its standard error.")
    reports = models.PositiveIntegerField(default=0)
    flags = models.PositiveSmallIntegerField(default=0, help_text="How many.")
    flag_codes = models.CharField(max_length=200, default="", help_text="Between commas, as in ,key,easy,")
    details: Any = models.JSONField(help_text="Intervals, answers, variants, and the flags in words.")

    def __str__(self) -> str:
        return f"statistics of {self.item}"


class CourseMeasuring(models.Model):
    """When the items of a course were measured last, and whether that is asked for."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, primary_key=True, related_name="measuring")
    asked_at = models.DateTimeField(null=True, help_text="None: it is not asked for.")
    measured_at = models.DateTimeField(null=True, help_text="When its answers began to be read.")
    answers = models.PositiveIntegerField(default=0)
    population: Any = models.JSONField(
        null=True, help_text="What its students and items have in common at first sight; None: too few answers."
    )

    def __str__(self) -> str:
        return f"measuring of {self.course}"

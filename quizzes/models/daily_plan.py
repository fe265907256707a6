"""A student's plan for a day."""

from django.conf import settings
from django.db import models


class DailyPlan(models.Model):
    """Which cards, in which order, with how many seconds each: made by the scheduler, read by the queue."""

    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="plans")
    date = models.DateField(help_text="The student's study day.")
    tasks = models.JSONField(help_text="Best first: [{card, facets, seconds, new}].")
    done_tasks = models.JSONField(
        default=list, help_text="The tasks of the day's earlier plans that are done: they count against the day."
    )
    reading = models.JSONField(
        default=list,
        help_text="What is read before some of the tasks, and what was: [{key, course, lesson, section, …}].",
    )
    put_off = models.JSONField(default=list, help_text="The sections that are not read today: [[lesson, section]].")
    extra_seconds = models.PositiveIntegerField(default=0, help_text="Asked for on top of the day's minutes.")
    overrun_seconds = models.PositiveIntegerField(
        default=0, help_text="What the answers took beyond their tasks' seconds, when more minutes were asked for."
    )
    planned_seconds = models.PositiveIntegerField()
    score_before = models.FloatField(null=True, help_text="Expected exam score without today's reviews.")
    score_at_start = models.FloatField(null=True, help_text="What was expected when the day was first planned.")
    score_after = models.FloatField(null=True, help_text="Expected exam score with them.")
    day_off = models.BooleanField(default=False, help_text="The student takes this day off: nothing is planned.")
    made_at = models.DateTimeField()
    sequence = models.PositiveBigIntegerField(default=0, help_text="The change log's number of its last change.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "date"], name="one_plan_a_day")]
        indexes = [models.Index(fields=["student", "sequence"], name="plan_sequence")]

    def __str__(self) -> str:
        return f"plan of {self.student} for {self.date}"

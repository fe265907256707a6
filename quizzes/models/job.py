"""Background work that was asked for and is not done yet."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One thing to do for a student: written with what asks for it, and deleted with what it does.

    Messages to workers only say that there is a job; the row is what counts, and outlives broker and workers.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", "make today's plan"
        REMIND = "remind", "remind of today's plan"
        OUTLOOK = "outlook", "compute what the days until the exam hold"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    asked_at = models.DateTimeField(help_text="When it was first asked for since it was last done.")
    run_at = models.DateTimeField(help_text="Not to be begun before.")
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="When its last message was sent to the workers."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True, help_text="A worker holds it until then.")
    holder = models.CharField(max_length=64, blank=True, help_text="The id of the message that the worker acts on.")
    error = models.TextField(blank=True, help_text="The error of the last attempt that failed.")
    dead_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was given up; an administrator can retry it."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "student"], name="one_job_of_a_kind_a_student")]
        indexes = [models.Index(fields=["run_at"], name="job_waiting", condition=Q(dead_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.student}"

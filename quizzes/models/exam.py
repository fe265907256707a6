"""The exams that a course prepares for."""

from django.db import models
from django.db.models import F, Q

from questions.models import Course


class Exam(models.Model):
    """A dated examination of a course, with the blueprint that says what it asks."""

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment"
        VIVA = "viva"

    class Feedback(models.TextChoices):
        CLOSED = "closed", "when the sitting is closed"
        ENDED = "ended", "when the exam is over (closes_at)"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="exams")
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    minutes = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True, help_text="No sitting begins before; empty: always open.")
    closes_at = models.DateTimeField(null=True, blank=True, help_text="No sitting begins after.")
    attempts = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Sittings a student; empty: any number."
    )
    feedback = models.CharField(
        max_length=8,
        choices=Feedback.choices,
        default=Feedback.CLOSED,
        help_text="When keys and explanations are shown: once the sitting is closed, or once no sitting can begin.",
    )
    blueprint = models.JSONField(default=dict, help_text="See docs/exams.md.")
    loaded = models.JSONField(null=True, editable=False, help_text="What was last loaded of it from a folder.")

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
                name="opens_before_it_closes",
                violation_error_message="The exam has to open before it closes.",
            ),
            models.CheckConstraint(
                condition=~Q(feedback="ended") | Q(closes_at__isnull=False),
                name="ended_needs_an_end",
                violation_error_message="To show keys when the exam is over, say when it closes.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

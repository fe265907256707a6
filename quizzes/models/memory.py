"""The review log, which is the truth, and the card states folded from it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from questions.models import Course, Item
from quizzes.memory import fsrs
from quizzes.memory.rating import Rating


class ChangeLog(models.Model):
    """One row a student: locked while anything of theirs is written, so that a reader never misses a number.

    Every event, and every change of a card or a plan, takes the next number. It also holds the parameters
    that the student's states are folded with, and for the scheduler when the student's next study day begins and when
    they are to be reminded next.
    """

    student = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="change_log"
    )
    last_sequence = models.PositiveBigIntegerField(default=0)
    fit = models.ForeignKey(
        "MemoryFit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="None: the defaults."
    )
    next_day_at = models.DateTimeField(db_index=True)
    next_reminder_at = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"change log of {self.student}"

    @property
    def w(self) -> tuple[float, ...]:
        """The FSRS parameters that the student's states are folded with."""
        return tuple(self.fit.parameters) if self.fit else fsrs.DEFAULT_PARAMETERS

    def next_sequence(self) -> int:
        """Take the next number; the change log must be locked, and saved afterwards."""
        self.last_sequence += 1
        return self.last_sequence


class MemoryFit(models.Model):
    """Parameters fitted to a log, beside those that were in use: of one student, or of a course's students together."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="fits"
    )
    course = models.ForeignKey(Course, on_delete=models.CASCADE, null=True, blank=True, related_name="fits")
    fitted_at = models.DateTimeField()
    parameters = models.JSONField(help_text="w0 to w20 as fitted.")
    reviews = models.PositiveIntegerField(help_text="Reviews that it was fitted to: the older four fifths.")
    judged_on = models.PositiveIntegerField(help_text="Reviews that it was judged on: the newest fifth.")
    log_loss_before = models.FloatField(help_text="Of the parameters in use, on the newest fifth.")
    log_loss_after = models.FloatField(help_text="Of the fitted ones, on the same reviews.")
    rmse_before = models.FloatField(help_text="Root mean square of predicted less observed, over the bins.")
    rmse_after = models.FloatField()
    calibration = models.JSONField(help_text="[{predicted, observed, n}] of the better ones, on the newest fifth.")
    adopted = models.BooleanField(help_text="Better on the newest fifth, and so put in use.")

    class Meta:
        ordering = ("-fitted_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(student__isnull=False) ^ Q(course__isnull=False), name="a_fit_of_a_student_or_a_course"
            )
        ]
        indexes = [
            models.Index(fields=["student", "-fitted_at"], name="fit_student"),
            models.Index(fields=["course", "-fitted_at"], name="fit_course"),
        ]

    def __str__(self) -> str:
        return f"fit of {self.student or self.course}, {self.fitted_at:%Y-%m-%d}"


class Card(models.Model):
    """The memory of one student for one item, or for one pair of a match set (the facet)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cards")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="cards")
    facet = models.CharField(max_length=64, blank=True, default="")
    stability = models.FloatField(null=True, blank=True, help_text="Days until recall falls to 0.9.")
    difficulty = models.FloatField(null=True, blank=True, help_text="1 to 10.")
    reviews = models.PositiveIntegerField(default=0)
    lapses = models.PositiveIntegerField(default=0)
    last_review_at = models.DateTimeField(null=True, blank=True)
    last_review_on = models.DateField(
        null=True, blank=True, help_text="The study day that elapsed days count from; practice moves it on."
    )
    last_rating = models.PositiveSmallIntegerField(null=True, blank=True)
    practised_on = models.DateField(null=True, blank=True, help_text="The study day of the last practice that counted.")
    last_event_at = models.DateTimeField(null=True, blank=True)
    last_event = models.UUIDField(null=True, blank=True, help_text="The event that the state was last folded from.")
    due_at = models.DateTimeField(null=True, blank=True)
    suspended = models.BooleanField(default=False)
    buried_until = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveBigIntegerField(default=0, help_text="The change log's number of its last change.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "item", "facet"], name="one_card_a_facet")]
        indexes = [
            models.Index(fields=["student", "due_at"], name="card_due"),
            models.Index(fields=["student", "sequence"], name="card_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.item}{':' if self.facet else ''}{self.facet}"


class ReviewEvent(models.Model):
    """A fact that a device reported, or a review brought along from elsewhere (`import`).

    Never changed; `undone` alone is derived, from a later undo.
    """

    class Type(models.TextChoices):
        REVIEW = "review"
        UNDO = "undo"
        BURY = "bury"
        SUSPEND = "suspend"
        RESUME = "resume"
        IMPORT = "import"

    # The unique pairs below are its indexes: one of the student alone would tempt planners into reading the whole log.
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_events", db_index=False
    )
    event_id = models.UUIDField()
    sequence = models.PositiveBigIntegerField(help_text="The place in the student's log; the sync cursor.")
    type = models.CharField(max_length=8, choices=Type.choices)
    body_hash = models.CharField(max_length=64)
    presentation = models.ForeignKey(
        "Presentation", on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    target = models.UUIDField(null=True, blank=True)
    response = models.JSONField(null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    device = models.UUIDField()
    device_occurred_at = models.DateTimeField(help_text="As the device's clock had it.")
    occurred_at = models.DateTimeField(help_text="Corrected by the device's clock error.")
    study_date = models.DateField(help_text="The study day of `occurred_at`, in the student's zone then.")
    received_at = models.DateTimeField()
    undone = models.BooleanField(default=False)
    score = models.FloatField(null=True, blank=True)
    grade = models.JSONField(null=True, blank=True, help_text="The grade as it was first answered.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "event_id"], name="an_event_once_a_student"),
            models.UniqueConstraint(fields=["student", "sequence"], name="a_sequence_number_once"),
        ]
        indexes = [
            models.Index(fields=["student", "study_date"], name="event_day"),
            models.Index(fields=["student", "target"], name="event_target", condition=Q(target__isnull=False)),
            models.Index(fields=["card", "type"], name="event_card", condition=Q(card__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Review(models.Model):
    """What one event says of one card: the line that the card's state is folded from.

    A right answer about a concept also practises the concepts it encompasses: lines with `practice` for their cards.
    """

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="log")
    event = models.ForeignKey(ReviewEvent, on_delete=models.CASCADE, related_name="reviews")
    rating = models.PositiveSmallIntegerField(choices=[(rating.value, rating.name.lower()) for rating in Rating])
    practice = models.FloatField(
        default=0.0,
        help_text="0: the card was asked. Else how much of a review an answer about an encompassing concept was.",
    )
    score = models.FloatField()
    predicted = models.FloatField(null=True, blank=True, help_text="P(correct) just before, luck included.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "event"], name="a_card_once_an_event")]

    def __str__(self) -> str:
        return f"{self.card} {self.get_rating_display()}"

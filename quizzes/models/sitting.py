"""An exam as one student sits it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from quizzes.models.exam import Exam
from quizzes.models.presentation import Presentation, unshown


class SittingQuerySet(models.QuerySet["Sitting"]):
    """Sittings, by whether their marks count."""

    def counting(self) -> Self:
        """Return those that are closed and not void: no other is read by a statistic, or by who compares marks."""
        return self.filter(voided_at=None).exclude(state=Sitting.State.OPEN)

    def first_counting(self) -> Self:
        """Return of each student and exam the first that counts."""
        earlier = Sitting.objects.counting().filter(
            exam=OuterRef("exam"), student=OuterRef("student"), number__lt=OuterRef("number")
        )
        return self.counting().filter(Q(number=1) | ~Exists(earlier))

    def update(self, **fields: object) -> int:
        """Write fields, and when that was."""
        return super().update(**{"changed_at": timezone.now(), **fields})


class Sitting(models.Model):
    """One attempt at an exam: its slots are drawn and frozen when it opens."""

    class State(models.TextChoices):
        OPEN = "open"
        SUBMITTED = "submitted"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="sittings")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sittings")
    number = models.PositiveIntegerField(help_text="The student's first sitting of the exam is 1.")
    seed = models.BigIntegerField(help_text="The slots were drawn with this seed.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(
        null=True, blank=True, help_text="When its answers came to count as reviews, and its keys to be shown."
    )
    moved_seconds = models.IntegerField(
        default=0, db_default=0, help_text="By how much staff moved its deadline, beside the student's extra time."
    )
    reopened_at = models.DateTimeField(null=True, blank=True, help_text="When staff opened it again last.")
    voided_at = models.DateTimeField(null=True, blank=True, help_text="Since when its marks count nowhere.")
    sections = models.JSONField(default=list, help_text="[{title, slots: [numbers]}].")
    score = models.FloatField(null=True, blank=True, help_text="Points, once closed: a slot gives 0 to 1.")
    max_score = models.FloatField(null=True, blank=True)
    expected = models.BinaryField(
        null=True, help_text="What each slot was expected to give when it began, packed; see exams.expecting."
    )
    forecast = models.JSONField(
        null=True, blank=True, help_text="The expected score {before, after} its answers counted."
    )
    said: Any = models.JSONField(
        null=True, blank=True, help_text="Once corrected: {score, max_score} as they were first, and when (at)."
    )
    changed_at = models.DateTimeField(auto_now=True, db_default=Now(), help_text="When the row was written last.")

    objects = SittingQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["exam", "student"], condition=Q(state="open"), name="one_open_sitting"),
            models.UniqueConstraint(fields=["exam", "student", "number"], name="sittings_are_numbered"),
            models.CheckConstraint(condition=Q(deadline_at__gt=F("opened_at")), name="deadline_after_opening"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, score=None) | ~Q(state="open") & ~Q(closed_at=None),
                name="closed_when_not_open",
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], condition=Q(state="open"), name="sitting_overdue"),
            models.Index(fields=["student", "-opened_at"], name="sitting_student"),
            models.Index(fields=["opened_at"], name="sitting_opened"),
            models.Index(fields=["changed_at"], name="sitting_changed"),
            models.Index(fields=["student"], condition=Q(released_at=None), name="sitting_withheld"),
        ]

    drawn: Sequence[Slot] | None = None
    """Its slots, with the versions that they ask, where it was begun just now."""

    def __str__(self) -> str:
        return f"{self.exam} by {self.student}, {self.number}"

    def save(self, *, update_fields: Iterable[str] | None = None, **more: Any) -> None:
        """Store it, or these fields of it, and when that was."""
        super().save(update_fields=None if update_fields is None else {*update_fields, "changed_at"}, **more)

    @property
    def is_open(self) -> bool:
        """Whether the row says that answers are still taken."""
        return self.state == self.State.OPEN

    @property
    def corrected_at(self) -> datetime | None:
        """When its points were corrected last; None where they are as they were first."""
        return datetime.fromisoformat(self.said["at"]) if self.said else None


class SlotQuerySet(models.QuerySet["Slot"]):
    """Slots, with what their payloads say."""

    def with_versions(self) -> Self:
        """Return them with their presentations and versions, and with the items and lessons of these."""
        way = "presentation__version"
        return self.select_related(f"{way}__item__course", f"{way}__lesson").defer(*unshown(way))


class Slot(models.Model):
    """A question of a sitting, or a round of a viva, with the student's newest answer.

    An answer is saved while `score` is null, `deadline_at` (with grace) has not passed, and the client knows the
    newest `rev`: all of it columns of this row, so that one UPDATE can tell.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField(help_text="From 1.")
    presentation = models.OneToOneField(Presentation, on_delete=models.PROTECT, related_name="slot")
    seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="Length of a round of a viva; empty in an assessment."
    )
    started_at = models.DateTimeField(null=True, blank=True, help_text="When a round was begun.")
    deadline_at = models.DateTimeField(null=True, blank=True, help_text="None before a round is begun.")
    response: Any = models.JSONField(null=True, blank=True)
    rev = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    spent_ms = models.PositiveIntegerField(
        default=0, db_default=0, help_text="How long it took: each save adds the time since the sitting's save before."
    )
    flagged = models.BooleanField(default=False)
    score = models.FloatField(null=True, blank=True, help_text="0 to 1, once it is closed.")
    grade: Any = models.JSONField(null=True, blank=True)
    said: Any = models.JSONField(null=True, blank=True, help_text="Once corrected: {score, grade} as they were first.")
    waits = models.BooleanField(default=False, db_default=False, help_text="For staff to mark it, since it is closed.")
    marked: Any = models.JSONField(null=True, blank=True, help_text="As staff marked it: {points, mark: its SlotMark}.")
    oral = models.JSONField(null=True, blank=True, help_text="The student's own mark of a spoken answer {pair, mark}.")

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ("sitting", "number")
        constraints = [models.UniqueConstraint(fields=["sitting", "number"], name="slots_are_numbered")]
        indexes = [models.Index(fields=["id"], condition=Q(waits=True), name="slot_waits")]

    def __str__(self) -> str:
        return f"slot {self.number} of {self.sitting_id}"


class SlotMark(models.Model):
    """How staff marked an answer in an exam, which stays; the newest of a slot counts."""

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="marks")
    points: Any = models.JSONField(null=True, help_text="The ids of the points that it has; null: it waits again.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = "mark of an answer"
        verbose_name_plural = "marks of answers"

    def __str__(self) -> str:
        return f"mark of {self.slot}"


class SittingOutcome(models.Model):
    """What the statistics of an exam read of a closed sitting, instead of its slots; see `exams.outcomes`."""

    sitting = models.OneToOneField(Sitting, on_delete=models.CASCADE, primary_key=True, related_name="outcome")
    slots = models.BinaryField(help_text="The items asked, with version, score, and whether they were met first here.")
    picked = models.TextField(help_text="What each slot's answer amounts to, as JSON.")

    def __str__(self) -> str:
        return f"outcome of {self.sitting_id}"

"""Corrections: what is said later of how the answers to a version are judged."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from questions.models.items import ItemVersion


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Corrections, by whether they hold."""

    def in_force(self) -> Self:
        """Return those that were not taken back, in the order in which they were made."""
        return self.exclude(rule=Correction.Rule.REVERSE).filter(reversed_by=None).order_by("pk")


class Correction(models.Model):
    """A fact that an instructor wrote: how answers to a version are judged from now on, those given before too.

    It never changes. Taking it back is another one, of the rule `reverse`.
    """

    class Rule(models.TextChoices):
        VERSION = "version", "by the rules of another version"
        ACCEPT = "accept", "another answer is right too"
        FULL = "full", "full marks for everybody"
        VOID = "void", "it does not count"
        REVERSE = "reverse", "a correction is taken back"

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="corrections")
    rule = models.CharField(max_length=8, choices=Rule.choices)
    by_version = models.ForeignKey(
        ItemVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The version by whose rules it is judged.",
    )
    answer = models.TextField(blank=True, help_text="The answer that is right too, or the text of a choice.")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    why = models.TextField(help_text="Students read it too.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(rule="version", by_version__isnull=False) | ~Q(rule="version") & Q(by_version=None),
                name="version_names_another",
            ),
            models.CheckConstraint(
                condition=Q(rule="reverse", reverses__isnull=False) | ~Q(rule="reverse") & Q(reverses=None),
                name="reverse_names_a_correction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.said}"

    @property
    def said(self) -> str:
        """What it says, in words."""
        match self.rule:
            case self.Rule.VERSION:
                return f"judged by version {self.by_version.number if self.by_version else ''}"
            case self.Rule.ACCEPT:
                return f"“{self.answer}” is right too"
            case self.Rule.REVERSE:
                return f"taken back: {self.reverses.said if self.reverses else ''}"
        return self.get_rule_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save is refused, because corrections are facts."""
        if not self._state.adding:
            raise TypeError("A correction is a fact: write another one that takes it back.")
        super().save(*args, **kwargs)

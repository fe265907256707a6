"""An item as it was put to one student."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q

from questions.models import ItemVersion, VersionConcept
from quizzes.models.card import Card
from quizzes.models.packed_json import OLDER, PackedJSONField
from quizzes.models.packing import pack, unpack


def unshown(version: str = "") -> list[str]:
    """Name what a payload never says of what a version is of; `version` is the way to it, if any."""
    unsaid = {
        "item": ("draft", "loaded"),
        "item__course": ("description", "loaded"),
        "lesson": ("body_markdown", "summary", "reading", "loaded"),
    }
    way = f"{version}__" if version else ""
    return [f"{way}{of}__{name}" for of, names in unsaid.items() for name in names]


_CONCEPT_NAMES = VersionConcept.objects.only("version", "position", "concept__slug")


class PresentationQuerySet(models.QuerySet["Presentation"]):
    """Presentations, with what their payloads say."""

    def with_versions(self) -> Self:
        """Return them with their versions, and with the items, courses, lessons and concepts of these."""
        with_lessons = self.select_related("version__item__course", "version__lesson")
        return with_lessons.defer(*unshown("version")).prefetch_related(Prefetch("version__tags", _CONCEPT_NAMES))

    def waiting(self) -> Self:
        """Return those that wait for an answer: what is open, and spares."""
        return self.filter(Q(closed_at__isnull=True) | Q(spare__isnull=False))


class Presentation(models.Model):
    """A version and a seed, frozen with its prompt and its key, so that grading never trusts the client.

    `prompt` is what the student sees; it is set after version and answer. `answer` holds the key and never leaves the
    server before an answer is in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The index below begins with it.
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presentations", db_index=False
    )
    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="presentations")
    version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="presentations")
    seed = models.BigIntegerField()
    facets = models.JSONField()
    whole_prompt: Any = models.JSONField(db_column="prompt", null=True, blank=True, help_text=OLDER)
    packed_prompt = models.BinaryField(null=True)
    whole_answer: Any = models.JSONField(db_column="answer", null=True, blank=True, help_text=OLDER)
    answer: Any = PackedJSONField(older="whole_answer", db_column="packed_answer")
    guess_rate = models.FloatField()
    in_sitting = models.BooleanField(default=False, help_text="Put in an exam, and answered there alone.")
    hints_taken = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="How many hints were shown.")
    parts_checked = models.JSONField(
        null=True, blank=True, help_text="Answers to parts that were checked by themselves, by the parts' ids."
    )
    work = models.JSONField(
        null=True,
        blank=True,
        help_text="Of what is worked by hand, and takes no answer: how many steps were shown, and what was typed.",
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="Answered, or replaced by a newer version of its item. Spares are never open."
    )
    spare = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Of a further question of its card, for a device without a network: its number until it is answered.",
    )

    objects = PresentationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["card"], condition=Q(closed_at__isnull=True), name="one_open_presentation_a_card"
            ),
            models.UniqueConstraint(
                fields=["card", "spare"], condition=Q(spare__isnull=False), name="one_spare_of_each_number"
            ),
        ]
        indexes = [models.Index(fields=["student", "created_at"], name="presentation_student")]

    def __str__(self) -> str:
        return f"{self.version} for {self.student}"

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer: it is open, or a spare."""
        return self.closed_at is None or self.spare is not None

    @property
    def prompt(self) -> Any:
        """What the student sees. Load it with its version, since it is stored as what differs from the body's texts."""
        if "_prompt" not in vars(self):
            packed = self.packed_prompt
            read = self.whole_prompt if packed is None else unpack(bytes(packed), self.version.body, self.answer)
            vars(self)["_prompt"] = read
        return vars(self)["_prompt"]

    @prompt.setter
    def prompt(self, prompt: Any) -> None:
        vars(self)["_prompt"] = prompt
        self.packed_prompt = pack(prompt, self.version.body, self.answer)

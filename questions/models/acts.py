"""What staff did: who changed what, when, and from where."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from questions.models.courses import Course


class StaffAct(models.Model):
    """A row that staff added, changed or deleted, as it was before and after. It is never changed itself."""

    class Kind(models.TextChoices):
        ADDED = "added"
        CHANGED = "changed"
        DELETED = "deleted"

    COMMAND = "manage.py"
    """How the place begins of what was done by a command, which has no account."""
    IMPORT = "import "
    """What the number of an import stands behind in the place of what it did to an item."""

    made_at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    model = models.CharField(max_length=60, help_text="As in “questions.item”.")
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=200, help_text="What it was called. Of people's rows nothing: see `about`.")
    course = models.ForeignKey(Course, on_delete=models.SET_NULL, null=True, related_name="+")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", help_text="Whose row it is."
    )
    place = models.CharField(max_length=200, help_text="The page on which it was done.")
    before: Any = models.JSONField(null=True, help_text="The fields that differ, as they were.")
    after: Any = models.JSONField(null=True, help_text="The same fields, as they are since.")

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["model", "key"], name="acts_of_row")]

    def __str__(self) -> str:
        return f"{self.name or self.about or 'a row'} {self.kind}"

    @property
    def who(self) -> str:
        """The account as it is called now, or why there is none."""
        if self.by:
            return str(self.by)
        return self.COMMAND if self.place.startswith(self.COMMAND) else "somebody whose account is erased"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save is refused, because what was done is not changed."""
        if not self._state.adding:
            raise TypeError("What staff did is not rewritten.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what was done stays."""
        raise TypeError("What staff did stays.")

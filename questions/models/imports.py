"""Imports: files whose questions came into a course, and what each made of its items."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from questions.models.courses import Course
from questions.models.items import Item


class Import(models.Model):
    """A file that was imported. Taken back, it keeps its row and has no items."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="imports")
    form = models.CharField("format", max_length=20)
    file_name = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.file_name


class ImportedItem(models.Model):
    """A draft that an import made or changed."""

    made_in = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="imported")
    source = models.CharField(max_length=64, help_text="The digest of format, file and the question's name in it.")
    content = models.CharField(max_length=64, help_text="The digest of the question as it was in the file.")
    stored = models.CharField(max_length=64, help_text="The digest of the draft that it became.")
    before = models.JSONField(null=True, help_text="The item as it was before; null if it was new.")

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("made_in", "source"), name="source_once_in_import"),)

    def __str__(self) -> str:
        return f"{self.item} from {self.made_in}"

"""Imports: files whose questions came into a course, and what each made of its items."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from questions.models.courses import Course
from questions.models.items import Item


class Import(models.Model):
    """A file that is imported. Taken back, it keeps its row and has no items.

    One that is uploaded is read by a worker, waits for what is to come in, and is brought in by a worker. Who works at
    it holds a lease, so that no two do, and a lost worker's import is taken up again.
    """

    class State(models.TextChoices):
        READING = "reading", "is being read"
        READ = "read", "waits for your choice"
        IMPORTING = "importing", "is coming in"
        DONE = "done", "came in"
        UNDOING = "undoing", "is being taken back"
        FAILED = "failed", "failed"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="imports")
    form = models.CharField("format", max_length=20)
    file_name = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.DONE, db_default=State.DONE)
    upload = models.CharField(
        max_length=200, default="", db_default="", help_text="Where the file lies in the storage until it is read."
    )
    size = models.PositiveIntegerField(default=0, db_default=0, help_text="Questions in the file, once it is read.")
    names = models.JSONField(default=dict, help_text="Its categories and tags, with how many questions have each.")
    choice = models.JSONField(default=dict, help_text="The concepts that were chosen for them: keys, by their names.")
    counts = models.JSONField(default=dict, help_text="How many questions met which fate.")
    taken_back = models.JSONField(null=True, help_text="How many drafts were deleted and restored; which were kept.")
    leased_until = models.DateTimeField(null=True, help_text="A worker holds it until then.")
    attempts = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often work at it was begun without getting on."
    )

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.file_name


class ImportQuestion(models.Model):
    """A question of a file that is uploaded: what comes in of it, or came in."""

    made_in = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="questions")
    number = models.PositiveIntegerField(help_text="Its place in the file, from 1 on.")
    fate = models.CharField(max_length=7)
    is_changed = models.BooleanField(default=False)
    is_lossy = models.BooleanField(default=False)
    is_unfinished = models.BooleanField(default=False, help_text="Something keeps its draft from being published.")
    is_chosen = models.BooleanField(default=True, help_text="It is to come in.")
    is_settled = models.BooleanField(default=False, help_text="It came in, or was refused.")
    line = models.JSONField(help_text="What the report says of it.")
    found = models.JSONField(null=True, help_text="The question as it was read, until the import is done.")

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("made_in", "number"), name="question_once_in_import"),)

    def __str__(self) -> str:
        return f"question {self.number} of {self.made_in}"


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

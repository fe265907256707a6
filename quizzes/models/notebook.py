"""What a student keeps beside questions, for nobody else: bookmarks and notes."""

from django.conf import settings
from django.db import models

from questions.models import Item


class Bookmark(models.Model):
    """A question that a student wants to find again."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bookmarks", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "item"], name="a_bookmark_once_an_item")]

    def __str__(self) -> str:
        return f"{self.item} for {self.student}"


class Note(models.Model):
    """A student's own note on a question, in Markdown."""

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notes", db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "item"], name="a_note_once_an_item")]

    def __str__(self) -> str:
        return f"{self.student} on {self.item}"

"""Courses and their lessons."""

import re
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models


def web_address(url: object) -> str:
    """Return the address where a link may lead to it; "" for scripts, files and whatever else is no page of the web."""
    return url if isinstance(url, str) and re.match(r"https?://[^\s/]", url, re.IGNORECASE) else ""


class Course(models.Model):
    """A course whose exams students prepare for."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        ARCHIVED = "archived", "Archived"

    STUDIED = (State.OPEN, State.CLOSED)
    """The states in which students are asked questions."""

    class Visibility(models.TextChoices):
        PEOPLE = "people", "Its people"
        EVERYBODY = "everybody", "Everybody"

    class Joining(models.TextChoices):
        OPEN = "open", "Whoever sees it"
        CODE = "code", "Whoever has its code or link"
        INVITATION = "invitation", "Whoever is invited"
        ROSTER = "roster", "Whom its owners enrol"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN, db_default=State.OPEN)
    visible_to = models.CharField(
        max_length=9, choices=Visibility, default=Visibility.EVERYBODY, db_default=Visibility.EVERYBODY
    )
    joining = models.CharField(max_length=10, choices=Joining, default=Joining.OPEN, db_default=Joining.OPEN)
    join_code = models.CharField(max_length=16, default="", db_default="", blank=True, editable=False)
    revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Counts what was published and retired."
    )
    graph_revision = models.PositiveBigIntegerField(
        default=0,
        editable=False,
        help_text="Counts what else changes what answers practise: edges, and drafts' concepts.",
    )
    loaded = models.JSONField(null=True, editable=False, help_text="What was last loaded of it from a folder.")

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    """One session of a course: a text in Markdown, and what it builds on.

    What students read stands in the fields `CONTENT`, and what is not published yet in `draft`.
    """

    CONTENT: ClassVar = ("title", "summary", "minutes", "reading", "body_markdown")

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    week = models.PositiveSmallIntegerField(default=1)
    session = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(default=10, help_text="Reading time in minutes.")
    builds_on = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="leads_to")
    reading = models.JSONField(default=list, blank=True, help_text="List of {title, url, what}.")
    body_markdown = models.TextField()
    draft = models.JSONField(null=True, editable=False, help_text="What its next version will say of CONTENT.")
    is_published = models.BooleanField(
        default=True, db_default=True, editable=False, help_text="Whether students see it."
    )
    loaded = models.JSONField(null=True, editable=False, help_text="What was last loaded of it from a folder.")

    class Meta:
        ordering = ("course", "week", "session", "id")
        constraints = [models.UniqueConstraint(fields=["course", "slug"], name="lesson_slug_once_a_course")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a reading list that cannot be shown: each entry has a title and an address of the web."""
        entries = self.reading if isinstance(self.reading, list) else [None]
        if not all(
            isinstance(entry, dict) and entry.get("title") and web_address(entry.get("url")) for entry in entries
        ):
            raise ValidationError(
                {"reading": "Give each entry a title, and a url that begins with http:// or https://."}
            )

    @property
    def state(self) -> str:
        """`draft`, `changed` (published, with newer edits) or `published`, as of items."""
        return "draft" if not self.is_published else "changed" if self.draft else "published"

    @property
    def reading_list(self) -> list[dict[str, str]]:
        """What to read: `title`, `url` and `what`; the url is empty where it is no address of the web."""
        return [
            {
                "title": str(entry.get("title", "")),
                "url": web_address(entry.get("url")),
                "what": str(entry.get("what", "")),
            }
            for entry in (self.reading if isinstance(self.reading, list) else [])
            if isinstance(entry, dict)
        ]


class LessonVersion(models.Model):
    """What a lesson said of `Lesson.CONTENT` when it was published; it never changes."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("lesson", "-number")
        constraints = [models.UniqueConstraint(fields=["lesson", "number"], name="lesson_versions_are_numbered")]

    def __str__(self) -> str:
        return f"{self.lesson}, version {self.number}"

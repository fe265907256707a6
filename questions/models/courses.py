"""Courses and their lessons."""

from django.db import models


class Course(models.Model):
    """A course whose exams students prepare for."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    revision = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Counts what was published and retired."
    )

    def __str__(self) -> str:
        return self.title


class Lesson(models.Model):
    """One session of a course: a text in Markdown, and what it builds on."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons")
    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    week = models.PositiveSmallIntegerField(default=1)
    session = models.PositiveSmallIntegerField(default=1)
    minutes = models.PositiveSmallIntegerField(default=10, help_text="Reading time in minutes.")
    builds_on = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="leads_to")
    reading = models.JSONField(default=list, blank=True, help_text="List of {title, url, what}.")
    body_markdown = models.TextField()

    class Meta:
        ordering = ("course", "week", "session", "id")

    def __str__(self) -> str:
        return self.title

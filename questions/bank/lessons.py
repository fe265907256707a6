"""Lessons as they are written: a draft beside what students read, published as a version that stays."""

from __future__ import annotations

from copy import copy

from django.db import transaction
from django.utils import timezone

from questions.bank.edits import validate_lesson
from questions.bank.locks import lock_course, raise_graph_revision
from questions.bank.problems import BankError, Problem
from questions.models import Author, Lesson, LessonVersion

Content = dict[str, object]
"""What a lesson says: the fields `Lesson.CONTENT`."""


def content_of(lesson: Lesson) -> Content:
    """Return what students read of a lesson, written as its form writes it: without what is blank."""
    content: Content = {name: getattr(lesson, name) for name in Lesson.CONTENT}
    reading = [{name: text for name, text in entry.items() if text} for entry in lesson.reading_list]
    return {**content, "summary": lesson.summary.strip(), "reading": reading}


def draft_of(lesson: Lesson) -> Content:
    """Return what its next version would say: the draft, or what students read where there is none."""
    return {**content_of(lesson), **(lesson.draft or {})}


def with_content(lesson: Lesson, content: Content) -> Lesson:
    """Return the lesson as if it said this; it is never saved."""
    shown = copy(lesson)
    for name, value in content.items():
        setattr(shown, name, value)
    return shown


def check_content(lesson: Lesson, content: Content) -> None:
    """Check whether a lesson that says this can be published. Raises BankError naming each field that is wrong."""
    said = {name: value for name, value in content.items() if name != "body_markdown"}
    placed = {name: getattr(lesson, name) for name in ("slug", "week", "session")}
    validate_lesson(lesson.course, {**said, **placed}, str(content["body_markdown"]), lesson.pk)


@transaction.atomic
def save_lesson_draft(lesson: Lesson, content: Content) -> None:
    """Store what a lesson is to say; students go on reading what is published. Refreshes its `draft`."""
    _lock(lesson)
    lesson.refresh_from_db(fields=Lesson.CONTENT)
    lesson.draft = None if content == content_of(lesson) else content
    lesson.save(update_fields=["draft"])


@transaction.atomic
def publish_lesson(lesson: Lesson, by: Author | None) -> LessonVersion:
    """Have students read the draft from now on; returns the version, the newest where it says the same.

    Raises BankError naming each field that is wrong.
    """
    _lock(lesson)
    lesson.refresh_from_db()
    content = draft_of(lesson)
    check_content(lesson, content)
    for name, value in content.items():
        setattr(lesson, name, value)
    lesson.draft, lesson.is_published = None, True
    lesson.save(update_fields=[*Lesson.CONTENT, "draft", "is_published"])
    return keep_lesson_version(lesson, by)


def keep_lesson_version(lesson: Lesson, by: Author | None = None) -> LessonVersion:
    """Keep what students read of a lesson as its newest version, unless that says the same."""
    newest = lesson.versions.order_by("-number").first()
    content = content_of(lesson)
    if newest is not None and newest.content == content:
        return newest
    number = newest.number + 1 if newest else 1
    raise_graph_revision(lesson.course_id)  # it may teach something else
    now = timezone.now()
    return LessonVersion.objects.create(
        lesson=lesson, number=number, content=content, published_at=now, published_by=by
    )


@transaction.atomic
def restore_lesson(lesson: Lesson, number: int) -> None:
    """Make a version the draft; the newest of a published lesson discards the draft's edits. Raises BankError."""
    version = lesson.versions.filter(number=number).first()
    if version is None:
        raise BankError([Problem(f"There is no version {number}.", "number", lesson.slug)])
    save_lesson_draft(lesson, version.content)


def _lock(lesson: Lesson) -> None:
    lock_course(lesson.course_id)

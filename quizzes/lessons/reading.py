"""How far a student has read a lesson."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from questions import bank
from questions.models import Lesson
from questions.text import markup
from questions.text.outline import TaughtSection, outline
from quizzes import schedule
from quizzes.lessons.quick_check import counts_for
from quizzes.models import SectionRead, Student


@dataclass(frozen=True)
class Reading:
    """How many of a lesson's sections a student has read."""

    read: int
    sections: int

    @property
    def percent(self) -> int:
        """The share that was read, 0-100."""
        return round(100 * self.read / self.sections) if self.sections else 0

    @property
    def done(self) -> bool:
        """Whether all was read."""
        return 0 < self.sections <= self.read


def load_readings(student: Student, lessons: Iterable[Lesson]) -> dict[int, Reading]:
    """Return how far the student has read each of the lessons, by lesson; one query.

    A section whose heading was changed since counts as read, but never more than there are.
    """
    texts = {lesson.pk: lesson.body_markdown for lesson in lessons}
    rows = SectionRead.objects.filter(student=student, lesson__in=texts)
    read = Counter(rows.values_list("lesson", flat=True))
    return {
        lesson: Reading(min(read[lesson], sections), sections)
        for lesson, sections in ((lesson, markup.count_sections(text)) for lesson, text in texts.items())
    }


def list_sections_read(student: Student, lesson: Lesson) -> list[str]:
    """Return the ids of the sections that were read, in the order of the lesson as it is now."""
    read = set(SectionRead.objects.filter(student=student, lesson=lesson).values_list("section", flat=True))
    return [section.id for section in outline(lesson.body_markdown) if section.id in read]


State = Literal["read", "known", "later", "unread"]
"""What a student may say of a section: read, known without, not today, or not read after all."""


@transaction.atomic
def mark_section(student: Student, lesson: Lesson, section: str, state: State, now: datetime) -> bool:
    """Store what a student says of a section; idempotent. Returns False where the lesson has no such section."""
    if section not in {known.id for known in outline(lesson.body_markdown)}:
        return False
    counts = counts_for(student, lesson)
    if state == "later":
        if counts:
            schedule.put_off_section(student, (lesson.pk, section), now)
        return True
    rows = SectionRead.objects.filter(student=student, lesson=lesson, section=section)
    if state == "unread":
        changed = bool(rows.delete()[0])
    elif state == "read" and rows.filter(is_known=True).exists():
        changed = bool(rows.update(is_known=False, read_at=now, asked_before=_list_asked(student, lesson, section)))
    elif rows.exists():
        changed = False
    else:
        asked = _list_asked(student, lesson, section) if state == "read" else None
        known = {"read_at": now, "is_known": state == "known", "asked_before": asked}
        _, changed = SectionRead.objects.get_or_create(student=student, lesson=lesson, section=section, defaults=known)
    if changed and counts:
        schedule.follow_reading(student, now)
    return True


def _list_asked(student: Student, lesson: Lesson, section: str) -> list[int]:
    """What was answered of what a section teaches, so that what is answered from now on is known to follow it."""
    taught = find_section(lesson, section)
    return schedule.list_asked(student, taught) if taught else []


@dataclass(frozen=True)
class SectionStanding:
    """A section of a lesson, when a student read it, and whether they said to know it instead."""

    section: TaughtSection
    read_at: datetime | None = None
    is_known: bool = False


def list_sections(student: Student | None, lesson: Lesson) -> list[SectionStanding]:
    """Return the sections with a title of a lesson, as they stand with a student; three queries at most."""
    rows = SectionRead.objects.filter(student=student, lesson=lesson) if student else []
    read = {row.section: (row.read_at, row.is_known) for row in rows}
    taught = bank.list_taught_sections(Lesson.objects.filter(pk=lesson.pk))
    return [SectionStanding(section, *read.get(section.outline.id, ())) for section in taught]


def find_section(lesson: Lesson, section: str) -> TaughtSection | None:
    """Return a section of a published lesson by the id of its heading."""
    taught = bank.list_taught_sections(Lesson.objects.filter(pk=lesson.pk))
    return next((each for each in taught if each.outline.id == section), None)

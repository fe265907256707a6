"""How far a student has read a lesson."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from questions.models import Lesson
from questions.text import markup
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
    return [section.id for section in markup.sections(lesson.body_markdown) if section.id in read]


def mark_section_read(student: Student, lesson: Lesson, section: str, now: datetime) -> bool:
    """Store that a section was read; idempotent. Returns False where the lesson has no such section."""
    if section not in {known.id for known in markup.sections(lesson.body_markdown) if known.id}:
        return False
    SectionRead.objects.get_or_create(student=student, lesson=lesson, section=section, defaults={"read_at": now})
    return True

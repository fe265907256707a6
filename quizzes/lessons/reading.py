"""How far a student has read a lesson."""

from __future__ import annotations

from datetime import datetime

from questions.models import Lesson
from questions.text import markup
from quizzes.models import SectionRead, Student


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

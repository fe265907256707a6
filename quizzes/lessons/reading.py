"""How far a student has read a lesson."""

from __future__ import annotations

from datetime import datetime

from questions.models import Lesson
from questions.text import markup
from quizzes.models import SectionRead, Student


def sections_read(student: Student, lesson: Lesson) -> list[str]:
    """The ids of the sections that were read, in the order of the lesson as it is now."""
    read = set(SectionRead.objects.filter(student=student, lesson=lesson).values_list("section", flat=True))
    return [section.id for section in markup.sections(lesson.body_markdown) if section.id in read]


def mark(student: Student, lesson: Lesson, section: str, now: datetime) -> bool:
    """Note that a section was read; again: nothing changes. False where the lesson has no such section."""
    if not section or section not in {one.id for one in markup.sections(lesson.body_markdown)}:
        return False
    SectionRead.objects.get_or_create(student=student, lesson=lesson, section=section, defaults={"read_at": now})
    return True

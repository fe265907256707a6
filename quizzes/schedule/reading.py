"""What a student has read of the lessons, and what of a plan waits for it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from quizzes.background import outbox
from quizzes.models import DailyPlan, Job, SectionRead, Student
from quizzes.models.statements import Prepared, number
from quizzes.reviews import change_log
from quizzes.reviews.payloads import StoredSection
from quizzes.schedule.facts import ItemBank, SectionKey, SectionToRead


@dataclass(frozen=True)
class SectionsRead:
    """When a student read each section, or said to know it, which puts it into `known` as well."""

    at: Mapping[SectionKey, datetime] = field(default_factory=dict)
    known: Collection[SectionKey] = ()

    def was_read(self, section: StoredSection) -> bool:
        """Whether a section of a plan took the time that it was to take."""
        key = section["key"], section["section"]
        return key in self.at and key not in self.known


_READ = Prepared(
    lambda: SectionRead.objects.filter(student__in=number("students", many=True)).values_list(
        "student_id", "lesson_id", "section", "read_at", "is_known"
    )
)


def load_sections_read(students: Sequence[int]) -> dict[int, SectionsRead]:
    """What each student has read, or knows; one query."""
    at: dict[int, dict[SectionKey, datetime]] = {student: {} for student in students}
    known: dict[int, set[SectionKey]] = {student: set() for student in students}
    for student, lesson, section, read_at, is_known in _READ.run(students=students):
        at[student][lesson, section] = read_at
        if is_known:
            known[student].add((lesson, section))
    return {student: SectionsRead(at[student], known[student]) for student in students}


def section_payload(to_read: SectionToRead) -> StoredSection:
    """A section to read as a plan keeps it."""
    section = to_read.section
    return {
        "key": section.lesson,
        "course": section.course_slug,
        "lesson": section.lesson_slug,
        "section": section.outline.id,
        "title": section.outline.title,
        "seconds": to_read.seconds,
        "cards": [str(card) for card in to_read.cards],
    }


@dataclass(frozen=True)
class DayReading:
    """What of a plan is still to be read before open tasks, in their order, and the seconds of what was read."""

    to_read: Sequence[StoredSection] = ()
    done_seconds: int = 0

    @property
    def seconds(self) -> int:
        """The time that what is left takes."""
        return sum(section["seconds"] for section in self.to_read)

    def before(self, card: uuid.UUID) -> StoredSection | None:
        """What is to be read before the card is asked: of its lesson the first of what is left."""
        lesson = next((section["key"] for section in self.to_read if str(card) in section["cards"]), None)
        return next((section for section in self.to_read if section["key"] == lesson), None)


def load_day_reading(plan: DailyPlan, open_cards: Collection[uuid.UUID]) -> DayReading:
    """What of the plan is to be read before these cards; one query, none where the plan has nothing to read."""
    if not plan.reading:
        return DayReading()
    read = load_sections_read([plan.student_id])[plan.student_id]
    cards = {str(card) for card in open_cards}
    to_read = [
        section
        for section in plan.reading
        if (section["key"], section["section"]) not in read.at and not cards.isdisjoint(section["cards"])
    ]
    return DayReading(to_read, sum(section["seconds"] for section in plan.reading if read.was_read(section)))


def list_concepts_read(bank: ItemBank, read: SectionsRead) -> dict[tuple[int, str], datetime]:
    """Since when a student has read about each concept, by its course (a key) and slug; of several sections the first.

    What they say to know without reading is not among them. Pure: `load_item_bank` and `load_sections_read` have the
    facts of many students in one query each.
    """
    since: dict[tuple[int, str], datetime] = {}
    for section in bank.sections:
        at = read.at.get(section.key)
        if at is None or section.key in read.known:
            continue
        for concept in section.concepts:
            since[section.course, concept] = min(at, since.get((section.course, concept), at))
    return since


def follow_reading(student: Student, now: datetime) -> None:
    """Have the plan made anew once the student pauses: what was read takes time, and opens its questions."""
    change_log.lock(student, now)
    outbox.enqueue(Job.Kind.PLAN, student, now, delay=settings.PLAN_DELAY)

"""What a student has read of the lessons, and what of a plan waits for it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.conf import settings

from questions.models import Item
from questions.text.outline import TaughtSection
from quizzes.background import outbox
from quizzes.models import Card, DailyPlan, Job, SectionRead, Student
from quizzes.models.statements import Prepared, number
from quizzes.reviews import change_log
from quizzes.reviews.payloads import StoredSection
from quizzes.schedule.facts import Booleans, Ints, ItemBank, SectionKey, SectionToRead


@dataclass(frozen=True)
class SectionsRead:
    """When a student read each section, or said to know it, which puts it into `known` as well.

    `asked_before` are the items (keys) that had been answered when it was read; None where that was not noted.
    """

    at: Mapping[SectionKey, datetime] = field(default_factory=dict)
    known: Collection[SectionKey] = ()
    asked_before: Mapping[SectionKey, frozenset[int] | None] = field(default_factory=dict)

    def was_read(self, section: StoredSection) -> bool:
        """Whether a section of a plan took the time that it was to take."""
        key = section["key"], section["section"]
        return key in self.at and key not in self.known

    def list_read(self, bank: ItemBank, items: Ints, keys: Sequence[int], answered: Booleans) -> Booleans:
        """Whether the section that teaches each item of some cards was read, before its first answer if it has one.

        `items` are numbers in the bank, `keys` those of the database, `answered` says which cards had an answer, all
        of shape (cards,). What is said to be known without reading was not read.
        """
        if not self.at or not bank.sections:
            return np.zeros(items.size, dtype=bool)
        was_read = np.array([each.key in self.at and each.key not in self.known for each in bank.sections])
        section = bank.section_of[items]
        read = was_read[section] & (section >= 0)
        for at in np.flatnonzero(read & answered).tolist():
            before = self.asked_before.get(bank.sections[section[at]].key)
            read[at] = before is not None and keys[at] not in before
        return read


_READ = Prepared(
    lambda: SectionRead.objects.filter(student__in=number("students", many=True)).values_list(
        "student_id", "lesson_id", "section", "read_at", "is_known", "asked_before"
    )
)


def load_sections_read(students: Sequence[int]) -> dict[int, SectionsRead]:
    """What each student has read, or knows; one query."""
    at: dict[int, dict[SectionKey, datetime]] = {student: {} for student in students}
    known: dict[int, set[SectionKey]] = {student: set() for student in students}
    asked: dict[int, dict[SectionKey, frozenset[int] | None]] = {student: {} for student in students}
    for student, lesson, section, read_at, is_known, before in _READ.run(students=students):
        at[student][lesson, section] = read_at
        asked[student][lesson, section] = None if before is None else frozenset(before)
        if is_known:
            known[student].add((lesson, section))
    return {student: SectionsRead(at[student], known[student], asked[student]) for student in students}


def list_asked(student: Student, section: TaughtSection) -> list[int]:
    """The items (keys) about what a section teaches that the student has answered; one query."""
    tagged = Item.objects.filter(
        course=section.course, published__tags__position=0, published__tags__concept__slug__in=section.concepts
    )
    answered = Card.objects.filter(student=student, item__in=tagged, first_rating__isnull=False)
    return list(answered.order_by("item").values_list("item", flat=True).distinct())


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
    return find_day_reading(plan, open_cards, load_sections_read([plan.student_id])[plan.student_id])


def find_day_reading(plan: DailyPlan, open_cards: Collection[uuid.UUID], read: SectionsRead) -> DayReading:
    """What of the plan is to be read before these cards, by what was read."""
    cards = {str(card) for card in open_cards}
    to_read = [
        section
        for section in plan.reading
        if (section["key"], section["section"]) not in read.at and not cards.isdisjoint(section["cards"])
    ]
    return DayReading(to_read, sum(section["seconds"] for section in plan.reading if read.was_read(section)))


def join_sections(first: Iterable[StoredSection], then: Iterable[StoredSection]) -> list[StoredSection]:
    """Sections in the order of two lists, each once, with the cards that wait for it by either."""
    joined: dict[SectionKey, StoredSection] = {}
    for section in (*first, *then):
        key = section["key"], section["section"]
        before = joined.setdefault(key, section)
        joined[key] = {**before, "cards": list(dict.fromkeys([*before["cards"], *section["cards"]]))}
    return list(joined.values())


def follow_reading(student: Student, now: datetime) -> None:
    """Have the plan made anew once the student pauses: what was read takes time, and opens its questions."""
    change_log.lock(student, now)
    outbox.enqueue(Job.Kind.PLAN, student, now, delay=settings.PLAN_DELAY)

"""Worked by hand, together: a question's steps are shown but the last, and each time one less."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet

from questions import bank, kinds
from questions.models import Course, Item, Lesson
from questions.text.words import as_title
from quizzes import presentations, schedule
from quizzes.models import Card, Presentation, ReviewEvent, Student
from quizzes.presentations import DRAWS, SEED_BITS, NoWorkError, Work


@dataclass(frozen=True)
class WorkedItem:
    """A question of a lesson that can be worked by hand, and how many of its steps the student fills in next time."""

    slug: str
    steps: int
    filled_in: int

    @property
    def name(self) -> str:
        """Its slug, as words."""
        return as_title(self.slug)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is shown any more."""
        return self.filled_in == self.steps


def list_worked(student: Student, lesson: Lesson) -> list[WorkedItem]:
    """Return the questions of a lesson that have steps, in the order of the bank; two queries."""
    items = bank.list_with_steps(lesson)
    times = _count_times(student, [pk for pk, _, _ in items])
    return [WorkedItem(slug, count, min(times.get(pk, 0) + 1, count)) for pk, slug, count in items]


def work_on(student: Student, item: Item, now: datetime) -> Work:
    """Return the question that the student works by hand: the one that is not finished, else one with new numbers.

    Raises NoWorkError where it has no steps, is in an exam that is open, or is not the student's.
    """
    version = item.published
    if version is None or item.retired_at or item.is_secret or not (count := kinds.count_steps(version.body)):
        raise NoWorkError("This question has no steps to be worked by hand.")
    if item.pk in presentations.items_in_open_sittings(student):
        raise NoWorkError("This question is in an exam that you have open.")
    begun = Presentation.objects.filter(student=student, card__item=item, version=version, work__isnull=False)
    unfinished = begun.with_versions().exclude(Exists(_practised(student))).order_by("-created_at")
    presentation = unfinished.first()
    if presentation is None:
        presentation = _draw(student, item, now)
        times = _count_times(student, [item.pk]).get(item.pk, 0)
        presentation.work = {"shown": max(count - 1 - times, 0), "responses": []}
        presentation.save(force_insert=True)
    work = presentations.load_work(presentation)
    assert work is not None
    return work


def find_work(student: Student, pk: uuid.UUID) -> Work | None:
    """Return a question that the student works, or worked, by hand; None where there is none of this id."""
    presentation = Presentation.objects.filter(student=student, pk=pk, work__isnull=False).with_versions().first()
    if presentation is None or presentations.is_in_open_sitting(student, presentation):
        return None
    return presentations.load_work(presentation)


def _practised(student: Student) -> QuerySet[ReviewEvent]:
    """The events by which a presentation of an outer query was worked to its end, undone ones too."""
    return student.review_events.filter(presentation=OuterRef("pk"), type=ReviewEvent.Type.PRACTICE)


def _count_times(student: Student, items: Sequence[int]) -> dict[int, int]:
    """Count by item how often the student worked it by hand; of one presentation it counts once."""
    events = ReviewEvent.objects.counting().filter(
        student=student, type=ReviewEvent.Type.PRACTICE, presentation__card__item__in=items
    )
    counted = events.values("presentation__card__item").annotate(times=Count("presentation", distinct=True))
    return dict(counted.values_list("presentation__card__item", "times"))


def _draw(student: Student, item: Item, now: datetime) -> Presentation:
    """Draw a presentation that takes no answer: it is closed from the start. Raises NoWorkError."""
    version = item.published
    assert version is not None
    version.item = item
    cards = Card.objects.filter(student=student, item=item, item__course__state__in=Course.STUDIED).order_by("facet")
    card = cards.first()
    if card is None and item.course.enrolments.filter(student=student).exists():
        schedule.ensure_cards(student)
        card = cards.first()
    seeds = [secrets.randbits(SEED_BITS) for _ in range(DRAWS)]
    presentation = presentations.draw(version, uuid.uuid4(), seeds, version.facets) if card else None
    if presentation is None or card is None:
        raise NoWorkError("This question cannot be asked now.")
    presentation.student, presentation.card = student, card
    presentation.created_at = presentation.closed_at = now
    return presentation

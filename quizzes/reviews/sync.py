"""What of a student's changed since a cursor, for clients that keep a copy.

Every event, and every change of a card or a plan, carries a number of the student's change log; every item that was
published or retired carries one of its course. Both are taken under a lock that is held until the commit, so numbers
become visible in their order, and whoever has read up to a number has missed nothing below it. What changes again gets
a new number: a client sees its latest state once, in the place of the last change.

A cursor says up to which numbers its holder has read: of the change log, and of each course.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import pydantic
from django.db.models import Q
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from questions.models import Course, Item
from quizzes.calendar import instant
from quizzes.models import Card, ChangeLog, DailyPlan, ReviewEvent, Student
from quizzes.reviews.payloads import CardChange, Change, Deletion, EventChange, ItemVersionChange, PlanChange

PAGE = 500
"""Changes in an answer."""
HORIZON = timedelta(days=180)
"""A client that was away for longer starts again: that is less than what changed."""


class UnreadableCursorError(ValueError):
    """This was never a cursor."""


class StaleCursorError(Exception):
    """The cursor is too old, or of another history: start again without one."""


class Cursor(BaseModel):
    """Up to where a client has read, and when (epoch seconds) it was told so. Opaque to clients."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    student: int
    journal: int = Field(default=-1, ge=-1, le=2**63 - 1)
    courses: dict[int, Annotated[int, Field(ge=-1, le=2**63 - 1)]] = {}
    told: int

    def __str__(self) -> str:
        text = self.model_dump_json()
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises UnreadableCursorError."""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValueError, pydantic.ValidationError):
            raise UnreadableCursorError(text) from None


@dataclass(frozen=True)
class Page:
    """Changes in their order, the cursor after the last of them, and whether there are more."""

    changes: list[Change]
    cursor: str
    has_more: bool


def position(book: ChangeLog, now: datetime) -> str:
    """The cursor of a client that has seen everything up to now, the batch just sent included."""
    return str(_end(book, now))


def changes(student: Any, cursor: str = "", *, limit: int = PAGE, now: datetime | None = None) -> Page:
    """The next `limit` changes after `cursor`, from the start without one; a fixed number of queries.

    Items come first, then what speaks of them. Raises UnreadableCursorError, and StaleCursorError where the client
    has to start again: the cursor is older than `HORIZON`, somebody else's, or ahead of what there is (the database
    was restored from a backup).
    """
    now = now or timezone.now()
    book = ChangeLog.objects.filter(student=student).first() or ChangeLog(student=student)
    end = _end(book, now)
    since = Cursor.parse(cursor) if cursor else Cursor(student=student.pk, told=end.told)
    if since.student != student.pk or end.told - since.told > HORIZON.total_seconds() or _is_ahead(since, end):
        raise StaleCursorError
    found = [*_courses_left(since, end), *_items(since, end, limit + 1)]
    if len(found) <= limit:
        found += _own(student, since, end, limit + 1 - len(found))
    page = found[:limit]
    if len(found) <= limit:
        reached = end
    else:
        courses = {pk: since.courses[pk] for pk in end.courses if pk in since.courses}
        courses |= {one.course: one.number for one in page if one.course in end.courses}
        in_journal = [one.number for one in page if one.course is None]
        # Once the student's own changes are reached, the items were all told.
        courses = dict(end.courses) if in_journal else courses
        reached = Cursor(student=student.pk, told=end.told, courses=courses, journal=max([since.journal, *in_journal]))
    return Page([one.change for one in page], str(reached), len(found) > limit)


@dataclass(frozen=True)
class _Numbered:
    """A change with its number: of its course, or of the change log (None)."""

    number: int
    change: Change
    course: int | None = None


def _end(book: ChangeLog, now: datetime) -> Cursor:
    courses = Course.objects.filter(enrolments__student=book.student_id).values_list("pk", "revision")
    return Cursor(student=book.student_id, journal=book.last_sequence, courses=dict(courses), told=int(now.timestamp()))


def _is_ahead(since: Cursor, end: Cursor) -> bool:
    return since.journal > end.journal or any(
        revision > end.courses.get(course, revision) for course, revision in since.courses.items()
    )


def _courses_left(since: Cursor, end: Cursor) -> list[_Numbered]:
    left = since.courses.keys() - end.courses.keys()
    gone = Course.objects.filter(pk__in=left) if left else []
    return [_Numbered(0, {"type": "deletion", "id": one.slug, "of": "course"}, one.pk) for one in gone]


def _items(since: Cursor, end: Cursor, limit: int) -> list[_Numbered]:
    """Items published or retired; of a course that the client does not know yet, those that are not retired."""
    wanted = Q(pk__in=[])
    for course, revision in end.courses.items():
        if course in since.courses:
            wanted |= Q(course=course, revision__gt=since.courses[course], revision__lte=revision)
        else:
            wanted |= Q(course=course, revision__lte=revision, retired_at=None)
    rows = Item.objects.filter(wanted, published__isnull=False).order_by("course", "revision", "pk")
    rows = rows.select_related("published__lesson", "course")[:limit]
    return [_Numbered(row.revision, _item(row), row.course_id) for row in rows]


def _item(item: Item) -> ItemVersionChange | Deletion:
    version = item.published
    if item.retired_at is not None or version is None:
        return {"type": "deletion", "id": item.slug, "of": "item", "course": item.course.slug}
    return {
        "type": "item_version",
        "id": item.slug,
        "course": item.course.slug,
        "version": version.number,
        "kind": version.kind,
        "lesson": version.lesson.slug,
        "concepts": version.concepts,
        "difficulty": version.difficulty,
        "estimated_seconds": version.seconds,
        "facets": version.facets,
    }


def _own(student: Student, since: Cursor, end: Cursor, limit: int) -> list[_Numbered]:
    """Events, cards and plans, by the numbers of the change log."""
    between = {"student": student, "sequence__gt": since.journal, "sequence__lte": end.journal}
    events = ReviewEvent.objects.filter(**between).select_related("presentation").order_by("sequence")[:limit]
    cards = Card.objects.filter(**between).select_related("item").order_by("sequence")[:limit]
    plans = DailyPlan.objects.filter(**between).order_by("sequence")[:limit]
    found = [
        *(_Numbered(row.sequence, _event(row)) for row in events),
        *(_Numbered(row.sequence, _card(row)) for row in cards),
        *(_Numbered(row.sequence, _plan(row)) for row in plans),
    ]
    return sorted(found, key=lambda one: one.number)[:limit]


def _event(event: ReviewEvent) -> EventChange:
    return {
        "type": "event",
        "id": str(event.event_id),
        "event_type": event.type,
        "presentation": str(event.presentation_id) if event.presentation_id else None,
        "card": str(event.card_id) if event.card_id else None,
        "target": str(event.target) if event.target else None,
        "response": event.response if event.type == ReviewEvent.Type.REVIEW else None,
        "confidence": event.confidence,
        "duration_ms": event.duration_ms,
        # How a sitting went is the sitting's to tell, when the exam does.
        "score": None if event.presentation and event.presentation.in_sitting else event.score,
        "device": str(event.device),
        "occurred_at": instant(event.occurred_at),
        "study_date": event.study_date.isoformat(),
        "undone": event.undone,
    }


def _card(card: Card) -> CardChange:
    return {
        "type": "card",
        "id": str(card.pk),
        "item": card.item.slug,
        "facet": card.facet,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "reviews": card.reviews,
        "lapses": card.lapses,
        "last_review_at": instant(card.last_review_at) if card.last_review_at else None,
        "due_at": instant(card.due_at) if card.due_at else None,
        "suspended": card.suspended,
        "buried_until": instant(card.buried_until) if card.buried_until else None,
    }


def _plan(plan: DailyPlan) -> PlanChange:
    return {
        "type": "plan",
        "id": plan.date.isoformat(),
        "planned_seconds": plan.planned_seconds,
        "tasks": plan.tasks,
        "expected_score_before": plan.score_before,
        "expected_score_after": plan.score_after,
        "made_at": instant(plan.made_at),
    }

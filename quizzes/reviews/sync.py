"""What of a student's changed since a cursor, for clients that keep a copy.

Every event, and every change of a card or a plan, carries a number of the student's change log; every item that was
published or retired carries one of its course. Both are taken under a lock that is held until the commit, so numbers
become visible in their order, and whoever has read up to a number has missed nothing below it. What changes again gets
a new number: a client sees its latest state once, in the place of the last change; an event that is undone, in that of
its undo. Settings and short lists (`documents`) have no number: they are sent whole where they differ from what was
sent before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from questions.json_types import round_estimate
from questions.models import Course, Item, outside_pools
from quizzes.calendar import format_instant
from quizzes.models import Card, ChangeLog, CorrectedAnswer, DailyPlan, Enrolment, ReviewEvent, Student
from quizzes.models.statements import Prepared, number
from quizzes.reviews.cursors import Cursor, StaleCursorError, UnreadableCursorError
from quizzes.reviews.documents import Document, load_documents
from quizzes.reviews.payloads import (
    CardChange,
    Change,
    Deletion,
    EventChange,
    ItemVersionChange,
    PlanChange,
    SyncPayload,
    show_sections,
)

__all__ = ["PAGE", "StaleCursorError", "UnreadableCursorError", "load_changes"]

PAGE = 500
WITH_RESPONSES = (ReviewEvent.Type.REVIEW, ReviewEvent.Type.PRACTICE)
"""Changes in an answer."""
HORIZON = timedelta(days=180)
"""A client that was away for longer starts again: everything is less than what changed."""


def load_changes(student: Student, cursor: str = "", *, limit: int = PAGE, now: datetime | None = None) -> SyncPayload:
    """Return the next `limit` changes after `cursor`, from the start without one; a fixed number of queries.

    Documents and items come first, then what speaks of them. Raises UnreadableCursorError, and StaleCursorError where
    the client has to start again: the cursor is older than `HORIZON`, somebody else's, or ahead of what there is.
    """
    now = now or timezone.now()
    change_log = ChangeLog.objects.filter(student=student).first() or ChangeLog(student=student)
    end = _end(change_log, dict(_REVISIONS.run(student=student.pk)), now)
    since = Cursor.parse(cursor) if cursor else Cursor(student=student.pk, issued_at=end.issued_at)
    age = end.issued_at - since.issued_at
    if since.student != student.pk or age > HORIZON.total_seconds() or since.is_ahead_of(end):
        raise StaleCursorError
    since = since.begun(end)
    documents = {document.key: document for document in load_documents(student)}
    end = end.model_copy(update={"documents": {key: document.digest for key, document in documents.items()}})
    changes = [*_load_courses_left(since, end), *_list_documents(since, documents)]
    changes += _load_items(since, end, limit + 1)
    if len(changes) <= limit:
        changes += _load_own(student, since, end, limit + 1 - len(changes))
    while len(changes) > limit and changes[limit - 1].is_before_same(changes[limit]):
        limit += 1
    page, has_more = changes[:limit], len(changes) > limit
    return {
        "changes": [numbered.change for numbered in page],
        "cursor": str(_advance(since, end, page) if has_more else end),
        "has_more": has_more,
    }


@dataclass(frozen=True)
class _Numbered:
    """A change with its number: of a course, or of the student's change log (None); or the document that it is."""

    number: int
    change: Change
    course: int | None = None
    document: Document | None = None

    @property
    def is_own(self) -> bool:
        """Whether the student's change log has numbered it."""
        return self.course is None and self.document is None

    def is_before_same(self, other: _Numbered) -> bool:
        """Whether both have one number: a cursor between them would lose the second."""
        return self.is_own and other.is_own and self.number == other.number


def _advance(since: Cursor, end: Cursor, page: Sequence[_Numbered]) -> Cursor:
    """Return the cursor after a page that is not the last."""
    own = [numbered.number for numbered in page if numbered.is_own]
    if own:
        # The student's own changes come after all items.
        courses = end.courses
    else:
        courses = {course: since.courses[course] for course in end.courses if course in since.courses}
        courses |= {numbered.course: numbered.number for numbered in page if numbered.course in end.courses}
    sent = {each.document.key: each.document.digest for each in page if each.document}
    known = {key: digest for key, digest in since.documents.items() if key in end.documents}
    return Cursor(
        student=end.student,
        change_log=max([since.change_log, *own]),
        courses=courses,
        documents=known | sent,
        issued_at=end.issued_at,
        began=since.began,
        began_at=since.began_at,
    )


# Loading


_REVISIONS = Prepared(
    lambda: Enrolment.objects.studied().filter(student=number("student")).values_list("course", "course__revision")
)


def _end(change_log: ChangeLog, revisions: Mapping[int, int], now: datetime) -> Cursor:
    return Cursor(
        student=change_log.student_id,
        change_log=change_log.last_sequence,
        courses=dict(revisions),
        issued_at=int(now.timestamp()),
    )


def _load_courses_left(since: Cursor, end: Cursor) -> list[_Numbered]:
    left = since.courses.keys() - end.courses.keys()
    courses = Course.objects.filter(pk__in=left) if left else []
    return [_Numbered(0, {"type": "deletion", "id": course.slug, "of": "course"}, course.pk) for course in courses]


def _list_documents(since: Cursor, documents: Mapping[str, Document]) -> list[_Numbered]:
    """List the documents that say something else than the client was sent."""
    changed = (each for key, each in documents.items() if since.documents.get(key) != each.digest)
    return [_Numbered(0, each.change, document=each) for each in changed]


def _load_items(since: Cursor, end: Cursor, limit: int) -> list[_Numbered]:
    """Load the items published or retired; of a course that the client does not know, those that are not retired."""
    wanted = Q(pk__in=[])
    for course, revision in end.courses.items():
        if course in since.courses:
            wanted |= Q(course=course, revision__gt=since.courses[course], revision__lte=revision)
        else:
            wanted |= Q(outside_pools(), course=course, revision__lte=revision, retired_at=None)
    # Of what is kept for exams nobody is told, unless it was practised before.
    known = Card.objects.filter(student=end.student, item=OuterRef("pk"), sequence__gt=Card.HIDDEN)
    items = Item.objects.filter(wanted, outside_pools() | Exists(known), published__isnull=False)
    items = items.order_by("course", "revision", "pk")
    items = items.select_related("published__lesson", "course").prefetch_related("published__tags")[:limit]
    return [_Numbered(item.revision, _item(item), item.course_id) for item in items]


def _load_own(student: Student, since: Cursor, end: Cursor, limit: int) -> list[_Numbered]:
    """Load events, cards and plans by their numbers; an event that was corrected by that of its correction.

    What an undo took back comes once more, just before it, by its number; so do earlier answers to a presentation when
    one comes or goes, as that decides anew which counts. So many may have one number, and are not parted. Nothing comes
    again that an earlier page had as it is.
    """
    between = {"student": student, "sequence__gt": since.change_log, "sequence__lte": end.change_log}
    as_said = Q(corrected=None) | Q(corrected__sequence__gt=end.change_log)
    numbered = ReviewEvent.objects.filter(as_said, **between).select_related("presentation")
    events = list(numbered.order_by("sequence")[:limit])
    corrected = CorrectedAnswer.objects.filter(**between).select_related("event__presentation").order_by("sequence")
    cards = (
        Card.objects.filter(**between)
        .exclude(sequence=Card.HIDDEN)
        .select_related("item__course")
        .order_by("sequence")[:limit]
    )
    plans = DailyPlan.objects.filter(**between).order_by("sequence")[:limit]
    undone = {event.target: event.sequence for event in events if event.target}
    taken_back = ReviewEvent.objects.filter(student=student, event_id__in=undone).select_related("presentation")
    again = [(event, undone[event.event_id]) for event in taken_back if event.undone]
    again += _decided_anew(student, since, [*events, *taken_back], undone)
    changes = [
        *(_Numbered(number, _event(event)) for event, number in again if _is_news(event, number, since)),
        *(_Numbered(event.sequence, _event(event)) for event in events),
        *(_Numbered(each.sequence, _event(each.event)) for each in corrected[:limit]),
        *(_Numbered(card.sequence, _card(card)) for card in cards),
        *(_Numbered(plan.sequence, _plan(plan)) for plan in plans),
    ]
    return sorted(changes, key=lambda numbered: numbered.number)


def _decided_anew(
    student: Student, since: Cursor, events: Sequence[ReviewEvent], undone: Mapping[uuid.UUID, int]
) -> list[tuple[ReviewEvent, int]]:
    """Load the answers that the client has, and that share a presentation with these events; each with their number."""
    numbers = {
        event.presentation_id: undone.get(event.event_id, event.sequence)
        for event in events
        if event.presentation_id and event.type == ReviewEvent.Type.REVIEW
    }
    # Those of earlier pages where what came between two of them may say otherwise of them, else those of before.
    known = since.change_log if any(number > since.began_at for number in numbers.values()) else since.began
    if not numbers or known <= 0:
        return []
    before = ReviewEvent.objects.filter(
        student=student, type=ReviewEvent.Type.REVIEW, presentation__in=numbers, sequence__lte=known
    )
    answers = before.exclude(event_id__in=undone).select_related("presentation")
    return [(answer, numbers[answer.presentation_id]) for answer in answers if answer.presentation_id]


def _is_news(event: ReviewEvent, number: int, since: Cursor) -> bool:
    """Whether the client knows an event, and not yet what the change of this number has made of it.

    What an earlier page has brought is known as it was when the first was asked for, or later.
    """
    return event.sequence <= since.change_log and (event.sequence <= since.began or number > since.began_at)


# Payloads


def _item(item: Item) -> ItemVersionChange | Deletion:
    version = item.published
    if item.retired_at is not None or item.is_secret or version is None:
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


def _event(event: ReviewEvent) -> EventChange:
    return {
        "type": "event",
        "id": str(event.event_id),
        "event_type": event.type,
        "presentation": str(event.presentation_id) if event.presentation_id else None,
        "card": str(event.card_id) if event.card_id else None,
        "target": str(event.target) if event.target else None,
        "response": event.response if event.type in WITH_RESPONSES else None,
        "confidence": event.confidence,
        "duration_ms": event.duration_ms,
        "hints_used": event.hints_used,
        # The sitting shows it, when its exam does.
        "score": None if event.presentation and event.presentation.in_sitting else event.score,
        "device": str(event.device),
        "occurred_at": format_instant(event.occurred_at),
        "study_date": event.study_date.isoformat(),
        "undone": event.undone,
        "superseded": event.superseded,
    }


def _card(card: Card) -> CardChange:
    return {
        "type": "card",
        "id": str(card.pk),
        "course": card.item.course.slug,
        "item": card.item.slug,
        "facet": card.facet,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "reviews": card.reviews,
        "lapses": card.lapses,
        "last_review_at": format_instant(card.last_review_at) if card.last_review_at else None,
        "due_at": format_instant(card.due_at) if card.due_at else None,
        "suspended": card.suspended,
        "buried_until": format_instant(card.buried_until) if card.buried_until else None,
    }


def _plan(plan: DailyPlan) -> PlanChange:
    return {
        "type": "plan",
        "id": plan.date.isoformat(),
        "planned_seconds": plan.planned_seconds,
        "tasks": plan.tasks,
        "reading": show_sections(plan.reading),
        "expected_score_before": round_estimate(plan.score_before),
        "expected_score_after": round_estimate(plan.score_after),
        "made_at": format_instant(plan.made_at),
    }

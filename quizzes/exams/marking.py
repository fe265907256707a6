"""Answers in one's own words, which staff mark after the exam: each by the points of its question, and anonymous.

A mark is a fact that stays; the newest of an answer counts. What follows from it follows as from a correction: the
grade, the points of the sitting, statistics, and, once the sitting is released, an event of the review log.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import nan
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.template.defaultfilters import floatformat

from questions import kinds
from questions.kinds import ResponseError
from questions.models import Author
from quizzes import presentations
from quizzes.exams import releasing
from quizzes.exams.grading import add_up, grade_slot, is_void
from quizzes.exams.outcome_rows import rescore_outcomes
from quizzes.models import Notice, Sitting, Slot, SlotMark, update_rows
from quizzes.reviews import change_log

MOST = 2000
"""Answers that the queue looks at."""


class MarkError(ValueError):
    """An answer cannot be marked so; says why."""


@dataclass(frozen=True)
class ToMark:
    """An answer to mark, with its question and rubric, and its place in the queue: neighbours by their keys."""

    slot: Slot
    revealed: Mapping[str, Any]
    """The model answer (`back_html`), and the points (`reasons`), as HTML."""
    place: int
    waiting: int
    same_question: int
    previous: int | None
    following: int | None


def waiting_slots(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """The answers that wait among these, those to one question one after another."""
    waiting = slots.filter(waits=True, sitting__voided_at=None).exclude(sitting__state=Sitting.State.OPEN)
    return waiting.order_by("presentation__version__item", "pk")


def load_to_mark(slots: QuerySet[Slot], slot: int | None) -> ToMark | None:
    """Load the answer to mark with this key, else the first one; None where none of them waits. Three queries."""
    rows = list(waiting_slots(slots).values_list("pk", "presentation__version__item")[:MOST])
    keys = [pk for pk, _ in rows]
    if not keys:
        return None
    at = keys.index(slot) if slot in keys else 0
    asked = Slot.objects.with_versions().get(pk=keys[at])
    version = asked.presentation.version
    return ToMark(
        slot=asked,
        revealed=presentations.with_html(asdict(presentations.reveal(version, asked.presentation.answer))),
        place=at + 1,
        waiting=len(keys),
        same_question=sum(item == rows[at][1] for _, item in rows),
        previous=keys[at - 1] if at else None,
        following=keys[at + 1] if at + 1 < len(keys) else None,
    )


@transaction.atomic
def mark_answer(slot: int, points: Sequence[str] | None, by: Author, now: datetime) -> Slot:
    """Mark an answer of a closed sitting by the points that it has, or with None let it wait again.

    Idempotent. Raises Slot.DoesNotExist and MarkError.
    """
    student = Slot.objects.select_related("sitting__student").get(pk=slot).sitting.student
    log = change_log.lock(student, now)
    locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__course", "student")
    sitting = locked.get(slots=slot)
    slots = releasing.load_slots_locked(sitting)
    marked = next(each for each in slots if each.pk == slot)
    _check(sitting, marked)
    if points == (marked.marked["points"] if marked.marked else None):
        return marked
    if marked.marked and sitting.released_at:
        releasing.take_back_answers(log, sitting, [marked], now)
    fact = SlotMark.objects.create(slot=marked, points=points, made_by=by, made_at=now)
    marked.marked = None if points is None else {"points": list(points), "mark": fact.pk}
    grade = grade_slot(marked)
    if points is not None and grade.graded is None:
        raise MarkError("These are not the points of this question.")
    marked.score, marked.grade, marked.waits = grade.score, grade.payload, grade.waits
    if grade.graded and sitting.released_at:
        releasing.count_marked(log, sitting, marked, grade.graded, now)
    update_rows([marked], ["score", "grade", "waits", "marked"])
    _add_up(sitting, slots, marked)
    if points is not None and not any(each.waits for each in slots):
        _tell(sitting, now)
    return marked


def _check(sitting: Sitting, slot: Slot) -> None:
    kind = kinds.get(slot.presentation.version.kind)
    if not kind.is_marked_by_staff or slot.response is None:
        raise MarkError("There is nothing to mark.")
    if sitting.is_open:
        raise MarkError("Its sitting is open.")
    try:
        kind.marked(slot.response, [])
    except ResponseError:
        raise MarkError("There is nothing to mark.") from None


def _add_up(sitting: Sitting, slots: Sequence[Slot], marked: Slot) -> None:
    sitting.score, sitting.max_score = add_up(slots)
    sitting.save(update_fields=["score", "max_score"])
    score = nan if is_void(marked) else marked.score or 0.0
    scores: dict[uuid.UUID, dict[int, float]] = {sitting.pk: {marked.presentation.version_id: score}}
    rescore_outcomes(scores)


def _tell(sitting: Sitting, now: datetime) -> None:
    points = f"{floatformat(sitting.score, -1)} of {floatformat(sitting.max_score, 0)}"
    text = f"Your answers in “{sitting.exam}” were marked: you have {points}."
    Notice.objects.create(student=sitting.student, sitting=sitting, text=text, made_at=now)

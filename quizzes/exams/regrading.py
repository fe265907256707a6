"""Slots and sittings that were graded before a correction, graded by it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from quizzes.exams.grading import SlotGrade, grade_slot_by, is_void
from quizzes.exams.outcome_rows import rescore_outcomes
from quizzes.memory.rating import rate
from quizzes.models import Sitting, Slot, update_rows

if TYPE_CHECKING:
    from questions.bank import Rules


@dataclass(frozen=True)
class CorrectedSitting:
    """A closed sitting whose points, or whose points to have, a correction changes."""

    sitting: Sitting
    score_before: float
    max_before: float
    score: float
    max_score: float


def decide_slots(rules: Rules | None, slots: Sequence[Slot]) -> dict[Slot, SlotGrade]:
    """Return the new grades of graded slots by these rules, of those whose marks change. No query."""
    changes: dict[Slot, SlotGrade] = {}
    for slot in slots:
        if rules is None and slot.said:
            grade = SlotGrade(slot.said["score"], slot.said["grade"], None)
        elif rules is None and not slot.grade.get("corrections"):
            continue
        else:
            grade = grade_slot_by(rules, slot)
            seconds = slot.presentation.version.seconds
            rating = rate(grade.score, None, seconds, seconds).name.lower() if slot.response is not None else "again"
            grade.payload.update(rating=rating, cards=slot.grade.get("cards", []))
        if grade.score != slot.score or bool(grade.payload.get("void")) != is_void(slot):
            changes[slot] = grade
    return changes


def add_up_sittings(changes: dict[Slot, SlotGrade]) -> list[CorrectedSitting]:
    """Return what closed sittings have with these grades in place of those that are stored; one query."""
    closed = {slot.sitting_id: slot.sitting for slot in changes if not slot.sitting.is_open}
    new = {slot.pk: grade for slot, grade in changes.items()}
    points: dict[uuid.UUID, list[float]] = defaultdict(list)
    stored = Slot.objects.filter(sitting__in=list(closed)).order_by("number")
    for pk, sitting, score, void in stored.values_list("pk", "sitting", "score", "grade__void"):
        grade = new.get(pk)
        if not (grade.payload.get("void") if grade else void):
            points[sitting].append(grade.score if grade else score or 0.0)
    return [
        CorrectedSitting(
            sitting=sitting,
            score_before=sitting.score or 0.0,
            max_before=sitting.max_score or 0.0,
            score=sum(points[pk]),
            max_score=float(len(points[pk])),
        )
        for pk, sitting in closed.items()
    ]


def store_slots(changes: dict[Slot, SlotGrade], now: datetime) -> list[CorrectedSitting]:
    """Write new grades, and what follows for sittings and statistics; returns the sittings that changed."""
    sittings = add_up_sittings(changes)
    for slot, grade in changes.items():
        said = slot.said or {"score": slot.score, "grade": slot.grade}
        slot.score, slot.grade = grade.score, grade.payload
        slot.said = None if said["grade"] == slot.grade else said
    update_rows(list(changes), ["score", "grade", "said"])
    for corrected in sittings:
        sitting = corrected.sitting
        said = sitting.said or {"score": corrected.score_before, "max_score": corrected.max_before}
        same = (said["score"], said["max_score"]) == (corrected.score, corrected.max_score)
        sitting.score, sitting.max_score = corrected.score, corrected.max_score
        sitting.said = None if same else {**said, "at": now.isoformat()}
        sitting.changed_at = now
    update_rows([corrected.sitting for corrected in sittings], ["score", "max_score", "said", "changed_at"])
    _store_outcomes(changes)
    return sittings


def _store_outcomes(changes: Collection[Slot]) -> None:
    scores: dict[uuid.UUID, dict[int, float]] = defaultdict(dict)
    for slot in changes:
        # What is void is no number, and read by no statistic.
        score = float("nan") if is_void(slot) else slot.score or 0.0
        scores[slot.sitting_id][slot.presentation.version_id] = score
    rescore_outcomes(scores)

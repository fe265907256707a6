"""The result of one closed sitting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from questions.models import Correction
from quizzes import presentations
from quizzes.calendar import format_instant
from quizzes.exams.effects import load_effect
from quizzes.exams.errors import StillOpenError
from quizzes.exams.expectations import expected_payload
from quizzes.exams.grading import is_void
from quizzes.exams.payloads import (
    CommentPayload,
    ConceptScorePayload,
    ResultPayload,
    RoundGradePayload,
    SectionPayload,
    SectionScorePayload,
    SlotResultPayload,
    load_slots,
)
from quizzes.exams.releasing import is_feedback_released
from quizzes.models import SittingAct

if TYPE_CHECKING:
    from quizzes.models import Sitting, Slot
    from quizzes.reviews import GradePayload


def round_grade_payload(slot: Slot, now: datetime) -> RoundGradePayload:
    """Return the grade of a finished round, without it as long as the exam does not show grades."""
    grade = slot.grade if is_feedback_released(slot.sitting, now) else None
    return {"slot": slot.number, "grade": _shown(grade, slot)}


def result_payload(sitting: Sitting, now: datetime) -> ResultPayload:
    """The result of a closed sitting: score, sections, concepts, and each slot with its grade.

    All but the points of the whole is left out before it is released, and each grade as long as its question is asked
    in another sitting that is open, or kept for exams; then there are no points of its section and concept either.
    Raises StillOpenError.
    """
    if sitting.is_open:
        raise StillOpenError("This sitting is still open.")
    slots = load_slots(sitting)
    released = is_feedback_released(sitting, now)
    counting = [slot for slot in slots if released and not is_void(slot)]
    kept = [slot for slot in slots if slot.presentation.version.item.is_secret]
    numbers, concepts = {slot.number for slot in kept}, {slot.presentation.version.main_concept for slot in kept}
    reasons = _load_reasons([slot.presentation.version_id for slot in slots if slot.said])
    asked_elsewhere = presentations.items_in_open_sittings(sitting.student_id) if released else set()
    return {
        "id": str(sitting.pk),
        "state": sitting.state,
        "score": sitting.score or 0.0,
        "max_score": sitting.max_score or 0.0,
        "sections": section_scores(
            [section for section in sitting.sections if released and numbers.isdisjoint(section["slots"])],
            {slot.number: slot.score or 0.0 for slot in counting},
        ),
        "concepts": concept_scores(
            (concept, slot.score or 0.0)
            for slot in counting
            if (concept := slot.presentation.version.main_concept) not in concepts
        ),
        "forecast": sitting.forecast,
        "expected": expected_payload(sitting, slots) if released else None,
        "effect": load_effect(sitting, [slot for slot in slots if slot not in kept]) if released else None,
        "feedback": released,
        "corrected": sitting.said,
        "void": sitting.voided_at is not None,
        "waiting": sum(slot.waits for slot in slots),
        "comments": _load_comments(sitting),
        "slots": [slot_result(slot, reasons, graded=released and not _waits(slot, asked_elsewhere)) for slot in slots],
    }


def _waits(slot: Slot, asked_elsewhere: Collection[int]) -> bool:
    """Whether the key of a slot that is released waits all the same."""
    item = slot.presentation.version.item
    return item.is_secret or item.pk in asked_elsewhere


def section_scores(sections: Sequence[SectionPayload], scores: Mapping[int, float]) -> list[SectionScorePayload]:
    """The points of each section, of the scores by slot number; those without one do not count."""
    return [
        {
            "title": section["title"],
            "score": sum(scores.get(number, 0.0) for number in section["slots"]),
            "max_score": float(len(scores.keys() & set(section["slots"]))),
        }
        for section in sections
    ]


def concept_scores(scores: Iterable[tuple[str, float]]) -> list[ConceptScorePayload]:
    """The points of each concept, of (concept, score) pairs, in the order in which concepts first come."""
    points: dict[str, list[float]] = defaultdict(list)
    for concept, score in scores:
        points[concept].append(score)
    return [
        {"slug": concept, "score": sum(of_concept), "max_score": float(len(of_concept))}
        for concept, of_concept in points.items()
    ]


def _load_comments(sitting: Sitting) -> list[CommentPayload]:
    """What instructors wrote about it, as far as they did not take it back; one query."""
    acts = sitting.acts.filter(kind=SittingAct.Kind.COMMENT, reversed_by=None)
    return [{"at": format_instant(at), "text": text} for at, text in acts.values_list("made_at", "why")]


def _load_reasons(versions: Collection[int]) -> dict[int, str]:
    """Why these versions were corrected last; a query where there are any."""
    if not versions:
        return {}
    written = Correction.objects.filter(version__in=versions).in_force()
    return dict(written.values_list("version", "why"))


def _shown(grade: Mapping[str, object] | None, slot: Slot) -> GradePayload | None:
    """A stored grade as clients read it."""
    return presentations.with_html(presentations.with_kinds(grade, slot.presentation)) if grade else None


def slot_result(slot: Slot, reasons: Mapping[int, str], *, graded: bool) -> SlotResultPayload:
    """A question of a closed sitting, with its grade where that may be shown; `reasons`: why it was corrected."""
    why = reasons.get(slot.presentation.version_id, "")
    graded = graded and not slot.waits
    response = slot.response
    if slot.marked and graded:
        response = {**slot.response, "points": slot.marked["points"]}
    return {
        "slot": slot.number,
        "presentation": presentations.payload(slot.presentation),
        "response": response,
        "waits": slot.waits,
        "score": slot.score if graded else None,
        "oral": slot.oral,
        "grade": _shown(slot.grade, slot) if graded else None,
        "spent_ms": slot.spent_ms,
        "corrected": {"score": slot.said["score"], "why": why} if graded and slot.said else None,
        "kept": slot.presentation.version.item.is_secret,
    }

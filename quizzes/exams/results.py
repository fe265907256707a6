"""The result of one closed sitting, and when its keys are released."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from quizzes import presentations
from quizzes.exams.errors import StillOpenError
from quizzes.exams.payloads import (
    ConceptScorePayload,
    ResultPayload,
    RoundGradePayload,
    SectionPayload,
    SectionScorePayload,
    SlotResultPayload,
    load_slots,
)
from quizzes.models import Exam, Sitting

if TYPE_CHECKING:
    from quizzes.models import Slot


def is_feedback_released(sitting: Sitting, now: datetime) -> bool:
    """Whether the exam shows keys and explanations of this closed sitting by now.

    Where they wait for the end of the exam, that is when it has closed and nobody sits it any more.
    """
    exam = sitting.exam
    if exam.feedback == Exam.Feedback.CLOSED or exam.closes_at is None:
        return True
    others = exam.sittings.filter(state=Sitting.State.OPEN).exclude(pk=sitting.pk)
    return now >= exam.closes_at and not others.exists()


def round_grade_payload(slot: Slot, now: datetime) -> RoundGradePayload:
    """Return the grade of a finished round, without it as long as the exam does not show grades."""
    grade = slot.grade if is_feedback_released(slot.sitting, now) else None
    return {"slot": slot.number, "grade": presentations.with_html(grade)}


def result_payload(sitting: Sitting, now: datetime) -> ResultPayload:
    """The result of a closed sitting: score, sections, concepts, and each slot with its grade.

    Grades are left out before the exam releases its feedback, and each as long as its question is asked in another
    sitting that is open. Raises StillOpenError.
    """
    if sitting.is_open:
        raise StillOpenError("This sitting is still open.")
    slots = load_slots(sitting)
    released = is_feedback_released(sitting, now)
    asked_elsewhere = presentations.items_in_open_sittings(sitting.student_id) if released else set()
    return {
        "id": str(sitting.pk),
        "state": sitting.state,
        "score": sitting.score or 0.0,
        "max_score": sitting.max_score or 0.0,
        "sections": section_scores(sitting.sections, {slot.number: slot.score or 0.0 for slot in slots}),
        "concepts": concept_scores(
            (slot.presentation.version.main_concept, slot.score or 0.0) for slot in slots if released
        ),
        "forecast": sitting.forecast,
        "feedback": released,
        "slots": [
            _slot_result(slot, graded=released and slot.presentation.version.item_id not in asked_elsewhere)
            for slot in slots
        ],
    }


def section_scores(sections: Sequence[SectionPayload], scores: Mapping[int, float]) -> list[SectionScorePayload]:
    """The points of each section, of the scores by slot number."""
    return [
        {
            "title": section["title"],
            "score": sum(scores[number] for number in section["slots"]),
            "max_score": float(len(section["slots"])),
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


def _slot_result(slot: Slot, *, graded: bool) -> SlotResultPayload:
    return {
        "slot": slot.number,
        "presentation": presentations.payload(slot.presentation),
        "response": slot.response,
        "score": slot.score if graded else None,
        "oral": slot.oral,
        "grade": presentations.with_html(slot.grade) if graded else None,
    }

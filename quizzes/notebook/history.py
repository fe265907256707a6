"""How a question went each time, and what that did to its memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from questions import kinds
from quizzes import presentations
from quizzes.models import ReviewEvent, Student

MAX_ANSWERS = 50
"""The newest answers that are listed."""


@dataclass(frozen=True)
class PastAnswer:
    """An answer to a question. The score is None, and so is all that follows from it, where an exam withholds it.

    `stability_days` is how long its memory lasted from then on until the chance of recall was 90 %: of the weakest of
    its cards.
    """

    at: datetime
    score: float | None
    rating: str | None
    hints: int
    seconds: float
    in_exam: bool
    is_known: bool
    stability_days: float | None
    score_said: float | None = None
    """What was said at first, of an answer that was corrected."""
    is_void: bool = False
    """Whether it does not count, since the question was withdrawn."""


def list_answers(student: Student, item: int, *, withheld: bool) -> list[PastAnswer]:
    """Return the student's answers to a question that count, the newest first; one query.

    `withheld`: the question stands in an exam that is open, so that nothing is said but when.
    """
    events = (
        ReviewEvent.objects.counting()
        .filter(student=student, type=ReviewEvent.Type.REVIEW, presentation__card__item=item)
        .order_by("-occurred_at", "-pk")
    )
    fields = (
        *("occurred_at", "score", "grade", "hints_used", "duration_ms", "response", "presentation__in_sitting"),
        "corrected__grade",
    )
    answers: list[PastAnswer] = []
    for at, score, grade, hints, duration, response, in_exam, corrected in events.values_list(*fields)[:MAX_ANSWERS]:
        # What was answered in an exam is shown with its result, when the exam shows it.
        is_shown = not withheld and not in_exam
        known = [card["stability"] for card in presentations.card_states(grade or {}) if card["stability"] is not None]
        answers.append(
            PastAnswer(
                at=at,
                score=score if is_shown else None,
                rating=(corrected or grade or {}).get("rating") if is_shown else None,
                hints=hints,
                seconds=duration / 1000,
                in_exam=in_exam,
                is_known=not kinds.is_dont_know(response) or kinds.is_unreadable(response),
                stability_days=min(known, default=None) if is_shown else None,
                score_said=grade["score"] if is_shown and corrected and grade else None,
                is_void=is_shown and score is None,
            )
        )
    return answers

"""What became of the events of a batch, and how a client is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from questions import kinds
from quizzes import presentations
from quizzes.calendar import format_instant
from quizzes.models import Card, Presentation, ReviewEvent
from quizzes.reviews import memory_states
from quizzes.reviews.payloads import CardStatePayload, EventResultPayload, EventStatus, GradePayload


class RejectedError(ValueError):
    """An event cannot be accepted: a code for the client, and the reason in words."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Outcome:
    """What became of one event. `id` is the one that the device sent, however it is written."""

    id: object
    status: EventStatus
    code: str | None = None
    detail: str | None = None
    event: ReviewEvent | None = None
    """The stored event whose grade is shown; None where there is none, or where it has to wait."""
    presentation: Presentation | None = None
    """What the event answers."""

    @property
    def is_plain(self) -> bool:
        """Whether the event was accepted, and there is nothing to say of it but its grade."""
        return self.status == "accepted" and self._reason() == (None, None)

    def _reason(self) -> tuple[str | None, str | None]:
        """Return the code and the words that say why an event was not plainly accepted."""
        if self.event and self.event.superseded:
            return "already_answered", "presentation: It has an earlier answer, which counts; this one does not."
        if self.event and kinds.has_unreadable(self.event.response):
            return "unreadable", "response: It cannot be read. Its key had been shown, so it counts as wrong."
        return self.code, self.detail

    def payload(self) -> EventResultPayload:
        """Return what the client is told, once the grade is complete."""
        code, detail = self._reason()
        return {
            "id": None if self.id is None else str(self.id),
            "status": self.status,
            "code": code,
            "detail": detail,
            "grade": self._grade(),
        }

    def _grade(self) -> GradePayload | None:
        if self.event is None or self.event.grade is None or self.presentation is None:
            return None
        grade: GradePayload = presentations.shown_grade(self.event.grade, self.presentation)
        return grade


def card_state_payload(card: Card, on: date, w: Sequence[float]) -> CardStatePayload:
    """Return the state of a card that was answered on study day `on`."""
    return {
        "card": str(card.pk),
        "facet": card.facet,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "retrievability": memory_states.predict(card, on, 0.0, w),
        "due_at": format_instant(card.due_at) if card.due_at else None,
    }

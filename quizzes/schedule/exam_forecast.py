"""The score to expect of one exam as a student's cards stand, and as they would stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quizzes.calendar import StudyDay
from quizzes.planning.forecast import Forecast
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.choice import forecast_candidates
from quizzes.schedule.facts import CardFacts, ExamAhead

if TYPE_CHECKING:
    from quizzes.models import Card


@dataclass(frozen=True)
class ForecastFacts:
    """What an exam's expected score follows from.

    The cards that can be asked on a study day, and the FSRS parameters `w` of the student's memory. `exams` are all
    that lie ahead.
    """

    exam: ExamAhead
    exams: tuple[ExamAhead, ...]
    day: StudyDay
    cards: tuple[CardFacts, ...]
    w: tuple[float, ...]

    def forecast(self) -> Forecast | None:
        """The score to expect if nothing more were reviewed; None where nothing that the exam weighs can be asked."""
        candidates = list_candidates(self.cards, self.day)
        return forecast_candidates(candidates, self.exam, self.day, self.w)

    def after(self, changed: Iterable[Card]) -> ForecastFacts:
        """The same facts with the states of the cards that changed."""
        states = {card.pk: card for card in changed}
        return replace(
            self, cards=tuple(_restate(card, states[card.card]) if card.card in states else card for card in self.cards)
        )


def _restate(card: CardFacts, state: Card) -> CardFacts:
    return replace(
        card,
        stability=state.stability,
        difficulty=state.difficulty,
        last_review_on=state.last_review_on,
        last_review_at=state.last_review_at,
        due_at=state.due_at,
    )

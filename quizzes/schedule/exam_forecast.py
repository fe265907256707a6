"""The score to expect of one exam as a student's cards stand, and as they would stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quizzes.calendar import StudyDay
from quizzes.planning.forecast import Forecast
from quizzes.schedule.candidates import list_candidates
from quizzes.schedule.choice import forecast_candidates
from quizzes.schedule.facts import CardColumns, ExamAhead, days_since

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
    cards: CardColumns
    w: tuple[float, ...]

    def forecast(self) -> Forecast | None:
        """The score to expect if nothing more were reviewed; None where nothing that the exam weighs can be asked."""
        return forecast_candidates(list_candidates(self.cards), self.exam, self.day, self.w)

    def after(self, changed: Iterable[Card]) -> ForecastFacts:
        """The same facts with the states of the cards that changed."""
        at = {key: number for number, key in enumerate(self.cards.keys)}
        cards = self.cards.copy()
        for card in changed:
            if (number := at.get(card.pk.hex)) is None:
                continue
            cards.stability[number] = np.nan if card.stability is None else card.stability
            cards.difficulty[number] = np.nan if card.difficulty is None else card.difficulty
            cards.first_rating[number] = np.nan if card.first_rating is None else card.first_rating
            cards.elapsed_days[number] = days_since(card.last_review_on, self.day.date)
            cards.due[number] = card.due_at is not None and card.due_at < self.day.ends_at
            cards.answered[number] = card.last_review_at is not None and card.last_review_at >= self.day.begins_at
        return replace(self, cards=cards)

"""Simulated students' memories, fitted to their answers as the service does (`memory_upkeep.fitting`)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from quizzes.memory import fitting, fsrs
from quizzes.memory.priors import Prior
from quizzes.memory.timeline import LogLine, build_timeline
from quizzes.planning.cards import Floats
from quizzes.planning.simulate import Booleans, Parameters

BEGIN = datetime(2026, 1, 1, 9, tzinfo=UTC)
WEEK = 7


class WeeklyFits:
    """After 50, 100 and 200 answers and every week each student's memory is fitted, by a `prior` for each of them.

    `logs` has each student's answers; what was wrong was asked again on the same day. `guess` (cards,) is the luck in
    them.
    """

    def __init__(self, guess: Floats, prior: Sequence[Prior]) -> None:
        self.guess, self.prior = guess, prior
        self.logs: list[list[LogLine]] = [[] for _ in prior]
        self._had, self._day = [0] * len(prior), [0] * len(prior)

    def after(
        self, day: int, done: Booleans, right: Booleans, beliefs: Sequence[Parameters]
    ) -> dict[int, tuple[Parameters, Floats, Floats]]:
        """Note the answers (students, cards) of a day; return what is believed anew, as `simulate.Fits` has it."""
        for student, card in np.argwhere(done).tolist():
            self._note(student, card, day, fsrs.GOOD if right[student, card] else fsrs.AGAIN)
        anew = {}
        for student in filter(lambda each: self._is_due(each, day), range(len(self.logs))):
            log = sorted(self.logs[student])
            fitted = fitting.fit(log, beliefs[student], self.prior[student])
            self._had[student], self._day[student] = len(log), day
            if fitted and fitted.better:
                anew[student] = (fitted.parameters, *self.fold(log, fitted.parameters))
        return anew

    def _note(self, student: int, card: int, day: int, rating: int) -> None:
        log = self.logs[student]
        for rated in (rating, fsrs.GOOD) if rating == fsrs.AGAIN else (rating,):
            at = BEGIN + timedelta(days=day, seconds=len(log))
            key = uuid.UUID(int=student * self.guess.size + card)
            log.append(LogLine(key, at, uuid.UUID(int=len(log)), at.date(), rated, 0.0, float(self.guess[card])))

    def _is_due(self, student: int, day: int) -> bool:
        answers, had = len(self.logs[student]), self._had[student]
        if answers < fitting.MIN_REVIEWS or answers == had:
            return False
        return day - self._day[student] >= WEEK or any(had < mark <= answers for mark in fitting.MILESTONES)

    def fold(self, log: Sequence[LogLine], w: Parameters) -> tuple[Floats, Floats]:
        """The states (cards,) by a student's sorted log: S and D."""
        timeline = build_timeline(log)
        S, D = np.full(self.guess.size, np.nan), np.full(self.guess.size, np.nan)
        cards = [card.int % self.guess.size for card in timeline.cards]
        S[cards], D[cards] = fsrs.replay(
            [line.rating for line in timeline.lines], timeline.elapsed, timeline.lengths, w
        )
        return S, D

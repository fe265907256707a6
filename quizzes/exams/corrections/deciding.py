"""What an answer counts as, by the corrections in force: a function of what was put and answered. It makes no query."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from questions import kinds
from questions.bank import Rules
from questions.kinds import Graded, ResponseError
from questions.models import ItemVersion
from quizzes import presentations
from quizzes.exams.corrections.loading import Answers, Line, Standing, StoredAnswer, in_order
from quizzes.memory.rating import pace_of
from quizzes.reviews.answers import rate_answer, stored_grade
from quizzes.reviews.practice import Practised


class Target(NamedTuple):
    """What an answer is to count as: what stands in the log, and the grade; None: as was said."""

    standing: Standing
    grade: dict[str, Any] | None


@dataclass(frozen=True)
class Case:
    """Answers that are alike, and what they count as; `plain` is that without corrections."""

    answers: Sequence[StoredAnswer]
    standing: Standing
    plain: Standing
    plain_grade: dict[str, Any] | None
    """Of the first, without corrections; None: as was said."""
    target: Target
    """The grade is the first one's."""

    @cached_property
    def counting(self) -> list[StoredAnswer]:
        """Those that are neither undone nor superseded."""
        return [stored for stored in self.answers if stored.counts]

    @property
    def is_changed(self) -> bool:
        """Whether they count otherwise from now on."""
        return self.target.standing != self.standing

    @property
    def moves(self) -> bool:
        """Whether a memory may be another by it."""
        return _memorable(self.standing) != _memorable(self.target.standing)


def students_of(cases: Iterable[Case]) -> set[int]:
    """Return those of whom answers that count are among them."""
    return {stored.answered.student for case in cases for stored in case.counting}


@dataclass(frozen=True)
class Judge:
    """Says what each answer of some students to a version is to count as."""

    loaded: Answers
    rules: Rules | None
    practised: Practised

    @property
    def version(self) -> ItemVersion:
        """The version that was answered."""
        return self.loaded.version

    def decide(self) -> list[Case]:
        """Return what all answers are to count as: those that are alike are judged once."""
        cases: dict[Hashable, list[StoredAnswer]] = defaultdict(list)
        for stored in self.loaded.answers:
            cases[self._likeness(stored)].append(stored)
        return [self._decide(alike) for alike in cases.values()]

    def count_untold(self) -> int:
        """Return how many answers cannot be judged by these rules: what was shown is not what they are about."""
        return sum(
            self.rules is not None and not presentations.is_told(self.rules, self.version, stored.put)
            for stored in self.loaded.answers
        )

    def _likeness(self, stored: StoredAnswer) -> Hashable:
        """Return all that is looked at below of an answer, but for names; set what these are."""
        answered = stored.answered
        alike = kinds.unnamed(stored.put, answered.response or "null")
        if alike is None:
            return answered.pk
        what, stored.names = alike
        pace = pace_of(answered.duration_ms / 1000, self.version.seconds)
        how = answered.confidence, pace, answered.hints_used
        return what, how, stored.standing, stored.was_corrected, self._plain_likeness(stored)

    def _plain_likeness(self, stored: StoredAnswer) -> Hashable:
        """Return the same of what an answer counts as without corrections, where one changed that."""
        if not stored.plain:
            return None
        grade = stored.plain.get("grade")
        unnamed = kinds.without_names(json.dumps(grade), stored.names) if grade else None
        return self._read_standing(stored.plain), unnamed

    def _decide(self, alike: Sequence[StoredAnswer]) -> Case:
        stored = alike[0]
        standing = stored.standing
        plain, said = self._plain(stored, standing)
        target = self._by_rules(stored, plain, said) if self.rules else Target(plain, said)
        return Case(alike, standing, plain, said, target)

    def _plain(self, stored: StoredAnswer, standing: Standing) -> tuple[Standing, dict[str, Any] | None]:
        """What the answer counts as without corrections, and its grade then; None: as was said."""
        if stored.plain:
            return self._read_standing(stored.plain), stored.plain.get("grade")
        if not stored.was_corrected:
            return standing, None
        graded = self._judge(None, stored)
        if graded is None:
            return standing, None
        return self._standing(graded, stored, standing), self._grade(graded, stored)

    def _by_rules(self, stored: StoredAnswer, plain: Standing, said: dict[str, Any] | None) -> Target:
        graded = self._judge(self.rules, stored)
        if graded is None:
            return Target(plain, said)
        standing = self._standing(graded, stored, plain)
        if _marks(standing) == _marks(plain):
            return Target(plain, said)
        return Target(standing, self._grade(graded, stored))

    def _judge(self, rules: Rules | None, stored: StoredAnswer) -> Graded | None:
        try:
            return presentations.judge_final_by(rules, self.version, stored.put, stored.response)
        except ResponseError:
            # What was read once, and is not any more, keeps its grade.
            return None

    def _standing(self, graded: Graded, stored: StoredAnswer, before: Standing) -> Standing:
        lines = [
            Line(facet, rate_answer(graded, score, stored.answered, self.version).value, score, 0.0)
            for facet, score in graded.facet_scores.items()
            if facet in stored.cards
        ]
        practice = None
        if graded.correct and graded.facet_scores:
            practice = before.practice if before.score == 1 else self._practised()
            lines += [line for line in before.lines if line.practice]
        return Standing(None if graded.void else graded.score, practice, in_order(lines))

    def _read_standing(self, plain: Mapping[str, Any]) -> Standing:
        """Return what an answer counts as without corrections, as it is stored."""
        facets = self.loaded.facets
        lines = [
            Line(facets.get(card, card), rating, score, practice) for card, rating, score, _, practice in plain["lines"]
        ]
        return Standing(plain["score"], plain["practice"], in_order(lines))

    def _practised(self) -> int | None:
        return self.practised.key if self.practised.weights else None

    def _grade(self, graded: Graded, stored: StoredAnswer) -> dict[str, Any]:
        return stored_grade(graded, stored.answered, self.version)


def _marks(standing: Standing) -> tuple[float | None, list[tuple[str, float]]]:
    """Score and the scores of the cards: an answer whose marks stay keeps its rating, too."""
    return standing.score, [(line.facet, line.score) for line in standing.lines if not line.practice]


def _memorable(standing: Standing) -> tuple[int | None, list[tuple[str, int, float]]]:
    return standing.practice, [(line.facet, line.rating, line.practice) for line in standing.lines]

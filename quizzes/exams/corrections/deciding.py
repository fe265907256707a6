"""What an answer counts as, by the corrections in force: a function of what was put and answered. It makes no query."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from questions.bank import Rules
from questions.kinds import Graded, ResponseError
from questions.models import ItemVersion
from quizzes import presentations
from quizzes.exams.corrections.loading import Answers, Line, Standing, StoredAnswer, in_order
from quizzes.reviews.answers import rate_answer, stored_grade
from quizzes.reviews.practice import Practised


class Target(NamedTuple):
    """What an answer is to count as: what stands in the log, and the grade; None: as was said."""

    standing: Standing
    grade: dict[str, Any] | None


@dataclass(frozen=True)
class Change:
    """An answer that counts otherwise from now on; `plain` is what it counts as without corrections."""

    stored: StoredAnswer
    plain: Standing
    plain_grade: dict[str, Any] | None
    """Without corrections; None: as was said."""
    target: Target


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

    def decide(self, stored: StoredAnswer) -> Change | None:
        """Return how an answer counts otherwise; None where it counts as it is to."""
        plain, said = self._plain(stored)
        target = self._by_rules(stored, plain, said) if self.rules else Target(plain, said)
        if target.standing == stored.standing:
            return None
        return Change(stored, plain, said, target)

    def count_untold(self) -> int:
        """Return how many answers cannot be judged by these rules: what was shown is not what they are about."""
        return sum(
            self.rules is not None and not presentations.is_told(self.rules, self.version, stored.answered.put)
            for stored in self.loaded.answers
        )

    def _plain(self, stored: StoredAnswer) -> tuple[Standing, dict[str, Any] | None]:
        """What the answer counts as without corrections, and its grade then; None: as was said."""
        if stored.corrected:
            plain = stored.corrected.plain
            return read_standing(plain), plain.get("grade")
        if not stored.answered.was_corrected:
            return stored.standing, None
        graded = self._judge(None, stored)
        if graded is None:
            return stored.standing, None
        return self._standing(graded, stored, None), self._grade(graded, stored)

    def _by_rules(self, stored: StoredAnswer, plain: Standing, said: dict[str, Any] | None) -> Target:
        graded = self._judge(self.rules, stored)
        if graded is None:
            return Target(plain, said)
        standing = self._standing(graded, stored, plain)
        if _marks(standing) == _marks(plain):
            return Target(plain, said)
        return Target(standing, self._grade(graded, stored))

    def _judge(self, rules: Rules | None, stored: StoredAnswer) -> Graded | None:
        answered = stored.answered
        try:
            return presentations.judge_final_by(rules, self.version, answered.put, answered.response)
        except ResponseError:
            # What was read once, and is not any more, keeps its grade.
            return None

    def _standing(self, graded: Graded, stored: StoredAnswer, plain: Standing | None) -> Standing:
        reference = plain or stored.standing
        before = {line.card: line for line in reference.lines}
        lines: list[Line] = []
        for facet, score in graded.facet_scores.items():
            if card := self.loaded.cards[stored.answered.student].get(facet):
                rating = rate_answer(graded, score, stored.answered, self.version).value
                predicted = before[card].predicted if card in before else None
                lines.append(Line(card, rating, score, predicted, 0.0))
        practice = None
        if graded.correct and graded.facet_scores:
            practice = reference.practice if reference.score == 1 else self._practised()
            lines += [line for line in before.values() if line.practice]
        return Standing(None if graded.void else graded.score, practice, in_order(lines))

    def _practised(self) -> int | None:
        return self.practised.key if self.practised.weights else None

    def _grade(self, graded: Graded, stored: StoredAnswer) -> dict[str, Any]:
        return stored_grade(graded, stored.answered, self.version)


def _marks(standing: Standing) -> tuple[float | None, list[tuple[uuid.UUID, float]]]:
    """Score and the scores of the cards: an answer whose marks stay keeps its rating, too."""
    return standing.score, [(line.card, line.score) for line in standing.lines if not line.practice]


def write_standing(standing: Standing) -> dict[str, Any]:
    """Return what counts as it is stored."""
    lines = [[str(line.card), *line[1:]] for line in standing.lines]
    return {"score": standing.score, "practice": standing.practice, "lines": lines}


def read_standing(document: Mapping[str, Any]) -> Standing:
    """Return what was stored."""
    lines = in_order(Line(uuid.UUID(card), *line) for card, *line in document["lines"])
    return Standing(document["score"], document["practice"], lines)

"""Which questions a lesson asks at its end. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from questions.kinds import rank

QUESTIONS = 4
QUESTIONS_OF_SECTION = 2


@dataclass(frozen=True)
class Candidate:
    """An item that could be asked: its slug, its difficulty (1 to 5), its main concept, and its kind."""

    slug: str
    difficulty: int
    concept: str
    kind: str


def choose(candidates: Iterable[Candidate], chance: str, *, begins: bool = False) -> list[Candidate]:
    """Choose four candidates of rising difficulty, of different concepts and kinds as far as there are.

    With `begins` two of the easier half, for who has just read of them. The same for the same `chance`; fewer where
    there are fewer.
    """
    left = sorted(candidates, key=lambda candidate: rank(0, chance, candidate.slug))
    levels = sorted({candidate.difficulty for candidate in left})
    levels = levels[: (len(levels) + 1) // 2] if begins else levels
    questions = QUESTIONS_OF_SECTION if begins else QUESTIONS
    chosen: list[Candidate] = []
    for place in range(min(questions, len(left))):
        level = levels[round(place * (len(levels) - 1) / (questions - 1))]
        best = min(left, key=lambda candidate: _unfitness(candidate, level, chosen))
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=lambda candidate: candidate.difficulty)


def _unfitness(candidate: Candidate, level: int, chosen: list[Candidate]) -> tuple[int, bool, bool]:
    """Return how far a candidate is from the level of difficulty, then whether its concept or kind is there already."""
    return (
        abs(candidate.difficulty - level),
        any(candidate.concept == other.concept for other in chosen),
        any(candidate.kind == other.kind for other in chosen),
    )

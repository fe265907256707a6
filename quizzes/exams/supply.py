"""What the bank has for each number of a blueprint, before anything is drawn. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from quizzes.exams.parts import Candidate, Part, fitting

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class Supply:
    """The most items of a `cell` that a draw may need, and how many the bank has for it.

    `part` is the place of the part that it is of; None: of all parts together.
    """

    part: int | None
    cell: str
    needed: int
    available: int

    @property
    def is_short(self) -> bool:
        """Whether some draw would find too few."""
        return self.available < self.needed


def list_supply(
    candidates: Sequence[Candidate], parts: Sequence[Part], concepts: Mapping[str, float]
) -> Iterator[Supply]:
    """Yield what there is of the kinds, the whole and the difficulties of each part, and at last of each concept.

    `candidates` are of weighted concepts alone. A part needs enough of its kinds and difficulties, a concept enough in
    all parts together.
    """
    reached: set[int] = set()
    for at, part in enumerate(parts):
        items = taken(part, candidates)
        reached.update(candidate.item for candidate in items)
        if isinstance(part.kinds, Mapping):
            yield from _of(at, _most(part.kinds, part.slots), Counter(candidate.kind for candidate in items))
        what = " or ".join(part.kinds) or ("items of the weighted concepts" if concepts else "items")
        if not isinstance(part.kinds, Mapping) or len(part.kinds) > 1:  # that of one kind was told
            yield Supply(at, what, part.slots, len(items))
        levels = {f"difficulty {level}": needed for level, needed in _most(part.difficulty or {}, part.slots).items()}
        yield from _of(at, levels, Counter(f"difficulty {candidate.difficulty}" for candidate in items))
    by_concept = Counter(f"concept {candidate.concept}" for candidate in candidates if candidate.item in reached)
    needed = _most(concepts, sum(part.slots for part in parts))
    yield from _of(None, {f"concept {concept}": count for concept, count in needed.items()}, by_concept)


def taken(part: Part, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that may come in a part."""
    return [candidate for candidate, takers in zip(candidates, fitting([part], candidates), strict=True) if takers]


def _most(weights: Mapping[Name, float], slots: int) -> dict[Name, int]:
    """The most slots that each may get in a draw: its share, rounded up."""
    total = sum(weights.values())
    return {name: math.ceil(slots * weight / total - 1e-9) for name, weight in weights.items() if weight > 0}


def _of(part: int | None, needed: Mapping[str, int], available: Mapping[str, int]) -> Iterator[Supply]:
    for cell, count in needed.items():
        yield Supply(part, cell, count, available.get(cell, 0))

"""What an assessment is drawn from, items, and what is filled with them, its parts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from questions.kinds import in_exams_by_name
from quizzes.exams.blueprints import PRACTICE


@dataclass(frozen=True)
class Candidate:
    """An item that may be drawn, by its main concept.

    `recency` in [0, 1] is 1 for an item that the student saw just now, and 0 for one never seen.
    It is in these `pools`. `ease` is in logits, None where answers do not tell it yet; `luck` the chance to be right by
    luck alone.
    """

    item: int
    kind: str
    concept: str
    difficulty: int
    recency: float = 0.0
    pools: Collection[str] = (PRACTICE,)
    ease: float | None = None
    luck: float = 0.0


BY_NAME = frozenset(in_exams_by_name())


@dataclass(frozen=True)
class Part:
    """A section to fill with `slots` items.

    `kinds` are those that may come, or their weights; `difficulty` has the weights of difficulties. Empty means any,
    but for kinds that staff mark, which have to be named.
    The items are of these `pools`.
    """

    slots: int
    kinds: Sequence[str] | Mapping[str, float] = ()
    difficulty: Mapping[int, float] | None = None
    pools: Collection[str] = (PRACTICE,)

    def takes(self, candidate: Candidate) -> bool:
        """Whether the item may come in this part."""
        in_pool = any(pool in self.pools for pool in candidate.pools)
        return in_pool and (candidate.kind in self.kinds if self.kinds else candidate.kind not in BY_NAME)


def fitting(parts: Sequence[Part], candidates: Iterable[Candidate]) -> list[tuple[int, ...]]:
    """Return for each item the places of the parts in which it may come; those of a kind and pools come in the same."""
    of_sorts: dict[tuple[str, ...], tuple[int, ...]] = {}
    fit = []
    for candidate in candidates:
        sort = (candidate.kind, *candidate.pools)
        if sort not in of_sorts:
            of_sorts[sort] = tuple(at for at, part in enumerate(parts) if part.takes(candidate))
        fit.append(of_sorts[sort])
    return fit


class ShortageError(ValueError):
    """The bank cannot fill a part of the blueprint.

    `part` is the part's place (None: all parts together), `cell` names what is short: `needed` of it, `available`
    there.
    """

    def __init__(self, part: int | None, cell: str, needed: int, available: int, what: str = "published") -> None:
        super().__init__(f"{cell}: {needed} needed, {available} {what}")
        self.part, self.cell, self.needed, self.available = part, cell, needed, available

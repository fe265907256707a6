"""Items of which an exam asks one at most: enemies, one of which tells what the other asks, and those of one idea.

Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Apart:
    """What keeps items apart: the idea of each that has one, and the enemies of each, whichever names the other."""

    ideas: Mapping[int, str] = field(default_factory=dict)
    enemies: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def select(self, items: Iterable[int]) -> Iterator[int]:
        """Give the items in their order, without those that may not stand beside one that came before."""
        ideas: set[str] = set()
        barred: set[int] = set()
        for item in items:
            idea = self.ideas.get(item)
            if item in barred or idea in ideas:
                continue
            yield item
            barred |= self.enemies.get(item, frozenset())
            if idea:
                ideas.add(idea)

    def rivals(self, chosen: Collection[int], items: Iterable[int]) -> set[int]:
        """Return those of the items that may not stand beside these, of which none bars another."""
        ideas = {self.ideas[item] for item in chosen if item in self.ideas}
        enemies = {enemy for item in chosen for enemy in self.enemies.get(item, ())}
        taken = set(chosen)
        return {item for item in items if item not in taken and (item in enemies or self.ideas.get(item) in ideas)}


NOTHING = Apart()

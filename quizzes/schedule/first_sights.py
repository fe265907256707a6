"""What a student is expected to know of what was never asked, by the first answers that they gave. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quizzes.memory import first_sight
from quizzes.memory.first_sight import Abilities, FirstSeen, Items
from quizzes.memory.rating import Rating
from quizzes.planning.cards import Floats
from quizzes.schedule.facts import Booleans, CardColumns, Ints, ItemBank


@dataclass(frozen=True)
class Sight:
    """A student's abilities in each course (by its key) of a bank, and what follows of the bank's items."""

    bank: ItemBank
    abilities: Mapping[int, Abilities]

    def known(self, items: Ints, read: Booleans) -> Floats:
        """The chance that each of these items, `read` about or not, is known at first sight, luck aside."""
        known = np.empty(items.size)
        for course, who in self.abilities.items():
            of_course = self.bank.courses[items] == course
            known[of_course] = who.known(self._items(course, items[of_course], read[of_course]))
        return known

    def doubt(self, items: Ints, read: Booleans, moves: Floats) -> float:
        """The variance of Σ moves·known of these items: how far the student's abilities and their eases may be off."""
        variance = 0.0
        for course, who in self.abilities.items():
            of_course = self.bank.courses[items] == course
            variance += who.doubt(self._items(course, items[of_course], read[of_course]), moves[of_course])
        return variance

    def _items(self, course: int, items: Ints, read: Booleans) -> Items:
        """What is known of some items of a course, as a student meets them who has read about some."""
        some = self.bank.known.some(items)
        return some.to_reader(read.astype(np.float64), self.bank.populations[course]) if read.any() else some


def see(cards: CardColumns) -> Sight:
    """Estimate a student's abilities by the first answers to these cards, in each course by itself."""
    bank, answered = cards.bank, np.flatnonzero(~np.isnan(cards.first_rating))
    items, rating = cards.items[answered], cards.first_rating[answered].astype(np.int64)
    luck = first_sight.luck_of(rating, bank.known.luck[items])
    read = cards.read[answered].astype(np.float64)
    score, nobody_else = (rating > Rating.AGAIN).astype(np.float64), np.zeros(items.size, dtype=np.int64)
    abilities = {}
    for course, population in bank.populations.items():
        some = bank.courses[items] == course
        first = FirstSeen(nobody_else[some], items[some], score[some], luck[some], read[some])
        abilities[course] = first_sight.estimate(first, bank.known, bank.concepts, population)
    return Sight(bank, abilities)

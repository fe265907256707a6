"""What the answers of a course amount to, added up chunk by chunk of students. Pure.

Of each first answer some 50 bytes are kept until the end; of all others counts alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quizzes.statistics import answer_times
from quizzes.statistics.first_answers import FirstAnswers

MOST_TEXTS = 200
"""Different answers to an item that are told apart; typed ones have no end."""
OTHER = "(other answers)"
Drawn = Mapping[str, float]


class Answered(NamedTuple):
    """An answer as it is stored; a question of a closed sitting that was left empty is one without an event.

    `counts` says whether it is neither undone nor superseded; the score of one that is void is None.
    """

    event: int | None
    student: int
    item: int
    version: int
    score: float | None
    duration_ms: int
    at: datetime
    counts: bool
    in_exam: bool
    guess_rate: float


class Predicted(NamedTuple):
    """A line of the log: P(correct) just before, and the score."""

    student: int
    item: int
    predicted: float
    score: float


@dataclass(frozen=True)
class Readings:
    """When students (keys) read about concepts, by (student, concept); and the main concept of each item (keys)."""

    at: Mapping[tuple[int, int], datetime] = field(default_factory=dict)
    concepts: Mapping[int, int] = field(default_factory=dict)

    def were_before(self, answer: Answered) -> bool:
        """Whether the student had read about the item when it was answered."""
        read_at = self.at.get((answer.student, self.concepts.get(answer.item, 0)))
        return read_at is not None and read_at < answer.at


class Details(NamedTuple):
    """Of a first answer what it amounts to, and what was drawn."""

    picked: Sequence[str]
    drawn: Drawn


def first_answers(answers: Iterable[Answered]) -> list[Answered]:
    """The first answer of each student to each item, where it counts.

    Who takes an answer back has seen what is right: the next one is no first, and there is none.
    """
    first: dict[tuple[int, int], Answered] = {}
    for answer in answers:
        key = answer.student, answer.item
        if key not in first or (answer.at, answer.event or 0) < (first[key].at, first[key].event or 0):
            first[key] = answer
    return [answer for answer in first.values() if answer.counts and answer.score is not None]


@dataclass
class Calibration:
    """How predictions of an item came true: lines, sums of both, and the sum of the squared misses of each student."""

    n: int = 0
    students: int = 0
    predicted: float = 0.0
    observed: float = 0.0
    squares: float = 0.0


@dataclass
class ItemDetails:
    """Of the first answers to an item, in their order: what was picked, and what was drawn, by the answers' numbers."""

    picked: dict[str, list[int]] = field(default_factory=dict)
    drawn: dict[str, tuple[list[int], list[float]]] = field(default_factory=dict)

    def add(self, number: int, details: Details) -> None:
        """Add what belongs to the first answer of this number."""
        for text in dict.fromkeys(details.picked):
            known = text in self.picked or len(self.picked) < MOST_TEXTS
            self.picked.setdefault(text if known else OTHER, []).append(number)
        for name, value in details.drawn.items():
            numbers, values = self.drawn.setdefault(name, ([], []))
            numbers.append(number)
            values.append(value)


class Gathering:
    """All that was added up so far, for these items by their numbers."""

    def __init__(self, items: Sequence[int]) -> None:
        self.number = {item: number for number, item in enumerate(items)}
        self.answers = np.zeros(len(items), np.int64)
        self.times = np.zeros((len(items), answer_times.BINS), np.int32)
        self.calibration: dict[int, Calibration] = defaultdict(Calibration)
        self.details: dict[int, ItemDetails] = defaultdict(ItemDetails)
        self.in_exams = np.zeros(len(items), np.int64)
        self.guess_rates = np.zeros(len(items))
        self.students = 0
        self._chunks: list[FirstAnswers] = []
        self._read: list[NDArray[np.bool_]] = []
        self._firsts = 0

    def add_answers(self, answers: Iterable[Answered]) -> None:
        """Count all that count, and how long they took; what was left empty took no time that is known."""
        rows = [
            (self.number[each.item], each.duration_ms)
            for each in answers
            if each.counts and each.score is not None and each.event is not None
        ]
        if not rows:
            return
        item, took = np.array(rows).T
        np.add.at(self.answers, item, 1)
        timed = took > 0
        np.add.at(self.times, (item[timed], answer_times.bins_of(took[timed] / 1000)), 1)

    def add_firsts(self, firsts: Sequence[Answered], details: Sequence[Details], readings: Readings) -> None:
        """Add the first answers of students who come in no other chunk, each with its details."""
        numbers = {student: number for number, student in enumerate({each.student for each in firsts})}
        student = np.array([self.students + numbers[each.student] for each in firsts], np.int64)
        item = np.array([self.number[each.item] for each in firsts], np.int64)
        self._chunks.append(FirstAnswers(student, item, np.array([each.score for each in firsts], np.float64)))
        self._read.append(np.array([readings.were_before(each) for each in firsts], dtype=bool))
        np.add.at(self.in_exams, item, [each.in_exam for each in firsts])
        np.add.at(self.guess_rates, item, [each.guess_rate for each in firsts])
        for place, (first, more) in enumerate(zip(firsts, details, strict=True)):
            self.details[self.number[first.item]].add(self._firsts + place, more)
        self.students += len(numbers)
        self._firsts += len(firsts)

    def add_predictions(self, lines: Iterable[Predicted]) -> None:
        """Add all lines of students who come in no other chunk."""
        missed: dict[tuple[int, int], float] = defaultdict(float)
        for line in lines:
            item = self.number[line.item]
            sums = self.calibration[item]
            sums.n += 1
            sums.predicted += line.predicted
            sums.observed += line.score
            missed[item, line.student] += line.score - line.predicted
        for (item, _), miss in missed.items():
            self.calibration[item].students += 1
            self.calibration[item].squares += miss * miss

    def firsts(self) -> FirstAnswers:
        """All first answers, by their numbers."""
        none = FirstAnswers(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
        chunks = [none, *self._chunks]
        return FirstAnswers(
            np.concatenate([chunk.student for chunk in chunks]),
            np.concatenate([chunk.item for chunk in chunks]),
            np.concatenate([chunk.score for chunk in chunks]),
        )

    def read(self) -> NDArray[np.bool_]:
        """Of each of them, whether its student had read about the item."""
        return np.concatenate([np.zeros(0, dtype=bool), *self._read])

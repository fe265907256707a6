"""Which wrong formula explains the wrong numbers that students gave: mistakes that no author has thought of.

Every student has numbers of their own, so that a wrong formula gives each of them another wrong number. A formula that
is one step away from the answer's (a term left out, an operator swapped, a square forgotten) and that gives the numbers
of several students is what they did; by chance it would fit each with the probability with which it fits answers to
other variants. That probability is measured, and a formula is proposed where the tail of its binomial distribution,
times the number of formulas tried (Bonferroni), is below one in a hundred.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from questions.variants.compiling import Declared, compile_over
from questions.variants.edits import Edit, edits_of
from questions.variants.engine import Number
from questions.variants.formulas import Formula
from questions.variants.functions import Array, FormulaError
from questions.variants.templates import number
from questions.variants.words import as_written

MIN_STUDENTS = 3
MAX_TRIED = 600
"""Formulas that are tried for one answer."""
FALSE_ALARMS = 0.01
"""The largest probability that a proposed formula fits by chance."""
SAMPLES = 3
ROUGHEST = (5e-4, 5e-3)
"""Of a number, how far what was typed may be from it: at least, for people round, and at most."""


@dataclass(frozen=True)
class WrongAnswer:
    """A number that was typed, the values of its variant by their names, and the error that the right one may have."""

    student: Hashable
    values: Mapping[str, Number]
    typed: float
    allowed: float

    @property
    def text(self) -> str:
        """What was asked and typed, in words: `m = 3, v = 5: 7.5`."""
        asked = ", ".join(f"{as_written(name)} = {_shown(value)}" for name, value in self.values.items())
        return f"{asked}: {_shown(self.typed)}"


@dataclass(frozen=True)
class Misconception:
    """A formula that explains wrong answers: of how many students, and some of the answers."""

    formula: str
    what: str
    students: int
    answers: int
    examples: tuple[WrongAnswer, ...]


def explain(
    item: Declared, answer: str, answers: Sequence[WrongAnswer], known: Sequence[str] = ()
) -> list[Misconception]:
    """Find the formulas that explain wrong answers, the one of most students first.

    `answer` is the right number's formula, `known` are those of mistakes that are expected already.
    """
    if len({each.student for each in answers}) < MIN_STUDENTS:
        return []
    edits = list(edits_of(answer, item.let))[:MAX_TRIED]
    right, *compiled = compile_over(item, [answer, *known, *(edit.formula for edit in edits)])
    assert right
    asked = _Asked(answers, right)
    left = ~np.any([asked.compare(formula)[0] for formula in compiled[: len(known)]] or [asked.none], axis=0)
    fits = [_Fit(edit, *asked.compare(each)) for edit, each in zip(edits, compiled[len(known) :], strict=True)]
    fits = [fit for fit in fits if np.count_nonzero(fit.hits) >= MIN_STUDENTS]
    found: list[Misconception] = []
    while best := _best(fits, answers, left):
        edit, hits = best
        given = [answers[row] for row in np.flatnonzero(hits).tolist()]
        students = {each.student for each in given}
        found.append(Misconception(edit.formula, edit.what, len(students), len(given), tuple(given[:SAMPLES])))
        left &= ~hits
    return found


class _Asked:
    """Wrong answers as columns, beside what was right in each of their variants."""

    def __init__(self, answers: Sequence[WrongAnswer], right: Formula) -> None:
        self.values = _columns(answers)
        self.typed = np.array([each.typed for each in answers])
        self.allowed = np.array([each.allowed for each in answers])
        self.key = right(self.values)
        self.none = np.zeros(len(answers), dtype=bool)

    def compare(self, formula: Formula | None) -> tuple[NDArray[np.bool_], float]:
        """Return which answers a formula gives, and the probability that it gives one by chance."""
        try:
            given = formula(self.values) if formula else None
        except FormulaError:
            given = None
        if given is None or given.shape != self.typed.shape:
            return self.none, 1.0
        with np.errstate(all="ignore"):
            size, away = np.abs(given), np.abs(given - self.key)
            most, rough = ROUGHEST[1] * size, ROUGHEST[0] * np.minimum(size, away)
            error = np.clip(self.allowed * np.maximum(1, size / np.abs(self.key)), rough, most)
            # A number is that of the formula only where it is much nearer to it than to the right one.
            error = np.where(away > 2 * self.allowed, np.minimum(error, away / 3), -1)
            # Rows are variants, columns what was typed: the diagonal is what each student typed for their own.
            near = np.abs(given[:, None] - self.typed) <= error[:, None]
            others = given[:, None] != given
        # One more on either side, so that what was never seen is not impossible.
        chance = (np.count_nonzero(near & others) + 1) / (np.count_nonzero(others) + 1)
        return np.asarray(near.diagonal()), min(chance, 1.0)


@dataclass(frozen=True)
class _Fit:
    """Which answers a formula gives, (answers,), and how probable that is by chance for each."""

    edit: Edit
    hits: NDArray[np.bool_]
    chance: float


def _best(
    fits: Sequence[_Fit], answers: Sequence[WrongAnswer], left: NDArray[np.bool_]
) -> tuple[Edit, NDArray[np.bool_]] | None:
    """The formula that explains most students of those that are left, the shortest of several."""
    asked = len({answers[row].student for row in np.flatnonzero(left).tolist()})
    best: tuple[int, int, _Fit] | None = None
    for fit in fits:
        students = len({answers[row].student for row in np.flatnonzero(fit.hits & left).tolist()})
        if students < MIN_STUDENTS or len(fits) * _tail(students, asked, fit.chance) > FALSE_ALARMS:
            continue
        rank = (students, -len(fit.edit.formula), fit)
        if best is None or rank[:2] > best[:2]:
            best = rank
    return (best[2].edit, best[2].hits & left) if best else None


def _tail(hits: int, tries: int, chance: float) -> float:
    """The probability of so many hits or more, each of the tries having this chance (binomial distribution)."""
    return 1 - sum(comb(tries, k) * chance**k * (1 - chance) ** (tries - k) for k in range(hits))


def _columns(answers: Sequence[WrongAnswer]) -> dict[str, Array]:
    names = set.intersection(*(set(each.values) for each in answers))
    columns = {"": np.zeros(len(answers))}
    for name in names:
        column = [each.values[name] for each in answers]
        if len({np.shape(value) for value in column}) == 1:
            columns[name] = np.array(column, dtype=np.float64)
    return columns


def _shown(value: Number) -> str:
    return f"[{', '.join(map(number, value))}]" if isinstance(value, list) else number(value)

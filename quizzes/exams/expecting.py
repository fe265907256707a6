"""What a sitting is expected to give, question by question, before it is answered; and how that came out. Pure.

A question that was met before is right with the chance that the memory of it gives. One that was not counts as others
did on it, by its ease, where that is known, and as guessed where it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from quizzes.planning.forecast import Z

ABILITY = 1.0
"""The standard deviation of students' abilities, in logits: how far somebody may be from the middle."""
FLATTER = float(np.sqrt(1 + np.pi * ABILITY**2 / 8))
OLDER = np.dtype([("chance", "<f4"), ("variance", "<f4"), ("basis", "u1"), ("answers", "<u2")])
SLOT = np.dtype([*OLDER.descr, ("shared", "<f4")])
"""What is expected of a slot, as it is packed: the mean and the variance of its score, what they rest on, and how many
earlier answers that is; and what an ability that is a standard deviation off adds to the score (`OLDER` have none)."""
MEMORY, EASE, LUCK = range(3)
MOST_ANSWERS = 2**16 - 1


class Remembered(NamedTuple):
    """A card, last answered so many study days ago; stability in days is None for one that was never."""

    stability: float | None
    days: int
    answers: int


class Asked(NamedTuple):
    """A question: its chance to be guessed, its item's ease in logits, and the cards that it asks."""

    guess_rate: float
    ease: float | None
    cards: Sequence[Remembered]


def expect(questions: Sequence[Asked], w: Sequence[float]) -> bytes:
    """Return what is expected of questions, in their order, packed; `w` are the FSRS parameters of the student."""
    return np.array([_expect(question, w) for question in questions], SLOT).tobytes()


def _expect(question: Asked, w: Sequence[float]) -> tuple[float, float, int, int, float]:
    seen = [card for card in question.cards if card.stability is not None]
    first = question.guess_rate if question.ease is None else at_first_sight(question.ease, question.guess_rate)
    chances = np.full(max(len(question.cards), 1), first)
    if seen:
        recall = fsrs.retrievability(
            np.array([card.days for card in seen]), np.array([card.stability for card in seen], float), w
        )
        chances[: len(seen)] = fsrs.expected_correct(recall, question.guess_rate)
    basis = MEMORY if seen else LUCK if question.ease is None else EASE
    answers = min(sum(card.answers for card in seen), MOST_ANSWERS)
    luck, shared = question.guess_rate, 0.0
    if basis == EASE:
        shared = (first - luck) * (1 - first) / max(1 - luck, 1e-9) * ABILITY / FLATTER
    return float(chances.mean()), float((chances * (1 - chances)).mean() / len(chances)), basis, answers, shared


def _read(packed: bytes, slots: int) -> NDArray[np.void]:
    """What is expected of so many slots, as it was packed by this version or the one before."""
    if not slots or len(packed) // slots == SLOT.itemsize:
        return np.frombuffer(packed, SLOT)
    older = np.frombuffer(packed, OLDER)
    slot = np.zeros(slots, SLOT)
    for name in OLDER.names or ():
        slot[name] = older[name]
    slot["shared"] = np.where(older["basis"] == EASE, older["variance"], 0.0) * ABILITY / FLATTER
    return slot


def at_first_sight(ease: float, luck: float) -> float:
    """The share of an item's marks that is expected of somebody of whom nothing is known, by its ease in logits.

    `luck` is the chance to be right without knowing.

    The mean of the logistic function over normal abilities is about a flatter one (MacKay 1992, Neural Computation 4).
    """
    return float(luck + (1 - luck) / (1 + np.exp(-ease / FLATTER)))


class Rests(NamedTuple):
    """What an expected score rests on: earlier answers to the questions that were met; the others by ease, or luck."""

    answers: int
    met: int
    by_ease: int
    guessed: int


@dataclass(frozen=True)
class Expectations:
    """Points that sittings were expected to give: arrays (sittings,), with half of their 90 % interval.

    `got` are those that they gave, of `most`.
    """

    expected: NDArray[np.float64]
    half: NDArray[np.float64]
    got: NDArray[np.float64]
    most: NDArray[np.float64]


def compare(packed: Sequence[bytes], scores: Sequence[NDArray[np.float64]]) -> Expectations:
    """Hold what was expected of sittings against their slots' scores; one that is NaN does not count.

    The interval holds the luck of each question, and of those judged by their ease how able somebody is, too.
    """
    read = [_read(each, len(theirs)) for each, theirs in zip(packed, scores, strict=True)]
    slots, score = np.concatenate([np.zeros(0, SLOT), *read]), np.concatenate([np.zeros(0), *scores])
    counts = ~np.isnan(score)
    row = np.repeat(np.arange(len(scores)), [len(each) for each in scores])[counts]

    def add_up(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(row, weights=values[counts], minlength=len(scores)).astype(np.float64)

    chance, variance = slots["chance"].astype(float), slots["variance"].astype(float)
    moved = slots["shared"].astype(float)  # all of a sitting the same way
    half = Z * np.sqrt(add_up(variance) + add_up(moved) ** 2 - add_up(moved**2))
    return Expectations(add_up(chance), half, add_up(score), add_up(np.ones(len(score))))


def rests_on(packed: bytes, counts: Sequence[bool]) -> Rests:
    """Return what was expected of the slots that count rests on."""
    slots = _read(packed, len(counts))[np.array(counts, bool)]
    met, by_ease, guessed = np.bincount(slots["basis"], minlength=3).tolist()
    return Rests(int(slots["answers"].sum()), met, by_ease, guessed)


@dataclass(frozen=True)
class Accuracy:
    """How predictions of a cohort's sittings came out, in shares of the marks, of `n` sittings.

    `bias` is the mean of what was got less what was expected, `error` the mean of how far both are apart; `inside` the
    share of sittings within the 90 % interval.
    """

    n: int
    expected: float
    got: float
    bias: float
    error: float
    inside: float

    @property
    def off(self) -> float:
        """The bias without its sign."""
        return abs(self.bias)


def judge(compared: Expectations) -> Accuracy | None:
    """Return how the predictions came out; None where there is none."""
    counts = compared.most > 0
    if not counts.any():
        return None
    expected, got, half = (
        values[counts] / compared.most[counts] for values in (compared.expected, compared.got, compared.half)
    )
    miss = got - expected
    return Accuracy(
        n=int(counts.sum()),
        expected=float(expected.mean()),
        got=float(got.mean()),
        bias=float(miss.mean()),
        error=float(np.abs(miss).mean()),
        inside=float((np.abs(miss) <= half).mean()),
    )

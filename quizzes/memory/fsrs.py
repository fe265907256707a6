"""FSRS-6: the memory model, in NumPy, over arrays of cards.

One implementation serves one card and ten million. A card's state is its stability S (days until the chance of recall
falls to 0.9) and its difficulty D in [1, 10]; R is the retrievability, the chance of recall now. `w` are the 21
parameters w0…w20. Times are whole study days: two reviews on one day are 0 days apart.

Source: the FSRS-6 algorithm of the open-spaced-repetition project (wiki, "The Algorithm"), with the clamps and the
order of updates of its Python package `fsrs` 6, which the tests hold this module to.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]

DEFAULT_PARAMETERS: tuple[float, ...] = (
    *(0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796),
    *(1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542),
)
STABILITY_MIN = 0.001
DIFFICULTY_MIN, DIFFICULTY_MAX = 1.0, 10.0
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4


def retrievability(elapsed_days: ArrayLike, stability: ArrayLike, w: Sequence[float] = DEFAULT_PARAMETERS) -> Floats:
    """R(t, S) = (1 + F·t/S)^(-w20) with F = 0.9^(-1/w20) - 1, so that R(S, S) = 0.9.

    `elapsed_days` (≥ 0) and `stability` (> 0, days) broadcast; the result is in (0, 1].
    """
    t, S = np.asarray(elapsed_days, dtype=np.float64), np.asarray(stability, dtype=np.float64)
    return np.asarray((1 + _factor(w) * t / S) ** -w[20])


def interval(stability: ArrayLike, desired_retention: float, w: Sequence[float] = DEFAULT_PARAMETERS) -> Floats:
    """The days (not rounded) after which R has fallen to `desired_retention` in (0, 1)."""
    return np.asarray(np.asarray(stability, dtype=np.float64) / _factor(w) * (desired_retention ** (-1 / w[20]) - 1))


def expected_correct(recall: ArrayLike, guess_rate: ArrayLike) -> Floats:
    """P(correct) = R + (1 - R)·g: a forgotten answer is still right by luck with the guess rate g in [0, 1]."""
    R = np.asarray(recall, dtype=np.float64)
    return np.asarray(R + (1 - R) * np.asarray(guess_rate, dtype=np.float64))


def step(
    stability: ArrayLike,
    difficulty: ArrayLike,
    elapsed_days: ArrayLike,
    rating: ArrayLike,
    w: Sequence[float] = DEFAULT_PARAMETERS,
) -> tuple[Floats, Floats]:
    """The states after one review of each card: (S', D').

    All arguments are arrays of the same shape (n,): stability in days (NaN: a new card), difficulty (NaN: new),
    elapsed study days since the last review (ignored for new cards), rating 1-4 (again, hard, good, easy). Raises
    ValueError on another rating.
    """
    S = np.atleast_1d(np.asarray(stability, dtype=np.float64))
    D = np.atleast_1d(np.asarray(difficulty, dtype=np.float64))
    t = np.atleast_1d(np.asarray(elapsed_days, dtype=np.float64))
    G = np.atleast_1d(np.asarray(rating, dtype=np.int64))
    if G.size and not (G.min() >= AGAIN and G.max() <= EASY):
        raise ValueError("A rating is 1 (again), 2 (hard), 3 (good) or 4 (easy).")
    first_S, first_D, last_D = _initial_states(w)
    new, same_day = np.isnan(S), t < 1
    S, D = np.where(new, 1.0, S), np.where(new, 5.0, D)

    R = retrievability(t, S, w)
    later = np.where(G == AGAIN, _after_lapse(S, D, R, w), _after_recall(S, D, R, G, w))
    next_S = np.maximum(np.where(same_day, _after_same_day(S, G, w), later), STABILITY_MIN)

    delta = -w[6] * (G - 3)
    next_D = w[7] * last_D + (1 - w[7]) * (D + (10 - D) * delta / 9)
    next_D = np.clip(next_D, DIFFICULTY_MIN, DIFFICULTY_MAX)
    return np.where(new, first_S[G - 1], next_S), np.where(new, first_D[G - 1], next_D)


def replay(
    ratings: ArrayLike,
    elapsed_days: ArrayLike,
    lengths: ArrayLike,
    w: Sequence[float] = DEFAULT_PARAMETERS,
) -> tuple[Floats, Floats]:
    """The states after whole histories: (S, D), each of shape (cards,).

    `ratings` and `elapsed_days` hold the reviews of all cards, one card after the other, each card's in order of
    time; `lengths` (cards,) says how many belong to each. A card without reviews is NaN. Cards are taken longest
    first, so that the k-th reviews of all cards that have one are a leading slice, and one `step` takes them all.
    """
    G, t = np.asarray(ratings, dtype=np.int64), np.asarray(elapsed_days, dtype=np.float64)
    n = np.asarray(lengths, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(n)[:-1]]) if n.size else n
    longest_first = np.argsort(-n, kind="stable")
    n_sorted, starts = n[longest_first], starts[longest_first]
    S, D = np.full(n.size, np.nan), np.full(n.size, np.nan)
    for k in range(int(n_sorted[0]) if n.size else 0):
        active = int(np.searchsorted(-n_sorted, -k, side="left"))
        at = starts[:active] + k
        S[:active], D[:active] = step(S[:active], D[:active], t[at], G[at], w)
    states = np.empty(n.size), np.empty(n.size)
    states[0][longest_first], states[1][longest_first] = S, D
    return states


def _factor(w: Sequence[float]) -> float:
    return float(0.9 ** (-1 / w[20]) - 1)


def _initial_states(w: Sequence[float]) -> tuple[Floats, Floats, float]:
    """S0(G) and D0(G) for G = 1…4, and the unclamped D0(4) that difficulty reverts to."""
    raw = w[4] - np.exp(w[5] * np.arange(4.0)) + 1
    S0 = np.maximum(np.array(w[:4]), STABILITY_MIN)
    return S0, np.clip(raw, DIFFICULTY_MIN, DIFFICULTY_MAX), float(raw[3])


def _after_recall(S: Floats, D: Floats, R: Floats, G: NDArray[np.int64], w: Sequence[float]) -> Floats:
    """S' = S·(1 + e^w8·(11-D)·S^-w9·(e^(w10·(1-R)) - 1)·[w15 if hard]·[w16 if easy])"""
    grade = np.where(G == HARD, w[15], np.where(G == EASY, w[16], 1.0))
    growth = np.exp(w[8]) * (11 - D) * S ** -w[9] * (np.exp((1 - R) * w[10]) - 1) * grade
    return np.asarray(S * (1 + growth))


def _after_lapse(S: Floats, D: Floats, R: Floats, w: Sequence[float]) -> Floats:
    """S' = min(w11·D^-w12·((S+1)^w13 - 1)·e^(w14·(1-R)), S / e^(w17·w18))"""
    long_term = w[11] * D ** -w[12] * ((S + 1) ** w[13] - 1) * np.exp((1 - R) * w[14])
    return np.asarray(np.minimum(long_term, S / np.exp(w[17] * w[18])))


def _after_same_day(S: Floats, G: NDArray[np.int64], w: Sequence[float]) -> Floats:
    """S' = S·e^(w17·(G-3+w18))·S^-w19, never smaller than S unless forgotten"""
    growth = np.exp(w[17] * (G - 3 + w[18])) * S ** -w[19]
    return np.asarray(S * np.where(G == AGAIN, growth, np.maximum(growth, 1.0)))

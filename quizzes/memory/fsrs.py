"""FSRS-6: the memory model, in NumPy, over arrays of cards.

One implementation serves one card and ten million. A card's state is its stability S (days until the chance of recall
falls to 0.9) and its difficulty D in [1, 10]; R is the retrievability, the chance of recall now; G is the rating, 1-4
(again, hard, good, easy). `w` are the 21 parameters w0…w20. A state of NaN is that of a card never reviewed.

The days between two reviews are whole: `fsrs` counts full periods of 24 hours, a service with a study day counts those.
The rounding is the caller's; anything below one day is the same day. Only forecasts ask for fractions of a day.

Each card's result depends on that card alone, to the last bit, however many are computed at once: replaying a log
gives exactly the states that answering it one by one gave (on one machine; between processors the last bits differ).

Source: the FSRS-6 algorithm of the open-spaced-repetition project (wiki, "The Algorithm"), with the clamps and the
order of updates of its Python package `fsrs` 6, which the tests hold this module to.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ratings: TypeAlias = NDArray[np.integer]

DEFAULT_PARAMETERS: tuple[float, ...] = (
    *(0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796),
    *(1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542),
)
STABILITY_MIN = 0.001
DIFFICULTY_MIN, DIFFICULTY_MAX = 1.0, 10.0
INTERVAL_MIN, INTERVAL_MAX = 1.0, 36_500.0
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4

BLOCK = 8192
"""Cards per pass: what a pass needs stays in the processor's cache, and memory does not grow with the cards."""


def retrievability(elapsed_days: ArrayLike, stability: ArrayLike, w: Sequence[float] = DEFAULT_PARAMETERS) -> Floats:
    """Return R(t, S) = (1 + F·t/S)^(-w20) with F = 0.9^(-1/w20) - 1, so that R(S, S) = 0.9.

    `elapsed_days` (below 0 counts as 0) and `stability` (> 0, days) broadcast; the result is in (0, 1], NaN where the
    stability is.
    """
    t, S = np.asarray(elapsed_days, dtype=np.float64), np.asarray(stability, dtype=np.float64)
    return np.asarray((1 + _factor(w) * np.maximum(t, 0) / S) ** -w[20])


def initial_stability(rating: ArrayLike, w: Sequence[float] = DEFAULT_PARAMETERS) -> Floats:
    """Return S0(G) = w[G-1], the days of stability after a first review rated G, at least 0.001; the shape of `rating`.

    Raises ValueError on a rating outside 1-4.
    """
    return np.asarray(np.maximum(np.array(w[:4]), STABILITY_MIN)[_ratings(rating) - 1])


def initial_difficulty(rating: ArrayLike, w: Sequence[float] = DEFAULT_PARAMETERS) -> Floats:
    """Return D0(G) = w4 - e^(w5·(G-1)) + 1 in [1, 10], after a first review rated G; the shape of `rating`.

    Raises ValueError on a rating outside 1-4.
    """
    D0 = np.array([_unclamped_difficulty(G, w) for G in (AGAIN, HARD, GOOD, EASY)])
    return np.asarray(np.clip(D0, DIFFICULTY_MIN, DIFFICULTY_MAX)[_ratings(rating) - 1])


def interval(stability: ArrayLike, desired_retention: float, w: Sequence[float] = DEFAULT_PARAMETERS) -> Floats:
    """Return the days, not rounded, until R falls to `desired_retention` in (0, 1); the shape of `stability`.

    R solved for t: t = S/F·(r^(-1/w20) - 1). Clamped to [1, 36500] days as in `fsrs`; since the bounds are whole,
    rounding afterwards gives `fsrs`'s intervals.
    """
    t = np.asarray(stability, dtype=np.float64) / _factor(w) * (desired_retention ** (-1 / w[20]) - 1)
    return np.asarray(np.clip(t, INTERVAL_MIN, INTERVAL_MAX))


def expected_correct(retrievability: ArrayLike, guess_rate: ArrayLike) -> Floats:
    """Return P(correct) = R + (1 - R)·g: a forgotten answer is still right by luck with the guess rate g in [0, 1]."""
    R = np.asarray(retrievability, dtype=np.float64)
    return np.asarray(R + (1 - R) * np.asarray(guess_rate, dtype=np.float64))


def step(
    stability: ArrayLike,
    difficulty: ArrayLike,
    elapsed_days: ArrayLike,
    rating: ArrayLike,
    w: Sequence[float] = DEFAULT_PARAMETERS,
) -> tuple[Floats, Floats]:
    """Return the states after one review of each card: (S', D'), in the shape that the arguments broadcast to.

    Stability in days and difficulty in [1, 10], both NaN for a new card; whole days since the last review (ignored for
    a new card); integer ratings 1-4. The arguments are left as they are. Raises ValueError on another rating.
    """
    S, D, t = (np.asarray(values, dtype=np.float64) for values in (stability, difficulty, elapsed_days))
    G = _ratings(rating)
    if not S.shape == D.shape == t.shape == G.shape:
        S, D, t, G = np.broadcast_arrays(S, D, t, G)
    shape = S.shape
    S, D, t, G = S.reshape(-1), D.reshape(-1), t.reshape(-1), G.reshape(-1)
    if S.size <= BLOCK:
        next_S, next_D = _step(S, D, t, G, w)
    else:
        next_S, next_D = np.empty(S.size), np.empty(S.size)
        for start in range(0, S.size, BLOCK):
            at = slice(start, start + BLOCK)
            next_S[at], next_D[at] = _step(S[at], D[at], t[at], G[at], w)
    return next_S.reshape(shape), next_D.reshape(shape)


def step_same_day(
    stability: Floats, difficulty: Floats, rating: int, w: Sequence[float] = DEFAULT_PARAMETERS
) -> tuple[Floats, Floats]:
    """Return what `step` does after less than a day, of cards that were reviewed before: (S', D')."""
    G = _ratings(rating)
    return np.maximum(_after_same_day(stability, G, w), STABILITY_MIN), _next_difficulty(difficulty, G, w)


@dataclass(frozen=True)
class Branches:
    """Where a review leads: R just before it, and the states after it, rated good or again.

    S has the shape of the times (…, times), D that of the cards (…, 1), as difficulty moves by the rating alone.
    """

    recall: Floats
    good: tuple[Floats, Floats]
    again: tuple[Floats, Floats]


def branch(
    stability: Floats, difficulty: Floats, elapsed_days: Floats, w: Sequence[float] = DEFAULT_PARAMETERS
) -> Branches:
    """Return what one review of each card leads to, at each of the card's times: as `step` does, to the bit.

    Stability and difficulty have the shape of the cards, NaN for new ones (whose recall is of no meaning), the days
    one axis more, of the times. What follows from the card alone is computed once for all of its times.
    """
    t, new = elapsed_days, np.isnan(stability)
    S, D = np.where(new, 1.0, stability)[..., None], np.where(new, DIFFICULTY_MIN, difficulty)[..., None]
    recall = retrievability(t, S, w)
    same_day = (t < 1).nonzero()
    states = []
    for rating in (GOOD, AGAIN):
        G = _ratings(rating)
        next_S = _after_lapse(S, D, recall, w) if rating == AGAIN else _after_recall(S, D, recall, G, w)
        if same_day[0].size:
            next_S[same_day] = _after_same_day(np.broadcast_to(S, t.shape)[same_day], G, w)
        np.maximum(next_S, STABILITY_MIN, out=next_S)
        next_S[new] = initial_stability(rating, w)
        next_D = np.where(new[..., None], initial_difficulty(rating, w), _next_difficulty(D, G, w))
        states.append((next_S, next_D))
    return Branches(recall, *states)


def practise(
    stability: ArrayLike,
    difficulty: ArrayLike,
    elapsed_days: ArrayLike,
    practice: ArrayLike,
    w: Sequence[float] = DEFAULT_PARAMETERS,
) -> Floats:
    """Return the stability after an implicit review: S + ω·(S' - S), with the S' of a review rated good.

    Answering something that encompasses a card's concept with weight ω = `practice` in (0, 1] practises the card that
    much; difficulty stays. Arguments as for `step`, of one shape; a card never reviewed (NaN) stays so.
    """
    S = np.asarray(stability, dtype=np.float64)
    good, _ = step(S, difficulty, elapsed_days, GOOD, w)
    return np.asarray(np.where(np.isnan(S), S, S + np.asarray(practice) * (good - S)))


def replay(
    ratings: ArrayLike,
    elapsed_days: ArrayLike,
    lengths: ArrayLike,
    w: Sequence[float] = DEFAULT_PARAMETERS,
    *,
    practice: ArrayLike | None = None,
    recall: Floats | None = None,
    start: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[Floats, Floats]:
    """Return the states after whole histories: (S, D), each of shape (cards,).

    `ratings` and `elapsed_days` (reviews,) hold the reviews of all cards, one card after the other, each card's in
    order of time; `lengths` (cards,) says how many belong to each. A card without reviews is NaN. Where `practice`
    (reviews,) is above 0 the review is an implicit one of that weight, see `practise`. `recall` (reviews,), if given,
    is filled with R just before each review, NaN before a card's first. `start` has the states (S, D) that the cards
    begin with, NaN for a card never reviewed, as all are without it. Raises ValueError on a rating outside 1-4, or
    where the lengths do not add up.

    Cards are taken longest first, so that those that have a k-th review are a leading slice, and one step takes the
    k-th reviews of all of them. Beside the arguments, which are not copied, it needs a few numbers per card. They are
    fetched from all over memory: of a large log small integers are a quarter faster than large ones.
    """
    G, t = _ratings(ratings), np.asarray(elapsed_days)
    n = np.asarray(lengths, dtype=np.int64)
    implicit = None if practice is None else np.asarray(practice, dtype=np.float64)
    if G.shape != t.shape or G.shape != (n.sum(),) or (n < 0).any():
        raise ValueError("Every review needs a rating and its days, and the lengths add up to the reviews.")
    starts = np.cumsum(n) - n
    longest_first = np.argsort(-n, kind="stable")  # neighbours in the arguments stay neighbours
    S, D = (np.full(n.size, np.nan), np.full(n.size, np.nan)) if start is None else map(_copied, start)
    for first in range(0, n.size, BLOCK):
        cards = longest_first[first : first + BLOCK]
        state = S[cards], D[cards]
        S[cards], D[cards] = _replay(state, G, t, starts[cards], n[cards], w, practice=implicit, recall=recall)
    return S, D


def _copied(values: ArrayLike) -> Floats:
    return np.array(values, dtype=np.float64)


def _replay(
    state: tuple[Floats, Floats],
    G: Ratings,
    t: NDArray[np.generic],
    at: NDArray[np.int64],
    n: NDArray[np.int64],
    w: Sequence[float],
    *,
    practice: Floats | None,
    recall: Floats | None,
) -> tuple[Floats, Floats]:
    """Return the states of cards in `state` whose `n` reviews, in falling order, begin at `at`."""
    S, D = state
    for k, active in enumerate(np.searchsorted(-n, -np.arange(n[0]))):
        here = at[:active] + k
        elapsed = t[here].astype(np.float64, copy=False)
        if recall is not None:
            recall[here] = retrievability(elapsed, S[:active], w)
        grade = G[here].astype(np.intp, copy=False)  # which tables are read by without another conversion
        next_S, next_D = _step(S[:active], D[:active], elapsed, grade, w)
        if practice is not None and (some := practice[here].nonzero()[0]).size:
            next_S[some] = practise(S[some], D[some], elapsed[some], practice[here[some]], w)
            next_D[some] = D[some]
        S[:active], D[:active] = next_S, next_D
    return S, D


def _step(S: Floats, D: Floats, t: Floats, G: Ratings, w: Sequence[float]) -> tuple[Floats, Floats]:
    """Return the states after one review of each of at most `BLOCK` cards.

    What few cards need is computed for those alone.
    """
    new = np.isnan(S).nonzero()[0]
    if new.size == S.size:
        return initial_stability(G, w), initial_difficulty(G, w)
    R = retrievability(t, S, w)
    next_S = _after_recall(S, D, R, G, w)
    lapsed = (G == AGAIN).nonzero()[0]
    if lapsed.size:
        next_S[lapsed] = _after_lapse(S[lapsed], D[lapsed], R[lapsed], w)
    same_day = (t < 1).nonzero()[0]
    if same_day.size:
        next_S[same_day] = _after_same_day(S[same_day], G[same_day], w)
    np.maximum(next_S, STABILITY_MIN, out=next_S)
    next_D = _next_difficulty(D, G, w)
    if new.size:
        next_S[new], next_D[new] = initial_stability(G[new], w), initial_difficulty(G[new], w)
    return next_S, next_D


def _after_recall(S: Floats, D: Floats, R: Floats, G: Ratings, w: Sequence[float]) -> Floats:
    """S' = S·(1 + e^w8·(11-D)·S^-w9·(e^(w10·(1-R)) - 1)·[w15 if hard]·[w16 if easy])"""
    grade = np.array((1.0, 1.0, w[15], 1.0, w[16])).take(G)
    growth = math.exp(w[8]) * (11 - D) * S ** -w[9] * (np.exp((1 - R) * w[10]) - 1) * grade
    return np.asarray(S * (1 + growth))


def _after_lapse(S: Floats, D: Floats, R: Floats, w: Sequence[float]) -> Floats:
    """S' = min(w11·D^-w12·((S+1)^w13 - 1)·e^(w14·(1-R)), S / e^(w17·w18))"""
    long_term = w[11] * D ** -w[12] * ((S + 1) ** w[13] - 1) * np.exp((1 - R) * w[14])
    return np.asarray(np.minimum(long_term, S / math.exp(w[17] * w[18])))


def _after_same_day(S: Floats, G: Ratings, w: Sequence[float]) -> Floats:
    """S' = S·e^(w17·(G-3+w18))·S^-w19, never smaller than S unless forgotten"""
    growth = np.exp(w[17] * (G - 3.0 + w[18])) * S ** -w[19]
    return np.asarray(S * np.where(G == AGAIN, growth, np.maximum(growth, 1.0)))


def _next_difficulty(D: Floats, G: Ratings, w: Sequence[float]) -> Floats:
    """D' = w7·D0(4) + (1-w7)·(D - w6·(G-3)·(10-D)/9) in [1, 10], from the D0(4) that is not clamped"""
    delta = -w[6] * np.arange(-3.0, 2.0).take(G)
    next_D = w[7] * _unclamped_difficulty(EASY, w) + (1 - w[7]) * (D + (10 - D) * delta / 9)
    return np.asarray(np.minimum(np.maximum(next_D, DIFFICULTY_MIN), DIFFICULTY_MAX))


def _unclamped_difficulty(G: int, w: Sequence[float]) -> float:
    return w[4] - math.exp(w[5] * (G - 1)) + 1


def _factor(w: Sequence[float]) -> float:
    """Return F, with which R(S, S) = 0.9."""
    return float(0.9 ** (-1 / w[20]) - 1)


def _ratings(rating: ArrayLike) -> Ratings:
    """Return ratings as an array of integers. Raises ValueError on one outside 1-4."""
    G = np.asarray(rating)
    if not G.size:
        return G.astype(np.int64)
    if G.dtype.kind not in "iu" or G.min() < AGAIN or G.max() > EASY:
        raise ValueError("A rating is 1 (again), 2 (hard), 3 (good) or 4 (easy).")
    return G

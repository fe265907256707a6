"""FSRS parameters fitted to a log, and judged on what they did not see.

The most probable parameters are fitted (`posterior`), by the answers and by what is likely beforehand (`priors`): so
fifty answers are enough to begin with, and many outweigh the prior. First they are fitted to the older four fifths of
the reviews; these and those in use then both predict the newest fifth (a split in time, as in the open
spaced-repetition benchmark). Fitted ones are adopted unless that fifth speaks against them: their log loss is higher by
more than its standard error. What is adopted is fitted on, to all reviews. What is predicted is P(correct), luck
included, since a right choice is no proof of recall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs, priors
from quizzes.memory.calibration import EPSILON, Bin, calibration, log_losses, rmse
from quizzes.memory.fsrs import Floats
from quizzes.memory.posterior import find_mode
from quizzes.memory.rating import Rating
from quizzes.memory.timeline import LogLine, build_timeline

MIN_REVIEWS = 50
"""From this many answers on, a student's own say something about them."""
MILESTONES = (50, 100, 200)
"""After so many a fit is due at once: the first ones tell most."""
MIN_POOLED = 400
"""From this many answers on, those of a course say something about all of its students."""
MAX_REVIEWS = 100_000
"""The newest reviews that are fitted to: more add time, not accuracy."""
NEWEST = 0.2
"""The share of the reviews that parameters are judged on."""


@dataclass(frozen=True)
class Judgement:
    """How well parameters predict reviews: the log loss of each (nats), RMSE over the bins, and the bins."""

    losses: Floats
    rmse: float
    bins: list[Bin]

    @property
    def log_loss(self) -> float:
        """The mean of the log losses."""
        return float(self.losses.mean())


@dataclass(frozen=True)
class FittedParameters:
    """Parameters w0…w20: those fitted to the older `reviews`, and fitted on to all of them where they are `better`.

    Those fitted to the older ones alone were judged on the `judged_on` newest, beside those in use.
    """

    parameters: tuple[float, ...]
    reviews: int
    judged_on: int
    before: Judgement
    after: Judgement
    better: bool


def fit(
    log: Iterable[LogLine], w: Sequence[float] = fsrs.DEFAULT_PARAMETERS, prior: priors.Prior | None = None
) -> FittedParameters | None:
    """Fit parameters to a sorted log with guess rates, and judge them beside `w`, which is in use.

    Returns None where the log is too short to tell. What is fitted to and judged on are the reviews that a prediction
    can be made of: not a card's first, not of the same day as the one before, not practice. Without `prior` it is the
    built-in one.
    """
    prior = prior or priors.built_in()
    timeline = build_timeline(log)
    if not timeline.cards:
        return None
    reviews = _Reviews(
        ratings=np.array([line.rating for line in timeline.lines], dtype=np.int8),
        elapsed=np.array(timeline.elapsed, dtype=np.int32),
        practice=np.array([line.practice for line in timeline.lines]),
        guess_rate=np.array([line.guess_rate for line in timeline.lines]),
        lengths=np.array(timeline.lengths),
    )
    first = np.zeros(reviews.ratings.size, dtype=bool)
    first[np.cumsum(reviews.lengths) - reviews.lengths] = True
    predictable = np.flatnonzero(~first & (reviews.practice == 0) & (reviews.elapsed >= 1))

    def when(at: int) -> tuple[datetime, int]:
        return timeline.lines[at].occurred_at, timeline.lines[at].event.int

    in_time = sorted(predictable.tolist(), key=when)[-MAX_REVIEWS:]
    cut = len(in_time) - int(len(in_time) * NEWEST)
    older, newest = np.array(in_time[:cut], dtype=int), np.array(in_time[cut:], dtype=int)
    if not newest.size:
        return None
    fitted = _most_probable(reviews, older, prior)
    before, after = (_judge(reviews, newest, parameters) for parameters in (w, fitted))
    better = not speaks_against(before.losses, after.losses)
    if better:
        fitted = _most_probable(reviews, np.concatenate([older, newest]), prior, fitted)
    return FittedParameters(fitted, older.size, newest.size, before, after, better)


def speaks_against(before: Floats, after: Floats) -> bool:
    """Whether the losses (reviews,) `after` are higher than those `before`, by more than their standard error.

    A fit with a prior is probable by itself. A handful of reviews that it predicts a little worse is no evidence
    against it: whoever asks these to prove it leaves most of what fits gain unused.
    """
    worse = after - before
    return bool(worse.mean() > worse.std() / np.sqrt(worse.size))


@dataclass(frozen=True)
class _Reviews:
    """Columns of a timeline, one card after the other."""

    ratings: NDArray[np.int8]
    elapsed: NDArray[np.int32]
    practice: NDArray[np.float64]
    guess_rate: NDArray[np.float64]
    lengths: NDArray[np.int64]


def _most_probable(
    reviews: _Reviews, which: NDArray[np.int64], prior: priors.Prior, begin: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Return the parameters that the reviews `which` make most probable, looked for from `begin`."""
    correct = (reviews.ratings[which] > Rating.AGAIN).astype(np.float64)

    def predict(logs: Floats) -> Floats:
        return np.clip(_predict(reviews, which, priors.from_logs(logs)), EPSILON, 1 - EPSILON)

    return priors.from_logs(find_mode(predict, correct, prior, None if begin is None else priors.to_logs(begin)))


def _judge(reviews: _Reviews, which: NDArray[np.int64], w: Sequence[float]) -> Judgement:
    """Return how well `w` predicts the reviews `which`."""
    predicted = _predict(reviews, which, w)
    correct = reviews.ratings[which] > Rating.AGAIN
    return Judgement(log_losses(predicted, correct), rmse(predicted, correct), calibration(predicted, correct))


def _predict(reviews: _Reviews, which: NDArray[np.int64], w: Sequence[float]) -> Floats:
    """Return P(correct) of the reviews `which` by `w`, each by its card's history before it."""
    recall = np.empty(reviews.ratings.size)
    fsrs.replay(reviews.ratings, reviews.elapsed, reviews.lengths, w, practice=reviews.practice, recall=recall)
    return fsrs.expected_correct(recall[which], reviews.guess_rate[which])

"""FSRS parameters fitted to a log, and judged on what they did not see.

The older four fifths of the reviews are what `fsrs-rs-python`, the authors' own optimiser, is given; both the fitted
parameters and those in use then predict the newest fifth (a split in time, as in the open spaced-repetition
benchmark), and the fitted ones are adopted only if their log loss is lower. What is predicted is P(correct), luck
included, since a right choice is no proof of recall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import fsrs_rs_python as rust
import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from quizzes.memory.calibration import Bin, calibration, log_loss, rmse
from quizzes.memory.rating import Rating
from quizzes.memory.timeline import LogLine, build_timeline

MIN_REVIEWS = 400
"""From this many reviews on, a student's own log says more than everybody's."""
MAX_REVIEWS = 100_000
"""The newest reviews that are fitted to: more add time, not accuracy."""
NEWEST = 0.2
"""The share of the reviews that parameters are judged on."""


@dataclass(frozen=True)
class Judgement:
    """How well parameters predict reviews: mean log loss (nats), RMSE over the bins, and the bins."""

    log_loss: float
    rmse: float
    bins: list[Bin]


@dataclass(frozen=True)
class FittedParameters:
    """Parameters w0…w20 as fitted to `reviews` reviews, judged on `judged_on` newer ones beside those in use."""

    parameters: tuple[float, ...]
    reviews: int
    judged_on: int
    before: Judgement
    after: Judgement

    @property
    def better(self) -> bool:
        """Whether the fitted parameters predict the newest fifth better than those in use."""
        return self.after.log_loss < self.before.log_loss


def fit(log: Iterable[LogLine], w: Sequence[float] = fsrs.DEFAULT_PARAMETERS) -> FittedParameters | None:
    """Fit parameters to a sorted log with guess rates, and judge them beside `w`, which is in use.

    Returns None where the log is too short to tell. What is fitted to and judged on are the reviews that a prediction
    can be made of: not a card's first, not of the same day as the one before, not practice.
    """
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
    parameters = _optimise(reviews, older)
    if parameters is None:
        return None
    return FittedParameters(
        parameters, older.size, newest.size, _judge(reviews, newest, w), _judge(reviews, newest, parameters)
    )


@dataclass(frozen=True)
class _Reviews:
    """Columns of a timeline, one card after the other."""

    ratings: NDArray[np.int8]
    elapsed: NDArray[np.int32]
    practice: NDArray[np.float64]
    guess_rate: NDArray[np.float64]
    lengths: NDArray[np.int64]


def _optimise(reviews: _Reviews, which: NDArray[np.int64]) -> tuple[float, ...] | None:
    """Return what the authors' optimiser makes of the reviews `which`, each with its card's history before it.

    The optimiser knows no practice; the days since the last review are what it sees.
    """
    fitted_to = set(which.tolist())
    items: list[rust.FSRSItem] = []
    begin = 0
    for length in reviews.lengths.tolist():
        history: list[rust.FSRSReview] = []
        days = 0
        for at in range(begin, begin + length):
            days += int(reviews.elapsed[at])
            if reviews.practice[at]:
                continue
            history.append(rust.FSRSReview(int(reviews.ratings[at]), days))
            days = 0
            if at in fitted_to:
                items.append(rust.FSRSItem(list(history)))
        begin += length
    fitted = rust.FSRS(list(fsrs.DEFAULT_PARAMETERS)).compute_parameters(items)
    return tuple(fitted) if np.isfinite(fitted).all() else None


def _judge(reviews: _Reviews, which: NDArray[np.int64], w: Sequence[float]) -> Judgement:
    """Return how well `w` predicts the reviews `which`."""
    recall = np.empty(reviews.ratings.size)
    fsrs.replay(reviews.ratings, reviews.elapsed, reviews.lengths, w, practice=reviews.practice, recall=recall)
    predicted = fsrs.expected_correct(recall[which], reviews.guess_rate[which])
    correct = reviews.ratings[which] > Rating.AGAIN
    return Judgement(log_loss(predicted, correct), rmse(predicted, correct), calibration(predicted, correct))

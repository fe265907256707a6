"""Replaying review logs: ours over arrays, against PyPI's `fsrs`, review by review, and the authors' in Rust.

All on one thread's processor, taking turns, with the same histories. The peer in Rust is spared the making of its
objects, which takes longer than the replay.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import fsrs as peer
import fsrs_rs_python as rust
import numpy as np
from numpy.typing import NDArray

from quizzes.memory import fsrs
from tests.benchmarks.table import Row, in_turn

EACH = 10
"""Reviews a card."""
LOGS = (EACH, 1_000, 1_000_000)
CARDS_ONE_BY_ONE, PYTHON_CARDS, RUST_CARDS = 100, 300, 20_000
Log = NDArray[np.integer]


def rows() -> list[Row]:
    """One review in histories of ten, in batches of 10, 1,000 and 1,000,000 reviews; and one answered card."""
    rng = np.random.default_rng(0)
    ratings = rng.choice([1, 2, 3, 4], (LOGS[-1] // EACH, EACH), p=[0.15, 0.1, 0.65, 0.1]).astype(np.int8)
    days = rng.choice([0, 1, 3, 7, 15, 40], ratings.shape).astype(np.int32)
    five, three, good = np.array([5.0]), np.array([3.0]), np.array([3])
    logs = [(ratings[: reviews // EACH], days[: reviews // EACH]) for reviews in LOGS]
    theirs = [(of_cards[:RUST_CARDS], since[:RUST_CARDS]) for of_cards, since in logs]
    step, by_python, *each = in_turn(
        (lambda: [fsrs.step(five, five, three, good) for _ in range(CARDS_ONE_BY_ONE)], CARDS_ONE_BY_ONE),
        (_by_python(ratings[:PYTHON_CARDS], days[:PYTHON_CARDS]), PYTHON_CARDS * EACH),
        *((_ours(*log), log[0].size) for log in logs),
        *((_by_rust(*log), log[0].size) for log in theirs),
    )
    found = [Row("one answered card", step, "fsrs", by_python)]
    for reviews, ours, by_rust in zip(LOGS, each[: len(LOGS)], each[len(LOGS) :], strict=True):
        what = f"replay a review, {reviews:,} at once"
        found.append(Row(what, ours, "fsrs", by_python))
        found.append(Row(what, ours, "fsrs-rs", by_rust, at_most_times=0.5 if reviews == LOGS[-1] else None))
    return found


def _ours(ratings: Log, days: Log) -> Callable[[], object]:
    return partial(fsrs.replay, ratings.ravel(), days.ravel(), np.full(len(ratings), EACH))


def _by_rust(ratings: Log, days: Log) -> Callable[[], object]:
    items = [
        rust.FSRSItem([rust.FSRSReview(*review) for review in zip(of_card, [0, *since[1:]], strict=True)])
        for of_card, since in zip(ratings.tolist(), days.tolist(), strict=True)
    ]
    return partial(rust.FSRS(rust.DEFAULT_PARAMETERS).memory_state_batch, items, [None] * len(items))


def _by_python(ratings: Log, days: Log) -> Callable[[], object]:
    scheduler = peer.Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def replay() -> None:
        for of_card, since in zip(ratings.tolist(), days.tolist(), strict=True):
            card, now = peer.Card(), start
            for rating, passed in zip(of_card, since, strict=True):
                now += timedelta(days=passed)
                card, _ = scheduler.review_card(card, peer.Rating(rating), now)

    return replay

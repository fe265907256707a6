"""Replaying review logs: ours over arrays, against PyPI's `fsrs`, review by review."""

from datetime import UTC, datetime, timedelta

import fsrs as peer
import fsrs_rs_python as rust
import numpy as np

from quizzes.memory import fsrs
from tests.benchmarks.table import Row, seconds

REVIEWS_PER_CARD = 10
PEER_CARDS = 300


def rows() -> list[Row]:
    """One review in histories of ten, in batches of 1, 1,000 and 1,000,000 reviews."""
    rng = np.random.default_rng(0)
    theirs, rust_each = _peer(rng), _rust(rng)
    found = []
    for reviews in (REVIEWS_PER_CARD, 1_000, 1_000_000):
        ratings = rng.choice([1, 2, 3, 4], reviews, p=[0.15, 0.1, 0.65, 0.1])
        days = rng.choice([0, 1, 3, 7, 15, 40], reviews)
        lengths = np.full(reviews // REVIEWS_PER_CARD, REVIEWS_PER_CARD)
        ours = seconds(lambda r=ratings, d=days, n=lengths: fsrs.replay(r, d, n), reviews)  # type: ignore[misc]
        found.append(Row(f"replay a review, {reviews:,} at once", ours, "fsrs", theirs))
        found.append(Row("", ours, "fsrs-rs-python", rust_each, "its time without making its objects"))
    five, three = np.array([5.0]), np.array([3.0])
    found.append(Row("one answered card", seconds(lambda: fsrs.step(five, five, three, np.array([3]))), "fsrs", theirs))
    return found


def _rust(rng: np.random.Generator) -> float:
    cards = 20_000
    ratings = rng.choice([1, 2, 3, 4], (cards, REVIEWS_PER_CARD), p=[0.15, 0.1, 0.65, 0.1]).tolist()
    items = [rust.FSRSItem([rust.FSRSReview(rating, 3 * bool(n)) for n, rating in enumerate(row)]) for row in ratings]
    model = rust.FSRS(rust.DEFAULT_PARAMETERS)
    return seconds(lambda: model.memory_state_batch(items, [None] * cards), cards * REVIEWS_PER_CARD)


def _peer(rng: np.random.Generator) -> float:
    scheduler = peer.Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=())
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def replay() -> None:
        for _ in range(PEER_CARDS):
            card, now = peer.Card(), start
            for rating in rng.choice([1, 2, 3, 4], REVIEWS_PER_CARD, p=[0.15, 0.1, 0.65, 0.1]):
                card, _ = scheduler.review_card(card, peer.Rating(int(rating)), now)
                now += timedelta(days=3)

    return seconds(replay, PEER_CARDS * REVIEWS_PER_CARD, repeat=3)

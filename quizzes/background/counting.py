"""What this process counts of answers, for whoever watches over the service."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from prometheus_client import Counter

from quizzes.memory.rating import Rating

EVENTS = Counter("examprep_events", "Events that devices reported, by what became of them.", ["status"])
REVIEWS = Counter("examprep_reviews", "Reviews that were stored, by rating.", ["rating"])


def count_after_commit(statuses: Iterable[str], ratings: Iterable[int]) -> None:
    """Count what became of reported events, and the ratings of stored reviews, once the transaction commits."""
    counted = [
        *(EVENTS.labels(status) for status in statuses),
        *(REVIEWS.labels(Rating(rating).name.lower()) for rating in ratings),
    ]

    def count() -> None:
        for counter in counted:
            counter.inc()

    transaction.on_commit(count)

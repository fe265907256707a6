"""All that a history is held against. Pure: it reads what clients recorded, and knows the documented contract alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.history.copies import check_cursors, check_reads
from tests.history.events import check_events
from tests.history.folds import check_states
from tests.history.records import History, Violation
from tests.history.sittings import check_plans, check_queues, check_rebuild, check_sittings

CHECKS: tuple[Callable[[History], Iterator[Violation]], ...] = (
    check_events,
    check_reads,
    check_cursors,
    check_states,
    check_sittings,
    check_plans,
    check_queues,
    check_rebuild,
)


def check(history: History) -> list[Violation]:
    """Return all that may not be."""
    return [violation for each in CHECKS for violation in each(history)]


def count(violations: list[Violation], *names: str) -> int:
    """Return how many violations there are of these checks."""
    return sum(violation.check in names for violation in violations)

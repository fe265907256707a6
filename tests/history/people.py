"""What the clients of one student know together: what was asked and answered, which sitting is open."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
KEPT = 60
"""Of each kind of thing only the newest are chosen from."""


@dataclass
class Known:
    """May be used by the threads of several devices."""

    answered: list[str] = field(default_factory=list)
    """Events that may be undone."""
    cards: list[str] = field(default_factory=list)
    sitting: str = ""
    slots: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Of the open sitting: `presentation`, `rev`."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def note(self, things: list[str], *new: str) -> None:
        """Remember new things, and forget the oldest."""
        with self.lock:
            things.extend(each for each in new if each not in things)
            del things[:-KEPT]

    def choose(self, things: list[T], die: float) -> T | None:
        """Return one of the things; None where there are none."""
        with self.lock:
            return things[int(die * len(things))] if things else None


def instant(ahead: timedelta = timedelta(0)) -> str:
    """Return what a clock that is so far ahead shows, in milliseconds."""
    return (datetime.now(UTC) + ahead).isoformat(timespec="milliseconds")

"""How often something has happened in a window of time: counted in the cache, for all processes together."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Window:
    """A window of time that something happens in: how often it has, this once included, and the seconds that it lasts.

    `seconds` > 0 are those from now on; `key` is where it is counted.
    """

    key: str
    count: int
    seconds: float

    @property
    def retry_after(self) -> int:
        """Whole seconds after which the next window has begun."""
        return int(self.seconds) + 1

    def take_back(self) -> None:
        """Count this once no more."""
        with suppress(ValueError):  # the window is over
            cache.decr(self.key)


def count_in_window(what: str, length: int) -> Window:
    """Count that `what` happens now, in windows of `length` seconds that follow each other without a gap.

    It counts before it is known how it ends, so that what happens side by side counts.
    """
    now = time.time()
    key = f"window:{what}:{int(now // length)}"
    return Window(key, add_one(key, 2 * length), length - now % length)


def add_one(key: str, seconds: int) -> int:
    """Add one to a count that is forgotten so many seconds after its first, and return it."""
    with suppress(ValueError):  # there is none
        return cache.incr(key)
    cache.add(key, 0, seconds)
    with suppress(ValueError):  # it was thrown out in this moment
        return cache.incr(key)
    return 1

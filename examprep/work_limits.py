"""How much of the server's time somebody may take: by account, and visitors by address.

Everybody has a leaky bucket that holds half a minute of CPU and drains half a second each second: nobody who studies or
teaches fills it, and whoever does leaves half a processor to the others. What a process has not poured into the shared
cache yet is small, so that most requests need none of its time, and a cache that is away costs nothing.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from threading import Lock

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

RIM = 30.0
"""Seconds of CPU that a bucket holds."""
DRAIN = 0.5
"""Seconds of CPU that drain from it each second."""
POURED = 0.25
"""Seconds of CPU that a process collects before it pours them into the bucket of the cache."""
FORGOTTEN_AFTER = 3600
"""Seconds after which a bucket is kept no more."""
MAX_KNOWN = 10_000
"""People of whom a process knows something, before it forgets all of it."""

_collected: dict[str, float] = {}
"""What is not poured yet."""
_full_until: dict[str, float] = {}
"""When the buckets that are over their rim are under it again."""
_lock = Lock()


def seconds_to_wait(who: str) -> float:
    """Return how long somebody has to wait until they may ask again: 0 as a rule."""
    return max(_full_until.get(who, 0.0) - time.time(), 0.0)


def charge(who: str, seconds: float) -> None:
    """Count the CPU time that a request took."""
    with _lock:
        if len(_collected) > MAX_KNOWN:
            forget()
        collected = _collected.get(who, 0.0) + seconds
        _collected[who] = 0.0 if collected >= POURED else collected
    if collected < POURED:
        return
    now = time.time()
    under = _pour(who, collected, now) - RIM / DRAIN
    with _lock:
        if under > now:
            _full_until[who] = under
        else:
            _full_until.pop(who, None)


def _pour(who: str, seconds: float, now: float) -> float:
    """Add to the bucket of the cache; return the instant at which it will be empty."""
    key, milliseconds = f"work:{who}", math.ceil(1000 * seconds / DRAIN)
    empty_at = 0
    with suppress(ValueError):  # there is none
        empty_at = cache.incr(key, milliseconds)
    earliest = int(1000 * now) + milliseconds
    if empty_at < earliest:  # it was empty already
        empty_at = earliest
        cache.set(key, empty_at, FORGOTTEN_AFTER)
    return empty_at / 1000


def charge_nothing(request: HttpRequest) -> None:
    """Leave a request to other limits, as a login that fails."""
    request.META["examprep.is_free"] = True


def is_free(request: HttpRequest) -> bool:
    """Whether nobody is charged for a request."""
    return "examprep.is_free" in request.META


def forget() -> None:
    """Forget what this process knows; the buckets of the cache stay."""
    _collected.clear()
    _full_until.clear()


def whose(request: HttpRequest | Request) -> str:
    """Return whom a request is charged to."""
    if request.user.is_authenticated:
        return f"account:{request.user.pk}"
    return f"address:{address_of(request)}"


def address_of(request: HttpRequest | Request) -> str:
    """Return the address that a request came from, as the proxy saw it where there is one."""
    try:
        return str(get_ip(request))
    except PermissionDenied:  # it did not come by the proxy, or by a socket that has no addresses
        return str(request.META.get("REMOTE_ADDR"))

"""What the API's views refuse, since they alone know who calls: whoever calls too often, or takes too much time.

Calls are counted by person and by address, in whole minutes; the `RateLimit-…` headers tell of what has fewer left.
An address is what a class room shares, so it has ten times the calls of a person. One of IPv6 counts by its network, of
which each house has one.
"""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from examprep import work_limits
from questions.windows import count_in_window

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which imports what the settings name, and they name what is below

WINDOW = 60
"""Seconds in which calls are counted together."""
_NOTED = "examprep.rate"


class Rate(NamedTuple):
    """How many calls somebody has in a minute, how many of them are left, and for how many seconds yet."""

    limit: int
    left: int
    seconds: int


class RateThrottle(BaseThrottle):
    """Counts the calls of whoever calls."""

    calls: ClassVar[str] = "CALLS_OF_PERSON"
    """The setting that says how many there may be in a minute."""

    def whose(self, request: Request) -> str:
        """Return whose calls are counted together."""
        return work_limits.whose(request)

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit: int = getattr(settings, self.calls)
        window = count_in_window(f"rate:{self.whose(request)}", WINDOW)
        self._wait = window.seconds
        rate = Rate(limit, max(limit - window.count, 0), window.retry_after)
        noted: Rate = request.META.get(_NOTED, rate)
        request.META[_NOTED] = min(noted, rate, key=lambda each: each.left)
        return window.count <= limit

    def wait(self) -> float:
        return self._wait


class AddressThrottle(RateThrottle):
    """Counts the calls from an address."""

    calls = "CALLS_OF_ADDRESS"

    def whose(self, request: Request) -> str:
        return f"network:{network_of(work_limits.address_of(request))}"


class WorkThrottle(BaseThrottle):
    """Refuses as `examprep.middleware.WorkLimit` does elsewhere."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._wait = work_limits.seconds_to_wait(work_limits.whose(request))
        return not self._wait

    def wait(self) -> float:
        return self._wait


def network_of(address: str) -> str:
    """Return the address, of IPv6 its network of 64 bits; what is no address as it is."""
    with suppress(ValueError):
        read = ip_address(address)
        if isinstance(read, IPv6Address):
            return str(read.ipv4_mapped or IPv6Address(int(read) >> 64 << 64))
    return address


def rate_of(request: HttpRequest) -> Rate | None:
    """Return what is left to whoever called, of what is nearer to its end; None for what is not counted."""
    rate: Rate | None = request.META.get(_NOTED)
    return rate

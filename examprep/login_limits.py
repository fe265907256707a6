"""How often a login may fail: by account with a growing delay, and by address. Logins that succeed do not count.

An address is what a class room shares, so it may fail a hundred times in ten minutes. An account is one person's: it
may fail four times, and after each failure more the next try has to wait twice as long, up to a quarter of an hour.
"""

from __future__ import annotations

import hashlib
import math
import time
from contextlib import suppress

from django.core.cache import cache

from questions.windows import add_one, count_in_window

FREE_FAILURES = 4
"""Failures of one account that cost no time."""
FIRST_DELAY = 10.0
LONGEST_DELAY = 900.0
"""Seconds to wait after the first failure that is not free, and at most."""
FORGOTTEN_AFTER = 24 * 3600
"""Seconds after its last failure when an account starts afresh."""
ADDRESS_FAILURES = 100
ADDRESS_WINDOW = 600
"""Failures of one address within so many seconds."""


class TooManyFailuresError(Exception):
    """No login is tried now."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.retry_after = max(1, math.ceil(wait))
        """Whole seconds to wait."""


def delay_after(failures: int) -> float:
    """Return the seconds to wait after that many failures of one account."""
    if failures <= FREE_FAILURES:
        return 0.0
    return min(FIRST_DELAY * 2.0 ** min(failures - FREE_FAILURES - 1, 20), LONGEST_DELAY)


class Attempt:
    """One login being tried: counted as failed until it is known to have succeeded, so that parallel guesses count."""

    def __init__(self, account: str, address: str) -> None:
        """Count the attempt. Raises TooManyFailuresError, and then it is not counted and must not be made."""
        now = time.time()
        self._account = _account_key(account)
        wait = _seconds_left(self._account, now)
        if wait > 0:
            raise TooManyFailuresError(wait)
        self._from_address = count_in_window(f"login:{address}", ADDRESS_WINDOW)
        if self._from_address.count > ADDRESS_FAILURES:
            self._from_address.take_back()
            raise TooManyFailuresError(self._from_address.seconds)
        delay = delay_after(self._count_failure())
        if delay and not cache.add(f"{self._account}:until", now + delay, delay):
            # Another attempt at this account began in the meantime, and this one has to wait for its delay.
            self._from_address.take_back()
            raise TooManyFailuresError(delay)

    def succeeded(self, *, alone: bool = True) -> None:
        """Take the attempt back, and all failures of its account where it is `alone`, no name that several share."""
        self._from_address.take_back()
        if alone:
            _forget(self._account)
        else:
            with suppress(ValueError):  # it has expired
                cache.decr(f"{self._account}:failures")

    def _count_failure(self) -> int:
        """Count it as the account's newest, after which all are forgotten in time."""
        key = f"{self._account}:failures"
        failures = add_one(key, FORGOTTEN_AFTER)
        cache.touch(key, FORGOTTEN_AFTER)
        return failures


def forget(account: str) -> None:
    """Let the account log in at once, as after its password was reset by a mailed link."""
    _forget(_account_key(account))


def _forget(key: str) -> None:
    cache.delete_many([f"{key}:failures", f"{key}:until"])


def _account_key(account: str) -> str:
    # Whatever was typed as a name makes a key of one length.
    return f"login:account:{hashlib.sha256(account.encode('utf-8', 'replace')).hexdigest()}"


def _seconds_left(key: str, now: float) -> float:
    until: float = cache.get(f"{key}:until", now)
    return until - now

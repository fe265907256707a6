"""The cache of the service: Redis where there is one, and nothing stops where it is away."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from examprep.watching.counters import CACHE_ERRORS

RESPITE = 10.0
"""Seconds for which a Redis that hung is not asked again."""

logger = logging.getLogger(__name__)


def _or_else(fallback: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a method to return what `fallback` gives for its arguments where Redis cannot be asked."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def ask(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
            if time.monotonic() < self.away_until:
                return fallback(*args, **kwargs)
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                CACHE_ERRORS.inc()
                logger.warning("the cache is away: %s", error)
                if isinstance(error, RedisTimeoutError):
                    type(self).away_until = time.monotonic() + RESPITE
                return fallback(*args, **kwargs)

        return ask

    return decorate


class ForgivingRedisCache(RedisCache):
    """A Redis that is away is an empty cache: rate limits are not enforced then, but students go on working.

    One that hangs is not asked again for a while, so that it costs its time-out once, and not at every call.
    """

    away_until = 0.0

    get = _or_else(lambda key, default=None, version=None: default)(RedisCache.get)
    set = _or_else(lambda *args, **kwargs: None)(RedisCache.set)
    add = _or_else(lambda *args, **kwargs: True)(RedisCache.add)
    touch = _or_else(lambda *args, **kwargs: False)(RedisCache.touch)
    delete = _or_else(lambda *args, **kwargs: False)(RedisCache.delete)
    incr = _or_else(lambda key, delta=1, version=None: delta)(RedisCache.incr)
    has_key = _or_else(lambda *args, **kwargs: False)(RedisCache.has_key)
    get_many = _or_else(lambda *args, **kwargs: {})(RedisCache.get_many)
    set_many = _or_else(lambda *args, **kwargs: [])(RedisCache.set_many)
    delete_many = _or_else(lambda *args, **kwargs: None)(RedisCache.delete_many)

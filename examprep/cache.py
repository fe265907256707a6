"""The cache of the service: Redis where there is one, and nothing that hangs on it."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

RESPITE = 10.0
"""Seconds."""

logger = logging.getLogger(__name__)


def _or(nothing: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The decorated method, or what `nothing` gives for its arguments when Redis cannot be asked."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def asked(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
            if time.monotonic() < self.away_until:
                return nothing(*args, **kwargs)
            try:
                return method(self, *args, **kwargs)
            except RedisError as error:
                logger.warning("the cache is away: %s", error)
                if isinstance(error, RedisTimeoutError):
                    type(self).away_until = time.monotonic() + RESPITE
                return nothing(*args, **kwargs)

        return asked

    return decorate


class ForgivingRedisCache(RedisCache):
    """A Redis that is away is an empty cache: limits of rate are not held then, but students go on working.

    One that hangs is not asked again for a while, so that it costs its time-out once, and not at every call.
    """

    away_until = 0.0

    get = _or(lambda key, default=None, version=None: default)(RedisCache.get)
    set = _or(lambda *args, **kwargs: None)(RedisCache.set)
    add = _or(lambda *args, **kwargs: True)(RedisCache.add)
    touch = _or(lambda *args, **kwargs: False)(RedisCache.touch)
    delete = _or(lambda *args, **kwargs: False)(RedisCache.delete)
    incr = _or(lambda key, delta=1, version=None: delta)(RedisCache.incr)
    has_key = _or(lambda *args, **kwargs: False)(RedisCache.has_key)
    get_many = _or(lambda *args, **kwargs: {})(RedisCache.get_many)
    set_many = _or(lambda *args, **kwargs: [])(RedisCache.set_many)
    delete_many = _or(lambda *args, **kwargs: None)(RedisCache.delete_many)

"""How much work something is: thread CPU time, the best of several, to be compared by ratio and never by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def thread_seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the least CPU seconds that `work` took in this thread."""
    best = float("inf")
    for _ in range(times):
        began = time.thread_time()
        work()
        best = min(best, time.thread_time() - began)
    return best


def count_queries(client: Client, address: str) -> int:
    """Return how many queries a page takes that was asked for before."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)

"""What this process counts of requests, tasks and errors; answers are counted where they are taken."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds: what is told of how long something took."""

REQUESTS = Histogram(
    "examprep_request_seconds", "Time until a request was answered.", ["method", "route", "status"], buckets=BOUNDS
)
TASKS = Histogram("examprep_task_seconds", "Time that a task took.", ["task", "state"], buckets=(*BOUNDS, 60.0))
DATABASE_ERRORS = Counter("examprep_database_errors", "Requests that the database was too busy for, or away.")
CACHE_ERRORS = Counter("examprep_cache_errors", "Calls of the cache that had no answer.")

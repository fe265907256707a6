"""What is counted, and how the service stands, as metrics for Prometheus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from examprep.watching.counters import BOUNDS, REQUESTS
from examprep.watching.state import State, load_state
from questions import replica


def counted() -> CollectorRegistry:
    """Return what was counted: by all processes of this data folder where they share it, else by this one."""
    if not (settings.METRICS_TOKEN or settings.METRICS_PORT):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]
    return registry


def write_metrics() -> bytes:
    """Return everything as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(_Standing())
    return generate_latest(counted()) + generate_latest(registry)


def listen() -> None:
    """Show what was counted, on METRICS_PORT of every address: for processes that serve no pages. Raises OSError."""
    start_http_server(settings.METRICS_PORT, registry=counted())


class _Standing:
    """How the service stands, read from the database when somebody asks."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("examprep_database_up", "Whether the database answers.")
        try:
            state = load_state(timezone.now())
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _gauges(state)
        if replica.is_there():
            yield from _gauges_of_replica()


def _gauges(state: State) -> Iterator[Metric]:
    jobs = [(kind, "waiting", number) for kind, number in state.backlog.waiting.items()]
    jobs += [("all", "working", state.backlog.working), ("all", "given_up", state.backlog.given_up)]
    yield _gauge("jobs", "Background jobs, by kind and state.", ["kind", "state"], ((row[:2], row[2]) for row in jobs))
    for name, help_text, value in (
        ("oldest_job_seconds", "Since the oldest job that waits was to begin.", state.late.oldest_job),
        ("oldest_unplanned_seconds", "Since the oldest study day without a plan began.", state.late.oldest_unplanned),
        ("overdue_sittings", "Sittings that should have been closed.", float(state.overdue_sittings)),
    ):
        yield _gauge(name, help_text, [], [((), value)])
    runs = [((run.task,), run.ended_at.timestamp()) for run in state.runs if run.ended_at]
    yield _gauge("task_last_run_timestamp_seconds", "When a task of the timetable was last done.", ["task"], runs)
    workers = [((worker.name,), worker.seen_at.timestamp()) for worker in state.workers]
    yield _gauge("worker_last_seen_timestamp_seconds", "When a worker last did such a task.", ["worker"], workers)


def _gauges_of_replica() -> Iterator[Metric]:
    lag = replica.measure_lag()
    yield _gauge("replica_up", "Whether the copy of the database answers.", [], [((), float(lag is not None))])
    if lag is not None:
        yield _gauge("replica_lag_seconds", "By how much the copy of the database is behind.", [], [((), lag)])


def _gauge(
    name: str, help_text: str, labels: list[str], rows: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(f"examprep_{name}", help_text, labels=labels)
    for values, number in rows:
        gauge.add_metric(list(values), number)
    return gauge


@dataclass(frozen=True)
class RouteTimes:
    """How often a route was asked, how often that failed (5xx), the mean and the 95th percentile in seconds.

    The percentile is the bound of `BOUNDS` below which it lies; None: above all of them.
    """

    route: str
    requests: int
    failed: int
    mean: float
    p95: float | None


def list_route_times() -> list[RouteTimes]:
    """Return the times of all routes that were asked, the one that took most of the time first."""
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    samples = (sample for metric in counted().collect() if metric.name == REQUESTS._name for sample in metric.samples)
    for sample in samples:
        of_route = sums[sample.labels["route"]]
        what = sample.labels.get("le") or sample.name.rpartition("_")[2]
        of_route[what] += sample.value
        if what == "count" and sample.labels["status"].startswith("5"):
            of_route["failed"] += sample.value
    times = [
        RouteTimes(
            route,
            int(of_route["count"]),
            int(of_route["failed"]),
            of_route["sum"] / of_route["count"],
            next((bound for bound in BOUNDS if of_route[str(bound)] >= 0.95 * of_route["count"]), None),
        )
        for route, of_route in sums.items()
        if of_route["count"]
    ]
    return sorted(times, key=lambda each: each.mean * each.requests, reverse=True)

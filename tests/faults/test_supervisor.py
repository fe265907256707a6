"""What the supervisor does when processes end: it waits longer and longer, says so, and keeps the others running."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from examprep.run import supervisor as module
from examprep.run.lifeline import Lifeline
from examprep.run.standing import read_failing
from examprep.run.supervisor import HEALTHY_AFTER, LONGEST_WAIT, Supervisor, wait_after

STAYS = ["/bin/sh", "-c", "exec sleep 600"]


@dataclass
class Clock:
    """A clock that goes on when it is told to."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def supervisor(clock: Clock, tmp_path: Path) -> Iterator[Supervisor]:
    (tmp_path / "log").mkdir()
    with Lifeline() as lifeline:
        yield Supervisor(lifeline, tmp_path, None)


def end(supervisor: Supervisor, clock: Clock, name: str) -> None:
    """Kill a process, and wait out its restart."""
    child = supervisor.children[name]
    child.process.kill()
    child.process.wait()
    supervisor.watch()
    assert child.again_at is not None
    clock.now = child.again_at
    supervisor.watch()
    assert child.again_at is None


def test_twenty_ends_in_a_row_end_nothing_else(supervisor: Supervisor, clock: Clock) -> None:
    supervisor.start("beat", STAYS)
    worker = supervisor.start("worker", STAYS).process
    for _ in range(20):
        end(supervisor, clock, "beat")
    assert supervisor.children["beat"].process.poll() is None
    assert worker.poll() is None
    assert read_failing(supervisor.data) == ["beat"]

    clock.now += HEALTHY_AFTER + 1
    supervisor.watch()
    assert read_failing(supervisor.data) == []


def test_the_waits_grow_up_to_a_cap_and_begin_anew_after_a_healthy_time(supervisor: Supervisor, clock: Clock) -> None:
    assert [wait_after(ends) for ends in (0, 1, 2, 6, 7, 10_000)] == [0.5, 1, 2, 32, LONGEST_WAIT, LONGEST_WAIT]
    child = supervisor.start("beat", STAYS)
    for _ in range(5):
        end(supervisor, clock, "beat")
    clock.now += HEALTHY_AFTER + 1
    end(supervisor, clock, "beat")
    assert child.ends == 1


def test_a_process_is_failing_while_it_waits_for_its_restart(supervisor: Supervisor, clock: Clock) -> None:
    child = supervisor.start("beat", ["/bin/sh", "-c", "exit 3"])
    child.process.wait()
    supervisor.watch()
    assert read_failing(supervisor.data) == ["beat"]


def test_a_restart_that_the_system_refuses_is_tried_again(supervisor: Supervisor, clock: Clock, tmp_path: Path) -> None:
    child = supervisor.start("beat", STAYS)
    (tmp_path / "log").rename(tmp_path / "away")  # as on a full disk: no log can be opened
    child.process.kill()
    child.process.wait()
    for _ in range(3):
        supervisor.watch()
        assert child.again_at is not None
        clock.now = child.again_at
    (tmp_path / "away").rename(tmp_path / "log")
    supervisor.watch()
    assert child.process.poll() is None


def test_stopping_everything_with_only_redis_started_ends_redis(supervisor: Supervisor) -> None:
    redis = supervisor.start("redis", STAYS).process
    supervisor.stop_all()
    assert redis.poll() is not None
    supervisor.stop_all()  # with nothing started


def test_stopping_one_process_leaves_the_others(supervisor: Supervisor) -> None:
    redis, web = (supervisor.start(name, STAYS).process for name in ("redis", "web"))
    supervisor.stop("redis")
    assert redis.poll() is not None
    assert web.poll() is None
    assert list(supervisor.children) == ["web"]

"""What breaks: by name, for some seconds, and mended afterwards."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import psycopg

from tests.history import clock
from tests.history.draw import Fault
from tests.history.stand import Database, Stand

Break = Callable[[Stand, Fault], None]
FORWARD = 36 * 3600.0
"""Seconds that the service's clock jumps ahead at most; it jumps back by seconds alone, as clocks that are set do."""
BACK = 20.0
ROOM = 64 * 1024
"""Bytes by which files may grow on a disk that is full."""


def _kill(what: str) -> Break:
    return lambda stand, fault: stand.kill(what)


def kill_all(stand: Stand, fault: Fault) -> None:
    """The whole service is killed, and started again."""
    stand.kill_all()


def cut_clients(stand: Stand, fault: Fault) -> None:
    """Connections of clients are cut, again and again."""
    for _ in range(5):
        stand.clients.cut()
        time.sleep(fault.seconds / 5)


def drop_replies(stand: Stand, fault: Fault) -> None:
    """What clients ask is done, and no answer arrives."""
    stand.clients.drops_replies = True
    time.sleep(fault.seconds)
    stand.clients.drops_replies = False


def jump_clock(stand: Stand, fault: Fault) -> None:
    """The service's clock jumps ahead by up to a day and a half, or back by some seconds."""
    ahead = clock.read_offset(stand.clock).total_seconds()
    clock.put(stand.clock, ahead + (FORWARD * fault.strength if fault.strength > 0.3 else -BACK * fault.strength * 3))


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Processes hang: they neither answer nor refuse."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _hang(what: str) -> Break:
    def hang(stand: Stand, fault: Fault) -> None:
        with stopped([pid for pid, command in stand.service.processes().items() if what in command]):
            time.sleep(fault.seconds)

    return hang


def fill_disk(stand: Stand, fault: Fault) -> None:
    """The disk of the database is full; where it is none of its own, files do not grow any more."""
    if not stand.has_small_disk:
        limit_files(stand, fault)
        return
    ballast = stand.folder / "ballast"
    with ballast.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"\0" * 2**20)
    time.sleep(fault.seconds)
    ballast.unlink()


def limit_files(stand: Stand, fault: Fault) -> None:
    """No file of the processes that write grows any more."""
    pids = stand.database_pids()[1:] if stand.postgresql else list(stand.service.processes())
    size = 0 if stand.postgresql else (stand.folder / "db.sqlite3").stat().st_size
    before: dict[int, tuple[int, int]] = {}
    for pid in pids:
        with suppress(OSError):
            before[pid] = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + ROOM, before[pid][1]))
    time.sleep(fault.seconds)
    for pid, limits in before.items():
        with suppress(OSError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def lock_database(stand: Stand, fault: Fault) -> None:
    """Somebody holds SQLite's lock."""
    with closing(sqlite3.connect(stand.folder / "db.sqlite3", timeout=30)) as other, suppress(sqlite3.Error):
        other.execute("BEGIN IMMEDIATE")
        time.sleep(fault.seconds)
        other.rollback()


def _restart(name: str) -> Break:
    def restart(stand: Stand, fault: Fault) -> None:
        stand.stop_server(name)
        time.sleep(fault.seconds / 2)
        stand.start_server(name)

    return restart


def hang_redis(stand: Stand, fault: Fault) -> None:
    """Redis of its own hangs."""
    with stopped(stand.redis_pids()):
        time.sleep(fault.seconds)


def cut_database(stand: Stand, fault: Fault) -> None:
    """Connections to the database are cut, again and again."""
    assert stand.pool is not None
    for _ in range(5):
        stand.pool.cut()
        time.sleep(fault.seconds / 5)


def hang_postgresql(stand: Stand, fault: Fault) -> None:
    """PostgreSQL hangs."""
    with stopped(stand.database_pids()):
        time.sleep(fault.seconds)


def crash_postgresql(stand: Stand, fault: Fault) -> None:
    """A session is killed, so that PostgreSQL ends all others and recovers by its log."""
    with psycopg.connect(stand.postgresql, autocommit=True) as link:
        rows = link.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
    for (pid,) in rows[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    stand.wait_for_postgresql()


def limit_postgresql(stand: Stand, fault: Fault) -> None:
    """No file of PostgreSQL's sessions grows: its log of what is written neither, at which it stops and recovers."""
    limit_files(stand, fault)
    stand.wait_for_postgresql()


EVERYWHERE: dict[str, Break] = {
    "web killed": _kill("examprep.run.serve"),
    "worker killed": _kill("-m celery"),
    "beat killed": _kill("examprep.run.beat"),
    "all killed": kill_all,
    "web hangs": _hang("examprep.run.serve"),
    "connections cut": cut_clients,
    "replies dropped": drop_replies,
    "clock jumps": jump_clock,
}
FAULTS: dict[Database, dict[str, Break]] = {
    "sqlite": {
        **EVERYWHERE,
        "Redis killed": _kill("redis-server"),
        "Redis hangs": _hang("redis-server"),
        "disk full": fill_disk,
        "database locked": lock_database,
    },
    "postgresql": {
        **EVERYWHERE,
        "Redis killed": _restart("redis"),
        "Redis hangs": hang_redis,
        "PgBouncer killed": _restart("pgbouncer"),
        "database cut": cut_database,
        "PostgreSQL hangs": hang_postgresql,
        "PostgreSQL crashes": crash_postgresql,
        "disk full": limit_postgresql,
    },
}

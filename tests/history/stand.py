"""A whole service to be broken: its processes, and proxies before it and before its database."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import psycopg

from tests import servers
from tests.faults.service import MARK, PRIVATE, ROOT, SUPERVISOR, Service, until
from tests.history import clock
from tests.history.proxy import Proxy

Database = Literal["sqlite", "postgresql"]
SOON = {
    "PLAN_DELAY": "0.3",
    "PUBLISH_AGAIN": "2",
    "JOB_LEASE": "8",
    "SWEEP_EVERY": "2",
    "THROTTLE": "1000000/min",
    "THROTTLE_ADDRESS": "1000000/min",
    "LOG_LEVEL": "WARNING",
}
"""What heals in minutes heals in moments; nobody is told to call less often."""
DISK = 512
"""Megabytes of the small disk."""


@dataclass
class Stand:
    """A service that runs, and what can be done to it."""

    database: Database
    folder: Path
    """Its data: of SQLite the database too."""
    environment: dict[str, str]
    clients: Proxy
    """Before the web."""
    port: int
    pool: Proxy | None = None
    """Before the database, where that is a server."""
    postgresql: str = ""
    """The URL of PostgreSQL itself."""
    pool_port: int = 0
    redis_port: int = 0
    has_small_disk: bool = False
    service: Service = field(init=False)
    servers: dict[str, ExitStack] = field(default_factory=dict)
    """Of what the service does not start itself: its life, by name."""

    @property
    def url(self) -> str:
        """Where clients call."""
        return f"http://127.0.0.1:{self.clients.port}"

    @property
    def clock(self) -> Path:
        """The file by which the service's clock goes."""
        return self.folder / "clock"

    @property
    def bug(self) -> Path:
        """The file that names the bug that is switched on."""
        return self.folder / "bug"

    def start(self) -> None:
        """Start the service until it answers: one that finds no database ends, and its manager starts it again."""
        until(self._starts, lambda: self.service.text)

    def _starts(self) -> bool:
        more: dict[str, Any] = {**self.environment, "PORT": str(self.port)}
        self.service = Service(self.folder, (*SUPERVISOR, "--until-parent-exits"), **more)
        with suppress(AssertionError):
            self.service.ready()
            return True
        self.kill_service()
        return False

    def kill(self, what: str) -> None:
        """SIGKILL for all processes of the service whose command holds `what`; those that can be started again are."""
        for pid, command in self.service.processes().items():
            if what in command:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def kill_all(self) -> None:
        """SIGKILL for the whole service at once, and a new start on the data that are there."""
        self.kill_service()
        self.start()

    def kill_service(self) -> None:
        """SIGKILL for the whole service at once, until nothing is left of it."""
        until(self._is_killed, lambda: str(self.service.processes()))

    def _is_killed(self) -> bool:
        """Kill whatever is there; what was just being started comes up later, and nobody watches over it any more."""
        self.service.__exit__()
        return not self.service.processes()

    def start_server(self, name: str) -> None:
        """Start PgBouncer or Redis, at the address at which it was before."""
        stack = self.servers[name] = ExitStack()
        if name == "redis":
            stack.enter_context(servers.redis_server(self.redis_port))
        else:
            stack.enter_context(servers.pgbouncer(self.postgresql, self.pool_port))

    def stop_server(self, name: str) -> None:
        """SIGKILL for PgBouncer or Redis."""
        self.servers.pop(name).close()

    def close_servers(self) -> None:
        """End what the service does not start itself."""
        for life in self.servers.values():
            life.close()

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run a command of the service on its database; its status, and what it wrote."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=_environment(self.folder, self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def redis_pids(self) -> list[int]:
        """The process of a Redis of its own, which has its port in its title."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                title = (folder / "cmdline").read_bytes()
                if b"redis-server" in title and f":{self.redis_port}".encode() in title:
                    found.append(int(folder.name))
        return found

    def wait_for_postgresql(self) -> None:
        """Wait until PostgreSQL takes connections again."""
        until(self._takes_connections, lambda: "PostgreSQL did not come back")

    def _takes_connections(self) -> bool:
        try:
            psycopg.connect(self.postgresql, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def database_pids(self) -> list[int]:
        """The processes of PostgreSQL: the first is the one that starts the others."""
        with psycopg.connect(self.postgresql, autocommit=True) as link:
            (folder,) = link.execute("SHOW data_directory").fetchone() or ("",)
        first = int((Path(folder) / "postmaster.pid").read_text().split()[0])
        return [first, *children_of(first)]


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _environment(folder: Path, own: dict[str, str]) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in PRIVATE and key != MARK}
    return {**inherited, "DATA_DIR": str(folder), **own}


@contextmanager
def standing(database: Database, students: list[str]) -> Iterator[Stand]:
    """Set a service up with these students, start it, and yield it. Raises servers.Missing."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="examprep-history-")))
        small = stack.enter_context(small_disk(folder)) if database == "sqlite" else False
        environment = {
            **SOON,
            "DJANGO_SETTINGS_MODULE": "tests.history.settings",
            clock.VARIABLE: str(folder / "clock"),
            "TEST_BUG_FILE": str(folder / "bug"),
        }
        port = servers.free_port()
        clients = stack.enter_context(Proxy(("127.0.0.1", port)))
        stand = Stand(database, folder, environment, clients, port, has_small_disk=small)
        if database == "postgresql":
            _add_servers(stand, stack)
        subprocess.run(
            [sys.executable, "-m", "tests.history.set_up", *students],
            cwd=ROOT,
            env=_environment(folder, stand.environment),
            check=True,
        )
        stand.start()
        try:
            yield stand
        finally:
            stand.kill_service()  # it was stopped in worse ways


def _add_servers(stand: Stand, stack: ExitStack) -> None:
    """Put PostgreSQL behind PgBouncer behind a proxy, and a Redis of its own, under the service."""
    stand.postgresql = stack.enter_context(servers.postgresql(durable=True))
    stand.pool_port, stand.redis_port = servers.free_port(), servers.free_port()
    stack.callback(stand.close_servers)
    for name in ("redis", "pgbouncer"):
        stand.start_server(name)
    stand.pool = stack.enter_context(Proxy(("127.0.0.1", stand.pool_port)))
    of = urlsplit(stand.postgresql)
    stand.environment |= {
        "DATABASE_URL": f"postgres://{of.username}@127.0.0.1:{stand.pool.port}{of.path}",
        "DATABASE_POOLED": "true",
        "REDIS_URL": f"redis://127.0.0.1:{stand.redis_port}/0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
    }


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Make the folder a small disk of its own where this user may; whether it is one, which is said where not."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m,mode=700", "none", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, stderr=subprocess.DEVNULL).returncode:
        print("NO SMALL DISK, which takes root: the size of files is limited instead", file=sys.stderr)
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)

"""A fleet as compose starts it: two web processes, two workers, beat, Redis, PgBouncer, PostgreSQL and its copy."""

from __future__ import annotations

import http.client
import itertools
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg

from tests import servers
from tests.deployment.clients import Student
from tests.deployment.containers import Containers
from tests.faults.service import until
from tests.servers import Server

TOKEN = "token-of-these-tests"
SOON = {"PLAN_DELAY": "0.1", "PUBLISH_AGAIN": "1", "JOB_LEASE": "4", "SWEEP_EVERY": "2"}
"""Settings of the service, in seconds: what heals in minutes heals in moments."""
KEPT = {"fsync": "off", "full_page_writes": "off"}
"""Of a PostgreSQL that is killed, and not the machine with it: what it acknowledged is with the system."""
BUSY = 300.0
"""Seconds that something may take: as much as ten processes that start on a busy machine."""
IDLE = ("cleo", "dora", "emil")
"""Students who do not answer, and have a plan all the same."""


class Fleet:
    """The parts, each to be killed and started again; metrics are read from the first web process, which is not."""

    def __init__(self, stack: ExitStack, folder: Path, studied: Path) -> None:
        self.postgresql = stack.enter_context(servers.postgresql_server(KEPT, like=studied))
        self.replica = stack.enter_context(servers.replica_server(self.postgresql.url))
        self.pool = stack.enter_context(servers.pgbouncer_server(self.postgresql.url, replica=self.replica.url))
        self.redis = stack.enter_context(servers.redis_to_kill())
        self.services = Containers(stack, folder, self.postgresql.url, self.redis.url, self.pool.url)
        self.services.environment |= {"THROTTLE": "6000/min", "METRICS_TOKEN": TOKEN, **SOON}
        self.ports = [servers.free_port() for _ in range(2)]
        self.workers = [self._start_worker(name) for name in ("one", "two")]
        self.webs = [self._start_web(port) for port in self.ports]
        self.beat = Server("", lambda: self.services.start("beat"))
        for number in range(2):
            until(lambda number=number: self.answers(number), lambda: self.services.log("web"))  # type: ignore[misc]

    def _start_web(self, port: int) -> Server:
        copy = f"{self.pool.url}_replica_web"
        here = {"address": f"127.0.0.1:{port}", "DATABASE_REPLICA_URL": copy}
        return Server("", lambda: self.services.start("web", "--workers", "1", **here))

    def _start_worker(self, name: str) -> Server:
        one = ("--concurrency", "1", "--hostname", f"{name}@fleet")
        copy = {"DATABASE_REPLICA_URL": f"{self.pool.url}_replica"}
        return Server("", lambda: self.services.start("worker", *one, **copy))

    def metrics(self, web: int = 0) -> dict[str, float]:
        """What a web process shows to Prometheus, by name and labels. Raises OSError where it does not answer."""
        link = http.client.HTTPConnection("127.0.0.1", self.ports[web], timeout=30)
        try:
            link.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            text = link.getresponse().read().decode()
        except http.client.HTTPException as error:
            raise OSError(error) from error
        finally:
            link.close()
        return {name: float(value) for name, value in re.findall(r"^(examprep_\S+) (\S+)$", text, re.MULTILINE)}

    def answers(self, web: int) -> bool:
        """Whether a web process answers."""
        try:
            return bool(self.metrics(web))
        except OSError:
            return False

    def see(self, name: str) -> float:
        """The value of a metric; -1 where it is not shown."""
        return self.metrics().get(name, -1.0)

    def wait(self, name: str, is_so: Callable[[float], bool]) -> None:
        """Wait until a metric is so."""
        until(lambda: is_so(self.see(name)), lambda: f"{name} of {self.metrics()}\n{self.log()}", BUSY, pause=0.25)

    def wait_for_more(self, name: str) -> None:
        """Wait until a metric has risen."""
        before = self.see(name)
        self.wait(name, lambda now: now > before)

    def log(self) -> str:
        """The ends of what the processes wrote."""
        return "\n".join(f"{name}: {self.services.log(name)[-3000:]}" for name in ("web", "worker", "beat"))

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """Ask PostgreSQL itself."""
        with psycopg.connect(self.postgresql.url, autocommit=True) as link:
            cursor = link.execute(question)
            return cursor.fetchall() if cursor.description else []

    def begin_days(self) -> None:
        """Have a new study day begin for those who do not answer: nobody but a sweep asks for their plans."""
        theirs = f"student_id IN (SELECT id FROM examprep_user WHERE username IN {IDLE})"
        self.ask(f"DELETE FROM quizzes_dailyplan WHERE {theirs}")
        self.ask(f"UPDATE quizzes_changelog SET next_day_at = now() WHERE {theirs}")

    def wait_for_plans(self) -> None:
        """Wait until all of them have a plan again."""
        plans = "quizzes_dailyplan JOIN examprep_user ON student_id = examprep_user.id"
        count = f"SELECT count(DISTINCT student_id) FROM {plans} WHERE username IN {IDLE}"
        until(
            lambda: self.ask(count) == [(len(IDLE),)],
            lambda: f"{self.ask('SELECT * FROM quizzes_job')}\n{self.log()}",
            BUSY,
            pause=0.2,
        )


class Wanderer(Student):
    """A student who goes to the next web process where one does not answer, as a balancer has it."""

    pause = 0.4

    def __init__(self, ports: Sequence[int], username: str) -> None:
        self.ports = itertools.cycle(ports)
        super().__init__(0, None, username)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to the next one."""
        return http.client.HTTPConnection("127.0.0.1", next(self.ports), timeout=30)

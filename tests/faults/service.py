"""The running service as somebody at a terminal has it: started, watched, stopped or killed."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent.parent
SUPERVISOR = (sys.executable, "-m", "examprep.run.up")
MARK = "EXAMPREP_TEST_MARK"
PATIENCE = 300.0
"""Seconds that anything is waited for: the busiest machine takes them, and what never comes fails all the same."""
READY = re.compile(r"examprep is ready after ([\d.]+) s: (\S+)")
# What the caller's shell or make may have set, and a stranger's machine has not.
PRIVATE = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_DIR", "PORT", "HOST", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
BARE = {name: os.environ[name] for name in ("PATH", "PYTHONMALLOC", "GLIBC_TUNABLES") if name in os.environ}
"""The environment of a process that inherits no settings: where programs are, and how it takes its memory."""


class Service:
    """One start of the service. All of its processes, and their children, carry a mark in their environment."""

    def __init__(self, data: Path, command: Sequence[str | Path] = SUPERVISOR, cwd: Path = ROOT, **env: str) -> None:
        self.mark = uuid.uuid4().hex
        inherited = {key: value for key, value in os.environ.items() if key not in PRIVATE}
        self.output: list[str] = []
        self.groups: set[int] = set()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, "PORT": "0", "DATA_DIR": str(data), MARK: self.mark, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.output.extend(self.process.stdout)

    def ready(self, within: float = PATIENCE) -> str:
        """Wait until it says that it is ready; its URL."""
        until(lambda: READY.search(self.text) or self.process.poll() is not None, lambda: self.text, within)
        found = READY.search(self.text)
        assert found, self.text
        return found[2].rstrip("/")

    def ended(self) -> int:
        """Wait for its end; its exit status."""
        status = self.process.wait(PATIENCE)
        self._reader.join(5)
        return status

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, as Ctrl-C or a service manager does; its exit status."""
        self.process.send_signal(number)
        return self.ended()

    @property
    def text(self) -> str:
        return "".join(self.output)

    def processes(self) -> dict[int, str]:
        """Command lines of all of its processes that are alive, by process id.

        A program that sets its title, as Redis does, may write over its environment: it is known by its group.
        """
        found = {}
        alive = list(Path("/proc").glob("[0-9]*"))
        for folder in alive:
            with suppress(OSError):
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    self.groups.add(os.getpgid(int(folder.name)))
        for folder in alive:
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes()
                if command and os.getpgid(int(folder.name)) in self.groups:
                    found[int(folder.name)] = command.replace(b"\0", b" ").decode()
        return found

    def processor_seconds(self) -> float:
        """What its processes that are alive have used, and those of their children that have ended."""
        ticks = 0
        for pid in self.processes():
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))  # utime, stime, and both of its children
        return ticks / os.sysconf("SC_CLK_TCK")

    def process_of(self, what: str) -> int:
        """The id of the first process whose command line holds `what`."""
        return min(pid for pid, command in self.processes().items() if what in command)

    def nothing_left(self) -> bool:
        """Whether all of its processes are gone, at last."""
        until(lambda: not self.processes(), lambda: str(self.processes()))
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for pid in [self.process.pid, *self.processes()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def service_at(url: str | None) -> Iterator[str]:
    """The URL of a service that runs: this one, or else of one with data of its own, which ends with the block."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as data, Service(Path(data)) as service:
        yield service.ready()
        service.stop()


def until(
    condition: Callable[[], object], explain: Callable[[], str], within: float = PATIENCE, pause: float = 0.05
) -> None:
    """Wait for a condition; fail with an explanation after `within` seconds.

    It is asked again after each `pause`; on a busy machine after twice the time that asking took.
    """
    deadline = time.monotonic() + within
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < deadline, f"not within {within} s: {explain()}"
        time.sleep(max(pause, 2 * (time.monotonic() - began)))
        began = time.monotonic()


def waited() -> float:
    """Seconds that this thread has spent waiting, but for those in which it waited for a processor.

    A difference of two says how long something was waited for, on a busy machine too.
    """
    try:
        ran, queued, _ = Path("/proc/thread-self/schedstat").read_text().split()
    except OSError:  # not Linux
        return time.monotonic()
    return time.monotonic() - (int(ran) + int(queued)) / 1e9


def is_healthy(url: str) -> bool:
    """Whether the service says that all of its parts answer."""
    try:
        return get(f"{url}/health/ready")[0] == 200
    except OSError:
        return False


def get(url: str) -> tuple[int, str]:
    """Status and body of a page."""
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def call(url: str, token: str = "", body: object = None) -> Any:
    """The JSON that the API answers."""
    headers = {"Content-Type": "application/json"} | ({"X-Session-Token": token} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=PATIENCE) as answer:
        return json.load(answer)


def log_in(url: str, name: str = "student") -> str:
    """The session token of a demo account."""
    credentials = {"username": name, "password": name}
    token: str = call(f"{url}/_allauth/app/v1/auth/login", body=credentials)["meta"]["session_token"]
    return token


def bury(url: str, token: str, card: str) -> None:
    """Put a card off, which asks for a new plan."""
    now = datetime.now(UTC).isoformat()
    event = {"id": str(uuid.uuid4()), "type": "bury", "card": card, "occurred_at": now}
    batch = {"device": str(uuid.uuid4()), "device_now": now, "events": [event]}
    assert call(f"{url}/api/v1/reviews/batch/", token, batch)["results"][0]["status"] == "accepted"


def bury_one(url: str) -> None:
    """As the demo student: put the first question off."""
    token = log_in(url)
    bury(url, token, call(f"{url}/api/v1/queue/?limit=1", token)["results"][0]["card"])

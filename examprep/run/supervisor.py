"""The processes of the service: started, watched over, started again when they end, and ended together."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from examprep.run.console import CannotRunError, announce
from examprep.run.lifeline import Lifeline

ROOT = Path(__file__).resolve().parents[2]
LOG_LIMIT = 5_000_000  # bytes; a log found longer at a start is put aside
STOP_WITHIN = 10.0  # seconds that a process has for ending in good order
RESTARTS = 5  # of one process, unless it has stayed up for HEALTHY_AFTER seconds in between
HEALTHY_AFTER = 60.0


class StopRequested(BaseException):
    """Somebody asked the service to stop."""


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


class Supervisor:
    """Runs the service's processes, each with its log."""

    def __init__(self, lifeline: Lifeline, logs: Path, starter: int | None) -> None:
        self.lifeline = lifeline
        self.logs = logs
        self.starter = starter
        self.env: Mapping[str, str] | None = None
        self.children: dict[str, Child] = {}

    def start(self, name: str, command: Sequence[str | Path], *fds: int) -> Child:
        """Start a process, with the descriptors `fds` open in it."""
        if self._log_of(name).exists() and self._log_of(name).stat().st_size > LOG_LIMIT:
            self._log_of(name).replace(self._log_of(f"{name}.old"))
        child = Child(name, command, fds, self._spawn(name, command, fds), time.monotonic())
        self.children[name] = child
        return child

    def watch(self, *, patient: bool = True) -> None:
        """Look at every process once, and start again those that ended.

        Raises CannotRunError when a process keeps ending (at its first end unless `patient`), and StopRequested when
        whoever started the service is gone.
        """
        if self.starter is not None and os.getppid() != self.starter:
            raise StopRequested
        if self.lifeline.watcher.poll() is not None:
            raise CannotRunError("the process that watches over the others was killed")
        now = time.monotonic()
        for child in self.children.values():
            if child.again_at is None:
                if child.process.poll() is not None:
                    self._restart_later(child, now, patient=patient)
            elif now >= child.again_at:
                child.process = self._spawn(child.name, child.command, child.fds)
                child.since, child.again_at = now, None

    def _restart_later(self, child: Child, now: float, *, patient: bool) -> None:
        """Wait longer from restart to restart. Raises CannotRunError after the last."""
        if now - child.since > HEALTHY_AFTER:
            child.restarts = 0
        if not patient or child.restarts == RESTARTS:
            raise CannotRunError(
                f"{child.name} {'keeps ending' if patient else 'cannot start'}: {self._last_line(child)}"
            )
        wait = 2**child.restarts / 2
        child.restarts += 1
        child.again_at = now + wait
        announce(f"{child.name} has ended: {self._last_line(child)}. Starting it again in {wait:g} s.")

    def stop(self, *names: str) -> None:
        """End these processes in good order, or all: Redis last, after those that use it."""
        if not names:
            self.stop(*(name for name in self.children if name != "redis"))
            names = tuple(self.children)
        leaving = [self.children.pop(name).process for name in names]
        for process in leaving:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in leaving:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def _spawn(self, name: str, command: Sequence[str | Path], fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
        with self._log_of(name).open("ab") as log:
            return self.lifeline.start(command, output=log, cwd=ROOT, env=self.env, pass_fds=fds)

    def _log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _last_line(self, child: Child) -> str:
        log = self._log_of(child.name)
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4000))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'without a word'} (see {log})"

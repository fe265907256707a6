"""The processes of the service: started, watched over, started again when they end, and ended together."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from examprep.run import standing
from examprep.run.console import CannotRunError, announce
from examprep.run.lifeline import Lifeline

ROOT = Path(__file__).resolve().parents[2]
LOG_LIMIT = 5_000_000  # bytes; a log found longer at a start is put aside
STOP_WITHIN = 10.0  # seconds that a process has for ending in good order
LONGEST_WAIT = 60.0  # seconds before a restart; the waits double up to here
HEALTHY_AFTER = 60.0  # seconds after which the ends before are forgotten
FEW = 3  # ends in a row; a process that has ended more often counts as failing until it is healthy


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
    ends: int = 0
    """In a row, without a healthy time in between."""
    again_at: float | None = None
    """While it waits for its restart."""

    def is_failing(self, now: float) -> bool:
        """Return whether it is down, or has been so often of late that it cannot be relied on."""
        return self.again_at is not None or (self.ends > FEW and now - self.since <= HEALTHY_AFTER)


class Supervisor:
    """Runs the service's processes, each with its log, and notes in the data folder which of them fail."""

    def __init__(self, lifeline: Lifeline, data: Path, starter: int | None) -> None:
        self.lifeline = lifeline
        self.data = data
        self.logs = data / "log"
        self.starter = starter
        self.env: Mapping[str, str] | None = None
        self.children: dict[str, Child] = {}
        self.failing: list[str] | None = None  # as noted last

    def start(self, name: str, command: Sequence[str | Path], *fds: int) -> Child:
        """Start a process, with the descriptors `fds` open in it."""
        child = Child(name, command, fds, self._spawn(name, command, fds), time.monotonic())
        self.children[name] = child
        return child

    def watch(self, *, patient: bool = True) -> None:
        """Look at every process once, and start again those that ended, each after a wait of its own.

        Raises CannotRunError when a process ends and nobody is `patient`, and StopRequested when whoever started the
        service is gone.
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
                self._restart(child, now)
        self._note_failing(now)

    def _restart_later(self, child: Child, now: float, *, patient: bool) -> None:
        """Wait longer from end to end, and never give up: the other processes are of use without this one."""
        if not patient:
            raise CannotRunError(f"{child.name} cannot start: {self._last_line(child)}")
        if now - child.since > HEALTHY_AFTER:
            child.ends = 0
        wait = wait_after(child.ends)
        child.ends += 1
        child.again_at = now + wait
        announce(f"{child.name} has ended: {self._last_line(child)}. Starting it again in {wait:g} s.")

    def _restart(self, child: Child, now: float) -> None:
        try:
            child.process = self._spawn(child.name, child.command, child.fds)
        except OSError as error:  # no process or no space to be had: later, perhaps
            wait = wait_after(child.ends)
            child.ends += 1
            child.again_at = now + wait
            announce(f"{child.name} cannot be started: {error}. Trying again in {wait:g} s.")
        else:
            child.since, child.again_at = now, None

    def _note_failing(self, now: float) -> None:
        failing = [child.name for child in self.children.values() if child.is_failing(now)]
        if failing != self.failing:
            with suppress(OSError):  # a full disk must not end the service; it is tried again at the next look
                standing.write_failing(self.data, failing)
                self.failing = failing

    def stop(self, name: str) -> None:
        """End one process in good order, and look after it no more."""
        self._end([name])

    def stop_all(self) -> None:
        """End all processes in good order: Redis last, after those that use it."""
        self._end([name for name in self.children if name != "redis"])
        self._end(list(self.children))
        self._note_failing(time.monotonic())  # nothing that is not there fails

    def _end(self, names: Sequence[str]) -> None:
        leaving = [self.children.pop(name).process for name in names]
        for process in leaving:
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN
        for process in leaving:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))

    def _spawn(self, name: str, command: Sequence[str | Path], fds: tuple[int, ...]) -> subprocess.Popen[bytes]:
        if self._log_of(name).exists() and self._log_of(name).stat().st_size > LOG_LIMIT:
            self._log_of(name).replace(self._log_of(f"{name}.old"))
        with self._log_of(name).open("ab") as log:
            return self.lifeline.start(command, output=log, cwd=ROOT, env=self.env, pass_fds=fds)

    def _log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _last_line(self, child: Child) -> str:
        log = self._log_of(child.name)
        lines: list[str] = []
        with suppress(OSError), log.open("rb") as file:  # somebody may have deleted it
            file.seek(max(0, log.stat().st_size - 4000))
            lines = file.read().decode(errors="replace").strip().splitlines()
        return f"{lines[-1] if lines else 'without a word'} (see {log})"


def wait_after(ends: int) -> float:
    """Return the seconds before the restart of a process that ended `ends` times before, in a row."""
    return min(2.0 ** min(ends, 10) / 2, LONGEST_WAIT)

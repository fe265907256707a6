"""One run: clients and faults by one seed, then all is mended, settled and read."""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tests.history import draw
from tests.history.browser import Browser, Instructor, WebStudent
from tests.history.checks import check
from tests.history.clients import CLOCKS, Device
from tests.history.faults import FAULTS
from tests.history.people import Known
from tests.history.records import History, Violation
from tests.history.set_up import INSTRUCTOR
from tests.history.settling import check_memory, settle
from tests.history.stand import Database, Stand
from tests.history.wire import Wire

PLAIN, EXAMINEE, WEB = "ada", "eve", "wim"
STUDENTS = [PLAIN, EXAMINEE, WEB]
Client = Device | Browser


@dataclass
class Run:
    """What a run did, and what it found."""

    seed: int
    database: Database
    history: History = field(default_factory=History)
    faults: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What went wrong with the clients themselves."""

    def summary(self) -> str:
        """Return a line of what was done, and one of what broke."""
        outcomes = Counter(each.outcome for each in self.history.operations)
        statuses = Counter(each.status or "none" for each in self.history.operations if each.outcome == "unknown")
        found = Counter(violation.check for violation in self.violations)
        acknowledged = {
            result["id"]
            for each in self.history.operations
            if each.kind == "batch" and each.is_acknowledged
            for result in each.answer["results"]
            if result["status"] in ("accepted", "duplicate")
        }
        return (
            f"{self.database}, seed {self.seed}: {len(self.history.operations):,} operations: "
            f"{outcomes['acknowledged']:,} acknowledged, {outcomes['refused']:,} refused, "
            f"{outcomes['unknown']:,} unknown {dict(statuses)}; {len(acknowledged):,} events acknowledged, "
            f"{found['lost']} lost, {found['doubled'] + found['invented']} doubled; "
            f"{sum(found.values())} violations {dict(found)}\n"
            f"{sum(self.faults.values())} faults: "
            + ", ".join(f"{name} {times}" for name, times in sorted(self.faults.items()))
        )


def make_devices(stand: Stand, history: History, student: str, number: int, known: Known) -> list[Device]:
    """Return devices of a student, whose clocks go differently, logged in."""
    devices = []
    for each in range(number):
        at = (STUDENTS.index(student) * 2 + each) if student in STUDENTS else each
        ahead = timedelta(seconds=CLOCKS[at % len(CLOCKS)])
        device = Device(history, Wire(stand.url), student, f"{student}/{each}", known, ahead)
        device.log_in()
        devices.append(device)
    return devices


def make_clients(stand: Stand, history: History) -> list[tuple[Client, draw.Weights]]:
    """Return all clients of a run, logged in, and what each does."""
    clients: list[tuple[Client, draw.Weights]] = []
    for student, weights in ((PLAIN, draw.DEVICE), (EXAMINEE, draw.EXAMINEE), (WEB, draw.DEVICE)):
        known = Known()
        number = 1 if student == WEB else 2
        clients += [(device, weights) for device in make_devices(stand, history, student, number, known)]
        if student == WEB:
            clients.append((WebStudent(history, Wire(stand.url), WEB, f"{WEB}/web", known), draw.BROWSER))
    clients.append((Instructor(history, Wire(stand.url), INSTRUCTOR, INSTRUCTOR), draw.INSTRUCTOR))
    for client, _ in clients:
        if isinstance(client, Browser):
            client.log_in()
    return clients


def work(run: Run, client: Client, weights: draw.Weights, pace: float, over: threading.Event) -> None:
    """Do what the seed says, until it is over."""
    try:
        for step in draw.draw_steps(run.seed, client.name, weights, pace):
            if over.wait(step.pause):
                return
            client.take(step)
    except Exception:
        run.broken.append(traceback.format_exc())


def break_things(run: Run, stand: Stand, seconds: float, every: float, kinds: Sequence[str]) -> None:
    """Let faults happen for so long, one after the other."""
    deadline = time.monotonic() + seconds
    for fault in draw.draw_faults(run.seed, kinds, every):
        time.sleep(max(min(fault.after, deadline - time.monotonic()), 0))
        if time.monotonic() >= deadline:
            return
        FAULTS[run.database][fault.kind](stand, fault)
        run.faults[fault.kind] += 1


def carry_out(
    stand: Stand, seed: int, seconds: float, *, every: float = 4.0, pace: float = 0.05, kinds: Sequence[str] = ()
) -> Run:
    """Let clients work and faults happen for so many seconds; then settle, read and check.

    `every` so many seconds something breaks, of these `kinds` or of all; a client pauses for `pace` seconds.
    """
    run = Run(seed, stand.database)
    over = threading.Event()
    clients = make_clients(stand, run.history)
    threads = [
        threading.Thread(target=work, args=(run, client, weights, pace, over), daemon=True)
        for client, weights in clients
    ]
    for thread in threads:
        thread.start()
    break_things(run, stand, seconds, every, kinds or sorted(FAULTS[stand.database]))
    over.set()
    for thread in threads:
        thread.join(120)
    if any(thread.is_alive() for thread in threads):
        run.broken.append("a client did not end")
    settle(stand, run.history, [client for client, _ in clients if isinstance(client, Device)])
    check_memory(stand, run.history)
    run.violations = check(run.history)
    return run

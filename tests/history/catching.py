"""A planted bug is switched on while a student's devices work, one after the other: the checks have to find it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.service import until
from tests.history import clock, draw
from tests.history.browser import Instructor
from tests.history.checks import check
from tests.history.clients import Device
from tests.history.draw import Step
from tests.history.people import Known, instant
from tests.history.planted import bugs
from tests.history.records import Document, History, Violation
from tests.history.run import make_devices
from tests.history.set_up import INSTRUCTOR
from tests.history.settling import send_waiting, settle
from tests.history.stand import Stand
from tests.history.wire import Wire

NONE = "nothing"
"""No bug: nothing may be found."""
BUGS_OF: Mapping[str, str] = {f"bug{number}": bug for number, bug in enumerate((NONE, *bugs.BUGS))}
"""The student on whom each bug is tried."""
WEIGHTS: draw.Weights = {"answer": 4, "offline": 2, "sync": 4, "again": 3, "undo": 2, "flag": 1}
STEPS = 40
A_DAY = 86_400.0
PATIENCE = 8.0
"""Seconds that the plan has to follow where it never does."""


def catch(stand: Stand, bug: str, seed: int) -> list[Violation]:
    """Try a bug on its student, and return what the checks find."""
    student = next(name for name, tried in BUGS_OF.items() if tried == bug)
    history, known = History(), Known()
    devices = make_devices(stand, history, student, 3, known)
    stand.bug.write_text(bug)
    if bug in (bugs.CORRECTION, bugs.CACHE):
        _with_instructor(stand, history, devices[0], bug)
    elif bug == bugs.LATE:
        _answer_late(stand, devices[0])
    else:
        steps = [draw.draw_steps(seed, device.name, WEIGHTS) for device in devices]
        for number in range(STEPS):
            devices[number % 3].take(next(steps[number % 3]))
    for device in devices:
        send_waiting(device)  # before the bug is switched off
    if bug in (bugs.OUTBOX, bugs.PLAN):
        settle(stand, history, devices, PATIENCE)
    else:
        stand.bug.unlink()
        settle(stand, history, devices)
    stand.bug.unlink(missing_ok=True)
    return check(history)


def _with_instructor(stand: Stand, history: History, device: Device, bug: str) -> None:
    """Change the course between what a student does."""
    instructor = Instructor(history, Wire(stand.url), INSTRUCTOR, INSTRUCTOR)
    instructor.log_in()
    device.do_sync(_step(0))
    if bug == bugs.CACHE:
        instructor.do_publish(_step(0))
        device.do_sync(_step(0))
        return
    device.do_open(_step(0))
    for place in range(len(device.known.slots)):
        device.do_save(_step(place / len(device.known.slots), 0.9))  # wrong
    instructor.do_correct(_step(0))
    until(lambda: not instructor.is_regrading(), lambda: "answers are graded anew")
    device.do_submit(_step(0))


def _answer_late(stand: Stand, device: Device) -> None:
    """Answer a card on two days, then take the first answer back, and give another one as of then."""
    ids = _step(0).ids()
    first = _read_queue(device)[0]
    before = device.review(first, ids, (0.0,) * 6)
    _send(device, before)
    clock.put(stand.clock, clock.read_offset(stand.clock).total_seconds() + A_DAY)
    second = next(shown for shown in _read_queue(device) if shown["card"] == first["card"])
    _send(device, device.review(second, ids, (0.5,) * 6))
    _send(device, {"id": next(ids), "type": "undo", "target": before["id"], "occurred_at": instant(device.ahead)})
    _send(device, device.review(first, ids, (0.0,) * 6, ago=A_DAY))


def _read_queue(device: Device) -> list[Document]:
    """Return what is to be reviewed, as soon as a busy service says it."""
    asked = list[Document]()

    def is_read() -> bool:
        asked[:] = device.read_queue(100)
        return bool(asked)

    until(is_read, lambda: "nothing is asked")
    return asked


def _send(device: Device, event: Document) -> None:
    """Send an event until it is known what became of it: what comes next builds on it."""
    device.send([event])
    send_waiting(device)


def _step(*dice: float) -> Step:
    return Step("", 0, (*dice, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9), 1)

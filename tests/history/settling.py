"""After the faults: what waits is sent, the service comes to rest, and everything is read."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus

from tests.faults.service import is_healthy, until
from tests.history.clients import Device
from tests.history.draw import Step
from tests.history.records import Document, History, Operation
from tests.history.sittings import check_sittings
from tests.history.stand import Stand
from tests.history.wire import Answer

PATIENCE = 120.0
STILL = 5
"""How often all is read, until nothing changes meanwhile."""
STEP = Step("", 0, (0.9, 0.0, 0.5, 0.0, 0.0, 0.0), 0)


def settle(stand: Stand, history: History, devices: Sequence[Device], patience: float = PATIENCE) -> None:
    """Send what waits, wait until the service is at rest, and read all that it holds.

    What has to follow in the background has `patience` seconds for it.
    """
    until(lambda: is_healthy(stand.url), lambda: stand.service.text[-3000:], PATIENCE)
    for device in devices:
        send_waiting(device)
    one_of_each = list({device.student: device for device in devices}.values())
    for device in one_of_each:
        _close_sittings(history, device, patience)
    _wait_for_plans(history, one_of_each, patience)
    _read_all(history, devices, one_of_each)
    for device in one_of_each:
        _export(history, device)


def check_memory(stand: Stand, history: History) -> None:
    """Let the service itself fold all states from the log again."""
    status, output = stand.manage("rebuild_memory", "--check")
    answer: Document = {"status": status, "output": output}
    history.end("manage.py", "", "rebuild", {}, history.begin(), status=200, answer=answer)


def _patiently(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait for a condition; whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _read(device: Device, path: str) -> Answer:
    """Read what is needed to judge the rest: as often as it takes."""
    answers = [Answer()]

    def is_read() -> bool:
        answers.append(device.wire.call("GET", path))
        return answers[-1].status == HTTPStatus.OK

    assert _patiently(is_read), f"{path}: {answers[-1].status}"
    return answers[-1]


def send_waiting(device: Device) -> None:
    """Send all of a device's batches, until each is answered."""

    def is_sent() -> bool:
        if device.unsent:
            device.send(device.unsent.pop(0))
        return not device.unsent

    _patiently(is_sent)


def _close_sittings(history: History, device: Device, patience: float) -> None:
    """Hand in what is open, and read all results, until they say what they should or there was time enough for it."""
    known = {each.answer["id"] for each in history.of(device.student, "open") if each.is_acknowledged}
    newest = _read(device, "/api/v1/sittings/").document["results"]  # one may be open of which nobody was told
    sittings = sorted(known | {each["id"] for each in newest})
    for sitting in sittings:
        _patiently(partial(_hand_in, device, sitting))

    def are_right() -> bool:
        results = [device.read_result(sitting) for sitting in sittings]
        looked_at = History([*history.of("", "correct"), *history.of(device.student, "save"), *results])
        return all(each.is_acknowledged for each in results) and not list(check_sittings(looked_at))

    _patiently(are_right, patience)


def _hand_in(device: Device, sitting: str) -> bool:
    path, sent = f"/sittings/{sitting}/submit/", {"sitting": sitting}
    return device.call("submit", "POST", path, sent).outcome != "unknown"


def _wait_for_plans(history: History, devices: Sequence[Device], patience: float) -> None:
    """Let each answer once more, and wait for the plans that follow."""
    answers = [(device, done) for device in devices if (done := _answer_once_more(history, device))]
    for device, done in answers:
        answered_at = done.answer["server_now"]
        _patiently(partial(_is_planned_since, device, answered_at), patience)
        sent = {"answered_at": answered_at, "event": done.sent["events"][0]["id"]}
        history.end("fresh", device.student, "plan", sent, history.begin(), status=200)


def _is_planned_since(device: Device, answered_at: str) -> bool:
    made_at = _planned_at(device)
    return bool(made_at) and datetime.fromisoformat(made_at) >= datetime.fromisoformat(answered_at)


def _planned_at(device: Device) -> str:
    """Return when the newest plan was made; empty where there is none."""
    return max((change["made_at"] for change in _list_changes(device) if change["type"] == "plan"), default="")


def _answer_once_more(history: History, device: Device) -> Operation | None:
    """Answer one question; None where there is none."""
    shown = next(iter(device.read_queue(1)), None)
    if shown is None:
        return None
    done = device.send([device.review(shown, _new_ids(history), (0.0,) * 6)])
    return done if done.is_acknowledged else None


def _new_ids(history: History) -> Iterator[str]:
    return Step("", 0, (), len(history.operations) + 1).ids()


def _read_all(history: History, devices: Sequence[Device], one_of_each: Sequence[Device]) -> None:
    """Let each device follow its cursor, twice, and a fresh one read all; again where something changed meanwhile."""
    for _ in range(STILL):
        for device in devices:
            device.do_sync(STEP)
        before = [_read_fresh(history, device) for device in one_of_each]
        new = sum(device.do_sync(STEP) for device in devices)
        if not new and before == [_read_fresh(history, device) for device in one_of_each]:
            return
        time.sleep(0.5)


def _read_fresh(history: History, device: Device) -> Document:
    """Read everything as a new client does."""
    began, answer = history.begin(), {"changes": _list_changes(device)}
    history.end("fresh", device.student, "full", {}, began, status=200, answer=answer)
    return answer


def _list_changes(device: Device) -> list[Document]:
    """Return all pages of a sync without a cursor."""
    changes, cursor, has_more = list[Document](), "", True
    while has_more:
        page = _read(device, f"/api/v1/sync/?cursor={cursor}").document
        changes += page["changes"]
        cursor, has_more = page["cursor"], page["has_more"]
    return changes


def _export(history: History, device: Device) -> None:
    """Take everything out that is stored of the student."""
    began = history.begin()
    answer = _read(device, "/api/v1/me/export/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        tables = {name: json.loads(archive.read(f"{name}.json")) for name in ("answers", "waiting")}
    ids = {name: [row["id"] for row in rows] for name, rows in tables.items()}
    ratings = {row["id"]: [row["item"], (row["grade"] or {}).get("rating", "")] for row in tables["answers"]}
    history.end("fresh", device.student, "export", {}, began, status=answer.status, answer={**ids, "rows": ratings})

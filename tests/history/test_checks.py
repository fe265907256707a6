"""The checks by themselves: of small histories, what they find in each, and that they find nothing in a right one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.history import checks, draw
from tests.history.faults import FAULTS
from tests.history.records import Document, History, show_piece

E1, E2, UNDO, P1, P2, C1, C2 = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(1, 8))
NOW = "2026-03-02T12:00:00.000Z"
GRADE = {"score": 1.0, "rating": "good"}


def _event(name: str, presentation: str | None, at: str, **more: object) -> Document:
    said = {"presentation": presentation, "response": {"choice": "a"}, "confidence": None, "duration_ms": 1000}
    return {"id": name, "type": "review", "occurred_at": at, **said, **more}


def _stored(event: Document, **more: object) -> Document:
    kept = {key: event.get(key) for key in ("id", "presentation", "response", "confidence", "duration_ms", "target")}
    state = {"undone": False, "superseded": False, "study_date": "2026-03-02", "card": None}
    return {"type": "event", "event_type": event["type"], "occurred_at": event["occurred_at"], **kept, **state, **more}


def _card(name: str, item: str, reviews: int, stability: float | None, difficulty: float | None) -> Document:
    flags = {"suspended": False, "buried_until": None}
    state = {"reviews": reviews, "stability": stability, "difficulty": difficulty}
    return {"type": "card", "id": name, "item": item, **state, **flags}


SENT = [_event(E1, P1, "2026-03-02T11:59:00.000Z"), _event(E2, P2, "2026-03-02T11:59:30.000Z")]
ITEMS = [{"type": "item_version", "id": slug, "version": 1} for slug in ("choice-1", "word-0", "choice-2")]
CHANGES = [
    *ITEMS,
    *(_stored(event) for event in SENT),
    _card(C1, "one", 1, 2.3065, 2.118103970459015),
    _card(C2, "two", 1, 2.3065, 2.118103970459015),
    {"type": "plan", "id": "2026-03-02", "made_at": "2026-03-02T12:00:05.000Z", "tasks": []},
]


def _result(name: str, status: str = "accepted", **more: object) -> Document:
    return {"id": name, "status": status, "code": None, "grade": GRADE, "cards": [], **more}


def _right() -> list[tuple[str, str, Document, Document]]:
    """A student answers, sends it again, reads, and all is read at the end: client, kind, what was sent, the answer."""
    batch = {"device_now": NOW, "events": SENT}
    queue = [{"id": P1, "card": C1}, {"id": P2, "card": C2}]
    page = {"changes": CHANGES, "cursor": "1", "has_more": False}
    rows = {E1: ["one", "good"], E2: ["two", "good"]}
    return [
        ("ada/0", "queue", {}, {"results": queue}),
        ("ada/0", "batch", batch, {"server_now": NOW, "results": [_result(E1), _result(E2)]}),
        ("ada/0", "batch", batch, {"server_now": NOW, "results": [_result(E1, "duplicate"), _result(E2, "duplicate")]}),
        ("ada/0", "sync", {"cursor": ""}, page),
        ("fresh", "plan", {"answered_at": NOW, "event": E1}, {}),
        ("fresh", "full", {}, {"changes": CHANGES}),
        ("ada/0", "sync", {"cursor": "1"}, {"changes": [], "cursor": "1", "has_more": False}),
        ("fresh", "export", {}, {"answers": [E1, E2], "waiting": [], "rows": rows}),
        ("fresh", "queue", {}, {"results": []}),
    ]


def _history(operations: list[tuple[str, str, Document, Document]], statuses: dict[int, int] | None = None) -> History:
    history = History()
    for number, (client, kind, sent, answer) in enumerate(operations):
        student = "" if kind in ("publish", "correct", "rebuild") else "ada"
        status = (statuses or {}).get(number, 200)
        history.end(client, student, kind, sent, history.begin(), status=status, answer=answer)
    return history


def _found(history: History) -> set[str]:
    return {violation.check for violation in checks.check(history)}


def test_nothing_is_found_in_a_right_history() -> None:
    history = _history(_right())
    assert checks.check(history) == []


Change = Callable[[list[Any]], object]


def _in_log(change: Callable[[list[Document]], object]) -> Change:
    """Change what everybody reads, at the end and before."""

    def apply(operations: list[Any]) -> None:
        change(operations[3][3]["changes"])
        operations[5][3]["changes"] = operations[3][3]["changes"]
        rows = {each["id"]: ["one", "good"] for each in operations[5][3]["changes"] if each["type"] == "event"}
        operations[7][3].update(answers=sorted(rows), rows={**rows, **operations[7][3]["rows"]})

    return apply


def _set(at: int, **values: object) -> Change:
    return _in_log(lambda changes: changes[at].update(values))


WRONG: dict[str, tuple[str, Change]] = {
    "acknowledged, and not there": ("lost", _in_log(lambda changes: changes.pop(3))),
    "there under another id too": ("doubled", _in_log(lambda changes: changes.append({**changes[3], "id": UNDO}))),
    "never sent": ("invented", _in_log(lambda changes: changes.append({**changes[3], "id": UNDO, "duration_ms": 7}))),
    "another answer than was sent": ("changed", _set(3, response={"choice": "b"})),
    "at another time than it happened": ("clock", _set(3, occurred_at="2026-03-01T11:59:00.000Z")),
    "there twice": ("doubled", lambda operations: operations[7][3]["answers"].append(E1)),
    "not in the export": ("export", lambda operations: operations[7][3]["answers"].pop()),
    "a result too few": ("idempotence", lambda operations: operations[2][3]["results"].pop()),
    "another grade for a duplicate": (
        "idempotence",
        lambda operations: operations[2][3]["results"][0].update(grade={"score": 0.0, "rating": "again"}),
    ),
    "a read that lacks what was written": (
        "read-your-writes",
        lambda operations: operations[3][3].update(changes=[*CHANGES[:3], *CHANGES[4:]]),
    ),
    "a cursor that skipped a card": ("cursor", lambda operations: operations[3][3].update(changes=CHANGES[:-2])),
    "a cursor that went back": ("cursor", lambda operations: operations[6][3].update(changes=CHANGES[-1:])),
    "undone without an undo": ("undo", _set(3, undone=True)),
    "superseded by nothing": ("undo", _set(3, superseded=True)),
    "suspended by nothing": ("flags", _set(5, suspended=True)),
    "a review that the card has not seen": ("fold", _set(5, reviews=0)),
    "a state of other answers": ("fold", _set(5, stability=1.2931)),
    "a plan of before the answer": ("plan", _set(7, made_at="2026-03-02T11:00:00.000Z")),
    "a plan of what was answered": ("answered-planned", _set(7, tasks=[{"card": C1}])),
    "asked again what was answered": (
        "queue",
        lambda operations: operations[8][3].update(results=[{"id": P1, "card": C1}]),
    ),
    "published, and not read": (
        "revision",
        lambda operations: operations.insert(3, ("ina", "publish", {"item": "word-0", "edition": 2}, {})),
    ),
    "another fold": (
        "rebuild",
        lambda operations: operations.append(("", "rebuild", {}, {"status": 1, "output": "1"})),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named(wrong: str) -> None:
    name, change = WRONG[wrong]
    operations = copy.deepcopy(_right())
    change(operations)
    history = _history(operations)
    assert name in _found(history)
    violation = next(each for each in checks.check(history) if each.check == name)
    assert show_piece(history, violation).startswith(f"{name}: ")


def test_what_is_unknown_may_be_there_or_not() -> None:
    operations = copy.deepcopy(_right())
    del operations[2]
    operations[1][3].clear()
    assert checks.check(_history(operations, {1: 503})) == []
    gone = [change for change in CHANGES if change["type"] != "event"]
    gone[3:5] = [_card(C1, "one", 0, None, None), _card(C2, "two", 0, None, None)]
    for number in (2, 4):
        operations[number][3]["changes"] = gone
    operations[6][3].update(answers=[], rows={})
    assert checks.check(_history(operations, {1: 0})) == []


def _sitting(response: object, score: float, *, item: str = "choice-0") -> Document:
    choices = [{"id": "a", "text": "this one"}, {"id": "b", "text": "not"}]
    shown = {"id": P1, "card": C1, "item": item, "kind": "single_choice", "prompt": {"choices": choices}}
    slot = {"slot": 1, "presentation": shown, "response": response, "score": score, "rev": 1}
    return {"id": "s", "state": "submitted", "slots": [slot]}


@pytest.mark.parametrize(
    ("response", "score", "corrections", "found"),
    [
        ({"choice": "a"}, 1.0, [], set()),
        ({"choice": "b"}, 0.0, [], {"sitting"}),  # it was not saved
        ({"choice": "a"}, 0.0, [], {"correction"}),
        ({"choice": "a"}, 1.0, ["full"], set()),
        (None, 1.0, ["full"], {"sitting"}),
        ({"choice": "a"}, 1.0, ["full", "reverse"], set()),
    ],
)
def test_a_sitting_counts_what_was_saved_by_what_holds(
    response: object, score: float, corrections: list[str], found: set[str]
) -> None:
    save = {"sitting": "s", "slot": 1, "rev": 0, "response": {"choice": "a"}}
    history = _history(
        [
            ("ada/0", "save", save, {"rev": 1}),
            *(("ina", "correct", {"item": "choice-0", "rule": rule}, {}) for rule in corrections),
            ("ada/0", "result", {"sitting": "s"}, _sitting(response, score)),
        ]
    )
    assert _found(history) == found


def test_one_seed_draws_one_schedule() -> None:
    def drawn(seed: int) -> list[object]:
        steps = islice(draw.draw_steps(seed, "ada/0", draw.DEVICE), 50)
        return [*steps, *islice(draw.draw_faults(seed, sorted(FAULTS["sqlite"]), 4.0), 20)]

    assert drawn(5) == drawn(5)
    assert drawn(5) != drawn(6)


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    history = _history(_right())
    history.write(tmp_path / "history.jsonl")
    assert History.read(tmp_path / "history.jsonl").operations == history.operations
    assert datetime.fromisoformat(NOW).tzinfo == UTC

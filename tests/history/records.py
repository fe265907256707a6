"""What clients did and what they were answered: the history that the checks judge. Pure."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["acknowledged", "refused", "unknown"]
Document = dict[str, Any]
"""JSON as a client sent or got it."""


@dataclass(frozen=True)
class Operation:
    """One call. `began` and `ended` are places in one order of all beginnings and ends.

    Acknowledged is what was answered with 2xx or 3xx, refused what was with 4xx: it has changed nothing. Unknown is all
    else: no answer, half of one, 5xx. It may have happened or not, and the client may send it again.
    """

    client: str
    student: str
    kind: str
    sent: Document
    outcome: Outcome
    status: int
    answer: Document
    began: int
    ended: int

    @property
    def is_acknowledged(self) -> bool:
        """Whether the service said that it is done."""
        return self.outcome == "acknowledged"

    def before(self, other: Operation) -> bool:
        """Whether it was over before the other began."""
        return self.ended < other.began


@dataclass
class History:
    """All operations in the order of their ends; may be written by many threads."""

    operations: list[Operation] = field(default_factory=list)
    _place: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> int:
        """Return the place of a beginning."""
        with self._lock:
            self._place += 1
            return self._place

    def end(
        self,
        client: str,
        student: str,
        kind: str,
        sent: Document,
        began: int,
        *,
        status: int,
        answer: Document | None = None,
    ) -> Operation:
        """Record what became of an operation; `status` is that of HTTP, 0 for no answer."""
        outcome: Outcome = "acknowledged" if 200 <= status < 400 else "refused" if 400 <= status < 500 else "unknown"
        with self._lock:
            self._place += 1
            operation = Operation(client, student, kind, sent, outcome, status, answer or {}, began, self._place)
            self.operations.append(operation)
        return operation

    def of(self, student: str, *kinds: str) -> Iterator[Operation]:
        """Yield a student's operations of some kinds in the order of their ends; all of theirs without kinds."""
        return (each for each in self.operations if each.student == student and (not kinds or each.kind in kinds))

    def students(self) -> list[str]:
        """Return whose operations there are."""
        return sorted({each.student for each in self.operations} - {""})

    def write(self, file: Path) -> None:
        """Write one operation a line."""
        file.write_text("".join(json.dumps(asdict(each)) + "\n" for each in self.operations))

    @classmethod
    def read(cls, file: Path) -> History:
        """Read what was written."""
        return cls([Operation(**json.loads(line)) for line in file.read_text().splitlines()])


@dataclass(frozen=True)
class Violation:
    """What may not be: the check that found it, in words, and the names (of events, cards, slots) that it is about."""

    check: str
    student: str
    words: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.check}: {self.student}: {self.words}"


MOST_LINES = 40
WIDEST = 400


def show_piece(history: History, violation: Violation) -> str:
    """Return the operations that speak of what a violation is about, a line each: the smallest piece that shows it."""
    lines = []
    for each in history.operations:
        if each.student not in (violation.student, ""):
            continue
        parts = list(_mentions(each.sent, violation.names)), list(_mentions(each.answer, violation.names))
        if any(parts):
            told = "; ".join(json.dumps(part, sort_keys=True)[:WIDEST] for half in parts for part in half)
            lines.append(
                f"  [{each.began}-{each.ended}] {each.client} {each.kind} {each.outcome} {each.status}: {told}"
            )
    left_out = [f"  … {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    return "\n".join(
        [str(violation), *lines[: MOST_LINES // 2], *left_out, *lines[MOST_LINES // 2 :][-MOST_LINES // 2 :]]
    )


def _mentions(document: object, names: Iterable[str]) -> Iterator[object]:
    """Yield the innermost objects of a document that hold one of the names as a value."""
    names = set(names)
    if isinstance(document, dict):
        if any(isinstance(value, str) and value in names for value in document.values()):
            yield document
            return
        for value in document.values():
            yield from _mentions(value, names)
    elif isinstance(document, list):
        for value in document:
            yield from _mentions(value, names)

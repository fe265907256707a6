"""What a roster says: its students, what is wrong in it, and what of it is not used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quizzes.courses.roster.columns import Column


@dataclass(frozen=True)
class Line:
    """A student as a roster lists them, by an address, by the username of one who is in the course, or by both.

    `number` is the line in the file, 1 for its first. `extra_time` is in per cent. What None stands for is not said by
    the file, and stays as it is; an empty section is none.
    """

    number: int
    email: str = ""
    username: str = ""
    name: str | None = None
    section: str | None = None
    extra_time: int | None = None

    @property
    def who(self) -> str:
        """The student as the file names them."""
        return self.email or self.username


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place of a file, and what to do; line 0 is the file as a whole."""

    line: int
    column: str
    text: str

    @property
    def place(self) -> str:
        """Where it is, for people."""
        where = f"Line {self.line}" if self.line else "The file"
        return f"{where}, {self.column}" if self.column else where


@dataclass(frozen=True)
class Roster:
    """A roster that was read; with a fault nothing of it may be applied."""

    lines: Sequence[Line] = ()
    faults: Sequence[Fault] = ()
    notes: Sequence[str] = ()
    """What was left out, for people."""
    columns: frozenset[Column] = field(default=frozenset())
    """What the file says of its students."""

"""How far a client has read: up to which number of the student's change log, and of each course. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import pydantic
from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[int, Field(ge=-1, le=2**63 - 1)]
Key = Annotated[str, Field(max_length=24)]


class UnreadableCursorError(ValueError):
    """This was never a cursor. It says in words what is one."""

    def __init__(self) -> None:
        super().__init__("Use a cursor as an earlier answer gave it, or none.")


class StaleCursorError(Exception):
    """The cursor is too old, or of another history: start again without one."""


class Cursor(BaseModel):
    """How far a client has read. To clients it is text without a meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    student: Number
    change_log: Number = -1
    """The number of the last change that was read of the student's change log."""
    courses: dict[Number, Number] = {}
    """Of each course, the number of the last item that was read."""
    documents: dict[Key, Key] = {}
    """Of each document, the digest of what was read."""
    issued_at: Number
    """When the client was given it, in seconds since 1970."""
    began: Number = -1
    """Between two pages: the `change_log` with which the first of them was asked for."""
    began_at: Number = -1
    """The number of the last change that there was then; -1 where no further page waits to be read."""

    def __str__(self) -> str:
        text = self.model_dump_json()
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read a cursor that was given to a client. Raises UnreadableCursorError."""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (binascii.Error, ValueError, pydantic.ValidationError):
            raise UnreadableCursorError from None

    def begun(self, end: Cursor) -> Cursor:
        """Return the cursor as that of a page, the first of several or a later one, when the log goes to `end`."""
        if self.began_at >= 0:
            return self
        return self.model_copy(update={"began": self.change_log, "began_at": end.change_log})

    def is_ahead_of(self, end: Cursor) -> bool:
        """Whether the client has read more than there is: the database was restored from a backup."""
        return self.change_log > end.change_log or any(
            number > end.courses.get(course, number) for course, number in self.courses.items()
        )

"""What is wrong with something that the bank was asked to take, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pydantic


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where: a file, an item or other entry, a field, a line (1-based)."""

    message: str
    field: str = ""
    entry: str = ""
    file: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        """The file, with the line where it is known."""
        return f"{self.file}:{self.line}" if self.file and self.line else self.file

    def __str__(self) -> str:
        return ": ".join(part for part in (self.place, self.entry, self.field, self.message) if part)


class BankError(Exception):
    """The bank refused, and nothing changed; `problems` says what has to be mended, and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)


def problems_of(error: pydantic.ValidationError) -> list[Problem]:
    """A pydantic error as problems, each at its field (`choices.2.because`)."""
    problems = []
    for detail in error.errors(include_url=False):
        field = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "missing":
            message = "This field is missing."
        elif detail["type"] == "extra_forbidden":
            message = "This field is not known here; check its spelling."
        problems.append(Problem(message, field=field))
    return problems

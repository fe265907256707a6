"""Why an operation on a sitting is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizzes.models import Slot


class SittingError(ValueError):
    """A sitting cannot be opened now, or a step is out of turn.

    `code` tells programs why: `early`, `over`, `attempts`, `archived` (its course is), `bank` (the bank cannot fill the
    exam) or `turn`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StaleAnswerError(ValueError):
    """Another tab or device has saved this answer since; `slot` is as it stands now."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(f"This answer was changed elsewhere; the newest revision is {slot.rev}.")
        self.slot = slot


class TooLateError(ValueError):
    """The deadline has passed, or the sitting is closed."""


class StillOpenError(ValueError):
    """A sitting has no result before it is closed."""

"""What staff may ask for to be done to a sitting, and why it is refused."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from quizzes.models import SittingAct

MAX_TEXT = 2000
"""Characters of a reason, or of a comment."""
MAX_MINUTES = 24 * 60
MAX_EXTRA_PERCENT = 400


class MendError(ValueError):
    """An act cannot be done to this sitting, as things stand; says why."""


@dataclass(frozen=True)
class Order:
    """An act that is asked for; `request` is the same where it is asked for again.

    `minutes` are those of more time, `percent` of extra time, `until` the new end of what is opened again; `reverses`
    is the key of the act that is taken back.
    """

    kind: SittingAct.Kind
    request: uuid.UUID
    why: str = ""
    minutes: int | None = None
    percent: int | None = None
    until: datetime | None = None
    reverses: int | None = None


def check_order(order: Order) -> None:
    """Raise MendError where the order is not whole."""
    kind = SittingAct.Kind
    if len(order.why) > MAX_TEXT or "\0" in order.why:
        raise MendError(f"Write at most {MAX_TEXT} characters.")
    if order.kind == kind.COMMENT and not order.why:
        raise MendError("Write what the student is to read.")
    if order.kind == kind.EXTEND and not 1 <= (order.minutes or 0) <= MAX_MINUTES:
        raise MendError(f"Give 1 to {MAX_MINUTES} minutes.")
    if order.kind == kind.EXTRA_TIME and (order.percent is None or not 0 <= order.percent <= MAX_EXTRA_PERCENT):
        raise MendError(f"Give 0 to {MAX_EXTRA_PERCENT} per cent.")
    if order.kind == kind.REOPEN and order.until is None:
        raise MendError("Say until when.")
    if order.kind == kind.REVERSE and order.reverses is None:
        raise MendError("Say what is taken back.")

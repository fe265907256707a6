"""When a card that was forgotten is asked again: after a gap, not for ever, and rested if it keeps failing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

GAP = 3
"""So many other questions come before a card is asked again, unless its minutes have passed."""
MAX_ANSWERS = 4
"""A card that was answered so often on a study day is not asked again on it; it comes back tomorrow."""

LEECH = 8
"""A card that was forgotten so often, and again the last time, is a leech: asking it once more teaches little."""
REST_DAYS = 3
"""Study days from a leech's last answer to the day on which it may be planned again."""


def is_rested(
    last_review_at: datetime | None, due_at: datetime | None, newest: Sequence[datetime], now: datetime
) -> bool:
    """Whether the gap since a card's last answer is over; `newest` are the day's last answers, the newest first."""
    if due_at is None or due_at <= now or last_review_at is None:
        return True
    return len(newest) >= GAP and newest[GAP - 1] > last_review_at

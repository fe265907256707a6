"""Numbers and instants in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from quizzes.calendar import study_day

register = template.Library()


@register.filter
def about_minutes(seconds: float) -> str:
    """A duration in seconds, said as a person would: `about 9 minutes`."""
    if seconds < 45:
        return "less than a minute"
    minutes = max(round(seconds / 60), 1)
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"


@register.filter
def percent(share: float | None) -> str:
    """A share in [0, 1] as whole percent."""
    return "" if share is None else f"{100 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


@register.filter
def decimals(value: float | str | None, places: int) -> str:
    """A number with so many decimals and a real minus sign; a dash for none."""
    # A template gives "" for what is missing on the way.
    if value is None or isinstance(value, str):
        return "–"
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def hundredfold(share: float | None) -> int:
    """A share in [0, 1] for a meter, 0-100."""
    return round(100 * (share or 0))


@register.filter
def at(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """The entry of a mapping under a name that the template computes."""
    return mapping.get(key) if mapping else None


@register.filter
def comes_back(due: datetime | None, student: Any) -> str:
    """When a card comes due, from now on, in the student's study days: `tomorrow`, `in 4 days`."""
    if due is None:
        return ""
    now = timezone.now()
    today = study_day(student, now)
    if due < today.ends_at:
        return "today, at the end" if due - now < timedelta(hours=1) else "later today"
    return in_days((study_day(student, due).date - today.date).days)


@register.filter
def days_until(instant: datetime, student: Any) -> str:
    """An instant, counted in the student's calendar days: `4 days ago`, `today`, `tomorrow`, `in 30 days`."""
    today: date = timezone.now().astimezone(student.zone).date()
    days = (instant.astimezone(student.zone).date() - today).days
    if days < 0:
        return "yesterday" if days == -1 else f"{-days} days ago"
    return in_days(days)


def in_days(days: int) -> str:
    """`today`, `tomorrow`, `in 12 days`, `in 5 weeks`, `in 4 months`."""
    if days <= 0:
        return "today"
    if days == 1:
        return "tomorrow"
    if days <= 31:
        return f"in {days} days"
    if days <= 100:
        return f"in {round(days / 7)} weeks"
    return f"in {round(days / 30.4)} months" if days < 700 else f"in {round(days / 365.25)} years"


@register.filter
def formula(text: str) -> str:
    """The LaTeX of a text that is one formula and nothing else; else nothing."""
    inner = text.strip().removeprefix("$").removesuffix("$")
    return inner if len(inner) == len(text.strip()) - 2 and "$" not in inner else ""


@register.filter
def field(record: Any, name: str) -> Any:
    """The field of a record under a name that the template computes."""
    return getattr(record, name)


@register.filter
def words(name: str) -> str:
    """A name of the code as words: single_choice as single choice."""
    return name.replace("_", " ")

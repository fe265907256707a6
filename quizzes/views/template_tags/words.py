"""Template filters: numbers, instants and mastery as they are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from quizzes.calendar import HasStudyDay, study_day
from quizzes.memory.concepts import Mastery

register = template.Library()


@register.filter
def about_minutes(seconds: float) -> str:
    """Return a duration in seconds as a person would say it: `about 9 minutes`."""
    if seconds < 45:
        return "less than a minute"
    minutes = max(round(seconds / 60), 1)
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"


@register.filter
def in_whole_minutes(seconds: int) -> str:
    """Return a duration in seconds as whole minutes: `12 min`."""
    return f"{seconds / 60:.0f}\N{NO-BREAK SPACE}min"


@register.filter
def took(milliseconds: int) -> str:
    """Return how long a question took: `45 s`, `2 min 05 s`, `1 h 03 min`."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}\N{NO-BREAK SPACE}h {minutes:02}\N{NO-BREAK SPACE}min"
    if minutes:
        return f"{minutes}\N{NO-BREAK SPACE}min {seconds:02}\N{NO-BREAK SPACE}s"
    return f"{seconds}\N{NO-BREAK SPACE}s"


@register.filter
def percent(share: float | None) -> str:
    """Return a share in [0, 1] as whole percent; nothing for None."""
    return "" if share is None else f"{100 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


@register.filter
def mastery(known: Mastery | None) -> SafeString:
    """Return how well a concept is known: a meter, the estimate and its interval; or that it is not started."""
    if known is None or known.mastery <= 0:
        return SafeString('<span class="quiet small">not started</span>')
    return format_html(
        '<span class="meter of-range" style="--low: {}; --high: {}" aria-hidden="true">'
        '<span style="--at: {}"></span></span>'
        '<span class="numbers">{} <span class="quiet small">{} to {}</span></span>',
        *map(hundredfold, (known.low, known.high, known.mastery)),
        *map(percent, (known.mastery, known.low, known.high)),
    )


@register.filter
def decimals(value: float | str | None, places: int) -> str:
    """Return a number with `places` decimals and a real minus sign; a dash for None."""
    # A template gives "" for what is missing on the way.
    if value is None or isinstance(value, str):
        return "–"
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def hundredfold(share: float | None) -> int:
    """Return a share in [0, 1] as 0-100, for a meter."""
    return round(100 * (share or 0))


@register.filter
def at(mapping: Mapping[str, object] | None, key: str) -> object:
    """Return the entry of a mapping under a name that the template computes; None where there is none."""
    return mapping.get(key) if mapping else None


@register.filter
def comes_back(due: datetime | None, student: HasStudyDay) -> str:
    """Return when a card comes due, in the student's study days from now: `tomorrow`, `in 4 days`."""
    if due is None:
        return ""
    now = timezone.now()
    today = study_day(student, now)
    if due < today.ends_at:
        return "again today" if due - now < timedelta(hours=1) else "later today"
    return in_days((study_day(student, due).date - today.date).days)


@register.filter
def in_minutes(instant: datetime) -> str:
    """Return how long it is until an instant within the day: `in 9 minutes`, of one that is past `in 1 minute`."""
    minutes = max(math.ceil((instant - timezone.now()) / timedelta(minutes=1)), 1)
    return f"in {minutes} minute{'' if minutes == 1 else 's'}"


@register.filter
def days_until(instant: datetime, student: HasStudyDay) -> str:
    """Return the day of an instant in days from the student's today: `4 days ago`, `today`, `in 30 days`.

    Today is the study day, whose date stands on every page; until it rolls over the next morning is tomorrow.
    """
    today = study_day(student, timezone.now()).date
    days = (instant.astimezone(student.zone).date() - today).days
    if days < 0:
        return "yesterday" if days == -1 else f"{-days} days ago"
    return in_days(days)


@register.filter
def study_date(instant: datetime, student: HasStudyDay) -> date:
    """Return the date of the study day that an instant falls in."""
    return study_day(student, instant).date


def in_days(days: int) -> str:
    """Return a number of days from now in words: `today`, `tomorrow`, `in 12 days`, `in 5 weeks`, `in 4 months`."""
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
def lasting(days: float) -> str:
    """Return a duration in days in words: `6 hours`, `3 days`, `5 weeks`, `4 months`, `2 years`."""
    units = (("hour", 1 / 24, 1.5), ("day", 1, 21), ("week", 7, 100), ("month", 30.4, 700), ("year", 365.25, math.inf))
    unit, length, _ = next(each for each in units if days < each[2])
    count = max(round(days / length), 1)
    return f"{count}\N{NO-BREAK SPACE}{unit}{'' if count == 1 else 's'}"


@register.filter
def formula(text: str) -> str:
    """Return the LaTeX of a text that is one formula and nothing else; empty for any other text."""
    inner = text.strip().removeprefix("$").removesuffix("$")
    return inner if len(inner) == len(text.strip()) - 2 and "$" not in inner else ""


@register.filter
def in_marks(marks: float) -> str:
    """Return marks with their unit: `1 mark`, `2.5 marks`."""
    return f"{marks:g}\N{NO-BREAK SPACE}mark{'' if marks == 1 else 's'}"


@register.filter
def field(record: object, name: str) -> object:
    """Return the field of a record whose name the template computes."""
    return getattr(record, name)


@register.filter
def words(name: str) -> str:
    """Return an identifier as words: `in_progress` as `in progress`."""
    return name.replace("_", " ")


@register.filter
def outcome(name: str) -> str:
    """The outcome of an answer (`right`, `partly` or `wrong`) as a student reads it."""
    return {"right": "correct", "partly": "partly correct", "wrong": "incorrect"}[name]

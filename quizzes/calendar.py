"""A student's study days: they roll over at an hour of the student's own, in the student's own zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class HasStudyDay(Protocol):
    """The fields that define a student's study day."""

    day_rollover_hour: int

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def kept_day(self) -> "StudyDay | None":
        """The day that a change of zone or hour found begun, and left as it was."""
        ...


class HasReminder(HasStudyDay, Protocol):
    """The fields that define when a student is reminded."""

    reminder_hour: int


@dataclass(frozen=True)
class StudyDay:
    """One study day: `begins_at` (inclusive) to `ends_at` (exclusive), aware UTC."""

    date: date
    begins_at: datetime
    ends_at: datetime


def day_begins(student: HasStudyDay, day: date) -> datetime:
    """Return the instant (aware, UTC) at which the student's study day `day` begins.

    Where the clocks skip the rollover hour, the day begins at the hour's would-be instant; where they repeat it, at
    the first of the two. Beside a day that was kept it begins no earlier than that ends, and none before it later than
    that begins.
    """
    at, kept = _begins_by_clock(student, day), student.kept_day
    if kept is None:
        return at
    if day == kept.date:
        return kept.begins_at
    return max(at, kept.ends_at) if day > kept.date else min(at, kept.begins_at)


def study_day(student: HasStudyDay, now: datetime) -> StudyDay:
    """Return the student's study day that the aware instant `now` falls in."""
    day, kept = _day_by_clock(student, now), student.kept_day
    if kept is None:
        return day
    if kept.begins_at <= now < kept.ends_at:
        return kept
    on = day.date if now >= kept.ends_at else min(day.date, kept.date - timedelta(days=1))
    return StudyDay(on, day_begins(student, on), day_begins(student, on + timedelta(days=1)))


def keep_day(before: HasStudyDay, after: HasStudyDay, now: datetime) -> StudyDay | None:
    """Return the day that has to be kept when a student's zone or hour changes at `now`; None where none has to.

    Dates never go back and none is left out. Where the new clock has not come to today's date yet, today lasts until
    that clock begins the next date. Where it is at the next date already, today ends when it would have ended; unless
    the new clock is two dates on by then, as it can be across the date line.
    """
    if (before.zone, before.day_rollover_hour) == (after.zone, after.day_rollover_hour):
        return before.kept_day
    today = study_day(before, now)
    tomorrow = today.date + timedelta(days=1)
    date_by_clock = _day_by_clock(after, now).date
    if date_by_clock < today.date:
        return StudyDay(today.date, today.begins_at, _begins_by_clock(after, tomorrow))
    if date_by_clock == today.date or _day_by_clock(after, today.ends_at).date > tomorrow:
        return None
    return today


def _begins_by_clock(student: HasStudyDay, day: date) -> datetime:
    """Return when the day begins by the student's zone and hour alone."""
    try:
        local = datetime.combine(day, time(student.day_rollover_hour), tzinfo=student.zone)
        return local.astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(student.day_rollover_hour), tzinfo=UTC)


def _day_by_clock(student: HasStudyDay, now: datetime) -> StudyDay:
    """Return the day that the student's zone and hour alone say."""
    day = now.astimezone(student.zone).date()
    if now < _begins_by_clock(student, day):
        day -= timedelta(days=1)
    return StudyDay(day, _begins_by_clock(student, day), _begins_by_clock(student, day + timedelta(days=1)))


def next_reminder(student: HasReminder, now: datetime) -> datetime:
    """Return the first instant after `now` (aware, UTC) at which the student's hour for reminders begins."""
    today = now.astimezone(student.zone).date()
    coming = (
        datetime.combine(today + timedelta(days=days), time(student.reminder_hour), tzinfo=student.zone)
        for days in range(3)
    )
    return next(at for at in coming if at > now).astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """Return an aware instant as ISO 8601 in UTC with milliseconds: `2026-03-01T12:00:00.000Z`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

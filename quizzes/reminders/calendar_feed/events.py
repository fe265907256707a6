"""What stands in a student's calendar: exams, what is left of today's plan, and the minutes of the days ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from quizzes import schedule
from quizzes.models import Student
from quizzes.reminders.calendar_feed.icalendar import Event, write

REFRESH = timedelta(hours=4)
PAST = timedelta(days=90)
"""How long an exam that is over stays."""
DAYS_AHEAD = 60
"""Days of the outlook that are shown."""
DAYS_WITHOUT_EXAM = 14
"""The same where no outlook says how many there are."""


def render(student: Student, now: datetime) -> bytes:
    """Return the student's calendar as an iCalendar document. A fixed number of queries; nothing is stored."""
    events = [*_list_exams(student, now), *_list_days(student, now)]
    return write("examprep", events, now, REFRESH)


def _list_exams(student: Student, now: datetime) -> Iterator[Event]:
    for exam in schedule.list_exam_dates(student):
        if exam.at > now - PAST:
            yield Event(_uid(exam.name), exam.title, "", _address("exams"), exam.at, exam.minutes)


def _list_days(student: Student, now: datetime) -> Iterator[Event]:
    """Today as it is planned, unless nothing is left of it; then the days ahead as the outlook has them, or alike."""
    queue = schedule.load_queue(student, limit=0, now=now)
    today = queue.day.date
    if queue.remaining:
        yield _plan(student, today, queue.remaining_seconds / 60, queue.due, queue.new)
    outlook = schedule.read_outlook(student, now=now).outlook
    if outlook:
        for on, day in outlook.days[:DAYS_AHEAD]:
            if on > today and round(day.reviews):
                new = min(round(day.new), round(day.reviews))
                yield _plan(student, on, day.minutes, round(day.reviews) - new, new)
        return
    for number in range(1, DAYS_WITHOUT_EXAM + 1):
        yield _plan(student, today + timedelta(days=number), student.daily_minutes)


def _plan(student: Student, on: date, minutes: float, due: int = 0, new: int = 0) -> Event:
    whole = max(round(minutes), 1)
    counts = ", ".join([f"{due} to review"] * bool(due) + [f"{new} new"] * bool(new))
    title = f"Review: {whole} minute{'' if whole == 1 else 's'}"
    return Event(_uid(f"plan-{student.pk}-{on:%Y%m%d}"), title, counts, _address("today"), on)


def _uid(name: str) -> str:
    return f"{name}@{urlsplit(settings.SITE_URL).hostname}"


def _address(page: str) -> str:
    return f"{settings.SITE_URL}{reverse(page)}"

"""The study session of a browser: how long it is to be, and its tasks. It is kept in the session of the login."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from quizzes import schedule
from quizzes.calendar import study_day
from quizzes.schedule import Queue, StudySession
from quizzes.views import StudentRequest

KEY = "study_session"
MINUTES = (5, 10, 20)
"""The lengths to choose from, besides all that is planned."""


def begin(request: StudentRequest, minutes: int | None) -> None:
    """Set out to do what fits the minutes, or (None) all of today's plan, which is kept with the first answer."""
    stop(request)
    if minutes is not None:
        _keep(request, schedule.load_queue(request.user, limit=0), minutes, before=0)


def keep_going(request: StudentRequest, queue: Queue) -> None:
    """Whoever answers without having set out does all of today's plan: from here on its total stays as it is."""
    _keep(request, queue, None, before=queue.done_of_planned)


def lengths(queue: Queue) -> list[int]:
    """Return the lengths in minutes that are shorter than what is left."""
    return [minutes for minutes in MINUTES if 60 * minutes < queue.remaining_seconds]


def stop(request: StudentRequest) -> None:
    """End the session."""
    request.session.pop(KEY, None)


def load(request: StudentRequest) -> StudySession | None:
    """Return the session; None where there is none, or the day on which it began is over."""
    kept = request.session.get(KEY)
    if kept is None or kept["on"] != _today(request):
        return None
    return StudySession(datetime.fromisoformat(kept["begun_at"]), kept["tasks"], kept["before"])


def minutes_chosen(request: StudentRequest) -> int | None:
    """Return the minutes that were chosen for the session; None for all, and without one."""
    kept = request.session.get(KEY)
    minutes: int | None = kept["minutes"] if kept else None
    return minutes


def _keep(request: StudentRequest, queue: Queue, minutes: int | None, *, before: int) -> None:
    if minutes is None:
        # All of the day: what was forgotten earlier is asked again as well.
        begun_at, tasks = queue.day.begins_at, queue.tasks[: len(queue.tasks) - queue.again]
    else:
        begun_at, tasks = timezone.now(), queue.tasks
    request.session[KEY] = {
        "on": _today(request),
        "begun_at": begun_at.isoformat(),
        "minutes": minutes,
        "before": before,
        "tasks": schedule.choose_session_tasks(tasks, None if minutes is None else 60 * minutes, queue.reading.to_read),
    }


def _today(request: StudentRequest) -> str:
    return study_day(request.user, timezone.now()).date.isoformat()

"""Background work of `quizzes`: each task a thin call of an operation, safe to run twice or late."""

from __future__ import annotations

from celery import Task, shared_task
from django.utils import timezone

from quizzes import exams, presentations, schedule
from quizzes.background import outbox
from quizzes.memory_upkeep import fitting
from quizzes.models import Job
from quizzes.reminders import reminders


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def plan_student(self: Task[[int], None], student: int) -> None:
    """Make a student's plan for today anew, if that is wanted."""
    outbox.run(Job.Kind.PLAN, student, schedule.plan_day, holder=self.request.id or "")


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def remind_student(self: Task[[int], None], student: int) -> None:
    """Send a student's reminder of today, if that is wanted."""
    outbox.run(Job.Kind.REMIND, student, reminders.remind, holder=self.request.id or "")


@shared_task
def plan_due_students() -> None:
    """Want plans and reminders for everyone whose time has come, and tell workers of all work that waits."""
    now = timezone.now()
    schedule.enqueue_new_days(now)
    schedule.enqueue_new_items(now)
    reminders.enqueue_reminders(now)
    outbox.sweep(now)


@shared_task
def close_overdue_sittings() -> None:
    """Close the exams whose time is over, with what was saved."""
    exams.close_overdue_sittings(timezone.now())


@shared_task
def renew_broken_presentations() -> None:
    """Draw anew for students what is found broken."""
    presentations.renew_broken(timezone.now())


@shared_task
def fit_due() -> None:
    """Ask for the fits that are due, and let everyone follow those that were adopted."""
    now = timezone.now()
    for student in fitting.students_due(now).values_list("pk", flat=True):
        fit_student.delay(student)
    for course in fitting.courses_due(now).values_list("pk", flat=True):
        fit_course.delay(course)
    fitting.follow_courses(now=now)


@shared_task
def fit_student(student: int) -> None:
    """Fit to a student's log, unless that was done this week."""
    now = timezone.now()
    if found := fitting.students_due(now).filter(pk=student).first():
        fitting.fit_student(found, now=now)


@shared_task
def fit_course(course: int) -> None:
    """Fit to the pooled log of a course, unless that was done this week, and let its students follow."""
    now = timezone.now()
    if found := fitting.courses_due(now).filter(pk=course).first():
        fitting.fit_course(found, now=now)
        fitting.follow_courses(now=now)

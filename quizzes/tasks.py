"""Background tasks: each calls one operation, and may run twice or late."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress

from celery import Task, shared_task
from django.utils import timezone

from quizzes import exams, memory_upkeep, presentations, reminders, schedule
from quizzes.background import outbox
from quizzes.courses import invitations
from quizzes.exams import corrections, item_analysis
from quizzes.models import Job, Student
from quizzes.progress import for_staff


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def plan_student(self: Task[[int], None], student: int) -> None:
    """Make a student's plan for today anew, if one is enqueued."""
    outbox.run(Job.Kind.PLAN, student, _plan, holder=self.request.id or "")


def _plan(student: Student) -> None:
    schedule.plan_day(student)
    schedule.ask_daily_outlook(student)


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def plan_students(self: Task[[list[int]], None], students: list[int]) -> None:
    """Make the plans of many students for today anew, of those for whom one is enqueued."""
    outbox.run_together(Job.Kind.PLAN, students, _plan_all, _plan, holder=self.request.id or uuid.uuid4().hex)


def _plan_all(students: Sequence[int]) -> None:
    schedule.plan_days(students)
    schedule.ask_daily_outlooks(students)


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def foresee_student(self: Task[[int], None], student: int) -> None:
    """Compute what the days until a student's next exam hold, if that is enqueued."""
    outbox.run(Job.Kind.OUTLOOK, student, schedule.look_ahead, holder=self.request.id or "")


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def remind_student(self: Task[[int], None], student: int) -> None:
    """Send a student's reminder of today, if one is enqueued."""
    outbox.run(Job.Kind.REMIND, student, reminders.remind, holder=self.request.id or "")


@shared_task
def plan_due_students() -> None:
    """Enqueue plans and reminders whose time has come, and publish again the work whose message was lost.

    Where that is much, once more as soon as it is done: a night lasts as long as its workers need.
    """
    now = timezone.now()
    schedule.enqueue_new_days(now)
    schedule.enqueue_new_items(now)
    reminders.enqueue_reminders(now)
    outbox.sweep_again(plan_due_students.name, outbox.sweep(now))


@shared_task(soft_time_limit=300, time_limit=330)
def send_invitations() -> None:
    """Send the invitations that wait. While the mail server cannot be reached they wait for the next time."""
    with suppress(OSError):
        invitations.send_due(timezone.now())


@shared_task
def close_overdue_sittings() -> None:
    """Close the sittings whose time is over, with the answers saved until then; release those whose exam has ended."""
    now = timezone.now()
    exams.close_overdue_sittings(now)
    exams.release_ended_sittings(now)


@shared_task(soft_time_limit=600, time_limit=660)
def regrade() -> None:
    """Grade answers anew that a correction is about; what a lost worker left is taken up again."""
    corrections.regrade_waiting()


@shared_task
def measure_items() -> None:
    """Measure the items of the courses whose staff ask for it."""
    item_analysis.measure_courses(asked=True)


@shared_task
def measure_all_items() -> None:
    """Measure the items of all courses."""
    item_analysis.measure_courses()


@shared_task
def measure_students() -> None:
    """Measure the students of the courses whose staff ask for it."""
    for_staff.measure_courses(asked=True)


@shared_task
def measure_all_students() -> None:
    """Measure the students of all courses."""
    for_staff.measure_courses()


@shared_task
def renew_broken_presentations() -> None:
    """Close open presentations whose variant is broken, so that another is drawn."""
    presentations.renew_broken(timezone.now())


@shared_task
def fit_due() -> None:
    """Send a task for each fit that is due, and put the fits that were adopted in use for everyone."""
    now = timezone.now()
    for student in memory_upkeep.students_due(now).values_list("pk", flat=True):
        fit_student.delay(student)
    for course in memory_upkeep.courses_due(now).values_list("pk", flat=True):
        fit_course.delay(course)
    memory_upkeep.follow_courses(now=now)


@shared_task
def fit_student(student: int) -> None:
    """Fit the memory model to a student's log, unless that was done this week."""
    now = timezone.now()
    if due := memory_upkeep.students_due(now).filter(pk=student).first():
        memory_upkeep.fit_student(due, now=now)


@shared_task
def fit_course(course: int) -> None:
    """Fit the memory model to a course's pooled log, unless that was done this week, and put it in use."""
    now = timezone.now()
    if due := memory_upkeep.courses_due(now).filter(pk=course).first():
        memory_upkeep.fit_course(due, now=now)
        memory_upkeep.follow_courses(now=now)

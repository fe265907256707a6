"""Background work of `quizzes`: each task a thin call of an operation, safe to run twice or late."""

from celery import shared_task
from django.contrib.auth import get_user_model
from django.utils import timezone

from quizzes import fitting, presenting, scheduling


@shared_task
def plan_student(student: int) -> None:
    """Make a student's plan for today anew."""
    found = get_user_model().objects.filter(pk=student, is_active=True).first()
    if found is not None:
        scheduling.plan_day(found)


@shared_task
def plan_due_students() -> None:
    """Plan for everyone whose study day has begun, and for those whose wish for a plan was lost on its way."""
    for student in scheduling.students_to_plan(timezone.now()):
        plan_student.delay(student)


@shared_task
def renew_broken_presentations() -> None:
    """Draw anew for students what is found broken."""
    presenting.renew_broken(timezone.now())


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

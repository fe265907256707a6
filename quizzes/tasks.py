"""Background work of `quizzes`: each task a thin call of an operation, safe to run twice or late."""

from celery import shared_task
from django.contrib.auth import get_user_model
from django.utils import timezone

from quizzes import presenting, scheduling


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

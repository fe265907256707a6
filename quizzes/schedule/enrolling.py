"""Students join courses, and change their settings: cards and due dates follow at once, a plan soon after."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from questions.models import Course
from quizzes.background import outbox
from quizzes.calendar import StudyDay, keep_day, study_day
from quizzes.models import Card, DailyPlan, Enrolment, Job, ReviewEvent, Student, update_rows
from quizzes.reviews import change_log, memory_states
from quizzes.schedule.cards import ensure_cards
from quizzes.schedule.plans import plan_day

MAX_DAILY_MINUTES = 480


@transaction.atomic
def enrol(
    student: Student, course: Course, *, exam_at: datetime | None = None, now: datetime | None = None
) -> Enrolment:
    """Enrol a student, create their cards and ask for their first plan. Idempotent: again, the same enrolment."""
    now = now or timezone.now()
    enrolment, created = Enrolment.objects.get_or_create(student=student, course=course, defaults={"exam_at": exam_at})
    if created:
        prepare_enrolment(enrolment, now)
    return enrolment


@transaction.atomic
def prepare_enrolment(enrolment: Enrolment, now: datetime) -> None:
    """Create the student's cards for an enrolment that was just stored, and ask for a plan."""
    ensure_cards(enrolment.student)
    outbox.enqueue(Job.Kind.PLAN, enrolment.student, now)


@transaction.atomic
def change_settings(student: Student, *, now: datetime | None = None) -> None:
    """Store the student with changed settings: new due dates from the same memory states, and a new plan.

    What was done today stays today's: see `quizzes.calendar.keep_day`.
    """
    now = now or timezone.now()
    log = change_log.lock(student, now)
    kept = keep_day(log.student, student, now)
    student.kept_day = kept if kept and _has_begun(student, kept) else None
    student.save()
    cards = list(Card.objects.filter(student=student, stability__isnull=False))
    for card in cards:
        card.due_at = memory_states.due(student, card, log.w)
    change_log.stamp(log, cards)
    update_rows(cards, ["due_at", "sequence"])
    log.next_day_at = study_day(student, now).ends_at
    log.next_reminder_at = None
    log.save(update_fields=["last_sequence", "next_day_at", "next_reminder_at"])
    outbox.enqueue(Job.Kind.PLAN, student, now)


def _has_begun(student: Student, day: StudyDay) -> bool:
    """Whether the student answered something on the study day, or took it off."""
    answers = student.review_events.counting().filter(type=ReviewEvent.Type.REVIEW, study_date=day.date)
    return answers.exists() or DailyPlan.objects.filter(student=student, date=day.date, day_off=True).exists()


def change_daily_minutes(student: Student, minutes: int) -> None:
    """Set the minutes a day, and plan today anew at once. Raises ValueError outside of 1 to 480."""
    if not 1 <= minutes <= MAX_DAILY_MINUTES:
        raise ValueError(f"Choose 1 to {MAX_DAILY_MINUTES} minutes a day.")
    student.daily_minutes = minutes
    student.save(update_fields=["daily_minutes"])
    plan_day(student)

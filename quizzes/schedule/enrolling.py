"""Students join courses, and change their settings: cards and due dates follow at once, a plan soon after."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from questions.models import Course
from quizzes.background import outbox
from quizzes.calendar import study_day
from quizzes.models import Card, Enrolment, Job, Student
from quizzes.reviews import change_log, memory_states
from quizzes.schedule.cards import ensure_cards


@transaction.atomic
def enrol(
    student: Student, course: Course, *, exam_at: datetime | None = None, now: datetime | None = None
) -> Enrolment:
    """Enrol a student, create their cards and ask for their first plan. Idempotent: again, the same enrolment."""
    now = now or timezone.now()
    enrolment, created = Enrolment.objects.get_or_create(student=student, course=course, defaults={"exam_at": exam_at})
    if created:
        ensure_cards(student)
        outbox.enqueue(Job.Kind.PLAN, student, now)
    return enrolment


@transaction.atomic
def reschedule(student: Student, *, now: datetime | None = None) -> None:
    """After a change of the student's settings: new due dates from the same memory states, and a new plan."""
    now = now or timezone.now()
    log = change_log.lock(student, now)
    cards = list(Card.objects.filter(student=student, stability__isnull=False))
    for card in cards:
        card.due_at = memory_states.due(student, card, log.w)
    change_log.stamp(log, cards)
    Card.objects.bulk_update(cards, ["due_at", "sequence"], batch_size=500)
    log.next_day_at = study_day(student, now).ends_at
    log.next_reminder_at = None
    log.save(update_fields=["last_sequence", "next_day_at", "next_reminder_at"])
    outbox.enqueue(Job.Kind.PLAN, student, now)

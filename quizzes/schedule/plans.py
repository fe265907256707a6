"""A student's plan for a study day: loaded, decided, stored.

The memory state changes in the transaction that stores an answer; the plan is made afterwards, in the background.
Making it twice, or late, does no harm. Until it is there, whoever reads it gets one that is computed and not stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from quizzes.background import outbox
from quizzes.calendar import StudyDay, next_reminder, study_day
from quizzes.models import ChangeLog, DailyPlan, Job, Student
from quizzes.reviews import change_log
from quizzes.reviews.payloads import PlanTaskPayload
from quizzes.schedule.cards import create_missing_cards
from quizzes.schedule.choice import add_extra, choose_tasks, seconds_left
from quizzes.schedule.exam_forecast import ForecastFacts
from quizzes.schedule.exams_ahead import list_exams_ahead
from quizzes.schedule.facts import Answered, CardFacts, Situation, Task
from quizzes.schedule.loading import load_answered, load_cards, situation_of
from quizzes.statements import Parameter, Prepared, number


def request_plan(student: Student, now: datetime) -> None:
    """Ask for a new plan, in this transaction; a worker makes it after the commit."""
    change_log.lock(student, now)
    outbox.enqueue(Job.Kind.PLAN, student, now)


def plan_day(student: Student, *, extra_seconds: int = 0, now: datetime | None = None) -> DailyPlan:
    """Make and store the student's plan for the study day that `now` falls in, in place of an earlier one.

    What is done today counts against the day's minutes: by the time that it took, or was planned to take, whichever is
    longer. So who is quick is done when the plan is, and who is slow when the minutes are. `extra_seconds` adds to
    what is left of them. Takes a fixed number of queries, and the same facts give the same plan.
    """
    now = now or timezone.now()
    with transaction.atomic():
        return plan_locked(change_log.lock(student, now), now, extra_seconds=extra_seconds)


def plan_locked(
    log: ChangeLog,
    now: datetime,
    *,
    extra_seconds: int = 0,
    day_off: bool | None = None,
    facts: ForecastFacts | None = None,
) -> DailyPlan:
    """The same for who holds the locked change log; `day_off` takes the day off (None: as it was).

    `facts` are those of a forecast as of now, from who has loaded them: they save loading exams and cards.
    """
    if create_missing_cards(log):
        facts = None
    outbox.finish(Job.Kind.PLAN, log.student)
    day, reminder_at = study_day(log.student, now), next_reminder(log.student, now)
    plan = load_plan(log.student, day)
    plan.day_off = plan.day_off if day_off is None else day_off
    _decide(plan, _load_facts(log.student, day, log.w, now, facts), now, extra_seconds)
    _store(plan, log, day, reminder_at)
    return plan


def read_plan(student: Student, day: StudyDay, now: datetime, *, current: bool = False) -> DailyPlan:
    """The plan of the study day; one that is computed and not stored where none was made yet.

    With `current` also where one was made and has waited since to be made anew: what it expects is no longer so.
    """
    plan = load_plan(student, day)
    if plan._state.adding or (current and outbox.is_waiting(Job.Kind.PLAN, student)):
        _decide(plan, _load_facts(student, day, change_log.load_parameters(student), now), now)
    return plan


def enqueue_new_days(now: datetime, limit: int = 1000) -> int:
    """Ask for plans for students whose study day has begun since their last one; how many, `limit` at most.

    Each student's day begins at their own hour in their own zone, whatever clocks were changed; the change log has it.
    """
    begun = ChangeLog.objects.filter(next_day_at__lte=now).order_by("next_day_at")
    return outbox.enqueue_all(Job.Kind.PLAN, begun, now, limit)


_PLAN = Prepared(
    lambda: DailyPlan.objects.filter(student=number("student"), date=Parameter("date", models.DateField()))
)


def load_plan(student: Student, day: StudyDay) -> DailyPlan:
    """The stored plan of the day, else an empty one that is not stored."""
    stored = _PLAN.run(student=student.pk, date=day.date)
    return stored[0] if stored else DailyPlan(student=student, date=day.date, tasks=[])


@dataclass(frozen=True)
class _Facts:
    """What a plan follows from, beside what the student asked of the day."""

    cards: Sequence[CardFacts]
    situation: Situation
    answered: Answered


def _load_facts(
    student: Student, day: StudyDay, w: tuple[float, ...], now: datetime, known: ForecastFacts | None = None
) -> _Facts:
    """Five queries, or one where most is known."""
    exams = known.exams if known else list_exams_ahead(student, now)
    cards = known.cards if known else load_cards(student, now)
    return _Facts(cards, situation_of(student, day, cards, exams, w), load_answered(student, day))


def _decide(plan: DailyPlan, facts: _Facts, now: datetime, extra_seconds: int = 0) -> None:
    """Choose the plan's tasks for what is left of the day, and keep those that are done."""
    minutes, begins_at = facts.situation.daily_minutes, facts.situation.day.begins_at
    to_ask = {str(card.card) for card in facts.cards if not card.last_review_at or card.last_review_at < begins_at}
    tasks = {task["card"]: task for task in [*plan.done_tasks, *plan.tasks]}
    plan.done_tasks = [task for card, task in tasks.items() if card not in to_ask]
    worked = sum(task["seconds"] for task in plan.done_tasks)
    spent = max(facts.answered.seconds, worked + plan.overrun_seconds)
    if extra_seconds:
        plan.overrun_seconds = spent - worked  # from here on both count alike
        plan.extra_seconds = add_extra(minutes, plan.extra_seconds, spent, extra_seconds)
    left = seconds_left(minutes, plan.extra_seconds, spent, day_off=plan.day_off)
    choice = choose_tasks(facts.situation, left)
    # What was forgotten today is asked again in any case.
    plan.tasks = [_task_payload(task) for task in choice.tasks if str(task.card) in to_ask]
    plan.planned_seconds = facts.answered.seconds + sum(task.seconds for task in choice.tasks)
    plan.score_before, plan.score_after = choice.score_before, choice.score_after
    plan.made_at = now


def _store(plan: DailyPlan, log: ChangeLog, day: StudyDay, reminder_at: datetime) -> None:
    """Store the plan, and when the student's next study day begins and the next reminder is due."""
    plan.sequence = log.next_sequence()
    plan.save()
    log.next_day_at = day.ends_at
    log.next_reminder_at = (log.next_reminder_at or reminder_at) if log.student.reminders else None
    log.save(update_fields=["next_day_at", "next_reminder_at", "last_sequence"])


def _task_payload(task: Task) -> PlanTaskPayload:
    return {"card": str(task.card), "facets": list(task.facets), "seconds": task.seconds, "new": task.new}

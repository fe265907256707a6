"""A student's plan for a study day: loaded, decided, stored.

The memory state changes in the transaction that stores an answer; the plan is made afterwards, in the background.
Making it twice, or late, does no harm. Until it is there, whoever reads it gets one that is computed and not stored.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Count
from django.utils import timezone

from quizzes.background import outbox
from quizzes.calendar import StudyDay, next_reminder, study_day
from quizzes.models import Card, ChangeLog, DailyPlan, Job, Student, insert_objects, update_rows
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.reviews import change_log
from quizzes.reviews.payloads import PlanTaskPayload
from quizzes.schedule.cards import create_missing_cards
from quizzes.schedule.choice import add_extra, choose_all, seconds_left
from quizzes.schedule.exam_forecast import ForecastFacts
from quizzes.schedule.exams_ahead import load_exams_of
from quizzes.schedule.facts import SectionKey, Situation, Task
from quizzes.schedule.loading import OnDay, load_situations, load_spent, situate
from quizzes.schedule.reading import SectionsRead, load_sections_read, section_payload


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


def plan_days(students: Sequence[int], *, now: datetime | None = None) -> None:
    """Make and store the plans of many students, in a fixed number of queries for each piece of them.

    A piece is one transaction: while it is made, its students' own answers wait, on SQLite everybody's.
    """
    for piece in _cut(students):
        begun = now or timezone.now()
        with transaction.atomic():
            _plan([Wish(log) for log in change_log.lock_all(piece, begun)], begun)


PIECE = 4000
"""The cards that one transaction plans for, unless one student has more."""


def _cut(students: Sequence[int]) -> Iterator[list[int]]:
    """Cut students into pieces of about so many cards."""
    counts = Card.objects.filter(student__in=students).order_by().values_list("student").annotate(cards=Count("pk"))
    cards, piece, there = dict(counts), list[int](), 0
    for student in students:
        if piece and there + cards.get(student, 0) > PIECE:
            yield piece
            piece, there = [], 0
        piece.append(student)
        there += cards.get(student, 0)
    if piece:
        yield piece


@dataclass(frozen=True)
class Wish:
    """A student's locked change log, and what is asked of the day's plan (of a day off None: as it was).

    A section that is `put_off` is not read today. `facts` are those of a forecast as of now, from who has loaded them:
    they save loading exams and cards.
    """

    log: ChangeLog
    extra_seconds: int = 0
    day_off: bool | None = None
    facts: ForecastFacts | None = None
    put_off: SectionKey | None = None


def plan_locked(
    log: ChangeLog,
    now: datetime,
    *,
    extra_seconds: int = 0,
    day_off: bool | None = None,
    facts: ForecastFacts | None = None,
) -> DailyPlan:
    """The same for who holds the locked change log; see `Wish`."""
    return _plan([Wish(log, extra_seconds, day_off, facts)], now)[0]


def _plan(wishes: Sequence[Wish], now: datetime) -> list[DailyPlan]:
    logs = [wish.log for wish in wishes]
    dealt = create_missing_cards(logs)
    outbox.finish_all(Job.Kind.PLAN, [log.student_id for log in logs])
    who = [OnDay(log.student, study_day(log.student, now), log.w) for log in logs]
    plans = load_plans(who)
    for plan, wish in zip(plans, wishes, strict=True):
        plan.day_off = plan.day_off if wish.day_off is None else wish.day_off
        plan.put_off += [wish.put_off] if wish.put_off else []
    known = {wish.log.student_id: wish.facts for wish in wishes if wish.facts and wish.log.student_id not in dealt}
    _decide(plans, _load_facts(who, now, known), now, [wish.extra_seconds for wish in wishes])
    _store(plans, logs, who, now)
    return plans


def read_plan(student: Student, day: StudyDay, now: datetime, *, current: bool = False) -> DailyPlan:
    """The plan of the study day; one that is computed and not stored where none was made yet.

    With `current` also where one was made and has waited since to be made anew: what it expects is no longer so.
    """
    plan = load_plan(student, day)
    if plan._state.adding or (current and outbox.is_waiting(Job.Kind.PLAN, student)):
        facts = _load_facts([OnDay(student, day, change_log.load_parameters(student))], now, {})
        _decide([plan], facts, now, [0])
    return plan


def put_off_section(student: Student, section: SectionKey, now: datetime) -> None:
    """Leave a section for another day, with what waits for it: something else is planned in its place."""
    with transaction.atomic():
        _plan([Wish(change_log.lock(student, now), put_off=section)], now)


def enqueue_new_days(now: datetime, limit: int = 1000) -> int:
    """Ask for plans for students whose study day has begun since their last one; how many, `limit` at most.

    Each student's day begins at their own hour in their own zone, whatever clocks were changed; the change log has it.
    """
    begun = ChangeLog.objects.filter(next_day_at__lte=now).order_by("next_day_at")
    return outbox.enqueue_all(Job.Kind.PLAN, begun, now, limit)


_PLANS = Prepared(
    lambda: DailyPlan.objects.filter(
        student__in=number("students", many=True), date=Parameter("date", models.DateField())
    )
)


def load_plan(student: Student, day: StudyDay) -> DailyPlan:
    """The stored plan of the day, else an empty one that is not stored."""
    stored = _PLANS.run(students=[student.pk], date=day.date)
    return stored[0] if stored else DailyPlan(student=student, date=day.date, tasks=[])


def load_plans(who: Sequence[OnDay]) -> list[DailyPlan]:
    """The same of many students; a query for each date."""
    days: dict[date, list[int]] = defaultdict(list)
    for each in who:
        days[each.day.date].append(each.student.pk)
    stored = {plan.student_id: plan for on, students in days.items() for plan in _PLANS.run(students=students, date=on)}
    return [
        stored.get(each.student.pk) or DailyPlan(student=each.student, date=each.day.date, tasks=[]) for each in who
    ]


@dataclass(frozen=True)
class _Facts:
    """What a plan follows from, beside what the student asked of the day.

    `spent` are the seconds of its answers, `read` the sections that were read, or are known.
    """

    situation: Situation
    spent: int
    read: SectionsRead

    def with_reading(self, plan: DailyPlan) -> Situation:
        """The situation, with what is to be read before it is asked, and not on the day of this plan."""
        return self.situation.with_reading(self.read.at, ((lesson, section) for lesson, section in plan.put_off))


def _load_facts(who: Sequence[OnDay], now: datetime, known: Mapping[int, ForecastFacts]) -> list[_Facts]:
    """Seven queries, if all are on the same study day; two where all is known but what was answered and read."""
    situations: dict[int, Situation] = {}
    read = load_sections_read([each.student.pk for each in who])
    unknown = [each for each in who if each.student.pk not in known]
    if unknown:
        exams = load_exams_of([each.student.pk for each in unknown])
        loaded = load_situations(unknown, exams, now, read)
        situations = {each.student.pk: situation for each, situation in zip(unknown, loaded, strict=True)}
    for each in who:
        if facts := known.get(each.student.pk):
            situations[each.student.pk] = situate(each, facts.cards, facts.exams)
    spent = load_spent(who)
    return [_Facts(situations[each.student.pk], spent[each.student.pk], read[each.student.pk]) for each in who]


def _decide(plans: Sequence[DailyPlan], facts: Sequence[_Facts], now: datetime, extra: Sequence[int]) -> None:
    """Choose each plan's tasks for what is left of the day, and keep those that are done."""
    left = [_count_left(plan, each, seconds) for plan, each, seconds in zip(plans, facts, extra, strict=True)]
    situations = [each.with_reading(plan) for plan, each in zip(plans, facts, strict=True)]
    choices = choose_all(list(zip(situations, left, strict=True)))
    for plan, each, choice in zip(plans, facts, choices, strict=True):
        # What was forgotten today is asked again in any case.
        plan.tasks = [task_payload(task) for task in choice.tasks if not task.answered]
        plan.reading += [section_payload(section) for section in choice.reading]
        to_read = sum(section["seconds"] for section in plan.reading)
        plan.planned_seconds = each.spent + to_read + sum(task.seconds for task in choice.tasks)
        plan.score_before, plan.score_after = choice.score_before, choice.score_after
        if plan.score_at_start is None:
            plan.score_at_start = choice.score_before
        plan.made_at = now


def _count_left(plan: DailyPlan, facts: _Facts, extra_seconds: int) -> int:
    """Move the plan's tasks to those that are done, as far as they are; return the seconds that are left to plan.

    Of what was to be read only what was read stays.
    """
    tasks = {task["card"]: task for task in [*plan.done_tasks, *plan.tasks]}
    to_ask = facts.situation.candidates.cards.to_ask if tasks else frozenset()
    plan.done_tasks = [task for card, task in tasks.items() if uuid.UUID(card).hex not in to_ask]
    plan.reading = [section for section in plan.reading if facts.read.was_read(section)]
    reading = sum(section["seconds"] for section in plan.reading)
    worked = sum(task["seconds"] for task in plan.done_tasks) + reading
    spent = max(facts.spent + reading, worked + plan.overrun_seconds)
    minutes = facts.situation.daily_minutes
    if extra_seconds:
        plan.overrun_seconds = spent - worked  # from here on both count alike
        plan.extra_seconds = add_extra(minutes, plan.extra_seconds, spent, extra_seconds)
    return seconds_left(minutes, plan.extra_seconds, spent, day_off=plan.day_off)


def _store(plans: Sequence[DailyPlan], logs: Sequence[ChangeLog], who: Sequence[OnDay], now: datetime) -> None:
    """Store the plans, and when each student's next study day begins and the next reminder is due."""
    for plan, log, each in zip(plans, logs, who, strict=True):
        plan.sequence = log.next_sequence()
        log.next_day_at = each.day.ends_at
        reminders = log.student.reminders
        log.next_reminder_at = (log.next_reminder_at or next_reminder(log.student, now)) if reminders else None
    update_rows([plan for plan in plans if not plan._state.adding], _CHANGES)
    insert_objects([plan for plan in plans if plan._state.adding])
    update_rows(logs, ["next_day_at", "next_reminder_at", "last_sequence"])


_CHANGES = [field.name for field in DailyPlan._meta.concrete_fields if field.name not in ("id", "student", "date")]


def task_payload(task: Task) -> PlanTaskPayload:
    """A task as plans and sessions keep it."""
    return {"card": str(task.card), "facets": list(task.facets), "seconds": task.seconds, "new": task.new}

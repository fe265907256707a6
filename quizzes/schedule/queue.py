"""What to review now: the day's plan as it was read, less what was answered since."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from quizzes.calendar import StudyDay, study_day
from quizzes.models import DailyPlan, Presentation, Student
from quizzes.presentations import Ask, in_open_sitting, present
from quizzes.reviews.payloads import PlanTaskPayload
from quizzes.schedule.cards import askable_cards
from quizzes.schedule.facts import Task
from quizzes.schedule.loading import load_answered
from quizzes.schedule.plans import read_plan


@dataclass(frozen=True)
class Queue:
    """What to review now, best first, and how far the day has come.

    `due`, `new` and `done` count questions; `score_before` and `score_after` are the exam scores (0-1) that the plan
    expects without and with today's reviews, None without an exam.
    """

    day: StudyDay
    planned_seconds: int
    done_seconds: int
    due: int
    new: int
    done: int
    remaining_seconds: int
    day_off: bool
    score_before: float | None
    score_after: float | None
    presentations: list[Presentation] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        """How many questions are left today."""
        return self.due + self.new


def load_queue(student: Student, *, limit: int = 20, now: datetime | None = None) -> Queue:
    """What to review now, best first: the day's plan, less what was answered since, and what was forgotten on the way.

    The first `limit` come with their presentations. Takes a fixed number of queries.
    """
    now = now or timezone.now()
    day = study_day(student, now)
    plan = read_plan(student, day, now)
    tasks = list_open_tasks(plan.tasks, _load_open_cards(student, plan, day, now), day.date)
    answered = load_answered(student, day)
    asks = [Ask(task.card, task.facets) for task in tasks[:limit]]
    return Queue(
        day=day,
        planned_seconds=plan.planned_seconds,
        done_seconds=answered.seconds,
        due=sum(not task.new for task in tasks),
        new=sum(task.new for task in tasks),
        done=answered.count,
        remaining_seconds=sum(task.seconds for task in tasks),
        day_off=plan.day_off,
        score_before=plan.score_before,
        score_after=plan.score_after,
        presentations=present(student, asks, now) if asks else [],
    )


@dataclass(frozen=True)
class OpenCard:
    """A planned card, or one that was seen today and is due again before the day ends; longest waiting first."""

    card: uuid.UUID
    item: int
    facet: str
    last_review_on: date | None
    seconds: int


def _load_open_cards(student: Student, plan: DailyPlan, day: StudyDay, now: datetime) -> list[OpenCard]:
    planned = [task["card"] for task in plan.tasks]
    seen_today = Q(last_review_on__gte=day.date)
    fresh = Q(pk__in=planned) & (~seen_today | Q(last_review_on=None))
    rows = (
        askable_cards(student, now)
        .exclude(item__in=in_open_sitting(student))
        .filter(fresh | (seen_today & Q(due_at__lt=day.ends_at)))
        .order_by("due_at", "pk")
        .values_list("pk", "item_id", "facet", "last_review_on", "item__published__seconds")
    )
    return [OpenCard(*row) for row in rows]


def list_open_tasks(planned: Iterable[PlanTaskPayload], cards: Iterable[OpenCard], today: date) -> list[Task]:
    """The plan's tasks whose cards were not seen today, in its order; then those to relearn, longest waiting first.

    The pairs of a match set that are to be relearned make one task.
    """
    fresh: set[uuid.UUID] = set()
    relearn: dict[int, list[OpenCard]] = defaultdict(list)
    for card in cards:
        if card.last_review_on is None or card.last_review_on < today:
            fresh.add(card.card)
        else:
            relearn[card.item].append(card)
    tasks = [
        Task(pk, tuple(task["facets"]), task["seconds"], task["new"])
        for task in planned
        if (pk := uuid.UUID(task["card"])) in fresh
    ]
    lapsed = [
        Task(pairs[0].card, tuple(pair.facet for pair in pairs), pairs[0].seconds, new=False)
        for pairs in relearn.values()
    ]
    return tasks + lapsed

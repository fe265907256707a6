"""What to review now: the day's plan as it was read, less what was answered since."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, DateField, DateTimeField, Exists, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from quizzes.calendar import StudyDay, study_day
from quizzes.models import Card, DailyPlan, Enrolment, Presentation, Review, Student
from quizzes.models.statements import Parameter, Prepared, identifier, number
from quizzes.presentations import Ask, in_open_sitting, present
from quizzes.reviews.payloads import CardStatePayload, PlanTaskPayload, StoredSection
from quizzes.schedule.cards import askable_cards
from quizzes.schedule.facts import Task
from quizzes.schedule.loading import answers_on, load_answered
from quizzes.schedule.plans import read_plan
from quizzes.schedule.reading import DayReading, load_day_reading
from quizzes.schedule.relearning import LEECH, MAX_ANSWERS, REST_DAYS, is_rested
from quizzes.schedule.sessions import StudySession


@dataclass(frozen=True)
class Queue:
    """What to review now, best first, and how far the day has come.

    `due`, `new` and `done` count questions; `waiting` those forgotten today that are asked again at `waits_until`, or
    after some others; `put_off` has the cards that were asked too often today to be asked again, `resting` those that
    keep being forgotten. `planned` counts the tasks of the plan, or of the session, done or not; `again` those of the
    open `tasks`, at their end, that were forgotten today. `score_before` and `score_after` are the exam scores (0-1)
    that the plan expects without and with the reviews that are left today, `score_at_start` is what the first plan of
    the day expected without; None without an exam. `reading` is what comes before some of the tasks.
    """

    day: StudyDay
    planned_seconds: int
    done_seconds: int
    due: int
    new: int
    done: int
    waiting: int
    waits_until: datetime | None
    put_off: frozenset[uuid.UUID]
    resting: frozenset[uuid.UUID]
    remaining_seconds: int
    day_off: bool
    score_before: float | None
    score_after: float | None
    score_at_start: float | None = None
    planned: int = 0
    tasks: list[Task] = field(default_factory=list)
    again: int = 0
    reading: DayReading = field(default_factory=DayReading)
    presentations: list[Presentation] = field(default_factory=list)

    @property
    def done_of_planned(self) -> int:
        """How many of the planned tasks are done: answers to the same question again do not count."""
        return max(self.planned - (len(self.tasks) - self.again), 0)

    @property
    def to_read_now(self) -> StoredSection | None:
        """What is to be read before the first of the tasks is asked."""
        return self.reading.before(self.tasks[0].card) if self.tasks else None

    @property
    def remaining(self) -> int:
        """How many questions are left today."""
        return self.due + self.new

    def comes_back(self, cards: Iterable[CardStatePayload]) -> datetime | None:
        """When the first of the cards is asked again: as it is due, but tomorrow if it was asked too often today.

        One that keeps being forgotten rests first.
        """

        def date_of(card: uuid.UUID, due_at: str) -> datetime:
            if card in self.resting:
                return self.day.ends_at + timedelta(days=REST_DAYS - 1)
            return self.day.ends_at if card in self.put_off else datetime.fromisoformat(due_at)

        return min((date_of(uuid.UUID(card["card"]), card["due_at"]) for card in cards if card["due_at"]), default=None)


def load_queue(
    student: Student,
    *,
    limit: int = 20,
    now: datetime | None = None,
    current: bool = False,
    session: StudySession | None = None,
) -> Queue:
    """What to review now, best first: the day's plan, less what was answered since, and what was forgotten on the way.

    The first `limit` come with their presentations. `current`: by the plan as it would be made now, if the stored one
    waits to be made anew. `session`: of its tasks instead of the plan's. Takes a fixed number of queries.
    """
    now = now or timezone.now()
    day = study_day(student, now)
    plan = read_plan(student, day, now, current=current)
    answered = load_answered(student, day)
    planned = session.tasks if session else all_tasks(plan)
    cards = _load_open_cards(student, planned, day, now)
    fresh = [card for card in cards if card.is_fresh(day)]
    seen = _count_answers([card for card in cards if not card.is_fresh(day)], day)
    forgotten = sort_forgotten(seen, answered.newest, now)
    ready = limit_to_session(forgotten.ready, session) if session else Relearning(again=forgotten.ready)
    tasks = list_open_tasks(planned, [*fresh, *ready.set_out, *ready.again], day)
    reading = load_day_reading(plan, {task.card for task in tasks})
    asks = [Ask(task.card, task.facets) for task in tasks[:limit]]
    return Queue(
        day=day,
        planned_seconds=plan.planned_seconds,
        done_seconds=answered.seconds + reading.done_seconds,
        due=sum(not task.new for task in tasks),
        new=sum(task.new for task in tasks),
        done=answered.count,
        waiting=len({card.item for card in forgotten.waiting}),
        waits_until=min((card.due_at for card in forgotten.waiting if card.due_at), default=None),
        put_off=frozenset(card.card for card in forgotten.put_off),
        resting=frozenset(card.card for card in forgotten.resting),
        remaining_seconds=sum(task.seconds for task in tasks) + reading.seconds,
        day_off=plan.day_off,
        score_before=plan.score_before,
        score_after=plan.score_after,
        score_at_start=plan.score_at_start,
        planned=len({task["card"] for task in planned}),
        tasks=tasks,
        again=len({card.item for card in ready.again}),
        reading=reading,
        presentations=present(student, asks, now) if asks else [],
    )


def load_day_tasks(student: Student, plan: DailyPlan, day: StudyDay, now: datetime) -> list[Task]:
    """Load what the day's plan still asks, in its order, then what was forgotten today and comes back today.

    As the queue has it, with what the queue lets wait a little yet. A query, and one more where something was
    forgotten.
    """
    planned = all_tasks(plan)
    cards = _load_open_cards(student, planned, day, now)
    seen = _count_answers([card for card in cards if not card.is_fresh(day)], day)
    forgotten = sort_forgotten(seen, (), now)
    fresh = [card for card in cards if card.is_fresh(day)]
    return list_open_tasks(planned, [*fresh, *forgotten.ready, *forgotten.waiting], day)


@dataclass(frozen=True)
class Relearning:
    """Forgotten cards to be asked again now: those that a session set out with, then those forgotten within it."""

    set_out: list[OpenCard] = field(default_factory=list)
    again: list[OpenCard] = field(default_factory=list)


def limit_to_session(ready: Iterable[OpenCard], session: StudySession) -> Relearning:
    """Return the forgotten cards that a session asks again: its own tasks, with their pairs, and what it missed."""
    cards = {uuid.UUID(task["card"]) for task in session.tasks}
    before = [card for card in ready if card.last_review_at and card.last_review_at < session.begun_at]
    items = {card.item for card in before if card.card in cards}
    since = [card for card in ready if card.last_review_at and card.last_review_at >= session.begun_at]
    return Relearning([card for card in before if card.item in items], since)


class DayState(NamedTuple):
    """How far a study day is: whether anything of its plan is still to be asked, and the seconds spent on answers."""

    has_open_tasks: bool
    seconds: int


def _build_day_state() -> QuerySet[Enrolment, tuple[bool, int | None]]:
    student, date = number("student"), Parameter("date", DateField())
    to_ask = askable_cards(student, Parameter("now", DateTimeField())).exclude(item__in=in_open_sitting(student))
    to_ask = to_ask.filter(pk__in=identifier("planned", many=True)).exclude(last_review_on__gte=date)
    answers = answers_on(student, date).order_by().values("student").annotate(spent=Sum("duration_ms"))
    enrolments = Enrolment.objects.studied().filter(student=student)
    return enrolments.values_list(Exists(to_ask), Subquery(answers.values("spent")))[:1]


_DAY_STATE = Prepared(_build_day_state)


def load_day_state(plan: DailyPlan, student: Student, day: StudyDay, now: datetime) -> DayState:
    """Load how far the day of this plan is; one query."""
    planned = [task["card"] for task in all_tasks(plan)]
    rows = _DAY_STATE.run(student=student.pk, date=day.date, now=now, planned=planned)
    has_open_tasks, spent = rows[0] if rows else (False, 0)
    return DayState(bool(has_open_tasks), round((spent or 0) / 1000))


_OpenCardRow = tuple[uuid.UUID, int, str, date | None, int, datetime | None, datetime | None, int]


@dataclass(frozen=True)
class OpenCard:
    """A planned card, or one that was forgotten today and is due again before the day ends; longest waiting first.

    `answers` counts those of today, of a card that was forgotten; `lapses` how often it was forgotten in all.
    """

    card: uuid.UUID
    item: int
    facet: str
    last_review_on: date | None
    seconds: int
    last_review_at: datetime | None = None
    due_at: datetime | None = None
    lapses: int = 0
    answers: int = 0

    def is_fresh(self, day: StudyDay) -> bool:
        """Whether it was not seen on the study day."""
        return self.last_review_on is None or self.last_review_on < day.date


@dataclass(frozen=True)
class Forgotten:
    """The cards that were forgotten today: to be asked again now, after a gap, not today, or after a rest."""

    ready: list[OpenCard] = field(default_factory=list)
    waiting: list[OpenCard] = field(default_factory=list)
    put_off: list[OpenCard] = field(default_factory=list)
    resting: list[OpenCard] = field(default_factory=list)


def sort_forgotten(cards: Iterable[OpenCard], newest: Sequence[datetime], now: datetime) -> Forgotten:
    """Say of each card that was forgotten today when it is asked again; `newest` are the day's last answers."""
    forgotten = Forgotten()
    for card in cards:
        if card.lapses >= LEECH:
            forgotten.resting.append(card)
        elif card.answers >= MAX_ANSWERS:
            forgotten.put_off.append(card)
        elif is_rested(card.last_review_at, card.due_at, newest, now):
            forgotten.ready.append(card)
        else:
            forgotten.waiting.append(card)
    return forgotten


def all_tasks(plan: DailyPlan) -> list[PlanTaskPayload]:
    """The plan's tasks, and those that were done: they are open again once their answer is undone."""
    return [*plan.tasks, *plan.done_tasks]


def _build_open_cards() -> QuerySet[Card, _OpenCardRow]:
    student, date = number("student"), Parameter("date", DateField())
    seen_today = Q(last_review_on__gte=date)
    fresh = Q(pk__in=identifier("planned", many=True)) & (~seen_today | Q(last_review_on=None))
    due_today = seen_today & Q(due_at__lt=Parameter("ends_at", DateTimeField()))
    return (
        askable_cards(student, Parameter("now", DateTimeField()))
        .exclude(item__in=in_open_sitting(student))
        .filter(fresh | due_today)
        .order_by("due_at", "pk")
        .values_list(
            "pk", "item_id", "facet", "last_review_on", "item__published__seconds", "last_review_at", "due_at", "lapses"
        )
    )


_OPEN_CARDS = Prepared(_build_open_cards)


def _load_open_cards(
    student: Student, planned: Iterable[PlanTaskPayload], day: StudyDay, now: datetime
) -> list[OpenCard]:
    cards = [task["card"] for task in planned]
    rows = _OPEN_CARDS.run(student=student.pk, planned=cards, date=day.date, ends_at=day.ends_at, now=now)
    return [OpenCard(*row) for row in rows]


def _count_answers(cards: Sequence[OpenCard], day: StudyDay) -> list[OpenCard]:
    """The cards, each with the number of its answers on the day; a query, where there are any."""
    if not cards:
        return []  # as it mostly is: putting the query together takes longer than another that is asked
    pks = [card.card for card in cards]
    log = Review.objects.counting().filter(card__in=pks, practice=0, event__study_date=day.date)
    answers = dict(log.values_list("card").annotate(Count("pk")))
    return [replace(card, answers=answers.get(card.card, 0)) for card in cards]


def list_open_tasks(planned: Iterable[PlanTaskPayload], cards: Iterable[OpenCard], day: StudyDay) -> list[Task]:
    """The plan's tasks whose cards were not seen today, in its order; then those to relearn, longest waiting first.

    The pairs of a match set that are to be relearned make one task.
    """
    fresh: set[uuid.UUID] = set()
    relearn: dict[int, list[OpenCard]] = defaultdict(list)
    for card in cards:
        if card.is_fresh(day):
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

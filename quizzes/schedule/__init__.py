"""A student's plan for a day: made by the scheduler, read by the queue.

The memory state changes in the transaction that stores an answer; the plan is made afterwards, in the background, and
when nobody made it (the broker is down) by the first request that needs it. Making it twice, or late, does no harm.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from questions.models import Item
from quizzes import presentations
from quizzes.background import outbox
from quizzes.calendar import StudyDay, next_reminder, study_day
from quizzes.memory import fsrs
from quizzes.models import Card, ChangeLog, DailyPlan, Enrolment, Exam, Job, Presentation, ReviewEvent
from quizzes.planning import outlook as planning_outlook
from quizzes.planning import plan as planning
from quizzes.planning import simulate
from quizzes.planning.cards import Cards
from quizzes.planning.forecast import Forecast, forecast
from quizzes.presentations import Ask, present
from quizzes.reviews import change_log, memory_states

ROUND_PAIRS = 6
MAX_EXTRA_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Task:
    """One thing to review: a card, or a round of a match set with its pairs, weakest first.

    In a plan, `seconds` are those that it is expected to take, with those of asking again what is wrong.
    """

    card: uuid.UUID
    facets: tuple[str, ...]
    seconds: int
    new: bool


MAX_PACK = 500
"""Presentations for an offline client."""


@dataclass(frozen=True)
class Queue:
    """What to review now, best first, and how far the day has come."""

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
        """How many presentations are left today."""
        return self.due + self.new


@dataclass(frozen=True)
class ExamAhead:
    """The exam that the plan works toward: its instant, and the weight of each concept (by slug)."""

    title: str
    at: datetime
    weights: dict[str, float]


# Enrolment and exams


@transaction.atomic
def enrol(student: Any, course: Any, *, exam_at: datetime | None = None, now: datetime | None = None) -> Enrolment:
    """Enrol a student (again: the same enrolment) and ask for their first plan."""
    now = now or timezone.now()
    enrolment, created = Enrolment.objects.get_or_create(student=student, course=course, defaults={"exam_at": exam_at})
    if created:
        request_plan(student, now)
    return enrolment


def exam_ahead(student: Any, now: datetime) -> ExamAhead | None:
    """The student's next exam; None after the last."""
    return next(iter(exams_ahead(student, now)), None)


def exams_ahead(student: Any, now: datetime) -> list[ExamAhead]:
    """The student's exams to come, the next one first."""
    ahead = []
    for enrolment, exams in _exams_by_enrolment(student):
        ahead += [ExamAhead(exam.title, at, exam.blueprint.get("concepts", {})) for exam, at in exams if at]
        if not exams and enrolment.exam_at:
            ahead.append(ExamAhead("Exam", enrolment.exam_at, {}))
    return sorted((exam for exam in ahead if exam.at > now), key=lambda exam: exam.at)


def _exams_by_enrolment(student: Any) -> list[tuple[Enrolment, list[tuple[Exam, datetime | None]]]]:
    """Each course's exams with their dates: the assessment's is the student's own, where they set one."""
    enrolments = list(student.enrolments.all())
    by_course: dict[int, list[Exam]] = defaultdict(list)
    for exam in Exam.objects.filter(course__in=[one.course_id for one in enrolments]):
        by_course[exam.course_id].append(exam)
    found = []
    for enrolment in enrolments:
        exams = by_course[enrolment.course_id]
        main = next((exam for exam in exams if exam.kind == Exam.Kind.ASSESSMENT), exams[0] if exams else None)
        dates = [(exam, enrolment.exam_at if exam is main and enrolment.exam_at else exam.starts_at) for exam in exams]
        found.append((enrolment, dates))
    return found


@dataclass(frozen=True)
class Expected:
    """An exam of the student's: its date for them, the score to expect as things stand, and if the plan is kept."""

    exam: Exam
    at: datetime | None
    now: Forecast | None
    kept: Forecast | None


def expected_scores(student: Any, *, now: datetime | None = None) -> list[Expected]:
    """All exams of the student's courses, the next one first; a fixed number of queries.

    What to expect if the plan is kept is known of the next exam alone.
    """
    now = now or timezone.now()
    day = study_day(student, now)
    coming = ahead(student, now=now)
    candidates = _candidates(ensure_cards(student), now, day)
    w = change_log.parameters(student)
    found = []
    for exam, at in [dated for _, exams in _exams_by_enrolment(student) for dated in exams]:
        score = kept = None
        if at is not None and at > now and candidates:
            one = ExamAhead(exam.title, at, exam.blueprint.get("concepts", {}))
            score = _forecast(candidates, one, day, w)
            kept = coming.kept if coming and coming.exam == one else None
        found.append(Expected(exam, at, score, kept))
    return sorted(found, key=lambda one: (one.at is None or one.at <= now, one.at or now, one.exam.pk))


def expected_score(student: Any, exam: Exam, now: datetime) -> Forecast | None:
    """The score to expect of one exam as things stand; None once it is past, and without a date or questions."""
    day = study_day(student, now)
    for _, exams in _exams_by_enrolment(student):
        for one, at in exams:
            if one == exam and at is not None and at > now:
                candidates = _candidates(ensure_cards(student), now, day)
                ahead = ExamAhead(exam.title, at, exam.blueprint.get("concepts", {}))
                return _forecast(candidates, ahead, day, change_log.parameters(student)) if candidates else None
    return None


# Making the plan


def request_plan(student: Any, now: datetime) -> None:
    """Want a new plan, in this transaction; a worker makes it after the commit."""
    change_log.lock(student, now)
    outbox.enqueue(Job.Kind.PLAN, student, now)


def plan_day(student: Any, *, extra_seconds: int | None = None, now: datetime | None = None) -> DailyPlan:
    """Make the student's plan for the study day that `now` falls in, in place of an earlier one.

    What is done today counts against the day's minutes. `extra_seconds` adds to them for today; without it, what was
    added before stays. Takes a fixed number of queries, and the same facts give the same plan.
    """
    now = now or timezone.now()
    with transaction.atomic():
        book = change_log.lock(student, now)
        _create_missing_cards(book)
        day = study_day(student, now)
        earlier = DailyPlan.objects.filter(student=student, date=day.date).first()
        extra = (earlier.extra_seconds if earlier else 0) + (extra_seconds or 0)
        done = done_today(student, day)["seconds"]
        budget = max(student.daily_minutes * 60 + min(extra, MAX_EXTRA_SECONDS) - done, 0)
        exams = exams_ahead(student, now)
        if earlier is not None and earlier.day_off:
            budget = 0
        tasks, before, after = _choose(_candidates(book, now, day), day, exams, budget, book)
        plan, _ = DailyPlan.objects.update_or_create(
            student=student,
            date=day.date,
            defaults={
                "tasks": [_as_json(task) for task in tasks],
                "extra_seconds": min(extra, MAX_EXTRA_SECONDS),
                "planned_seconds": done + sum(task.seconds for task in tasks),
                "score_before": before,
                "score_after": after,
                "outlook": None,
                "made_at": now,
                "sequence": book.next_sequence(),
            },
        )
        book.next_day_at = day.ends_at
        if not student.reminders:
            book.next_reminder_at = None
        elif book.next_reminder_at is None:
            book.next_reminder_at = next_reminder(student, now)
        book.save(update_fields=["next_day_at", "next_reminder_at", "last_sequence"])
        outbox.done(Job.Kind.PLAN, student)
    return plan


def enqueue_new_days(now: datetime, limit: int = 1000) -> int:
    """Want a plan for students whose study day has begun since their last one; how many, `limit` at most.

    Each student's day begins at their own hour in their own zone, whatever clocks were changed; the change log has it.
    """
    begun = ChangeLog.objects.filter(next_day_at__lte=now).order_by("next_day_at")
    return outbox.enqueue_all(Job.Kind.PLAN, begun, now, limit)


@transaction.atomic
def ensure_cards(student: Any) -> ChangeLog:
    """A card for every facet of every published item of the student's courses; the change log, locked."""
    book = change_log.lock(student, timezone.now())
    _create_missing_cards(book)
    book.save(update_fields=["last_sequence"])
    return book


def _create_missing_cards(book: ChangeLog) -> None:
    student = book.student
    items = Item.objects.published().filter(course__enrolments__student=student)
    have = set(Card.objects.filter(student=student).values_list("item_id", "facet"))
    missing = [
        Card(student=student, item_id=item_id, facet=facet)
        for item_id, facets in items.values_list("pk", "published__facets")
        for facet in facets
        if (item_id, facet) not in have
    ]
    change_log.stamp(book, missing)
    Card.objects.bulk_create(missing)


@transaction.atomic
def reschedule(student: Any, *, now: datetime | None = None) -> None:
    """After a change of the student's settings: new due dates from the same memory states, and a new plan."""
    now = now or timezone.now()
    book = change_log.lock(student, now)
    cards = list(Card.objects.filter(student=student, stability__isnull=False))
    for card in cards:
        card.due_at = memory_states.due(student, card, book.w)
    change_log.stamp(book, cards)
    Card.objects.bulk_update(cards, ["due_at", "sequence"], batch_size=500)
    book.next_day_at = study_day(student, now).ends_at
    book.next_reminder_at = None
    book.save(update_fields=["last_sequence", "next_day_at", "next_reminder_at"])
    request_plan(student, now)


@dataclass(frozen=True)
class _Candidate:
    """A task as the planner sees it."""

    task: Task
    stability: float
    difficulty: float
    elapsed_days: float
    due: bool
    kind: str
    concept: str
    guess_rate: float


def _askable(student: Any, now: datetime) -> QuerySet[Card]:
    return (
        Card.objects.filter(student=student, suspended=False, item__retired_at__isnull=True)
        .filter(item__published__isnull=False, item__course__enrolments__student=student)
        .exclude(buried_until__gt=now)
    )


def _candidates(book: ChangeLog, now: datetime, day: StudyDay) -> list[_Candidate]:
    """Everything that could be asked today, in the order of the course: one query."""
    rows = (
        _askable(book.student, now)
        .order_by("item__course_id", "item__position", "item_id")
        .values_list(
            "pk",
            "item_id",
            "facet",
            "stability",
            "difficulty",
            "last_review_on",
            "due_at",
            "item__published__kind",
            "item__published__seconds",
            "item__published__concepts",
            "item__published__facets",
        )
    )
    by_item: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row[2] in row[10]:
            by_item[row[1]].append(row)
    return [_candidate(cards, day, book.w) for cards in by_item.values()]


def _candidate(cards: list[Any], day: StudyDay, w: Sequence[float]) -> _Candidate:
    """The cards of one item as one task, standing for its weakest card; new pairs come before known ones."""

    def recall(row: Any) -> float:
        if row[3] is None:
            return -1.0
        return float(fsrs.retrievability(_elapsed(row[5], day.date), row[3], w))

    ordered = sorted(cards, key=recall) if len(cards) > 1 else cards
    weakest = ordered[0]
    pk, _, _, stability, difficulty, last_on, _, kind, seconds, concepts, _ = weakest
    waiting = [row for row in ordered if row[6] is not None and row[6] < day.ends_at]
    new = all(row[3] is None for row in cards)
    if waiting and stability is None:
        # Some pairs of the set are due: the round is a review, of those first.
        pk, stability, difficulty, last_on = waiting[0][0], waiting[0][3], waiting[0][4], waiting[0][5]
    facets = tuple(row[2] for row in ordered[:ROUND_PAIRS])
    return _Candidate(
        task=Task(pk, facets, seconds, new),
        stability=np.nan if stability is None else stability,
        difficulty=np.nan if difficulty is None else difficulty,
        elapsed_days=_elapsed(last_on, day.date),
        due=bool(waiting) or (not new and stability is None),
        kind=kind,
        concept=concepts[0],
        guess_rate=GUESS_RATES.get(kind, 0.0),
    )


GUESS_RATES = {"single_choice": 0.25, "multiple_select": 0.06, "matching": 0.15, "ordering": 0.05}
"""Of a typical presentation of a kind, for planning; the real one is stored with each presentation."""


def _elapsed(last_on: date | None, today: date) -> float:
    return float(max((today - last_on).days, 0)) if last_on else 0.0


def _choose(
    candidates: Sequence[_Candidate], day: StudyDay, exams: Sequence[ExamAhead], budget: int, book: ChangeLog
) -> tuple[list[Task], float | None, float | None]:
    if not candidates:
        return [], None, None
    exam = exams[0] if exams else None
    chosen = planning.plan(
        stability=np.array([one.stability for one in candidates]),
        difficulty=np.array([one.difficulty for one in candidates]),
        elapsed_days=np.array([one.elapsed_days for one in candidates]),
        due=np.array([one.due for one in candidates]),
        weight=_weights(candidates, exam),
        seconds=np.array([float(one.task.seconds) for one in candidates]),
        guess_rate=np.array([one.guess_rate for one in candidates]),
        days_to_exam=None if exam is None else _days_until(exam, day),
        budget_seconds=float(budget),
        seconds_a_day=book.student.daily_minutes * 60.0,
        later_exams=[(_weights(candidates, one), _days_until(one, day)) for one in exams[1:]],
        desired_retention=book.student.desired_retention,
        w=book.w,
    )
    tasks = [
        replace(candidates[index].task, seconds=round(seconds))
        for index, seconds in zip(chosen.order, chosen.takes, strict=True)
    ]
    return tasks, chosen.score_before, chosen.score_after


def _days_until(exam: ExamAhead, day: StudyDay) -> float:
    return max((exam.at - day.begins_at) / timedelta(days=1), 0.0)


def _weights(candidates: Sequence[_Candidate], exam: ExamAhead | None) -> np.ndarray:
    if exam is None or not exam.weights:
        return np.ones(len(candidates))
    return blueprint_weights([(one.concept, one.kind) for one in candidates], exam.weights)


def blueprint_weights(tasks: Sequence[tuple[str, str]], weights: Mapping[str, float]) -> np.ndarray:
    """The share of the exam that hangs on each task, given as (main concept, kind).

    A concept has the weight of the blueprint, shared evenly among the kinds that ask it (an exam has slots of all
    kinds, however many items the bank holds of each), and then among the tasks of the kind.
    """
    sharers = Counter(tasks)
    kinds = Counter(concept for concept, _ in sharers)
    return np.array([weights.get(task[0], 0.0) / kinds[task[0]] / sharers[task] for task in tasks])


def exam_bank(exam: Exam) -> simulate.Bank:
    """The course's published items as a newcomer meets them, with their shares of an exam."""
    items = Item.objects.published().filter(course=exam.course_id).order_by("position", "pk")
    rows = list(items.values_list("published__kind", "published__seconds", "published__concepts"))
    weights = blueprint_weights([(concepts[0], kind) for kind, _, concepts in rows], exam.blueprint["concepts"])
    return simulate.Bank(
        weight=weights / weights.sum(),
        seconds=np.array([float(seconds) for _, seconds, _ in rows]),
        guess=np.array([GUESS_RATES.get(kind, 0.0) for kind, _, _ in rows]),
    )


def _as_json(task: Task) -> dict[str, Any]:
    return {"card": str(task.card), "facets": list(task.facets), "seconds": task.seconds, "new": task.new}


def ask_item(student: Any, item: int, now: datetime) -> Presentation | None:
    """A question of one item, of a match set its pairs that are due longest; None where it cannot be asked."""
    cards = Card.objects.filter(student=student, item=item, suspended=False)
    facets = list(cards.order_by(F("due_at").asc(nulls_last=True), "facet").values_list("pk", "facet"))
    found = present(student, [Ask(facets[0][0], tuple(facet for _, facet in facets))], now) if facets else []
    return next(iter(found), None)


# Days off, and days missed

DAYS_BETWEEN = 7


class TooSoonError(ValueError):
    """The last day off was less than a week ago; `next_on` is the day from which there may be another."""

    def __init__(self, next_on: date) -> None:
        super().__init__(f"The next day off can be on {next_on:%d %B}.")
        self.next_on = next_on


@transaction.atomic
def set_day_off(student: Any, *, off: bool, now: datetime | None = None) -> DailyPlan:
    """Take today off, or work after all. The plan of the coming days makes up for it. Raises TooSoonError."""
    now = now or timezone.now()
    change_log.lock(student, now)
    day = study_day(student, now)
    if off:
        last = DailyPlan.objects.filter(student=student, day_off=True, date__lt=day.date).order_by("-date").first()
        if last and (day.date - last.date).days < DAYS_BETWEEN:
            raise TooSoonError(last.date + timedelta(days=DAYS_BETWEEN))
    plan = DailyPlan.objects.filter(student=student, date=day.date).first() or plan_day(student, now=now)
    DailyPlan.objects.filter(pk=plan.pk).update(day_off=off)
    return plan_day(student, now=now)


def days_missed(student: Any, day: StudyDay) -> int:
    """Study days before `day` on which nothing was answered, back to the last answer; 0 for who has never answered.

    Days off are not missed.
    """
    last = (
        ReviewEvent.objects.filter(student=student, type=ReviewEvent.Type.REVIEW, study_date__lt=day.date)
        .order_by("-study_date")
        .values_list("study_date", flat=True)
        .first()
    )
    if last is None or done_today(student, day)["count"]:
        return 0
    off = DailyPlan.objects.filter(student=student, day_off=True, date__gt=last, date__lt=day.date).count()
    return (day.date - last).days - 1 - off


# The days to come


@dataclass(frozen=True)
class Ahead:
    """What the days until the next exam hold: the score now and if the plan is kept, choices of minutes, and days."""

    exam: ExamAhead
    now: Forecast
    kept: Forecast
    minutes: int
    curve: list[tuple[int, float]]
    days: list[tuple[date, planning_outlook.Day]]


def ahead(student: Any, *, now: datetime | None = None) -> Ahead | None:
    """The outlook on the next exam, None without one; kept with the day's plan until that is made anew."""
    now = now or timezone.now()
    day = study_day(student, now)
    exam = exam_ahead(student, now)
    plan = DailyPlan.objects.filter(student=student, date=day.date).first() or plan_day(student, now=now)
    if exam is None:
        return None
    stored = plan.outlook or _look_ahead(student, exam, day, now)
    if stored is None:
        return None
    if plan.outlook is None:
        DailyPlan.objects.filter(pk=plan.pk, made_at=plan.made_at).update(outlook=stored)
    return Ahead(
        exam=exam,
        now=Forecast(**stored["now"]),
        kept=Forecast(**stored["kept"]),
        minutes=stored["minutes"],
        curve=[(minutes, score) for minutes, score in stored["curve"]],
        days=[
            (day.date + timedelta(days=number), planning_outlook.Day(**one))
            for number, one in enumerate(stored["days"])
        ],
    )


def _look_ahead(student: Any, exam: ExamAhead, day: StudyDay, now: datetime) -> dict[str, Any] | None:
    candidates = _candidates(ensure_cards(student), now, day)
    if not candidates:
        return None
    w = change_log.parameters(student)
    weights, days = _weights(candidates, exam), _days_until(exam, day)
    S, D, elapsed, guess = (
        np.array([getattr(one, name) for one in candidates])
        for name in ("stability", "difficulty", "elapsed_days", "guess_rate")
    )
    seconds = np.array([float(one.task.seconds) for one in candidates])
    score = _forecast(candidates, exam, day, w)
    cards = Cards(*(part[None] for part in (S, D, elapsed, weights, seconds, guess)))
    found = planning_outlook.outlook(cards, days, student.daily_minutes, w)
    if score is None or found is None:
        return None
    return {"now": asdict(score), "minutes": student.daily_minutes, **asdict(found)}


def _forecast(candidates: Sequence[_Candidate], exam: ExamAhead, day: StudyDay, w: Sequence[float]) -> Forecast | None:
    """The score to expect if nothing more were reviewed."""
    return forecast(
        stability=[one.stability for one in candidates],
        elapsed_days=[one.elapsed_days for one in candidates],
        weight=_weights(candidates, exam),
        guess_rate=[one.guess_rate for one in candidates],
        days_to_exam=_days_until(exam, day),
        w=w,
    )


# Reading the plan


def queue(student: Any, *, limit: int = 20, now: datetime | None = None) -> Queue:
    """What to review now, best first: the day's plan, less what was answered since, and what was forgotten on the way.

    Makes the plan if today has none. Takes a fixed number of queries.
    """
    now = now or timezone.now()
    day = study_day(student, now)
    plan = DailyPlan.objects.filter(student=student, date=day.date).first() or plan_day(student, now=now)
    tasks = _open_tasks(student, plan, day, now)
    done = done_today(student, day)
    asks = [Ask(task.card, task.facets) for task in tasks[:limit]]
    return Queue(
        day=day,
        planned_seconds=plan.planned_seconds,
        done_seconds=done["seconds"],
        due=sum(not task.new for task in tasks),
        new=sum(task.new for task in tasks),
        done=done["count"],
        remaining_seconds=sum(task.seconds for task in tasks),
        day_off=plan.day_off,
        score_before=plan.score_before,
        score_after=plan.score_after,
        presentations=present(student, asks, now) if asks else [],
    )


def pack(student: Any, days: int, *, now: datetime | None = None) -> list[Presentation]:
    """What a client that goes offline for `days` study days needs: what comes due by then and new tasks, best first.

    As much as fits the minutes of these days, without the items of a sitting that is open: packs hold keys. Takes a
    fixed number of queries.
    """
    now = now or timezone.now()
    book = ensure_cards(student)
    last = study_day(student, now + timedelta(days=days - 1))
    budget = student.daily_minutes * 60 * days
    tasks, _, _ = _choose(_candidates(book, now, last), last, exams_ahead(student, now), budget, book)
    return present(student, [Ask(task.card, task.facets) for task in tasks[:MAX_PACK]], now)


def _open_tasks(student: Any, plan: DailyPlan, day: StudyDay, now: datetime) -> list[Task]:
    """The plan's tasks that are still open, then the cards to relearn today, longest waiting first."""
    planned = {uuid.UUID(task["card"]): task for task in plan.tasks}
    seen_today = Q(last_review_on__gte=day.date)
    relearn = seen_today & Q(due_at__lt=day.ends_at)
    rows = list(
        _askable(student, now)
        .exclude(item__in=presentations.in_open_sitting(student))
        .filter((Q(pk__in=planned) & ~seen_today) | Q(pk__in=planned, last_review_on=None) | relearn)
        .order_by("due_at", "pk")
        .values_list("pk", "item_id", "facet", "last_review_on", "item__published__seconds")
    )
    fresh = {pk for pk, _, _, seen, _ in rows if seen is None or seen < day.date}
    tasks = [
        Task(pk, tuple(task["facets"]), task["seconds"], task["new"]) for pk, task in planned.items() if pk in fresh
    ]
    lapsed: dict[int, Task] = {}
    for pk, item, facet, seen, seconds in rows:
        if seen is None or seen < day.date:
            continue
        earlier = lapsed.get(item)
        lapsed[item] = Task(
            earlier.card if earlier else pk, (*(earlier.facets if earlier else ()), facet), seconds, new=False
        )
    return tasks + list(lapsed.values())


def done_today(student: Any, day: StudyDay) -> dict[str, int]:
    """`count` of today's answers and `seconds` they took, undone ones left out."""
    answered = ReviewEvent.objects.filter(
        student=student, type=ReviewEvent.Type.REVIEW, study_date=day.date, undone=False
    ).aggregate(count=Count("pk"), milliseconds=Sum("duration_ms"))
    return {"count": answered["count"], "seconds": round((answered["milliseconds"] or 0) / 1000)}

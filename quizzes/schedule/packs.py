"""Packs: what a client needs to review while it is offline."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.utils import timezone

from questions import kinds
from questions.models import Correction, Course
from quizzes.calendar import StudyDay, study_day
from quizzes.memory import rating
from quizzes.models import Card, DailyPlan, Presentation, Student
from quizzes.models.statements import Parameter, Prepared, identifier, number
from quizzes.presentations import Ask, items_in_open_sittings, present
from quizzes.reviews import change_log
from quizzes.reviews.memory_states import MAX_INTERVAL_DAYS, RELEARN_AFTER
from quizzes.reviews.payloads import MemoryPayload, PackMemoryPayload, StoredSection
from quizzes.schedule.choice import choose_tasks
from quizzes.schedule.exams_ahead import StudentExams, load_exams
from quizzes.schedule.facts import Task
from quizzes.schedule.loading import load_situation
from quizzes.schedule.pack_spares import load_memories, put_spares
from quizzes.schedule.plans import load_plan, read_plan
from quizzes.schedule.queue import load_day_tasks
from quizzes.schedule.reading import (
    SectionsRead,
    find_day_reading,
    join_sections,
    load_sections_read,
    section_payload,
)
from quizzes.schedule.relearning import GAP, LEECH, MAX_ANSWERS, REST_DAYS

MAX_PACK = 500
"""The most presentations in a pack."""


@dataclass(frozen=True)
class PackSpare:
    """A further question of a card of the pack, with `cards` as an entry has them."""

    presentation: Presentation
    cards: dict[str, uuid.UUID]


@dataclass(frozen=True)
class PackEntry:
    """A question of a pack, with the study day that it is meant for, and its place on that day, from 1.

    `cards` has the card of each left side or part, by their ids, where they have cards of their own. `spares` are what
    the card is asked by where it has to be asked again before the device is back, in order.
    """

    presentation: Presentation
    day: date
    position: int
    cards: dict[str, uuid.UUID] = field(default_factory=dict)
    spares: list[PackSpare] = field(default_factory=list)


@dataclass(frozen=True)
class Pack:
    """Questions for some days, best first, and the FSRS parameters of the student's memory."""

    student: Student
    w: tuple[float, ...]
    entries: list[PackEntry]
    reading: list[StoredSection]
    """What is to be read before some of them, in order."""
    memories: list[PackMemoryPayload] = field(default_factory=list)
    """Of the cards that were reviewed before, where the pack has spares."""


@dataclass(frozen=True)
class PackFacts:
    """What a pack follows from as of `now`: study days from `today` to `last`, exams, parameters, what was read.

    `spares` is how many each card has at most. `plan` is that of today; not stored and empty where none was made yet.

    `tag` is the same exactly as long as the pack is: it speaks of all that, and of what numbers changes of cards,
    answers and courses. A variant that turned out broken is drawn anew without a number: a day later the tag differs.
    """

    student: Student
    now: datetime
    days: int
    spares: int
    today: StudyDay
    last: StudyDay
    exams: StudentExams
    w: tuple[float, ...]
    read: SectionsRead
    plan: DailyPlan
    tag: str


def _checked() -> QuerySet[Presentation, tuple[uuid.UUID, Any | None]]:
    checked = Presentation.objects.filter(card__student=number("student"), parts_checked__isnull=False)
    return checked.values_list("pk", "parts_checked")


_CHECKED = Prepared(
    lambda: (
        _checked()
        .filter(closed_at__isnull=True)
        .union(_checked().filter(spare__isnull=False), all=True)  # each by an index of its own
        .order_by("pk")
    )
)
_BURIED = Prepared(
    lambda: (
        Card.objects.filter(student=number("student"), buried_until__gt=Parameter("now", DateTimeField()))
        .order_by("pk")
        .values_list("pk")
    )
)
_OF_TASKS = Prepared(
    lambda: Card.objects.filter(student=number("student"), pk__in=identifier("cards", many=True)).values_list(
        "pk", "item_id", "due_at"
    )
)
_OF_ITEMS = Prepared(
    lambda: Card.objects.filter(student=number("student"), item__in=number("items", many=True)).values_list(
        "item_id", "facet", "pk"
    )
)
_COURSES = Prepared(
    lambda: (
        Course.objects.filter(pk__in=number("courses", many=True))
        .order_by("pk")
        .values_list(
            "slug",
            Subquery(Correction.objects.filter(version__item__course=OuterRef("pk")).order_by("-pk").values("pk")[:1]),
        )
    )
)


def load_pack_facts(student: Student, days: int, *, spares: int = 0, now: datetime | None = None) -> PackFacts:
    """Load what the pack for the coming `days` study days follows from; a fixed number of queries, all of them small.

    `spares` is how many further questions each card has at most. Cards, answers and open presentations are there as the
    number of their last change.
    """
    now = now or timezone.now()
    today, last = (study_day(student, now + timedelta(days=later)) for later in (0, days - 1))
    exams, (changes, w) = load_exams(student), change_log.load_revision(student)
    read, plan = load_sections_read([student.pk])[student.pk], load_plan(student, today)
    said = (
        *(student.pk, student.daily_minutes, student.desired_retention, today, last, spares, w, changes),
        *(sorted(exams.editions, key=str), exams.ahead(now), sorted(items_in_open_sittings(student))),
        *(_COURSES.run(courses=exams.courses), _BURIED.run(student=student.pk, now=now)),
        *(_CHECKED.run(student=student.pk), sorted(read.at), plan.put_off),
    )
    tag = hashlib.sha256(repr(said).encode()).hexdigest()
    return PackFacts(student, now, days, spares, today, last, exams, w, read, plan, tag)


def build_pack(facts: PackFacts) -> Pack:
    """What to review in the coming study days, without the items of a sitting that is open: packs hold keys.

    The first day is that of the plan: what it still asks, in its order, and what was forgotten today. Then comes what
    is due on the days after and what is new, best first, as much as fits the minutes; so what waits for a section that
    was put off is meant for tomorrow at the earliest. Takes a fixed number of queries, and fewer for a single day or
    without spares.
    """
    student, now = facts.student, facts.now
    # It is not stored on the way: who reads a pack does not wait for those who write.
    plan = read_plan(student, facts.today, now) if facts.plan._state.adding else facts.plan
    today = load_day_tasks(student, plan, facts.today, now)[:MAX_PACK]
    reading = find_day_reading(plan, {task.card for task in today}, facts.read).to_read
    later = _choose_later(facts, today) if facts.days > 1 else _Later()
    on = dict.fromkeys([task.card for task in today], facts.today.date) | later.on
    asks = [Ask(task.card, task.facets) for task in [*today, *later.tasks]]
    asked = present(student, asks, now)
    facets = _load_facets(student, asked)
    memories = _load_memories(student, asked, facets) if facts.spares else []
    stabilities = {memory["card"]: memory["stability"] for memory in memories}
    spares = put_spares(student, asked, stabilities, facts.spares, facts.days, now)
    places: Counter[date] = Counter()
    entries = []
    for shown in asked:
        day = on[shown.card_id]
        places[day] += 1
        further = [PackSpare(spare, _find_cards(spare, facets)) for spare in spares.get(shown.pk, [])]
        entries.append(PackEntry(shown, day, places[day], _find_cards(shown, facets), further))
    return Pack(student, facts.w, entries, join_sections(reading, later.reading), memories)


@dataclass(frozen=True)
class _Later:
    """What the days after today ask, with the day of each card, and what is to be read before."""

    tasks: list[Task] = field(default_factory=list)
    on: dict[uuid.UUID, date] = field(default_factory=dict)
    reading: list[StoredSection] = field(default_factory=list)


def _choose_later(facts: PackFacts, today: Sequence[Task]) -> _Later:
    """Choose for all days together, and leave out the items that today asks."""
    student, now = facts.student, facts.now
    situation = load_situation(student, facts.last, facts.exams, facts.w, now, facts.read)
    choice = choose_tasks(situation.with_reading(facts.read.at), student.daily_minutes * 60 * facts.days)
    rows = _OF_TASKS.run(student=student.pk, cards=[task.card for task in [*today, *choice.tasks]])
    items, due = {card: item for card, item, _ in rows}, {card: at for card, _, at in rows}
    taken = {items.get(task.card) for task in today}
    tasks = [task for task in choice.tasks if items.get(task.card) not in taken][: MAX_PACK - len(today)]
    due_on = {task.card: study_day(student, at).date for task in tasks if (at := due.get(task.card)) and at > now}
    days = [facts.today.date + timedelta(days=later) for later in range(1, facts.days)]
    on = spread(tasks, due_on, days, student.daily_minutes * 60)
    return _Later(tasks, on, [section_payload(each) for each in choice.reading])


_FacetCards = Mapping[tuple[int, str], uuid.UUID]
"""Cards by their items and facets, of items that have several."""


def _load_facets(student: Student, asked: Sequence[Presentation]) -> _FacetCards:
    """Load the cards of the items that have several; one query."""
    items = [shown.version.item_id for shown in asked if any(shown.facets)]
    return {(item, facet): pk for item, facet, pk in _OF_ITEMS.run(student=student.pk, items=items)}


def _find_cards(shown: Presentation, facets: _FacetCards) -> dict[str, uuid.UUID]:
    """Return the cards of left sides and parts by their ids; none where there is one for the whole."""
    if not any(shown.facets):
        return {}
    item = shown.version.item_id
    sides = kinds.get(shown.version.kind).facet_of(shown.answer).items()
    return {side: facets[item, facet] for side, facet in sides if (item, facet) in facets}


def _load_memories(student: Student, asked: Sequence[Presentation], facets: _FacetCards) -> list[PackMemoryPayload]:
    """Load what is remembered of all cards that are asked, those of pairs and parts too; one query."""
    cards = dict.fromkeys(shown.card_id for shown in asked)
    cards |= dict.fromkeys(card for shown in asked for card in _find_cards(shown, facets).values())
    return load_memories(student, cards)


def spread(
    tasks: Sequence[Task], due_on: Mapping[uuid.UUID, date], days: Sequence[date], seconds_a_day: int
) -> dict[uuid.UUID, date]:
    """Return the day of each task by its card: the first with room for it from when it is due, else the last. Pure.

    `tasks` are best first; what is not in `due_on` is due on the first day.
    """
    spent: Counter[date] = Counter()
    chosen: dict[uuid.UUID, date] = {}
    for task in tasks:
        possible = [day for day in days if day >= due_on.get(task.card, days[0])] or [days[-1]]
        day = next((day for day in possible if spent[day] + task.seconds <= seconds_a_day), possible[-1])
        spent[day] += task.seconds
        chosen[task.card] = day
    return chosen


def memory_payload(pack: Pack) -> MemoryPayload:
    """Return all that a client needs to rate answers and to schedule cards alone."""
    return {
        "model": "FSRS-6",
        "parameters": list(pack.w),
        "desired_retention": pack.student.desired_retention,
        "max_interval_days": MAX_INTERVAL_DAYS,
        "relearn_minutes": int(RELEARN_AFTER.total_seconds() // 60),
        "relearn_gap": GAP,
        "max_answers_a_day": MAX_ANSWERS,
        "leech_lapses": LEECH,
        "leech_rest_days": REST_DAYS,
        "thresholds": {
            "passed": rating.PASSED,
            "guessed": rating.GUESSED,
            "sure": rating.SURE,
            "slow": rating.SLOW,
            "fast": rating.FAST,
        },
    }

"""Packs: what a client needs to review while it is offline."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import DateField, DateTimeField, OuterRef, Subquery
from django.utils import timezone

from questions.models import Correction, Course
from quizzes.calendar import StudyDay, study_day
from quizzes.memory import rating
from quizzes.models import Card, DailyPlan, Presentation, Student
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.presentations import Ask, items_in_open_sittings, present
from quizzes.reviews import change_log
from quizzes.reviews.memory_states import MAX_INTERVAL_DAYS, RELEARN_AFTER
from quizzes.reviews.payloads import MemoryPayload, StoredSection
from quizzes.schedule.choice import choose_tasks
from quizzes.schedule.exams_ahead import StudentExams, load_exams
from quizzes.schedule.facts import SectionKey, Task
from quizzes.schedule.loading import load_situation
from quizzes.schedule.reading import SectionsRead, load_sections_read, section_payload
from quizzes.schedule.relearning import GAP, LEECH, MAX_ANSWERS, REST_DAYS

MAX_PACK = 500
"""The most presentations in a pack."""


@dataclass(frozen=True)
class PackEntry:
    """A question of a pack, with the study day that it is meant for, and its place on that day, from 1."""

    presentation: Presentation
    day: date
    position: int


@dataclass(frozen=True)
class Pack:
    """Questions for some days, best first, and the FSRS parameters of the student's memory."""

    student: Student
    w: tuple[float, ...]
    entries: list[PackEntry]
    reading: list[StoredSection]
    """What is to be read before some of them, in order."""


@dataclass(frozen=True)
class PackFacts:
    """What a pack follows from as of `now`: study days from `today` to `last`, exams, parameters, what was read.

    `put_off` are the sections that are not read today.

    `tag` is the same exactly as long as the pack is: it speaks of all that, and of what numbers changes of cards,
    answers and courses. A variant that turned out broken is drawn anew without a number: a day later the tag differs.
    """

    student: Student
    now: datetime
    days: int
    today: StudyDay
    last: StudyDay
    exams: StudentExams
    w: tuple[float, ...]
    read: SectionsRead
    put_off: frozenset[SectionKey]
    tag: str


_CHECKED = Prepared(
    lambda: (
        Presentation.objects.filter(card__student=number("student"), closed_at__isnull=True)
        .filter(parts_checked__isnull=False)
        .order_by("pk")
        .values_list("pk", "parts_checked")
    )
)
_BURIED = Prepared(
    lambda: (
        Card.objects.filter(student=number("student"), buried_until__gt=Parameter("now", DateTimeField()))
        .order_by("pk")
        .values_list("pk")
    )
)
_PUT_OFF = Prepared(
    lambda: DailyPlan.objects.filter(student=number("student"), date=Parameter("date", DateField())).values_list(
        "put_off"
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


def load_pack_facts(student: Student, days: int, *, now: datetime | None = None) -> PackFacts:
    """Load what the pack for the coming `days` study days follows from; a fixed number of queries, all of them small.

    Cards, answers and open presentations are there as the number of their last change.
    """
    now = now or timezone.now()
    today, last = (study_day(student, now + timedelta(days=later)) for later in (0, days - 1))
    exams, (changes, w) = load_exams(student), change_log.load_revision(student)
    read = load_sections_read([student.pk])[student.pk]
    plans = _PUT_OFF.run(student=student.pk, date=today.date)
    put_off = frozenset((lesson, section) for (sections,) in plans for lesson, section in sections)
    said = (
        *(student.pk, student.daily_minutes, student.desired_retention, today, last, w, changes),
        *(sorted(exams.editions, key=str), exams.ahead(now), sorted(items_in_open_sittings(student))),
        *(_COURSES.run(courses=exams.courses), _BURIED.run(student=student.pk, now=now)),
        *(_CHECKED.run(student=student.pk), sorted(read.at), sorted(put_off)),
    )
    tag = hashlib.sha256(repr(said).encode()).hexdigest()
    return PackFacts(student, now, days, today, last, exams, w, read, put_off, tag)


def build_pack(facts: PackFacts) -> Pack:
    """What to review in the coming study days: what comes due by then and new tasks, best first.

    As much as fits the minutes of these days, without the items of a sitting that is open: packs hold keys. What waits
    for a section that was put off is meant for tomorrow at the earliest. Takes a fixed number of queries.
    """
    student, now = facts.student, facts.now
    situation = load_situation(student, facts.last, facts.exams, facts.w, now, facts.read)
    put_off = facts.put_off if facts.days == 1 else ()
    choice = choose_tasks(situation.with_reading(facts.read.at, put_off), student.daily_minutes * 60 * facts.days)
    tasks = choice.tasks[:MAX_PACK]
    asked = present(student, [Ask(task.card, task.facets) for task in tasks], now)
    theirs = Card.objects.filter(student=student, pk__in=[task.card for task in tasks])
    due = dict(theirs.filter(due_at__gt=now).values_list("pk", "due_at"))
    due_on = {card: study_day(student, at).date for card, at in due.items() if at}
    dates = [facts.today.date + timedelta(days=later) for later in range(facts.days)]
    waiting = [card for each in choice.reading if each.section.key in facts.put_off for card in each.cards]
    due_on |= dict.fromkeys(waiting, facts.today.date + timedelta(days=1))
    on = spread(tasks, due_on, dates, student.daily_minutes * 60)
    places: Counter[date] = Counter()
    entries = []
    for presentation in asked:
        day = on[presentation.card_id]
        places[day] += 1
        entries.append(PackEntry(presentation, day, places[day]))
    return Pack(student, facts.w, entries, [section_payload(each) for each in choice.reading])


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

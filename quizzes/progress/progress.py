"""What a student sees of the past and the future."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Q, Sum
from django.utils import timezone

from questions.models import Concept
from quizzes.calendar import StudyDay, study_day
from quizzes.memory import concepts, fsrs
from quizzes.memory.calibration import Bin, calibration
from quizzes.memory.rating import Rating
from quizzes.models import Card, DailyPlan, Review, ReviewEvent
from quizzes.reviews import change_log


def mastery(student: Any, *, now: datetime | None = None) -> dict[str, concepts.Mastery]:
    """The student's mastery of each concept that published items are tagged with, by slug; two queries."""
    today = study_day(student, now or timezone.now()).date
    cards = Card.objects.filter(student=student, item__published__isnull=False, item__retired_at__isnull=True)
    rows = cards.exclude(item__concepts__isnull=True).values_list("stability", "last_review_on", "item__concepts__slug")
    index: dict[str, int] = defaultdict(lambda: len(index))
    recall, concept = [], []
    for stability, last_on, slug in rows:
        elapsed = max((today - last_on).days, 0) if last_on else 0
        recall.append(np.nan if stability is None else elapsed / stability)
        concept.append(index[slug])
    ratio = np.array(recall, dtype=float)
    known = np.where(
        np.isnan(ratio), 0.0, fsrs.retrievability(np.nan_to_num(ratio), 1.0, change_log.parameters(student))
    )
    found = concepts.mastery(known, np.array(concept, dtype=int), len(index))
    return {slug: found[position] for slug, position in index.items()}


@dataclass(frozen=True)
class Missed:
    """A concept of which items were answered wrong today: how many, and where to read it up."""

    concept: str
    lesson: str
    items: int


@dataclass(frozen=True)
class Day:
    """How a study day went: answers, right ones, minutes, what was missed, and what is due the day after."""

    answered: int
    right: int
    minutes: int
    missed: list[Missed]
    due_tomorrow: int


def day(student: Any, of: StudyDay) -> Day:
    """The student's study day so far; a fixed number of queries."""
    events = ReviewEvent.objects.filter(student=student, type=ReviewEvent.Type.REVIEW, study_date=of.date, undone=False)
    total = events.aggregate(answered=Count("pk"), right=Count("pk", filter=Q(score=1)), spent=Sum("duration_ms"))
    wrong = events.filter(score__lt=1).values_list(
        "presentation__version__item_id", "presentation__version__concepts", "presentation__version__lesson__slug"
    )
    # An item that was missed twice counts once.
    missed = Counter((tags[0], lesson) for _, tags, lesson in {row[0]: row for row in wrong}.values())
    names = dict(Concept.objects.filter(slug__in=[slug for slug, _ in missed]).values_list("slug", "name"))
    tomorrow = Card.objects.filter(
        student=student,
        suspended=False,
        due_at__lt=of.ends_at + timedelta(days=1),
        item__retired_at__isnull=True,
    )
    return Day(
        answered=total["answered"],
        right=total["right"],
        minutes=round((total["spent"] or 0) / 60_000),
        missed=[Missed(names.get(slug, slug), lesson, items) for (slug, lesson), items in missed.most_common(12)],
        due_tomorrow=tomorrow.values("item").distinct().count(),
    )


DAYS_BACK, DAYS_AHEAD, RETENTION_DAYS = 365, 30, 30
CALIBRATED_ON = 5000
"""The newest predictions that calibration is measured on."""


@dataclass(frozen=True)
class Progress:
    """What a student has done, how well it was predicted, and what comes due."""

    streak: int
    reviews_by_day: dict[date, int]
    forecast_by_day: dict[date, int]
    calibration: list[Bin]
    retention: float | None


def progress(student: Any, *, now: datetime | None = None) -> Progress:
    """The last year and the next month of a student's; a fixed number of queries.

    The streak counts study days with an answer up to today, or to yesterday while today has none; days off do not
    break it. Retention is the share of reviews of what was seen before that were right, over 30 days.
    """
    today = study_day(student, now or timezone.now())
    events = ReviewEvent.objects.filter(student=student, type=ReviewEvent.Type.REVIEW, undone=False)
    since = today.date - timedelta(days=DAYS_BACK)
    by_day = dict(
        events.filter(study_date__gt=since).values_list("study_date").annotate(count=Count("pk")).order_by("study_date")
    )
    off = set(DailyPlan.objects.filter(student=student, day_off=True, date__gt=since).values_list("date", flat=True))
    asked = Review.objects.filter(
        event__student=student, event__undone=False, practice=0, predicted__isnull=False
    ).order_by("-event__occurred_at", "-pk")
    recent = asked.values_list("predicted", "score", "rating", "event__study_date")[:CALIBRATED_ON]
    rows = list(recent)
    right = [row[2] > Rating.AGAIN for row in rows]
    lately = [was for was, row in zip(right, rows, strict=True) if row[3] > today.date - timedelta(days=RETENTION_DAYS)]
    return Progress(
        streak=_streak(today.date, set(by_day), off),
        reviews_by_day=by_day,
        forecast_by_day=_coming(student, today),
        calibration=calibration([row[0] or 0.0 for row in rows], right) if rows else [],
        retention=sum(lately) / len(lately) if lately else None,
    )


def _streak(today: date, answered: set[date], off: set[date]) -> int:
    day, streak = today, 0
    if day not in answered:
        day -= timedelta(days=1)
    while day in answered or day in off:
        streak += day in answered
        day -= timedelta(days=1)
    return streak


def _coming(student: Any, today: StudyDay) -> dict[date, int]:
    """How many items come due on each of the next days; what is overdue comes today."""
    end = today.ends_at + timedelta(days=DAYS_AHEAD)
    cards = Card.objects.filter(
        student=student, suspended=False, due_at__lt=end, item__retired_at__isnull=True, item__published__isnull=False
    )
    first: dict[int, date] = {}
    for item, due in cards.exclude(due_at=None).values_list("item", "due_at"):
        assert due is not None
        on = max(study_day(student, due).date, today.date)
        first[item] = min(on, first.get(item, on))
    counts = Counter(first.values())
    days = (today.date + timedelta(days=number) for number in range(DAYS_AHEAD))
    return {on: counts[on] for on in days}


@dataclass(frozen=True)
class Weak:
    """A concept with the student's mastery of it."""

    concept: Concept
    mastery: concepts.Mastery

    @property
    def percent(self) -> int:
        """For a meter, 0-100."""
        return round(100 * self.mastery.mastery)


def weakest_concepts(student: Any, limit: int = 5) -> list[Weak]:
    """The concepts that were begun and are weakest now."""
    found = mastery(student)
    nodes = Concept.objects.filter(slug__in=found).select_related("lesson")
    begun = [Weak(node, found[node.slug]) for node in nodes if found[node.slug].mastery > 0]
    return sorted(begun, key=lambda weak: weak.mastery.mastery)[:limit]

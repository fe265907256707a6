"""A student's last year and next month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from questions.models import outside_pools
from quizzes.calendar import StudyDay, study_day
from quizzes.memory.calibration import Bin, calibration
from quizzes.memory.rating import Rating
from quizzes.models import Card, DailyPlan, Review, ReviewEvent, Student

DAYS_BACK, DAYS_AHEAD, RETENTION_DAYS = 365, 30, 30
CALIBRATED_ON = 5000
"""The newest predictions that calibration is measured on."""


@dataclass(frozen=True)
class Progress:
    """What a student has done, how well it was predicted, and what comes due.

    `streak` in study days; `reviews_by_day` counts answers, without days that have none; `forecast_by_day` counts the
    items that come due on each coming day; `retention` is the share (0-1) of reviews of what was seen before that were
    right, over the last 30 days, None without any.
    """

    streak: int
    reviews_by_day: dict[date, int]
    forecast_by_day: dict[date, int]
    calibration: list[Bin]
    retention: float | None


@dataclass(frozen=True)
class PredictedReview:
    """A review whose outcome was predicted: the chance (0-1) given beforehand, whether it was right, and when."""

    chance: float
    right: bool
    on: date


def load_progress(student: Student, *, now: datetime | None = None) -> Progress:
    """The last year and the next month of a student's; a fixed number of queries."""
    today = study_day(student, now or timezone.now())
    since = today.date - timedelta(days=DAYS_BACK)
    reviews_by_day = _load_reviews_by_day(student, since)
    days_off = set(
        DailyPlan.objects.filter(student=student, day_off=True, date__gt=since).values_list("date", flat=True)
    )
    predicted = _load_predicted(student)
    return Progress(
        streak=count_streak(today.date, reviews_by_day, days_off),
        reviews_by_day=reviews_by_day,
        forecast_by_day=count_by_day(_load_due_days(student, today), today.date),
        calibration=calibration([each.chance for each in predicted], [each.right for each in predicted])
        if predicted
        else [],
        retention=share_right(predicted, today.date - timedelta(days=RETENTION_DAYS)),
    )


def count_streak(today: date, answered: Container[date], days_off: Container[date]) -> int:
    """Study days with an answer in a row, to today, or to yesterday while today has none; days off do not break it."""
    day, streak = today, 0
    if day not in answered:
        day -= timedelta(days=1)
    while day in answered or day in days_off:
        streak += day in answered
        day -= timedelta(days=1)
    return streak


def share_right(reviews: Sequence[PredictedReview], since: date) -> float | None:
    """The share of the reviews after `since` that were right; None without any."""
    right = [review.right for review in reviews if review.on > since]
    return sum(right) / len(right) if right else None


def count_by_day(due: Iterable[tuple[int, date]], today: date) -> dict[date, int]:
    """How many items come due on each of the next days, given as (item, day); what is overdue comes today.

    An item comes with the first of its cards.
    """
    first: dict[int, date] = {}
    for item, day in due:
        on = max(day, today)
        first[item] = min(on, first.get(item, on))
    counts = Counter(first.values())
    days = (today + timedelta(days=number) for number in range(DAYS_AHEAD))
    return {day: counts[day] for day in days}


def _load_reviews_by_day(student: Student, since: date) -> dict[date, int]:
    events = ReviewEvent.objects.counting().filter(student=student, type=ReviewEvent.Type.REVIEW, study_date__gt=since)
    return dict(events.values_list("study_date").annotate(count=Count("pk")).order_by("study_date"))


def _load_predicted(student: Student) -> list[PredictedReview]:
    """The newest reviews with a prediction, the newest first: repeats on the same day have none."""
    # Before 0.2 a repeat on the same day was stored as predicted for certain, which nothing else is.
    reviews = Review.objects.counting().filter(event__student=student, practice=0, predicted__lt=1)
    rows = reviews.order_by("-event__occurred_at", "-pk").values_list("predicted", "rating", "event__study_date")
    return [PredictedReview(chance or 0.0, rating > Rating.AGAIN, on) for chance, rating, on in rows[:CALIBRATED_ON]]


def _load_due_days(student: Student, today: StudyDay) -> list[tuple[int, date]]:
    """The study days on which items come due, one for each card, as (item, day)."""
    end = today.ends_at + timedelta(days=DAYS_AHEAD)
    cards = Card.objects.filter(outside_pools("item__")).filter(
        student=student, suspended=False, due_at__lt=end, item__retired_at__isnull=True, item__published__isnull=False
    )
    rows = cards.exclude(due_at=None).values_list("item", "due_at")
    return [(item, study_day(student, due_at).date) for item, due_at in rows if due_at]

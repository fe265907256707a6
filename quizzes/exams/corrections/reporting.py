"""Students say that something is wrong with a question; staff answer, and the student hears of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from questions.models import Author, Item
from questions.text.words import as_title
from quizzes.models import OF_STUDENTS, Notice, Presentation, QuestionReport, ReviewEvent, Student
from quizzes.reviews import change_log
from quizzes.statistics.facility import Estimate, facility

MAX_TEXT = 2000
"""Characters of a report."""
A_DAY = 20
"""Reports that a student may make in 24 hours."""
DAY = timedelta(days=1)
NEWEST = 1000
"""The newest answers to an item that are looked at beside a report."""


class ReportError(ValueError):
    """A report cannot be taken; says why."""


class TooManyReportsError(Exception):
    """A student has made as many reports as a day allows; `wait` says for how many seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__("You have sent many reports today. Please try again tomorrow.")
        self.wait = wait


@transaction.atomic
def report(student: Student, presentation: uuid.UUID, category: str, text: str, now: datetime) -> QuestionReport:
    """Take a report of a question that was put to the student; the same again is the same report.

    Raises Presentation.DoesNotExist, ReportError, TooManyReportsError.
    """
    shown = Presentation.objects.get(student=student, pk=presentation)
    text = text.replace("\r\n", "\n").strip()
    if category not in QuestionReport.Category.values:
        raise ReportError("Say what is wrong: choose one of the categories.")
    if len(text) > MAX_TEXT:
        raise ReportError(f"Use at most {MAX_TEXT} characters; this has {len(text)}.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ReportError("This contains a character that cannot be stored.")
    change_log.lock(student, now)  # so that two at once are counted
    same = QuestionReport.objects.filter(student=student, presentation=shown, category=category, text=text, outcome="")
    if (before := same.first()) is not None:
        return before
    since = QuestionReport.objects.filter(student=student, made_at__gt=now - DAY).order_by("made_at")
    made = list(since.values_list("made_at", flat=True))
    if len(made) >= A_DAY:
        raise TooManyReportsError((made[0] + DAY - now).total_seconds())
    return QuestionReport.objects.create(student=student, presentation=shown, category=category, text=text, made_at=now)


def list_reports(item: Item) -> list[QuestionReport]:
    """Return the reports of an item that wait for an answer, the oldest first; one query."""
    waiting = QuestionReport.objects.filter(presentation__version__item=item, outcome="")
    return list(waiting.select_related("student", "presentation__version").order_by("pk"))


@transaction.atomic
def answer_report(reported: QuestionReport, outcome: str, text: str, *, by: Author, now: datetime) -> bool:
    """Close a report with what the student is told; returns whether it was open until now. Raises ReportError."""
    text = text.replace("\r\n", "\n").strip()
    if outcome not in QuestionReport.Outcome.values:
        raise ReportError("Say what became of it.")
    if not text or len(text) > MAX_TEXT:
        raise ReportError(f"Write what the student is told, in at most {MAX_TEXT} characters.")
    waiting = QuestionReport.objects.filter(pk=reported.pk, outcome="")
    if not waiting.update(outcome=outcome, answer=text, answered_by=by, answered_at=now):
        return False
    item = reported.presentation.version.item
    told = f"You reported a problem with “{as_title(item.slug)}”. {text}"
    Notice.objects.create(student=reported.student, item=item, text=told, made_at=now)
    return True


@dataclass(frozen=True)
class ReportedAnswers:
    """What stands beside a report: the student's answers to what was put, and how the item goes otherwise."""

    answers: list[ReviewEvent]
    n: int
    facility: Estimate | None
    """Of the newest answers to the item that count."""
    reports: int
    """All of this item, answered or not."""


def load_reported(reported: QuestionReport) -> ReportedAnswers:
    """Load what stands beside a report; three queries."""
    item = reported.presentation.version.item_id
    given = ReviewEvent.objects.filter(presentation=reported.presentation, type=ReviewEvent.Type.REVIEW)
    counting: QuerySet[ReviewEvent] = ReviewEvent.objects.counting().filter(
        OF_STUDENTS, presentation__version__item=item
    )
    newest = counting.exclude(score=None).order_by("-pk").values_list("score", flat=True)[:NEWEST]
    scores = [score for score in newest if score is not None]
    return ReportedAnswers(
        answers=list(given.select_related("corrected").order_by("occurred_at")),
        n=len(scores),
        facility=facility(scores),
        reports=QuestionReport.objects.filter(presentation__version__item=item).count(),
    )

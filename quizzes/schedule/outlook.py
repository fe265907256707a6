"""The scores to expect of a student's exams, and what the days until the next one hold: computed, never stored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from quizzes.calendar import study_day
from quizzes.models import ChangeLog, Exam, Student
from quizzes.planning.forecast import Forecast
from quizzes.reviews import change_log
from quizzes.schedule.choice import ExamOutlook, forecast_exam, foresee
from quizzes.schedule.exam_forecast import ForecastFacts
from quizzes.schedule.exams_ahead import DatedExam, StudentExams, load_exams
from quizzes.schedule.facts import Situation
from quizzes.schedule.loading import load_cards, load_situation

REMEMBER_SECONDS = 24 * 3600
FORMAT = 1
"""Raise it whenever the fields of ExamOutlook change: an upgrade finds what the version before has cached."""


@dataclass(frozen=True)
class ExpectedScore:
    """An exam of the student's: its date for them, the score to expect as things stand, and if the plan is kept."""

    exam: Exam
    at: datetime | None
    now: Forecast | None
    kept: Forecast | None


def look_ahead(student: Student, *, now: datetime | None = None) -> ExamOutlook | None:
    """The outlook on the student's next exam; None without one, or where nothing that it asks is left to ask."""
    now = now or timezone.now()
    return _foresee_once(student, _load(student, load_exams(student), now))


def forecast_scores(
    student: Student, *, now: datetime | None = None, w: tuple[float, ...] | None = None
) -> list[ExpectedScore]:
    """All exams of the student's courses, the next one first, those that are over last; a fixed number of queries.

    What to expect if the plan is kept is known of the next exam alone. `w` are the parameters of the student's memory,
    for who knows them.
    """
    now = now or timezone.now()
    exams = load_exams(student)
    situation = _load(student, exams, now, w)
    outlook = _foresee_once(student, situation)
    scores = [expect_score(dated, situation, outlook, now) for dated in exams.dated]
    return sorted(scores, key=lambda score: (score.at is None or score.at <= now, score.at or now, score.exam.pk))


def load_forecast_facts(log: ChangeLog, exam: Exam, now: datetime) -> ForecastFacts | None:
    """Load what an exam's expected score follows from, for the student of a change log.

    None if the exam is past or has no date. Three queries.
    """
    dated = next((dated for dated in load_exams(log.student).dated if dated.exam == exam), None)
    if dated is None or dated.ahead is None or dated.ahead.at <= now:
        return None
    cards = load_cards(log.student, now)
    return ForecastFacts(dated.ahead, study_day(log.student, now), tuple(cards), log.w)


def expect_score(dated: DatedExam, situation: Situation, outlook: ExamOutlook | None, now: datetime) -> ExpectedScore:
    """What to expect of one exam; nothing once it is past."""
    ahead = dated.ahead
    if ahead is None or ahead.at <= now:
        return ExpectedScore(dated.exam, dated.at, None, None)
    kept = outlook.kept if outlook and outlook.exam == ahead else None
    return ExpectedScore(dated.exam, dated.at, forecast_exam(situation, ahead), kept)


def _load(student: Student, exams: StudentExams, now: datetime, w: tuple[float, ...] | None = None) -> Situation:
    day = study_day(student, now)
    return load_situation(student, day, exams.ahead(now), w or change_log.load_parameters(student), now)


def _foresee_once(student: Student, situation: Situation) -> ExamOutlook | None:
    """The simulated outlook, kept in the cache for a day under all the facts that it follows from."""
    facts = hashlib.sha256(repr(situation).encode()).hexdigest()
    key = f"outlook:{student.pk}:{facts}"
    return cache.get_or_set(key, lambda: foresee(situation), REMEMBER_SECONDS, version=FORMAT)

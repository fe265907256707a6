"""The scores to expect of a student's exams, and what the days until the next one hold.

What to expect as things stand is computed by whoever reads it first. The days until the exam are simulated, which takes
seconds for a large bank: a worker does so when it is asked to, and keeps the outcome for everybody who reads it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, DateField, DateTimeField, Max, OuterRef, Subquery
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from quizzes.background import outbox
from quizzes.calendar import StudyDay, study_day
from quizzes.models import Card, ChangeLog, Enrolment, Exam, Job, ReviewEvent, SectionRead, StoredOutlook, Student
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.planning.forecast import Forecast
from quizzes.reviews import change_log
from quizzes.schedule.choice import ExamOutlook, forecast_exam, foresee
from quizzes.schedule.exam_forecast import ForecastFacts
from quizzes.schedule.exams_ahead import StudentExams, load_exams
from quizzes.schedule.facts import ExamAhead
from quizzes.schedule.loading import OnDay, load_cards, load_situation
from quizzes.schedule.reading import load_sections_read

KEPT = timedelta(hours=6)
"""How long forecasts are kept for who looks at them again."""
FORMAT = 6
"""Raise it whenever the outlook is computed or stored in another way: what the version before has kept is old then."""
_DOCUMENT: TypeAdapter[ExamOutlook] = TypeAdapter(ExamOutlook)


@dataclass(frozen=True)
class ExpectedScore:
    """An exam of the student's: its date for them, the score to expect as things stand, and if the plan is kept."""

    exam: Exam
    at: datetime | None
    now: Forecast | None
    kept: Forecast | None


@dataclass(frozen=True)
class OutlookReading:
    """The student's newest outlook on the next exam, made at an instant; None where there is none.

    It is `current`, or `old` since something that it follows from has changed; `coming` where a worker was asked.
    """

    outlook: ExamOutlook | None
    made_at: datetime | None
    state: Literal["current", "coming", "old"]


def read_outlook(student: Student, *, now: datetime | None = None) -> OutlookReading:
    """The outlook as it was stored last; a fixed number of queries, none of which reads the cards."""
    now = now or timezone.now()
    exams = load_exams(student).ahead(now)
    if not exams:
        return OutlookReading(None, None, "current")
    stored = StoredOutlook.objects.filter(student=student).first()
    outlook = _of_next_exam(stored, student, exams[0])
    made_at = stored.made_at if stored else None
    if stored and stored.facts == _digest(student, exams, study_day(student, now)):
        return OutlookReading(outlook, made_at, "current")
    return OutlookReading(outlook, made_at, "coming" if outbox.is_coming(Job.Kind.OUTLOOK, student) else "old")


@transaction.atomic
def ask_outlook(student: Student, *, now: datetime | None = None) -> None:
    """Have a worker compute the student's outlook."""
    now = now or timezone.now()
    outbox.enqueue(Job.Kind.OUTLOOK, change_log.lock(student, now).student, now)


_MADE_SINCE = Prepared(
    lambda: StoredOutlook.objects.filter(
        student=number("student"), made_at__gte=Parameter("begins_at", DateTimeField())
    ).values_list("pk")[:1]
)
_ANSWERED = Prepared(
    lambda: (
        ReviewEvent.objects.filter(student=number("student"), study_date=Parameter("date", DateField()))
        .order_by()
        .values_list("pk")[:1]
    )
)


def ask_daily_outlook(student: Student, *, now: datetime | None = None) -> None:
    """The same once on each study day on which the student answers, so that programs find what to expect."""
    now = now or timezone.now()
    day = study_day(student, now)
    if _MADE_SINCE.run(student=student.pk, begins_at=day.begins_at):
        return
    if _ANSWERED.run(student=student.pk, date=day.date):
        ask_outlook(student, now=now)


def ask_daily_outlooks(students: Sequence[int], *, now: datetime | None = None) -> None:
    """The same for many students, most of whom have not answered since their day began."""
    now = now or timezone.now()
    days: dict[date, list[Student]] = defaultdict(list)
    for student in get_user_model().objects.filter(pk__in=students):
        days[study_day(student, now).date].append(student)
    for on, today in days.items():
        answered = ReviewEvent.objects.filter(student__in=today, study_date=on).order_by()
        there = set(answered.values_list("student", flat=True).distinct())
        for student in today:
            if student.pk in there:
                ask_daily_outlook(student, now=now)


def look_ahead(student: Student, *, now: datetime | None = None) -> ExamOutlook | None:
    """Compute the outlook on the student's next exam and store it; what a worker was asked for is done with it.

    None without an exam, or where nothing that it asks is left to ask. The same facts give the same outlook, and it is
    computed once for them.
    """
    now = now or timezone.now()
    day, exams = study_day(student, now), load_exams(student)
    facts = _digest(student, exams.ahead(now), day)  # before the cards are read: a change in between makes it old
    stored = StoredOutlook.objects.filter(student=student, facts=facts).first()
    if stored:
        outlook = _read(stored)
    else:
        read = load_sections_read([student.pk])[student.pk]
        situation = load_situation(student, day, exams, change_log.load_parameters(student), now, read)
        outlook = foresee(situation.with_reading(read.at))
    with transaction.atomic():
        change_log.lock(student, now)
        document = _DOCUMENT.dump_python(outlook, mode="json") if outlook else None
        StoredOutlook.objects.update_or_create(
            student=student, defaults={"facts": facts, "document": document, "made_at": now}
        )
        outbox.finish(Job.Kind.OUTLOOK, student)
    return outlook


def forecast_scores(
    student: Student, *, now: datetime | None = None, w: tuple[float, ...] | None = None
) -> list[ExpectedScore]:
    """All exams of the student's courses, the next one first, those that are over last; a fixed number of queries.

    What to expect if the plan is kept is known of the next exam alone, as of the outlook that was stored last. `w` are
    the parameters of the student's memory, for who knows them.
    """
    now = now or timezone.now()
    day, exams = study_day(student, now), load_exams(student)
    ahead = exams.ahead(now)
    expected = _forecast(student, day, exams, w or change_log.load_parameters(student), now) if ahead else {}
    stored = StoredOutlook.objects.filter(student=student).first()
    outlook = _of_next_exam(stored, student, ahead[0]) if ahead else None
    scores = [
        ExpectedScore(
            dated.exam,
            dated.at,
            expected.get(dated.exam.pk),
            outlook.kept if outlook and outlook.exam == dated.ahead else None,
        )
        for dated in exams.dated
    ]
    return sorted(scores, key=lambda score: (score.at is None or score.at <= now, score.at or now, score.exam.pk))


def _forecast(
    student: Student, day: StudyDay, exams: StudentExams, w: tuple[float, ...], now: datetime
) -> dict[int, Forecast | None]:
    """The score to expect of each exam ahead, by its key. The same facts give the same, and it is kept for a while."""
    key = f"forecast:{student.pk}:{_digest(student, exams.ahead(now), day, w)}"
    expected: dict[int, Forecast | None] | None = cache.get(key)
    if expected is None:
        read = load_sections_read([student.pk])[student.pk]
        situation = load_situation(student, day, exams, w, now, read)
        ahead = [(dated.exam.pk, dated.ahead) for dated in exams.dated]
        expected = {pk: forecast_exam(situation, exam) for pk, exam in ahead if exam and exam.at > now}
        cache.set(key, expected, KEPT.total_seconds())
    return expected


def load_forecast_facts(log: ChangeLog, exam: Exam, now: datetime) -> ForecastFacts | None:
    """Load what an exam's expected score follows from, for the student of a change log.

    None if the exam is past or has no date. Six queries.
    """
    student, exams = log.student, load_exams(log.student)
    dated = next((dated for dated in exams.dated if dated.exam == exam), None)
    if dated is None or dated.ahead is None or dated.ahead.at <= now:
        return None
    day = study_day(student, now)
    read = load_sections_read([student.pk])
    cards = load_cards([OnDay(student, day, log.w)], {student.pk: exams}, now, read)[student.pk]
    return ForecastFacts(dated.ahead, exams.ahead(now), day, cards, log.w)


def _digest(student: Student, exams: tuple[ExamAhead, ...], day: StudyDay, w: tuple[float, ...] | None = None) -> str:
    """A digest of what an outlook follows from, without reading the cards: whatever changes one takes a new number.

    `w` are the parameters of the student's memory, for who knows them.
    """
    studied = Enrolment.objects.studied().filter(student=student).order_by("course")
    read = SectionRead.objects.filter(student=student, lesson__course=OuterRef("course")).order_by()
    counted = read.values("student").annotate(sections=Count("*")).values("sections")
    editions = studied.values_list("course", "course__revision", "course__measuring__measured_at", Subquery(counted))
    facts = (
        *(FORMAT, day, exams, student.daily_minutes, student.desired_retention),
        *(w or change_log.load_parameters(student), list(editions)),
        Card.objects.filter(student=student).aggregate(newest=Max("sequence"))["newest"],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _of_next_exam(stored: StoredOutlook | None, student: Student, exam: ExamAhead) -> ExamOutlook | None:
    """The stored outlook, as far as it is one on this exam with the minutes that the student has now."""
    outlook = _read(stored) if stored else None
    return outlook if outlook and (outlook.exam, outlook.minutes) == (exam, student.daily_minutes) else None


def _read(stored: StoredOutlook) -> ExamOutlook | None:
    """None also for what another version stored and this one cannot read."""
    try:
        return None if stored.document is None else _DOCUMENT.validate_python(stored.document)
    except ValidationError:
        return None

"""Parameters of the memory model, fitted to what students and courses have answered, and put in use where better.

A student's states are folded with the parameters of the fit that their change log names: one of their own from 50
answers on, else their course's, else the defaults. Putting another fit in use folds the states anew in the same
transaction, so that the states are the fold of the log at any time. What is likely beforehand is built in, until enough
students of a course have fits of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from questions.models import Course
from quizzes import schedule
from quizzes.memory import fitting, fsrs, priors
from quizzes.memory.timeline import LogLine
from quizzes.memory_upkeep import rebuilding
from quizzes.models import Card, ChangeLog, Enrolment, MemoryFit, Review, Student
from quizzes.reviews import change_log, memory_states, practice

INTERVAL = timedelta(days=7)
SLACK = timedelta(hours=12)
"""A fit that is this much younger than a week is due already: beat's time is not exact."""
MIN_LEARNERS = 30
"""So many students of a course with fits of their own say what is likely in it."""
MAX_LEARNERS = 1000
"""The newest fits that say it."""


def fit_student(student: Student, *, now: datetime | None = None) -> MemoryFit | None:
    """Fit to the student's own log, store the figures, and put the fit in use if it is better.

    Returns None, and stores nothing, where the log is too short: below 50 answers.
    """
    now = now or timezone.now()
    log = _load_log(student, student.cards.all())
    if sum(not line.practice for line in log) < fitting.MIN_REVIEWS:
        return None
    fitted = fitting.fit(log, change_log.load_parameters(student), load_prior(_course_followed(student), student))
    if fitted is None:
        return None
    with transaction.atomic():
        locked = change_log.lock(student, now)
        fit = _store(fitted, now, student=student)
        if fit.adopted:
            _put_in_use(locked, fit)
    return fit


def fit_course(course: Course, *, now: datetime | None = None) -> MemoryFit | None:
    """Fit to the pooled log of a course, and store the figures; None where the log is too short.

    `follow_courses` then puts the fit in use for the students who have none of their own.
    """
    now = now or timezone.now()
    log: list[LogLine] = []
    reviews = 0
    for student in _newest_first(course):
        log += _load_log(student, student.cards.filter(item__course=course))
        reviews = len(log)
        if reviews >= fitting.MAX_REVIEWS:
            break
    if reviews < fitting.MIN_POOLED:
        return None
    current = adopted_fit(course)
    in_use = current.parameters if current else fsrs.DEFAULT_PARAMETERS
    fitted = fitting.fit(sorted(log), in_use, load_prior(course))
    return _store(fitted, now, course=course) if fitted else None


def adopted_fit(course: Course) -> MemoryFit | None:
    """Return the fit that the course's students use who have none of their own; None before the first."""
    return MemoryFit.objects.filter(course=course, adopted=True).first()


def load_prior(course: Course | None, student: Student | None = None) -> priors.Prior:
    """Return what parameters are likely in a course: by its students' own fits, from 30 of them on; else built in.

    It is what others say of `student`: an earlier fit of their own would count their answers twice.
    """
    newest = MemoryFit.objects.filter(student=OuterRef("student"), adopted=True).order_by("-fitted_at", "-id")
    fits = MemoryFit.objects.filter(student__enrolments__course=course, pk=Subquery(newest.values("pk")[:1]))
    fits = fits.exclude(student=student) if student else fits
    learners = list(fits.values_list("parameters", flat=True)[:MAX_LEARNERS]) if course else []
    return priors.draw_towards(learners, priors.built_in()) if len(learners) >= MIN_LEARNERS else priors.built_in()


def _course_followed(student: Student) -> Course | None:
    joined_last = student.enrolments.select_related("course").order_by("-created_at", "-pk").first()
    return joined_last.course if joined_last else None


def follow_courses(*, now: datetime | None = None) -> int:
    """Put each course's newest adopted fit in use for its students without their own; return how many changed.

    A student of several courses follows the one joined last. Each student is a transaction: it may be stopped at
    any time and run again.
    """
    now = now or timezone.now()
    changed = 0
    for course in Course.objects.all():
        fit = adopted_fit(course)
        if fit is None:
            continue
        for student in _behind(course, fit).iterator(chunk_size=500):
            with transaction.atomic():
                locked = change_log.lock(student, now)
                if locked.fit_id != fit.pk and not (locked.fit and locked.fit.student_id):
                    _put_in_use(locked, fit)
                    changed += 1
    return changed


def students_due(now: datetime) -> QuerySet[Student]:
    """Return the students with enough answers who have answered since their last fit, if that is a week old.

    Or if they have come to 50, 100 or 200 answers since.
    """
    last = MemoryFit.objects.filter(student=OuterRef("pk")).order_by("-fitted_at").values("fitted_at")[:1]
    counting = Q(cards__log__event__undone=False, cards__log__event__superseded=False, cards__log__practice=0)
    had = counting & Q(cards__log__event__received_at__lte=F("fitted"))
    due = Q(fitted=None) | Q(fitted__lte=now - INTERVAL + SLACK, answered__gt=F("fitted"))
    for milestone in fitting.MILESTONES:
        due |= Q(had__lt=milestone, answers__gte=milestone)
    return (
        get_user_model()
        .objects.filter(is_active=True, cards__isnull=False)
        .annotate(fitted=Subquery(last), answered=Max("cards__last_review_at"))
        .annotate(answers=Count("cards__log", filter=counting), had=Count("cards__log", filter=had))
        .filter(due, answers__gte=fitting.MIN_REVIEWS)
        .order_by("pk")
    )


def courses_due(now: datetime) -> QuerySet[Course]:
    """Return the courses whose last fit is a week old, or who have none."""
    recent = MemoryFit.objects.filter(course=OuterRef("pk"), fitted_at__gt=now - INTERVAL + SLACK)
    return Course.objects.filter(~Exists(recent))


def _load_log(student: Student, cards: QuerySet[Card]) -> list[LogLine]:
    """Return the lines that count of these cards of a student; three queries."""
    reviews = Review.objects.counting().filter(card__in=cards)
    practised = practice.load_lines(student.review_events.counting(), cards.only("item"))
    return memory_states.sort_log(memory_states.load_log(reviews, with_guess_rates=True), practised)


def _newest_first(course: Course) -> Iterator[Student]:
    students = get_user_model().objects.filter(enrolments__course=course)
    return students.annotate(at=Max("cards__last_review_at")).order_by(F("at").desc(nulls_last=True), "pk").iterator()


def _behind(course: Course, fit: MemoryFit) -> QuerySet[Student]:
    joined_last = Enrolment.objects.filter(student=OuterRef("pk")).order_by("-created_at", "-pk").values("course")[:1]
    students = get_user_model().objects.annotate(follows=Subquery(joined_last)).filter(follows=course.pk)
    waiting = Q(change_log__isnull=False) & (Q(change_log__fit=None) | Q(change_log__fit__student=None))
    return students.filter(waiting).exclude(change_log__fit=fit).order_by("pk")


def _store(
    fitted: fitting.FittedParameters, now: datetime, *, student: Student | None = None, course: Course | None = None
) -> MemoryFit:
    better = fitted.after if fitted.better else fitted.before
    return MemoryFit.objects.create(
        student=student,
        course=course,
        fitted_at=now,
        parameters=list(fitted.parameters),
        reviews=fitted.reviews,
        judged_on=fitted.judged_on,
        log_loss_before=fitted.before.log_loss,
        log_loss_after=fitted.after.log_loss,
        rmse_before=fitted.before.rmse,
        rmse_after=fitted.after.rmse,
        calibration=[asdict(interval) for interval in better.bins],
        adopted=fitted.better,
    )


def _put_in_use(locked: ChangeLog, fit: MemoryFit) -> None:
    """Fold the student's states anew with a fit, and enqueue a plan made of them."""
    locked.fit = fit
    locked.save(update_fields=["fit"])
    rebuilding.refold(locked)
    schedule.request_plan(locked.student, fit.fitted_at)

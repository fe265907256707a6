"""The outbox: background work as rows, so that no broker, worker or retry can lose it or do it twice.

Who changes what a plan is made of asks for the plan in the same transaction: a row of its own, at most one of a kind
for a student. On commit a worker is told; should the message be lost, beat's sweep tells another. The worker leases
the row, which counts an attempt, and the operation that does the work deletes the row in its own transaction: what is
done is never asked for any more, what is not done still is. Work that fails is tried again, later each time, and in
the end given up: it stays for somebody to look at, and to retry, in the admin.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from quizzes.background.publisher import after_commit, publish
from quizzes.models import ChangeLog, Job, Student

TASKS = {Job.Kind.PLAN: "quizzes.tasks.plan_student", Job.Kind.REMIND: "quizzes.tasks.remind_student"}
MAX_WAIT = timedelta(minutes=2)
"""However often it is asked for again, work begins this long after it was first asked for."""
MAX_ATTEMPTS = 5
BACKOFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Waits after the first, second, … failure."""
AT_ONCE = 1000
"""Jobs that one sweep tells of."""

logger = logging.getLogger(__name__)


def enqueue(kind: Job.Kind, student: Student, now: datetime, *, delay: timedelta = timedelta(0)) -> None:
    """Ask for work, in this transaction, `delay` from now: asking again meanwhile puts it off, but not for long.

    What asks and what does the work hold the lock of the student's change log, so that neither misses the other.
    """
    job, created = Job.objects.get_or_create(
        kind=kind, student=student, defaults={"asked_at": now, "run_at": now + delay, "published_at": now + delay}
    )
    if created:
        after_commit(TASKS[kind], student.pk, delay=delay)
        return
    run_at = min(now + delay, max(job.asked_at + MAX_WAIT, now))
    Job.objects.filter(pk=job.pk).update(run_at=run_at, published_at=run_at, attempts=0, dead_at=None)
    if run_at < job.run_at:
        after_commit(TASKS[kind], student.pk, delay=run_at - now)


def enqueue_all(kind: Job.Kind, change_logs: QuerySet[ChangeLog], now: datetime, limit: int = 1000) -> int:
    """Ask for work for the students of these change logs, in their order, who wait for none yet; how many."""
    waiting = Job.objects.filter(kind=kind, student=OuterRef("student"))
    idle = change_logs.filter(student__is_active=True).exclude(Exists(waiting))
    students = list(idle.values_list("student_id", flat=True)[:limit])
    jobs = [Job(kind=kind, student_id=student, asked_at=now, run_at=now) for student in students]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)
    return len(students)


def done(kind: Job.Kind, student: Student) -> None:
    """The work is done, in this transaction."""
    Job.objects.filter(kind=kind, student=student).delete()


def run(kind: Job.Kind, student: int, work: Callable[[Any], Any], holder: str) -> None:
    """Do the work that is asked for of a student, if it is, and if no other worker is at it.

    `holder` is the id of the message: one that comes again, because its worker was killed, takes up its own lease.
    `work` deletes the row with what it does; an exception counts as a failure and is kept.
    """
    job = _lease(kind, student, timezone.now(), holder)
    if job is None:
        return
    try:
        if job.student.is_active:
            work(job.student)
        else:
            done(kind, job.student)
    except Exception as error:
        logger.exception("%s failed, attempt %s", job, job.attempts)
        _failed(job, f"{type(error).__name__}: {error}", timezone.now())


def sweep(now: datetime) -> int:
    """Tell workers of what waits and was not told, or in vain; how many jobs."""
    told = now - settings.PUBLISH_AGAIN
    waiting = _free(now).filter(Q(published_at=None) | Q(published_at__lte=told)).order_by("run_at")
    found = list(waiting.values_list("pk", "kind", "student_id")[:AT_ONCE])
    for _, kind, student in found:
        publish(TASKS[Job.Kind(kind)], student)
    Job.objects.filter(pk__in=[pk for pk, _, _ in found]).update(published_at=now)
    return len(found)


def retry(jobs: QuerySet[Job], now: datetime) -> int:
    """Take up again what was given up; how many jobs."""
    found = list(jobs.filter(dead_at__isnull=False).values_list("pk", flat=True))
    dead = Job.objects.filter(pk__in=found)
    return dead.update(dead_at=None, attempts=0, run_at=now, published_at=None, leased_until=None)


def _free(now: datetime) -> QuerySet[Job]:
    unleased = Q(leased_until=None) | Q(leased_until__lte=now)
    return Job.objects.filter(unleased, run_at__lte=now, dead_at=None)


def _lease(kind: Job.Kind, student: int, now: datetime, holder: str) -> Job | None:
    with transaction.atomic():
        wanted = Job.objects.filter(kind=kind, student=student)
        mine = wanted.filter(holder=holder, dead_at=None) if holder else Job.objects.none()
        lease = {"leased_until": now + settings.JOB_LEASE, "holder": holder, "attempts": F("attempts") + 1}
        if not ((wanted & _free(now)) | mine).update(**lease):
            _again_if_early(wanted, now)
            return None
        job = wanted.select_related("student").get()
        if job.attempts > MAX_ATTEMPTS:
            # It was begun that often and neither ended nor failed: it takes its worker with it.
            job.attempts -= 1
            _failed(job, job.error or "The worker was lost each time.", now)
            return None
        return job


def _again_if_early(wanted: QuerySet[Job], now: datetime) -> None:
    """Tell a worker again, in time, of a job that was put off since the message was sent."""
    early = wanted.filter(run_at__gt=now, dead_at=None, leased_until=None).first()
    if early:
        after_commit(TASKS[Job.Kind(early.kind)], early.student_id, delay=early.run_at - now)


def _failed(job: Job, error: str, now: datetime) -> None:
    again = {"run_at": now + BACKOFF[min(job.attempts, len(BACKOFF)) - 1], "published_at": None}
    ended = {"dead_at": now} if job.attempts >= MAX_ATTEMPTS else again
    Job.objects.filter(pk=job.pk).update(
        error=error[:2000], attempts=job.attempts, leased_until=None, holder="", **ended
    )

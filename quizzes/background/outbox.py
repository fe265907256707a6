"""The outbox: background work as rows, so that no broker, worker or retry can lose it or do it twice.

Whatever changes the facts that a plan is made of enqueues the plan in the same transaction: as a row of its own, at
most one of a kind for a student. On commit a message goes to a worker; should it be lost, beat's sweep publishes it
again. The worker leases the row, which counts an attempt, and the operation that does the work deletes the row in its
own transaction: finished work is never waiting, unfinished work always is. Work that fails is tried again, later each
time, and in the end given up: it stays for somebody to look at, and to retry, in the admin.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from quizzes.background.publisher import publish, publish_after_commit
from quizzes.models import ChangeLog, Enrolment, Job, Student, insert_rows
from quizzes.models.statements import Parameter, Prepared, PreparedUpdate, number

TASKS = {
    Job.Kind.PLAN: "quizzes.tasks.plan_student",
    Job.Kind.REMIND: "quizzes.tasks.remind_student",
    Job.Kind.OUTLOOK: "quizzes.tasks.foresee_student",
}
TASKS_TOGETHER = {Job.Kind.PLAN: "quizzes.tasks.plan_students"}
"""Those that do the work of many students at once."""
TOGETHER = 50
"""So many at once."""
MAX_WAIT = timedelta(minutes=2)
"""However often work is enqueued again, it begins this long after it was enqueued first."""
MAX_ATTEMPTS = 5
BACKOFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Waiting times after the first, second, … failure."""
SWEEP_LIMIT = 1000
"""The most jobs that sweeps leave with workers at a time; see `sweep`."""

logger = logging.getLogger(__name__)


def enqueue(kind: Job.Kind, student: Student, now: datetime, *, delay: timedelta = timedelta(0)) -> None:
    """Have work done `delay` from now, in this transaction; enqueueing it again puts it off, by `MAX_WAIT` at most.

    The caller, and whatever does the work, hold the lock of the student's change log, so that neither misses the other.
    """
    if _put_off(kind, student, now + delay):
        return
    job = Job.objects.filter(kind=kind, student=student).first()
    if job is None:
        new = Job(kind=kind, student=student, asked_at=now, run_at=now + delay, published_at=now + delay)
        # Where somebody enqueued it in between, with many others, it is not put off.
        Job.objects.bulk_create([new], ignore_conflicts=True)
        publish_after_commit(TASKS[kind], student.pk, delay=delay)
        return
    run_at = min(now + delay, max(job.asked_at + MAX_WAIT, now))
    Job.objects.filter(pk=job.pk).update(run_at=run_at, published_at=run_at, attempts=0, dead_at=None)
    if run_at < job.run_at:
        publish_after_commit(TASKS[kind], student.pk, delay=run_at - now)


_RUN_AT = Parameter("run_at", models.DateTimeField())
_WAITING = PreparedUpdate(
    lambda: Job.objects.filter(
        kind=Parameter("kind", models.CharField()),
        student=number("student"),
        run_at__lte=_RUN_AT,
        asked_at__gte=Parameter("asked_since", models.DateTimeField()),
    ),
    {"run_at": _RUN_AT, "published_at": _RUN_AT, "attempts": 0, "dead_at": None},
)


def _put_off(kind: Job.Kind, student: Student, run_at: datetime) -> bool:
    """Put off a job that may wait until then, as nearly all do that are enqueued again; whether there is one."""
    return bool(_WAITING.update(kind=kind, student=student.pk, run_at=run_at, asked_since=run_at - MAX_WAIT))


def enqueue_all(
    kind: Job.Kind, rows: QuerySet[ChangeLog] | QuerySet[Enrolment], now: datetime, limit: int = 1000
) -> int:
    """Enqueue work for the students of the first `limit` rows who have none waiting; return how many rows."""
    waiting = Job.objects.filter(kind=kind, student=OuterRef("student"))
    idle = rows.filter(student__is_active=True).exclude(Exists(waiting))
    students = list(idle.values_list("student_id", flat=True)[:limit])
    jobs = [(kind, student, now, now) for student in students]
    insert_rows(Job, ("kind", "student", "asked_at", "run_at"), jobs, or_leave=True)
    return len(students)


def is_waiting(kind: Job.Kind, student: Student) -> bool:
    """Whether work of this kind is still to be done for the student."""
    return Job.objects.filter(kind=kind, student=student).exists()


def is_coming(kind: Job.Kind, student: Student) -> bool:
    """Whether work of this kind waits or is being done, and was not given up."""
    return Job.objects.filter(kind=kind, student=student, dead_at=None).exists()


def finish(kind: Job.Kind, student: Student) -> None:
    """Delete the job, in the transaction that did its work."""
    finish_all(kind, [student.pk])


def finish_all(kind: Job.Kind, students: Sequence[int]) -> None:
    """Delete the jobs of many students, in the transaction that did their work."""
    Job.objects.filter(kind=kind, student__in=students).delete()


def run(kind: Job.Kind, student: int, work: Callable[[Student], object], holder: str) -> None:
    """Do a student's work of this kind, if there is any waiting and no other worker is doing it.

    `holder` is the id of the message: one that is delivered again, because its worker was killed, keeps its lease.
    `work` deletes the row in its own transaction; an exception counts as a failed attempt, and its text is kept.
    """
    job = _lease(kind, student, timezone.now(), holder)
    if job is None:
        return
    try:
        if job.student.is_active:
            work(job.student)
        else:
            finish(kind, job.student)
    except Exception as error:
        logger.exception("%s failed, attempt %s", job, job.attempts)
        _record_failure(job, f"{type(error).__name__}: {error}", timezone.now())


def run_together(
    kind: Job.Kind,
    students: Sequence[int],
    work: Callable[[Sequence[int]], object],
    alone: Callable[[Student], object],
    holder: str,
) -> None:
    """Do the work of many students at once, as `run` would do it for each `alone`.

    Together goes only what was never tried. What has failed, or took its worker down, is tried again alone, so that
    nobody's work is given up for another's.
    """
    together = _lease_untried(kind, students, timezone.now(), holder)
    try:
        if together:
            work(together)
    except Exception:
        logger.exception("%s of %s students failed together, and is tried for each alone", kind.label, len(together))
    # Those that were tried least come first: whoever takes the worker down keeps nobody waiting for more than one try.
    left = Job.objects.filter(kind=kind, student__in=students, dead_at=None).order_by("attempts", "student")
    for student in left.values_list("student", flat=True):
        run(kind, student, alone, holder)


def sweep(now: datetime) -> int:
    """Publish again the jobs whose message was lost or never sent; return how many.

    No more than bring what waits for workers to `SWEEP_LIMIT`, so that messages do not pile up in the broker and come
    twice. Where many were published, the next sweep is to follow as soon as they are done: see `sweep_again`.
    """
    before = now - settings.PUBLISH_AGAIN
    lost = Q(published_at=None) | Q(published_at__lte=before)
    room = max(SWEEP_LIMIT - ready_jobs(now).filter(published_at__gt=before).count(), 0)
    jobs = list(ready_jobs(now).filter(lost).order_by("run_at", "pk").only("kind", "student_id")[:room])
    # First, so that no worker meets these rows locked.
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(published_at=now)
    for kind in Job.Kind:
        _publish_all(kind, [job.student_id for job in jobs if job.kind == kind])
    return len(jobs)


def _publish_all(kind: Job.Kind, students: Sequence[int]) -> None:
    """Publish the jobs of students, in messages of many where the work can be done for many at once."""
    together = TASKS_TOGETHER.get(kind)
    for first in range(0, len(students), TOGETHER if together else 1):
        if together:
            publish(together, students[first : first + TOGETHER])
        else:
            publish(TASKS[kind], students[first])


def sweep_again(task: str, published: int) -> None:
    """Have `task`, which sweeps, run again when workers have come to the end of what a sweep `published`.

    Its message is sent behind those of the jobs, so that sweeps come as fast as the workers get through. It is sent
    where at least half of `SWEEP_LIMIT` were published: of two such rows of sweeps one ends, as it finds less room.
    """
    if published >= SWEEP_LIMIT / 2:
        publish(task)


def retry(jobs: QuerySet[Job], now: datetime) -> int:
    """Make the jobs among these that were given up wait again; return how many."""
    dead = Job.objects.filter(pk__in=list(jobs.filter(dead_at__isnull=False).values_list("pk", flat=True)))
    return dead.update(dead_at=None, attempts=0, run_at=now, published_at=None, leased_until=None)


def ready_jobs(now: datetime | Parameter) -> QuerySet[Job]:
    """Return the jobs whose time has come and that no worker holds."""
    unleased = Q(leased_until=None) | Q(leased_until__lte=now)
    return Job.objects.filter(unleased, run_at__lte=now, dead_at=None)


def _jobs() -> QuerySet[Job]:
    return Job.objects.filter(kind=Parameter("kind", models.CharField()), student=number("student"))


_HOLDER = Parameter("holder", models.CharField())
_FREE = PreparedUpdate(
    lambda: (
        (_jobs() & ready_jobs(Parameter("now", models.DateTimeField())))
        | _jobs().filter(holder=_HOLDER, dead_at=None).exclude(holder="")
    ),
    {
        "leased_until": Parameter("leased_until", models.DateTimeField()),
        "holder": _HOLDER,
        "attempts": F("attempts") + 1,
    },
)
_LEASED = Prepared(lambda: _jobs().select_related("student"))


def _lease(kind: Job.Kind, student: int, now: datetime, holder: str) -> Job | None:
    """Take the job for a while, counting an attempt; None where there is none to take."""
    with transaction.atomic():
        whose = {"kind": kind, "student": student}
        if not _FREE.update(**whose, now=now, leased_until=now + settings.JOB_LEASE, holder=holder):
            _publish_if_early(Job.objects.filter(**whose), now)
            return None
        (job,) = _LEASED.run(**whose)
        if job.attempts > MAX_ATTEMPTS:
            # It was begun so often and neither ended nor failed: it takes its worker down with it.
            job.attempts -= 1
            _record_failure(job, job.error or "The worker was lost each time.", now)
            return None
        return job


def _lease_untried(kind: Job.Kind, students: Sequence[int], now: datetime, holder: str) -> list[int]:
    """Take the jobs among these that were never tried, and return whose they are.

    Rows that another process holds are left to it; the others are locked in one order, so that no two processes wait
    for each other.
    """
    with transaction.atomic():
        free = ready_jobs(now).filter(kind=kind, student__in=students, attempts=0, student__is_active=True)
        locked = free.select_for_update(of=("self",), skip_locked=True).order_by("student_id")
        jobs = dict(locked.values_list("pk", "student_id"))
        leased_until = now + settings.JOB_LEASE
        Job.objects.filter(pk__in=jobs).update(leased_until=leased_until, holder=holder, attempts=1)
        return list(jobs.values())


def _publish_if_early(jobs: QuerySet[Job], now: datetime) -> None:
    """Publish a job for its new time, which was put off after the message was sent."""
    early = jobs.filter(run_at__gt=now, dead_at=None, leased_until=None).first()
    if early:
        publish_after_commit(TASKS[Job.Kind(early.kind)], early.student_id, delay=early.run_at - now)


def _record_failure(job: Job, error: str, now: datetime) -> None:
    """Give the lease back; the job is tried again later, or given up after `MAX_ATTEMPTS`."""
    lease_back = {"error": error[:2000], "attempts": job.attempts, "leased_until": None, "holder": ""}
    failed = Job.objects.filter(pk=job.pk)
    if job.attempts >= MAX_ATTEMPTS:
        failed.update(dead_at=now, **lease_back)
    else:
        failed.update(run_at=now + BACKOFF[job.attempts - 1], published_at=None, **lease_back)

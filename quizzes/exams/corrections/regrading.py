"""Answers to a version are graded anew, student by student: it may be stopped at any time, and run again."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, F, Max, QuerySet
from django.utils import timezone

from questions import bank
from questions.models import Correction, ItemVersion
from quizzes import exams
from quizzes.background import outbox
from quizzes.background.publisher import publish
from quizzes.exams.corrections.deciding import Judge, students_of
from quizzes.exams.corrections.loading import load_answers
from quizzes.exams.corrections.notices import store_notices
from quizzes.exams.corrections.storing import store_cases
from quizzes.models import Card, ChangeLog, Job, Regrading, RegradingShare, ReviewEvent, update_rows
from quizzes.reviews import change_log, practice

CHUNK = 50
"""Students that the first transaction does: meanwhile their own answers wait, on SQLite everybody's."""
LEAST, MOST = 10, 1000
"""Students of those that follow, so that each has about as many answers."""
ANSWERS, ANSWERS_OF_ALL = 5000, 1000
"""Where they alone wait, and where everybody does."""
PATIENCE = 0.7
"""Seconds that they wait; a transaction after one that took longer does fewer. The web gives up after 1.5."""
SHARES, FEW = 2, 500
"""Workers that may be at it at once, where there are more than so few students."""
TASK = "quizzes.tasks.regrade"


@dataclass
class Progress:
    """How far a regrading has come."""

    students: int = 0
    of: int = 0
    answers: int = 0
    """How many changed."""


class Regraded(NamedTuple):
    """How many answers so many students have to a version, and how many of them changed."""

    students: int
    answers: int
    changed: int


@transaction.atomic
def apply(correction: Correction, now: datetime) -> Correction:
    """Write a correction down and have the answers given before graded by it, in the background.

    Raises BankError. Idempotent: one that holds already has nothing to do but what was left.
    """
    written = bank.write_correction(correction)
    defaults: dict[str, object] = {"asked_at": now}
    if written is correction:
        defaults["uncorrected_through"] = partial(_uncorrected_through, written)
    begun, is_new = Regrading.objects.get_or_create(version=written.version, defaults=defaults)
    if not is_new and written is correction:
        begun.shares.all().delete()  # before its own row, as a worker locks them
        begun.asked_at, begun.through, begun.answers, begun.done_at = now, 0, 0, None
        begun.save()
    for _ in range(SHARES):
        transaction.on_commit(lambda: publish(TASK))
    return written


def _uncorrected_through(written: Correction) -> int:
    """Return the last event that was graded before a correction that this transaction wrote; 0 if it is not the first.

    An event with a lower key took it after it was graded, and before the one that is the last now: nobody else sees
    this correction yet.
    """
    if Correction.objects.filter(version=written.version, pk__lt=written.pk).exists():
        return 0
    return ReviewEvent.objects.aggregate(last=Max("pk"))["last"] or 0


def regrade_waiting(now: Callable[[], datetime] = timezone.now) -> int:
    """Finish the regradings that wait; return how many versions."""
    waiting = list(Regrading.objects.filter(done_at=None).order_by("asked_at").values_list("version", flat=True))
    for version in waiting:
        regrade(version, now=now)
    return len(waiting)


def regrade(
    version: int, *, now: Callable[[], datetime] = timezone.now, progress: Callable[[Progress], None] | None = None
) -> Progress:
    """Grade the answers to a version anew, from where it was left; return what was done.

    The students are shared out among as many workers as may be at it at once. Each chunk of a share is a transaction,
    which also says how far the share has come. What somebody else is at is theirs.
    """
    done = Progress()
    begun = Regrading.objects.filter(version=version, done_at=None).first()
    if begun is None:
        return done
    done.of = _share_out(version)
    size, answers = CHUNK, ANSWERS if connection.features.has_select_for_update else ANSWERS_OF_ALL
    clock = time.monotonic()
    while (regraded := _regrade_chunk(version, size, now())) is not None:
        took, clock = time.monotonic() - clock, time.monotonic()
        done.students, done.answers = done.students + regraded.students, done.answers + regraded.changed
        share = min(answers / max(regraded.answers, 1), PATIENCE / took)
        size = min(max(int(regraded.students * share), LEAST), MOST)
        if progress:
            progress(done)
    # If another correction was written meanwhile, the rest is still to be shared out.
    mine = Regrading.objects.filter(version=version, asked_at=begun.asked_at)
    mine.filter(~Exists(RegradingShare.objects.filter(regrading=version))).update(done_at=now())
    return done


@transaction.atomic
def _share_out(version: int) -> int:
    """Share out those who may have answers to a version and are in no share yet; return how many are left to do."""
    begun = Regrading.objects.select_for_update(of=("self",)).select_related("version").get(version=version)
    new = list(_students(begun, begun.through))
    if new:
        for students in np.array_split(new, SHARES if len(new) > FEW else 1):
            begun.shares.create(through=int(students[0]) - 1, until=int(students[-1]))
        begun.through = new[-1]
        begun.save(update_fields=["through"])
    return sum(_students(begun, share.through, share.until).count() for share in begun.shares.all())


def _students(begun: Regrading, after: int, until: int | None = None) -> QuerySet[Card, int]:
    """Return those who may have answers: of an erased account the words are gone by which they could be graded."""
    with_cards = Card.objects.filter(item=begun.version.item_id, student__gt=after, student__erased_at__isnull=True)
    if until is not None:
        with_cards = with_cards.filter(student__lte=until)
    return with_cards.order_by("student").values_list("student", flat=True).distinct()


@transaction.atomic
def _regrade_chunk(version: int, size: int, now: datetime) -> Regraded | None:
    """Grade the answers of the next students of a share that nobody is at; None where there is none left."""
    free = RegradingShare.objects.select_for_update(skip_locked=True, of=("self",)).filter(regrading=version)
    share = free.select_related("regrading__version").order_by("pk").first()
    if share is None:
        return None
    _plan_by_indexes()
    students = list(_students(share.regrading, share.through, share.until)[:size])
    with _no_search_for_cycles():
        regraded = regrade_students(version, students, now) if students else Regraded(0, 0, 0)
    if len(students) < size:
        share.delete()
    else:
        share.through = students[-1]
        share.save(update_fields=["through"])
    # Last, since it is everybody's.
    Regrading.objects.filter(version=version).update(answers=F("answers") + regraded.changed)
    return regraded


def _plan_by_indexes() -> None:
    """Have PostgreSQL find a chunk's rows by their indexes, in this transaction.

    It takes some thousand answers among a million to be found sooner by reading all, by many processes: of a whole
    correction that took most of the time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0")


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Free what nobody refers to any more, and no more than that: each search would go through all that is loaded."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def regrade_students(version: int, students: Collection[int], now: datetime) -> Regraded:
    """Have the answers of some students to a version count by the corrections in force, in this transaction.

    Idempotent.
    """
    logs = {log.student_id: log for log in change_log.lock_all(sorted(students), now)}
    judge = load_judge(version, students, bank.rules_of(ItemVersion.objects.get(pk=version)))
    cases = judge.decide()
    changed = [case for case in cases if case.is_changed]
    slots = exams.decide_slots(judge.rules, judge.loaded.slots)
    if changed or slots:
        store_cases(cases, judge.practised, logs)
        sittings = exams.store_slots(slots, now) if slots else []
        store_notices(judge.version, changed, sittings, now)
        update_rows(list(logs.values()), ["last_sequence"])
        outbox.enqueue_all(Job.Kind.PLAN, ChangeLog.objects.filter(student__in=students_of(changed)), now)
    return Regraded(len(students), len(judge.loaded.answers), sum(len(case.answers) for case in changed))


def load_judge(version: int, students: Collection[int], rules: bank.Rules | None) -> Judge:
    """Load the answers of some students to a version, to be judged by these rules."""
    answered = ItemVersion.objects.select_related("item__course").get(pk=version)
    course = answered.item.course
    edition = practice.Edition(course.pk, course.revision, course.graph_revision)
    practised = practice.load_practice({answered.pk: edition})[answered.pk]
    return Judge(load_answers(answered, students), rules, practised)

"""One act for many sittings at once: what went wrong concerned all that were begun between two moments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from questions.models import Author
from quizzes.exams.mending.acting import mend
from quizzes.exams.mending.orders import MendError, Order, check_order
from quizzes.exams.mending.showing import list_offered
from quizzes.models import Enrolment, Exam, Section, Sitting, SittingAct

MOST = 500
"""Sittings that an act is done to at once."""
Kind = SittingAct.Kind
REFUSED = {Kind.EXTEND: "is over", Kind.REOPEN: "is open, or does not count", Kind.VOID: "already does not count"}


@dataclass(frozen=True)
class Concerned:
    """A sitting that an act is meant for; `refused` says why nothing would be done to it, if that is so."""

    sitting: Sitting
    refused: str


@dataclass
class Done:
    """What became of many sittings: how many were mended now, or before by the same order, and which were not."""

    mended: int = 0
    before: int = 0
    refused: int = 0


def list_concerned(
    kind: SittingAct.Kind,
    begun_from: datetime,
    begun_until: datetime,
    exams: Iterable[Exam],
    now: datetime,
    section: Section | None = None,
) -> list[Concerned]:
    """List the sittings of exams that were begun between two moments (both included), of a section or of all.

    One query. Raises MendError where they are too many, or the moments are the wrong way round.
    """
    if begun_until < begun_from:
        raise MendError("The end of the time has to come after its start.")
    sat = Sitting.objects.filter(opened_at__gte=begun_from, opened_at__lte=begun_until, exam__in=exams)
    if section:
        seated = Enrolment.objects.filter(section=section)
        sat = sat.filter(exam__course=section.course_id, student__in=seated.values("student"))
    rows = list(sat.select_related("exam", "student").order_by("opened_at", "pk")[: MOST + 1])
    if len(rows) > MOST:
        raise MendError(f"There are more than {MOST} such sittings. Choose an exam, or a shorter time.")
    return [Concerned(row, "" if kind in list_offered(row, now) else REFUSED[kind]) for row in rows]


def mend_many(sittings: Sequence[uuid.UUID], order: Order, by: Author, now: datetime) -> Done:
    """Do an act to many sittings, each in a transaction of its own.

    Where it is broken off, the same order goes on: what was done is not done again. Raises MendError where the order is
    not whole.
    """
    check_order(order)
    done = Done()
    for sitting in sittings[:MOST]:
        try:
            _, is_new = mend(sitting, replace(order, request=uuid.uuid5(order.request, str(sitting))), by, now)
        except (MendError, Sitting.DoesNotExist):
            done.refused += 1
        else:
            done.mended += is_new
            done.before += not is_new
    return done

"""An act is done to a sitting: all of it in one transaction, and once, however often it is asked for."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from questions.models import Author
from quizzes.exams.mending.deeds import DEEDS
from quizzes.exams.mending.notices import tell
from quizzes.exams.mending.orders import MendError, Order, check_order
from quizzes.models import Sitting, SittingAct
from quizzes.reviews import change_log


@transaction.atomic
def mend(sitting: uuid.UUID, order: Order, by: Author, now: datetime) -> tuple[SittingAct, bool]:
    """Do what is asked for, and tell the student; returns the act, and whether it is new.

    Idempotent by the order's request. Raises Sitting.DoesNotExist and MendError.
    """
    check_order(order)
    whose = Sitting.objects.select_related("student").get(pk=sitting)
    log = change_log.lock(whose.student, now)
    acts = SittingAct.objects.filter(sitting=sitting)
    if same := acts.filter(request=order.request).first():
        return same, False
    locked = Sitting.objects.select_for_update(of=("self",)).select_related("exam__course", "student")
    current = locked.get(pk=sitting)
    taken_back = None
    if order.kind == SittingAct.Kind.REVERSE and order.reverses is not None:
        taken_back = acts.filter(pk=order.reverses, reversed_by=None).first()
        if taken_back is None:
            raise MendError("There is no such act to take back.")
    act = SittingAct(
        sitting=current,
        kind=order.kind,
        amount=order.minutes if order.kind == SittingAct.Kind.EXTEND else order.percent,
        until=order.until,
        why=order.why,
        reverses=taken_back,
        request=order.request,
        made_by=by,
        made_at=now,
    )
    DEEDS[order.kind](log, current, act, now)
    act.save(force_insert=True)
    tell(act)
    return act, True

"""Answers that were withheld come into the log, once no sitting asks their questions whose keys are not shown."""

from __future__ import annotations

import itertools

from quizzes.models import ChangeLog, WithheldAnswer
from quizzes.models.statements import Prepared, number
from quizzes.presentations import in_open_sitting
from quizzes.reviews.accepting import accept
from quizzes.reviews.batch import MAX_EVENTS, Batch

_WAITING = Prepared(
    lambda: (
        WithheldAnswer.objects.filter(student=number("student"))
        .exclude(item__in=in_open_sitting(number("student")))
        .order_by("arrived_at", "device", "device_now", "pk")
    )
)


def release_withheld(log: ChangeLog) -> bool:
    """Accept what was withheld and need not be any more, as of when it arrived; returns whether there was anything.

    For whoever holds the student's change log, and plans anew afterwards.
    """
    waiting = list(_WAITING.run(student=log.student_id))
    sent_together = itertools.groupby(waiting, lambda answer: (answer.arrived_at, answer.device, answer.device_now))
    for (arrived_at, device, device_now), answers in sent_together:
        events = [answer.event for answer in answers]
        for begin in range(0, len(events), MAX_EVENTS):
            batch = Batch(device=device, device_now=device_now, events=events[begin : begin + MAX_EVENTS])
            accept(log, batch, arrived_at)
    if waiting:
        WithheldAnswer.objects.filter(pk__in=[answer.pk for answer in waiting]).delete()
    return bool(waiting)

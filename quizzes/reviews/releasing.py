"""Answers that were withheld come into the log, once no sitting asks their questions whose keys are not shown."""

from __future__ import annotations

import itertools
import logging

from quizzes.models import ChangeLog, WithheldAnswer
from quizzes.models.statements import Prepared, number
from quizzes.presentations import in_open_sitting
from quizzes.reviews.accepting import accept
from quizzes.reviews.batch import MAX_EVENTS, Batch

logger = logging.getLogger(__name__)
_WAITING = Prepared(
    lambda: (
        WithheldAnswer.objects.filter(student=number("student"), refused="")
        .exclude(item__in=in_open_sitting(number("student")))
        .order_by("arrived_at", "device", "device_now", "pk")
    )
)


def release_withheld(log: ChangeLog) -> bool:
    """Accept what was withheld and need not be any more, as of when it arrived; returns whether there was anything.

    For whoever holds the student's change log, and plans anew afterwards. What can no longer be taken is not lost: it
    stays with the reason, which staff are told.
    """
    refused: list[WithheldAnswer] = []
    waiting = list(_WAITING.run(student=log.student_id))
    sent_together = itertools.groupby(waiting, lambda answer: (answer.arrived_at, answer.device, answer.device_now))
    for (arrived_at, device, device_now), answers in sent_together:
        together = list(answers)
        for begin in range(0, len(together), MAX_EVENTS):
            piece = together[begin : begin + MAX_EVENTS]
            batch = Batch(device=device, device_now=device_now, events=[answer.event for answer in piece])
            for answer, outcome in zip(piece, accept(log, batch, arrived_at).outcomes, strict=True):
                if outcome.status in ("rejected", "conflict"):
                    answer.refused = (outcome.detail or outcome.status)[: WithheldAnswer.MAX_REASON]
                    refused.append(answer)
    if refused:
        logger.warning("%s withheld answers of %s could not be taken", len(refused), log.student)
        WithheldAnswer.objects.bulk_update(refused, ["refused"])
    taken = {answer.pk for answer in waiting} - {answer.pk for answer in refused}
    if taken:
        WithheldAnswer.objects.filter(pk__in=taken).delete()
    return bool(taken)

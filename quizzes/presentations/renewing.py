"""Presentations that wait for an answer and whose variant turned out to be broken."""

from __future__ import annotations

import logging
from datetime import datetime
from itertools import chain

from questions import bank, kinds
from quizzes.models import Presentation
from quizzes.presentations.bodies import body_of

logger = logging.getLogger(__name__)


def renew_broken(now: datetime) -> int:
    """Close what waits for an answer and whose variant is broken, so that the next ask draws another; return how many.

    A variant that no longer follows from its seed is logged; it stays, since it is graded by what was stored.
    """
    closed = 0
    varied = Presentation.objects.filter(bank.has_variants("version")).select_related("version__item")
    # Each by an index of its own: of their alternatives SQLite would make a walk through all that was ever put.
    waiting = (varied.filter(closed_at__isnull=True), varied.filter(spare__isnull=False))
    for presentation in chain.from_iterable(each.iterator(chunk_size=500) for each in waiting):
        version = presentation.version
        kind, body = kinds.get(version.kind), body_of(version)
        if problems := kind.defects(body, presentation.answer):
            logger.error("%s, seed %s is broken: %s", version, presentation.seed, problems[0])
            still_waiting = Presentation.objects.waiting().filter(pk=presentation.pk)
            closed += still_waiting.update(closed_at=now, spare=None)
        elif not _is_reproduced(presentation, kind, body):
            logger.error("%s, seed %s: another variant than was stored", version, presentation.seed)
    return closed


def _is_reproduced(presentation: Presentation, kind: kinds.AnyKind, body: kinds.ItemBody) -> bool:
    identity = presentation.version.identity
    try:
        return kind.is_reproduced(body, presentation.answer, seed=presentation.seed, identity=identity)
    except kinds.VariantError:
        return False

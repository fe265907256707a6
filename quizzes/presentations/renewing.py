"""Open presentations whose variant turned out to be broken."""

from __future__ import annotations

import logging
from datetime import datetime

from questions import bank, kinds
from quizzes.models import Presentation
from quizzes.presentations.bodies import body_of

logger = logging.getLogger(__name__)


def renew_broken(now: datetime) -> int:
    """Close the open presentations whose variant is broken, so that the next ask draws another; return how many.

    A variant that no longer follows from its seed is logged; it stays, since it is graded by what was stored.
    """
    closed = 0
    waiting = Presentation.objects.filter(bank.has_variants("version"), closed_at__isnull=True)
    for presentation in waiting.select_related("version__item").iterator(chunk_size=500):
        version = presentation.version
        kind, body = kinds.get(version.kind), body_of(version)
        if problems := kind.defects(body, presentation.answer):
            logger.error("%s, seed %s is broken: %s", version, presentation.seed, problems[0])
            still_open = Presentation.objects.filter(pk=presentation.pk, closed_at__isnull=True)
            closed += still_open.update(closed_at=now)
        elif not _is_reproduced(presentation, kind, body):
            logger.error("%s, seed %s: another variant than was stored", version, presentation.seed)
    return closed


def _is_reproduced(presentation: Presentation, kind: kinds.AnyKind, body: kinds.ItemBody) -> bool:
    identity = presentation.version.identity
    try:
        return kind.is_reproduced(body, presentation.answer, seed=presentation.seed, identity=identity)
    except kinds.VariantError:
        return False

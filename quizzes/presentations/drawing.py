"""From a version and a seed to a presentation that is not stored yet."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence

from django.utils.crypto import salted_hmac

from questions import kinds
from questions.models import ItemVersion
from quizzes.models import Presentation
from quizzes.presentations.bodies import body_of

SEED_BITS = 62
DRAWS = 20
"""Seeds that are tried for a sound variant."""

logger = logging.getLogger(__name__)


def draw(
    version: ItemVersion,
    pk: uuid.UUID,
    seeds: Iterable[int],
    facets: Sequence[str] = (),
    pairs: kinds.Round | None = None,
) -> Presentation | None:
    """Return an unsaved presentation, of no student yet, from the first seed that gives a sound variant.

    `facets` are the pairs of a match set that the round should hold, and `pairs` says how many it puts. Returns None,
    and logs an error, where no seed gives a sound variant.
    """
    body = body_of(version)
    for seed in seeds:
        try:
            presented = kinds.get(version.kind).present(
                body,
                seed=seed,
                identity=version.identity,
                opaque=opaque_ids(pk),
                focus=[facet for facet in facets if facet],
                pairs=pairs,
            )
        except kinds.VariantError as error:
            logger.warning("%s: seed %s is drawn again: %s", version, seed, error)
            continue
        drawn = Presentation(
            id=pk,
            version=version,
            seed=seed,
            facets=list(presented.facets),
            answer=presented.answer,
            guess_rate=presented.guess_rate,
        )
        drawn.prompt = presented.prompt
        return drawn
    logger.error("%s is not asked: no seed gave a sound variant", version)
    return None


def opaque_ids(presentation: uuid.UUID) -> Callable[[str], str]:
    """Return the function from names of options to ids: new in each presentation, known to this server alone."""

    def opaque(name: str) -> str:
        return salted_hmac("presentation", f"{presentation}:{name}", algorithm="sha256").hexdigest()[:12]

    return opaque

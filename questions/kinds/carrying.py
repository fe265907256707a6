"""How what was shown of one version of an item is found again in another, and one more answer is right."""

from __future__ import annotations

import functools
from typing import TypeVar

from questions.kinds.bodies import ENGINE, ItemBody

BodyT = TypeVar("BodyT", bound=ItemBody)


def with_answer(body: BodyT, answer: str) -> BodyT:
    """Return the body with this answer in place of its own, as an author types it. Raises ValueError."""
    document = body.model_dump(exclude_defaults=True, exclude={"mistakes", "examples", "few"})
    context = {ENGINE: body.engine_version}
    return type(body).model_validate({**document, "answer": answer.strip()}, context=context)


@functools.lru_cache(maxsize=256)
def match_places(before: tuple[str, ...], after: tuple[str, ...]) -> list[int] | None:
    """The place after of each text before: where it stands now, else its own, if it was reworded.

    None where these are not as many, or two would stand in one place.
    """
    now = {text: place for place, text in enumerate(after)}
    places = [now.get(text, place) for place, text in enumerate(before)]
    return places if sorted(places) == list(range(len(after))) else None

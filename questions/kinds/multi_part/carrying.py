"""What grading parts needs, and how it is carried over to another version of the item."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from questions.kinds.multi_part.body import Body
from questions.variants.engine import Number, VariantError, values_at


class PartsAnswer(TypedDict):
    """What was drawn, and what grading each part needs, by its id."""

    values: dict[str, Number]
    engine: int
    parts: dict[str, Any]


def carry_parts(body: Body, answer: PartsAnswer, before: Body) -> PartsAnswer | None:
    """Return what grading needs by `body` of a presentation that `before` made; None where that cannot be told."""
    earlier = {part.id: part for part in before.parts}
    if [(part.id, part.kind) for part in body.parts] != [(part.id, part.kind) for part in before.parts]:
        return None
    parts = {
        part.id: part.asker.carried(part.body, answer["parts"][part.id], earlier[part.id].body) for part in body.parts
    }
    if None in parts.values() or (body.drawing and not before.drawing):
        return None
    if body.drawing is None or before.drawing is None:
        return {**answer, "parts": parts}
    try:
        values = values_at(body.drawing.carried_values(answer["values"], before.drawing), 0)
    except VariantError:
        return None
    return {"values": values, "engine": body.engine_version, "parts": parts}

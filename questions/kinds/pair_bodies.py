"""Pairs with distractors, and what is said of a pair that was not matched."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from questions.kinds.bodies import ItemBody
from questions.kinds.strict import Strict


class Pair(Strict):
    """A left text and the right text that belongs to it; `id` names it for ever, so that edits keep its memory."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    left: str = Field(min_length=1, max_length=1000)
    right: str = Field(min_length=1, max_length=1000)
    because: str = Field(default="", max_length=2000)


class Distractor(Strict):
    """A right-hand text that belongs to no pair."""

    text: str = Field(min_length=1, max_length=1000)
    because: str = Field(default="", max_length=2000)


class Body(ItemBody):
    """Several pairs may share a right-hand text."""

    pairs: list[Pair] = Field(min_length=2, max_length=12)
    distractors: list[Distractor] = Field(default=[], max_length=8)
    round: int | None = Field(default=None, ge=2, le=12, description="Pairs in one presentation.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for what, values in (
            ("pair id", [pair.id for pair in self.pairs]),
            ("left text", [pair.left for pair in self.pairs]),
            ("distractor", [distractor.text for distractor in self.distractors]),
        ):
            repeated = sorted({value for value in values if values.count(value) > 1})
            if repeated:
                raise ValueError(f"The {what} “{repeated[0]}” stands here twice.")
        shared = {pair.right for pair in self.pairs} & {distractor.text for distractor in self.distractors}
        if shared:
            raise ValueError(f"“{min(shared)}” is a distractor and belongs to a pair.")
        if self.round and self.round > len(self.pairs):
            raise ValueError(f"A round of {self.round} needs as many pairs; there are {len(self.pairs)}.")
        return self


def why_wrong(body: Body, facet: str, chosen: str) -> str:
    """What is said of a pair that was not matched, but with this text of the right side, if with any."""
    pair = next(pair for pair in body.pairs if pair.id == facet)
    why_not = next((each.because for each in body.distractors if each.text == chosen), "")
    return " ".join(text for text in (why_not, pair.because) if text) or f"It belongs to: {pair.right}"

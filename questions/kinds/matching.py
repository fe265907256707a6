"""Match the following: each pair is remembered on its own."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from questions.kinds.base import (
    Graded,
    ItemBody,
    Opaque,
    Option,
    Presented,
    ResponseError,
    Revealed,
    Strict,
    field_of,
    known_id,
    no_check,
    rank,
)

KIND = "matching"
check = no_check
ROUND = 6
"""Pairs in a presentation, unless the body says otherwise."""
DISTRACTORS = 3


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
    def _distinct(self) -> Self:
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


def present(
    body: Body,
    *,
    seed: int,
    identity: str,
    opaque: Opaque,
    focus: Sequence[str] = (),
    size: int | None = None,
    distractors: int = DISTRACTORS,
    preferred: Sequence[str] = (),
) -> Presented:
    """A round of `size` pairs, those in `focus` first, with so many distractors, the texts in `preferred` first.

    Both sides stand in the order of their opaque ids.
    """
    size = min(size or body.round or ROUND, len(body.pairs))
    wanted = [pair for name in focus for pair in body.pairs if pair.id == name]
    others = [pair for pair in body.pairs if pair.id not in focus]
    others.sort(key=lambda pair: rank(seed, identity, pair.id))
    pairs = (wanted + others)[:size]
    wrong = sorted(body.distractors, key=lambda each: (each.text not in preferred, rank(seed, identity, each.text)))[
        :distractors
    ]
    rights = list(dict.fromkeys([pair.right for pair in pairs] + [each.text for each in wrong]))
    left = {opaque(f"left:{pair.id}"): pair for pair in pairs}
    right = {opaque(f"right:{text}"): text for text in rights}
    prompt = {
        "stem": body.stem,
        "left": [{"id": key, "text": left[key].left} for key in sorted(left)],
        "right": [{"id": key, "text": right[key]} for key in sorted(right)],
    }
    right_of = {text: key for key, text in right.items()}
    answer = {
        "pairs": {key: right_of[pair.right] for key, pair in left.items()},
        "facets": {key: pair.id for key, pair in left.items()},
        "right": right,
    }
    return Presented(prompt, answer, tuple(pair.id for pair in pairs), 1 / len(rights))


def grade(body: Body, answer: dict[str, Any], response: object) -> Graded:
    """`{"pairs": {left id: right id}}`: right pairs / pairs; a pair left out counts as wrong."""
    key, right = answer["pairs"], answer["right"]
    pairs = field_of(response, "pairs", '{"pairs": {left id: right id}}')
    if not isinstance(pairs, dict) or not pairs:
        raise ResponseError("pairs", "Match at least one pair: send {left id: right id}.")
    for left, chosen in pairs.items():
        known_id(left, key, "pairs")
        known_id(chosen, right, "pairs")
    return _graded(body, answer, pairs)


def left_open(body: Body, answer: dict[str, Any]) -> Graded:
    """No pair was matched in time: each is wrong, and says why."""
    return _graded(body, answer, {})


def _graded(body: Body, answer: dict[str, Any], pairs: dict[str, str]) -> Graded:
    key, facets, right = answer["pairs"], answer["facets"], answer["right"]
    scores = {facet: float(pairs.get(left) == key[left]) for left, facet in facets.items()}
    by_id = {pair.id: pair for pair in body.pairs}
    why_not = {each.text: each.because for each in body.distractors}
    feedback = []
    for left, facet in facets.items():
        if scores[facet]:
            continue
        chosen_text = right.get(pairs.get(left, ""), "")
        messages = [why_not.get(chosen_text, ""), by_id[facet].because]
        message = " ".join(text for text in messages if text)
        feedback.append({"target": left, "message": message or f"It belongs to: {by_id[facet].right}"})
    return Graded(sum(scores.values()) / len(scores), feedback, scores)


def reveal(body: Body, answer: dict[str, Any]) -> Revealed:
    """All pairs of the presentation."""
    return Revealed({"pairs": dict(answer["pairs"])}, body.explanation, body.solution)


def options(body: Body) -> list[Option]:
    """The pairs."""
    return [Option(f"{pair.left} → {pair.right}", right=True) for pair in body.pairs]


def picked(body: Body, answer: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """What was matched with what."""
    left_of = {pair.id: pair.left for pair in body.pairs}
    return [
        f"{left_of[answer['facets'][left]]} → {answer['right'][right]}" for left, right in response["pairs"].items()
    ]

"""Steps to put in order."""

import itertools
import math
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
    field_of,
    known_id,
    no_check,
)

KIND = "ordering"
check = no_check


class Body(ItemBody):
    """The steps stand in the right order."""

    steps: list[str] = Field(min_length=3, max_length=10)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("Two steps are the same; their order could not be told.")
        if not all(self.steps):
            raise ValueError("A step is empty.")
        return self


def present(body: Body, *, seed: int, identity: str, opaque: Opaque, focus: Sequence[str] = ()) -> Presented:
    """The steps in the order of their opaque ids, which is never the right order."""
    ids = [opaque(f"step:{place}") for place in range(len(body.steps))]
    shown = sorted(ids)
    if shown == ids:
        shown = [*shown[1:], shown[0]]
    text = dict(zip(ids, body.steps, strict=True))
    prompt = {"stem": body.stem, "steps": [{"id": key, "text": text[key]} for key in shown]}
    return Presented(prompt, {"order": ids}, guess_rate=1 / math.factorial(len(ids)))


def grade(body: Body, answer: dict[str, Any], response: object) -> Graded:
    """`{"order": [id]}`: (LCS - 1) / (n - 1), the longest common subsequence with the right order.

    One step is always in order with itself and earns nothing; only the exact order has all n.
    """
    key = answer["order"]
    order = field_of(response, "order", '{"order": [id, …]} with every step')
    if not isinstance(order, list) or len(order) != len(key):
        raise ResponseError("order", f"Send all {len(key)} steps in your order.")
    places = {step: place for place, step in enumerate(key)}
    given = [places[known_id(step, places, "order")] for step in order]
    if len(set(given)) < len(given):
        raise ResponseError("order", "A step is named twice.")
    score = (_longest_increasing(given) - 1) / (len(key) - 1)
    feedback = [
        {"target": order[at], "message": f"This is step {place + 1}."} for at, place in enumerate(given) if at != place
    ]
    return Graded(score, feedback, {"": score})


def reveal(body: Body, answer: dict[str, Any]) -> Revealed:
    """The steps' ids in the right order."""
    return Revealed({"order": list(answer["order"])}, body.explanation, body.solution)


def _longest_increasing(places: list[int]) -> int:
    """The length of the longest increasing subsequence: for permutations, the LCS with the sorted order."""
    best: list[int] = []
    for at, place in enumerate(places):
        best.append(1 + max((best[i] for i in range(at) if places[i] < place), default=0))
    return max(best)


def options(body: Body) -> list[Option]:
    """None: there are too many orders to tell apart."""
    return []


def picked(body: Body, answer: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """Each step that was put right before one that does not follow it."""
    place = {step: at for at, step in enumerate(answer["order"])}
    given = [place[step] for step in response["order"]]
    return [f"{body.steps[one]} → {body.steps[other]}" for one, other in itertools.pairwise(given) if other != one + 1]

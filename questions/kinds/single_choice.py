"""One right choice among several."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from questions.kinds.base import (
    Choice,
    Graded,
    ItemBody,
    Opaque,
    Presented,
    Revealed,
    advice,
    check_choices,
    choice_options,
    field_of,
    known_id,
    no_check,
    present_choices,
)

KIND = "single_choice"
check = no_check
options = choice_options


class Body(ItemBody):
    """Exactly one choice is correct."""

    choices: list[Choice] = Field(min_length=2, max_length=8)

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        check_choices(self.choices)
        keys = sum(choice.correct for choice in self.choices)
        if keys != 1:
            raise ValueError(f"Exactly one choice has to be correct; {keys} are.")
        return self


def present(body: Body, *, seed: int, identity: str, opaque: Opaque, focus: Sequence[str] = ()) -> Presented:
    """The choices in the order of their opaque ids."""
    prompt, ids = present_choices(body, opaque)
    return Presented(prompt, {"ids": ids}, guess_rate=1 / len(body.choices))


def grade(body: Body, answer: dict[str, Any], response: object) -> Graded:
    """`{"choice": id}`: 1 or 0."""
    ids = answer["ids"]
    picked = known_id(field_of(response, "choice", '{"choice": id}'), ids, "choice")
    score = float(body.choices[ids[picked]].correct)
    return Graded(score, advice(body, [(picked, ids[picked])]), {"": score})


def reveal(body: Body, answer: dict[str, Any]) -> Revealed:
    """The id of the right choice."""
    key = next(option for option, place in answer["ids"].items() if body.choices[place].correct)
    return Revealed({"choice": key}, body.explanation, body.solution)


def picked(body: Body, answer: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """The choice."""
    return [body.choices[answer["ids"][response["choice"]]].text]

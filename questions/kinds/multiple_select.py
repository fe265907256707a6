"""Any number of right choices, none included."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field, model_validator

from questions.kinds.base import (
    Choice,
    Graded,
    ItemBody,
    Opaque,
    Presented,
    ResponseError,
    Revealed,
    advice,
    check_choices,
    choice_options,
    field_of,
    known_id,
    no_check,
    present_choices,
)

KIND = "multiple_select"
check = no_check
options = choice_options


class Body(ItemBody):
    """Each choice is right or wrong on its own."""

    choices: list[Choice] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        check_choices(self.choices)
        return self


def present(body: Body, *, seed: int, identity: str, opaque: Opaque, focus: Sequence[str] = ()) -> Presented:
    """The choices in the order of their opaque ids."""
    prompt, ids = present_choices(body, opaque)
    return Presented(prompt, {"ids": ids}, guess_rate=0.5 ** len(body.choices))


def grade(body: Body, answer: dict[str, Any], response: object) -> Graded:
    """`{"choices": [id]}`: (right ticked - wrong ticked) / keys, not below 0; without keys, all or nothing."""
    ids = answer["ids"]
    ticked = field_of(response, "choices", '{"choices": [id, …]}, with an empty list for none')
    if not isinstance(ticked, list) or len(ticked) > len(ids):
        raise ResponseError("choices", "Send a list with the id of each ticked choice; an empty list for none.")
    chosen = {known_id(option, ids, "choices") for option in ticked}
    if len(chosen) < len(ticked):
        raise ResponseError("choices", "A choice is named twice.")
    keys = _keys(body, ids)
    right, wrong = len(chosen & keys), len(chosen - keys)
    score = max(right - wrong, 0) / len(keys) if keys else float(not wrong)
    feedback = advice(body, [(option, ids[option]) for option in sorted(chosen - keys)])
    feedback += [
        {
            "target": option,
            "message": body.choices[ids[option]].because or "This one belongs to the answer too.",
        }
        for option in sorted(keys - chosen)
    ]
    return Graded(score, feedback, {"": score})


def reveal(body: Body, answer: dict[str, Any]) -> Revealed:
    """The ids of all right choices."""
    return Revealed({"choices": sorted(_keys(body, answer["ids"]))}, body.explanation, body.solution)


def _keys(body: Body, ids: dict[str, int]) -> set[str]:
    return {option for option, place in ids.items() if body.choices[place].correct}


def picked(body: Body, answer: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """What was ticked."""
    return [body.choices[answer["ids"][option]].text for option in response["choices"]]

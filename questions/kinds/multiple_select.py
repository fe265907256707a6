"""Any number of right choices, none included."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from questions.kinds.base import Feedback, Graded, Revealed
from questions.kinds.choices import (
    Choice,
    ChoiceAnswer,
    ChoiceBody,
    ChoiceKind,
    check_choices,
    misconceptions,
    place_of,
    right_choices,
    with_choices,
)
from questions.kinds.expected import ExpectedFeedback, said_if, said_to_chosen
from questions.kinds.responses import FormFields, ResponseError, field_of, known_id


class Body(ChoiceBody):
    """Each choice is right or wrong on its own."""

    choices: list[Choice] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        check_choices(self.choices)
        return self


class ChoicesResponse(TypedDict):
    """The ids of the ticked choices; none is an answer too."""

    choices: list[str]


class MultipleSelect(ChoiceKind[Body, ChoicesResponse]):
    """The score is (right ticked - wrong ticked) / right ones, not below 0; where none is right, all or nothing."""

    name = "multiple_select"
    title = "Multiple select"
    hint = "Any number of answers are right, even none."
    body_type = Body
    response_type = ChoicesResponse
    typical_guess_rate = 0.06
    rule = "ticks"

    def guess_rate(self, body: Body) -> float:
        return 0.5 ** len(body.choices)

    def chosen(self, response: ChoicesResponse) -> list[str]:
        return list(response["choices"])

    def from_form(self, form: FormFields) -> ChoicesResponse:
        return {"choices": list(form.get("choices", []))}

    def blank_response(self) -> ChoicesResponse:
        return {"choices": []}

    def grade(self, body: Body, answer: ChoiceAnswer, response: object) -> Graded:
        ids = answer["ids"]
        ticked = field_of(response, "choices", '{"choices": [id, …]}, with an empty list for none')
        if not isinstance(ticked, list) or len(ticked) > len(ids):
            raise ResponseError("choices", "Send a list with the id of each ticked choice; an empty list for none.")
        chosen = {known_id(choice, ids, "choices") for choice in ticked}
        if len(chosen) < len(ticked):
            raise ResponseError("choices", "A choice is named twice.")
        keys = right_choices(body, answer)
        right, wrong = len(chosen & keys), len(chosen - keys)
        score = max(right - wrong, 0) / len(keys) if keys else float(not wrong)
        feedback = misconceptions(body, answer, sorted(chosen - keys)) + _missed(body, answer, keys - chosen)
        return Graded(score, feedback, {"": score})

    def expected(self, body: Body, answer: ChoiceAnswer) -> list[ExpectedFeedback]:
        keys = right_choices(body, answer)
        wrong = misconceptions(body, answer, sorted(answer["ids"].keys() - keys))
        missed = [said_if({"missed": each["target"]}, each) for each in _missed(body, answer, keys)]
        return [*said_to_chosen(wrong), *missed]

    def accepting(self, body: Body, answer: str) -> Body:
        """The body in which that choice is right too, whatever is drawn."""
        choices = list(body.choices)
        place = place_of(body, answer)
        choices[place] = choices[place].model_copy(update={"correct": True, "correct_if": ""})
        return with_choices(body, choices)

    def reveal(self, body: Body, answer: ChoiceAnswer) -> Revealed[ChoicesResponse]:
        reasons = misconceptions(body, answer, sorted(answer["ids"]))
        return Revealed({"choices": sorted(right_choices(body, answer))}, body.explanation, body.solution, reasons)


def _missed(body: Body, answer: ChoiceAnswer, choices: Collection[str]) -> list[Feedback]:
    """What is said of right choices that were not ticked."""
    texts = {choice: body.choices[answer["ids"][choice]].because for choice in sorted(choices)}
    return [{"target": choice, "message": text or "This one is correct too."} for choice, text in texts.items()]

"""One right choice among several."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from questions.kinds.base import Graded, Revealed
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
from questions.kinds.expected import ExpectedFeedback, said_to_chosen
from questions.kinds.responses import FormFields, field_of, form_value, known_id


class Body(ChoiceBody):
    """Exactly one choice is correct."""

    choices: list[Choice] = Field(min_length=2, max_length=8)

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        check_choices(self.choices)
        keys = sum(choice.correct for choice in self.choices)
        if keys != 1 and not self.draws_keys:
            raise ValueError(f"Exactly one choice has to be correct; {keys} are.")
        return self


class ChoiceResponse(TypedDict, total=False):
    """The id of the chosen option."""

    choice: str


class SingleChoice(ChoiceKind[Body, ChoiceResponse]):
    """Graded 1 or 0."""

    name = "single_choice"
    title = "Single choice"
    hint = "One of several answers is right."
    body_type = Body
    response_type = ChoiceResponse
    fits_in_text = True
    typical_guess_rate = 0.25
    has_one_key = True
    rule = "one_choice"

    def guess_rate(self, body: Body) -> float:
        return 1 / len(body.choices)

    def chosen(self, response: ChoiceResponse) -> list[str]:
        return [response["choice"]] if "choice" in response else []

    def from_form(self, form: FormFields) -> ChoiceResponse:
        return {"choice": form_value(form, "choice")}

    def blank_response(self) -> ChoiceResponse:
        return {}

    def grade(self, body: Body, answer: ChoiceAnswer, response: object) -> Graded:
        choice = known_id(field_of(response, "choice", '{"choice": id}'), answer["ids"], "choice")
        score = float(body.choices[answer["ids"][choice]].correct)
        return Graded(score, misconceptions(body, answer, [choice]), {"": score})

    def expected(self, body: Body, answer: ChoiceAnswer) -> list[ExpectedFeedback]:
        return said_to_chosen(misconceptions(body, answer, sorted(answer["ids"])))

    def accepting(self, body: Body, answer: str) -> Body:
        """The body in which that choice is the right one, whatever is drawn."""
        key = place_of(body, answer)
        choices = [
            choice.model_copy(update={"correct": place == key, "correct_if": "", "because": choice.because or "–"})
            for place, choice in enumerate(body.choices)
        ]
        return with_choices(body, choices)

    def reveal(self, body: Body, answer: ChoiceAnswer) -> Revealed[ChoiceResponse]:
        (key,) = right_choices(body, answer)
        reasons = misconceptions(body, answer, sorted(answer["ids"]))
        return Revealed({"choice": key}, body.explanation, body.solution, reasons)

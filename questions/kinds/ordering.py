"""Steps to put in order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from questions.kinds.base import (
    Feedback,
    Graded,
    Kind,
    Opaque,
    Option,
    Presented,
    Prompt,
    Revealed,
    ShownGrade,
    Text,
)
from questions.kinds.bodies import ItemBody
from questions.kinds.carrying import match_places
from questions.kinds.expected import ExpectedFeedback
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Rows, Section
from questions.kinds.pairs import Round
from questions.kinds.responses import FormFields, ResponseError, field_of, form_value, known_id
from questions.kinds.samples import Sample, SampleOption
from questions.whole_numbers import read_whole_number

MAX_STEPS = 10
STEP = "This is step {}."


class Body(ItemBody):
    """The steps stand in the right order."""

    steps: list[str] = Field(min_length=3, max_length=MAX_STEPS)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if len(set(self.steps)) < len(self.steps):
            raise ValueError("Two steps are the same; their order could not be told.")
        if not all(self.steps):
            raise ValueError("A step is empty.")
        return self


class StepsPrompt(Prompt):
    """The steps, never in the right order."""

    steps: list[Text]


class StepsAnswer(TypedDict):
    """The ids of the steps in the right order."""

    order: list[str]


@dataclass(frozen=True)
class StepRow:
    """A step as a graded answer shows it (HTML), with its right place and the one it was put at, both from 1."""

    html: str
    place: int
    answered: int | None
    correct: bool


class StepsResponse(TypedDict):
    """The ids of the steps as the student orders them."""

    order: list[str]


class Ordering(Kind[Body, StepsPrompt, StepsAnswer, StepsResponse]):
    """Graded by the longest common subsequence with the right order.

    The score is (LCS - 1) / (n - 1): one step is always in order with itself and earns nothing; only the exact order
    has all n.
    """

    name = "ordering"
    title = "Ordering"
    hint = "Steps to be put in order."
    body_type = Body
    prompt_type = StepsPrompt
    response_type = StepsResponse
    line_marks = "numbers"
    typical_guess_rate = 0.05
    rule = "order"
    form = (
        Section(
            "Question",
            (
                STEM,
                Rows(
                    name="steps",
                    label="Steps",
                    add="Add a step",
                    help_text="In the right order, 3 to 10.",
                    columns=(Column("text", "Step", "long"),),
                    shape="texts",
                ),
            ),
        ),
        AFTER,
        WHAT_IS_DRAWN,
    )

    def present(
        self,
        body: Body,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[StepsPrompt, StepsAnswer]:
        ids = [opaque(f"step:{place}") for place in range(len(body.steps))]
        shown = sorted(ids)
        if shown == ids:
            shown = [*shown[1:], shown[0]]
        text = dict(zip(ids, body.steps, strict=True))
        steps: list[Text] = [{"id": key, "text": text[key]} for key in shown]
        return Presented({"stem": body.stem, "steps": steps}, {"order": ids}, guess_rate=1 / math.factorial(len(ids)))

    def arrange(self, prompt: StepsPrompt, response: StepsResponse) -> StepsPrompt:
        order = response.get("order") or []
        if not order:
            return prompt
        steps = sorted(prompt["steps"], key=lambda step: order.index(step["id"]) if step["id"] in order else len(order))
        return {**prompt, "steps": steps}

    def from_form(self, form: FormFields) -> StepsResponse:
        """Without scripts the places are chosen by number; with them the steps come in their order."""
        steps = list(form.get("step", []))
        places = {step: form_value(form, f"place-{step}") for step in steps}
        numbers = {step: read_whole_number(place, 1, MAX_STEPS) for step, place in places.items()}
        chosen = {step: number for step, number in numbers.items() if number is not None}
        if len(chosen) == len(numbers):
            steps = sorted(steps, key=chosen.__getitem__)
        return {"order": steps}

    def grade(self, body: Body, answer: StepsAnswer, response: object) -> Graded:
        key = answer["order"]
        order = field_of(response, "order", '{"order": [id, …]} with every step')
        if not isinstance(order, list) or len(order) != len(key):
            raise ResponseError("order", f"Send all {len(key)} steps in your order.")
        places = {step: place for place, step in enumerate(key)}
        answered = [places[known_id(step, places, "order")] for step in order]
        if len(set(answered)) < len(answered):
            raise ResponseError("order", "A step is named twice.")
        score = (_longest_increasing(answered) - 1) / (len(key) - 1)
        feedback: list[Feedback] = [
            {"target": order[at], "message": STEP.format(place + 1)} for at, place in enumerate(answered) if at != place
        ]
        return Graded(score, feedback, {"": score})

    def expected(self, body: Body, answer: StepsAnswer) -> list[ExpectedFeedback]:
        return [
            {"when": {"step": step}, "target": step, "message": STEP.format(place)}
            for place, step in enumerate(answer["order"], start=1)
        ]

    def carried(self, body: Body, answer: StepsAnswer, before: Body) -> StepsAnswer | None:
        places = match_places(tuple(before.steps), tuple(body.steps))
        if places is None:
            return None
        at = dict(zip(places, answer["order"], strict=True))
        return {**answer, "order": [at[place] for place in range(len(places))]}

    def blank_response(self) -> StepsResponse:
        return {"order": []}

    def reveal(self, body: Body, answer: StepsAnswer) -> Revealed[StepsResponse]:
        return Revealed({"order": list(answer["order"])}, body.explanation, body.solution)

    def result_rows(
        self, prompt: StepsPrompt, grade: ShownGrade[StepsResponse], response: StepsResponse
    ) -> list[StepRow]:
        html = {step["id"]: step["text_html"] for step in prompt["steps"]}
        places = {step: place for place, step in enumerate(response["order"], start=1)}
        return [
            StepRow(html[step], place, places.get(step), places.get(step) == place)
            for place, step in enumerate(grade["key"]["order"], start=1)
        ]

    def response_texts(self, prompt: StepsPrompt, response: StepsResponse) -> list[tuple[str, ...]]:
        html = {step["id"]: step["text_html"] for step in prompt["steps"]}
        return [(html[step],) for step in response["order"]]

    def shown(self, body: Body) -> list[tuple[str, str]]:
        return [*super().shown(body), *self.rivals(body)[0]]

    def rivals(self, body: Body) -> list[list[tuple[str, str]]]:
        return [[(f"steps.{place}", step) for place, step in enumerate(body.steps)]]

    def options(self, body: Body) -> list[Option]:
        """None: there are too many orders to tell apart."""
        return []

    def picked(self, body: Body, answer: StepsAnswer, response: StepsResponse) -> list[str]:
        """Each pair of neighbours in the response that are no neighbours in the right order."""
        places = {step: at for at, step in enumerate(answer["order"])}
        answered = [places[step] for step in response["order"]]
        neighbours = itertools.pairwise(answered)
        return [f"{body.steps[at]} → {body.steps[after]}" for at, after in neighbours if after != at + 1]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        options = [SampleOption(step, right=True) for step in body.steps]
        return [Sample(body.stem, body.explanation, body.solution, "steps", options)]


def _longest_increasing(places: Sequence[int]) -> int:
    """The length of the longest increasing subsequence: for permutations, the LCS with the sorted order."""
    best: list[int] = []
    for at, place in enumerate(places):
        best.append(1 + max((best[i] for i in range(at) if places[i] < place), default=0))
    return max(best)

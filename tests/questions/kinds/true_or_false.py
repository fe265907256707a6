"""A made-up kind of question, for tests: is a statement true? All that a kind needs stands in this module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from questions.kinds import (
    FormFields,
    Graded,
    ItemBody,
    Kind,
    Option,
    Presented,
    ResponseError,
    Revealed,
    Round,
    ShownGrade,
)
from questions.kinds.base import Opaque, Prompt, TypedRow
from questions.kinds.fields import AFTER, STEM, Checkbox, Section
from questions.kinds.responses import field_of, form_value
from questions.kinds.samples import Sample, SampleOption

WORDS: dict[bool | None, str] = {None: "nothing", True: "true", False: "false"}


class Body(ItemBody):
    """The stem is the statement."""

    holds: bool = False


class Nothing(TypedDict):
    """The body is all that grading needs."""


class Verdict(TypedDict):
    """Whether the statement holds, as the student says."""

    verdict: bool | None


class TrueOrFalse(Kind[Body, Prompt, Nothing, Verdict]):
    """Graded 1 or 0."""

    name = "true_or_false"
    title = "True or false"
    hint = "A statement that holds or does not."
    body_type = Body
    typical_guess_rate = 0.5
    has_one_key = True
    form = (Section("Statement", (STEM, Checkbox(name="holds", label="It holds"))), AFTER)

    def present(
        self,
        body: Body,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[Prompt, Nothing]:
        return Presented({"stem": body.stem}, {}, guess_rate=0.5)

    def from_form(self, form: FormFields) -> Verdict:
        return {"verdict": {"true": True, "false": False}.get(form_value(form, "verdict"))}

    def blank_response(self) -> Verdict:
        return {"verdict": None}

    def grade(self, body: Body, answer: Nothing, response: object) -> Graded:
        verdict = field_of(response, "verdict", '{"verdict": true} or {"verdict": false}')
        if not isinstance(verdict, bool):
            raise ResponseError("verdict", "Say true or false.")
        score = float(verdict == body.holds)
        return Graded(score, [], {"": score})

    def reveal(self, body: Body, answer: Nothing) -> Revealed[Verdict]:
        return Revealed({"verdict": body.holds}, body.explanation, body.solution)

    def result_rows(self, prompt: Prompt, grade: ShownGrade[Verdict], response: Verdict) -> list[TypedRow]:
        return [TypedRow(WORDS[response["verdict"]], WORDS[grade["key"]["verdict"]], grade["correct"])]

    def response_texts(self, prompt: Prompt, response: Verdict) -> list[tuple[str, ...]]:
        return [(WORDS[response["verdict"]],)]

    def options(self, body: Body) -> list[Option]:
        return [Option(WORDS[value], value == body.holds) for value in (True, False)]

    def picked(self, body: Body, answer: Nothing, response: Verdict) -> list[str]:
        return [WORDS[response["verdict"]]]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        options = [SampleOption(option.text, option.right) for option in self.options(body)]
        return [Sample(body.stem, body.explanation, body.solution, "choices", options)]

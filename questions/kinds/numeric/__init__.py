"""A number, or a list of numbers, computed from values that are new in each presentation."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TypedDict

from questions.kinds.base import (
    Graded,
    Kind,
    Opaque,
    Option,
    Presented,
    Prompt,
    Revealed,
    ShownGrade,
    TypedRow,
)
from questions.kinds.bodies import Example
from questions.kinds.drawn_audit import examples
from questions.kinds.numeric.body import Body
from questions.kinds.numeric.form import FORM
from questions.kinds.numeric.grading import allowed_errors, gate, judge, numbers_of, read_number, show_key
from questions.kinds.pairs import Round
from questions.kinds.responses import FormFields, ResponseError, field_of, form_value
from questions.kinds.samples import Sample, SampleOption
from questions.variants import audit, numbers
from questions.variants.engine import Number, Variant, VariantError
from questions.variants.functions import Values

OTHER = "another number"
"""What statistics call a wrong number that no expected mistake gives."""
SAMPLES = 5


class NumericPrompt(Prompt):
    """The unit that is shown behind the field, and the precision that is asked for."""

    unit: str | None
    precision_hint: str


class NumberResponse(TypedDict):
    """A number or a list of numbers as it was typed: `9.9999e-1`; clients may send a JSON number too."""

    value: str | float


class Numeric(Kind[Body, NumericPrompt, Variant, NumberResponse]):
    """Graded 1 or 0; a recognised mistake is named."""

    name = "numeric"
    title = "Numeric"
    hint = "New numbers each time, and a formula for the answer."
    body_type = Body
    sample_noun = "variants"
    check_help = "{values, allowed}, the error of each"
    has_variants = True
    fits_in_text = True
    form = FORM

    def present(
        self,
        body: Body,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[NumericPrompt, Variant]:
        """The variant of `seed`; its numbers and key are stored with it, so that grading never draws again."""
        (variant,) = body.engine.generate(identity, [seed])
        if problems := self.defects(body, variant):
            raise VariantError(problems[0], [seed])
        prompt: NumericPrompt = {
            "stem": body.engine.render("stem", variant["values"]),
            "unit": body.unit,
            "precision_hint": body.hint,
        }
        return Presented(prompt, variant)

    def from_form(self, form: FormFields) -> NumberResponse:
        return {"value": form_value(form, "value")}

    def blank_response(self) -> NumberResponse:
        return {"value": ""}

    def grade(self, body: Body, answer: Variant, response: object) -> Graded:
        text = field_of(response, "value", '{"value": "0.25"}')
        if isinstance(text, int | float) and not isinstance(text, bool):
            text = repr(text)
        if not isinstance(text, str):
            raise ResponseError("value", f"Send the number as text. {numbers.UNDERSTOOD}")
        correct, mistake = judge(body, answer, read_number(body, text))
        if correct:
            return Graded(1.0, [], {"": 1.0})
        if mistake is None:
            return Graded(0.0, [], {"": 0.0})
        because = body.engine.render(f"mistakes.{mistake}.because", answer["values"])
        return Graded(0.0, [{"target": "value", "message": because}], {"": 0.0})

    def answer_name(self, body: Body) -> str | None:
        return body.answer if body.answer in body.let else None

    def uses(self, body: Body, name: str) -> bool:
        return body.engine.uses(name)

    def own_value(self, body: Body, response: object) -> Number | None:
        value = response.get("value") if isinstance(response, Mapping) else None
        if not isinstance(value, str | int | float):
            return None
        reading = read_number(body, str(value))
        try:
            typed = [float(number) for number in reading.values]
        except OverflowError:
            return None
        return typed if reading.is_list else typed[0]

    def follow(self, body: Body, answer: Variant, own: Mapping[str, Number]) -> Variant | None:
        try:
            return body.engine.follow(answer["values"], own)
        except ValueError:  # No number comes out, or a list has no such place.
            return None

    def hints(self, body: Body, answer: Variant) -> list[str]:
        return [body.engine.render(f"hints.{place}", answer["values"]) for place in range(len(body.hints))]

    def reveal(self, body: Body, answer: Variant) -> Revealed[NumberResponse]:
        """The key at the precision that is asked, and the texts with the variant's numbers."""
        values = answer["values"]
        solution = body.engine.render("solution", values) if body.solution else None
        key = show_key(body, answer["key"], answer["of"])
        return Revealed({"value": key}, body.engine.render("explanation", values), solution)

    def check(self, body: Body, answer: Variant) -> dict[str, object]:
        """The exact values of the key, one for a number, and the error that each may have."""
        keys = numbers_of(answer["key"])
        return {"values": keys, "allowed": allowed_errors(body, keys, answer["of"])}

    def result_rows(
        self, prompt: NumericPrompt, grade: ShownGrade[NumberResponse], response: NumberResponse
    ) -> list[TypedRow]:
        return [TypedRow(response.get("value", ""), grade["key"]["value"], grade["correct"])]

    def response_texts(self, prompt: NumericPrompt, response: NumberResponse) -> list[tuple[str, ...]]:
        return [(str(response["value"]),)]

    def options(self, body: Body) -> list[Option]:
        """The formulas of the answer and of the expected mistakes."""
        return [Option(f"`{body.answer}`", right=True), *(Option(f"`{mistake.value}`") for mistake in body.mistakes)]

    def picked(self, body: Body, answer: Variant, response: NumberResponse) -> list[str]:
        """The formula that gives the number, or words for none of them."""
        text = response["value"]
        correct, mistake = judge(body, answer, read_number(body, text if isinstance(text, str) else repr(text)))
        if correct:
            return [f"`{body.answer}`"]
        return [OTHER if mistake is None else f"`{body.mistakes[mistake].value}`"]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        """Variants as they are drawn, those that the audit would refuse included."""
        return [
            self._sample(body, variant) for variant in body.engine.generate(identity, range(first, first + SAMPLES))
        ]

    def _sample(self, body: Body, variant: Variant) -> Sample:
        values, revealed = variant["values"], self.reveal(body, variant)
        mistakes = [
            SampleOption(
                show_key(body, value, variant["of"]), because=body.engine.render(f"mistakes.{place}.because", values)
            )
            for place, value in enumerate(variant["mistakes"])
            if value is not None
        ]
        return Sample(
            body.engine.render("stem", values),
            revealed.explanation,
            revealed.solution,
            "mistakes",
            mistakes,
            answer=str(revealed.key["value"]),
            hint=" · ".join(part for part in (body.unit, body.hint) if part),
        )

    def shown(self, body: Body) -> list[tuple[str, str]]:
        """The texts with the numbers of some variants; none where none can be drawn, which the audit says."""
        try:
            variants = body.engine.generate("shown", range(SAMPLES))
        except VariantError:
            return super().shown(body)
        return [(field, body.engine.render(field, each["values"])) for each in variants for field in body.engine.texts]

    def audit(self, body: Body, identity: str, seeds: int, *, share: float = 1) -> audit.Audit:
        report = audit.audit(body.engine, identity, range(seeds), gate(body), share=share)
        report.problems += examples(body.examples, body.engine, functools.partial(self._is_wrong, body))
        return report

    def _is_wrong(self, body: Body, example: Example, values: Values) -> str:
        """What an example's values give in place of its answer; "" where that is right."""
        (variant,) = body.engine.as_json(values, body.engine.compute(values), [0])
        typed = example.answer if isinstance(example.answer, str) else repr(example.answer)
        right = judge(body, variant, read_number(body, typed))[0]
        return "" if right else f"{typed} is not right there; right is {show_key(body, variant['key'], variant['of'])}"

    def defects(self, body: Body, answer: Variant) -> list[str]:
        return [f"{message} {example}".rstrip() for message, example in audit.defects(answer, gate(body))]

    def is_reproduced(self, body: Body, answer: Variant, *, seed: int, identity: str) -> bool:
        (variant,) = body.engine.generate(identity, [seed])
        return variant == answer


__all__ = ["Body", "Numeric", "show_key"]

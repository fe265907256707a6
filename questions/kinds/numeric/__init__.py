"""A number, or a list of numbers, computed from values that are new in each presentation."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from questions.kinds.asked_number import SHARES
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
    TypedRow,
)
from questions.kinds.bodies import Example
from questions.kinds.carrying import with_answer
from questions.kinds.drawn_audit import examples
from questions.kinds.expected import ExpectedFeedback, said_to_mistakes
from questions.kinds.gradings import NumberGrading
from questions.kinds.numeric.body import Body
from questions.kinds.numeric.form import FORM
from questions.kinds.pairs import Round
from questions.kinds.responses import Echo, FormFields, ResponseError, field_of, form_value
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.steps import WorkedStep
from questions.kinds.typed_numbers import (
    allowed_errors,
    gate,
    grade_number,
    judge,
    list_scales,
    numbers_of,
    read_number,
    read_shown,
    show_key,
    with_unit,
)
from questions.variants import audit, numbers
from questions.variants.engine import Number, Variant, VariantError
from questions.variants.functions import Values
from questions.variants.misconceptions import Misconception, WrongAnswer, explain

OTHER = "another number"
"""What statistics call a wrong number that no expected mistake gives."""
WRONG_UNIT = "a number with a wrong unit"
WRONG_FORM = "the right number in another form"
SAMPLES = 5


class NumericPrompt(Prompt):
    """The unit that is shown behind the field, and the precision that is asked for."""

    unit: str | None
    precision_hint: str
    reading: NotRequired[str]
    """What reading the answer needs to know: “mixed” or “%”."""
    keyboard: NotRequired[str]
    """“decimal” where no letters have to be typed: of a phone's keyboards the one with digits is enough."""
    asks_unit: NotRequired[bool]
    """That the unit is a part of the answer."""


class NumberResponse(TypedDict):
    """A number or a list of numbers as it was typed: `9.9999e-1`; clients may send a JSON number too."""

    value: str | float


class Numeric(Kind[Body, NumericPrompt, Variant, NumberResponse]):
    """Graded 1 or 0; a recognised mistake is named."""

    name = "numeric"
    title = "Numeric"
    hint = "New numbers each time, and a formula for the answer."
    body_type = Body
    prompt_type = NumericPrompt
    response_type = NumberResponse
    sample_noun = "variants"
    check_help = (
        "{values, allowed}, the error of each, and where they are asked for {unit, units, wrong_unit} and "
        "{form, exact_digits, wrong_form}"
    )
    rule = "number"
    grading_type = NumberGrading
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
            "unit": body.shown_unit,
            "precision_hint": body.precision_hint,
        }
        if body.reading:
            prompt["reading"] = body.reading
        if body.units == "shown" and not isinstance(variant["key"], list):
            prompt["keyboard"] = "decimal"
        if body.units != "shown":
            prompt["asks_unit"] = True
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
        grade = grade_number(body, answer, text)
        said = grade.message
        if grade.mistake is not None:
            said = body.engine.render(f"mistakes.{grade.mistake}.because", answer["values"])
        feedback: list[Feedback] = [{"target": "value", "message": said}] if said else []
        return Graded(grade.score, feedback, {"": grade.score})

    def echo(self, typed: str, reading: str) -> Echo:
        try:
            return Echo(read_shown(reading, typed))
        except ResponseError as error:
            return Echo(detail=error.message)

    def answer_name(self, body: Body) -> str | None:
        return body.answer if body.answer in body.let else None

    def uses(self, body: Body, name: str) -> bool:
        return body.engine.uses(name)

    def own_value(self, body: Body, response: object) -> Number | None:
        value = response.get("value") if isinstance(response, Mapping) else None
        if not isinstance(value, str | int | float):
            return None
        reading = read_number(body, str(value)).converted
        if reading is None:
            return None
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

    def carried(self, body: Body, answer: Variant, before: Body) -> Variant | None:
        try:
            return body.engine.carried(answer["values"], before.engine)
        except ValueError:
            return None

    def accepting(self, body: Body, answer: str) -> Body:
        """The answer is a number, or a formula of what is drawn."""
        return with_answer(body, answer)

    def hints(self, body: Body, answer: Variant) -> list[str]:
        return [body.engine.render(f"hints.{place}", answer["values"]) for place in range(len(body.hints))]

    def work(self, body: Body, answer: Variant) -> list[WorkedStep]:
        return body.worked(answer["values"])

    def reveal(self, body: Body, answer: Variant) -> Revealed[NumberResponse]:
        """The key at the precision that is asked, and the texts with the variant's numbers."""
        values = answer["values"]
        key = show_key(body, answer["key"], answer["of"])
        return Revealed({"value": with_unit(body, key)}, body.engine.render("explanation", values), body.solved(values))

    def check(self, body: Body, answer: Variant) -> dict[str, object]:
        """The exact values of the key, one for a number, the errors they may have, and unit and form if asked."""
        keys = numbers_of(answer["key"])
        unit = {} if body.units == "shown" else {"unit": body.unit, "units": body.units, "wrong_unit": body.wrong_unit}
        asked = {"form": body.form, "exact_digits": body.precision.digits if body.exact_digits else None}
        form = {**asked, "wrong_form": body.wrong_form} if any(asked.values()) else {}
        return {"values": keys, "allowed": allowed_errors(body, keys, answer["of"]), **unit, **form}

    def grading(self, body: Body, answer: Variant) -> dict[str, object]:
        """Besides, whether it is a list, the mistakes, null for one that this variant has not, and units that fit."""
        mistakes = [
            None
            if value is None
            else {"values": numbers_of(value), "allowed": allowed_errors(body, numbers_of(value), answer["of"])}
            for value in answer["mistakes"]
        ]
        units = {} if body.units == "shown" else {"scales": list_scales(body)}
        final = not (body.form or body.exact_digits or body.known_unit in SHARES.values())
        data = {"final": final, "is_list": isinstance(answer["key"], list), "mistakes": mistakes, **units}
        return {**super().grading(body, answer), **data}

    def expected(self, body: Body, answer: Variant) -> list[ExpectedFeedback]:
        because = [body.engine.render(f"mistakes.{n}.because", answer["values"]) for n in range(len(body.mistakes))]
        said = zip(said_to_mistakes("value", because), answer["mistakes"], strict=True)
        return [each for each, value in said if value is not None]

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
        grade = grade_number(body, answer, text if isinstance(text, str) else repr(text))
        if grade.score == 1:
            return [f"`{body.answer}`"]
        if grade.message:
            return [WRONG_FORM if grade.is_other_form else WRONG_UNIT]
        return [OTHER if grade.mistake is None else f"`{body.mistakes[grade.mistake].value}`"]

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
            hint=" · ".join(part for part in (body.shown_unit, body.precision_hint) if part),
        )

    def shown(self, body: Body) -> list[tuple[str, str]]:
        """The texts with the numbers of some variants; none where none can be drawn, which the audit says."""
        try:
            variants = body.engine.generate("shown", range(SAMPLES))
        except VariantError:
            return super().shown(body)
        return [(field, body.engine.render(field, each["values"])) for each in variants for field in body.engine.texts]

    def audit(self, body: Body, identity: str, seeds: int, *, share: float = 1) -> audit.Audit:
        report = audit.audit(body.engine, identity, range(seeds), _gate(body), share=share)
        report.problems += examples(body.examples, body.engine, functools.partial(self._is_wrong, body))
        return report

    def _is_wrong(self, body: Body, example: Example, values: Values) -> str:
        """What an example's values give in place of its answer; "" where that is right."""
        (variant,) = body.engine.as_json(values, body.engine.compute(values), [0])
        typed = example.answer if isinstance(example.answer, str) else repr(example.answer)
        converted = read_number(body, typed, needs_unit=False).converted
        right = converted is not None and judge(body, variant, converted)[0]
        return "" if right else f"{typed} is not right there; right is {show_key(body, variant['key'], variant['of'])}"

    def unexpected(self, body: Body, answers: Sequence[tuple[Hashable, Variant, object]]) -> list[Misconception]:
        wrong = [self._wrong_number(body, *each) for each in answers]
        known = [mistake.value for mistake in body.mistakes]
        return explain(body.declared(), body.answer, [each for each in wrong if each], known)

    def _wrong_number(self, body: Body, student: Hashable, answer: Variant, response: object) -> WrongAnswer | None:
        """A number that is neither right nor a mistake that is expected."""
        key, own = answer["key"], self.own_value(body, response)
        if isinstance(key, list) or not isinstance(own, float):
            return None
        grade = self.grade(body, answer, response)
        if grade.score == 1 or grade.feedback:
            return None
        return WrongAnswer(student, answer["values"], own, *allowed_errors(body, [key], answer["of"]))

    def defects(self, body: Body, answer: Variant) -> list[str]:
        return [f"{message} {example}".rstrip() for message, example in audit.defects(answer, _gate(body))]

    def is_reproduced(self, body: Body, answer: Variant, *, seed: int, identity: str) -> bool:
        (variant,) = body.engine.generate(identity, [seed])
        return variant == answer


def _gate(body: Body) -> audit.Gate:
    """How the audit grades the answer, and the steps of the worked solution."""
    return gate(body, body.few, body.asked_in_steps)


__all__ = ["Body", "Numeric", "show_key"]

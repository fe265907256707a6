"""Several answers over one draw: each part is asked, graded and remembered by a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from questions.json_types import of_kind
from questions.kinds.base import (
    Graded,
    Kind,
    Opaque,
    Option,
    Presented,
    Revealed,
    ShownGrade,
)
from questions.kinds.drawn_audit import audit_steps
from questions.kinds.expected import ExpectedFeedback
from questions.kinds.gradings import PartsGrading
from questions.kinds.multi_part.body import NOTHING, Body, Part
from questions.kinds.multi_part.carrying import PartsAnswer, carry_parts
from questions.kinds.multi_part.form import FORM
from questions.kinds.multi_part.grading import add_up, finalise_parts, grade_one_part, grade_parts, label, merge_audits
from questions.kinds.multi_part.offline import rules_of_parts, said_of_parts
from questions.kinds.multi_part.showing import PartPrompt, PartRow, PartsPrompt, picked_of, row_of, texts_of, units_of
from questions.kinds.pairs import Round
from questions.kinds.registry import KINDS
from questions.kinds.responses import FormFields, ResponseError, field_of, is_dont_know
from questions.kinds.samples import Sample
from questions.kinds.steps import WorkedStep
from questions.variants.audit import Audit
from questions.variants.engine import Number, VariantError, values_at

SAMPLES = 5


class PartsResponse(TypedDict):
    """The answers by the ids of their parts; those that were left open are left out."""

    parts: dict[str, Annotated[Any, of_kind("response")]]


class MultiPart(Kind[Body, PartsPrompt, PartsAnswer, PartsResponse]):
    """The score is the marks of the parts over all marks; a part left open has none."""

    name = "multi_part"
    title = "Several parts"
    hint = "Several answers over the same numbers, or blanks in a text."
    body_type = Body
    prompt_type = PartsPrompt
    response_type = PartsResponse
    part_type = Part
    sample_noun = "variants"
    line_joint = " "
    line_marks = "none"
    check_help = "{marks, parts}, each by the ids of the parts"
    typical_guess_rate = 0.1
    rule = "parts"
    grading_type = PartsGrading
    in_quick_check = False
    quotes_answers = True
    can_be_part = False
    form = FORM

    def facets(self, body: Body) -> list[str]:
        return [part.id for part in body.parts]

    def facet_of(self, answer: PartsAnswer) -> dict[str, str]:
        return {part: part for part in answer["parts"]}

    def present(
        self,
        body: Body,
        *,
        seed: int,
        identity: str,
        opaque: Opaque,
        focus: Sequence[str] = (),
        pairs: Round | None = None,
    ) -> Presented[PartsPrompt, PartsAnswer]:
        """All parts, each drawn from the same seed: what is drawn depends on its name alone, so they share it."""
        values = values_at(body.drawing.draw_sound(identity, [seed]), 0) if body.drawing else {}
        presented = {
            part.id: part.asker.present(part.body, seed=seed, identity=identity, opaque=_opaque_in(part, opaque))
            for part in body.parts
        }
        places = body.places()
        parts: list[PartPrompt] = [
            {
                "id": part.id,
                "kind": part.kind,
                "marks": part.marks,
                "in_text": part.id in places,
                "prompt": {**presented[part.id].prompt, "stem": _said(presented[part.id].prompt["stem"])},
            }
            for part in body.parts
        ]
        guesses = [part.marks * presented[part.id].guess_rate for part in body.parts]
        return Presented(
            {"stem": _shown(body, values)["stem"], "parts": parts},
            {
                "values": values,
                "engine": body.engine_version,
                "parts": {name: each.answer for name, each in presented.items()},
            },
            tuple(presented),
            sum(guesses) / sum(part.marks for part in body.parts),
        )

    def arrange(self, prompt: PartsPrompt, response: PartsResponse) -> PartsPrompt:
        saved = response.get("parts", {})
        parts = [
            {**part, "prompt": KINDS[part["kind"]].arrange(part["prompt"], saved.get(part["id"], {}))}
            for part in prompt["parts"]
        ]
        return {**prompt, "parts": cast(list[PartPrompt], parts)}

    def hints(self, body: Body, answer: PartsAnswer) -> list[str]:
        shown = _shown(body, answer["values"])
        return [shown[f"hints.{place}"] for place in range(len(body.hints))]

    def work(self, body: Body, answer: PartsAnswer) -> list[WorkedStep]:
        """Those of the whole, and then those of each part."""
        return body.worked(answer["values"]) + [
            replace(step, part=label(place))
            for place, part in enumerate(body.parts)
            for step in part.asker.work(part.body, answer["parts"][part.id])
        ]

    def from_form(self, form: FormFields) -> PartsResponse:
        """The form says which parts it has, as `id:kind`; their fields are called `id.` and the kind's own name."""
        parts = {}
        for entry in form.get("part", []):
            name, _, kind = entry.partition(":")
            if kind in KINDS and KINDS[kind].can_be_part:
                fields = {
                    field.removeprefix(f"{name}."): values
                    for field, values in form.items()
                    if field.startswith(f"{name}.")
                }
                response = KINDS[kind].from_form(fields)
                if any(value not in ("", {}) for value in response.values()):
                    parts[name] = response
        return {"parts": parts}

    def blank_response(self) -> PartsResponse:
        return {"parts": {}}

    def final(self, response: object) -> object:
        return {**response, "final": True} if isinstance(response, Mapping) else response

    def finalised(self, body: Body, answer: PartsAnswer, response: object) -> object:
        return finalise_parts(body, answer["parts"], self.final(response))

    def may_insist(self, message: str) -> bool:
        of_part = message.partition(": ")[2]
        return any(kind.may_insist(of_part) for kind in KINDS.values() if kind.can_be_part)

    def grade(self, body: Body, answer: PartsAnswer, response: object) -> Graded:
        shape = '{"parts": {id: response}}'
        responses = field_of(response, "parts", shape)
        if not isinstance(responses, Mapping):
            raise ResponseError("parts", f"Send {shape}.")
        if unknown := responses.keys() - {part.id for part in body.parts}:
            raise ResponseError("parts", f"There is no part “{min(map(str, unknown))}”.")
        if not responses:
            raise ResponseError("parts", "Answer at least one part.")
        is_final = isinstance(response, Mapping) and response.get("final") is True
        return add_up(body, grade_parts(body, answer["parts"], responses, final=is_final))

    def grade_part(
        self, body: Body, answer: PartsAnswer, part: str, responses: Mapping[str, object], *, final: bool = False
    ) -> Graded:
        place = self.facets(body).index(part)
        return grade_one_part(body, place, answer["parts"][part], responses, final=final)

    def grade_blank(self, body: Body, answer: PartsAnswer) -> Graded:
        return add_up(body, grade_parts(body, answer["parts"], {}))

    def carried(self, body: Body, answer: PartsAnswer, before: Body) -> PartsAnswer | None:
        return carry_parts(body, answer, before)

    def accepting(self, body: Body, answer: str) -> Body:
        return body.accepting(answer)

    def reveal(self, body: Body, answer: PartsAnswer) -> Revealed[PartsResponse]:
        shown = _shown(body, answer["values"])
        parts = {part.id: _reveal_part(part, answer) for part in body.parts}
        solution = body.solved(answer["values"])
        key: PartsResponse = {"parts": {name: each.key for name, each in parts.items()}}
        return Revealed(key, shown["explanation"], solution, parts=parts)

    def check(self, body: Body, answer: PartsAnswer) -> dict[str, object]:
        return {
            "marks": {part.id: part.marks for part in body.parts},
            "parts": {part.id: part.asker.check(part.body, answer["parts"][part.id]) for part in body.parts},
        }

    def grading(self, body: Body, answer: PartsAnswer) -> dict[str, object]:
        return {"rule": self.rule, **rules_of_parts(body, answer["parts"])}

    def expected(self, body: Body, answer: PartsAnswer) -> list[ExpectedFeedback]:
        return said_of_parts(body, answer["parts"])

    def result_rows(
        self, prompt: PartsPrompt, grade: ShownGrade[PartsResponse], response: PartsResponse
    ) -> list[PartRow]:
        return self.part_rows(prompt, grade["parts"], response["parts"])

    def part_rows(self, prompt: PartsPrompt, grades: Mapping[str, Any], responses: Mapping[str, Any]) -> list[PartRow]:
        return [
            row_of(label(place), part, grades[part["id"]], responses.get(part["id"]))
            for place, part in enumerate(prompt["parts"])
            if part["id"] in grades
        ]

    def response_texts(self, prompt: PartsPrompt, response: PartsResponse) -> list[tuple[str, ...]]:
        """Each line after the letter of its part."""
        return [
            (f"({label(place)})", *line, *(() if is_dont_know(answered) else units_of(part, line)))
            for place, part in enumerate(prompt["parts"])
            if (answered := response["parts"].get(part["id"])) is not None
            for line in texts_of(part, answered)
        ]

    def options(self, body: Body) -> list[Option]:
        return [
            Option(f"{part.id}: {option.text}", option.right)
            for part in body.parts
            for option in part.asker.options(part.body)
        ]

    def answers(self, body: Body) -> list[str]:
        return [text for part in body.parts for text in part.asker.answers(part.body)]

    def picked(self, body: Body, answer: PartsAnswer, response: PartsResponse) -> list[str]:
        return [
            f"{part.id}: {text}"
            for part in body.parts
            for text in picked_of(part, answer["parts"][part.id], response["parts"].get(part.id))
        ]

    def shown(self, body: Body) -> list[tuple[str, str]]:
        """The texts of some variants, as each part's kind has them too."""
        return [
            *(text for values in _some(body, "shown") for text in _shown(body, values).items()),
            *(
                (f"parts.{place}.{field}", text)
                for place, part in enumerate(body.parts)
                for field, text in part.asker.shown(part.body)
            ),
        ]

    def rivals(self, body: Body) -> list[list[tuple[str, str]]]:
        return [
            [(f"parts.{place}.{field}", text) for field, text in group]
            for place, part in enumerate(body.parts)
            for group in part.asker.rivals(part.body)
        ]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        samples = [part.asker.samples(part.body, identity, first) for part in body.parts]
        drawn = _some(body, identity, first, sound=True)
        return [
            Sample(
                shown["stem"],
                shown["explanation"],
                body.solved(values),
                "choices",
                parts=[_as_part(each[min(number, len(each) - 1)]) for each in samples],
                places=[part.id for part in body.parts],
            )
            for number, (values, shown) in enumerate((values, _shown(body, values)) for values in drawn)
        ]

    def audit(self, body: Body, identity: str, seeds: int, *, share: float = 1) -> Audit | None:
        """What the gate of each part's kind says of the part, beside all that is shown with it."""
        share /= len(body.parts)
        reports = [part.asker.audit(body.audited(part), identity, seeds, share=share) for part in body.parts]
        audited = [(part.id, report) for part, report in zip(body.parts, reports, strict=True) if report]
        if not audited:
            return None
        whole = merge_audits(audited)
        if body.work and body.drawing:
            whole.problems += audit_steps(body, body.drawing, identity, whole.seeds, share)
        return whole

    def defects(self, body: Body, answer: PartsAnswer) -> list[str]:
        return [
            f"Part {part.id}: {defect}"
            for part in body.parts
            for defect in part.asker.defects(part.body, answer["parts"][part.id])
        ]

    def is_reproduced(self, body: Body, answer: PartsAnswer, *, seed: int, identity: str) -> bool:
        return all(
            part.asker.is_reproduced(part.body, answer["parts"][part.id], seed=seed, identity=identity)
            for part in body.parts
        )


def _opaque_in(part: Part, opaque: Opaque) -> Opaque:
    """Opaque ids of a part's options: those of another part that are called the same differ."""
    return lambda name: opaque(f"{part.id}:{name}")


def _said(text: str) -> str:
    """The text of a part; "" where it has none."""
    return "" if text == NOTHING else text


def _shown(body: Body, values: Mapping[str, Number]) -> dict[str, str]:
    """The item's own texts by their places, with what was drawn; as they are written where nothing was."""
    return body.drawing.render_texts(values) if body.drawing and values else dict(body.texts())


def _some(body: Body, identity: str, first: int = 0, *, sound: bool = False) -> list[Mapping[str, Number]]:
    """What some variants draw; nothing where nothing is drawn, or can be, which `sound` makes a VariantError."""
    if body.drawing is None:
        return [{}]
    try:
        values = body.drawing.draw_sound(identity, range(first, first + SAMPLES))
    except VariantError:
        if sound:
            raise
        return [{}]
    return [values_at(values, row) for row in range(SAMPLES)]


def _as_part(sample: Sample) -> Sample:
    return replace(sample, stem=_said(sample.stem), explanation=_said(sample.explanation))


def _reveal_part(part: Part, answer: PartsAnswer) -> Revealed[Any]:
    revealed = part.asker.reveal(part.body, answer["parts"][part.id])
    return replace(revealed, explanation=_said(revealed.explanation))

"""A formula, typed: right if it is equal to the key, and in the form that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict

from questions.expressions import ExpressionError, Vocabulary, latex, name_latex, read, read_series, series_latex
from questions.expressions.equality import UndecidedError
from questions.expressions.judging import Key, Verdict
from questions.expressions.tree import ENGLISH, canonical
from questions.kinds.base import Graded, Kind, Opaque, Option, Presented, Prompt, Revealed, ShownGrade
from questions.kinds.carrying import with_answer
from questions.kinds.expected import ExpectedFeedback, said_to_mistakes
from questions.kinds.formula.body import Body
from questions.kinds.formula.form import FORM
from questions.kinds.gradings import FormulaGrading
from questions.kinds.pairs import Round
from questions.kinds.responses import Echo, FormFields, ResponseError, field_of, form_value
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.typeset import Typeset, TypesetRow

OTHER = "another formula"
"""What statistics call a wrong formula that no expected mistake is."""


class Name(TypedDict):
    """A name that the answer may hold: as it is typed, and in LaTeX."""

    name: str
    latex: str


class FormulaPrompt(Prompt):
    """The names that may be typed, the form that is asked for, and what reading the answer needs."""

    unit: str | None
    precision_hint: str
    names: list[Name]
    reading: str
    """The names by which an answer is read, and behind strokes what `log` means, and whether it is several."""


class NoAnswer(TypedDict):
    """A presentation holds nothing private: the body is all that grading needs."""


class FormulaResponse(TypedDict):
    """The formula as it was typed."""

    value: str


class Formula(Kind[Body, FormulaPrompt, NoAnswer, FormulaResponse]):
    """Graded 1 or 0, several by the share that is right; a recognised mistake is named, and so is what is missing."""

    name = "formula"
    title = "Formula"
    hint = "A formula that equals the key: a derivative, an integral, an update rule."
    body_type = Body
    prompt_type = FormulaPrompt
    response_type = FormulaResponse
    sample_noun = "variants"
    fits_in_text = True
    form = FORM
    rule = "formula"
    grading_type = FormulaGrading
    check_help = (
        "{names, constant, log, form, points, values, mistakes}: the key's values at points, by name; "
        "of several formulas {several, entries}"
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
    ) -> Presented[FormulaPrompt, NoAnswer]:
        names = [canonical(name) for name in (*sorted(body.variables), *([body.constant] if body.constant else []))]
        prompt: FormulaPrompt = {
            "stem": body.stem,
            "unit": None,
            "precision_hint": body.hint,
            "names": [{"name": _typed(name), "latex": name_latex(name)} for name in names],
            "reading": " ".join(_typed(name) for name in names) + _said(body),
        }
        return Presented(prompt, {})

    def from_form(self, form: FormFields) -> FormulaResponse:
        return {"value": form_value(form, "value")}

    def blank_response(self) -> FormulaResponse:
        return {"value": ""}

    def echo(self, typed: str, reading: str) -> Echo:
        try:
            return Echo(latex=_latex(typed, reading))
        except ExpressionError as error:
            return Echo(detail=str(error))

    def grade(self, body: Body, answer: NoAnswer, response: object) -> Graded:
        verdict = self._judge(body, response)
        message = body.mistakes[verdict.mistake].because if verdict.mistake is not None else verdict.message
        score = 1.0 if verdict.correct else verdict.share
        return Graded(score, [{"target": "value", "message": message}] if message else [], {"": score})

    def _judge(self, body: Body, response: object) -> Verdict:
        text = field_of(response, "value", '{"value": "2x + 1"}')
        if not isinstance(text, str):
            raise ResponseError("value", "Send the formula as text.")
        try:
            return body.judge(body.read(text))
        except (ExpressionError, UndecidedError) as error:
            raise ResponseError("value", str(error)) from None

    def carried(self, body: Body, answer: NoAnswer, before: Body) -> NoAnswer:
        return answer

    def accepting(self, body: Body, answer: str) -> Body:
        return with_answer(body, answer)

    def check(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        """The key's values at points, with which a client compares an answer's; of several formulas for each."""
        if body.several:
            return {"several": body.several, "entries": [self._checked(body, key) for key in body.series.keys]}
        return self._checked(body, body.key)

    def grading(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        """With names as they are typed; its form, its constant, and several formulas are left to the service."""
        if body.form or body.constant or body.several:
            return {**super().grading(body, answer), "final": False}
        points = {_typed(name): column for name, column in self._checked(body, body.key)["points"].items()}
        return {**super().grading(body, answer), "names": sorted(points), "points": points}

    def expected(self, body: Body, answer: NoAnswer) -> list[ExpectedFeedback]:
        return said_to_mistakes("value", [mistake.because for mistake in body.mistakes])

    def _checked(self, body: Body, key: Key) -> dict[str, Any]:
        known = key.formula.computed.sure
        return {
            "names": sorted(key.formula.points),
            "constant": body.constant,
            "log": body.log,
            "form": body.form,
            "points": {name: column[known].tolist() for name, column in key.formula.points.items()},
            "values": key.formula.computed.value[known].tolist(),
            "mistakes": [mistake.value for mistake in body.mistakes],
        }

    def reveal(self, body: Body, answer: NoAnswer) -> Revealed[FormulaResponse]:
        return Revealed({"value": body.answer}, body.explanation, body.solution)

    def result_rows(
        self, prompt: FormulaPrompt, grade: ShownGrade[FormulaResponse], response: FormulaResponse
    ) -> list[TypesetRow]:
        answered, right = response.get("value", ""), grade["key"]["value"]
        return [
            {
                "answered": answered,
                "answered_latex": self.echo(answered, prompt["reading"]).latex,
                "right": right,
                "right_latex": self.echo(right, prompt["reading"]).latex,
                "correct": grade["correct"],
            }
        ]

    def response_texts(self, prompt: FormulaPrompt, response: FormulaResponse) -> list[tuple[str, ...]]:
        typed = str(response["value"])
        return [(Typeset.of(typed, self.echo(typed, prompt["reading"]).latex),)]

    def options(self, body: Body) -> list[Option]:
        return [
            Option(_shown(body.answer), right=True),
            *(Option(_shown(mistake.value)) for mistake in body.mistakes),
        ]

    def picked(self, body: Body, answer: NoAnswer, response: FormulaResponse) -> list[str]:
        verdict = self._judge(body, response)
        if verdict.correct:
            return [_shown(body.answer)]
        return [OTHER if verdict.mistake is None else _shown(body.mistakes[verdict.mistake].value)]

    def shown(self, body: Body) -> list[tuple[str, str]]:
        becauses = [(f"mistakes.{place}.because", mistake.because) for place, mistake in enumerate(body.mistakes)]
        return [*super().shown(body), *becauses]

    def answers(self, body: Body) -> list[str]:
        return list(body.formulas())

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        def set_formula(text: str) -> Typeset:
            nodes = body.read(text)
            return Typeset.of(text, series_latex(nodes, body.several) if body.several else latex(nodes[0]))

        mistakes = [SampleOption(set_formula(mistake.value), because=mistake.because) for mistake in body.mistakes]
        return [
            Sample(
                body.stem,
                body.explanation,
                body.solution,
                "mistakes",
                mistakes,
                answer=set_formula(body.answer),
                hint=body.hint,
            )
        ]


def _said(body: Body) -> str:
    """What is said behind the names: what `log` means, and whether there are several formulas."""
    return "|" + body.log + ("|" + body.several if body.several else "") if body.log or body.several else ""


def _latex(typed: str, reading: str) -> str:
    """A typed answer in LaTeX. Raises ExpressionError."""
    names, _, said = reading.partition("|")
    log, _, several = said.partition("|")
    vocabulary = Vocabulary.of(names.split(), log)
    if several:
        return series_latex(read_series(typed, vocabulary), "in_order" if several == "in_order" else "any_order")
    return latex(read(typed, vocabulary))


def _typed(name: str) -> str:
    """A name as it is typed on any keyboard."""
    base, _, below = name.partition("_")
    base = ENGLISH.get(base, base)
    return f"{base}_{below}" if below else base


def _shown(formula: str) -> str:
    return f"${formula}$"


__all__ = ["Body", "Formula"]

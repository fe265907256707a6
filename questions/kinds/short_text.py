"""A word, a phrase or a line of output, typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, NotRequired, Self

from pydantic import Field, field_validator, model_validator
from typing_extensions import TypedDict

from questions.kinds import typed_text
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
from questions.kinds.bodies import ENGINE, ItemBody
from questions.kinds.expected import ExpectedFeedback, said_to_mistakes
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Checkbox, Column, Line, Rows, Section, Select
from questions.kinds.gradings import TextGrading
from questions.kinds.pairs import Round
from questions.kinds.patterns import check_pattern, fits, is_safe_anywhere
from questions.kinds.responses import FormFields, NearMissError, ResponseError, field_of, form_value
from questions.kinds.samples import Sample, SampleOption
from questions.kinds.strict import Strict
from questions.kinds.typed_code import python_tree

MAX_ANSWER = 200
NEARLY = "Nearly. Check the spelling."

_LETTERS = re.compile(r"[^\W\d_]+|[\s'\",;:()]+")
"""Letters, spaces and stops: where a slip of the keyboard is no other answer."""


class Mistake(Strict):
    """A wrong answer that is expected, and what to say to it."""

    text: str = Field(min_length=1, max_length=MAX_ANSWER)
    because: str = Field(min_length=1, max_length=2000)


class Body(ItemBody):
    """Answers are compared sign by sign, as `typed_text` has it; code is compared token by token."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"pattern", "spacing", "case", "language"}

    accept: list[str] = Field(min_length=1, max_length=20)
    pattern: str | None = Field(
        default=None,
        max_length=200,
        description="Words with alternatives and optional parts: `(adamw|adam w)( optimi(s|z)er)?`.",
    )
    mistakes: list[Mistake] = Field(default=[], max_length=12)
    spacing: Literal["collapse", "ignore"] = "collapse"
    case: Literal["ignore", "exact"] = "ignore"
    code: bool = Field(default=False, description="Compare as code: capitals and operators count, spacing does not.")
    language: Literal["python"] | None = Field(
        default=None, description="Compare as code of this language, by its syntax tree; it is never run."
    )

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.is_code and (self.pattern is not None or self.spacing != "collapse" or self.case != "ignore"):
            raise ValueError("Code has no pattern, and its capitals and spacing go by the rules of code.")
        for text in (*self.accept, *(mistake.text for mistake in self.mistakes)):
            if self.language and not python_tree(text):
                raise ValueError(f"“{text}” is not Python that can be read by itself.")
        accepted = {normalise(self, text) for text in self.accept}
        if "" in accepted:
            raise ValueError("An accepted answer is empty.")
        for mistake in self.mistakes:
            if normalise(self, mistake.text) in accepted:
                raise ValueError(f"The mistake “{mistake.text}” is an accepted answer.")
        return self

    @property
    def is_code(self) -> bool:
        """Whether answers are code."""
        return self.code or self.language is not None

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            check_pattern(pattern)
        return pattern


class NoAnswer(TypedDict):
    """A presentation holds nothing private: the body is all that grading needs."""


class TextResponse(TypedDict):
    """What was typed; `final` says that it is meant as it is spelt."""

    text: str
    final: NotRequired[bool]


class ShortText(Kind[Body, Prompt, NoAnswer, TextResponse]):
    """Graded 1 or 0. A near miss in spelling is sent back, once: with `"final": true` it is graded."""

    name = "short_text"
    title = "Short text"
    hint = "A word or a line: a cloze, printed output, the name of a bug."
    body_type = Body
    prompt_type = Prompt
    response_type = TextResponse
    fits_in_text = True
    check_help = (
        "{accept, pattern, pattern_syntax, case, spacing, code, language}, where the pattern fits a whole text and "
        "pattern_syntax is re2 (any engine runs it safely), withheld (there is one that only the server runs) or null"
    )
    rule = "text"
    grading_type = TextGrading
    quotes_answers = True
    form = (
        Section("Question", (STEM,)),
        Section(
            "Answer",
            (
                Rows(
                    name="accept",
                    label="Accepted",
                    add="Add an answer",
                    help_text="The first one is shown as the key.",
                    columns=(Column("text", "Answer"),),
                    shape="texts",
                ),
                Line(
                    name="pattern",
                    label="Pattern",
                    help_text="More answers in one line: words, (a|b) for alternatives, ? for what may be missing.",
                    placeholder="(adamw|adam w)( optimi(s|z)er)?",
                ),
                Select(
                    name="spacing",
                    label="Spacing",
                    choices=(("", "Several spaces count as one"), ("ignore", "Spaces do not matter")),
                ),
                Select(
                    name="case",
                    label="Case",
                    choices=(("", "Capitals do not matter"), ("exact", "Capitals have to be right")),
                ),
                Checkbox(
                    name="code",
                    label="Code",
                    help_text="Compared as code: capitals and operators have to be right, spacing does not matter.",
                ),
                Select(
                    name="language",
                    label="Language",
                    rare=True,
                    choices=(("", "Any: compared token by token"), ("python", "Python: by its syntax tree")),
                ),
                Rows(
                    name="mistakes",
                    label="Mistakes",
                    add="Add a mistake",
                    columns=(
                        Column("text", "Wrong answer"),
                        Column("because", "Because", "long", "What to say to it"),
                    ),
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
    ) -> Presented[Prompt, NoAnswer]:
        return Presented({"stem": body.stem}, {})

    def from_form(self, form: FormFields) -> TextResponse:
        text = form_value(form, "text")
        return {"text": text, "final": True} if text and form_value(form, "final") == text else {"text": text}

    def blank_response(self) -> TextResponse:
        return {"text": ""}

    def final(self, response: object) -> object:
        return {**response, "final": True} if isinstance(response, Mapping) else response

    def may_insist(self, message: str) -> bool:
        return message == NEARLY

    def grade(self, body: Body, answer: NoAnswer, response: object) -> Graded:
        text = field_of(response, "text", '{"text": "…"}')
        if not isinstance(text, str) or not text.strip():
            raise ResponseError("text", "Type an answer.")
        if len(text) > MAX_ANSWER:
            raise ResponseError("text", f"Use at most {MAX_ANSWER} characters.")
        if body.language and not python_tree(text):
            raise ResponseError("text", "This is not Python that can be read: is a bracket or a quote missing?")
        typed = normalise(body, text)
        accepted = [normalise(body, accepted) for accepted in body.accept]
        if typed in accepted or (body.pattern and fits(body.pattern, typed)):
            return Graded(1.0, [], {"": 1.0})
        if mistake := _mistake(body, typed):
            return Graded(0.0, [{"target": "text", "message": mistake.because}], {"": 0.0})
        final = isinstance(response, Mapping) and response.get("final") is True
        if not final and not body.is_code and any(_is_slip(typed, each) for each in accepted):
            raise NearMissError("text", NEARLY, typed_text.comparable(text))
        return Graded(0.0, [], {"": 0.0})

    def carried(self, body: Body, answer: NoAnswer, before: Body) -> NoAnswer:
        return answer

    def accepting(self, body: Body, answer: str) -> Body:
        typed = normalise(body, answer)
        if not typed or len(answer) > MAX_ANSWER:
            raise ValueError("Write the answer that is right too.")
        mistakes = [mistake for mistake in body.mistakes if normalise(body, mistake.text) != typed]
        document = body.model_dump(exclude_defaults=True)
        document |= {
            "accept": [*body.accept, answer.strip()],
            "mistakes": [mistake.model_dump() for mistake in mistakes],
        }
        return type(body).model_validate(document, context={ENGINE: body.engine_version})

    def check(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        """What is accepted, and how it is compared."""
        safe = body.pattern is None or is_safe_anywhere(body.pattern)
        return {
            "accept": body.accept,
            "pattern": body.pattern if safe else None,
            "pattern_syntax": None if body.pattern is None else "re2" if safe else "withheld",
            "case": body.case,
            "spacing": body.spacing,
            "code": body.is_code,
            "language": body.language,
        }

    def grading(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        """Besides, the mistakes; a language, and a pattern that is withheld, are left to the service."""
        check = super().grading(body, answer)
        final = body.language is None and check["pattern_syntax"] != "withheld"
        return {**check, "final": final, "mistakes": [mistake.text for mistake in body.mistakes]}

    def expected(self, body: Body, answer: NoAnswer) -> list[ExpectedFeedback]:
        nearly: ExpectedFeedback = {"when": {"near_miss": True}, "target": "text", "message": NEARLY}
        return [*said_to_mistakes("text", [mistake.because for mistake in body.mistakes]), nearly]

    def reveal(self, body: Body, answer: NoAnswer) -> Revealed[TextResponse]:
        return Revealed({"text": body.accept[0]}, body.explanation, body.solution)

    def result_rows(self, prompt: Prompt, grade: ShownGrade[TextResponse], response: TextResponse) -> list[TypedRow]:
        return [TypedRow(response.get("text", ""), grade["key"]["text"], grade["correct"])]

    def response_texts(self, prompt: Prompt, response: TextResponse) -> list[tuple[str, ...]]:
        return [(str(response["text"]),)]

    def options(self, body: Body) -> list[Option]:
        return [Option(body.accept[0], right=True), *(Option(mistake.text) for mistake in body.mistakes)]

    def shown(self, body: Body) -> list[tuple[str, str]]:
        becauses = [(f"mistakes.{place}.because", mistake.because) for place, mistake in enumerate(body.mistakes)]
        return [*super().shown(body), *becauses]

    def answers(self, body: Body) -> list[str]:
        return [*body.accept, *(mistake.text for mistake in body.mistakes)]

    def picked(self, body: Body, answer: NoAnswer, response: TextResponse) -> list[str]:
        """The option, or what was typed, as it is compared."""
        if self.grade(body, answer, self.final(response)).correct:
            return [body.accept[0]]
        typed = normalise(body, response["text"])
        mistake = _mistake(body, typed)
        return [mistake.text if mistake else typed]

    def samples(self, body: Body, identity: str, first: int = 0) -> list[Sample]:
        mistakes = [SampleOption(mistake.text, because=mistake.because) for mistake in body.mistakes]
        answer = " · ".join(body.accept)
        return [Sample(body.stem, body.explanation, body.solution, "mistakes", mistakes, answer=answer)]


def normalise(body: Body, text: str) -> str:
    """The form in which answers are compared."""
    if body.language:
        return python_tree(text)
    if body.code:
        return " ".join(typed_text.tokens(text))
    text = typed_text.fold(text)
    if body.case == "ignore":
        text = typed_text.trim(text.casefold())
    return text.replace(" ", "") if body.spacing == "ignore" else text


def _mistake(body: Body, typed: str) -> Mistake | None:
    """The expected mistake that a normalised answer is."""
    return next((mistake for mistake in body.mistakes if normalise(body, mistake.text) == typed), None)


def _is_slip(typed: str, accepted: str) -> bool:
    """A slip of the keyboard: one letter in four, two in eight; digits and signs have to be right."""
    allowed = 2 if len(accepted) >= 8 else 1 if len(accepted) >= 4 else 0
    if abs(len(typed) - len(accepted)) > allowed or _LETTERS.sub("", typed) != _LETTERS.sub("", accepted):
        return False
    return is_within(allowed, typed, accepted)


def is_within(slips: int, a: str, b: str) -> bool:
    """Whether `a` is at most `slips` insertions, deletions, substitutions or swaps of neighbours from `b`.

    That is the optimal string alignment distance. Only what follows the first difference is tried, in four ways: for
    two slips that costs twenty readings of the text, not its length squared.
    """
    same = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[same:], b[same:]
    if not a or not b or slips == 0:
        return len(a) + len(b) <= slips
    if a[0] == b[1:2] and b[0] == a[1:2] and is_within(slips - 1, a[2:], b[2:]):
        return True
    return any(is_within(slips - 1, *rest) for rest in ((a[1:], b[1:]), (a[1:], b), (a, b[1:])))

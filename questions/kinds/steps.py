"""A worked solution as a list of steps: each can be shown, or asked of the student and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field, field_validator

from questions.kinds.asked_number import AskedNumber
from questions.kinds.responses import ResponseError, field_of, is_dont_know
from questions.kinds.typed_numbers import allowed_errors, grade_number, numbers_of, show_key
from questions.variants import numbers
from questions.variants.engine import Number, Variant

WORK = "work"
"""The field of a body, and of a part, that holds the steps."""
MAX_STEPS = 12


class Step(AskedNumber):
    """A step: what is to be done, and the number that comes out."""

    say: str = Field(min_length=1, max_length=2000, description="What is to be done, in words.")
    formula: str = Field(description="What comes out: a formula of what is drawn and computed.")
    result: str = Field(
        default="", max_length=2000, description="What is shown once it is done; the number alone unless given."
    )
    hint: str = Field(default="", max_length=2000, description="Helps who got it wrong, before the step is shown.")

    @field_validator("formula", mode="before")
    @classmethod
    def _formula_is_text(cls, formula: object) -> object:
        """`formula: 2` is a formula too, though YAML reads a number."""
        return repr(formula) if type(formula) in (int, float) else formula

    @property
    def says_how(self) -> bool:
        """Whether it says how its number is to be given."""
        return self.asks_digits or self.tolerance is not None or self.unit is not None


@dataclass(frozen=True)
class WorkedStep:
    """A step with the numbers of one variant; its texts are Markdown.

    `value` is what comes out, `of` what errors are measured on, if not on that; `part` is the letter of its part.
    """

    say: str
    result: str
    hint: str
    asked: AskedNumber
    value: Number
    of: Number | None
    part: str = ""

    @property
    def values(self) -> list[float]:
        """The numbers that come out, also where it is one."""
        return numbers_of(self.value)

    @property
    def allowed(self) -> list[float]:
        """The error that each may have."""
        return allowed_errors(self.asked, self.values, self.of)

    @classmethod
    def of_variant(
        cls, place: int, asked: AskedNumber, texts: Mapping[str, str], value: Number, of: Number | None
    ) -> WorkedStep:
        """Return the step at a place of a body whose texts and numbers are these."""
        texts_of = {name: texts.get(f"{WORK}.{place}.{name}", "") for name in ("say", "result", "hint")}
        shown = " ".join(text for text in (show_key(asked, value, of), asked.unit) if text)
        return cls(texts_of["say"], texts_of["result"] or shown, texts_of["hint"], asked, value, of)


def grade_step(step: WorkedStep, response: object) -> bool:
    """Return whether an untrusted response is what comes out; “I don't know” is not. Raises ResponseError."""
    if is_dont_know(response):
        return False
    typed = field_of(response, "value", '{"value": "0.25"}')
    if not isinstance(typed, str | int | float) or isinstance(typed, bool):
        raise ResponseError("value", f"Send the number as text. {numbers.UNDERSTOOD}")
    text = typed if isinstance(typed, str) else repr(typed)
    variant: Variant = {"values": {}, "key": step.value, "of": step.of, "mistakes": [], "engine": 0}
    grade = grade_number(step.asked, variant, text)
    return grade.score == 1 or grade.is_other_form


def write_whole(steps: Iterable[WorkedStep]) -> str:
    """Return all steps with their results as a numbered list, in Markdown."""
    lines = [f"{number}. " + _indented(f"{step.say}\n\n{step.result}") for number, step in enumerate(steps, start=1)]
    return "\n\n".join(lines)


def _indented(text: str) -> str:
    first, *others = text.splitlines()
    return "\n".join([first, *(f"    {line}" if line else "" for line in others)])


def count_steps(document: Mapping[str, object]) -> int:
    """Return how many steps the document of a body has, those of its parts among them."""
    parts = document.get("parts", [])
    bodies = [document, *(parts if isinstance(parts, list) else [])]
    works: Sequence[object] = [body.get(WORK) for body in bodies if isinstance(body, Mapping)]
    return sum(len(work) for work in works if isinstance(work, list))

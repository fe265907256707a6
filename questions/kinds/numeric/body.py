"""The body of a numeric item: a template whose numbers are drawn anew in each presentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from questions.kinds.asked_number import AskedNumber
from questions.kinds.bodies import ItemBody
from questions.kinds.strict import Strict
from questions.variants.compiling import SpecError, compile_engine
from questions.variants.engine import Engine


class Mistake(Strict):
    """A wrong answer that is expected, and what to say to it."""

    value: str
    because: str = Field(min_length=1, max_length=2000)
    unless: str = Field(default="", max_length=100, description="The case in which it may be right, and is no mistake.")


class Body(AskedNumber, ItemBody):
    """A template: draws and formulas make the variant's numbers, the texts show them."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"answer", "unit", "of", "value", "unless"}

    answer: str
    mistakes: list[Mistake] = Field(default=[], max_length=12)

    @model_validator(mode="before")
    @classmethod
    def _answer_is_text(cls, document: object) -> object:
        """`answer: 2` is a formula too, though YAML reads a number."""
        if isinstance(document, Mapping) and type(document.get("answer")) in (int, float):
            return {**document, "answer": repr(document["answer"])}
        return document

    def compiled(self) -> Engine:
        """The template, compiled. Raises SpecError."""
        return compile_engine(
            self.declared(),
            answer=self.answer,
            of=self.tolerance.of if self.tolerance else None,
            mistakes=[self._value_of(place, mistake) for place, mistake in enumerate(self.mistakes)],
        )

    def asked_in(self, place: int) -> AskedNumber:
        """As the answer is in the last step, which gives it, unless that says how."""
        is_answer = place == len(self.work) - 1 and not self.work[place].says_how
        return self if is_answer else self.work[place]

    def _value_of(self, place: int, mistake: Mistake) -> str:
        """The formula of a mistake, which has no value in the case in which it is none. Raises SpecError."""
        if not mistake.unless:
            return mistake.value
        if mistake.unless not in self.cases:
            cases = ", ".join(self.cases) or "none"
            raise SpecError(f"mistakes.{place}.unless", f"There is no case “{mistake.unless}”. Cases: {cases}.")
        return f"({mistake.value})/(0 if ({self.cases[mistake.unless]}) else 1)"

    @property
    def engine(self) -> Engine:
        """The compiled template."""
        assert isinstance(self.drawing, Engine)
        return self.drawing

"""The body of a numeric item: a template whose numbers are drawn anew in each presentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import Field, model_validator

from questions.kinds.bodies import ItemBody, Strict
from questions.variants import templates
from questions.variants import tolerance as tolerances
from questions.variants.compiling import SpecError, compile_engine
from questions.variants.engine import Engine


class ToleranceBody(Strict):
    """The error that is allowed: relative (to the key, or to `of`), absolute, or both."""

    of: str | None = Field(default=None, description="The expression whose relative error counts, such as eta*lam.")
    rtol: float | None = Field(default=None, gt=0, le=0.5)
    atol: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _useful(self) -> Self:
        if self.rtol is None and self.atol is None:
            raise ValueError("State rtol or atol.")
        if self.of is not None and self.rtol is None:
            raise ValueError("`of` needs an rtol.")
        return self


class Mistake(Strict):
    """A wrong answer that is expected, and what to say to it."""

    value: str
    because: str = Field(min_length=1, max_length=2000)
    unless: str = Field(default="", max_length=100, description="The case in which it may be right, and is no mistake.")


class Body(ItemBody):
    """A template: draws and formulas make the variant's numbers, the texts show them."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"answer", "unit", "of", "value", "unless"}

    answer: str
    unit: str | None = Field(default=None, max_length=60)
    digits: int | None = Field(default=None, ge=1, le=12, description="Significant digits asked (default 3).")
    decimals: int | None = Field(default=None, ge=0, le=10, description="Decimals asked.")
    exact: bool = Field(default=False, description="The exact number is asked.")
    tolerance: ToleranceBody | None = None
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
        if sum((self.digits is not None, self.decimals is not None, self.exact)) > 1:
            raise ValueError("State one of digits, decimals and exact.")
        return compile_engine(
            self.declared(),
            answer=self.answer,
            of=self.tolerance.of if self.tolerance else None,
            mistakes=[self._value_of(place, mistake) for place, mistake in enumerate(self.mistakes)],
        )

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

    @property
    def precision(self) -> tolerances.Precision:
        """What is asked of the answer."""
        return tolerances.Precision(self.digits or 3, self.decimals, self.exact)

    @property
    def hint(self) -> str:
        """For the student: the digits that are asked, or the error that is allowed."""
        if self.tolerance is None or self.asks_digits:
            return self.precision.hint
        if self.tolerance.of is not None or self.tolerance.rtol is None:
            return ""
        return f"within {templates.number(100 * self.tolerance.rtol)}\N{NARROW NO-BREAK SPACE}%"

    @property
    def asks_digits(self) -> bool:
        """Whether the item says how many digits it wants."""
        return self.digits is not None or self.decimals is not None or self.exact

    @property
    def allowed(self) -> tolerances.Tolerance | None:
        """The item's own tolerance."""
        return tolerances.Tolerance(self.tolerance.rtol, self.tolerance.atol) if self.tolerance else None

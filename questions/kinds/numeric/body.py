"""The body of a numeric item: a template whose numbers are drawn anew in each presentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from questions.kinds.base import ItemBody, Strict
from questions.variants import templates
from questions.variants import tolerance as tolerances
from questions.variants.compiling import SpecError, compile_engine
from questions.variants.engine import Engine
from questions.whole_numbers import read_whole_number

MAX_PLACE = 999
"""The last place in a list that an error is shown at."""


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


class Body(ItemBody):
    """A template: draws and formulas make the variant's numbers, the texts show them."""

    draw: dict[str, str] = Field(default={}, max_length=20)
    let: dict[str, str] = Field(default={}, max_length=30)
    where: list[str] = Field(default=[], max_length=12)
    answer: str
    unit: str | None = Field(default=None, max_length=60)
    digits: int | None = Field(default=None, ge=1, le=12, description="Significant digits asked (default 3).")
    decimals: int | None = Field(default=None, ge=0, le=10, description="Decimals asked.")
    exact: bool = Field(default=False, description="The exact number is asked.")
    tolerance: ToleranceBody | None = None
    mistakes: list[Mistake] = Field(default=[], max_length=12)

    _engine: Engine = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _formulas_are_text(cls, document: object) -> object:
        """`answer: 2` and `let: {n: 3}` are formulas too, though YAML reads numbers."""
        if not isinstance(document, Mapping):
            return document
        fixed = dict(document)
        if isinstance(fixed.get("answer"), int | float) and not isinstance(fixed.get("answer"), bool):
            fixed["answer"] = repr(fixed["answer"])
        if isinstance(fixed.get("let"), Mapping):
            fixed["let"] = {
                name: repr(value) if type(value) in (int, float) else value for name, value in fixed["let"].items()
            }
        return fixed

    @model_validator(mode="after")
    def _compile(self) -> Self:
        if sum((self.digits is not None, self.decimals is not None, self.exact)) > 1:
            raise ValueError("State one of digits, decimals and exact.")
        texts = {"stem": self.stem, "explanation": self.explanation, "solution": self.solution or ""}
        texts |= {f"hints.{n}": hint for n, hint in enumerate(self.hints)}
        texts |= {f"mistakes.{n}.because": mistake.because for n, mistake in enumerate(self.mistakes)}
        try:
            self._engine = compile_engine(
                draw=self.draw,
                let=self.let,
                where=self.where,
                answer=self.answer,
                of=self.tolerance.of if self.tolerance else None,
                mistakes=[mistake.value for mistake in self.mistakes],
                texts=texts,
            )
        except SpecError as error:
            raise ValidationError.from_exception_data(
                "numeric",
                [
                    InitErrorDetails(
                        type=PydanticCustomError("formula", "{message}", {"message": error.message}),
                        loc=tuple(map(_place, error.field.split("."))),
                        input=None,
                    )
                ],
            ) from None
        return self

    @property
    def engine(self) -> Engine:
        """The compiled template."""
        return self._engine

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


def _place(part: str) -> int | str:
    """A part of a field's path: the place in a list, or a name."""
    number = read_whole_number(part, 0, MAX_PLACE)
    return part if number is None else number

"""The body of an item that asks for a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from questions.expressions import Asked
from questions.expressions.judging import AskedError, Key, Verdict, asked_for, flaws, judge
from questions.expressions.reading import read
from questions.expressions.series import Order, SeriesKey, judge_series, read_series, series_flaws, series_for
from questions.expressions.tree import Node
from questions.kinds.bodies import ItemBody, wrong_field
from questions.kinds.strict import Strict
from questions.variants.compiling import Declared, SpecError

MAX_FORMULA = 300
MAX_NAMES = 12
Written = Annotated[str, Field(min_length=1, max_length=MAX_FORMULA)]


class Mistake(Strict):
    """A wrong formula that is expected, and what to say to it."""

    value: Written
    because: str = Field(min_length=1, max_length=2000)


class Body(ItemBody):
    """A key, the names that stand in it, and what is asked of its form."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"variables", "constant", "log", "form", "several"}
    answer: Written = Field(description="The formula, as people type it or in LaTeX: 2x*e^(x^2).")
    variables: dict[str, str] = Field(
        max_length=MAX_NAMES,
        description="The names, each with where it lies: real, positive, negative, nonzero, whole, or (0, 1).",
    )
    constant: str = Field(default="", max_length=30, description="The constant of integration, such as C.")
    form: Literal["factored", "expanded", "simplified", "fraction"] | None = None
    log: Literal["", "natural", "10", "2"] = Field(default="", description="What log means; else that is asked.")
    several: Order = Field(
        default="", description="Whether the answer is several formulas, with commas between: in_order or any_order."
    )
    mistakes: list[Mistake] = Field(default=[], max_length=12)

    @field_validator("variables", mode="before")
    @classmethod
    def _as_typed(cls, variables: object) -> object:
        """A list of names, too: each may be any number."""
        if isinstance(variables, list):
            return dict.fromkeys(variables, "real")
        if isinstance(variables, Mapping):
            return {name: domain or "real" for name, domain in variables.items()}
        return variables

    @field_validator("answer", mode="before")
    @classmethod
    def _is_text(cls, answer: object) -> object:
        """`answer: 2` is a formula too; and dollars around one say nothing."""
        return bare(repr(answer) if type(answer) in (int, float) else answer)

    @field_validator("mistakes", mode="before")
    @classmethod
    def _are_text(cls, mistakes: object) -> object:
        if not isinstance(mistakes, list):
            return mistakes
        return [
            {**each, "value": bare(each["value"])} if isinstance(each, Mapping) and "value" in each else each
            for each in mistakes
        ]

    @model_validator(mode="after")
    def _is_sound(self, info: ValidationInfo) -> Self:
        """Its formulas are read and compared; where numbers are drawn, in each variant."""
        for name in (*self.variables, self.constant):
            if name and (name in self.draw or name in self.let):
                raise wrong_field(SpecError(f"draw.{name}", f"“{name}” is also a name in the formula: rename one."))
        if self.drawing is None:
            try:
                problem = next(series_flaws(self.series) if self.several else flaws(self.key), None)
            except AskedError as error:
                problem = error
            if problem:
                raise wrong_field(SpecError(problem.field, problem.message))
        return self

    def computed(self) -> list[str]:
        """The formulas, which are computed with the numbers that they show."""
        return ["answer", *(f"mistakes.{place}.value" for place in range(len(self.mistakes)))]

    def declared(self) -> Declared:
        """Formulas are set as formulas: `-3` behind a plus sign is taken away, `1x` is `x`."""
        declared = super().declared()
        formulas = self.computed()
        texts = {place: f"${text}$" if place in formulas else text for place, text in declared.texts.items()}
        return Declared(**{**vars(declared), "texts": texts})

    @property
    def asked(self) -> Asked:
        """What is asked for."""
        return Asked(
            self.answer,
            tuple(sorted(self.variables.items())),
            self.constant,
            self.log,
            self.form,
            tuple(mistake.value for mistake in self.mistakes),
        )

    @property
    def key(self) -> Key:
        """The key, compiled once a process. Raises AskedError."""
        return asked_for(self.asked)

    @property
    def series(self) -> SeriesKey:
        """The keys of several formulas, compiled once a process. Raises AskedError."""
        return series_for(self.asked, self.several)

    def read(self, text: str) -> list[Node]:
        """The formulas that a text is: one, unless several are asked for. Raises ExpressionError."""
        vocabulary = self.asked.vocabulary
        return read_series(text, vocabulary) if self.several else [read(text, vocabulary)]

    def judge(self, nodes: list[Node]) -> Verdict:
        """Whether an answer is right. Raises ExpressionError, UndecidedError."""
        return judge_series(self.series, nodes) if self.several else judge(self.key, nodes[0])

    @property
    def hint(self) -> str:
        """For the student: the form that is asked for."""
        form = {"fraction": "as one fraction", None: ""}.get(self.form, self.form or "")
        several = {"": "", "in_order": "several, with commas between", "any_order": "all, with commas between"}
        return ", ".join(
            part for part in (several[self.several], form, f"up to + {self.constant}" if self.constant else "") if part
        )

    def formulas(self) -> Iterator[str]:
        """The key and the mistakes, as they are written."""
        yield self.answer
        yield from (mistake.value for mistake in self.mistakes)


def bare(formula: object) -> object:
    """A formula without the dollars around it."""
    return formula.strip().strip("$").strip() if isinstance(formula, str) else formula

"""What the bodies of all kinds have: texts, and what is drawn anew in each presentation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from questions.kinds.asked_number import AskedNumber
from questions.kinds.steps import MAX_STEPS, WORK, Step, WorkedStep, write_whole
from questions.kinds.strict import Strict
from questions.kinds.tables import read_table, read_values
from questions.variants.compiling import Declared, SpecError, compile_drawing, unused
from questions.variants.engine import Drawing, Number, VariantError
from questions.variants.versions import ENGINE_VERSION
from questions.whole_numbers import read_whole_number

MAX_TEXT = 20_000
MAX_HINTS = 5
MAX_HINT = 2000
Hint = Annotated[str, Field(min_length=1, max_length=MAX_HINT)]
MAX_SEED = 2**63 - 1
MAX_PLACE = 999
"""The last place in a list that an error is shown at."""
DRAWN = {"tables", "draw", "let", "where", "ban", "cases", "examples", "few"}
"""The fields that say what is drawn."""
AROUND = ("stem", "explanation", "solution", "hints", WORK)
"""The fields whose texts stand around an answer: grading reads none of them."""
ENGINE = "engine"
"""What says in the context of validation which engine draws and sets a body, if not the newest."""
Cell = float | Annotated[str, Field(min_length=1, max_length=500)]
Row = Annotated[dict[str, Cell], Field(min_length=1, max_length=12)]


class Example(Strict):
    """An example that the author worked by hand: what is drawn in it, and the answer that this gives."""

    given: dict[str, float | str | list[float]]
    answer: float | str | list[float | str] | dict[str, float | str | list[float | str]]
    """Of an item with parts: theirs, by their ids."""

    @field_validator("given", mode="before")
    @classmethod
    def _as_typed(cls, given: object) -> object:
        return read_values(given) if isinstance(given, str) else given


class ItemBody(Strict):
    """The fields of every kind. Texts show what is drawn as `{name}` or `{formula}`."""

    unfilled: ClassVar[frozenset[str]] = frozenset({*DRAWN, "id", "formula", "of", "unit", "units", "form"})
    """Fields in which braces mean nothing."""

    stem: str = Field(min_length=1, max_length=MAX_TEXT, description="The question, in Markdown with $LaTeX$.")
    explanation: str = Field(min_length=1, max_length=MAX_TEXT, description="The why: argues for the key.")
    solution: str | None = Field(default=None, max_length=MAX_TEXT, description="The worked solution.")
    hints: list[Hint] = Field(
        default=[], max_length=MAX_HINTS, description="Steps towards the answer, shown one by one to who asks for them."
    )
    work: list[Step] = Field(
        default=[], max_length=MAX_STEPS, description="The worked solution, or the rest of it, step by step."
    )
    tables: dict[str, Annotated[list[Row], Field(min_length=1, max_length=100)]] = Field(
        default={}, max_length=5, description="Rows to draw from, by row(name)."
    )
    draw: dict[str, str] = Field(default={}, max_length=20, description="What is drawn, by name.")
    let: dict[str, str] = Field(default={}, max_length=30, description="Formulas of what is drawn, by name.")
    where: list[str] = Field(default=[], max_length=12, description="Conditions: it is drawn again until all hold.")
    ban: list[Annotated[int, Field(ge=0, le=MAX_SEED)]] = Field(
        default=[], max_length=50, description="Seeds whose variant is left out: the next one is drawn instead."
    )
    cases: dict[str, str] = Field(
        default={}, max_length=12, description="Named situations, each a condition that some variants meet, not all."
    )
    examples: list[Example] = Field(default=[], max_length=12, description="Examples worked by hand.")
    few: str = Field(default="", max_length=500, description="Why few different answers come out, where few do.")

    @field_validator("tables", mode="before")
    @classmethod
    def _as_typed(cls, tables: object) -> object:
        """A table may be pasted as text, too."""
        if not isinstance(tables, Mapping):
            return tables
        return {name: read_table(table) if isinstance(table, str) else table for name, table in tables.items()}

    _drawing: Drawing | None = PrivateAttr(default=None)
    _engine: int = PrivateAttr(default=ENGINE_VERSION)

    @model_validator(mode="before")
    @classmethod
    def _formulas_are_text(cls, document: object) -> object:
        """`let: {n: 3}` is a formula too, though YAML reads a number."""
        if isinstance(document, Mapping) and isinstance(document.get("let"), Mapping):
            lets = {
                name: repr(value) if type(value) in (int, float) else value for name, value in document["let"].items()
            }
            return {**document, "let": lets}
        return document

    @model_validator(mode="after")
    def _compile(self, info: ValidationInfo) -> Self:
        self._engine = (info.context or {}).get(ENGINE, ENGINE_VERSION)
        try:
            self._drawing = self.compiled()
        except SpecError as error:
            raise wrong_field(error) from None
        return self

    def compiled(self) -> Drawing | None:
        """What a seed makes of it; None where nothing is drawn. Raises SpecError."""
        if self.draw:
            return compile_drawing(self.declared())
        for field in [*sorted(DRAWN), WORK]:
            if getattr(self, field):
                raise SpecError(field, "Nothing is drawn: say what, in `draw`.")
        return None

    def declared(self) -> Declared:
        """What the author declares of draws and texts."""
        return Declared(
            draw=self.draw,
            let=self.let,
            where=self.where,
            texts=dict(self.texts()),
            tables=self.tables,
            cases=self.cases,
            ban=self.ban,
            steps=self._formulas(),
            engine=self._engine,
        )

    def _formulas(self) -> list[tuple[str, str | None]]:
        """The formula of each step, with that which its errors are measured on."""
        tolerances = [asked.tolerance for asked in self.asked_in_steps]
        return [(step.formula, each.of if each else None) for step, each in zip(self.work, tolerances, strict=True)]

    @property
    def asked_in_steps(self) -> list[AskedNumber]:
        """How the number of each step is asked for."""
        return [self.asked_in(place) for place in range(len(self.work))]

    def asked_in(self, place: int) -> AskedNumber:
        """How the number of a step is asked for."""
        return self.work[place]

    def worked(self, values: Mapping[str, Number]) -> list[WorkedStep]:
        """The steps of the worked solution with what one variant draws."""
        if not self.work or self.drawing is None:
            return []
        places = [place for place in self.drawing.texts if place.startswith(f"{WORK}.")]
        texts = {place: self.drawing.render(place, values) for place in places}
        numbers = self.drawing.steps_at(values)
        return [
            WorkedStep.of_variant(place, asked, texts, *numbers[place])
            for place, asked in enumerate(self.asked_in_steps)
        ]

    def solved(self, values: Mapping[str, Number]) -> str | None:
        """The worked solution of one variant as a whole, in Markdown; None where there is none."""
        text = self.drawing.render("solution", values) if self.drawing and self.solution else self.solution
        return "\n\n".join(part for part in (text, write_whole(self.worked(values))) if part) or None

    @property
    def engine_version(self) -> int:
        """Which engine draws and sets it."""
        return self._engine

    @property
    def drawing(self) -> Drawing | None:
        """What a seed makes of it, compiled; None where nothing is drawn."""
        return self._drawing

    def unused(self) -> list[str]:
        """The places of draws and lets that nothing uses."""
        return unused(self.drawing) if self.drawing else []

    def texts(self) -> Iterator[tuple[str, str]]:
        """The texts that may hold what is drawn, each with its place, such as `choices.0.text`."""
        for name in type(self).model_fields:
            if name not in self.unfilled:
                yield from _texts(getattr(self, name), name, self.unfilled)

    def computed(self) -> list[str]:
        """The places of texts that are computed with, whose numbers have to be shown with all their digits."""
        return []

    def in_variant(self, values: Mapping[str, Number]) -> Self:
        """A body with the texts of one variant, its worked solution as a text. Raises VariantError, see `filled`."""
        if self.drawing is None:
            return self
        return self.filled(self.drawing.render_texts(values), self.solved(values))

    def graded_in_variant(self, values: Mapping[str, Number]) -> Self:
        """The same for grading alone: the texts around an answer are still the author's. See `with_texts_around`."""
        if self.drawing is None:
            return self
        return self.filled(self.drawing.render_texts(values, AROUND))

    def with_texts_around(self, graded: Self, values: Mapping[str, Number]) -> Self:
        """What `in_variant` makes of these values, of which `graded_in_variant` made a part already."""
        if self.drawing is None:
            return self
        around: dict[str, object] = {
            "stem": self.drawing.render("stem", values),
            "explanation": self.drawing.render("explanation", values),
            "solution": self.solved(values),
            "hints": [self.drawing.render(f"hints.{place}", values) for place in range(len(self.hints))],
        }
        return graded.model_copy(update=around)

    def filled(self, texts: Mapping[str, str], solution: str | None = None) -> Self:
        """A body with these texts, by their places, in which nothing is drawn any more; it may have another solution.

        Raises VariantError where they make no body: two choices that are the same, say.
        """
        try:
            return type(self).model_validate(self.filled_document(texts, solution))
        except ValidationError as error:
            (first, *_) = error.errors(include_url=False)
            place = ".".join(map(str, first["loc"]))
            message = first["msg"].removeprefix("Value error, ").rstrip(".")
            raise VariantError(f"{place}: {message}." if place else f"{message}.", []) from None

    def filled_document(self, texts: Mapping[str, str], solution: str | None = None) -> dict[str, Any]:
        """The document of such a body; formulas that are no texts stay."""
        dumped = self.model_dump(exclude_defaults=True, exclude={*DRAWN, WORK})
        document: dict[str, Any] = _with_texts(dumped, "", texts)
        return document if solution is None else document | {"solution": solution}


def _texts(value: object, place: str, unfilled: frozenset[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in unfilled:
                yield from _texts(getattr(value, name), f"{place}.{name}", unfilled)
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from _texts(part, f"{place}.{at}", unfilled)


def _with_texts(value: Any, place: str, texts: Mapping[str, str]) -> Any:
    """A document with these texts in place of its own."""
    inner = f"{place}." if place else ""
    if isinstance(value, dict):
        return {name: _with_texts(part, f"{inner}{name}", texts) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_texts(part, f"{inner}{at}", texts) for at, part in enumerate(value)]
    return texts.get(place, value)


def wrong_field(error: SpecError) -> ValidationError:
    """The same, as errors in documents are said."""
    message = PydanticCustomError("formula", "{message}", {"message": error.message})
    place = tuple(map(_place, error.field.split(".")))
    details = InitErrorDetails(type=message, loc=place, input=None)
    return ValidationError.from_exception_data("item", [details])


def _place(part: str) -> int | str:
    """A part of a field's path: the place in a list, or a name."""
    number = read_whole_number(part, 0, MAX_PLACE)
    return part if number is None else number

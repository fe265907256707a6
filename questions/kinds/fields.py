"""How an author's form is described: each kind lists its fields, and the admin draws them.

A field knows its place in the body document: it reads its value from there, and writes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from questions.kinds.tables import write_table, write_values

MARKDOWN = "Markdown, with formulas as $…$."

Document: TypeAlias = dict[str, object]
"""A body as JSON; unfinished drafts included, so that nothing about it is sure."""
Row: TypeAlias = dict[str, str | bool]
"""A row's cells by their columns; what is ticked or not is a bool."""


def is_blank(value: object) -> bool:
    """Whether a form's value says nothing, so that the document leaves it out. The number 0 says something."""
    return value is None or value is False or value in ("", [])


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an author's form; `name` is its name in the form."""

    name: str
    label: str
    help_text: str = ""
    path: tuple[str, ...] = ()
    """Its place in the document; a field called `name` at the top unless given."""
    errors_of: str | None = None
    """Another place in the document whose errors are shown here."""
    rare: bool = False
    """Whether most items leave it out: it is folded away where it is blank."""

    @property
    def place(self) -> str:
        """Its place in the document with dots, as validation errors name it: `tolerance.rtol`."""
        return ".".join(self.path or (self.name,))

    def read(self, document: Mapping[str, object]) -> object:
        """Its value in a document; None where there is none."""
        value: object = document
        for part in self.path or (self.name,):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def write(self, document: Document, value: object) -> None:
        """Put its value into a document, unless it is blank."""
        if is_blank(value):
            return
        *outer, last = self.path or (self.name,)
        for part in outer:
            inner = document.setdefault(part, {})
            assert isinstance(inner, dict)
            document = inner
        document[last] = value


@dataclass(frozen=True, kw_only=True)
class TextArea(Field):
    """Markdown of several lines."""

    rows: int = 4


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """Text of one line."""

    placeholder: str = ""
    short: bool = False
    """Whether it shares a line with its neighbours."""
    is_picture: bool = False
    """Whether it places a picture of the course: these are suggested."""


@dataclass(frozen=True, kw_only=True)
class Names(Line):
    """A list of names in one line, with commas between."""

    def read(self, document: Mapping[str, object]) -> object:
        value = super().read(document)
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def write(self, document: Document, value: object) -> None:
        super().write(document, str(value or "").replace(",", " ").split())


@dataclass(frozen=True, kw_only=True)
class Integer(Field):
    """A whole number, bounds included."""

    minimum: int
    maximum: int


@dataclass(frozen=True, kw_only=True)
class Decimal(Field):
    """A number."""


@dataclass(frozen=True, kw_only=True)
class Checkbox(Field):
    """Yes or no."""


@dataclass(frozen=True, kw_only=True)
class Select(Field):
    """One of several values, each with its label."""

    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """A column of `Rows`: its key in the document, its heading, and how it is typed."""

    name: str
    label: str
    type: Literal["text", "number", "long", "check", "table", "rest"] = "text"
    """Text of one line, a short one, several lines, a tick, a table; or all that no other column has, as YAML."""
    placeholder: str = ""
    as_text: Callable[[Any], str] | None = None
    """How a list or a mapping in the document is written in the form; what is typed there is text."""
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    """Of a text that is one of several: these, each with its label."""
    heading: str = ""
    """What stands above it, where columns of another sort begin; these fold."""
    blank: str = ""
    """Of the first under a heading: what is meant where all of them are blank."""


@dataclass(frozen=True, kw_only=True)
class Rows(Field):
    """A list of rows that grows as the author likes.

    In the document they are a list of `objects` (a key a column), a list of `texts` (of the only column), or a
    `mapping` (from the column `name` to the column `value`).
    """

    columns: tuple[Column, ...]
    add: str
    """The words of the button for a new row."""
    shape: Literal["objects", "texts", "mapping"] = "objects"
    picture: str = ""
    """The field whose picture the columns `x` and `y` are places on."""

    def read(self, document: Mapping[str, object]) -> object:
        value = super().read(document)
        if self.shape == "texts":
            return [{self.columns[0].name: text} for text in value] if isinstance(value, list) else []
        if self.shape == "mapping":
            entries = value.items() if isinstance(value, Mapping) else []
            value = [{"name": name, "value": cell} for name, cell in entries]
        return [self._written(row) for row in value] if isinstance(value, list) else value

    def _written(self, row: object) -> object:
        """A row as it is typed; what an unfinished draft has in its place stays."""
        if not isinstance(row, Mapping):
            return row
        if rest := self._rest:
            names = {column.name for column in self.columns}
            others = {name: value for name, value in row.items() if name not in names}
            row = {
                **{name: value for name, value in row.items() if name in names},
                **({rest: others} if others else {}),
            }
        cells = {column.name: column.as_text for column in self.columns if column.as_text}
        written = {name: write(row[name]) for name, write in cells.items() if isinstance(row.get(name), list | dict)}
        return {**row, **written}

    @property
    def _rest(self) -> str | None:
        """The column that holds what no other has."""
        return next((column.name for column in self.columns if column.type == "rest"), None)

    def write(self, document: Document, value: object) -> None:
        rows = value if isinstance(value, list) else []
        if rest := self._rest:
            rows = [{**row, **(row.get(rest) or {})} for row in rows]
            for row in rows:
                row.pop(rest, None)
        if self.shape == "texts":
            rows = [row[self.columns[0].name] for row in rows]
        if self.shape == "mapping" and rows:
            super().write(document, {row["name"]: row["value"] for row in rows})
        else:
            super().write(document, rows)


@dataclass(frozen=True, kw_only=True)
class Parts(Field):
    """A list of parts, each of a kind and with its form; all have the fields `common`, and none those `left_out`."""

    add: str
    """The words of the button for a new part."""
    kinds: Callable[[], Sequence[tuple[str, str]]]
    """The kinds of parts, each with its title."""
    common: tuple[Field, ...]
    left_out: frozenset[str]


@dataclass(frozen=True)
class Section:
    """A titled group of fields."""

    title: str
    fields: tuple[Field, ...]
    folded: bool = False
    """Whether it is shown when it is asked for: most items leave it out."""


def write_answer(answer: object) -> str:
    """The answer of an example as it is typed; those of parts as `mean = 3; spread = 2`."""
    return write_values(answer) if isinstance(answer, Mapping) else str(answer)


DRAWN = (
    Rows(
        name="tables",
        rare=True,
        label="Tables",
        add="Add a table",
        help_text="Rows to draw from, by row(name): paste them with their headings, as from a spreadsheet.",
        columns=(Column("name", "Name", "text", "nets"), Column("value", "Rows", "table", "name, params", write_table)),
        shape="mapping",
    ),
    Rows(
        name="draw",
        label="Draw",
        add="Add a draw",
        help_text=(
            "integer(a, b) · uniform(a, b, step) · choice(…) of numbers or “texts” · loguniform_nice(a, b)"
            " · loguniform(a, b, digits) · normal(mean, sd, digits=3) · binomial(n, p) · poisson(mean) · row(table)"
            " · sample(n, …) · distinct(n, draw) · permutation(n) · vector(n, draw) · matrix(n, m, draw)"
        ),
        columns=(
            Column("name", "Name", "text", "eta"),
            Column("value", "Drawn from", "text", "loguniform_nice(1e-3, 1)"),
        ),
        shape="mapping",
    ),
    Rows(
        name="let",
        label="Let",
        add="Add a formula",
        help_text="Computed in this order, from what is drawn.",
        columns=(Column("name", "Name", "text", "decay"), Column("value", "Formula", "text", "1 - eta*lam")),
        shape="mapping",
    ),
    Rows(
        name="where",
        label="Where",
        add="Add a condition",
        help_text="It is drawn again until all conditions hold.",
        columns=(Column("value", "Condition", "text", "eta*lam < 0.5"),),
        shape="texts",
    ),
    Rows(
        name="ban",
        rare=True,
        label="Banned seeds",
        add="Ban a seed",
        help_text="A variant that should not be asked: the next one is drawn in its place.",
        columns=(Column("seed", "Seed", "text", "12"),),
        shape="texts",
    ),
    Rows(
        name="cases",
        rare=True,
        label="Cases",
        add="Add a case",
        help_text="Situations that some variants meet, but not all: each is checked to occur.",
        columns=(Column("name", "Name", "text", "small"), Column("value", "Condition", "text", "eta*lam < 0.01")),
        shape="mapping",
    ),
    Rows(
        name="examples",
        rare=True,
        label="Examples",
        add="Add an example",
        help_text="Worked out by hand: the item is checked to give the same answer.",
        columns=(
            Column("given", "Drawn", "text", "eta = 0.1; lam = 0.01", write_values),
            Column("answer", "Answer", "text", "0.999", write_answer),
        ),
    ),
    Line(
        name="few",
        rare=True,
        label="Few answers",
        help_text="Why one answer is right in many variants. Without a reason none may be right in over 40 %.",
    ),
)
WHAT_IS_DRAWN = Section("What is drawn anew each time", DRAWN, folded=True)
STEM = TextArea(name="stem", label="Stem", help_text=f"The question. {MARKDOWN}")
AFTER = Section(
    "After the answer",
    (
        Rows(
            name="hints",
            rare=True,
            label="Hints",
            add="Add a hint",
            help_text="Shown one by one on request; a right answer then counts as hard. Give a step, not the key.",
            columns=(Column("hint", "Hint", "long"),),
            shape="texts",
        ),
        TextArea(
            name="explanation",
            label="Explanation",
            help_text=f"Why the key is right, and why tempting answers are wrong. {MARKDOWN}",
        ),
        TextArea(
            name="solution",
            rare=True,
            label="Solution",
            help_text=f"Worked, line by line; shown after the answer. {MARKDOWN}",
        ),
        Rows(
            name="work",
            rare=True,
            label="Solution in steps",
            add="Add a step",
            help_text="Or steps with a number each, which students can be asked to fill in. The last gives the answer.",
            columns=(
                Column("say", "What to do", "long", "Multiply the rate by $\\lambda$."),
                Column("formula", "Formula", "text", "eta*lam"),
                Column("result", "Shown as", "long", "$\\eta\\lambda = {eta*lam}$"),
                Column("hint", "Hint", "long"),
                Column("asked", "Precision", "rest", "digits: 3"),
            ),
        ),
    ),
)

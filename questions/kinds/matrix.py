"""A matrix or a vector of numbers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from questions.kinds.asked_number import AskedPrecision
from questions.kinds.base import Opaque, Presented
from questions.kinds.bodies import ItemBody
from questions.kinds.entry_shapes import Shape, Verdict, share_right
from questions.kinds.entry_texts import Rows, as_text, write_entries
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Checkbox, Column, Section, TextArea
from questions.kinds.fields import Rows as FormRows
from questions.kinds.gradings import MatrixGrading
from questions.kinds.pairs import Round
from questions.kinds.precision_fields import DIGITS, ERRORS
from questions.kinds.typed_entries import ALL_OR_NOTHING, EntriesBody, EntriesPrompt, Mistake, NoAnswer, TypedEntries
from questions.kinds.typed_numbers import allowed_errors, show_key
from questions.variants import matrices
from questions.variants.numbers import NumberError, show
from questions.variants.tolerance import matches


def _write_row(rows: object) -> str:
    return write_entries(rows).replace("\n", "; ")


class WrongMatrix(Mistake):
    """A matrix that is expected, and wrong; or how it is made of the key."""

    value: Literal["transpose", "negative", "swapped rows", "swapped columns"] | Rows


@dataclass(frozen=True)
class MatrixShape(Shape[matrices.Matrix]):
    """Matrices compared entry by entry, where they have as many rows and columns."""

    is_fixed: bool
    asked: AskedPrecision

    def read(self, text: str) -> matrices.Matrix:
        return matrices.read_matrix(text)

    def compare(self, key: matrices.Matrix, typed: matrices.Matrix) -> Verdict:
        matrix = self._oriented(key, typed)
        if matrix.shape != key.shape:
            return Verdict(0.0, f"This has {_size(matrix)}; right is one of {_size(key)}.")
        keys = list(map(float, key.entries))
        errors = allowed_errors(self.asked, keys, None)
        hits = sum(map(matches, matrix.entries, keys, errors))
        return Verdict(hits / len(keys), share_right(hits, len(keys)))

    def _oriented(self, right: matrices.Matrix, typed: matrices.Matrix) -> matrices.Matrix:
        """What was typed as the row or column that is asked for. Raises NumberError where that cannot be told."""
        if right.is_flat and typed.is_vector:
            typed = matrices.Matrix((typed.entries,), is_flat=True)
        elif typed.is_flat and len(typed.entries) > 1:
            row = ", ".join(map(show, typed.entries))
            column = ", ".join(f"[{show(entry)}]" for entry in typed.entries)
            raise NumberError(f"Is this a row or a column? Write [[{row}]] or [{column}].")
        if self.is_fixed and typed.shape != right.shape:
            raise NumberError(f"Write {_size(right)}; these are {_size(typed)}.")
        return typed

    def data(self, key: str) -> dict[str, object]:
        matrix = self.read(key)
        keys = list(map(float, matrix.entries))
        rows, columns = matrix.shape
        errors = allowed_errors(self.asked, keys, None)
        return {"rows": rows, "columns": columns, "is_flat": matrix.is_flat, "values": keys, "allowed": errors}

    def show(self, key: str) -> str:
        matrix = self.read(key)
        rows = [", ".join(show_key(self.asked, float(value), None) for value in row) for row in matrix.rows]
        return f"[{rows[0]}]" if matrix.is_flat else f"[{', '.join(f'[{row}]' for row in rows)}]"

    def latex(self, text: str) -> str:
        return self.read(text).latex


def _size(matrix: matrices.Matrix) -> str:
    rows, columns = matrix.shape
    if matrix.is_flat:
        return f"{columns} number{'s' * (columns != 1)}"
    return f"{rows} row{'s' * (rows != 1)} of {columns} number{'s' * (columns != 1)}"


class Body(EntriesBody):
    """The rows of the key, each entry a formula; or one formula that gives a matrix."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"shape"}

    answer: Rows = Field(description="Rows of formulas, or one formula that gives a matrix; a vector is a single list.")
    fixed: bool = Field(default=False, description="Whether the field has as many rows and columns as the answer.")
    mistakes: list[WrongMatrix] = Field(default=[], max_length=12)

    @property
    def shape(self) -> MatrixShape:
        return MatrixShape(self.fixed, self)

    @property
    def key(self) -> str:
        return as_text(self.answer)

    @property
    def hint(self) -> str:
        return self.digits_hint

    @property
    def reading(self) -> str:
        return ""

    @property
    def becauses(self) -> list[str]:
        return [mistake.because for mistake in self.mistakes]

    def mistake_texts(self, place: int) -> list[str]:
        value = self.mistakes[place].value
        if not isinstance(value, str):
            return [as_text(value)]
        if self.drawing is not None:
            return [value]
        return [matrix.text for matrix in _made_of(matrices.read_matrix(self.key), value)]


def _made_of(key: matrices.Matrix, mistake: str) -> list[matrices.Matrix]:
    """The matrices that a mistake makes of the key."""
    rows, is_flat = key.rows, key.is_flat
    if mistake == "transpose":
        return [key.transposed()]
    if mistake == "negative":
        return [matrices.Matrix(tuple(tuple(-value for value in row) for row in rows), is_flat)]
    if mistake == "swapped columns":
        return [swapped.transposed() for swapped in _swapped(key.transposed())]
    return _swapped(key)


def _swapped(key: matrices.Matrix) -> list[matrices.Matrix]:
    swapped = []
    for first, second in itertools.combinations(range(len(key.rows)), 2):
        rows = list(key.rows)
        rows[first], rows[second] = rows[second], rows[first]
        swapped.append(matrices.Matrix(tuple(rows)))
    return swapped


class MatrixPrompt(EntriesPrompt):
    """How many rows and columns are asked for, where the field has as many."""

    rows: int | None
    columns: int | None


@dataclass(frozen=True, kw_only=True)
class MatrixArea(TextArea):
    """Rows of formulas as text: entries with commas between, rows on lines of their own."""

    def read(self, document: Mapping[str, object]) -> object:
        value = super().read(document)
        return value if value is None else write_entries(value)


class Matrix(TypedEntries[Body]):
    """A grid of fields that grows, or a text as NumPy, MATLAB or LaTeX have it."""

    name = "matrix"
    title = "Matrix or vector"
    hint = "Numbers in rows and columns: a product of matrices, a gradient, a system's solution."
    body_type = Body
    rule = "matrix"
    grading_type = MatrixGrading
    prompt_type = MatrixPrompt
    example = "[[1, 2], [3, 4]]"
    check_help = "{answer, mistakes, fixed, all_or_nothing} and the precision"
    form = (
        Section(
            "Question",
            (
                STEM,
                MatrixArea(
                    name="answer",
                    label="Matrix",
                    rows=3,
                    help_text="Formulas with commas between, each row on a line of its own; a single row is a vector.",
                ),
                *DIGITS,
                Checkbox(
                    name="fixed",
                    label="Shape is shown",
                    help_text="The field has as many rows and columns as the answer; else students find out how many.",
                ),
                ALL_OR_NOTHING,
                FormRows(
                    name="mistakes",
                    label="Mistakes",
                    add="Add a mistake",
                    help_text="transpose, negative, swapped rows, swapped columns; or another matrix: a, b; c, d.",
                    columns=(
                        Column("value", "Matrix", "text", "transpose", _write_row),
                        Column("because", "Because", "long", "What to say to this answer"),
                    ),
                ),
            ),
        ),
        Section("Tolerance", ERRORS, folded=True),
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
    ) -> Presented[EntriesPrompt, NoAnswer]:
        presented = super().present(body, seed=seed, identity=identity, opaque=opaque)
        rows, columns = matrices.read_matrix(body.key).shape if body.fixed else (None, None)
        prompt: MatrixPrompt = {**presented.prompt, "rows": rows, "columns": columns}
        return Presented(prompt, presented.answer)

    def accepting(self, body: Body, answer: str) -> Body:
        other = super().accepting(body, answer)
        if body.fixed and body.drawing is None:
            right, shape = (matrices.read_matrix(each.key).shape for each in (body, other))
            if shape != right:
                raise ValueError("The field has as many rows and columns as the answer: nobody could give this one.")
        return other

    def read_latex(self, typed: str, reading: str) -> str:
        return matrices.read_matrix(typed).latex

    def check(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        return {**super().check(body, answer), "fixed": body.fixed}

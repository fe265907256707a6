"""A set of real numbers: intervals, their unions, single points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, NamedTuple

from pydantic import Field

from questions.kinds.asked_number import AskedPrecision
from questions.kinds.bodies import ItemBody
from questions.kinds.entry_shapes import Shape, Verdict
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Line, Rows, Section
from questions.kinds.gradings import IntervalsGrading
from questions.kinds.precision_fields import DIGITS, ERRORS
from questions.kinds.typed_entries import ALL_OR_NOTHING, FULL, EntriesBody, Mistake, NoAnswer, TypedEntries
from questions.kinds.typed_numbers import allowed_errors, show_key
from questions.variants import intervals
from questions.variants.intervals import Pieces
from questions.variants.tolerance import matches

_NAME = re.compile(r"[A-Za-z_]\w*")
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}:]+)\}")


class WrongIntervals(Mistake):
    """A set that is expected, and wrong."""

    value: str = Field(min_length=1, max_length=400)


@dataclass(frozen=True)
class IntervalShape(Shape[Pieces]):
    """Sets compared piece by piece: each end counts, with whether it belongs to the set."""

    variable: str
    asked: AskedPrecision

    def read(self, text: str) -> Pieces:
        return intervals.read_intervals(text, self.variable)

    def compare(self, key: Pieces, typed: Pieces) -> Verdict:
        keys, ends = _finite_ends(key), _finite_ends(typed)
        most = max(len(keys), len(ends))
        if not most:
            return Verdict(float(key == typed))
        hits, slips = self._count(keys, ends)
        if hits == most:
            return Verdict(1.0)
        if hits + slips == most:
            return Verdict(hits / most, "The ends are right; which of them belong to the set is not.")
        count = f"This set has {_parts(typed)}; right is one of {_parts(key)}."
        return Verdict(hits / most, count if len(typed) != len(key) else "")

    def _count(self, keys: Sequence[_Side], ends: Sequence[_Side]) -> tuple[int, int]:
        """How many ends are right, and how many are but for whether they belong to the set."""
        left, missing = list(ends), []
        for key in keys:
            match = next((end for end in left if self._is_near(end, key) and end.closed == key.closed), None)
            if match is None:
                missing.append(key)
            else:
                left.remove(match)
        slips = 0
        for key in missing:
            match = next((end for end in left if self._is_near(end, key)), None)
            if match is not None:
                left.remove(match)
                slips += 1
        return len(keys) - len(missing), slips

    def _is_near(self, end: _Side, key: _Side) -> bool:
        (error,) = allowed_errors(self.asked, [float(key.value)], None)
        return end.is_low == key.is_low and matches(end.value, float(key.value), error)

    def data(self, key: str) -> dict[str, object]:
        return {"pieces": [{"low": self._end(piece.low), "high": self._end(piece.high)} for piece in self.read(key)]}

    def _end(self, end: intervals.End) -> dict[str, object] | None:
        """A finite end; null for one that is infinite."""
        if end.value is None:
            return None
        (error,) = allowed_errors(self.asked, [float(end.value)], None)
        return {"value": float(end.value), "closed": end.closed, "allowed": error}

    def show(self, key: str) -> str:
        return intervals.write_intervals(self.read(key), lambda value: show_key(self.asked, float(value), None))

    def latex(self, text: str) -> str:
        return intervals.intervals_latex(self.read(text))


class _Side(NamedTuple):
    """A finite end of a piece."""

    is_low: bool
    value: Fraction
    closed: bool


def _finite_ends(pieces: Pieces) -> list[_Side]:
    ends = [(is_low, piece.low if is_low else piece.high) for piece in pieces for is_low in (True, False)]
    return [_Side(is_low, end.value, end.closed) for is_low, end in ends if end.value is not None]


def _parts(pieces: Pieces) -> str:
    return f"{len(pieces)} part{'s' * (len(pieces) != 1)}"


class Body(EntriesBody):
    """A set as it is typed, with what is drawn in its ends."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"variable"}

    answer: str = Field(
        min_length=1, max_length=400, description="The set as people type it: [0, 1) U {3}, or x > 3 with a variable."
    )
    variable: str = Field(
        default="", pattern=r"^([a-zα-ωA-QSTV-Z])?$", description="The letter in which inequalities may be typed."
    )
    mistakes: list[WrongIntervals] = Field(default=[], max_length=12)

    @property
    def shape(self) -> IntervalShape:
        return IntervalShape(self.variable, self)

    @property
    def key(self) -> str:
        return self.answer

    @property
    def hint(self) -> str:
        return self.digits_hint

    @property
    def reading(self) -> str:
        return self.variable

    @property
    def becauses(self) -> list[str]:
        return [mistake.because for mistake in self.mistakes]

    def mistake_texts(self, place: int) -> list[str]:
        return [self.mistakes[place].value]

    def as_template(self, formula: str, names: set[str]) -> str:
        """The set with all digits of its ends; braces around what is drawn are doubled."""

        def in_full(match: re.Match[str]) -> str:
            drawn = match[1] and names & set(_NAME.findall(match[1]))
            return f"{{{match[1]}:{FULL}}}" if drawn else match[0]

        return _BRACES.sub(in_full, formula)


class Intervals(TypedEntries[Body]):
    """A set in one field."""

    name = "intervals"
    title = "Intervals"
    hint = "A set of real numbers: where an inequality holds, a domain, a confidence interval."
    body_type = Body
    fits_in_text = True
    rule = "intervals"
    grading_type = IntervalsGrading
    example = "[0, 1) U {3}"
    check_help = "{answer, mistakes, variable, all_or_nothing} and the precision"
    form = (
        Section(
            "Question",
            (
                STEM,
                Line(
                    name="answer",
                    label="Set",
                    help_text="As people type it; what is drawn stands in braces, and sets then have double ones.",
                    placeholder="(-inf, {a}] U {{{b}}}",
                ),
                Line(
                    name="variable",
                    label="Variable",
                    short=True,
                    help_text="Inequalities in it may be typed, too.",
                    placeholder="x",
                ),
                *DIGITS,
                ALL_OR_NOTHING,
                Rows(
                    name="mistakes",
                    label="Mistakes",
                    add="Add a mistake",
                    help_text="Wrong sets to expect. Each is recognised, however it is written, and explained.",
                    columns=(
                        Column("value", "Set", "text", "[{a}, inf)"),
                        Column("because", "Because", "long", "What to say to this answer"),
                    ),
                ),
            ),
        ),
        Section("Tolerance", ERRORS, folded=True),
        AFTER,
        WHAT_IS_DRAWN,
    )

    def read_latex(self, typed: str, reading: str) -> str:
        return intervals.intervals_latex(intervals.read_intervals(typed, reading))

    def check(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        return {**super().check(body, answer), "variable": body.variable}

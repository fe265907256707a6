"""A list of numbers, whose order matters or not, or a set of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from questions.kinds.asked_number import AskedPrecision
from questions.kinds.bodies import ItemBody
from questions.kinds.entry_shapes import Shape, Verdict, share_right
from questions.kinds.entry_texts import Entries, as_text, write_entries
from questions.kinds.fields import AFTER, STEM, WHAT_IS_DRAWN, Column, Rows, Section, Select
from questions.kinds.gradings import NumbersGrading
from questions.kinds.precision_fields import DIGITS, ERRORS
from questions.kinds.typed_entries import ALL_OR_NOTHING, EntriesBody, Mistake, NoAnswer, TypedEntries
from questions.kinds.typed_numbers import allowed_errors, show_key
from questions.variants import lists
from questions.variants.tolerance import matches

Order = Literal["matters", "free", "set"]
HINTS: dict[Order, str] = {"matters": "in this order", "free": "in any order", "set": "each once, in any order"}


class WrongList(Mistake):
    """A list that is expected, and wrong."""

    value: Entries


@dataclass(frozen=True)
class ListShape(Shape[tuple[Fraction, ...]]):
    """Numbers compared place by place, or by the best assignment of what was typed to the key."""

    order: Order
    asked: AskedPrecision

    def read(self, text: str) -> tuple[Fraction, ...]:
        """The numbers of an answer; in a set each once."""
        values = lists.read_list(text, is_ordered=self.order == "matters")
        return tuple(dict.fromkeys(values)) if self.order == "set" else values

    def compare(self, key: tuple[Fraction, ...], typed: tuple[Fraction, ...]) -> Verdict:
        keys = list(map(float, key))
        errors = allowed_errors(self.asked, keys, None)
        pairs = zip(typed, keys, errors, strict=False)
        hits = sum(map(matches, *zip(*pairs, strict=True))) if self.order == "matters" and keys and typed else 0
        if self.order != "matters":
            hits = count_matches(typed, keys, errors)
        most = max(len(keys), len(typed))
        return Verdict(hits / most if most else 1.0, self._message(hits, len(typed), len(keys)))

    def data(self, key: str) -> dict[str, object]:
        keys = list(map(float, self.read(key)))
        return {"values": keys, "allowed": allowed_errors(self.asked, keys, None)}

    def _message(self, hits: int, typed: int, keys: int) -> str:
        if hits == typed == keys:
            return ""
        share = share_right(hits, max(typed, keys))
        here = "This is 1 number" if typed == 1 else f"These are {typed} numbers"
        count = f"{here}; right {'is' if keys == 1 else 'are'} {keys}." if typed != keys else ""
        return " ".join(part for part in (count, share) if part)

    def show(self, key: str) -> str:
        values = self.read(key)
        values = values if self.order == "matters" else tuple(sorted(values))
        shown = [show_key(self.asked, float(value), None) for value in values]
        opening, closing = "{}" if self.order == "set" else "[]"
        return f"{opening}{', '.join(shown)}{closing}"

    def latex(self, text: str) -> str:
        return lists.list_latex(self.read(text), is_set=self.order == "set")


def count_matches(values: Sequence[Fraction], keys: Sequence[float], errors: Sequence[float]) -> int:
    """How many numbers can each be assigned to a key of its own that it matches, at best.

    Each key takes the smallest number that it matches, in the order in which their bounds end: of intervals and points
    on a line that assigns the most.
    """
    left = sorted(values)
    hits = 0
    for key, error in sorted(zip(keys, errors, strict=True), key=sum):
        match = next((value for value in left if matches(value, key, error)), None)
        if match is not None:
            left.remove(match)
            hits += 1
    return hits


class Body(EntriesBody):
    """The numbers, each a formula, or one formula that gives a list."""

    unfilled: ClassVar[frozenset[str]] = ItemBody.unfilled | {"order"}

    answer: Entries = Field(description="The numbers, each a formula, or one formula that gives them all; [] for none.")
    order: Order = Field(default="matters", description="Whether order matters, is free, or they are a set.")
    mistakes: list[WrongList] = Field(default=[], max_length=12)

    @property
    def shape(self) -> ListShape:
        return ListShape(self.order, self)

    @property
    def key(self) -> str:
        return as_text(self.answer)

    @property
    def hint(self) -> str:
        return ", ".join(part for part in (HINTS[self.order], self.digits_hint) if part)

    @property
    def reading(self) -> str:
        return self.order

    @property
    def becauses(self) -> list[str]:
        return [mistake.because for mistake in self.mistakes]

    def mistake_texts(self, place: int) -> list[str]:
        return [as_text(self.mistakes[place].value)]


class NumberList(TypedEntries[Body]):
    """Several numbers in one field."""

    name = "number_list"
    title = "List of numbers"
    hint = "Several numbers: the roots of an equation, the terms of a sequence, a set."
    body_type = Body
    fits_in_text = True
    rule = "numbers"
    grading_type = NumbersGrading
    example = "1, 2.5"
    check_help = "{answer, mistakes, order, all_or_nothing} and the precision; see the authors' guide"
    form = (
        Section(
            "Question",
            (
                STEM,
                Rows(
                    name="answer",
                    label="Numbers",
                    add="Add a number",
                    help_text="Each a formula of what is drawn, or a number. One formula may give a whole list.",
                    columns=(Column("value", "Formula", "text", "(-b + sqrt(d))/2"),),
                    shape="texts",
                ),
                Select(
                    name="order",
                    label="Order",
                    choices=(("", "Matters"), ("free", "Does not matter"), ("set", "A set: each counts once")),
                ),
                *DIGITS,
                ALL_OR_NOTHING,
                Rows(
                    name="mistakes",
                    label="Mistakes",
                    add="Add a mistake",
                    help_text="Wrong lists to expect, with commas between. Each is recognised and explained.",
                    columns=(
                        Column("value", "Numbers", "text", "b + sqrt(d), b - sqrt(d)", write_entries),
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
        values = lists.read_list(typed, is_ordered=reading == "matters")
        shown = tuple(dict.fromkeys(values)) if reading == "set" else values
        return lists.list_latex(shown, is_set=reading == "set")

    def check(self, body: Body, answer: NoAnswer) -> dict[str, object]:
        return {**super().check(body, answer), "order": body.order}

"""A number, or a list of numbers, that is asked for: how precisely, and in which unit."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, model_validator

from questions.kinds.strict import Strict
from questions.variants import number_forms, templates
from questions.variants import tolerance as tolerances
from questions.variants.unit_table import Unit
from questions.variants.units import UnitError, read_unit

PER_CENT = Unit(Fraction(1, 100), (), "%")
POINTS = Unit(Fraction(1), (("percentage points", 1),), "percentage points")
SHARES = {"%": PER_CENT, "percent": PER_CENT, "percentage points": POINTS}
"""What a share is measured in, and a difference of shares: units that are told from each other where they are asked."""


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


class AskedPrecision(Strict):
    """How precise a number has to be."""

    digits: int | None = Field(default=None, ge=1, le=12, description="Significant digits asked (default 3).")
    decimals: int | None = Field(default=None, ge=0, le=10, description="Decimals asked.")
    exact: bool = Field(default=False, description="The exact number is asked.")
    tolerance: ToleranceBody | None = None

    @model_validator(mode="after")
    def _one_precision(self) -> Self:
        if sum((self.digits is not None, self.decimals is not None, self.exact)) > 1:
            raise ValueError("State one of digits, decimals and exact.")
        return self

    @functools.cached_property
    def precision(self) -> tolerances.Precision:
        """What is asked of the answer."""
        return tolerances.Precision(self.digits or 3, self.decimals, self.is_exact)

    @property
    def is_exact(self) -> bool:
        """Whether the exact number is asked for."""
        return self.exact

    @property
    def asks_digits(self) -> bool:
        """Whether the item says how many digits it wants."""
        return self.digits is not None or self.decimals is not None or self.is_exact

    @property
    def digits_hint(self) -> str:
        """For the student: the digits that are asked, or the error that is allowed."""
        if self.tolerance is None or self.asks_digits:
            return self.precision.hint
        if self.tolerance.of is not None or self.tolerance.rtol is None:
            return ""
        return f"within {templates.number(100 * self.tolerance.rtol)}\N{NARROW NO-BREAK SPACE}%"

    @functools.cached_property
    def allowed(self) -> tolerances.Tolerance | None:
        """The item's own tolerance."""
        return tolerances.Tolerance(self.tolerance.rtol, self.tolerance.atol) if self.tolerance else None


class AskedNumber(AskedPrecision):
    """The unit and the form of a number, besides its precision."""

    unit: str | None = Field(default=None, max_length=60)
    units: Literal["shown", "stated", "any"] = Field(
        default="shown",
        description="Whether the unit stands behind the field, or is asked for: this one (stated), or any that fits.",
    )
    wrong_unit: float = Field(
        default=0, ge=0, lt=1, description="The share of the marks for the right number with a wrong unit."
    )
    form: number_forms.Form | None = Field(
        default=None, description="How the number is to be written: what is right and of another form is told so."
    )
    exact_digits: bool = Field(
        default=False, description="As many significant digits as are asked for, zeros included: 2.50 has three."
    )
    wrong_form: float = Field(
        default=0, ge=0, lt=1, description="The share of the marks for the right number in a wrong form."
    )

    @model_validator(mode="after")
    def _possible_form(self) -> Self:
        if self.form in number_forms.EXACT and (self.exact_digits or self.tolerance or self.digits or self.decimals):
            raise ValueError(
                f"{number_forms.HINTS[self.form].capitalize()} is exact: leave out how precise it has to be."
            )
        if self.exact_digits and (self.exact or self.decimals is not None):
            raise ValueError("`exact_digits` are the significant digits that `digits` states.")
        if self.wrong_form and not (self.form or self.exact_digits):
            raise ValueError("State the form that is asked for.")
        return self

    @model_validator(mode="after")
    def _known_unit(self) -> Self:
        if self.units != "shown" or self.wrong_unit:
            if not self.unit:
                raise ValueError("State the unit that is asked for.")
            if self.unit in SHARES and self.units == "any":
                raise ValueError(f"There is no other unit for {self.unit}: state it, with `units: stated`.")
            try:
                self._read_unit(self.unit)
            except UnitError as error:
                raise ValueError(str(error)) from None
        return self

    @functools.cached_property
    def known_unit(self) -> Unit | None:
        """The unit, where it is one that converts; None for others, such as “neurons”."""
        try:
            return self._read_unit(self.unit) if self.unit else None
        except UnitError:
            return None

    def _read_unit(self, unit: str) -> Unit:
        """The unit; per cent and points only where they are asked for, since behind a field they say nothing new."""
        return SHARES[unit] if self.units != "shown" and unit in SHARES else read_unit(unit)

    @property
    def shown_unit(self) -> str | None:
        """What stands behind the field."""
        return self.unit if self.units == "shown" else None

    @property
    def is_exact(self) -> bool:
        """Whether the exact number is asked for."""
        return super().is_exact or self.form in number_forms.EXACT

    @property
    def reading(self) -> str:
        """What reading an answer needs to know, for its echo: “mixed” or “%”; "" for nothing."""
        return "mixed" if self.form == "mixed" else "%" if self.known_unit in SHARES.values() else ""

    @property
    def precision_hint(self) -> str:
        """For the student: the digits that are asked, or the error that is allowed, and whether the unit is."""
        unit = {"shown": "", "stated": f"in {self.unit}", "any": "with its unit"}[self.units]
        form = number_forms.HINTS[self.form] if self.form else ""
        digits = "" if self.form in number_forms.EXACT else self.digits_hint
        return ", ".join(part for part in (form, f"exactly {digits}" if self.exact_digits else digits, unit) if part)

    @property
    def asks_digits(self) -> bool:
        """Whether the item says how many digits it wants."""
        return super().asks_digits or self.exact_digits

"""A number, or a list of numbers, computed from values that are new in each presentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Self

import numpy as np
from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from questions.kinds.base import (
    Graded,
    ItemBody,
    Opaque,
    Option,
    Presented,
    ResponseError,
    Revealed,
    Strict,
    field_of,
)
from questions.variants import audit as auditing
from questions.variants import numbers, templates
from questions.variants import tolerance as tolerances
from questions.variants.engine import Engine, SpecError, VariantError, compile_engine

KIND = "numeric"
OTHER = "another number"
"""What statistics call a wrong number that no expected mistake gives."""


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
    def _formulas_are_text(cls, document: Any) -> Any:
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
                        loc=tuple(int(part) if part.isdigit() else part for part in error.field.split(".")),
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


def present(body: Body, *, seed: int, identity: str, opaque: Opaque, focus: Sequence[str] = ()) -> Presented:
    """The variant of `seed`; its numbers and key are stored with it, so that grading never draws again.

    Raises VariantError where the seed has no variant, or a broken one: another seed will do.
    """
    (variant,) = body.engine.generate(identity, [seed])
    if problems := defects(body, variant):
        raise VariantError(problems[0], [seed])
    prompt = {
        "stem": body.engine.render("stem", variant["values"]),
        "unit": body.unit,
        "precision_hint": body.hint,
    }
    return Presented(prompt, variant)


def grade(body: Body, answer: dict[str, Any], response: object) -> Graded:
    """`{"value": "9.9999e-1"}` as typed: 1 or 0; a recognised mistake is named."""
    text = field_of(response, "value", '{"value": "0.25"}')
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = repr(text)
    if not isinstance(text, str):
        raise ResponseError("value", f"Send the number as text. {numbers.UNDERSTOOD}")
    reading = _read(body, text)
    correct, mistake = _judge(body, answer, reading)
    if correct:
        return Graded(1.0, [], {"": 1.0})
    if mistake is None:
        return Graded(0.0, [], {"": 0.0})
    because = body.engine.render(f"mistakes.{mistake}.because", answer["values"])
    return Graded(0.0, [{"target": "value", "message": because}], {"": 0.0})


def _judge(body: Body, answer: dict[str, Any], reading: numbers.Reading) -> tuple[bool, int | None]:
    """Whether a number is right, and else which of the expected mistakes it is. Raises ResponseError."""
    key, of = answer["key"], answer["of"]
    if isinstance(key, list) != reading.is_list or (isinstance(key, list) and len(key) != len(reading.values)):
        shape = f"a list of {len(key)} numbers, such as [1, 2.5]" if isinstance(key, list) else "one number"
        raise ResponseError("value", f"Write {shape}.")
    if _near(body, reading.values, key, of):
        return True, None
    for n, value in enumerate(answer["mistakes"]):
        if value is not None and _near(body, reading.values, value, of):
            return False, n
    return False, None


def reveal(body: Body, answer: dict[str, Any]) -> Revealed:
    """The key at the precision that is asked, and the texts with the variant's numbers."""
    values = answer["values"]
    solution = body.engine.render("solution", values) if body.solution else None
    key = show_key(body, answer["key"], answer["of"])
    return Revealed({"value": key}, body.engine.render("explanation", values), solution)


def options(body: Body) -> list[Option]:
    """The formulas of the answer and of the expected mistakes."""
    return [Option(f"`{body.answer}`", right=True), *(Option(f"`{mistake.value}`") for mistake in body.mistakes)]


def picked(body: Body, answer: dict[str, Any], response: dict[str, Any]) -> list[str]:
    """The formula that gives the number, or words for none of them."""
    text = response["value"]
    correct, mistake = _judge(body, answer, _read(body, text if isinstance(text, str) else repr(text)))
    if correct:
        return [f"`{body.answer}`"]
    return [OTHER if mistake is None else f"`{body.mistakes[mistake].value}`"]


def check(body: Body, answer: dict[str, Any]) -> dict[str, Any]:
    """The exact values of the key, one for a number, and the error that each may have."""
    keys = answer["key"] if isinstance(answer["key"], list) else [answer["key"]]
    return {"values": keys, "allowed": _allowed(body, keys, answer["of"])}


def show_key(body: Body, key: Any, of: Any) -> str:
    """A key, or a mistake's value, as a person writes it: as precisely as is asked, or as the tolerance needs."""
    if key is None:
        return "undefined"
    precision = body.precision
    if isinstance(key, list):
        return "[" + ", ".join(show_key(body, each, of) for each in key) + "]"
    if precision.decimals is not None:
        return templates.number(key, f".{precision.decimals}f")
    digits = 15 if precision.exact else precision.digits
    if body.allowed:
        allowed = tolerances.allowed_error(key, precision, body.allowed, None if of is None else float(np.ravel(of)[0]))
        while digits < 15 and abs(float(f"{key:.{digits}g}") - key) > allowed / 10:
            digits += 1
    return templates.number(key, f".{digits}g")


def read(text: str) -> str:
    """How a typed answer is read, for the echo under its field. Raises numbers.NumberError."""
    reading = numbers.read(text)
    return f"read as {reading.text}" + (" (a decimal comma)" if reading.comma else "")


def audit(body: Body, identity: str, seeds: int) -> auditing.Audit:
    """The publish gate over seeds 0 … `seeds`-1."""
    return auditing.audit(body.engine, identity, range(seeds), **_gate(body))


def defects(body: Body, answer: dict[str, Any]) -> list[str]:
    """What the publish gate says of one stored variant; empty where it is sound."""
    return [f"{message} {example}".rstrip() for message, example in auditing.defects(answer, **_gate(body))]


def is_reproduced(body: Body, answer: dict[str, Any], *, seed: int, identity: str) -> bool:
    """Whether the seed still gives the stored variant, bit for bit. Raises VariantError where it gives none."""
    (variant,) = body.engine.generate(identity, [seed])
    return variant == answer


def _gate(body: Body) -> dict[str, Any]:
    """How the publish gate grades, and what it grades."""

    def verdict(variant: dict[str, Any], typed: str) -> auditing.Verdict:
        try:
            return auditing.Verdict(*_judge(body, variant, _read(body, typed)))
        except ResponseError:
            return auditing.Verdict(None)

    precision = body.precision
    return {
        "grade": verdict,
        "rounded": precision.rounded if body.asks_digits or body.tolerance is None else repr,
        "unit": precision.unit,
        "neighbours": body.tolerance is None and not precision.exact,
    }


def _read(body: Body, text: str) -> numbers.Reading:
    bare = text.strip()
    if body.unit and bare.casefold().endswith(body.unit.casefold()):
        bare = bare[: -len(body.unit)]
    try:
        return numbers.read(bare)
    except numbers.NumberError as error:
        raise ResponseError("value", str(error)) from None


def _near(body: Body, given: Sequence[Fraction], key: Any, of: Any) -> bool:
    keys = key if isinstance(key, list) else [key]
    return len(given) == len(keys) and tolerances.all_match(given, keys, _allowed(body, keys, of))


def _allowed(body: Body, keys: Sequence[float], of: Any) -> list[float]:
    ofs = of if isinstance(of, list) else [of]
    precision, tolerance = body.precision, body.allowed
    return [
        tolerances.allowed_error(each, precision, tolerance, ofs[min(n, len(ofs) - 1)]) for n, each in enumerate(keys)
    ]


__all__ = [
    "KIND",
    "Body",
    "VariantError",
    "audit",
    "check",
    "defects",
    "grade",
    "is_reproduced",
    "present",
    "read",
    "reveal",
    "show_key",
]

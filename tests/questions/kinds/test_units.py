"""Numbers with units: shown behind the field, asked for, or converted from any that fits."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from questions import kinds
from questions.kinds.base import Graded, sample_opaque
from questions.kinds.numeric import WRONG_UNIT
from questions.kinds.responses import ResponseError

NUMERIC = kinds.get("numeric")
POWER: dict[str, Any] = {
    "draw": {"u": "choice(10)", "i": "choice(0.5)"},
    "let": {"p": "u*i"},
    "stem": "{u} V and {i} A make which power?",
    "answer": "p",
    "unit": "W",
    "mistakes": [{"value": "u/i", "because": "That is the resistance."}],
    "explanation": "Voltage times current.",
}


def graded(typed: str, **fields: object) -> Graded:
    body = kinds.parse("numeric", {**POWER, **fields})
    answer = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1)).answer
    return NUMERIC.grade(body, answer, {"value": typed})


def said(grade: Graded) -> str:
    return " ".join(entry["message"] for entry in grade.feedback)


@pytest.mark.parametrize("typed", ["5 W", "5000 mW", "5e-3 kW", "5 J/s", "5 V A", "0.005 kilowatts", "5"])
def test_a_unit_that_is_shown_may_be_typed_and_converts(typed: str) -> None:
    assert graded(typed).score == 1


@pytest.mark.parametrize("typed", ["5 W", "5000 mW", "5 N m s^-1"])
def test_any_unit_that_fits_is_right_where_one_is_asked_for(typed: str) -> None:
    assert graded(typed, units="any").score == 1


def test_a_prefix_too_many_is_a_wrong_unit() -> None:
    for typed in ("5 MW", "5 mW"):
        grade = graded(typed, units="any")
        assert grade.score == 0
        assert "The number is right for W, not for" in said(grade)


def test_a_right_number_with_a_wrong_unit_has_the_share_that_the_item_gives() -> None:
    assert graded("5 kW", units="any", wrong_unit=0.5).score == 0.5
    grade = graded("5 J", units="any", wrong_unit=0.5)
    assert (grade.score, said(grade)) == (0.5, "The number is right for W, not for J.")
    grade = graded("7 J", units="any", wrong_unit=0.5)
    assert (grade.score, said(grade)) == (0, "J does not measure what is asked; W does.")
    assert said(graded("20 W", units="any")) == "That is the resistance."


def test_a_stated_unit_is_asked_for_and_another_that_fits_is_told() -> None:
    assert graded("5 W", units="stated").score == 1
    assert graded("5 J/s", units="stated").score == 1
    grade = graded("5000 mW", units="stated", wrong_unit=0.25)
    assert (grade.score, said(grade)) == (0.25, "That is right, but it is asked for in W.")


@pytest.mark.parametrize("units", ["any", "stated"])
@pytest.mark.parametrize(("typed", "says"), [("5", "Write the unit, too"), ("5 w", "Write W"), ("5 KW", "Write kW")])
def test_what_has_no_unit_is_sent_back_not_graded(units: str, typed: str, says: str) -> None:
    with pytest.raises(ResponseError) as refused:
        graded(typed, units=units)
    assert says in refused.value.message


@pytest.mark.parametrize("typed", ["25 C", "25 K", "25 °F"])
def test_temperatures_are_not_converted_but_asked_for(typed: str) -> None:
    with pytest.raises(ResponseError) as refused:
        graded(typed, unit="°C", units="any")
    assert refused.value.message == "Give the temperature in °C."


def test_minutes_are_seconds_and_an_ohm_is_its_sign() -> None:
    assert graded("5 min", answer="300*p/p", unit="s", units="any").score == 1
    assert graded("20 ohm", answer="u/i", mistakes=[], unit="Ω", units="any").score == 1


def test_words_that_are_no_units_are_still_read_without_capitals() -> None:
    assert graded("5 Neurons", unit="neurons").score == 1
    with pytest.raises(ResponseError):
        graded("5 m", unit="neurons")


def test_a_list_has_one_unit() -> None:
    pair = {
        "draw": {"v": "vector(2, choice(3))"},
        "let": {},
        "stem": "{v}?",
        "answer": "v",
        "mistakes": [],
        "unit": "m",
    }
    assert graded("[300, 300] cm", **pair).score == 1
    assert said(graded("[3, 3] cm", **pair)) == "The number is right for m, not for cm."


def test_the_prompt_does_not_tell_the_unit_that_is_asked_for_and_the_key_has_it() -> None:
    body = kinds.parse("numeric", {**POWER, "units": "any"})
    presented = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1))
    assert presented.prompt["unit"] is None
    assert presented.prompt["precision_hint"] == "3 significant digits, with its unit"
    assert NUMERIC.reveal(body, presented.answer).key == {"value": "5 W"}
    assert NUMERIC.picked(body, presented.answer, {"value": "5 kW"}) == [WRONG_UNIT]
    assert (NUMERIC.check(body, presented.answer) or {})["units"] == "any"


@pytest.mark.parametrize("units", ["any", "stated"])
def test_the_audit_types_units(units: str) -> None:
    body = kinds.parse(
        "numeric", {**POWER, "draw": {"u": "integer(2, 40)", "i": "uniform(0.1, 0.9, 0.1)"}, "units": units}
    )
    report = NUMERIC.audit(body, "i", 100)
    assert report is not None
    assert report.problems == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"units": "any", "unit": None}, "State the unit that is asked for."),
        ({"units": "stated", "unit": "neurons"}, "“neurons” is not a unit that is known here"),
        ({"wrong_unit": 0.5, "unit": "steps"}, "“steps” is not a unit that is known here"),
        ({"wrong_unit": 1}, "less than 1"),
    ],
)
def test_a_unit_that_is_asked_for_is_one_that_converts(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kinds.parse("numeric", {**POWER, **fields})
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "keyboard"),
    [({}, "decimal"), ({"units": "any"}, None), ({"answer": "[u, i]", "mistakes": [], "unit": None}, None)],
)
def test_digits_are_enough_of_a_keyboard_where_no_unit_and_no_list_is_typed(
    fields: dict[str, object], keyboard: str | None
) -> None:
    body = kinds.parse("numeric", {**POWER, **fields})
    prompt = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1)).prompt
    assert prompt.get("keyboard") == keyboard

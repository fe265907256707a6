"""Numbers that are asked for in a form: what is right and of another form is told so, and has the item's share."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from questions import kinds
from questions.kinds.base import Graded, sample_opaque
from questions.kinds.responses import ResponseError
from questions.kinds.steps import grade_step
from questions.variants.engine import Variant

NUMERIC = kinds.get("numeric")


def parsed(answer: str, **fields: object) -> Any:
    document = {"draw": {"n": "choice(1)"}, "stem": "{n}?", "answer": f"({answer})*n/n", "explanation": "So."}
    return kinds.parse("numeric", {**document, **fields})


def graded(typed: str, answer: str, **fields: object) -> Graded:
    body = parsed(answer, **fields)
    presented = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1))
    return NUMERIC.grade(body, presented.answer, {"value": typed})


def said(grade: Graded) -> str:
    return " ".join(entry["message"] for entry in grade.feedback)


@pytest.mark.parametrize(
    ("form", "answer", "right"),
    [
        ("fraction", "3/4", ["3/4", "¾", r"\frac{3}{4}", "(3)/(4)", "3 / 4"]),
        ("fraction", "-7/4", ["-7/4", "−7/4", r"-\frac{7}{4}", "-(7/4)"]),
        ("fraction", "6/2", ["3"]),
        ("mixed", "7/4", ["1 3/4", "1¾", r"1\frac{3}{4}", r"1 \frac{3}{4}", "1\u20093/4"]),
        ("mixed", "-7/4", ["-1 3/4", "−1 3/4"]),
        ("mixed", "3/4", ["3/4"]),
        ("mixed", "2", ["2"]),
        ("whole", "2**10", ["1024", "1 024"]),
        ("decimal", "1/8", ["0.125", ".125", "0,125", "1.25e-1"]),
        ("scientific", "0.00025", ["2.5e-4", "2.50 × 10^-4", "2.5*10**-4", r"2.5 \cdot 10^{-4}", "2.5·10⁻⁴"]),
        ("scientific", "1000", ["1e3", "10^3", "1 x 10^3"]),
    ],
)
def test_a_number_in_the_form_that_is_asked_for_is_right(form: str, answer: str, right: list[str]) -> None:
    for typed in right:
        grade = graded(typed, answer, form=form)
        assert (typed, grade.score, said(grade)) == (typed, 1, "")


@pytest.mark.parametrize(
    ("form", "answer", "typed", "lack"),
    [
        ("fraction", "3/4", "6/8", "not in lowest terms"),
        ("fraction", "3/4", "0.75", "not as a fraction of whole numbers"),
        ("fraction", "6/2", "3/1", "not in lowest terms"),
        ("fraction", "7/4", "1 + 3/4", "not as a fraction of whole numbers"),
        ("mixed", "7/4", "7/4", "not as a mixed number"),
        ("mixed", "7/4", "1 6/8", "not in lowest terms"),
        ("mixed", "7/4", "1.75", "not as a mixed number"),
        ("whole", "2**10", "2^10", "not as a whole number"),
        ("decimal", "1/8", "1/8", "not worked out: write it as a decimal number"),
        ("scientific", "0.00025", "0.00025", "not in scientific notation"),
        ("scientific", "0.00025", "25e-5", "the number before the power of ten has to be from 1 to below 10"),
    ],
)
def test_a_right_value_in_another_form_is_told_so(form: str, answer: str, typed: str, lack: str) -> None:
    grade = graded(typed, answer, form=form)
    assert (grade.score, said(grade)) == (0, f"That is the right value, but {lack}.")
    assert graded(typed, answer, form=form, wrong_form=0.5).score == 0.5


def test_a_wrong_value_is_wrong_whatever_its_form() -> None:
    assert said(graded("5/8", "3/4", form="fraction")) == ""
    assert said(graded("2/3", "3/4", form="fraction", mistakes=[{"value": "4*n/6", "because": "No."}])) == "No."


@pytest.mark.parametrize(
    ("answer", "typed", "lack"),
    [
        ("2.4983", "2.50", ""),
        ("2.4983", "2.5", "with 2 significant digits, not 3"),
        ("2.4983", "2.498", "with 4 significant digits, not 3"),
        ("0.00123", "0.00123", ""),
        ("120.2", "120.", ""),
        ("120.2", "1.20e2", ""),
        ("120.2", "1.2e2", "with 2 significant digits, not 3"),
        ("2.4983", "5/2", "not worked out: write it as a decimal number"),
    ],
)
def test_significant_digits_are_counted_where_exactly_so_many_are_asked_for(answer: str, typed: str, lack: str) -> None:
    grade = graded(typed, answer, digits=3, exact_digits=True)
    assert said(grade) == (f"That is the right value, but {lack}." if lack else "")
    assert grade.score == (not lack)


def test_zeros_that_may_be_digits_or_not_are_sent_back_whether_right_or_wrong() -> None:
    for answer in ("120.2", "777"):
        with pytest.raises(ResponseError, match="may have 2 to 3 significant digits"):
            graded("120", answer, digits=3, exact_digits=True)


def test_per_cent_and_percentage_points_are_told_apart_where_they_are_asked_for() -> None:
    assert graded("2.5 pp", "2.5", unit="percentage points", units="stated").score == 1
    assert graded("2.5 percentage points", "2.5", unit="percentage points", units="stated").score == 1
    grade = graded("2.5 %", "2.5", unit="percentage points", units="stated", wrong_unit=0.5)
    assert (grade.score, said(grade)) == (0.5, "The number is right for percentage points, not for %.")
    assert graded("12.5 %", "12.5", unit="%", units="stated").score == 1
    assert graded("12.5 percent", "12.5", unit="%", units="stated").score == 1
    assert said(graded("12.5 pp", "12.5", unit="%", units="stated")).startswith("The number is right for %")
    with pytest.raises(ResponseError, match="Write the unit, too, behind the number: %"):
        graded("0.125", "12.5", unit="%", units="stated")


@pytest.mark.parametrize(
    ("fields", "hint", "key"),
    [
        ({"form": "fraction"}, "a fraction in lowest terms", "−3/7"),
        ({"form": "scientific", "digits": 3}, "in scientific notation, 3 significant digits", "−4.29 × 10⁻¹"),
        ({"digits": 4, "exact_digits": True}, "exactly 4 significant digits", "−0.4286"),
        ({"unit": "%", "units": "stated"}, "3 significant digits, in %", "−0.429 %"),
    ],
)
def test_what_is_asked_for_is_said_beside_the_field_and_the_key_has_it(
    fields: dict[str, object], hint: str, key: str
) -> None:
    body = parsed("-3/7", **fields)
    presented = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1))
    assert presented.prompt["precision_hint"] == hint
    shown = NUMERIC.reveal(body, presented.answer).key
    assert shown == {"value": key}
    assert NUMERIC.grade(body, presented.answer, shown).score == 1


def test_what_is_typed_is_read_by_the_form_that_is_asked_for() -> None:
    body = parsed("7/4", form="mixed")
    prompt = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1)).prompt
    assert NUMERIC.echo("1 3/4", prompt["reading"]).reading == "1.75"
    assert "two readings" in NUMERIC.echo("1 3/4", "").detail
    assert "two readings" in NUMERIC.echo("1 234/567", "mixed").detail
    assert NUMERIC.echo("2.5 pp", "%").reading == "2.5 percentage points"
    assert NUMERIC.echo("12,5 %", "%").reading == "12.5 % (a decimal comma)"


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "n/7", "form": "fraction"},
        {"answer": "-n/7", "form": "mixed"},
        {"answer": "n/7000", "form": "scientific", "digits": 4, "exact_digits": True},
        {"answer": "n*100", "digits": 3, "exact_digits": True},
        {"answer": "n*1e-9", "form": "decimal"},
        {"answer": "n*7", "form": "whole", "mistakes": [{"value": "n/7", "because": "No."}]},
        {"answer": "n/10", "unit": "percentage points", "units": "stated"},
    ],
)
def test_the_gate_proves_forms(fields: dict[str, object]) -> None:
    document = {"draw": {"n": "integer(1, 60)"}, "stem": "{n}?", "explanation": "So.", **fields}
    report = NUMERIC.audit(kinds.parse("numeric", document), "i", 200)
    assert report is not None
    assert [str(problem) for problem in report.problems] == []


def test_the_gate_refuses_a_key_that_has_no_such_form() -> None:
    document = {"draw": {"n": "integer(2, 60)"}, "stem": "{n}?", "explanation": "So.", "form": "fraction"}
    report = NUMERIC.audit(kinds.parse("numeric", {**document, "answer": "sqrt(n)"}), "i", 100)
    assert report is not None
    assert "key is marked wrong" in str(report.problems[0])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"form": "fraction", "digits": 3}, "is exact: leave out how precise"),
        ({"exact_digits": True, "decimals": 2}, "the significant digits that `digits` states"),
        ({"wrong_form": 0.5}, "State the form"),
        ({"unit": "%", "units": "any"}, "There is no other unit for %"),
    ],
)
def test_forms_that_mean_nothing_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        parsed("1", **fields)


def test_a_step_of_a_worked_solution_takes_the_right_value_in_any_form() -> None:
    body = parsed("3/4", form="fraction", work=[{"say": "Divide.", "formula": "3*n/(4*n)"}])
    variant: Variant = NUMERIC.present(body, seed=1, identity="i", opaque=sample_opaque(1)).answer
    (step,) = NUMERIC.work(body, variant)
    assert grade_step(step, {"value": "0.75"})
    assert not grade_step(step, {"value": "0.7"})

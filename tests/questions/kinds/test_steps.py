"""Worked solutions as steps: what they show of a variant, how a step is graded, and what the gate asks of them."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from questions import bank, kinds
from questions.bank.bodies import normalise_body
from questions.kinds.base import sample_opaque
from questions.kinds.steps import WorkedStep, count_steps, grade_step
from tests.questions.kinds import parts

FACTOR: dict[str, Any] = {
    "draw": {"eta": "choice(0.1, 0.2)", "lam": "choice(0.01, 0.02, 0.03)"},
    "let": {"decay": "1 - eta*lam"},
    "stem": "Factor for {eta} and {lam}?",
    "answer": "decay",
    "tolerance": {"of": "eta*lam", "rtol": 0.01},
    "explanation": "One minus the product.",
    "work": [
        {"say": "Multiply ${eta}$ by ${lam}$.", "formula": "eta*lam", "hint": "{eta} times {lam}.", "unit": "a step"},
        {"say": "Take it from 1.", "formula": "decay", "result": "$1 - {eta*lam} = {decay}$"},
    ],
}
BITS: dict[str, Any] = {
    "draw": {"n": "integer(2, 40)"},
    "stem": "How many bits do {n} bytes have?",
    "choices": [{"text": "{8*n}", "correct": True}, {"text": "{n}", "because": "These are the bytes."}],
    "explanation": "A byte has 8.",
    "work": [{"say": "Multiply {n} by 8.", "formula": "8*n", "exact": True}],
}


def steps_of(kind: str, document: dict[str, Any], seed: int = 1) -> list[WorkedStep]:
    body, asker = kinds.parse(kind, document), kinds.get(kind)
    presented = asker.present(body, seed=seed, identity="i", opaque=sample_opaque(seed))
    assert "work" not in str(presented.prompt)
    return asker.work(body, presented.answer)


def solution_of(kind: str, document: dict[str, Any], seed: int = 1) -> str | None:
    body, asker = kinds.parse(kind, document), kinds.get(kind)
    presented = asker.present(body, seed=seed, identity="i", opaque=sample_opaque(seed))
    solution: str | None = asker.reveal(body, presented.answer).solution
    return solution


def test_steps_have_the_numbers_of_their_variant() -> None:
    first, last = steps_of("numeric", {**FACTOR, "draw": {"eta": "choice(0.1)", "lam": "choice(0.02)"}})

    assert (first.say, first.result, first.hint) == ("Multiply $0.1$ by $0.02$.", "0.002 a step", "0.1 times 0.02.")
    assert (last.say, last.result, last.value) == ("Take it from 1.", "$1 - 0.002 = 0.998$", 0.998)


def test_the_whole_solution_is_the_list_of_its_steps() -> None:
    one_variant = {**FACTOR, "draw": {"eta": "choice(0.1)", "lam": "choice(0.02)"}}
    whole = "1. Multiply $0.1$ by $0.02$.\n\n    0.002 a step\n\n2. Take it from 1.\n\n    $1 - 0.002 = 0.998$"

    assert solution_of("numeric", one_variant) == whole
    assert solution_of("numeric", {**one_variant, "solution": "At {eta}:"}) == f"At 0.1:\n\n{whole}"


def test_items_of_any_kind_have_steps_if_they_draw() -> None:
    (step,) = steps_of("single_choice", BITS)
    body = kinds.parse("single_choice", BITS)

    assert step.value == 8 * int(step.say.split()[1])
    assert solution_of("single_choice", BITS) == f"1. {step.say}\n\n    {step.result}"
    assert kinds.get("single_choice").samples(body, "i")[0].solution


def test_a_question_with_parts_has_steps_of_its_own_and_of_each_part() -> None:
    document = parts.with_part("mean", work=[{"say": "Divide {sum(x)} by 5.", "formula": "m"}])
    document["work"] = [{"say": "Add up {x}.", "formula": "sum(x)", "exact": True}]

    steps = steps_of("multi_part", document)

    assert [(step.part, step.say.split()[0]) for step in steps] == [("", "Add"), ("a", "Divide")]
    assert count_steps(normalise_body("multi_part", document)) == 2
    audit = kinds.get("multi_part").audit(kinds.parse("multi_part", document), "i", 50)
    assert audit is not None
    assert audit.problems == []


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("0.998", True),
        ("99.8%", True),
        (0.998, True),
        ("1", False),
        ("0.99805", False),
        ("0.998 a step", None),
        ("1,234", None),
        (True, None),
    ],
)
def test_a_step_is_read_and_graded_as_an_answer_is(typed: object, right: bool | None) -> None:
    """The last one by the tolerance of the answer, which is 1 % of eta*lam."""
    _, last = steps_of("numeric", {**FACTOR, "draw": {"eta": "choice(0.1)", "lam": "choice(0.02)"}})

    if right is None:
        with pytest.raises(kinds.ResponseError):
            grade_step(last, {"value": typed})
    else:
        assert grade_step(last, {"value": typed}) is right


def test_a_step_takes_its_unit_and_an_admission_but_nothing_without_a_shape() -> None:
    first, _ = steps_of("numeric", {**FACTOR, "draw": {"eta": "choice(0.1)", "lam": "choice(0.02)"}})

    assert grade_step(first, {"value": "0.002 a step"})
    assert not grade_step(first, {"dont_know": True})
    with pytest.raises(kinds.ResponseError):
        grade_step(first, ["0.002"])


def test_a_step_may_ask_for_its_unit() -> None:
    metres = [{"say": "How long?", "formula": "eta", "unit": "m", "units": "any"}, FACTOR["work"][1]]
    step, _ = steps_of("numeric", {**FACTOR, "draw": {"eta": "choice(0.1)", "lam": "choice(0.02)"}, "work": metres})

    assert grade_step(step, {"value": "10 cm"})
    assert not grade_step(step, {"value": "10 m"})
    assert step.asked.shown_unit is None


def test_the_steps_of_a_variant_are_the_same_for_ever() -> None:
    """Powers and roots too: a published version keeps its steps, on any machine."""
    document = {
        **FACTOR,
        "draw": {
            "eta": "loguniform_nice(1e-4, 1)",
            "lam": "loguniform(1e-5, 1e-1, 3)",
            "v": "vector(3, integer(1, 9))",
        },
        "stem": "{eta}, {lam:.6g}, {v}?",
        "where": ["eta*lam < 0.5"],
        "work": [{"say": "?", "formula": "norm(v)"}, {"say": "?", "formula": "decay**7"}, *FACTOR["work"]],
    }
    found = hashlib.sha256()
    for seed in range(300):
        for step in steps_of("numeric", document, seed):
            found.update(f"{step.say}|{step.result}|{step.value!r}".encode())
    assert found.hexdigest()[:16] == "9bcc38b8b6006b69"


def with_step(number: int, **fields: object) -> dict[str, Any]:
    work = [{**step, **fields} if at == number else step for at, step in enumerate(FACTOR["work"])]
    return {**FACTOR, "work": work}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (with_step(0, formula="eta*mu"), "work.0.formula"),
        (with_step(0, say="{mu} times"), "work.0.say"),
        (with_step(0, tolerance={"of": "mu", "rtol": 0.1}), "work.0.tolerance.of"),
        (with_step(0, digits=3, decimals=2), "State one of digits, decimals and exact"),
        (with_step(0, colour="red"), "work.0.colour"),
        (
            {**with_step(1, formula="decay + 0*v"), "draw": {**FACTOR["draw"], "v": "vector(2, integer(1, 9))"}},
            "The last step gives the answer, one number.",
        ),
    ],
)
def test_what_is_wrong_with_a_step_is_said_at_its_place(document: dict[str, Any], problem: str) -> None:
    with pytest.raises(bank.BankError) as refused:
        bank.validate_body("numeric", document)

    (found,) = refused.value.problems
    assert problem in str(found)


def test_steps_of_what_draws_nothing_are_refused() -> None:
    plain = {
        **BITS,
        "draw": {},
        "stem": "?",
        "choices": [{"text": "8", "correct": True}, {"text": "1", "because": "?"}],
    }
    with pytest.raises(bank.BankError, match="Nothing is drawn"):
        bank.validate_body("single_choice", {**plain, "work": [{"say": "Count.", "formula": "8"}]})


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (with_step(1, formula="1 + eta*lam"), "work.1.formula: the last step does not give the answer."),
        (with_step(0, formula="1/(eta - 0.1)"), "work.0.formula: the result is not a finite number."),
        (with_step(0, formula="floor(x + 0.99999999999999)"), "work.0.formula: the formula does not give"),
        (with_step(0, result="{1/(eta - 0.1)}"), "The text of work.0.result shows a number that is not finite."),
        (
            with_step(0, digits=1, tolerance={"rtol": 1e-6}, formula="eta*lam/3"),
            "work.0.formula: The correctly rounded result is marked wrong.",
        ),
    ],
)
def test_the_gate_holds_steps_to_what_answers_are_held_to(document: dict[str, Any], problem: str) -> None:
    document = {**document, "draw": {**FACTOR["draw"], "x": "integer(1, 90)"}, "stem": "{eta}, {lam}, {x}?"}

    audit = kinds.get("numeric").audit(kinds.parse("numeric", document), "i", 100)

    assert audit is not None
    assert [str(defect).startswith(problem) for defect in audit.problems if "work" in str(defect)] == [True]
    (defect,) = (defect for defect in audit.problems if "work" in str(defect))
    assert all("eta = " in drawn for drawn in defect.drawn)


def test_the_gate_finds_a_step_of_a_choice_and_of_parts_that_goes_wrong() -> None:
    broken = [{"say": "?", "formula": "8/(n - 2)"}]
    in_parts = {**parts.BODY, "work": [{"say": "?", "formula": "1/(x[0] - 170)"}]}
    for kind, document in (("single_choice", {**BITS, "work": broken}), ("multi_part", in_parts)):
        audit = kinds.get(kind).audit(kinds.parse(kind, document), "i", 200)
        assert audit is not None
        assert [defect.message for defect in audit.problems] == ["work.0.formula: the result is not a finite number."]


def test_steps_are_written_down_as_they_were_read() -> None:
    assert normalise_body("numeric", FACTOR) == FACTOR
    schema = bank.item_schema()
    assert "work" in str(schema)


def test_the_authors_form_reads_and_writes_steps() -> None:
    fields = (field for section in kinds.get("numeric").form for field in section.fields)
    (rows,) = (field for field in fields if field.name == "work")
    document: dict[str, Any] = {"work": with_step(0, tolerance={"of": "eta*lam", "rtol": 0.1})["work"]}

    read = rows.read(document)

    assert isinstance(read, list)
    assert read[0]["asked"] == {"unit": "a step", "tolerance": {"of": "eta*lam", "rtol": 0.1}}
    written: dict[str, Any] = {}
    rows.write(written, [{name: cell or "" for name, cell in row.items()} for row in read])
    assert written == document


def test_what_a_step_uses_is_used() -> None:
    document = {**FACTOR, "let": {**FACTOR["let"], "half": "eta/2"}}
    with pytest.raises(bank.BankError, match="half"):
        bank.validate_body("numeric", document)

    halved = [{"say": "Halve {eta}.", "formula": "half"}, *FACTOR["work"]]
    bank.validate_body("numeric", {**document, "work": halved})

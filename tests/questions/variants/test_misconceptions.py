"""Mistakes that nobody expected: found in the wrong numbers of a few students, and not in numbers at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from questions import kinds
from questions.bank.course_folder import FolderReader
from questions.kinds.numeric import Body
from questions.kinds.typed_numbers import allowed_errors
from questions.variants.edits import edits_of
from questions.variants.engine import Variant
from questions.variants.misconceptions import Misconception, WrongAnswer, explain

COURSE = Path(__file__).parents[3] / "fixtures" / "regularization"
NUMERIC = kinds.get("numeric")
ENERGY: dict[str, Any] = {
    "draw": {"m": "integer(2, 60)", "v": "integer(3, 40)"},
    "let": {"energy": "m*v**2/2"},
    "stem": "{m} kg at {v} m/s?",
    "answer": "energy",
    "explanation": "Half of mass times speed squared.",
}
STUDENTS = 12
PLANTED = 3


def energies(seeds: range) -> list[Any]:
    return Body.model_validate(ENERGY).engine.generate("i", seeds)


def unexpected(typed: list[tuple[str, Any, str]], **fields: object) -> list[Misconception]:
    body = kinds.parse("numeric", {**ENERGY, **fields})
    return NUMERIC.unexpected(body, [(student, answer, {"value": text}) for student, answer, text in typed])


def test_three_students_with_numbers_of_their_own_show_what_they_did() -> None:
    typed = [
        (f"s{n}", each, str(each["values"]["m"] * each["values"]["v"] / 2)) for n, each in enumerate(energies(range(3)))
    ]
    (found,) = unexpected(typed)
    assert (found.formula, found.students, found.answers) == ("m * v / 2", 3, 3)
    assert found.what == "2 is left out."


def test_one_student_thrice_is_one_student() -> None:
    assert (
        unexpected([("ada", each, str(each["values"]["m"] * each["values"]["v"] / 2)) for each in energies(range(3))])
        == []
    )


def test_the_same_variant_for_all_shows_nothing() -> None:
    (same,) = energies(range(1))
    typed = str(same["values"]["m"] * same["values"]["v"] / 2)
    assert unexpected([(f"s{n}", same, typed) for n in range(6)]) == []


def test_what_is_right_expected_or_not_a_number_is_left_out() -> None:
    half = [(f"s{n}", each, str(2 * each["key"])) for n, each in enumerate(energies(range(4)))]
    assert unexpected(half) != []
    assert unexpected(half, mistakes=[{"value": "m*v**2", "because": "The half is missing."}]) == []
    assert unexpected([(name, each, str(each["key"])) for name, each, _ in half]) == []
    assert unexpected([(name, each, "[1, 2]") for name, each, _ in half]) == []


def test_two_mistakes_are_told_apart() -> None:
    doubled = [(f"d{n}", each, str(2 * each["key"])) for n, each in enumerate(energies(range(4)))]
    speeds = [
        (f"v{n}", each, str(each["values"]["m"] * each["values"]["v"] / 2))
        for n, each in enumerate(energies(range(4, 7)))
    ]
    first, second = unexpected([*doubled, *speeds])
    assert (first.students, second.formula) == (4, "m * v / 2")


def test_formulas_one_step_away_are_formulas() -> None:
    edits = list(edits_of("energy", ENERGY["let"]))
    formulas = {edit.formula for edit in edits}
    assert {"m * v ** 2", "m * v / 2", "-energy", "v * m ** 2 / 2", "energy / 1000", "2 / (m * v ** 2)"} <= formulas
    assert len(formulas) == len(edits)
    assert "energy" not in formulas


def slip(rng: random.Random, key: float) -> float:
    """A wrong number that follows no formula."""
    return float(f"{key * rng.choice([rng.uniform(0.2, 3), rng.uniform(0.9, 1.1), -1.3]):.3g}")


def answered(body: Body, student: int, variant: Variant, typed: float) -> WrongAnswer:
    key = variant["key"]
    assert isinstance(key, float)
    return WrongAnswer(student, variant["values"], typed, *allowed_errors(body, [key], variant["of"]))


def numeric_bodies() -> Iterator[Body]:
    """The templates of the first course whose answer is one number."""
    for item in (entry.document for entry in FolderReader(COURSE).read().items):
        if item.kind == "numeric":
            body = Body.model_validate(item.body)
            if isinstance(body.engine.generate("i", [0])[0]["key"], float):
                yield body


@pytest.mark.slow
def test_most_mistakes_that_authors_expect_are_found_from_three_students_and_none_in_slips() -> None:
    """As if each author had not thought of it: three students make it, nine others slip."""
    rng = random.Random(1)
    planted = found = slips = false_alarms = 0
    for body in numeric_bodies():
        drawn = rng.sample(body.engine.generate("i", range(40)), STUDENTS)
        others = [answered(body, n, each, slip(rng, float(str(each["key"])))) for n, each in enumerate(drawn)]
        slips += 1
        false_alarms += bool(explain(body.declared(), body.answer, others))
        for place, mistake in enumerate(body.mistakes):
            made = [each["mistakes"][place] for each in drawn[:PLANTED]]
            if mistake.value.isdigit() or not all(isinstance(each, float) for each in made):
                continue
            planted += 1
            typed = [float(f"{float(str(each)):.8g}") for each in made]
            wrong = [answered(body, n, drawn[n], typed[n]) for n in range(PLANTED)]
            explained = explain(body.declared(), body.answer, [*wrong, *others[PLANTED:]])
            found += any({each.student for each in one.examples} == set(range(PLANTED)) for one in explained)
    assert planted > 80
    assert found >= 0.8 * planted, (found, planted)
    assert false_alarms <= 0.01 * slips, (false_alarms, slips)


def test_what_is_divided_by_and_the_unit_of_angles_are_steps_too() -> None:
    formulas = {edit.formula: edit.what for edit in edits_of("std(v, ddof=1) + sind(x)", {})}
    assert formulas["std(v, 0) + sind(x)"] == "It is divided by n in place of n - 1."
    assert formulas["std(v, ddof=1) + sin(x)"] == "Degrees are taken for radians."
    assert "var(v, ddof=1) + sind(x)" in formulas

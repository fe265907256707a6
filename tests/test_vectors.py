"""The test vectors in docs/vectors are what this service does, and enough for a client to grade by."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from docs import write_vectors
from questions import kinds
from questions.expressions import Vocabulary, read
from questions.expressions.values import compute
from tests.api.independent import grading, memory
from tests.api.independent.reading import LeftToServiceError, RefusedError


def stored(name: str) -> Any:
    return json.loads((write_vectors.FOLDER / name).read_text())


def is_same(one: Any, other: Any) -> bool:
    """Whether two documents are the same, but for the last digits of what sines and powers give on another machine."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-11, abs=1e-13)
    return bool(one == other)


def test_they_are_what_the_service_does() -> None:
    for name, entries in write_vectors.vectors().items():
        assert is_same(json.loads(json.dumps(entries)), stored(name)), f"{name}: `make vectors` writes it anew"


def is_equal(check: dict[str, Any], reading: str, typed: str) -> bool:
    """The client's rule in the README."""
    names, _, log = reading.partition("|")
    size = len(check["values"])
    points = {name: np.array(column) for name, column in check["points"].items()}
    if check["constant"]:
        points[check["constant"]] = np.zeros(size)
    answer = read(typed, Vocabulary.of(names.split(), log))
    computed = compute(answer, points, size)
    key = np.array(check["values"])
    difference = computed.value - key
    if check["constant"]:
        difference = difference - difference[0]
    allowed = 1e-9 * np.maximum(np.abs(computed.value), np.abs(key)) + 1e-12
    is_held = not check["constant"] or check["constant"] in str(answer)
    is_near = (np.abs(difference) <= allowed) | ~computed.sure
    return is_held and not computed.undefined.any() and bool(is_near.all())


def test_a_client_that_knows_a_pack_alone_grades_formulas_as_the_service_does() -> None:
    formulas = [entry for entry in stored("grades.json") if entry["kind"] == "formula"]
    assert len(formulas) > 15
    for entry in formulas:
        for answer in entry["answers"]:
            typed = answer["response"]["value"]
            graded = is_equal(entry["check"], entry["prompt"]["reading"], typed)
            assert graded == (answer["score"] == 1), typed


def test_the_client_of_the_guide_grades_questions_of_each_kind_as_they_say() -> None:
    entries = stored("kinds.json")
    assert set(kinds.KINDS) == {kind for kind, some in Counter(entry["kind"] for entry in entries).items() if some > 3}
    for kind in kinds.KINDS:
        answers = [answer for entry in entries if entry["kind"] == kind for answer in entry["answers"]]
        assert {0, 1} <= {answer.get("score") for answer in answers}, kind
        assert sum("refused" in answer for answer in answers) > 3, kind
    decided: Counter[str] = Counter()
    for entry in (*entries, *stored("grades.json")):
        for answer in entry["answers"]:
            try:
                score: float | None = grading.grade(entry, answer["response"]).score
            except LeftToServiceError:
                continue
            except RefusedError:
                score = None
            assert score == answer.get("score"), (entry["kind"], answer)
            decided[entry["kind"]] += 1
    assert min(decided[kind] for kind in kinds.KINDS) > 15, decided


def test_and_computes_memories() -> None:
    for entry in stored("memory.json"):
        state, w = None, entry["parameters"]
        for review in entry["reviews"]:
            state = memory.step(state, review["t"], review["rating"], w)
            assert state == pytest.approx((review["stability"], review["difficulty"]), rel=1e-12)
            if review["days"]:
                days = memory.interval(state[0], entry["desired_retention"], entry["max_interval_days"], w)
                assert days == review["days"]


def test_and_numbers() -> None:
    quantities = {entry["typed"]: entry for entry in [*stored("units.json"), *stored("numbers.json")]}
    asked = next(entry for entry in stored("grades.json") if entry["check"].get("units") == "any")
    right = quantities["5 MW"]
    value = Fraction(right["values"][0]) * Fraction(right["scale"])

    assert abs(value - Fraction(asked["check"]["values"][0])) <= Fraction(asked["check"]["allowed"][0])
    assert quantities["5 mW"]["dimension"] == right["dimension"]
    assert quantities["1,234"].keys() == {"typed", "refused"}

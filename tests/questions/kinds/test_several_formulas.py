"""Several formulas as one answer: a gradient, in order, and all solutions, in any."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest

from questions import kinds
from questions.kinds.base import sample_opaque

KIND = kinds.get("formula")
TEXTS = {"stem": "?", "explanation": "–"}
GRADIENT = {
    **TEXTS,
    "answer": "(2x*y, x^2)",
    "variables": ["x", "y"],
    "several": "in_order",
    "mistakes": [{"value": "(x^2, 2x*y)", "because": "The other way round."}],
}
ROOTS = {**TEXTS, "answer": "a; -a; 2,5a", "variables": {"a": "positive"}, "several": "any_order"}
FACTORS = {**TEXTS, "answer": "(x+1)(x-1), x(x+2)", "variables": ["x"], "several": "in_order", "form": "factored"}


def grade(document: dict[str, Any], typed: str) -> tuple[float, str]:
    graded = KIND.grade(kinds.parse("formula", document), {}, {"value": typed})
    return round(graded.score, 3), " ".join(entry["message"] for entry in graded.feedback)


@pytest.mark.parametrize(
    ("document", "typed", "score", "told"),
    [
        (GRADIENT, "(2xy, x²)", 1, ""),
        (GRADIENT, "2xy; x*x", 1, ""),
        (GRADIENT, r"\begin{pmatrix} 2xy \\ x^2 \end{pmatrix}", 1, ""),
        (GRADIENT, "[x^2, 2xy]", 0, "The other way round."),
        (GRADIENT, "2xy, 2x", 0.5, "Entry 2: not right."),
        (ROOTS, "{5a/2, a, -a}", 1, ""),
        (ROOTS, r"\left\{ -a, a, \frac{5a}{2} \right\}", 1, ""),
        (ROOTS, "a, -a", 0.667, "What is there is right, but not all is there."),
        (ROOTS, "a, a, a", 0.333, "1 of what is there is right."),
        (ROOTS, "a; -a; 2,5a; 0", 0.75, "3 of what is there are right."),
        (FACTORS, "x^2 - 1, x(2 + x)", 0.5, "Entry 1: Equal to the answer, but not factored."),
    ],
)
def test_each_entry_counts(document: dict[str, Any], typed: str, score: float, told: str) -> None:
    assert grade(document, typed) == (score, told)


@pytest.mark.parametrize(
    ("document", "typed", "told"),
    [
        (GRADIENT, "2xy", "Write 2 formulas, with commas between them."),
        (GRADIENT, "2xy, 1/2x", "two readings"),
        (GRADIENT, "2xy, ", "Type a formula."),
        (ROOTS, "1,2", "“1,2” has two readings: write 1; 2 or 1.2."),
    ],
)
def test_what_is_not_several_formulas_costs_nothing(document: dict[str, Any], typed: str, told: str) -> None:
    with pytest.raises(kinds.ResponseError, match=None) as refused:
        grade(document, typed)

    assert told in refused.value.message


def test_they_are_echoed_and_shown_as_a_tuple_or_a_set() -> None:
    for document, shown in ((GRADIENT, r"\left(x,\; y\right)"), (ROOTS, r"\left\{a,\; 0\right\}")):
        body = kinds.parse("formula", document)
        prompt = KIND.present(body, seed=1, identity="i", opaque=sample_opaque(1)).prompt
        typed = "x, y" if document is GRADIENT else "{a, 0}"

        assert KIND.echo(typed, prompt["reading"]).latex == shown
        assert "commas between" in prompt["precision_hint"]
        assert KIND.samples(body, "i")[0].answer


def test_a_pack_has_the_values_of_each() -> None:
    check: Any = KIND.check(kinds.parse("formula", GRADIENT), {})

    assert check["several"] == "in_order"
    assert [entry["names"] for entry in check["entries"]] == [["x", "y"], ["x", "y"]]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"answer": "2x"}, "Write several formulas"),
        ({"answer": "x, 1x", "several": "any_order"}, "Two of the formulas are equal."),
        ({"answer": "x, 1/2x"}, "two readings"),
        ({"answer": "x, y", "mistakes": [{"value": "x", "because": "-"}]}, "The mistake needs 2 formulas, too."),
        ({"answer": "x, y", "mistakes": [{"value": "1x, y", "because": "-"}]}, "The mistake is equal to the answer."),
        ({"answer": "x + C, y + C", "constant": "C", "mistakes": []}, "no constant in common"),
    ],
)
def test_what_cannot_be_asked_is_refused(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        kinds.parse("formula", {**GRADIENT, "mistakes": [], **changed})

    assert told in str(refused.value)

"""The publish gate: a sound item passes, and each kind of defect is refused with the seeds that show it."""

from collections.abc import Callable
from typing import Any

import pytest

from questions import kinds
from questions.kinds.numeric import Body, Numeric
from questions.variants import numbers
from questions.variants.audit import MAX_SHOWN, Audit, Gate, Verdict, audit
from questions.variants.tolerance import Precision, allowed_error, matches
from tests.questions.variants.everything import compiled

SOUND: dict[str, Any] = {
    "draw": {"a": "integer(3, 9)", "b": "uniform(0.1, 0.9, 0.1)"},
    "answer": "a / b",
    "mistakes": ["a * b", "b / a"],
    "texts": {"stem": "What is {a} / {b}?", "explanation": "{a} / {b}", "mistakes.0.because": "{a*b} is the product."},
}
ASKED = Precision(3)
Grader = Callable[[Any, str], Verdict]


def by_significance(variant: Any, text: str) -> Verdict:
    """A grader of scalars to three significant digits."""
    try:
        (given,) = numbers.read(text).values
    except numbers.NumberError:
        return Verdict(None)
    known = [variant["key"], *variant["mistakes"]]
    near = [value is not None and matches(given, value, allowed_error(value, ASKED, None, None)) for value in known]
    return Verdict(near[0], None if near[0] or True not in near else near.index(True) - 1)


def audited(
    *,
    seeds: int = 60,
    grade: Grader = by_significance,
    rounded: Callable[[float], str] = ASKED.rounded,
    neighbours: bool = True,
    **changes: Any,
) -> Audit:
    """The audit of the sound item with some of it changed."""
    engine = compiled(**{**SOUND, **changes})
    return audit(engine, "item:1", range(seeds), Gate(grade, rounded, ASKED.unit, neighbours))


def messages(report: Audit) -> list[str]:
    return [problem.message for problem in report.problems]


def test_a_sound_item_passes() -> None:
    report = audited(seeds=1000)

    assert report.ok
    assert report.problems == []
    assert report.distinct == 7 * 9
    assert len(report.keys) == 1000
    assert report.redraws == 0


def test_it_counts_redraws() -> None:
    assert audited(where=["a > 5"]).redraws > 0.3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"where": ["a > 9"]}, "No draw met the constraints in 64 redraws."),
        ({"answer": "a / (a - 5)"}, "The answer is not a finite number."),
        ({"let": {"c": "log(a - 5)"}}, "The value of c is not a finite number."),
        ({"texts": {"stem": "{a} {b} {1 / (a - 5)}"}}, "The text of stem shows a number that is not finite."),
        (
            {"texts": {**SOUND["texts"], "solution": "{sqrt(5 - a)}"}},
            "The text of solution shows a number that is not finite.",
        ),
        (
            {"texts": {**SOUND["texts"], "mistakes.1.because": "{1 / (a - 4)}"}},
            "The text of mistakes.1.because shows a number that is not finite.",
        ),
        ({"texts": {"stem": "What is {a > 0} / b?"}}, "Only 1 different variants come out; draw from more values."),
        ({"draw": {**SOUND["draw"], "a": "choice(3)", "b": "choice(0.1, 0.2, 0.3)"}}, "Only 3 different variants"),
        ({"rounded": lambda key: f"{key:.1e}"}, "The correctly rounded key is marked wrong."),
        ({"grade": lambda variant, text: Verdict(False, 0)}, "The correctly rounded key is marked wrong."),
        ({"mistakes": ["a / b if a > 4 else a * b"]}, "Mistake 1 is marked right."),
        (
            {"mistakes": ["a * b", "a * b if a > 4 else 2 * a * b"]},
            "Mistake 2 is taken for another, or not recognised.",
        ),
    ],
)
def test_it_refuses(changes: dict[str, Any], message: str) -> None:
    report = audited(**changes)

    assert not report.ok
    assert any(found.startswith(message) for found in messages(report))


def lenient(variant: Any, text: str) -> Verdict:
    """A grader that allows two units of the last digit."""
    try:
        (given,) = numbers.read(text).values
    except numbers.NumberError:
        return Verdict(None)
    return Verdict(matches(given, variant["key"], 2 * ASKED.unit(variant["key"])))


def test_it_refuses_a_neighbour_that_is_marked_right() -> None:
    item: dict[str, Any] = {"grade": lenient, "mistakes": [], "texts": {"stem": "What is {a} / {b}?"}}

    assert messages(audited(**item)) == ["One unit off in the last asked digit is marked right."]
    assert audited(**item, neighbours=False).ok


def test_it_refuses_a_mistake_that_nothing_recognises() -> None:
    def forgetful(variant: Any, text: str) -> Verdict:
        return Verdict(by_significance(variant, text).correct)

    assert messages(audited(grade=forgetful)) == [
        "Mistake 1 is taken for another, or not recognised.",
        "Mistake 2 is taken for another, or not recognised.",
    ]


def test_it_refuses_junk_that_is_graded() -> None:
    def credulous(variant: Any, text: str) -> Verdict:
        return by_significance(variant, text) if text.strip() else Verdict(False)

    assert messages(audited(grade=credulous)) == ["“” is not a format error."]


def test_a_mistake_without_a_value_is_no_defect_nor_what_is_said_to_it() -> None:
    texts = {**SOUND["texts"], "mistakes.1.because": "{b / (a - 5)} divides by {a - 5}."}

    assert audited(mistakes=["a * b", "100 * b / (a - 5)"], texts=texts).ok


def test_a_defect_lists_its_first_seeds_and_their_numbers() -> None:
    (problem,) = audited(mistakes=["a / b"], seeds=20).problems

    assert problem.seeds == tuple(range(MAX_SHOWN))
    assert problem.total == 20
    assert str(problem).startswith("Mistake 1 is marked right. 20 seeds, such as 0, 1, 2, 3, 4 (key ")


def test_one_constant_item_needs_no_variety() -> None:
    assert audited(draw={}, answer="2**10", mistakes=["2*10"], texts={"stem": "How many masks?"}).ok


# Through the real grader


def numeric_item(**changes: Any) -> Body:
    document = {
        "stem": "What is {a} + {b}?",
        "explanation": "Add.",
        "draw": {"a": "integer(2, 9)", "b": "integer(2, 9)"},
        "answer": "a + b",
        "exact": True,
        **changes,
    }
    body = kinds.parse("numeric", {name: value for name, value in document.items() if value is not None})
    assert isinstance(body, Body)
    return body


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"exact": None, "digits": 2},
        {"exact": None, "decimals": 1, "answer": "a / b"},
        {"exact": None, "answer": "a / b", "tolerance": {"rtol": 0.02}},
        {"draw": {"a": "vector(3, integer(2, 9))", "b": "integer(2, 9)"}, "answer": "a + b"},
        {"where": ["a != b", "a*b != a + b"], "mistakes": [{"value": "a*b", "because": "Add, do not multiply."}]},
    ],
)
def test_sound_items_pass_the_real_grader(changes: dict[str, Any]) -> None:
    assert Numeric().audit(numeric_item(**changes), "item:1", 300).problems == []


def test_a_mistake_that_is_right_for_some_seeds_is_found() -> None:
    body = numeric_item(mistakes=[{"value": "a*b", "because": "Add, do not multiply."}])

    (problem,) = Numeric().audit(body, "item:1", 500).problems

    assert problem.message == "Mistake 1 is marked right."
    assert 0 < problem.total < 50
    for seed in problem.seeds:
        (variant,) = body.engine.generate("item:1", [seed])
        assert variant["values"] == {"a": 2, "b": 2}


def test_a_tolerance_so_wide_that_a_mistake_fits_in_is_found() -> None:
    body = numeric_item(
        exact=None,
        answer="1 - 1/(100*a)",
        tolerance={"rtol": 0.01},
        mistakes=[{"value": "1", "because": "Something is taken away."}],
    )

    assert messages(Numeric().audit(body, "item:1", 100)) == ["Mistake 1 is marked right."]

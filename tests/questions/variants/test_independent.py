"""The gate does not ask the engine that it tests: keys, mistakes, conditions and texts beside exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import kinds
from questions.kinds.numeric import Body, Numeric
from questions.variants.exact import evaluate
from questions.variants.exact.numbers import ShapeError, UndecidedError, UndefinedError
from questions.variants.formulas import compile_formula
from questions.variants.versions import ENGINE_VERSION

PLAIN = 2
"""An engine for which binary fractions decide at jumps."""


def refusals(seeds: int = 300, engine: int = ENGINE_VERSION, **changes: Any) -> list[str]:
    document = {"stem": "How many?", "explanation": "So.", "digits": 3, **changes}
    if changes.get("exact") or "decimals" in changes:
        del document["digits"]
    body = kinds.parse("numeric", document, engine)
    assert isinstance(body, Body)
    return [str(problem) for problem in Numeric().audit(body, "item:1", seeds).problems]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"let": {"p": 0.29, "n": 100}, "answer": "floor(p*n)", "exact": True}, "answer"),
        ({"answer": "ceil(0.1*3*10)", "exact": True}, "answer"),
        ({"answer": "floor((1-0.9)*10)", "exact": True}, "answer"),
        (
            {"draw": {"p": "uniform(0.01, 0.99, 0.01)"}, "stem": "{p}", "answer": "floor(p*100)", "exact": True},
            "answer",
        ),
        ({"let": {"a": 0.1}, "answer": "a*3 - 0.3"}, "answer"),
        (
            {
                "draw": {"v": "vector(3, uniform(-1, 1, 0.1))"},
                "stem": "{v}",
                "answer": "sum(v)",
                "where": ["sum(v) < 0.05"],
            },
            "answer",
        ),
        ({"answer": "sign(0.1*3 - 0.3) + 5"}, "answer"),
        ({"answer": "5 if 0.1*3 == 0.3 else 6"}, "answer"),
        ({"answer": "0.3 % 0.1"}, "answer"),
        ({"answer": "round(0.575, 2)"}, "answer"),
        ({"answer": "1", "mistakes": [{"value": "floor(0.29*100)", "because": "No."}]}, "mistakes.0.value"),
        ({"answer": "1", "where": ["0.1*3 > 0.3"]}, "where.0"),
        ({"answer": "1", "let": {"a": 0.1}, "explanation": "{a*3 - 0.3} is left."}, "explanation"),
        ({"answer": "5 if sqrt(2)*sqrt(3) > sqrt(6) else 6"}, "answer"),
    ],
)
def test_what_binary_fractions_decide_is_refused(changes: dict[str, Any], place: str) -> None:
    (problem,) = refusals(engine=PLAIN, **changes)
    assert problem.startswith(f"{place}: ")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"let": {"p": 0.29, "n": 100}, "answer": "floor(p*n)", "exact": True}, 29),
        ({"answer": "ceil(0.1*3*10)", "exact": True}, 3),
        ({"answer": "floor((1-0.9)*10)", "exact": True}, 1),
        ({"answer": "floor((100.3 - 100.2)*10)", "exact": True}, 1),
        ({"let": {"a": 0.1}, "answer": "a*3 - 0.3"}, 0),
        ({"answer": "sum([0.1, 0.2, -0.3])"}, 0),
        ({"answer": "sign(0.1*3 - 0.3) + 5"}, 5),
        ({"answer": "5 if 0.1*3 == 0.3 else 6"}, 5),
        ({"answer": "5 if 0.1*3 > 0.3 else 6"}, 6),
        ({"answer": "5 if 0.1*3 <= 0.3 else 6"}, 5),
        ({"answer": "5 if 0.1*3 != 0.3 else 6"}, 6),
        *(({"answer": "0.3 % 0.1"}, 0), ({"answer": "0.3 // 0.1"}, 3), ({"answer": "-0.7 % 0.1"}, 0)),
        *(({"answer": "round(0.575, 2)"}, 0.58), ({"answer": "round(2.5)"}, 2), ({"answer": "round(-0.5*3)"}, -2)),
        ({"answer": "argmax([0.3, 0.1*3, 0.2])"}, 0),
        ({"answer": "sin(2)**2 + cos(2)**2 - 1"}, 0),
        ({"answer": "acosd(dot([1, 2, 3], [2, 4, 6])/(norm([1, 2, 3])*norm([2, 4, 6])))"}, 0),
        ({"answer": "var([0.1, 0.1, 0.1], ddof=1)"}, 0),
        ({"answer": "count([0.1*3, 0.3, 0.7 - 0.4] >= 0.3)"}, 3),
        ({"answer": "1", "let": {"a": 0.1}, "explanation": "{a*3 - 0.3} is left."}, 1),
    ],
)
def test_keys_are_what_exact_arithmetic_gives_at_every_jump(changes: dict[str, Any], key: float) -> None:
    assert refusals(**changes) == []
    body = kinds.parse("numeric", {"stem": "How many?", "explanation": "So.", **changes})
    assert isinstance(body, Body)
    (variant,) = body.engine.generate("item:1", [0])
    assert variant["key"] == key


def test_a_grid_of_decimals_meets_its_jumps_where_they_are() -> None:
    """Every percentage of 100, and every tenth over a tenth, by the engine and by fractions."""
    import numpy as np

    share, tenth = np.arange(1, 100) / 100, np.arange(-50, 51) / 10
    for formula in ("floor(p*100)", "ceil(p*100)", "round(p*10)", "p*100 // 1", "p % 0.05", "p*3 - p - p - p"):
        values = compile_formula(formula, ["p"])({"p": share})
        exact = [evaluate(formula, {"p": Fraction(k, 100)}) for k in range(1, 100)]
        assert values == pytest.approx([float(each) for each in exact], abs=1e-15), formula  # type: ignore[arg-type]
    for formula in (
        "p // 0.1",
        "p % 0.3",
        "round(p/2, 1)",
        "sign(p*0.1 - 0.1*p)",
        "p < p*3/3",
        "p/0.1 == round(p/0.1)",
    ):
        values = compile_formula(formula, ["p"])({"p": tenth})
        exact = [evaluate(formula, {"p": Fraction(k, 10)}) for k in range(-50, 51)]
        assert values == pytest.approx([float(each) for each in exact], abs=1e-14), formula  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answer": "5 if sqrt(2)*sqrt(3) > sqrt(6) else 6"}, "nobody can say which is larger"),
        ({"answer": "5 if 1/(0.1*3 - 0.3) > 3 else 6"}, "there is no such number"),
        ({"answer": "1 + 0.00000000000001 - 1"}, "More than 12 digits decide"),
        ({"answer": "floor(2.99999999999999)", "exact": True}, "More than 12 digits decide"),
        ({"answer": "1", "where": ["0.1*3 > 0.3"]}, "No draw met the constraints"),
    ],
)
def test_what_cannot_be_decided_is_refused(changes: dict[str, Any], words: str) -> None:
    (problem,) = refusals(**changes)
    assert words in problem


@pytest.mark.parametrize(
    "changes",
    [
        {"let": {"p": 0.29, "n": 100}, "answer": "floor(round(p*n, 6))", "exact": True},
        {"let": {"a": 0.1}, "answer": "round(a*3 - 0.3, 9)"},
        {"draw": {"p": "uniform(0.01, 0.99, 0.01)"}, "stem": "{p}", "answer": "(1 - p)**2 / 3"},
        {
            "draw": {"n": "integer(2, 90)"},
            "stem": "{n}",
            "answer": "log2(2**n) + sqrt(n*n) + log10(1000)",
            "exact": True,
        },
        {"draw": {"v": "vector(4, uniform(-2, 2, 0.1))"}, "stem": "{v}", "answer": "norm(v) + exp(-mean(v))"},
        {"draw": {"v": "vector(3, uniform(-1, 1, 0.1))"}, "stem": "{v}", "answer": "sum(v)", "decimals": 2},
        {"draw": {"x": "loguniform(1e-6, 1e-3, 3)"}, "stem": "{x}", "answer": "1 - exp(-x)"},
    ],
)
def test_what_exact_arithmetic_confirms_is_published(changes: dict[str, Any]) -> None:
    assert refusals(**changes) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("sum(A)", "sum() takes a vector, and this is a matrix of 2 × 3"),
        ("max(A)[0]", "max() takes a vector"),
        ("norm(A)[0]", "norm() takes a vector"),
        ("dot(A, A)[0]", "dot() takes a vector"),
        ("(A[0] * v)[0] + sum(A * v)[0]", "do not go together"),
        ("mean(w * A[0])", "a vector of 1 and a vector of 3 do not go together"),
    ],
)
def test_no_axis_is_reduced_in_silence(answer: str, words: str) -> None:
    draw = {
        "A": "matrix(2, 3, integer(1, 9))",
        "v": "vector(2, integer(1, 9))",
        "w": "vector(1, integer(1, 9))",
    }
    try:
        messages = refusals(draw=draw, stem="{A} {v} {w}", answer=answer)
    except kinds.VariantError:
        raise
    except ValueError:
        return  # it does not even compile
    assert any(words in message for message in messages)


@pytest.mark.parametrize(
    ("draw", "stem", "shown"),
    [
        ("uniform(10000, 20000, 0.00001)", "{x}", False),
        ("uniform(10000, 20000, 0.00001)", "{x:.10g}", True),
        ("uniform(0, 1, 0.001)", "{x:.2f}", False),
        ("uniform(0, 1, 0.001)", "About {x:.2f}, to be exact {x}", True),
        ("vector(2, uniform(10000, 20000, 0.00001))", "{x}", False),
        ("integer(1, 999999999)", "{x}", True),
    ],
)
def test_a_draw_is_shown_in_full(draw: str, stem: str, shown: bool) -> None:
    problems = refusals(draw={"x": draw}, stem=stem, answer="sum(x)" if "vector" in draw else "x", decimals=5)
    assert (problems == []) == shown
    assert shown or "does not show all digits of x" in problems[0]


@pytest.mark.parametrize(
    ("stem", "answer", "clear"),
    [
        ("{x/1000:.2g}", "x", False),
        ("{x/1000:.2g}", "round(x/1000)", True),
        ("{x/1000}", "x", True),
        ("{x}", "x*y", False),
        ("{floor(x/100)}", "sqrt(x)", False),
        ("{x} and {y}", "x*y", True),
        ("{x}", "x + 0.0001*y", True),
    ],
)
def test_what_looks_the_same_has_the_same_key(stem: str, answer: str, clear: bool) -> None:
    draw = {"x": "integer(1000, 1400)", "y": "integer(2, 9)"}
    problems = refusals(draw=draw, stem=stem, answer=answer)
    assert (problems == []) == clear
    assert clear or "looks the same" in problems[0]


@given(st.sampled_from(["+", "-", "*", "/"]), st.integers(-999, 999), st.integers(1, 999), st.integers(0, 6))
@settings(max_examples=50)
def test_decimals_are_taken_as_they_stand(sign: str, a: int, b: int, places: int) -> None:
    x, y = f"{a / 10**places!r}", f"{b / 100!r}"
    expected = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__, "/": Fraction.__truediv__}[sign]
    assert evaluate(f"x {sign} y", {"x": Fraction(x), "y": Fraction(y)}) == expected(Fraction(x), Fraction(y))


@pytest.mark.parametrize(
    "formula",
    [
        *("-x + 2*x - abs(-x)", "floor(x) + ceil(x) - sign(-x)", "x // 0.3 + x % 0.7", "x**3 - x**-2 + 2**0.5 + x**x"),
        *("exp(x) + log(x) + log2(x) + log10(x) + sqrt(x)", "round(x) + round(x, 2)", "clip(x, 0, 1) + min(x, 2, 3)"),
        *("sum(v) + mean(v) + var(v, 0) + norm(v)", "argmin(v) + argmax(v) + len(v)", "sort(v)[0] + cumsum(v)[2]"),
        *("dot(v, v) + max(v) + min(v)", "(x if x > 1 else -x) + where(x < 1, 1, 0)", "1 < x < 5 and not x == 2 or 0"),
        *("maximum(v, 1)[1] + minimum(x, 0.5)", "sum(v > 0.5) + sum(where(v > 0.5, v, 0))", "v[argmax(v)]"),
    ],
)
def test_both_evaluations_agree_on_every_function(formula: str) -> None:
    import numpy as np

    engine = compile_formula(formula, ["x", "v"])({"x": np.array([1.7]), "v": np.array([[0.3, -1.25, 2.0]])})
    exact = evaluate(formula, {"x": Fraction("1.7"), "v": (Fraction("0.3"), Fraction("-1.25"), Fraction(2))})
    assert not isinstance(exact, tuple)
    assert float(exact) == pytest.approx(float(engine[0]), rel=1e-12)


def test_what_has_no_value_or_cannot_be_told() -> None:
    for formula in ("1/0", "log(0)", "sqrt(-1)", "0**-1", "v[7]"):
        with pytest.raises(UndefinedError):
            evaluate(formula, {"v": (Fraction(1),)})
    with pytest.raises(UndecidedError):
        evaluate("sqrt(2)*sqrt(3) > sqrt(6)", {})
    with pytest.raises(ShapeError):
        evaluate("sum(1)", {})


def test_exact_arithmetic_of_the_largest_items_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    item: dict[str, Any] = {
        "draw": {"A": "matrix(16, 16, uniform(0, 1, 0.001))"},
        "let": {f"C{n}": "A*A + A/3 - A*A*A + A*(A + 1)*(A - 1)" for n in range(6)},
        "stem": "{A[0][0]}",
        "answer": "sum(C5[0])",
    }
    assert refusals(2, **item) == []
    monkeypatch.setattr("questions.variants.independent.TOTAL", 20_000)
    (problem,) = refusals(2, **item)
    assert "takes too long to be checked" in problem

"""Formulas as answers: equal ones are right, near ones wrong, mistakes recognised, and what is wrong is refused."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest
from django.test import Client
from django.utils.html import conditional_escape

from questions import kinds
from questions.kinds import ResponseError
from questions.kinds.base import AnyKind

pytestmark = pytest.mark.any_database

TEXTS: dict[str, Any] = {"stem": "Which formula?", "explanation": "Because."}
UPDATE = {
    **TEXTS,
    "variables": {"eta": "(0, 1)", "lambda": "(0, 1)", "w": "real", "g": "real"},
    "answer": "(1 - eta*lambda)*w - eta*g",
    "mistakes": [{"value": "(1 - lambda)*w - eta*g", "because": "The step multiplies the pull too."}],
}
DRAWN = {
    **TEXTS,
    "stem": "Derive ${a}x^2 + {b}x$.",
    "draw": {"a": "integer(1, 9)", "b": "choice(-3, -2, -1, 1, 2, 3)"},
    "let": {"d": "2*a"},
    "variables": {"x": "real"},
    "answer": "{d}x + {b}",
    "mistakes": [{"value": "{a}x + {b}", "because": "The exponent comes down: ${d}x$."}],
}
KIND: AnyKind = kinds.get("formula")


def put(document: dict[str, Any], seed: int = 3) -> tuple[Any, Any]:
    body = kinds.parse("formula", document)
    return body, KIND.present(body, seed=seed, identity="i", opaque=lambda name: name)


def grade(document: dict[str, Any], typed: object, seed: int = 3) -> Any:
    body, presented = put(document, seed)
    return KIND.grade(body, presented.answer, {"value": typed})


def said(document: dict[str, Any], typed: str) -> str:
    """What is said of a wrong answer."""
    graded = grade(document, typed)
    assert graded.score == 0
    return graded.feedback[0]["message"] if graded.feedback else ""


@pytest.mark.parametrize("typed", ["w-η(g+λw)", r"w - \eta g - \eta\lambda w", "(1-eta lambda) w-eta g"])
def test_an_equal_formula_is_right_however_it_is_written(typed: str) -> None:
    assert grade(UPDATE, typed).correct


def test_a_recognised_mistake_is_named_however_it_is_written() -> None:
    assert said(UPDATE, "w - λw - ηg") == "The step multiplies the pull too."
    assert said(UPDATE, "w") == ""


def test_what_cannot_be_read_costs_nothing() -> None:
    for typed in ("1/2w", "foo", "", 7):
        with pytest.raises(ResponseError):
            grade(UPDATE, typed)


@pytest.mark.parametrize(
    ("form", "key", "wanting", "right"),
    [
        ("factored", "(x - 1)(x + 2)", "x^2 + x - 2", "(x+2)(x-1)"),
        ("expanded", "x^2 + x - 2", "(x-1)(x+2)", "x*x - 2 + x"),
        ("expanded", "2x^2 + x", "x^2 + x + x^2", "x + 2x²"),
        ("simplified", "2x + 1", "x + x + 1", "1 + 2x"),
        ("simplified", "x/2", "2x/4", "0.5x"),
        ("fraction", "(x + 1)/x", "1 + 1/x", r"\frac{1+x}{x}"),
    ],
)
def test_what_is_equal_has_to_have_the_form(form: str, key: str, wanting: str, right: str) -> None:
    document = {**TEXTS, "variables": {"x": "nonzero"}, "answer": key, "form": form}

    assert said(document, wanting).startswith("Equal to the answer, but not ")
    assert grade(document, right).correct


def test_an_integral_is_right_up_to_its_constant() -> None:
    document = {**TEXTS, "variables": {"x": "nonzero"}, "answer": "ln|x| + C", "constant": "C"}

    for typed in ("C + ln|x|", "ln|2x| - C", "ln|x| + 2C + 5"):
        assert grade(document, typed).correct
    assert said(document, "ln|x|") == "Right but for the constant: + C is missing."
    for typed in ("ln|x| + C^2", "2ln|x| + C", "ln|x| + C x", "ln|x| + |C|"):
        assert said(document, typed) == ""


def test_a_hole_is_named_unless_the_domain_leaves_it_out() -> None:
    document = {**TEXTS, "variables": ["x"], "answer": "x + 1"}

    assert said(document, "(x^2-1)/(x-1)").endswith("without a value at x = 1.")
    assert said(document, "(x+1)(2x-3)/(2x-3)").endswith("without a value at x = 1.5.")
    assert grade({**document, "variables": {"x": "(2, 9)"}}, "(x^2-1)/(x-1)").correct


def test_a_variant_has_numbers_of_its_own() -> None:
    body, presented = put(DRAWN)
    key = KIND.reveal(body, presented.answer).key

    assert "+ -" not in key["value"]
    assert KIND.grade(body, presented.answer, key).correct
    assert len({put(DRAWN, seed)[1].prompt["stem"] for seed in range(30)}) > 10


def test_the_gate_finds_nothing_wrong_with_a_sound_item_over_a_thousand_seeds() -> None:
    report = KIND.audit(kinds.parse("formula", DRAWN), "i", 1000)

    assert report
    assert report.problems == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"mistakes": [{"value": "{a}x + {b} + {a}x", "because": "No."}]}, "The mistake is equal to the answer"),
        ({"mistakes": DRAWN["mistakes"] * 2}, "The mistake is equal to another one"),
        ({"let": {"d": "2*a/3"}}, "answer shows {d} rounded"),
        ({"answer": "sqrt(-{d} - x^2) + {b}"}, "too few points"),
        ({"answer": "{d}x + {b} + 1E-30*x"}, "too small to be seen"),
    ],
)
def test_the_gate_refuses_variants_that_are_not_sound(changed: dict[str, Any], told: str) -> None:
    report = KIND.audit(kinds.parse("formula", {**DRAWN, **changed}), "i", 60)

    assert report
    assert told in " ".join(map(str, report.problems))


@pytest.mark.parametrize(
    ("changed", "place", "told"),
    [
        ({"answer": "2z"}, ("answer",), "Names here: x"),
        ({"answer": "sqrt(-1 - x^2)"}, ("answer",), "too few points"),
        ({"answer": "x^2 + 1", "form": "factored"}, ("answer",), "not factored"),
        ({"constant": "C"}, ("answer",), "write + C"),
        ({"variables": {"x": "big"}}, ("variables", "x"), "is no domain"),
        ({"variables": {"sin": "real"}}, ("variables", "sin"), "cannot be a name"),
        ({"variables": ["x", "y", "xy"]}, ("variables", "xy"), "also a product"),
        ({"mistakes": [{"value": "x + x", "because": "."}]}, ("mistakes", 0, "value"), "equal to the answer"),
        ({"draw": {"x": "integer(1, 9)"}}, ("draw", "x"), "also a name in the formula"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    changed: dict[str, Any], place: tuple[str | int, ...], told: str
) -> None:
    document = {**TEXTS, "answer": "2x", "variables": ["x"], **changed}
    with pytest.raises(pydantic.ValidationError) as refused:
        kinds.parse("formula", document)

    (error, *_) = refused.value.errors()
    assert error["loc"] == place
    assert told in error["msg"]


def test_statistics_tell_mistakes_apart_in_the_authors_words() -> None:
    body, presented = put(DRAWN)
    key = KIND.reveal(body, presented.answer).key

    assert KIND.picked(body, presented.answer, key) == ["${d}x + {b}$"]
    assert KIND.picked(body, presented.answer, {"value": "99"}) == ["another formula"]


def test_a_prompt_names_what_may_be_typed_and_nothing_of_the_key() -> None:
    _, presented = put(UPDATE)

    assert presented.prompt["names"][0] == {"name": "eta", "latex": r"\eta"}
    assert KIND.echo("lambda w", presented.prompt["reading"]).latex == r"\lambda\,w"
    assert "two readings" in KIND.echo("1/2w", presented.prompt["reading"]).detail
    assert "1 -" not in str(presented.prompt)


def test_pages_show_what_was_answered_typeset_and_never_as_markup() -> None:
    _, presented = put(UPDATE)
    ((shown,),) = KIND.response_texts(presented.prompt, {"value": "lambda w"})
    ((unread,),) = KIND.response_texts(presented.prompt, {"value": "<b>w"})

    assert shown == "lambda w"
    assert conditional_escape(shown) == r'<span class="math">\lambda\,w</span>'
    assert conditional_escape(unread) == "&lt;b&gt;w"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "told"),
    [("2λ x", "katex"), ("1/2x", "two readings: write (1/2)*x… or 1/(2*x…)"), ("<b>", "A formula holds no comparison")],
)
def test_the_echo_is_typeset_while_it_is_typed(typed: str, told: str) -> None:
    asked = {"kind": "formula", "reading": "x lambda", "a.value": typed}
    page = Client().get("/review/read/", asked).content.decode()

    assert told in page
    assert "<b>" not in page

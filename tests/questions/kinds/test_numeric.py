"""Numeric items: what is put, what counts as right, what is said to a mistake, and what a body may hold."""

import json
from typing import Any

import pydantic
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from questions import kinds
from questions.kinds import Presented, ResponseError
from questions.kinds.base import Feedback
from questions.kinds.numeric import Body, Numeric, NumericPrompt, show_key
from questions.variants import numbers

numeric = Numeric()

DECAY: dict[str, Any] = {
    "stem": r"SGD with $\eta = {eta}$ and $\lambda = {lam}$ multiplies every weight by what factor?",
    "draw": {"eta": "choice(0.1)", "lam": "choice(1e-4)"},
    "let": {"decay": "1 - eta*lam"},
    "answer": "decay",
    "tolerance": {"of": "eta*lam", "rtol": 0.01},
    "mistakes": [
        {"value": "eta*lam", "because": "{eta*lam} is the part taken away; the factor is one minus it."},
        {"value": "1 + eta*lam", "because": "Decay makes weights smaller."},
    ],
    "explanation": "One minus {eta*lam}.",
    "solution": r"$1 - {eta} \times {lam} = {decay}$",
}
STEP: dict[str, Any] = {
    "stem": "Where does a step from {w} lead?",
    "draw": {"w": "vector(3, uniform(-2, 2, 0.1))", "eta": "choice(0.1, 0.2, 0.5)"},
    "where": ["abs(w) > 0.05"],
    "answer": "w - eta*w",
    "decimals": 2,
    "mistakes": [{"value": "w + eta*w", "because": "Down the gradient, not up."}],
    "explanation": "Each entry moves by itself.",
}


def put(document: dict[str, Any], seed: int = 7) -> tuple[Body, Presented[NumericPrompt, Any]]:
    """A body and its variant of `seed`, stored and read back as the service does."""
    body = kinds.parse("numeric", document)
    assert isinstance(body, Body)
    presented = numeric.present(body, seed=seed, identity="item:1", opaque=str)
    stored = json.loads(json.dumps(presented.answer, allow_nan=False))
    return body, Presented(presented.prompt, stored, presented.facets, presented.guess_rate)


def score(document: dict[str, Any], text: Any, seed: int = 7) -> float:
    body, presented = put(document, seed)
    return numeric.grade(body, presented.answer, {"value": text}).score


@pytest.mark.parametrize(
    "text",
    ["1", "1.0", "1.00000", "1.00001", "0.9999", "0.00001", "1e-5", "0.99998", "0.999", "0", "-0.99999", "99.99%"],
)
def test_the_lessons_own_number_is_not_any_number_near_it(text: str) -> None:
    assert score(DECAY, text) == 0


@pytest.mark.parametrize(
    "text",
    [
        "0.99999", "0.999990", ".99999", "99.999%", "99.999 %", "1-1e-5", "1 - 10^{-5}", "$1 - 10^{-5}$", "1−10⁻⁵",
        "0,99999", "9.9999e-1", "9.9999×10^-1", "99999/100000", "1 - 0.1*0.0001", "x = 0.99999", " 0.99999 ",
    ],
)  # fmt: skip
def test_the_lessons_own_number_is_right_however_it_is_written(text: str) -> None:
    assert score(DECAY, text) == 1


def test_a_prompt_holds_the_variants_numbers_and_not_the_key() -> None:
    _, presented = put(DECAY)

    assert presented.prompt == {
        "stem": r"SGD with $\eta = 0.1$ and $\lambda = 0.0001$ multiplies every weight by what factor?",
        "unit": None,
        "precision_hint": "",
        "keyboard": "decimal",
    }
    assert presented.facets == ("",)
    assert presented.guess_rate == 0


def test_a_recognised_mistake_is_told_what_it_is() -> None:
    body, presented = put(DECAY)

    def said(text: str) -> list[Feedback]:
        return numeric.grade(body, presented.answer, {"value": text}).feedback

    assert said("1e-5") == [{"target": "value", "message": "10⁻⁵ is the part taken away; the factor is one minus it."}]
    assert said("1.00001")[0]["message"] == "Decay makes weights smaller."
    assert said("0.5") == []
    assert said("0.99999") == []


def test_the_reveal_shows_the_variants_numbers() -> None:
    body, presented = put(DECAY)

    revealed = numeric.reveal(body, presented.answer)

    assert revealed.key == {"value": "0.99999"}
    assert revealed.explanation == "One minus 10⁻⁵."
    assert revealed.solution == r"$1 - 0.1 \times 0.0001 = 0.99999$"


def test_an_item_without_a_solution_reveals_none() -> None:
    body, presented = put(STEP)

    assert numeric.reveal(body, presented.answer).solution is None


def scalar(**changes: Any) -> dict[str, Any]:
    draw = {"a": "loguniform(1e-6, 1e6, 3)", "b": "uniform(-5, 5, 0.01)"}
    return {"stem": "{a} {b}", "explanation": "Why.", "draw": draw, "answer": "a * b + 1/3", **changes}


@pytest.mark.parametrize(
    "document",
    [
        DECAY,
        STEP,
        scalar(),
        scalar(digits=1),
        scalar(digits=12),
        scalar(decimals=0),
        scalar(decimals=4),
        scalar(tolerance={"rtol": 1e-6}, digits=2),
        scalar(tolerance={"atol": 1e-3}),
        scalar(answer="floor(a) * 4096", exact=True),
        scalar(answer="b", exact=True),
        scalar(draw={"n": "integer(20, 45)"}, stem="{n}", answer="2**n", exact=True),
    ],
)
def test_what_is_revealed_is_right_when_typed(document: dict[str, Any]) -> None:
    body = kinds.parse("numeric", document)
    assert isinstance(body, Body)

    for variant in body.engine.generate("item:1", range(150)):
        assert numeric.grade(body, variant, numeric.reveal(body, variant).key).correct


@pytest.mark.parametrize("seed", range(5))
def test_a_vector_is_right_in_every_entry(seed: int) -> None:
    body, presented = put(STEP, seed)
    key = presented.answer["key"]
    typed = [f"{entry:.2f}" for entry in key]

    def graded(*entries: str, form: str = "[{}]", separator: str = ", ") -> Any:
        return numeric.grade(body, presented.answer, {"value": form.format(separator.join(entries))})

    assert graded(*typed).correct
    assert graded(*typed, form="({})").correct
    assert graded(*[entry.replace(".", ",") for entry in typed], separator="; ").correct
    assert graded(typed[0], typed[1], f"{key[2] + 0.02:.2f}").score == 0
    up = presented.answer["mistakes"][0]
    assert graded(*[f"{entry:.2f}" for entry in up]).feedback[0]["message"] == "Down the gradient, not up."


@pytest.mark.parametrize("text", ["1", "[1, 2]", "[1, 2, 3, 4]", "1, 2, 3", "[]"])
def test_a_vector_of_another_shape_is_a_format_error(text: str) -> None:
    with pytest.raises(ResponseError) as refused:
        score(STEP, text)

    assert refused.value.field == "value"


def test_a_list_where_one_number_is_asked_is_a_format_error() -> None:
    with pytest.raises(ResponseError, match="Write one number"):
        score(DECAY, "[0.99999]")


@pytest.mark.parametrize(
    "text", ["", "   ", "abc", "1 2/3", "1,234", "0.5 + ", "9**9**9**9", "__import__('os')", "nan", "1e999999"]
)
def test_what_cannot_be_read_costs_no_attempt_and_says_what_can(text: str) -> None:
    with pytest.raises(ResponseError) as refused:
        score(DECAY, text)

    assert refused.value.field == "value"
    assert len(refused.value.message) > 15


@pytest.mark.parametrize("response", [None, [], "0.99999", {}, {"valu": "1"}, {"value": None}, {"value": ["1"]}])
def test_a_response_of_another_shape_is_a_format_error(response: Any) -> None:
    body, presented = put(DECAY)

    with pytest.raises(ResponseError) as refused:
        numeric.grade(body, presented.answer, response)

    assert refused.value.field == "value"


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists)
    | st.text("0159.,-+*/^%e()[]{} ")
)
@example(10**400)
@example(True)
@example(float("nan"))
@example("1e1024")
@settings(max_examples=200, deadline=None)
def test_anything_is_graded_or_refused(value: Any) -> None:
    body, presented = put(DECAY)
    try:
        graded = numeric.grade(body, presented.answer, {"value": value}).score
    except ResponseError as refused:
        graded = 0 if refused.field == "value" else -1

    assert graded in (0, 1)


def test_a_number_may_come_as_a_number() -> None:
    assert score(DECAY, 0.99999) == 1
    assert score(DECAY, 1) == 0


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("parameters", "220 parameters"),
        ("parameters", "220 Parameters"),
        ("parameters", "220"),
        ("%", "220%"),
        ("%", "220 per cent"),
        ("percent", "220 %"),
        ("Per cent", "220%"),
        ("percent", "220 percent"),
    ],
)
def test_the_unit_may_be_typed(unit: str, text: str) -> None:
    document = {"stem": "How many?", "explanation": "Count.", "answer": 220, "unit": unit}

    assert score(document, text) == 1
    assert put(document)[1].prompt["unit"] == unit


@pytest.mark.parametrize("text", ["21.6 pp", "21.6 %", "21.6%", "21.6 points", "21.6 Percentage Points", "21.6"])
def test_percentage_points_are_written_in_many_ways(text: str) -> None:
    document = {"stem": "How far?", "explanation": "Take it off.", "answer": 21.6, "unit": "percentage points"}
    assert score(document, text) == 1


def test_another_unit_is_a_format_error() -> None:
    with pytest.raises(ResponseError):
        score({"stem": "How many?", "explanation": "Count.", "answer": 220, "unit": "parameters"}, "220 apples")


def test_an_exact_number_of_masks_has_no_neighbours() -> None:
    document = {"stem": "Masks?", "explanation": "Two each.", "answer": "2**44", "exact": True}

    assert score(document, "2^44") == 1
    assert score(document, "17592186044416") == 1
    assert score(document, "17592186044417") == 0
    assert score(document, "1.7592186e13") == 0


def test_a_grade_depends_on_the_stored_variant_alone() -> None:
    body, presented = put({**DECAY, "draw": {"eta": "choice(0.1)", "lam": "loguniform_nice(1e-4, 1e-1)"}})
    other, _ = put({**DECAY, "draw": {"eta": "choice(0.2)", "lam": "choice(0.5)"}})

    key = numeric.reveal(body, presented.answer).key
    assert numeric.grade(other, presented.answer, key).correct


def test_a_mistake_without_a_value_in_a_variant_is_never_recognised() -> None:
    document = scalar(
        draw={"a": "choice(2)"}, stem="{a}", answer="a", mistakes=[{"value": "1/(a - 2)", "because": "No."}]
    )
    body, presented = put(document)

    assert presented.answer["mistakes"] == [None]
    assert numeric.grade(body, presented.answer, {"value": "3"}).feedback == []
    assert show_key(body, None, None) == "undefined"


def test_the_hint_says_what_is_asked() -> None:
    plain = {**DECAY, "tolerance": None, "mistakes": []}

    assert put({**plain, "digits": 4})[1].prompt["precision_hint"] == "4 significant digits"
    assert put({**plain, "tolerance": {"rtol": 0.01}})[1].prompt["precision_hint"] == "within 1\u202f%"
    assert put({**plain, "tolerance": {"of": "eta*lam", "rtol": 0.01}})[1].prompt["precision_hint"] == ""


@pytest.mark.parametrize(("text", "echo"), [("1e-5", "10⁻⁵"), ("0,5", "0.5 (a decimal comma)"), ("[1, 2]", "[1, 2]")])
def test_it_echoes_how_an_answer_is_read(text: str, echo: str) -> None:
    assert numbers.read(text).echo == echo


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"answer": "__import__('os')"}, "answer", "no function"),
        ({"answer": "(1).__class__"}, "answer", "not allowed"),
        ({"answer": "open"}, "answer", "not declared"),
        ({"answer": "eta +"}, "answer", "not a formula"),
        ({"let": {"decay": "exec('1')"}}, "let.decay", "no function"),
        ({"let": {"decay": "[x for x in eta]"}}, "let.decay", "not allowed"),
        ({"draw": {"eta": "__import__('os')", "lam": "choice(1)"}}, "draw.eta", "Only numbers"),
        ({"where": ["eta > 0", "lambda: 1"]}, "where.1", "not allowed"),
        ({"tolerance": {"of": "gap", "rtol": 0.01}}, "tolerance.of", "not declared"),
        ({"tolerance": {"of": "eta"}}, "tolerance", "rtol or atol"),
        ({"tolerance": {"of": "eta", "atol": 1}}, "tolerance", "needs an rtol"),
        ({"tolerance": {"rtol": 2}}, "tolerance.rtol", "less than or equal"),
        ({"tolerance": {"rtol": 0.01, "within": 1}}, "tolerance.within", "Extra inputs"),
        ({"mistakes": [{"value": "eta.real", "because": "x"}]}, "mistakes.0.value", "not allowed"),
        ({"mistakes": [{"value": "eta", "because": "{nobody}"}]}, "mistakes.0.because", "nobody"),
        ({"mistakes": [{"value": "eta"}]}, "mistakes.0.because", "Field required"),
        ({"stem": "{lamda}"}, "stem", "lamda"),
        ({"solution": "{eta.__class__}"}, "solution", "not allowed"),
        ({"explanation": ""}, "explanation", "at least 1"),
        ({"digits": 0}, "digits", "greater than or equal"),
        ({"digits": 5, "decimals": 2}, "", "one of digits, decimals and exact"),
        ({"answers": "decay"}, "answers", "Extra inputs"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_field(change: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        kinds.parse("numeric", {**DECAY, **change})

    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == field
    assert said in error["msg"]


def test_formulas_may_be_plain_numbers() -> None:
    body, presented = put({"stem": "{n}", "explanation": "So.", "let": {"n": 3}, "answer": 2.5})

    assert presented.prompt["stem"] == "3"
    assert numeric.grade(body, presented.answer, {"value": "5/2"}).correct


@pytest.mark.parametrize("name", ["²", "٣", "9" * 5000])
@pytest.mark.parametrize("field", ["draw", "let"])
def test_an_error_names_its_field_also_where_a_name_is_like_a_number(field: str, name: str) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        kinds.parse("numeric", {"stem": "x", "explanation": "x", "answer": "1", field: {name: "integer(1,"}})
    assert refused.value.errors()[0]["loc"] == (field, name)

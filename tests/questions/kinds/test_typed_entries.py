"""Lists, sets, intervals and matrices as answers: read as people type them, marked entry by entry, never misread."""

from __future__ import annotations

import random
from typing import Any

import pydantic
import pytest

from questions import kinds
from questions.kinds import ResponseError
from questions.kinds.base import Graded
from questions.kinds.entry_texts import split_entries, split_rows, write_entries

TEXTS = {"stem": "Which?", "explanation": "So."}


def put(kind: str, fields: dict[str, Any], seed: int = 3) -> tuple[Any, Any, Any]:
    body = kinds.parse(kind, {**TEXTS, **fields})
    presented = kinds.get(kind).present(body, seed=seed, identity="i", opaque=lambda name: name)
    return kinds.get(kind), body, presented


def grade(kind: str, fields: dict[str, Any], typed: object, seed: int = 3) -> Graded:
    asker, body, presented = put(kind, fields, seed)
    graded: Graded = asker.grade(body, presented.answer, {"value": typed})
    return graded


def said(graded: Graded) -> str:
    return " ".join(entry["message"] for entry in graded.feedback)


ROOTS = {"answer": [2, -3], "order": "free"}
UNION = {"answer": "(-inf, 2] U {3}", "variable": "x"}
MATRIX: dict[str, Any] = {"answer": [[1, 2], [3, 4]]}
VECTOR: dict[str, Any] = {"answer": [1, "1/2", 3]}


@pytest.mark.parametrize(
    ("kind", "fields", "right"),
    [
        ("number_list", ROOTS, ["2, -3", "-3; 2", "[−3 2]", "x = 2 or x = -3", "{2, -3}", [2, -3], "-1/2 ± 5/2"]),
        ("number_list", {"answer": [1, 2.5], "exact": True}, ["1, 2.5", "[1; 2,5]", "(1, 5/2)", "1 and 2.5"]),
        ("number_list", {"answer": [1, 1], "order": "free"}, ["1, 1"]),
        ("number_list", {"answer": [1, 1, 2], "order": "set"}, ["{1, 2}", "2, 1, 1", "\\{1, 2\\}"]),
        ("number_list", {"answer": [], "order": "set"}, ["∅", "{}", "none", "\\emptyset"]),
        ("intervals", UNION, ["(-∞, 2] ∪ {3}", "]-inf;2] u {3}", "x <= 2 or x = 3", "3 = x or 2 ≥ x"]),
        ("intervals", UNION, [r"\left(-\infty, 2\right] \cup \{3\}", "{3} ∪ (-oo, 1] ∪ [0, 2]", "x ∈ (-∞,2] ∪ {3}"]),
        ("intervals", {"answer": "R \\ {0}", "variable": "x"}, ["x ≠ 0", "ℝ\\{0}", "(-∞,0) ∪ (0,∞)", "x<0 or x>0"]),
        ("intervals", {"answer": "[0, 1)"}, ["[0,1)", "[0; 1[", "[0, 0.5] ∪ (0.5, 1)", "[0, 1] \\ {1}"]),
        ("matrix", MATRIX, ["[[1, 2], [3, 4]]", "1 2; 3 4", "1, 2; 3, 4", "np.array([[1,2],[3,4]])", [[1, 2], [3, 4]]]),
        ("matrix", MATRIX, ["[[1 2]\n [3 4]]", "array([[1., 2.],\n       [3., 4.]], dtype=float32)", "1\t2\n3\t4"]),
        ("matrix", MATRIX, [r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "[[1; 2]; [3; 4]]", "{{1,2},{3,4}}"]),
        ("matrix", VECTOR, ["1, 0.5, 3", "[1 .5 3]", "1; 1/2; 3", "(1, 1/2, 3)", "[[1], [0.5], [3]]"]),
    ],
)
def test_an_answer_is_right_however_it_is_typed(kind: str, fields: dict[str, Any], right: list[object]) -> None:
    for typed in right:
        assert (typed, grade(kind, fields, typed).score) == (typed, 1)


@pytest.mark.parametrize(
    ("kind", "fields", "typed", "score", "message"),
    [
        ("number_list", {"answer": [1, 2, 3]}, "1, 3, 2", 1 / 3, "1 of 3 numbers is right."),
        ("number_list", {"answer": [1, 2, 3]}, "1, 2", 2 / 3, "These are 2 numbers; right are 3. 2 of 3 numbers are"),
        ("number_list", ROOTS, "2, 3", 1 / 2, "1 of 2 numbers is right."),
        ("number_list", ROOTS, "2, -3, 5", 2 / 3, "These are 3 numbers; right are 2. 2 of 3 numbers are right."),
        ("number_list", ROOTS, "2, 2", 1 / 2, "1 of 2 numbers is right."),
        ("number_list", {**ROOTS, "all_or_nothing": True}, "2, 3", 0, "1 of 2 numbers is right."),
        ("number_list", {"answer": [], "order": "set"}, "1", 0, "This is 1 number; right are 0."),
        ("intervals", UNION, "(-inf, 2) U {3}", 2 / 3, "The ends are right; which of them belong to the set is not."),
        ("intervals", UNION, "(-inf, 2]", 1 / 3, "This set has 1 part; right is one of 2 parts."),
        ("intervals", UNION, "R", 0, "This set has 1 part; right is one of 2 parts."),
        ("intervals", {"answer": "(3, inf)"}, "(-inf, 3)", 0, ""),
        ("matrix", MATRIX, "[[1, 2], [3, 5]]", 3 / 4, "3 of 4 numbers are right."),
        ("matrix", MATRIX, "1 2 0; 3 4 0", 0, "This has 2 rows of 3 numbers; right is one of 2 rows of 2 numbers."),
        ("matrix", VECTOR, "1, 0.5", 0, "This has 2 numbers; right is one of 3 numbers."),
    ],
)
def test_what_is_right_of_an_answer_has_its_share(
    kind: str, fields: dict[str, Any], typed: str, score: float, message: str
) -> None:
    graded = grade(kind, fields, typed)
    assert graded.score == pytest.approx(score)
    assert said(graded).startswith(message)
    assert bool(said(graded)) == bool(message)


@pytest.mark.parametrize(
    ("kind", "fields", "typed", "message"),
    [
        ("number_list", ROOTS, "1,5", "two readings: write 1; 5, or 1.5"),
        ("number_list", ROOTS, "0,5, 0,7", "two readings: write 0,5; 0,7"),
        ("number_list", ROOTS, "1,234,567", "two readings"),
        ("number_list", ROOTS, "1 000 2", "two readings"),
        ("number_list", ROOTS, "1 -2, 3", "two readings"),
        ("number_list", {"answer": [1, 2]}, "1 ± 2", "stands for two numbers"),
        ("number_list", ROOTS, "", "Type an answer"),
        ("number_list", ROOTS, "1, , 2", "A number is missing"),
        ("number_list", ROOTS, "[1, 2", "A bracket is missing"),
        ("number_list", ROOTS, "[[1], 2]", "a list within a list"),
        ("number_list", ROOTS, 7.5j, "Send the numbers as text"),
        ("intervals", UNION, "[0,5, 1]", "two readings"),
        ("intervals", UNION, "[2, 1]", "the wrong way round"),
        ("intervals", UNION, "[-inf, 2]", "infinity does not belong"),
        ("intervals", UNION, "(2, 2)", "holds no number"),
        ("intervals", UNION, "x > 1 and x < 3", "Write 0 ≤ x < 1"),
        ("intervals", UNION, "1 < x > 3", "Write 0 ≤ x < 1"),
        ("intervals", UNION, "y > 2", "inequalities such as x > 3"),
        ("intervals", {"answer": "(2, 3)"}, "x > 2", "is not asked for"),
        ("intervals", UNION, "2", "is not understood"),
        ("matrix", MATRIX, "1,2; 3,4", "two readings"),
        ("matrix", MATRIX, "1 2; 3", "Row 2 has 1 numbers, and row 1 has 2"),
        ("matrix", {"answer": [[1, 2]]}, "1, 2", "Is this a row or a column"),
        ("matrix", {**MATRIX, "fixed": True}, "1 2 3; 4 5 6", "Write 2 rows of 2 numbers; these are 2 rows of 3"),
        ("matrix", MATRIX, " ".join("1" * 13), "at most 12 numbers"),
        ("matrix", MATRIX, "x", "is not understood"),
    ],
)
def test_what_has_two_readings_or_none_is_sent_back(
    kind: str, fields: dict[str, Any], typed: object, message: str
) -> None:
    with pytest.raises(ResponseError) as refused:
        grade(kind, fields, typed)
    assert message in refused.value.message


def test_numbers_are_as_precise_as_is_asked_for() -> None:
    list_of = {"answer": ["2/3", 12345]}
    assert grade("number_list", list_of, "0.667, 12300").score == 1
    assert grade("number_list", list_of, "0.66, 12300").score == 0.5
    assert grade("number_list", {**list_of, "exact": True}, "2/3, 12345").score == 1
    assert grade("matrix", {**MATRIX, "tolerance": {"atol": 0.1}}, "1.05 2; 3 4").score == 1
    assert grade("intervals", {"answer": "(1/3, 2/3)", "digits": 2}, "(0.33, 0.67)").score == 1


def test_mistakes_are_recognised_and_those_of_matrices_are_made_of_the_key() -> None:
    named = [
        {"value": value, "because": value} for value in ("transpose", "negative", "swapped rows", "swapped columns")
    ]
    fields = {**MATRIX, "mistakes": [*named, {"value": "4, 6; 6, 8", "because": "sum"}]}
    typed = {"transpose": "1 3; 2 4", "negative": "-1 -2; -3 -4", "swapped rows": "3 4; 1 2", "sum": "4 6; 6 8"}
    assert {name: said(grade("matrix", fields, text)) for name, text in typed.items()} == {name: name for name in typed}
    assert grade("matrix", fields, typed["transpose"]).score == 0.5
    assert grade("matrix", {**fields, "all_or_nothing": True}, typed["transpose"]).score == 0
    wrong = {**UNION, "mistakes": [{"value": "[2, inf)", "because": "The other side."}]}
    assert said(grade("intervals", wrong, "x ≥ 2")) == "The other side."


DRAWN: dict[str, dict[str, Any]] = {
    "number_list": {
        "draw": {"a": "integer(1, 9)", "b": "integer(1, 9)"},
        "where": ["7*a != b"],
        "stem": "Solve $(x - {a})(x + {b}/7) = 0$.",
        "answer": ["a", "-b/7"],
        "order": "set",
        "mistakes": [{"value": "-a, b/7", "because": "The signs turn: {a}."}],
        "examples": [{"given": {"a": 2, "b": 7}, "answer": "2, -1"}],
    },
    "intervals": {
        "draw": {"a": "integer(1, 9)", "d": "integer(1, 9)"},
        "let": {"b": "a + d/3"},
        "stem": "Where is $(x - {a})(x - {b}) > 0$, or $x = {b + 1}$ or $x = {a}$? {d}",
        "answer": "(-inf, {a}] U ({b}, inf)",
        "variable": "x",
        "mistakes": [{"value": "({a}, {b})", "because": "There it is negative."}],
        "examples": [{"given": {"a": 1, "d": 3}, "answer": "x <= 1 or x > 2"}],
    },
    "matrix": {
        "draw": {"m": "matrix(2, 2, integer(-9, 9))", "v": "vector(2, integer(1, 9))"},
        "where": ["m[0][1] != m[1][0]"],
        "stem": "Multiply {m} by {v}.",
        "answer": ["m[0][0]*v[0]/3 + m[0][1]*v[1]", "m[1][0]*v[0]/3 + m[1][1]*v[1]"],
        "mistakes": [
            {"value": ["m[0][0]*v[0]/3 + m[1][0]*v[1]", "m[0][1]*v[0]/3 + m[1][1]*v[1]"], "because": "Transposed."}
        ],
    },
}


@pytest.mark.parametrize("kind", DRAWN)
def test_the_gate_finds_nothing_wrong_with_a_sound_item_over_a_thousand_seeds(kind: str) -> None:
    report = kinds.get(kind).audit(kinds.parse(kind, {**TEXTS, **DRAWN[kind]}), "i", 1000)
    assert report is not None
    assert [str(problem) for problem in report.problems] == []


@pytest.mark.parametrize("kind", DRAWN)
def test_each_variant_has_its_key_and_its_mistakes(kind: str) -> None:
    for seed in range(20):
        asker, body, presented = put(kind, DRAWN[kind], seed)
        key = asker.reveal(body, presented.answer).key
        assert asker.grade(body, presented.answer, key).score == 1
        assert asker.echo(key["value"], presented.prompt["reading"]).latex
        filled = asker.filled(body, presented.answer)
        mistake = asker.grade(body, presented.answer, {"value": filled.mistake_texts(0)[0]})
        assert mistake.score < 1
        assert said(mistake) == filled.becauses[0]
        assert asker.picked(body, presented.answer, {"value": filled.mistake_texts(0)[0]}) == [
            asker.options(body)[1].text
        ]


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        ("number_list", {"answer": ["a"]}, "answer"),
        (
            "number_list",
            {"draw": {"a": "integer(1, 9)"}, "answer": ["2*a", "f(a)"]},
            r"\{f\(a\)\}: column 1: There is no",
        ),
        ("number_list", {**ROOTS, "mistakes": [{"value": "-3, 2", "because": "No."}]}, "Mistake 1 is marked right"),
        ("number_list", {**ROOTS, "tolerance": {"of": "x", "rtol": 0.1}}, "leave out `of`"),
        ("intervals", {"answer": "(1.0001, 1.0002)"}, "holds no number"),
        ("intervals", {"answer": "(1, 2)", "variable": "U"}, "variable"),
        ("matrix", {"answer": [[1, 2], [2, 1]], "mistakes": [{"value": "transpose", "because": "."}]}, "marked right"),
        ("matrix", {**MATRIX, "mistakes": [{"value": "transpose", "because": "."}] * 2}, "taken for another"),
        ("matrix", {"answer": [[1, 2], [3]]}, "Row 2 has 1 numbers"),
    ],
)
def test_what_is_wrong_with_an_item_is_refused(kind: str, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=message):
        kinds.parse(kind, {**TEXTS, **fields})


def test_a_variant_in_which_a_mistake_is_right_is_refused() -> None:
    fields = {**DRAWN["number_list"], "draw": {"a": "integer(1, 3)", "b": "integer(1, 9)"}, "where": []}
    fields["mistakes"] = [{"value": "1, -b/7", "because": "No: {b}."}]
    report = kinds.get("number_list").audit(kinds.parse("number_list", {**TEXTS, **fields}), "i", 100)
    assert report is not None
    assert "Mistake 1 is marked right" in str(report.problems[0])


def test_no_text_raises_anything_but_a_refusal() -> None:
    signs = "0123456789.,;:[](){}<>≤≥=≠∪∞∖\\ℝ±√ \n-+*/^%&xUuRe'\"½²"
    words = ["\\begin{pmatrix}", "\\end{pmatrix}", "\\\\", "np.array(", " or ", "inf", "\\cup", "[[", "]]", "1e", "1,5"]
    source = random.Random(7)
    asked = [put("number_list", ROOTS), put("intervals", UNION), put("matrix", MATRIX)]
    for _ in range(1500):
        pieces = [source.choice(signs) if source.random() < 0.8 else source.choice(words) for _ in range(12)]
        for asker, body, presented in asked:
            try:
                graded = asker.grade(body, presented.answer, {"value": "".join(pieces)})
            except ResponseError:
                continue
            assert 0 <= graded.score <= 1


def test_authors_forms_have_keys_as_text_and_give_them_back() -> None:
    assert split_entries("a, max(b, c)") == ["a", "max(b, c)"]
    assert split_rows("a, b; c, d") == split_rows("a, b\nc, d") == [["a", "b"], ["c", "d"]]
    assert split_rows(write_entries([["a", "b"], ["c", "d"]])) == [["a", "b"], ["c", "d"]]
    assert split_rows("a, b, c") == ["a", "b", "c"]
    assert split_rows(write_entries([["a", "b"]])) == [["a", "b"]]


def test_parts_of_one_question_are_lists_intervals_and_matrices_over_the_same_numbers() -> None:
    document = {
        **TEXTS,
        "draw": {"a": "integer(2, 9)", "b": "integer(11, 19)"},
        "stem": "Between {a} and {b} lies [[between]], and the ends are [[ends]].",
        "parts": [
            {"id": "between", "kind": "intervals", "answer": "({a}, {b})", "exact": True},
            {"id": "ends", "kind": "number_list", "answer": ["a", "b"], "order": "set", "exact": True},
            {"id": "both", "kind": "matrix", "stem": "As a diagonal matrix?", "answer": [["a", 0], [0, "b"]]},
        ],
        "examples": [{"given": {"a": 2, "b": 12}, "answer": {"ends": "12, 2", "between": "(2, 12)"}}],
    }
    asker, body, presented = put("multi_part", document)
    key = asker.reveal(body, presented.answer).key
    assert asker.grade(body, presented.answer, key).score == 1
    ends = key["parts"]["ends"]["value"].strip("{}").split(", ")
    key["parts"]["both"]["value"] = f"{ends[0]} 0; 0 {ends[1]}"
    key["parts"]["ends"]["value"] = ends[0]
    graded = asker.grade(body, presented.answer, key)
    assert graded.facet_scores == {"between": 1, "ends": 0.5, "both": 1}
    report = asker.audit(body, "i", 300)
    assert report is not None
    assert [str(problem) for problem in report.problems] == []

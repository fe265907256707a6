"""An answer to one version of an item is graded by the rules of another, or with one more answer that is right."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from questions import kinds

WHY = {"explanation": "Because."}
CHOICES: dict[str, Any] = {
    "stem": "2 + 2?",
    "choices": [{"text": "4", "correct": True}, {"text": "5", "because": "No."}, {"text": "6", "because": "No."}],
    **WHY,
}
STEPS: dict[str, Any] = {"stem": "Order", "steps": ["one", "two", "three"], **WHY}
PAIRS: dict[str, Any] = {
    "stem": "Match",
    "pairs": [
        {"id": "a", "left": "L1", "right": "abs", "because": "x"},
        {"id": "b", "left": "L2", "right": "square", "because": "x"},
    ],
    **WHY,
}
NUMBER: dict[str, Any] = {
    "stem": "What is ${n}$ doubled?",
    "draw": {"n": "integer(2, 99)"},
    "answer": "n + 2",
    "exact": True,
    **WHY,
}
DRAWN: dict[str, Any] = {
    "stem": "Double {n}?",
    "draw": {"n": "integer(2, 99)"},
    "let": {"key": "n + 2"},
    "choices": [{"text": "{key}", "correct": True}, {"text": "{3*n}", "because": "No."}],
    **WHY,
}

DECIDED: dict[str, Any] = {
    "stem": "Is {n} above 1?",
    "draw": {"n": "integer(2, 99)"},
    "choices": [
        {"text": "Yes", "correct_if": "n > 1", "because": "It is not."},
        {"text": "No", "correct_if": "n <= 1", "because": "It is."},
    ],
    **WHY,
}


FORMULA: dict[str, Any] = {"stem": "?", "answer": "x^2", "variables": ["x"], **WHY}
LIST: dict[str, Any] = {"stem": "?", "answer": ["1", "2"], "mistakes": [{"value": "1, 3", "because": "No."}], **WHY}
INTERVALS: dict[str, Any] = {"stem": "?", "answer": "[0, 1)", **WHY}
MATRIX: dict[str, Any] = {"stem": "?", "answer": [["1", "2"], ["3", "4"]], **WHY}


def _put(kind: str, document: dict[str, Any]) -> tuple[kinds.ItemBody, kinds.Presented[Any, Any]]:
    body = kinds.parse(kind, document)
    return body, kinds.get(kind).present(body, seed=7, identity="item:1", opaque=lambda name: f"id-{name}")


def _score(kind: str, before: dict[str, Any], after: dict[str, Any], response: object) -> tuple[float, float | None]:
    """The score by the version that was put, and by the other; None where it cannot be told."""
    asker = kinds.get(kind)
    body, put = _put(kind, before)
    other = kinds.parse(kind, after)
    carried = asker.carried(other, put.answer, body)
    first = asker.grade(body, put.answer, response).score
    return first, None if carried is None else asker.grade(other, carried, response).score


def _choice(*, right: int, texts: tuple[str, ...] = ("4", "5", "6")) -> dict[str, Any]:
    choices = [
        {"text": text, **({"correct": True} if at == right else {"because": "No."})} for at, text in enumerate(texts)
    ]
    return {**CHOICES, "choices": choices}


@pytest.mark.parametrize(
    ("after", "score"),
    [
        (_choice(right=1), 1.0),
        (_choice(right=0, texts=("5", "4", "6")), 1.0),
        (_choice(right=1, texts=("4", "five", "6")), 1.0),
        (_choice(right=1, texts=("4", "5", "6", "7")), None),
        (_choice(right=1, texts=("5", "seven", "eight")), None),
    ],
    ids=["key moved", "options reordered", "reworded", "an option more", "exchanged"],
)
def test_choices_are_known_by_their_texts_else_by_their_places(after: dict[str, Any], score: float | None) -> None:
    assert _score("single_choice", CHOICES, after, {"choice": "id-choice:1"}) == (0.0, score)


def test_steps_are_known_by_their_texts() -> None:
    after = {**STEPS, "steps": ["two", "one", "three"]}
    response = {"order": ["id-step:1", "id-step:0", "id-step:2"]}
    assert _score("ordering", STEPS, after, response) == (0.5, 1.0)


def test_right_sides_that_are_exchanged_are_another_key() -> None:
    first, second = PAIRS["pairs"]
    after = {**PAIRS, "pairs": [{**first, "right": "square"}, {**second, "right": "abs"}]}
    response = {"pairs": {"id-left:a": "id-right:square", "id-left:b": "id-right:abs"}}
    assert _score("matching", PAIRS, after, response) == (0.0, 1.0)


def test_a_right_side_that_was_not_shown_cannot_be_told() -> None:
    first, second = PAIRS["pairs"]
    third = {"id": "c", "left": "L0", "right": "count", "because": "x"}
    before = {**PAIRS, "pairs": [first, second, third], "round": 2}
    body, put = _put("matching", before)
    hidden = next(pair["right"] for pair in before["pairs"] if pair["right"] not in put.answer["right"].values())
    shown = next(iter(put.answer["facets"].values()))
    pairs = [{**pair, "right": hidden if pair["id"] == shown else pair["right"]} for pair in before["pairs"]]
    assert kinds.get("matching").carried(kinds.parse("matching", {**before, "pairs": pairs}), put.answer, body) is None


def test_numbers_that_were_shown_stay_and_the_key_follows() -> None:
    _, put = _put("numeric", NUMBER)
    doubled = str(int(2 * put.answer["values"]["n"]))
    assert _score("numeric", NUMBER, {**NUMBER, "answer": "2*n"}, {"value": doubled}) == (0.0, 1.0)
    other = {**NUMBER, "draw": {"m": "integer(2, 99)"}, "stem": "What is ${m}$ doubled?", "answer": "2*m"}
    assert _score("numeric", NUMBER, other, {"value": doubled}) == (0.0, None)


def test_choices_with_drawn_texts_are_known_by_what_was_shown() -> None:
    after = {**DRAWN, "choices": [{"text": "{key}", "because": "No."}, {"text": "{3*n}", "correct": True}]}
    assert _score("single_choice", DRAWN, after, {"choice": "id-choice:1"}) == (0.0, 1.0)


def test_parts_are_carried_one_by_one() -> None:
    number = {"id": "a", "kind": "numeric", "stem": "Doubled?", "answer": "n + 2", "exact": True, "explanation": "x"}
    word = {"id": "b", "kind": "short_text", "stem": "Say it.", "accept": ["twice"], "explanation": "x"}
    before = {"stem": "Take {n}.", "draw": {"n": "integer(5, 99)"}, "parts": [number, word], **WHY}
    after = {**before, "parts": [{**number, "answer": "2*n"}, word]}
    _, put = _put("multi_part", before)
    response = {"parts": {"a": str, "b": {"text": "twice"}}}
    response["parts"]["a"] = {"value": str(int(2 * put.answer["values"]["n"]))}
    assert _score("multi_part", before, after, response) == (0.5, 1.0)
    assert _score("multi_part", before, {**before, "parts": [word, number]}, response) == (0.5, None)


def test_a_typed_answer_is_judged_by_the_key_of_another_version() -> None:
    for kind, document, answer, typed in (
        ("formula", FORMULA, "x^3", "x^3"),
        ("number_list", LIST, ["3", "4"], "3, 4"),
        ("intervals", INTERVALS, "(0, 1)", "(0, 1)"),
        ("matrix", MATRIX, [["5", "6"]], "[[5, 6]]"),
    ):
        after = {**document, "answer": answer}
        first, second = _score(kind, document, after, {"value": typed})
        assert first < 1 == second, kind


def test_one_more_answer_follows_what_is_drawn() -> None:
    document = {"stem": "{n}?", "draw": {"n": "integer(2, 99)"}, "answer": ["n", "n + 1"], **WHY}
    asker = kinds.get("number_list")
    body, put = _put("number_list", document)
    accepting = asker.accepting(body, "n, n + 5")
    n = int(put.answer["variant"]["values"]["n"])
    carried = asker.carried(accepting, put.answer, body)
    assert asker.grade(accepting, carried, {"value": f"{n}, {n + 5}"}).score == 1
    assert asker.grade(body, put.answer, {"value": f"{n}, {n + 5}"}).score < 1


@pytest.mark.parametrize(
    ("kind", "document", "answer", "response"),
    [
        ("single_choice", CHOICES, "5", {"choice": "id-choice:1"}),
        ("single_choice", CHOICES, "2", {"choice": "id-choice:1"}),
        ("single_choice", DRAWN, "2", {"choice": "id-choice:1"}),
        ("single_choice", DECIDED, "2", {"choice": "id-choice:1"}),
        ("multiple_select", CHOICES, "5", {"choices": ["id-choice:0", "id-choice:1"]}),
        ("short_text", {"stem": "Who?", "accept": ["Adam"], **WHY}, "AdamW", {"text": "adamw"}),
        ("numeric", NUMBER, "1000", {"value": "1000"}),
        ("formula", FORMULA, "x^3", {"value": "x*x*x"}),
        ("number_list", LIST, "1, 3", {"value": "[1, 3]"}),
        ("number_list", LIST, "[2, 3]", {"value": "2, 3"}),
        ("intervals", INTERVALS, "(0, 1]", {"value": "(0, 1]"}),
        ("matrix", MATRIX, "1, 2; 3, 5", {"value": "[[1, 2], [3, 5]]"}),
        ("matrix", MATRIX, "[[1, 2, 3]]", {"value": "[[1, 2, 3]]"}),
    ],
)
def test_one_more_answer_is_right(kind: str, document: dict[str, Any], answer: str, response: object) -> None:
    asker = kinds.get(kind)
    body, put = _put(kind, document)
    accepting = asker.accepting(body, answer)
    carried = asker.carried(accepting, put.answer, body)
    assert asker.grade(body, put.answer, asker.final(response)).score < 1
    assert asker.grade(accepting, carried, response).score == 1


@pytest.mark.parametrize(
    ("kind", "document", "answer"),
    [
        ("single_choice", CHOICES, "7"),
        ("short_text", {"stem": "Who?", "accept": ["Adam"], **WHY}, " "),
        ("numeric", NUMBER, "k*"),
        ("ordering", STEPS, "one"),
        ("formula", FORMULA, "x^"),
        ("number_list", LIST, "one"),
        ("intervals", INTERVALS, "0 to"),
        ("matrix", MATRIX, "1, 2; 3"),
        ("matrix", {**MATRIX, "fixed": True}, "1, 2, 3"),
    ],
)
def test_what_cannot_be_an_answer_is_said(kind: str, document: dict[str, Any], answer: str) -> None:
    with pytest.raises((ValueError, ValidationError)):
        kinds.get(kind).accepting(kinds.parse(kind, document), answer)

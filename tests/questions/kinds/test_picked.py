"""What a response amounts to, in words that are the same in every presentation."""

from __future__ import annotations

from typing import Any

import pytest

from questions import kinds

WHY = {"stem": "?", "explanation": "Because."}
CHOICES = [{"text": "yes", "correct": True}, {"text": "no", "because": "No."}, {"text": "both", "because": "No."}]
SET = {"pairs": [{"id": "a", "left": "A", "right": "1"}, {"id": "b", "left": "B", "right": "2"}]}
TYPED = {"accept": ["AdamW", "Adam W"], "mistakes": [{"text": "Adam", "because": "No."}]}
NUMBER = {
    "draw": {"n": "integer(3, 9)"},
    "stem": "Twice {n}?",
    "answer": "2*n",
    "mistakes": [{"value": "n**2", "because": "No."}],
    "exact": True,
}


def put(kind: str, body: dict[str, Any], presentation: int) -> tuple[Any, Any, Any]:
    parsed = kinds.parse(kind, WHY | body)
    shown = kinds.get(kind).present(
        parsed, seed=presentation, identity="it", opaque=lambda name: f"{presentation}-{name}"
    )
    return kinds.get(kind), parsed, shown


@pytest.mark.parametrize("presentation", [1, 2])
@pytest.mark.parametrize("kind", ["single_choice", "multiple_select"])
def test_choices_by_their_texts(kind: str, presentation: int) -> None:
    module, body, shown = put(kind, {"choices": CHOICES}, presentation)
    no = next(each["id"] for each in shown.prompt["choices"] if each["text"] == "no")
    response = {"choice": no} if kind == "single_choice" else {"choices": [no]}
    assert module.picked(body, shown.answer, response) == ["no"]
    assert [(option.text, option.right) for option in module.options(body)] == [
        ("yes", True),
        ("no", False),
        ("both", False),
    ]


def test_pairs_by_both_texts() -> None:
    module, body, shown = put("matching", SET, 1)
    key = module.reveal(body, shown.answer).key
    assert sorted(module.picked(body, shown.answer, key)) == [option.text for option in module.options(body)]
    left, other = key["pairs"]
    crossed = {"pairs": {left: key["pairs"][other]}}
    assert module.picked(body, shown.answer, crossed)[0] in ("A → 2", "B → 1")


def test_numbers_by_the_formula_that_gives_them() -> None:
    module, body, shown = put("numeric", NUMBER, 3)
    n = shown.answer["values"]["n"]
    assert module.picked(body, shown.answer, {"value": str(2 * n)}) == ["`2*n`"]
    assert module.picked(body, shown.answer, {"value": "1234567"}) == ["another number"]
    assert module.picked(body, shown.answer, {"value": n**2}) == ["`n**2`"]
    assert [option.text for option in module.options(body)] == ["`2*n`", "`n**2`"]


def test_words_by_what_they_are_taken_for() -> None:
    module, body, shown = put("short_text", TYPED, 1)
    typed = {"adam w": "AdamW", " ADAM ": "Adam", "Something": "something", "adamx": "adamx"}
    for text, taken_for in typed.items():
        assert module.picked(body, shown.answer, {"text": text}) == [taken_for]


def test_orders_by_the_steps_that_do_not_follow() -> None:
    module, body, shown = put("ordering", {"steps": ["one", "two", "three"]}, 1)
    one, two, three = shown.answer["order"]
    assert module.picked(body, shown.answer, {"order": [one, two, three]}) == []
    assert module.picked(body, shown.answer, {"order": [one, three, two]}) == ["one → three", "three → two"]

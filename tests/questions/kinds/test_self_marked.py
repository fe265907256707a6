"""The kinds that students mark themselves: what they show first, what they refuse, and what a mark is worth."""

from __future__ import annotations

import contextlib
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import kinds
from questions.kinds import ResponseError
from tests.questions.kinds.self_marked import OPEN, RECALL
from tests.questions.kinds.test_kinds import put

BODIES = {"recall": RECALL, "open_response": OPEN}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["rating", "text", "points", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", BODIES)
@settings(max_examples=30)
@given(response=JSON)
def test_any_json_is_graded_or_refused(name: str, response: Any) -> None:
    body, presented = put(name, BODIES[name])
    for act in (kinds.get(name).grade, kinds.get(name).turn):
        with contextlib.suppress(ResponseError):
            done = act(body, presented.answer, response)
            assert isinstance(done, dict) or 0 <= done.score <= 1


@pytest.mark.parametrize(("rating", "score"), [("again", 0), ("hard", 1), ("good", 1), ("easy", 1)])
def test_a_rating_of_ones_own_is_the_rating(rating: str, score: float) -> None:
    body, presented = put("recall", RECALL)

    graded = kinds.get("recall").grade(body, presented.answer, {"rating": rating})

    assert (graded.rating, graded.score) == (rating, score)


def test_the_front_says_nothing_of_the_back() -> None:
    for name, text in BODIES.items():
        _, presented = put(name, text)
        assert presented.prompt == {"stem": text["stem"]}


def test_a_model_answer_is_shown_to_who_wrote_something() -> None:
    body, presented = put("open_response", OPEN)
    kind = kinds.get("open_response")
    for nothing in (None, {}, {"text": " \n"}, {"text": "x" * 8001}, {"text": 3}):
        with pytest.raises(ResponseError) as refused:
            kind.turn(body, presented.answer, nothing)
        assert refused.value.field == "text"

    back = kind.turn(body, presented.answer, {"text": "Noise helps."})

    assert back["back"] == OPEN["model"]
    assert [point["marks"] for point in back["points"]] == [1, 2, 0.3]


def test_points_make_the_score() -> None:
    body, presented = put("open_response", OPEN)
    kind = kinds.get("open_response")
    first, second, third = presented.answer["ids"]

    def score(*points: str) -> float:
        return kind.grade(body, presented.answer, {"text": "Noise.", "points": list(points)}).score

    assert score() == 0
    assert score(second) == score(second, second) == pytest.approx(2 / 3.3)
    assert score(third, first, second) == 1
    for wrong in ({"text": "Noise."}, {"text": "Noise.", "points": ["x"]}, {"text": "Noise.", "points": first}):
        with pytest.raises(ResponseError) as refused:
            kind.grade(body, presented.answer, wrong)
        assert refused.value.field == "points"


def test_a_form_is_read_with_its_points_once_it_is_marked() -> None:
    kind = kinds.get("open_response")

    assert kind.from_form({"text": ["a\r\nb"]}) == {"text": "a\nb"}
    assert kind.from_form({"text": ["a"], "marked": ["1"], "points": ["p", "q"]}) == {"text": "a", "points": ["p", "q"]}


@pytest.mark.parametrize(
    ("name", "wrong", "place", "told"),
    [
        ("recall", {"back": ""}, "back", "at least 1 character"),
        ("recall", {"backs": "x"}, "backs", "Extra"),
        ("open_response", {"points": []}, "points", "at least 1 item"),
        ("open_response", {"points": [{"text": "a"}, {"text": "a"}]}, "", "“a” stands here twice"),
        ("open_response", {"points": [{"text": "a", "marks": 0}]}, "points.0.marks", "greater than 0"),
        ("open_response", {"model": ""}, "model", "at least 1 character"),
    ],
)
def test_a_body_that_is_wrong_is_refused_at_its_place(name: str, wrong: dict[str, Any], place: str, told: str) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        kinds.parse(name, {**BODIES[name], **wrong})
    (error,) = refused.value.errors()

    assert ".".join(map(str, error["loc"])) == place
    assert told in error["msg"]


def test_what_is_drawn_stands_on_both_sides() -> None:
    drawn = {"draw": {"n": "integer(2, 99)"}}
    card = {**drawn, "stem": "The square of {n}?", "back": "{n*n}"}
    essay = {**drawn, **OPEN, "model": "It is {n}.", "points": [{"text": "Says {n}."}]}
    body, presented = put("recall", card)
    number = int(presented.prompt["stem"].removeprefix("The square of ").removesuffix("?"))

    assert kinds.get("recall").turn(body, presented.answer, None)["back"] == str(number**2)
    body, presented = put("open_response", essay)
    back = kinds.get("open_response").turn(body, presented.answer, {"text": "x"})
    assert back["points"][0]["text"] == back["back"].replace("It is", "Says")
    audit = kinds.get("recall").audit(kinds.parse("recall", card), "card:1", 20)
    assert audit
    assert audit.problems == []


def test_two_backs_of_one_front_are_a_defect() -> None:
    card = kinds.parse("recall", {"draw": {"n": "integer(1, 9)"}, "stem": "A number?", "back": "{n}"})

    audit = kinds.get("recall").audit(card, "card:1", 20)

    assert audit
    assert audit.problems

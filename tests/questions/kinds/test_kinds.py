"""The kinds that need no numbers: their prompts, their grading, and what they refuse."""

import hashlib
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import kinds
from questions.kinds import Presented, ResponseError

TEXTS = {"stem": "Which?", "explanation": "Because."}
BODIES: dict[str, dict[str, Any]] = {
    "single_choice": {
        **TEXTS,
        "choices": [
            {"text": "A", "correct": True},
            {"text": "B", "because": "not B"},
            {"text": "C", "because": "not C"},
        ],
    },
    "multiple_select": {
        **TEXTS,
        "choices": [
            {"text": "A", "correct": True},
            {"text": "B", "correct": True},
            {"text": "C", "because": "not C"},
            {"text": "D", "because": "not D"},
        ],
    },
    "matching": {
        **TEXTS,
        "pairs": [
            {"id": "one", "left": "1", "right": "odd", "because": "1 is odd."},
            {"id": "two", "left": "2", "right": "even"},
            {"id": "three", "left": "3", "right": "odd"},
        ],
        "distractors": [{"text": "neither", "because": "Every whole number is odd or even."}],
    },
    "ordering": {**TEXTS, "steps": ["a", "b", "c", "d"]},
    "short_text": {**TEXTS, "accept": ["inverted dropout"], "mistakes": [{"text": "dropout", "because": "Which one?"}]},
}


def put(
    kind: str, body: dict[str, Any] | None = None, focus: tuple[str, ...] = (), salt: str = ""
) -> tuple[Any, Presented[Any, Any]]:
    """A body, and a presentation of it whose ids are as opaque as their names."""
    parsed = kinds.parse(kind, body or BODIES[kind])

    def opaque(name: str) -> str:
        return hashlib.sha256((salt + name).encode()).hexdigest()[:12]

    return parsed, kinds.get(kind).present(parsed, seed=7, identity="item:1", opaque=opaque, focus=focus)


def grade(kind: str, body: Any, presented: Presented[Any, Any], response: Any) -> Any:
    return kinds.get(kind).grade(body, presented.answer, response)


def ids(presented: Presented[Any, Any], side: str) -> dict[str, str]:
    """Texts to ids."""
    return {entry["text"]: entry["id"] for entry in presented.prompt[side]}


@pytest.mark.parametrize("kind", BODIES)
def test_the_key_is_right(kind: str) -> None:
    body, presented = put(kind)

    revealed = kinds.get(kind).reveal(body, presented.answer)

    assert grade(kind, body, presented, revealed.key).correct
    assert revealed.explanation == "Because."


@pytest.mark.parametrize("kind", BODIES)
def test_a_prompt_holds_nothing_of_the_key(kind: str) -> None:
    _, presented = put(kind)

    assert not {"correct", "because", "explanation", "accept", "order"} & set(str(presented.prompt).split("'"))


def test_options_stand_in_the_order_of_ids_that_are_new_each_time() -> None:
    orders = {tuple(ids(put("ordering", salt=str(n))[1], "steps")) for n in range(30)}

    assert len(orders) > 10
    assert ("a", "b", "c", "d") not in orders


FIELDS = st.sampled_from(["choice", "choices", "pairs", "order", "text", "value"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(FIELDS, children),
)


@given(st.sampled_from(sorted(BODIES)), JSON)
@settings(max_examples=200, deadline=None)
def test_any_json_is_graded_or_refused(kind: str, response: Any) -> None:
    body, presented = put(kind)
    try:
        score = grade(kind, body, presented, response).score
    except ResponseError as refused:
        score = 0 if refused.field and refused.message else -1

    assert 0 <= score <= 1


def test_a_wrong_choice_says_its_misconception() -> None:
    body, presented = put("single_choice")
    wrong = ids(presented, "choices")["B"]

    graded = grade("single_choice", body, presented, {"choice": wrong})

    assert graded.score == 0
    assert graded.feedback == [{"target": wrong, "message": "not B"}]


@pytest.mark.parametrize(
    ("ticked", "score"),
    [("AB", 1), ("A", 0.5), ("ABC", 0.5), ("AC", 0), ("CD", 0), ("", 0), ("ABCD", 0)],
)
def test_multiple_select_takes_wrong_ticks_off(ticked: str, score: float) -> None:
    body, presented = put("multiple_select")
    chosen = [ids(presented, "choices")[letter] for letter in ticked]

    assert grade("multiple_select", body, presented, {"choices": chosen}).score == score


def test_none_of_them_is_a_legitimate_answer() -> None:
    document = {**TEXTS, "choices": [{"text": "A", "because": "no"}, {"text": "B", "because": "no"}]}
    body, presented = put("multiple_select", document)

    assert grade("multiple_select", body, presented, {"choices": []}).correct
    assert grade("multiple_select", body, presented, {"choices": [ids(presented, "choices")["A"]]}).score == 0


def test_pairs_may_share_a_right_hand_text_and_are_scored_each() -> None:
    body, presented = put("matching")
    left, right = ids(presented, "left"), ids(presented, "right")
    assert len(right) == 3

    graded = grade(
        "matching",
        body,
        presented,
        {"pairs": {left["1"]: right["neither"], left["2"]: right["even"], left["3"]: right["odd"]}},
    )

    assert graded.facet_scores == {"one": 0, "two": 1, "three": 1}
    assert graded.score == pytest.approx(2 / 3)
    assert graded.feedback == [{"target": left["1"], "message": "Every whole number is odd or even. 1 is odd."}]


def test_a_round_holds_the_pairs_in_focus() -> None:
    document = {
        **TEXTS,
        "round": 3,
        "pairs": [{"id": f"p{n}", "left": f"l{n}", "right": f"r{n}"} for n in range(8)],
        "distractors": [{"text": f"d{n}"} for n in range(5)],
    }
    _, presented = put("matching", document, focus=("p6", "p1"))

    assert set(presented.facets) >= {"p6", "p1"}
    assert len(presented.facets) == 3
    assert len(presented.prompt["right"]) == 6
    assert presented.guess_rate == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("order", "score"), [("abcd", 1), ("abdc", 2 / 3), ("dabc", 2 / 3), ("badc", 1 / 3), ("dcba", 0)]
)
def test_ordering_credits_the_longest_common_subsequence(order: str, score: float) -> None:
    body, presented = put("ordering")
    steps = ids(presented, "steps")

    assert grade("ordering", body, presented, {"order": [steps[step] for step in order]}).score == pytest.approx(score)


@pytest.mark.parametrize("text", ["inverted dropout", "Inverted  Dropout", " INVERTED DROPOUT. ", "“inverted dropout”"])
def test_short_text_forgives_case_spacing_and_quotes(text: str) -> None:
    body, presented = put("short_text")

    assert grade("short_text", body, presented, {"text": text}).correct


def test_a_slip_of_spelling_is_sent_back_once() -> None:
    body, presented = put("short_text")

    with pytest.raises(ResponseError, match="spelling"):
        grade("short_text", body, presented, {"text": "inverted droput"})
    assert grade("short_text", body, presented, {"text": "inverted droput", "final": True}).score == 0


def test_a_declared_mistake_is_named_and_wrong_at_once() -> None:
    body, presented = put("short_text")

    assert grade("short_text", body, presented, {"text": "Dropout"}).feedback[0]["message"] == "Which one?"


def test_printed_output_is_graded_without_regard_to_spacing_and_its_digits_are_never_a_slip() -> None:
    document = {**TEXTS, "accept": ["[ 1.99998 -2.99997]"], "spacing": "ignore", "case": "exact"}
    body, presented = put("short_text", document)

    assert grade("short_text", body, presented, {"text": "[1.99998 −2.99997]"}).correct
    assert grade("short_text", body, presented, {"text": "[1.99998 -2.99998]"}).score == 0


@pytest.mark.parametrize("pattern", ["(a+)+", "a*", "(?=a)", r"\1", "[a-z]", "a{2}", "(a", ".", "a??b" * 60])
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(pydantic.ValidationError):
        kinds.parse("short_text", {**TEXTS, "accept": ["a"], "pattern": pattern})


def test_a_pattern_of_alternatives_is_read() -> None:
    body, presented = put("short_text", {**TEXTS, "accept": ["AdamW"], "pattern": "adam(-| )?w( optimi(s|z)er)?"})

    assert grade("short_text", body, presented, {"text": "Adam W optimizer"}).correct
    assert not grade("short_text", body, presented, {"text": "adam optimizer"}).correct


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("single_choice", {"choices": [{"text": "A", "correct": True}]}, "at least 2"),
        ("single_choice", {"choices": [{"text": "A", "correct": True}, {"text": "B", "correct": True}]}, "Exactly one"),
        ("single_choice", {"choices": [{"text": "A", "correct": True}, {"text": "B"}]}, "because"),
        ("single_choice", {"choices": [{"text": "A", "correct": True}, {"text": "A", "because": "x"}]}, "twice"),
        ("single_choice", {"hint": "x"}, "Extra inputs"),
        ("single_choice", {"stem": ""}, "at least 1"),
        ("matching", {"pairs": [{"id": "a", "left": "1", "right": "2"}] * 2}, "twice"),
        ("matching", {"distractors": [{"text": "odd"}]}, "belongs to a pair"),
        ("matching", {"round": 9}, "needs as many pairs"),
        ("ordering", {"steps": ["a", "a", "b"]}, "the same"),
        ("short_text", {"mistakes": [{"text": "Inverted Dropout", "because": "x"}]}, "is an accepted answer"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(kind: str, change: dict[str, Any], said: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=said):
        kinds.parse(kind, {**BODIES[kind], **change})

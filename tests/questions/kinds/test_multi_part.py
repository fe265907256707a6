"""Items with parts: several answers over one draw, each of a kind of its own."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import bank, kinds
from questions.bank.bodies import normalise_body
from questions.kinds import Graded, Presented
from questions.kinds.responses import NearMissError, ResponseError
from quizzes.presentations import with_html
from tests.questions.kinds.parts import BODY, with_part

KIND = kinds.get("multi_part")
PARTS = [part["id"] for part in BODY["parts"]]
SOUND = kinds.parse("multi_part", BODY)


@pytest.fixture(scope="module")
def body() -> Any:
    return bank.validate_body("multi_part", BODY)


@pytest.fixture(scope="module")
def asked(body: Any) -> Presented[Any, Any]:
    return KIND.present(body, seed=3, identity="heights:1", opaque=lambda name: name)


def answer_all(asked: Presented[Any, Any], *, final: bool = False, **others: object) -> dict[str, Any]:
    """The right answers, some of them replaced; None leaves a part out."""
    values = asked.answer["values"]
    right = {
        "mean": {"value": f"{values['m']:.1f} cm"},
        "shape": {"choice": "shape:choice:0"},
        "sd": {"value": f"{values['s']:.3g}"},
        "z": {"value": f"{values['z']:.3g}"},
        "name": {"text": "Standard score"},
    }
    answered = {name: response for name, response in {**right, **others}.items() if response is not None}
    return {"parts": answered, "final": True} if final else {"parts": answered}


def grade(body: Any, asked: Presented[Any, Any], *, final: bool = False, **others: object) -> Graded:
    return kinds.grade(KIND, body, asked.answer, answer_all(asked, final=final, **others))


# Asking


def test_all_parts_are_drawn_from_one_seed(body: Any, asked: Presented[Any, Any]) -> None:
    values = asked.answer["values"]

    assert asked.facets == tuple(PARTS)
    assert [(part["id"], part["kind"], part["in_text"]) for part in asked.prompt["parts"]] == [
        ("mean", "numeric", True),
        ("shape", "single_choice", True),
        ("sd", "numeric", False),
        ("z", "numeric", False),
        ("name", "short_text", False),
    ]
    assert [asked.answer["parts"][name]["values"] for name in ("mean", "sd", "z")] == [values] * 3
    assert asked.answer["parts"]["mean"]["key"] == values["m"]
    assert KIND.is_reproduced(body, asked.answer, seed=3, identity="heights:1")


def test_a_prompt_tells_no_key(asked: Presented[Any, Any]) -> None:
    assert f"{asked.answer['values']['s']:.3g}" not in str(asked.prompt)
    assert "correct" not in str(asked.prompt)


def test_a_form_is_read_part_by_part() -> None:
    form = {
        "part": ["mean:numeric", "tick:multiple_select", "name:short_text", "evil:multi_part", "odd:nothing"],
        "mean.value": ["170"],
        "name.text": [""],
        "evil.value": ["1"],
    }

    assert KIND.from_form(form) == {"parts": {"mean": {"value": "170"}, "tick": {"choices": []}}}


# Grading


def test_each_part_has_its_marks(body: Any, asked: Presented[Any, Any]) -> None:
    assert grade(body, asked).score == 1
    assert grade(body, asked).correct

    partly = grade(body, asked, shape={"choice": "shape:choice:1"}, sd=None)

    assert partly.score == pytest.approx((1 + 1 + 1) / 5.5)
    assert partly.facet_scores == {"mean": 1, "shape": 0, "sd": 0, "z": 1, "name": 1}
    assert partly.parts["shape"].feedback[0]["message"].startswith("Nobody is ")


def test_a_mistake_of_a_part_is_named(body: Any, asked: Presented[Any, Any]) -> None:
    graded = grade(body, asked, mean={"value": str(5 * asked.answer["values"]["m"])}, z=None)

    assert graded.parts["mean"].feedback[0]["message"].startswith("That is the sum, ")


def test_who_does_not_know_a_part_still_has_the_others(body: Any, asked: Presented[Any, Any]) -> None:
    assert grade(body, asked, sd={"dont_know": True}).score == pytest.approx(3.5 / 5.5)
    blank = kinds.grade(KIND, body, asked.answer, {"dont_know": True})
    assert blank.facet_scores == dict.fromkeys(PARTS, 0)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (None, "Send"),
        ({"parts": []}, "Send"),
        ({"parts": {}}, "Answer at least one part."),
        ({"parts": {"q": {"value": "1"}}}, "There is no part “q”."),
        ({"parts": {"sd": {"value": "abc"}}}, "Part c: "),
        ({"parts": {"shape": {"choice": "x"}}}, "Part b: This is not one of the options of this question."),
        ({"parts": {"mean": 3}}, "Part a: "),
    ],
)
def test_what_cannot_be_read_is_refused(body: Any, asked: Presented[Any, Any], response: object, message: str) -> None:
    with pytest.raises(ResponseError) as refused:
        KIND.grade(body, asked.answer, response)
    assert refused.value.message.startswith(message)


def test_a_near_miss_of_a_part_is_sent_back_once(body: Any, asked: Presented[Any, Any]) -> None:
    response = answer_all(asked, name={"text": "standart score"})

    with pytest.raises(NearMissError) as refused:
        KIND.grade(body, asked.answer, response)

    assert refused.value.field == "parts.name.text"
    assert KIND.may_insist(refused.value.message)
    assert not KIND.may_insist("Part c: Write one number.")
    assert KIND.grade(body, asked.answer, KIND.final(response)).parts["name"].score == 0


def test_in_an_exam_what_was_answered_to_the_others_is_not_lost(body: Any, asked: Presented[Any, Any]) -> None:
    graded = grade(body, asked, sd={"value": "abc"}, final=True)
    assert graded.unread.startswith("Part c: “abc” is not understood.")
    assert graded.facet_scores == {"mean": 1, "shape": 1, "sd": 0, "z": 1, "name": 1}
    assert graded.parts["sd"].feedback[0]["message"].startswith("Part c: ")

    with pytest.raises(ResponseError):
        KIND.grade(body, asked.answer, {"parts": {"sd": {"value": "abc"}}, "final": True})


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["value", "text", "choice", "dont_know", *PARTS]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(PARTS), JUNK, max_size=5), st.booleans())
@settings(max_examples=60)
def test_whatever_is_sent_is_graded_or_refused(parts: dict[str, Any], final: bool) -> None:
    shown = KIND.present(SOUND, seed=3, identity="heights:1", opaque=lambda name: name)
    with suppress(ResponseError):
        assert 0 <= kinds.grade(KIND, SOUND, shown.answer, {"parts": parts, "final": final}).score <= 1


# Following


def test_a_part_that_follows_is_marked_by_the_students_own_numbers(body: Any, asked: Presented[Any, Any]) -> None:
    own_mean, own_sd = asked.answer["values"]["m"] + 5, 10.0
    followed = {"value": f"{(200 - own_mean) / own_sd:.4g}"}

    graded = grade(body, asked, mean={"value": str(own_mean)}, sd={"value": str(own_sd)}, z=followed)

    assert graded.facet_scores["mean"] == graded.facet_scores["sd"] == 0
    assert graded.facet_scores["z"] == 1
    assert graded.parts["z"].feedback == [
        {"target": "value", "message": "Right by your own answers to parts a and c, so it has full marks."}
    ]
    assert grade(body, asked, z=followed).facet_scores["z"] == 0
    assert grade(body, asked, mean=None, sd=None, z=followed).facet_scores["z"] == 0
    assert grade(body, asked, mean={"dont_know": True}, sd=None, z=followed).facet_scores["z"] == 0


@pytest.mark.parametrize("sd", ["0", "1e300", "10^-300", "-3"])
def test_own_numbers_that_lead_nowhere_give_no_marks(body: Any, asked: Presented[Any, Any], sd: str) -> None:
    assert grade(body, asked, sd={"value": sd}, z={"value": "7"}).facet_scores["z"] == 0


# What is refused


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ({**BODY, "parts": [*BODY["parts"], BODY["parts"][2]]}, "parts.5.id: The part “sd” stands here twice."),
        ({**BODY, "let": {**BODY["let"], "q": "m + 1"}}, "let.q: Nothing uses “q”: show it, or leave it out."),
        (
            {**BODY, "draw": {**BODY["draw"], "y": "integer(1, 9)"}},
            "draw.y: Nothing uses “y”: show it, or leave it out.",
        ),
        ({**BODY, "stem": f"{BODY['stem']} [[q]]"}, "stem: There is no part “q” for [[q]]."),
        ({**BODY, "stem": f"{BODY['stem']} [[mean]]"}, "stem: [[mean]] stands in the text twice."),
        (
            {**BODY, "stem": "{x}: $[[mean]] + 1$ and [[shape]]"},
            "stem: [[mean]] cannot stand in a formula: end the formula before it.",
        ),
        (
            {**BODY, "stem": "{x}: [[mean]]"},
            "parts.1: The part has no place: write [[shape]] in the item's stem, or give it a stem.",
        ),
        (
            with_part("mean", stem="The mean?"),
            "parts.0.stem: The part stands in the text, by [[mean]]: it has no stem of its own.",
        ),
        (with_part("mean", draw={"y": "integer(1, 2)"}), "parts.0.draw: The parts share `draw`: write it at the top "),
        (with_part("mean", answer="mm"), "parts.0.answer: column 1: “mm” is not declared. Declared: m, s, x, z."),
        (with_part("mean", anser="m"), "parts.0.anser: This field is not known here; check its spelling."),
        (with_part("mean", mistakes=[{"value": "m"}]), "parts.0.mistakes.0.because: This field is missing."),
        (with_part("sd", marks="two"), "parts.2.marks: Input should be a valid number"),
        (with_part("sd", marks=0), "parts.2.marks: Input should be greater than 0"),
        (with_part("sd", marks=float("nan")), "parts.2.marks: "),
        (with_part("sd", kind="multi_part"), "parts.2.kind: “multi_part” is no kind of a part. Kinds: single_choice, "),
        (with_part("sd", kind="essay"), "parts.2.kind: “essay” is no kind of a part. Kinds: single_choice, "),
        (
            {**with_part("mean", kind="ordering", steps=["a", "b", "c"], answer=""), "let": {}, "where": []},
            "parts.0.",
        ),
        (
            with_part("shape", choices=[{"text": "$m$", "correct": True}, {"text": "no", "because": "No."}]),
            "parts.1: A list in a text shows no formulas: give the part a stem.",
        ),
        (with_part("sd", follow="z"), "parts.2.follow: A part follows an earlier one, and “z” is a later one."),
        (with_part("sd", follow="sd"), "parts.2.follow: A part follows an earlier one, and “sd” is the same."),
        (with_part("sd", follow="q"), "parts.2.follow: There is no part “q”."),
        (with_part("z", follow="shape"), "parts.3.follow: The answer of “shape” has no name: compute it under `let`, "),
        (with_part("name", follow="sd"), "parts.4.follow: Its answer is not computed from “s”, the answer of “sd”."),
        ({**BODY, "examples": [{"given": {"x": [1] * 5}, "answer": 3}]}, "examples.0.answer: Give the answer of each "),
        ({**BODY, "examples": [{"given": {}, "answer": {"q": 3}}]}, "examples.0.answer: There is no part “q”."),
    ],
)
def test_a_fault_is_one_clear_line_at_its_place(broken: dict[str, Any], problem: str) -> None:
    with pytest.raises(bank.BankError) as refused:
        bank.validate_body("multi_part", broken)
    assert str(refused.value.problems[0]).startswith(problem)


def test_a_body_is_written_down_in_one_way() -> None:
    loose = with_part("z", follow="mean, sd", marks="1", unit="")

    assert normalise_body("multi_part", loose) == normalise_body("multi_part", BODY)
    assert normalise_body("multi_part", normalise_body("multi_part", BODY)) == normalise_body("multi_part", BODY)


# The gate


def test_the_gate_holds_each_part_to_what_its_kind_is_held_to(body: Any) -> None:
    sound = KIND.audit(body, "heights:1", 60)
    assert sound is not None
    assert sound.ok, sound.problems
    assert sound.distinct == 60


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (with_part("mean", mistakes=[{"value": "m + 0", "because": "No."}]), "Part mean: Mistake 1 is marked right."),
        ({**BODY, "cases": {"tall": "m > 500"}}, "cases.tall: it never occurs."),
        (
            {**BODY, "examples": [{"given": {"x": [150, 160, 170, 180, 190]}, "answer": {"mean": 171}}]},
            "Part mean: examples.0: 171.0 is not right there; right is 170.0.",
        ),
        ({**BODY, "stem": "Of {x[0]} and others. [[mean]] [[shape]]"}, "Part mean: The stem looks the same as another"),
        (
            with_part(
                "shape",
                choices=[{"text": "{x[0]}", "correct": True}, {"text": "{x[1]}", "because": "No."}],
            ),
            "Part shape: The texts of a variant make no sound item.",
        ),
    ],
)
def test_what_the_gate_finds_is_said_with_its_part(broken: dict[str, Any], problem: str) -> None:
    report = KIND.audit(bank.validate_body("multi_part", broken), "heights:1", 200)

    assert report is not None
    assert [defect for defect in report.problems if defect.message.startswith(problem)], report.problems


def test_an_item_that_draws_nothing_has_parts_too() -> None:
    still = {
        "stem": "The capital of France is [[city]].",
        "parts": [{"id": "city", "kind": "short_text", "accept": ["Paris"]}],
        "explanation": "It is.",
    }
    body = bank.validate_body("multi_part", still)
    asked = KIND.present(body, seed=1, identity="x:1", opaque=lambda name: name)

    assert KIND.audit(body, "x:1", 20) is None
    assert KIND.grade(body, asked.answer, {"parts": {"city": {"text": "paris"}}}).correct
    assert KIND.reveal(body, asked.answer).key == {"parts": {"city": {"text": "Paris"}}}


def test_parts_that_would_take_too_long_together_are_refused_at_the_dearest() -> None:
    dear = "sum((exp(x) + log(x) + sqrt(x) + exp(x/2) + log(x + 1) + sqrt(x + 1) + exp(x/3) + log(x + 2))[0])"
    parts = [
        {"id": f"p{number}", "kind": "numeric", "stem": "How much?", "answer": f"{dear} + {number}"}
        for number in range(12)
    ]
    heavy = {
        "draw": {"x": "matrix(15, 60, integer(1, 9))"},
        "stem": "Of {x[0][0]}.",
        "parts": parts,
        "explanation": "It is.",
    }

    with pytest.raises(bank.BankError) as refused:
        bank.validate_body("multi_part", heavy)
    assert str(refused.value.problems[0]).startswith("parts.0: The parts take too long together")
    bank.validate_body("multi_part", {**heavy, "parts": parts[:1]})


def test_of_an_answer_whose_key_was_shown_each_part_counts_that_can_be_read(
    body: Any, asked: Presented[Any, Any]
) -> None:
    junk: dict[str, Any] = {"mean": {"value": "tall"}, "shape": "shape:choice:0", "sd": {"values": 3}}
    response = answer_all(asked, name={"text": "Standard scor"}, **junk)

    final: Any = kinds.finalise(KIND, body, asked.answer, response)
    graded = kinds.grade(KIND, body, asked.answer, final)

    assert graded.facet_scores == {"mean": 0, "shape": 0, "sd": 0, "z": 1, "name": 0}
    assert kinds.has_unreadable(final)
    assert [graded.parts[part].feedback[0]["target"] for part in junk] == ["value", "choice", "value"]
    assert kinds.finalise(KIND, body, asked.answer, final) == final, "it is final"
    keys = KIND.reveal(body, asked.answer).parts
    shown = {
        part: {"score": each.score, "correct": each.correct, "key": keys[part].key, "feedback": []}
        for part, each in graded.parts.items()
    }
    rows: Any = KIND.part_rows(with_html(asked.prompt), shown, final["parts"])
    assert [row.answered[0] for row in rows][:3] == ["“tall”", *2 * ["An answer that could not be read"]]
    assert KIND.response_texts(asked.prompt, final)[0] == ("(a)", "“tall”")
    unread: tuple[object, ...] = ({"parts": {"other": {}}}, {"parts": []}, {}, "x", None)
    for wrong in unread:
        assert kinds.is_unreadable(kinds.finalise(KIND, body, asked.answer, wrong))

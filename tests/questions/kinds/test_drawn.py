"""Draws for every kind: texts, words and rows that are new each time, and what their variants must prove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pydantic
import pytest

from questions import bank, kinds
from questions.kinds.base import sample_opaque
from questions.kinds.bodies import ItemBody
from questions.kinds.tables import read_table, read_values, write_table, write_values
from questions.variants.engine import Number

NETS = [{"name": "ResNet-18", "params": 11.7e6}, {"name": "VGG-16", "params": 138e6}, {"name": "BERT", "params": 110e6}]
SIZE: dict[str, Any] = {
    "stem": "{net.name} has {net.params/1e6} million parameters of {bits} bits. How large is it?",
    "tables": {"nets": NETS},
    "draw": {"net": "row(nets)", "bits": "choice(8, 16, 32)"},
    "let": {"mb": "net.params*bits/8/1e6"},
    "choices": [
        {"text": "{mb} MB", "correct": True},
        {"text": "{8*mb} MB", "because": "These are the bits of {net.name}."},
        {"text": "{mb/4} MB", "because": "That is a quarter."},
    ],
    "cases": {"large": "mb > 200", "language": 'net.name == "BERT"'},
    "examples": [{"given": {"net.name": "BERT", "net.params": 110e6, "bits": 8}, "answer": "110 MB"}],
    "hints": ["A byte has 8 of the {bits} bits."],
    "explanation": "{net.params/1e6} × {bits}/8.",
}
EFFECT: dict[str, Any] = {
    "stem": "{what} is {change}. What happens to the weights?",
    "draw": {"what": 'choice("The penalty", "The rate of decay")', "change": 'choice("doubled", "halved", "tripled")'},
    "choices": [
        {"text": '{"They get larger" if change == "halved" else "They get smaller"}', "correct": True},
        {"text": '{"They get smaller" if change == "halved" else "They get larger"}', "because": "The other way."},
    ],
    "explanation": "A larger penalty, smaller weights.",
}
PAIRS: dict[str, Any] = {
    "stem": "Match each rate to its step, for a gradient of {g}.",
    "draw": {"g": "integer(2, 9)", "r": "distinct(3, integer(1, 9))"},
    "pairs": [
        {"id": "a", "left": "rate {r[0]}", "right": "step {r[0]*g}", "because": "{r[0]} times {g}."},
        {"id": "b", "left": "rate {r[1]}", "right": "step {r[1]*g}"},
        {"id": "c", "left": "rate {r[2]}", "right": "step {r[2]*g}"},
    ],
    "distractors": [{"text": "step {r[0]*g + r[1]*g + r[2]*g + 1}", "because": "That is more than all of them."}],
    "explanation": "Multiply.",
}
STEPS: dict[str, Any] = {
    "stem": "Order by size, the smallest first.",
    "draw": {"x": "integer(2, 40)"},
    "steps": ["{x}", "{x + 1}", "{2*x + 2}"],
    "explanation": "Count.",
}
PRINTED: dict[str, Any] = {
    "stem": "What is printed?\n\n```python\nx = [{v[0]}, {v[1]}]\nprint(sum(x))\n```",
    "draw": {"v": "vector(2, integer(1, 50))"},
    "accept": ["{v[0] + v[1]}"],
    "mistakes": [{"text": "[{v[0]}, {v[1]}]", "because": "`sum` adds {v[0]} and {v[1]}."}],
    "explanation": "The sum.",
}
SUM: dict[str, Any] = {
    "stem": "What is {a} + {b}?",
    "draw": {"a": "integer(2, 40)", "b": "integer(2, 40)"},
    "answer": "a + b",
    "exact": True,
    "cases": {"large": "a + b > 40"},
    "examples": [{"given": "a = 2; b = 3", "answer": 5}],
    "explanation": "Count.",
}
DRAWN = {"single_choice": SIZE, "matching": PAIRS, "ordering": STEPS, "short_text": PRINTED}
IDENTITY = "item:1"


def audited(kind: str, document: dict[str, Any], seeds: int = 300) -> list[str]:
    report = kinds.get(kind).audit(kinds.parse(kind, document), IDENTITY, seeds)
    assert report is not None
    return [str(problem) for problem in report.problems]


def presented(kind: str, body: ItemBody, seed: int = 1) -> kinds.Presented[Any, Any]:
    return kinds.get(kind).present(body, seed=seed, identity=IDENTITY, opaque=sample_opaque(seed))


@pytest.mark.parametrize("kind", DRAWN)
def test_a_variant_is_asked_graded_and_explained_in_its_own_texts(kind: str) -> None:
    body, rules = kinds.parse(kind, DRAWN[kind]), kinds.get(kind)
    assert audited(kind, DRAWN[kind]) == []
    prompts = set()
    for seed in range(10):
        asked = presented(kind, body, seed)
        revealed = rules.reveal(body, asked.answer)
        assert rules.grade(body, asked.answer, revealed.key).correct
        assert rules.is_reproduced(body, asked.answer, seed=seed, identity=IDENTITY)
        assert rules.defects(body, asked.answer) == []
        prompts.add(repr(asked.prompt).translate(dict.fromkeys(map(ord, "abcdef"))))
        assert "{" not in asked.prompt["stem"] + revealed.explanation
    assert len(prompts) > 3


def test_the_texts_of_an_answer_are_filled_once_and_never_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    body, other, rules = (
        kinds.parse("single_choice", SIZE),
        kinds.parse("single_choice", SIZE),
        kinds.get("single_choice"),
    )
    answers = [presented("single_choice", body, seed).answer for seed in (1, 2)]
    apart = [rules.reveal(kinds.parse("single_choice", SIZE), answer) for answer in answers]
    filled: list[ItemBody] = []
    fill = type(body).graded_in_variant

    def count(of: ItemBody, values: Mapping[str, Number]) -> ItemBody:
        filled.append(of)
        return fill(of, values)

    monkeypatch.setattr(type(body), "graded_in_variant", count)
    for each in (body, other):
        for answer, alone in zip(answers, apart, strict=True):
            assert rules.grade(each, answer, alone.key).correct
            assert rules.reveal(each, dict(answer)) == alone
            assert rules.filled(each, answer) == each.in_variant(answer["variant"]["values"])
    assert filled == [body, body, other, other]


def test_a_wrong_choice_is_told_why_with_the_numbers_that_were_shown() -> None:
    body, rules = kinds.parse("single_choice", SIZE), kinds.get("single_choice")
    for seed in range(5):
        asked = presented("single_choice", body, seed)
        net = next(row["name"] for row in NETS if str(row["name"]) in asked.prompt["stem"])
        (wrong,) = [key for key, place in asked.answer["ids"].items() if place == 1]
        (said,) = rules.grade(body, asked.answer, {"choice": wrong}).feedback
        assert said["message"] == f"These are the bits of {net}."
        assert rules.hints(body, asked.answer)[0].removeprefix("A byte has 8 of the ")[0] in "813"
        assert rules.picked(body, asked.answer, {"choice": wrong}) == ["{8*mb} MB"]


def test_a_row_is_drawn_as_a_whole_and_words_decide() -> None:
    body = kinds.parse("single_choice", EFFECT)
    for seed in range(12):
        asked = presented("single_choice", body, seed)
        key = kinds.get("single_choice").reveal(body, asked.answer).key["choice"]
        text = {choice["id"]: choice["text"] for choice in asked.prompt["choices"]}[key]
        assert text == ("They get larger" if "halved" in asked.prompt["stem"] else "They get smaller")
    for seed in range(12):
        stem = presented("single_choice", kinds.parse("single_choice", SIZE), seed).prompt["stem"]
        assert any(f"{row['name']} has {row['params'] / 1e6:.4g} million" in stem for row in NETS)  # type: ignore[operator]


def test_words_that_stand_in_several_rows_are_the_same_word() -> None:
    words = ["half", "all", "half", "none", "all", "half"]
    said = '{"half" if r.word == "half" else "no half"}, {"other" if r.word != s.word else "same"}'
    document = {
        **EFFECT,
        "tables": {"shares": [{"number": number, "word": word} for number, word in enumerate(words)]},
        "draw": {"r": "row(shares)", "s": "row(shares)"},
        "stem": "{r.number} {s.number} " + said,
        "choices": [{"text": "yes", "correct": True}, {"text": "no", "because": "It is not."}],
    }
    body = kinds.parse("single_choice", document)
    for seed in range(40):
        first, second, told = presented("single_choice", body, seed).prompt["stem"].split(maxsplit=2)
        r, s = words[int(first)], words[int(second)]
        assert told == f"{'half' if r == 'half' else 'no half'}, {'same' if r == s else 'other'}"


def test_pairs_are_picked_in_the_authors_texts() -> None:
    body, rules = kinds.parse("matching", PAIRS), kinds.get("matching")
    asked = presented("matching", body)
    key = rules.reveal(body, asked.answer).key
    assert "rate {r[0]} → step {r[0]*g}" in rules.picked(body, asked.answer, key)
    pair = rules.pair_texts(rules.filled(body, asked.answer), "a")
    assert pair.left.startswith("rate ")
    assert "{" not in pair.left + pair.right + pair.because


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        ("single_choice", {"cases": {"never": "mb < 0"}}, "cases.never: it never occurs."),
        ("single_choice", {"cases": {"always": "mb > 0"}}, "cases.always: it always occurs."),
        (
            "single_choice",
            {"examples": [{"given": "net.name = BERT; net.params = 110e6; bits = 8", "answer": "880 MB"}]},
            "“880 MB” is not right there; right is 110 MB",
        ),
        ("single_choice", {"examples": [{"given": "bits = 8", "answer": "1"}]}, "examples.0: say what “net.name” is"),
        ("ordering", {"steps": ["{x}", "{x % 7}", "{x + 1}"]}, "steps"),
        ("short_text", {"accept": ["{min([v[0], 2])}"], "mistakes": []}, "One answer is right in"),
        ("short_text", {"accept": ["{v[0]/(v[0] - 3)}"], "mistakes": []}, "a number that is not finite"),
        ("single_choice", {"draw": {"net": "row(nets)", "bits": "choice(8, 16, 32)"}, "where": ["bits > 64"]}, "met"),
        ("numeric", {"cases": {"never": "a > 50"}}, "cases.never: it never occurs."),
        ("numeric", {"examples": [{"given": "a = 2; b = 3", "answer": "6"}]}, "6 is not right there; right is 5"),
        ("numeric", {"answer": "a + b if a < 20 and b < 20 else 99"}, "One answer is right in"),
    ],
)
def test_what_the_gate_refuses(kind: str, change: dict[str, Any], problem: str) -> None:
    document = {**(SUM if kind == "numeric" else DRAWN[kind]), **change}
    if "min(" in str(change):
        document["let"] = {"few": "v[0] if v[0] < 12 and v[0] > 9 else 99"}
        document["accept"] = ["{few}"]
    assert problem in " ".join(audited(kind, document)), audited(kind, document)


def test_options_that_come_out_the_same_are_refused_with_their_seeds() -> None:
    choices = [*SIZE["choices"], {"text": "{mb*bits/8} MB", "because": "Twice."}]
    problems = audited("single_choice", {**SIZE, "choices": choices})
    assert any("seeds, such as" in problem and "stands here twice" in problem for problem in problems), problems


def test_a_sum_of_two_draws_passes() -> None:
    assert audited("numeric", SUM) == []
    assert (
        audited(
            "numeric", {**SUM, "answer": "a + b if a < 20 and b < 20 else 99", "few": "Most overflow.", "cases": {}}
        )
        == []
    )


def test_few_answers_are_allowed_where_the_author_says_why() -> None:
    document = {
        **PRINTED,
        "let": {"few": "v[0] if v[0] < 12 and v[0] > 9 else 99"},
        "accept": ["{few}"],
        "mistakes": [],
    }
    assert "One answer is right in" in " ".join(audited("short_text", document))
    assert audited("short_text", {**document, "few": "Most sums overflow."}) == []


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ({"draw": {"net": "row(webs)", "bits": "choice(8, 16)"}}, "draw.net", "There is no table “webs”"),
        ({"draw": {"net": "row(nets)", "bits": 'choice(8, "x")'}}, "draw.bits", "not from both"),
        ({"let": {"mb": "net.depth"}}, "let.mb", "has no column “depth”"),
        ({"let": {"mb": "net.name*2"}}, "let.mb", "is a text: compare it"),
        ({"cases": {"a": 'net.name == "Bert"'}}, "cases.a", "“Bert” is none of"),
        ({"stem": "{net.name:.2f} {bits}"}, "stem", "A text has no format"),
        ({"tables": {"nets": [{"name": "a", "params": 1}, {"name": "b"}]}}, "tables.nets.1", "Each row has the same"),
        ({"cases": {"a": "-" * 380 + "bits"}}, "cases.a", "A formula has at most 120 parts"),
        ({"cases": {"a": "(" * 60 + 'net.name == "BERT"' + ")" * 60 + "-" * 30 + "1"}}, "cases.a", "24 levels deep"),
        ({"draw": {}}, "cases", "Nothing is drawn"),
    ],
)
def test_a_template_that_is_wrong_is_refused_at_its_place(change: dict[str, Any], place: str, words: str) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        kinds.parse("single_choice", {**SIZE, **change})
    (error,) = refused.value.errors()
    assert ".".join(map(str, error["loc"])) == place
    assert words in error["msg"]


def test_what_is_drawn_and_never_used_is_refused() -> None:
    with pytest.raises(bank.BankError) as refused:
        bank.validate_body("single_choice", {**SIZE, "draw": {**SIZE["draw"], "spare": "integer(1, 9)"}})
    assert [problem.field for problem in refused.value.problems] == ["draw.spare"]


def test_braces_mean_nothing_where_nothing_is_drawn() -> None:
    plain = {**STEPS, "draw": {}, "steps": ["{x}", "{{y}}", "z"]}
    assert {step["text"] for step in presented("ordering", kinds.parse("ordering", plain)).prompt["steps"]} == {
        "{x}",
        "{{y}}",
        "z",
    }


def test_tables_and_examples_are_typed_as_text() -> None:
    typed = 'name, params\nResNet-18, 11.7e6\n"a, b", 2'
    rows = read_table(typed)
    assert rows == [{"name": "ResNet-18", "params": 11.7e6}, {"name": "a, b", "params": 2.0}]
    assert read_table(write_table(rows)) == rows
    assert read_table("name\tparams\nx\t3") == [{"name": "x", "params": 3.0}]
    pasted = kinds.parse("single_choice", {**SIZE, "tables": {"nets": write_table(NETS)}})
    assert pasted.model_dump() == kinds.parse("single_choice", SIZE).model_dump()
    values = {"x": 2.0, "y": [1.0, 2.5], "net": "VGG 16"}
    assert read_values("x = 2; y = [1, 2.5]; net = VGG 16") == values
    assert read_values(write_values(values)) == values
    with pytest.raises(ValueError, match="3 cells"):
        read_table("a, b\n1, 2, 3")


ABOVE: dict[str, Any] = {
    "stem": "The limit is {limit}. Which of {a} and {b} are above it?",
    "draw": {"limit": "integer(3, 6)", "a": "integer(1, 9)", "b": "integer(1, 9)"},
    "choices": [
        {"text": "the first, {a}", "correct_if": "a > limit", "because": "{a} is not above {limit}."},
        {"text": "the second, {b}", "correct_if": "b > limit", "because": "{b} is not above {limit}."},
    ],
    "explanation": "Compare with {limit}.",
}


def test_numbers_decide_which_choices_are_right() -> None:
    kind, body = kinds.get("multiple_select"), bank.validate_body("multiple_select", ABOVE)
    assert problems_of("multiple_select", ABOVE) == []
    numbers = set()
    for seed in range(20):
        answer = kind.present(body, seed=seed, identity="above:1", opaque=sample_opaque(seed)).answer
        values = answer["variant"]["values"]
        right = {at for at, name in enumerate("ab") if values[name] > values["limit"]}
        key = kind.reveal(body, answer).key["choices"]
        assert {answer["ids"][choice] for choice in key} == right
        assert kind.grade(body, answer, {"choices": key}).score == 1
        reasons = {answer["ids"][reason["target"]] for reason in kind.reveal(body, answer).reasons}
        assert reasons == {0, 1} - right, "nobody is told why a right choice would be wrong"
        numbers.add(len(right))
    assert numbers == {0, 1, 2}


@pytest.mark.parametrize(
    ("choice", "field", "message"),
    [
        ({"correct_if": "a >"}, "choices.0.correct_if", "not a formula"),
        ({"correct_if": "a > 5", "correct": True}, "", "say one of them"),
        ({"correct_if": "a > 5", "because": ""}, "", "needs a `because`"),
    ],
)
def test_a_condition_of_a_choice_that_cannot_be_is_refused(choice: dict[str, Any], field: str, message: str) -> None:
    first = {"text": "the first, {a}", "because": "No.", **choice}
    with pytest.raises(bank.BankError, match=message) as refused:
        bank.validate_body("multiple_select", {**ABOVE, "choices": [first, ABOVE["choices"][1]]})
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize("condition", ["elsewhere > 5", "2 > 1"])
def test_a_condition_of_nothing_that_is_drawn_is_refused(condition: str) -> None:
    first = {"text": "the first, {a}", "because": "No.", "correct_if": condition}
    (problem,) = problems_of("multiple_select", {**ABOVE, "choices": [first, ABOVE["choices"][1]]})
    assert "uses nothing that is drawn" in problem
    with pytest.raises(bank.BankError, match="uses nothing that is drawn"):
        bank.validate_body("multiple_select", {**ABOVE, "draw": {}, "choices": [first, ABOVE["choices"][1]]})


def test_of_a_single_choice_the_conditions_make_exactly_one_right() -> None:
    neither = {"text": "neither", "because": "One is."}
    problems = problems_of("single_choice", {**ABOVE, "choices": [*ABOVE["choices"], neither]})
    assert any("Exactly one choice has to be correct" in problem for problem in problems)
    otherwise = {"text": "below it is {a}", "correct_if": "a <= limit", "because": "{a} is above {limit}."}
    assert problems_of("single_choice", {**ABOVE, "choices": [ABOVE["choices"][0], otherwise]}) == []


def problems_of(kind: str, document: dict[str, Any]) -> list[str]:
    """What the audit finds in 100 variants."""
    report = kinds.get(kind).audit(bank.validate_body(kind, document), "above:1", 100)
    assert report is not None
    return [str(problem) for problem in report.problems]

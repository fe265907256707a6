"""What an author does about single variants: see them, leave them out, and say where a mistake is none."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from questions import bank, kinds
from questions.models import Course
from tests.questions.admin.test_items import form

pytestmark = pytest.mark.any_database

SUM: dict[str, Any] = {
    "stem": "What is {a} + {b}?",
    "draw": {"a": "integer(2, 9)", "b": "integer(2, 9)"},
    "where": ["a != b"],
    "answer": "a + b",
    "exact": True,
    "explanation": "Add them.",
}
PREVIEW = "/admin/questions/item/preview/numeric/"


def values(seeds: range, ban: list[int]) -> list[dict[str, Any]]:
    drawing = bank.validate_body("numeric", {**SUM, "ban": ban}).drawing
    assert drawing is not None
    columns = drawing.draw_sound("sum:1", seeds)
    return [{name: columns[name][row] for name in "ab"} for row in range(len(seeds))]


def test_a_banned_seed_draws_the_next_variant_and_the_others_draw_what_they_did() -> None:
    before, after = values(range(40), []), values(range(40), [3, 17])
    assert [seed for seed in range(40) if before[seed] != after[seed]] == [3, 17]
    assert all(each["a"] != each["b"] for each in after)
    assert values(range(3, 4), [3, 17]) == after[3:4], "alone as in a batch"


@pytest.mark.parametrize("ban", [[-1], [2**63], ["x"], list(range(51))])
def test_what_is_no_seed_cannot_be_banned(ban: list[Any]) -> None:
    with pytest.raises(bank.BankError):
        bank.validate_body("numeric", {**SUM, "ban": ban})


def test_a_mistake_may_be_right_in_a_case() -> None:
    mistake = {"value": "a*b", "because": "That is the product."}
    twice: dict[str, Any] = {**SUM, "where": [], "cases": {"both are two": "a == 2 and b == 2"}}
    problems = problems_of({**twice, "mistakes": [mistake]})
    assert any("Mistake 1 is marked right" in problem for problem in problems)
    assert problems_of({**twice, "mistakes": [{**mistake, "unless": "both are two"}]}) == []
    with pytest.raises(bank.BankError, match=r"There is no case “both”\. Cases: both are two"):
        bank.validate_body("numeric", {**twice, "mistakes": [{**mistake, "unless": "both"}]})


def problems_of(document: dict[str, Any]) -> list[str]:
    report = kinds.get("numeric").audit(bank.validate_body("numeric", document), "sum:1", 300)
    assert report is not None
    return [str(problem) for problem in report.problems]


def test_offending_seeds_are_shown_with_what_they_draw() -> None:
    report = kinds.get("numeric").audit(
        bank.validate_body("numeric", {**SUM, "mistakes": [{"value": "a + b", "because": "No."}]}), "sum:1", 20
    )
    assert report is not None
    seed, drawn = report.problems[0].variants[0]
    assert drawn == ", ".join(f"{name} = {value:.0f}" for name, value in values(range(seed, seed + 1), [])[0].items())


def test_words_and_rows_are_shown_as_they_are_named() -> None:
    body = bank.validate_body(
        "short_text",
        {
            "stem": "{net.name} {word} {v}",
            "tables": {"nets": [{"name": "VGG", "size": 3}]},
            "draw": {"net": "row(nets)", "word": 'choice("ReLU")', "v": "vector(2, integer(4, 4))"},
            "accept": ["x{net.size}"],
            "explanation": "So it is.",
        },
    )
    assert body.drawing is not None
    described = body.drawing.describe(body.drawing.draw_sound("x:1", [0]), 0)
    assert described == "net.name = VGG, net.size = 3, word = ReLU, v = [4, 4]"


def test_the_preview_opens_at_any_seed(instructor: Client, course: Course) -> None:
    sent = form(course, "numeric")
    page = instructor.post(PREVIEW, {**sent, "seed": "1234"}).content.decode()
    assert "Seed 1234: " in page
    assert "Seed 1238: " in page
    assert 'value="1234"' in page
    for nonsense in ("-1", "x", "9" * 30):
        assert "Seed 0: " in instructor.post(PREVIEW, {**sent, "seed": nonsense}).content.decode()


def test_a_seed_of_the_preview_draws_what_the_next_version_will(instructor: Client, course: Course) -> None:
    item = bank.save_draft(course, "sum", "numeric", SUM, [course.concepts.all()[0]])
    for _ in range(2):
        page = instructor.post(f"{PREVIEW}?item={item.pk}", form(course, "numeric")).content.decode()
        drawing = kinds.parse("numeric", item.draft).drawing
        assert drawing is not None
        identity = bank.next_identity(item)
        assert "Seed 0: " in page
        version = bank.publish(item)
        assert version.identity == identity
        item = bank.save_draft(
            course, "sum", "numeric", {**SUM, "stem": "Add {a} and {b}."}, [course.concepts.all()[0]]
        )
    assert "Seed 0: " in instructor.post(f"{PREVIEW}?item=nothing", form(course, "numeric")).content.decode()

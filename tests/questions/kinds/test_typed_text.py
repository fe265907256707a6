"""Typed texts, sign by sign: what carries meaning counts, what nobody sees does not."""

from __future__ import annotations

import pytest

from questions import kinds
from questions.kinds import NearMissError, typed_text
from questions.models import Course, Item
from questions.variants import numbers
from quizzes.presentations import grade_response
from tests.questions.kinds.test_short_text import body_of


def verdict(typed: str, *accept: str, **fields: object) -> bool:
    return (
        kinds.get("short_text")
        .grade(body_of(accept=list(accept), **fields), {}, {"text": typed, "final": True})
        .correct
    )


@pytest.mark.parametrize(
    ("accept", "typed"),
    [
        *(("x^2", "x²"), ("O(n²)", "O(n^2)"), ("x_1", "x₁"), ("10^-5", "10⁻⁵"), ("1/2", "½"), ("1 1/2", "1½")),
        *((".5", "0.5"), ("0.5", ".5"), ("-.5", "−0.5"), ("finite", "ﬁnite"), ("μ", "µ"), ("AdamW", "ＡｄａｍＷ")),
        *(("AdamW", f"Adam{mark}W") for mark in "\u200b\ufeff\u00ad\u200e\u2060\ufe0f"),
        *(("weight decay", "Weight  decay."), ("weight decay", "“weight decay”"), ("weight decay", "weight decay!")),
        *(("it's", "it’s"), ("a–b", "a-b"), ("ß", "ss"), ("é", "e\u0301"), ("-1", "—1"), ("1/2", "1⁄2")),
    ],
)
def test_the_same_answer_in_another_spelling(accept: str, typed: str) -> None:
    assert verdict(typed, accept)


@pytest.mark.parametrize(
    ("accept", "typed"),
    [
        *(("O(n²)", "O(n2)"), ("x²", "x2"), ("x₁", "x1"), (".5", "5"), ("5!", "5"), ("n!", "n"), ("!x", "x")),
        *(("C++", "C"), ("C#", "C"), ("x'", "x"), ("≠", "="), ("½", "12"), ("①", "1"), ("-x", "x"), ("...", ".")),
    ],
)
def test_a_sign_with_a_meaning_counts(accept: str, typed: str) -> None:
    assert not verdict(typed, accept)


@pytest.mark.parametrize(
    ("accept", "typed", "right"),
    [
        *(("x += 1", "x+=1", True), ("x += 1", "x + = 1", False), ("x += 1", "X += 1", False)),
        *(("print('a b')", "print( 'a b' )", True), ("print('a b')", "print('ab')", False)),
        *(("print('a')", "print(‘a’)", True), ("not x", "notx", False), ("a ** -b", "a**-b", True)),
        *(("x[-1]", "x[ -1 ]", True), ("1e-3", "1e - 3", False), ("!x", "x", False), ("x²", "x2", False)),
    ],
)
def test_code_is_compared_by_its_tokens(accept: str, typed: str, right: bool) -> None:
    assert verdict(typed, accept, code=True) == right


def test_code_is_never_nearly_right_and_has_no_other_rules() -> None:
    kind = kinds.get("short_text")
    assert kind.grade(body_of(accept=["zero_grad()"], code=True), {}, {"text": "zero_gard()"}).score == 0
    for fields in ({"case": "exact"}, {"spacing": "ignore"}, {"pattern": "a"}):
        with pytest.raises(ValueError, match="Code has no pattern"):
            body_of(code=True, **fields)


def test_what_is_folded_once_is_folded() -> None:
    for text in ("x²½ﬁ", "1½", "..5", ".5.", "`a`", "\u200b", "a\u00a0b", "⁰₁²"):
        assert typed_text.fold(typed_text.fold(text)) == typed_text.fold(text)


@pytest.mark.parametrize("typed", ["5\u200b", "\ufeff5", "\u200e5", "5\u00ad"])
def test_a_number_with_what_nobody_sees(typed: str) -> None:
    assert [float(value) for value in numbers.read(typed).values] == [5]


@pytest.mark.parametrize("minus", "-−–—‒˗")
def test_every_dash_is_a_minus(minus: str) -> None:
    assert [float(value) for value in numbers.read(f"{minus}5").values] == [-5]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *(
            ("⅓", 1 / 3),
            ("1½", 1.5),
            ("-1½", -1.5),
            ("2 ¾", 0),
            ("1.5e -3", 0.0015),
            ("1.5E - 3", 0.0015),
            ("⅞", 0.875),
        ),
        ("1.5e+3", 1500),
    ],
)
def test_numbers_in_other_spellings(typed: str, value: float) -> None:
    if not value:
        with pytest.raises(numbers.NumberError):
            numbers.read(typed)
        return
    assert float(numbers.read(typed).values[0]) == pytest.approx(value)


def test_points_between_thousands_are_not_the_point() -> None:
    with pytest.raises(numbers.NumberError, match=r"write 1234567\.25"):
        numbers.read("1.234.567,25")


def test_lists_in_other_spellings() -> None:
    assert [float(value) for value in numbers.read("{1,2}").values] == [1, 2]
    assert [float(value) for value in numbers.read("[1 - 2, 3]").values] == [-1, 3]
    for typed in ("[1.0 -2.0]", "[1, 2 -3]"):
        with pytest.raises(numbers.NumberError, match="put a comma"):
            numbers.read(typed)


def test_what_answers_something_else_is_no_slip(course: Course) -> None:
    def publish(slug: str, accept: str) -> Item:
        from questions import bank

        document: dict[str, object] = {"stem": "Which?", "explanation": "So.", "accept": [accept]}
        item = bank.save_draft(course, slug, "short_text", document, [course.concepts.all()[0]])
        bank.publish(item)
        return item

    published = publish("fewer-errors", "boosting").published
    assert published is not None
    with pytest.raises(NearMissError):
        grade_response(published, {}, {"text": "roosting"})
    publish("birds", "*Roosting*")
    assert grade_response(published, {}, {"text": "roosting"}).score == 0
    with pytest.raises(NearMissError):
        grade_response(published, {}, {"text": "boosring"})

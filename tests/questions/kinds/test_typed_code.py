"""Code as an answer, compared by its syntax tree."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest

from questions import kinds
from questions.kinds import ResponseError
from questions.kinds.typed_code import python_tree

SHORT_TEXT = kinds.get("short_text")
ITEM: dict[str, Any] = {
    "stem": "Squares of the even numbers below 10?",
    "accept": ["[i**2 for i in range(10) if i % 2 == 0]"],
    "language": "python",
    "mistakes": [{"text": "[i**2 for i in range(10)]", "because": "The odd ones, too."}],
    "explanation": "A comprehension with a condition.",
}


def grade(typed: str) -> Any:
    return SHORT_TEXT.grade(kinds.parse("short_text", ITEM), {}, {"text": typed})


@pytest.mark.parametrize(
    "typed", ["[i**2 for i in range(10) if i%2==0]", "[ (i ** 2) for i in (range(10)) if (i % 2) == 0 ]"]
)
def test_spaces_and_brackets_that_change_nothing_do_not_matter(typed: str) -> None:
    assert grade(typed).score == 1


def test_what_is_another_tree_is_wrong_and_a_mistake_is_recognised() -> None:
    assert grade("[j**2 for j in range(10) if j % 2 == 0]").score == 0
    assert grade("[i**2 for i in range(10) if i % 2 == 1]").score == 0
    assert grade("[(i**2) for i in range(10)]").feedback[0]["message"] == "The odd ones, too."


def test_kinds_of_quotes_and_of_numerals_do_not_matter() -> None:
    assert python_tree("print('a')") == python_tree('print( "a", )') == python_tree("print(“a”)")
    assert python_tree("x = 1e3") == python_tree("x=1000.0") != python_tree("x = 1000")


@pytest.mark.parametrize("typed", ["[i**2 for i in range(10", "for i in x:", "a b", "(" * 199, "#", "x = '\x00'"])
def test_what_is_no_python_is_sent_back(typed: str) -> None:
    with pytest.raises(ResponseError, match="not Python that can be read"):
        grade(typed)


def test_nothing_is_run_and_nothing_is_warned_of() -> None:
    assert grade("__import__('os').abort()").score == 0
    assert grade("'\\d'").score == 0
    assert grade("1is 1").score == 0


def test_a_key_that_is_no_python_is_refused() -> None:
    with pytest.raises(pydantic.ValidationError, match="is not Python that can be read by itself"):
        kinds.parse("short_text", {**ITEM, "accept": ["for i in x:"]})

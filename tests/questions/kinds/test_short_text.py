"""Typed texts: patterns that match at once, and slips of the keyboard."""

from __future__ import annotations

import contextlib
import math
import re
import time

import pydantic
import pytest
from hypothesis import example, given, settings, target
from hypothesis import strategies as st

from questions import kinds
from questions.kinds import ResponseError, patterns, short_text
from tests.questions.kinds.test_kinds import TEXTS

BUDGET = 0.005
"""Seconds of CPU that grading a typed text may take."""
OLD = "(((((a?|a?)?|(a?|a?)?)?|((a?|a?)?|(a?|a?)?)?)?)?)?" + "a?" * 30 + "a" * 30
"""Legal, and hours of work for an engine that tries all ways."""

PATTERNS = st.recursive(
    st.sampled_from("ab "),
    lambda inner: (
        inner.map(lambda part: f"({part})?")
        | st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map(lambda parts: f"({'|'.join(parts)})")
    ),
    max_leaves=12,
).filter(lambda pattern: len(pattern) <= 200)


def body_of(**fields: object) -> short_text.Body:
    body = kinds.parse("short_text", {**TEXTS, "accept": ["x"], **fields})
    assert isinstance(body, short_text.Body)
    return body


def seconds_to_grade(body: short_text.Body, text: str) -> float:
    """Return the seconds of CPU that the fastest of three gradings took."""
    kind, fastest = kinds.get("short_text"), math.inf
    for _ in range(3):
        began = time.thread_time()
        with contextlib.suppress(ResponseError):
            kind.grade(body, {}, {"text": text})
        fastest = min(fastest, time.thread_time() - began)
    return fastest


@given(PATTERNS, st.text("ab ", max_size=12))
def test_a_pattern_means_what_it_means_elsewhere(pattern: str, text: str) -> None:
    assert patterns.fits(pattern, text) == bool(re.fullmatch(pattern, text))


@given(PATTERNS, st.text("ab ", max_size=200))
@example("(a?){1}".replace("{1}", "") * 40, "a" * 40)
@example(OLD, "a" * 200)
@settings(deadline=None)
def test_grading_by_a_pattern_takes_no_time(pattern: str, text: str) -> None:
    body = body_of(pattern=pattern)
    seconds = seconds_to_grade(body, text)
    target(seconds)
    assert seconds < BUDGET


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [("abc", 1), ("(a|b|c)d?", 6), ("(adamw|adam w)( optimi(s|z)er)?", 6), ("a?" * 30, 2**30), (r"f\(x\)", 1), ("", 1)],
)
def test_the_ways_through_a_pattern_are_counted(pattern: str, ways: int) -> None:
    assert patterns.count_ways(pattern) == ways


@pytest.mark.parametrize(
    "pattern", ["(a", "a)", "(?:a)", "?a", "a??", "é", "a\nb", "a\\", r"\d", "(" * 101, "a{9}", "a+"]
)
def test_what_is_no_pattern_is_refused_at_its_field(pattern: str) -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        body_of(pattern=pattern)
    (error,) = refused.value.errors()
    assert error["loc"] == ("pattern",)
    assert "attern" in error["msg"]


def test_a_client_gets_a_pattern_that_it_can_run() -> None:
    kind = kinds.get("short_text")
    for pattern, shown, syntax in (
        (None, None, None),
        ("adam ?w", "adam ?w", "re2"),
        (OLD, None, "withheld"),
    ):
        check = kind.check(body_of(pattern=pattern), {})
        assert check is not None
        assert (check["pattern"], check["pattern_syntax"]) == (shown, syntax)


@pytest.mark.parametrize("text", ["\ud800", "a\ud800", "é", "\0", "ﷺ" * 200])
def test_text_that_no_pattern_can_fit(text: str) -> None:
    assert seconds_to_grade(body_of(pattern="a?" * 50), text) < BUDGET


def distance(a: str, b: str) -> int:
    """The optimal string alignment distance by its definition."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            cost = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


@given(st.text("abc", max_size=9), st.text("abc", max_size=9), st.integers(0, 2))
@settings(max_examples=1000)
def test_slips_are_counted_by_the_alignment_distance(a: str, b: str, slips: int) -> None:
    assert short_text.is_within(slips, a, b) == (distance(a, b) <= slips)


def test_a_long_answer_beside_twenty_long_ones() -> None:
    accept = ["ab" * 99 + f"{chr(97 + at)}c" for at in range(20)]
    for typed in ("ba" * 100, "ab" * 100, "b" + "ab" * 99, "a" * 200):
        assert seconds_to_grade(body_of(accept=accept), typed) < BUDGET

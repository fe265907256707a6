"""Whatever is accepted is done in time: an answer is graded in 50 ms of CPU, an item previewed in 2 s."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import kinds
from questions.admin.preview import preview
from questions.bank.bodies import MAX_CHARACTERS, MAX_FORMULAS
from questions.kinds import ResponseError
from questions.kinds.numeric import Numeric
from questions.variants.compiling import MAX_WORK
from tests.conftest import examples
from tests.effort import thread_seconds

GRADING, PREVIEW, PUBLISHING = 0.05, 2.0, 10.0
"""Seconds of CPU."""
BASE = {"stem": "{v}", "explanation": "So.", "draw": {"v": "vector(40, uniform(1, 3, 0.001))"}, "answer": "v[0]"}
NUMERIC = {
    **BASE,
    "draw": {"v": "vector(12, uniform(1, 3, 0.001))"},
    "answer": "sort(v)",
    "tolerance": {"atol": 1e-9},
    "mistakes": [{"value": f"sort(v + {n + 1} * (v >= max(v)))", "because": "{v}"} for n in range(12)],
}
SHORT_TEXT = {
    "stem": "Which?",
    "explanation": "So.",
    "accept": [f"word {n}" + " and more" * 20 for n in range(20)],
    "pattern": "(un)?(re)?" * 10 + "words?",
    "mistakes": [{"text": f"mistake {n}" + " and more" * 19, "because": "No."} for n in range(12)],
}
PARTS = [
    "1",
    ".",
    ",",
    "/",
    "^",
    "e",
    "(",
    ")",
    "[",
    "]",
    "-",
    "×",
    "½",
    "²",
    " ",
    "\ufdfa",
    "a\u0301",
    "\\frac{",
    "word ",
    "ﬁ",
]
TYPED = st.one_of(
    st.builds("".join, st.lists(st.sampled_from(PARTS), max_size=120)),
    st.builds(lambda part, times: part * times, st.sampled_from(PARTS), st.sampled_from([30, 100, 200, 400_000])),
    st.text(max_size=200),
)


def is_done_within(seconds: float, work: Callable[[], object]) -> bool:
    """Whether it is, the best of up to three times."""
    return any(thread_seconds(work, times=1) < seconds for _ in range(3))


@pytest.mark.parametrize(("name", "document"), [("numeric", NUMERIC), ("short_text", SHORT_TEXT)])
@settings(max_examples=examples(40), deadline=None)
@given(typed=TYPED)
def test_whatever_is_typed_is_graded_in_time(name: str, document: dict[str, Any], typed: str) -> None:
    kind, body = kinds.get(name), kinds.parse(name, document)
    asked = kind.present(body, seed=1, identity="item:1", opaque=lambda text: text)

    def grade() -> None:
        with suppress(ResponseError):
            kind.grade(body, asked.answer, {"value": typed, "text": typed})

    assert is_done_within(GRADING, grade)


def each_let(formula: str) -> Callable[[int], dict[str, Any]]:
    return lambda size: {**BASE, "let": {f"l{n}": formula for n in range(min(size, 30))}}


def shown(formula: str) -> Callable[[int], dict[str, Any]]:
    return lambda size: {**BASE, "stem": "{v}" + " ".join(formula.format(n) for n in range(size))}


def texts(text: str, length: int) -> Callable[[int], dict[str, Any]]:
    return lambda size: {**BASE, "stem": "{v}\n\n" + "".join(text.format(n) for n in range(min(size, length)))}


ITEMS = {
    "powers": each_let("sum(" + "+".join(["v**v"] * 14) + ")"),
    "conditions": lambda size: {**BASE, "where": ["sum(" + "+".join(["v**v"] * size) + ") < 0"]},
    "shown": shown("{{v[0]+{}}}"),
    "exact": shown("{{sum(exp(v)+v/{0}+exp(v/3))}}"),
    "mistakes": lambda size: {
        **BASE,
        "answer": "v",
        "mistakes": [{"value": f"v + {n + 1}", "because": "No."} for n in range(size)],
    },
    "code": texts("\n```python\nx{0} = [{0}]\n```\n", (MAX_CHARACTERS - 100) // 34),
    "formulas": texts("$x_{{{}}}$ ", MAX_FORMULAS),
}


def dearest(item: Callable[[int], dict[str, Any]]) -> dict[str, Any]:
    """The largest item that is accepted, of sizes that double."""
    accepted = item(1)
    for doubled in range(1, 11):
        try:
            kinds.parse("numeric", item(2**doubled))
        except ValueError:
            break
        accepted = item(2**doubled)
    return accepted


@settings(max_examples=examples(2), deadline=None)
@given(name=st.sampled_from(sorted(ITEMS)))
def test_the_dearest_items_are_previewed_in_time(name: str) -> None:
    document = dearest(ITEMS[name])
    assert is_done_within(PREVIEW, lambda: preview(Numeric(), document, "item:1"))


def test_a_twentieth_of_the_dearest_audit_takes_a_twentieth_of_the_time() -> None:
    body = kinds.parse("numeric", dearest(ITEMS["powers"]))
    assert body.engine.work > MAX_WORK / 4  # type: ignore[attr-defined]
    assert is_done_within(
        PUBLISHING / 20,
        lambda: Numeric().audit(body, "item:1", 50, share=0.05),  # type: ignore[arg-type]
    )

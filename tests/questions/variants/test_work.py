"""What an item's variants cost is known before they are computed, and bounded: time and memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from questions import kinds
from questions.kinds.numeric import Body, Numeric
from questions.variants.audit import Audit
from questions.variants.compiling import MAX_WORK, SpecError
from questions.variants.engine import VariantError
from tests.questions.variants.everything import IDENTITY, compiled

WIDE = {"v": "matrix(64, 1, uniform(1, 3, 0.001))", "w": "matrix(1, 64, uniform(1, 3, 0.001))"}
LONG = {"v": "vector(64, uniform(1, 3, 0.001))"}
BROADCASTING = 2
"""An engine that puts a row and a column together to a matrix, as published items may do."""
EACH_WITH_EACH = "sum(sum(" + "+".join(["v**w"] * 14) + "))"
POWERS = "sum(" + "+".join(["v**v"] * 14) + ")"


def audit(share: float = 1, **document: Any) -> Audit:
    body = kinds.parse("numeric", {"stem": "How many?", "explanation": "So.", "digits": 3, **document})
    assert isinstance(body, Body)
    assert body.engine.work <= MAX_WORK
    return Numeric().audit(body, "item:1", 1000, share=share)


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"draw": WIDE, "let": {"cheap": "1", "dear": EACH_WITH_EACH}}, "let.dear"),
        ({"draw": WIDE, "where": ["1 > 0", f"{EACH_WITH_EACH} > 0"]}, "where.1"),
        ({"draw": WIDE, "answer": EACH_WITH_EACH}, "answer"),
        ({"draw": WIDE, "of": EACH_WITH_EACH}, "tolerance of"),
        ({"draw": WIDE, "mistakes": ["2", EACH_WITH_EACH]}, "mistakes.1.value"),
        ({"draw": WIDE, "texts": {"stem": "{v}", "solution": f"{{{EACH_WITH_EACH}}}"}}, "solution"),
        ({"draw": LONG, "texts": {"stem": f"{{{POWERS}}} " * 99}}, "stem"),
        ({"draw": LONG, "answer": "v", "mistakes": [f"v + {n}" for n in range(7)]}, "mistakes.6.value"),
        ({"draw": LONG, "let": {f"l{n}": POWERS for n in range(30)}}, None),
    ],
)
def test_what_takes_too_long_is_refused_where_most_of_it_is(spec: dict[str, Any], place: str | None) -> None:
    spec = {"answer": "1", "engine": BROADCASTING, **spec}
    if place is None:
        assert compiled(**spec).generate(IDENTITY, [1])
        return

    with pytest.raises(SpecError, match="too long") as refused:
        compiled(**spec)

    assert refused.value.field.replace(".of", " of") == place


def test_what_stands_between_takes_little_memory() -> None:
    engine = compiled(
        draw=WIDE,
        answer="sum(sum(v*w + (w*v + (v*w + (w*v + (v*w + 1)))) > 5 and v < w and w > v))",
        engine=BROADCASTING,
    )
    values, _ = engine.draw(IDENTITY, range(1000))
    tracemalloc.start()
    try:
        engine.compute(values)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * 2**20


def test_pieces_are_what_the_whole_is() -> None:
    engine = compiled(draw=WIDE, answer="sum(sum(exp(v) * w))", engine=BROADCASTING)
    batch = engine.generate(IDENTITY, range(200))
    for seed in (0, 63, 64, 199):
        assert engine.generate(IDENTITY, [seed]) == [batch[seed]]


def test_drawing_again_is_counted_by_what_the_conditions_take() -> None:
    engine = compiled(draw=LONG, where=[f"{POWERS} < 0"], answer="1")
    with pytest.raises(VariantError, match="in the time there is"):
        engine.draw(IDENTITY, range(1000))
    with pytest.raises(VariantError, match="in 64 redraws"):
        engine.draw(IDENTITY, range(3))


def test_a_preview_draws_fewer_variants_of_a_dear_item() -> None:
    roots = "sum(" + "+".join(["sqrt(v)"] * 16) + ")"
    dear: dict[str, Any] = {"draw": LONG, "let": {f"l{n}": roots for n in range(4)}, "stem": "{v}", "answer": "l1"}
    assert 10 < audit(share=0.02, **dear).seeds < 1000
    assert audit(share=0.02, draw={"x": "uniform(1, 9, 0.001)"}, stem="{x}", answer="x").seeds == 1000


def test_a_preview_leaves_exact_arithmetic_that_takes_long_to_publishing(monkeypatch: pytest.MonkeyPatch) -> None:
    item: dict[str, Any] = {
        "draw": LONG,
        "let": {"a": "exp(v)", "b": "exp(a)"},
        "stem": "{v}",
        "answer": "sum(b) + sum(a)",
    }
    monkeypatch.setattr("questions.variants.independent.TOTAL", 4000)
    assert audit(share=0.15, **item).ok
    assert not audit(**item).ok


def test_a_list_function_that_is_given_a_matrix_is_refused_and_breaks_nothing() -> None:
    draw = {"v": "vector(3, integer(1, 9))", "A": "matrix(3, 3, integer(1, 9))"}
    with pytest.raises(ValueError, match=r"dot\(\) takes a list, and this is a matrix"):
        audit(draw=draw, stem="{v} {A}", answer="dot(v, A)[0]")

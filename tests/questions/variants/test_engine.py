"""The variant engine: the same numbers for ever, alone or in a batch, and only where the constraints are met."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy._core import _multiarray_umath  # type: ignore[attr-defined]  # its stubs leave it out

from questions.variants.compiling import Declared, SpecError, compile_engine
from questions.variants.engine import MAX_REDRAWS, VariantError
from questions.variants.versions import ENGINE_VERSION
from tests.questions.variants.everything import EVERYTHING, IDENTITY, compiled, digest

ROOT = Path(__file__).parents[3]

PINNED = {
    1: "f00d8de8df38f4cecdc36da29bcc83beff28aeb30bdced9931038f3eced7a32f",
    2: "b648c730dfb3ff2812591392658b030e8506e8e105f879faae78f11524554b4a",
    3: "a7b2383d20448b37319553f4460fb60b4e34d2fb7510339dfc69707bfcec3121",
}
"""Of variants and their texts, by engine. Whoever changes one changes served questions: raise ENGINE_VERSION."""


@pytest.mark.parametrize("version", PINNED)
def test_variants_are_what_they_always_were(version: int) -> None:
    assert digest(version) == PINNED[version]


def test_new_versions_have_the_newest_engine() -> None:
    assert max(PINNED) == ENGINE_VERSION


@pytest.mark.parametrize("features", ["AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL", "AVX2 FMA3"])
def test_the_processor_has_no_say(features: str) -> None:
    if not any(map(_multiarray_umath.__cpu_features__.get, features.split())):
        pytest.skip("this processor has none of them: it computes without in the test above")
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": features}
    command = [sys.executable, "-W", "ignore", "-m", "tests.questions.variants.everything"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[1:] == [*PINNED.values()]


def test_a_variant_is_the_same_alone_as_in_a_batch() -> None:
    engine = compiled(**EVERYTHING)
    seeds = [0, 1, 77, 2**31, 2**40 + 1, 2**63 - 1]
    batch = engine.generate(IDENTITY, [*range(500), *seeds])

    for at in [0, 1, 250, 499, *range(500, 506)]:
        seed = at if at < 500 else seeds[at - 500]
        assert engine.generate(IDENTITY, [seed]) == [batch[at]]


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_neither_order_nor_company_of_seeds_matters(seeds: list[int]) -> None:
    engine = compiled(**EVERYTHING)

    there = engine.generate(IDENTITY, seeds)

    assert engine.generate(IDENTITY, seeds[::-1]) == there[::-1]


def test_what_is_stored_renders_what_the_batch_rendered() -> None:
    engine = compiled(**EVERYTHING)
    values, _ = engine.draw(IDENTITY, range(200))

    for name in ("stem", "solution"):
        stored = [engine.render(name, variant["values"]) for variant in engine.generate(IDENTITY, range(200))]
        assert stored == engine.render_all(name, values)


def test_a_stored_variant_survives_json() -> None:
    variants = compiled(**EVERYTHING).generate(IDENTITY, range(50))

    assert json.loads(json.dumps(variants, allow_nan=False)) == variants


@given(st.permutations(list(EVERYTHING["draw"])))
@settings(max_examples=20, deadline=None)
def test_the_order_of_parameters_does_not_matter(order: list[str]) -> None:
    shuffled = {**EVERYTHING, "draw": {name: EVERYTHING["draw"][name] for name in order}}

    assert compiled(**shuffled).generate(IDENTITY, range(20)) == compiled(**EVERYTHING).generate(IDENTITY, range(20))


def test_a_parameter_does_not_feel_the_others() -> None:
    draw = {"a": "integer(0, 1000000)", "b": "uniform(0, 1, 0.001)"}
    both = compiled(draw=draw, answer="a").generate(IDENTITY, range(300))
    alone = compiled(draw={"a": draw["a"]}, answer="a").generate(IDENTITY, range(300))

    assert [variant["key"] for variant in both] == [variant["key"] for variant in alone]


def test_another_version_draws_other_numbers() -> None:
    engine = compiled(draw={"a": "integer(0, 1000000)"}, answer="a")
    keys = [[variant["key"] for variant in engine.generate(f"item:{n}", range(50))] for n in (1, 2)]

    assert sum(first == second for first, second in zip(*keys, strict=True)) < 3


def test_every_variant_meets_the_constraints_by_redrawing() -> None:
    engine = compiled(
        draw={"a": "integer(1, 10)", "b": "integer(1, 10)"}, let={"gap": "b - a"}, where=["gap > 0"], answer="1/gap"
    )
    values, redraws = engine.draw(IDENTITY, range(2000))

    assert (values["gap"] > 0).all()
    assert redraws.mean() == pytest.approx(55 / 45, abs=0.15)
    assert redraws.max() <= MAX_REDRAWS


def test_a_redraw_leaves_the_lucky_seeds_alone() -> None:
    draw = {"a": "integer(0, 9)"}
    free, _ = compiled(draw=draw, answer="a").draw(IDENTITY, range(500))
    bound, redraws = compiled(draw=draw, where=["a < 5"], answer="a").draw(IDENTITY, range(500))

    lucky = redraws == 0
    assert (free["a"][lucky] == bound["a"][lucky]).all()
    assert (free["a"][~lucky] >= 5).all()


def test_a_constraint_that_is_never_met_names_its_seeds() -> None:
    engine = compiled(draw={"a": "integer(1, 3)"}, where=["a > 3"], answer="a")

    with pytest.raises(VariantError, match=f"in {MAX_REDRAWS} redraws") as refused:
        engine.generate(IDENTITY, [5, 6, 7])

    assert refused.value.seeds == [5, 6, 7]


def test_a_vector_meets_a_constraint_in_every_entry() -> None:
    engine = compiled(
        draw={"v": "vector(2, integer(-3, 3))", "m": "matrix(2, 2, integer(0, 3))"},
        where=["v != 0", "m < 3"],
        answer="v",
    )
    values, _ = engine.draw(IDENTITY, range(500))

    assert (values["v"] != 0).all()
    assert (values["m"] < 3).all()


def test_a_constraint_guards_an_index() -> None:
    engine = compiled(draw={"v": "vector(3, integer(1, 9))", "i": "integer(0, 5)"}, where=["i < len(v)"], answer="v[i]")

    variants: list[Any] = [*engine.generate(IDENTITY, range(200))]
    for variant in variants:
        assert variant["key"] == variant["values"]["v"][int(variant["values"]["i"])]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"answer": "1/a"}, "The answer is not"),
        ({"answer": "a", "let": {"rate": "1/a"}}, "The value of rate is not"),
        ({"answer": "a", "of": "1/a"}, "The tolerance of is not"),
        ({"answer": "log(a - 1)"}, "The answer is not"),
    ],
)
def test_a_number_that_is_not_finite_names_the_seeds_that_show_it(spec: dict[str, Any], said: str) -> None:
    engine = compiled(draw={"a": "choice(0, 2)"}, **spec)
    values, _ = engine.draw(IDENTITY, range(40))

    with pytest.raises(VariantError, match=re.escape(said)) as refused:
        engine.generate(IDENTITY, range(40))

    assert refused.value.seeds == np.flatnonzero(values["a"] == 0).tolist()


def test_a_mistake_without_a_finite_value_is_none() -> None:
    engine = compiled(draw={"a": "choice(0, 2)"}, answer="a + 1", mistakes=["1/a", "a"])

    variants: list[Any] = [*engine.generate(IDENTITY, range(20))]
    for variant in variants:
        a = variant["values"]["a"]
        assert variant["mistakes"] == [1 / a if a else None, a]


def test_a_template_without_draws_has_one_variant() -> None:
    engine = compiled(let={"n": "2**10"}, answer="n", texts={"stem": "{n}"})

    assert engine.generate(IDENTITY, [1]) == engine.generate(IDENTITY, [2])
    assert engine.generate(IDENTITY, [1])[0]["key"] == 1024


DRAW = {"a": "integer(1, 3)", "v": "vector(3, integer(1, 3))", "m": "matrix(2, 2, integer(1, 3))"}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"draw": {"a": "normal(0, 0)"}}, "draw.a"),
        ({"draw": {"2a": "integer(1, 2)"}}, "draw.2a"),
        ({"draw": {"λ": "integer(1, 2)"}}, "draw.λ"),
        ({"draw": {"if": "integer(1, 2)"}}, "draw.if"),
        ({"let": {"a": "1"}}, "let.a"),
        ({"let": {"b": "c", "c": "b"}}, "let.b"),
        ({"let": {"b": "v + sort(m[0])"}}, "let.b"),
        ({"where": ["a > 0", "b > 0"]}, "where.1"),
        ({"where": ["v[7] > 0"]}, "where.0"),
        ({"answer": "b"}, "answer"),
        ({"answer": "__import__('os')"}, "answer"),
        ({"answer": "m"}, "answer"),
        ({"answer": "v[3]"}, "answer"),
        ({"of": "a +"}, "tolerance.of"),
        ({"of": "v"}, "tolerance.of"),
        ({"mistakes": ["a", "b"]}, "mistakes.1.value"),
        ({"mistakes": ["v"]}, "mistakes.0.value"),
        ({"answer": "v", "mistakes": ["a"]}, "mistakes.0.value"),
        ({"texts": {"stem": "{bb}"}}, "stem"),
        ({"texts": {"solution": "{v[5]}"}}, "solution"),
        ({"texts": {"explanation": "{v + sort(m[0])}"}}, "explanation"),
    ],
)
def test_an_error_names_its_field(spec: dict[str, Any], field: str) -> None:
    spec = {"draw": DRAW, "answer": "1", **spec}

    with pytest.raises(SpecError) as refused:
        compiled(**spec)

    assert refused.value.field == field
    assert len(refused.value.message) > 10


def test_lets_may_stand_in_any_order_but_not_in_a_circle() -> None:
    """A database gives the names of a JSON object back in an order of its own."""
    let = {"last": "middle + 1", "middle": "first * 2", "first": "a + 1"}
    backwards, forwards = (
        compiled(draw={"a": "integer(2, 9)"}, let=dict(order), answer="last")
        for order in (list(let.items()), list(let.items())[::-1])
    )
    assert backwards.generate(IDENTITY, range(20)) == forwards.generate(IDENTITY, range(20))
    with pytest.raises(SpecError, match=r"let\.b.*“c” is not declared|let\.b.*c"):
        compiled(draw={"a": "integer(2, 9)"}, let={"b": "c + a", "c": "b + 1"}, answer="b")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"draw": {f"m{n}": "matrix(64, 64, integer(0, 9))" for n in range(19)}}, "draw.m0"),
        ({"draw": {"v": "vector(64, integer(0, 9))"}, "let": {f"w{n}": "v + 1" for n in range(30)}}, None),
        ({"draw": {"m": "matrix(30, 30, integer(0, 9))"}, "let": {"a": "m + 1", "b": "m + 2"}}, "let.b"),
        ({"draw": {"x": "integer(1, 9)"}, "texts": {"stem": "{x}" * 6600}}, "stem"),
        ({"draw": {"m": "matrix(30, 30, integer(0, 9))"}, "texts": {"solution": "{m}"}}, "solution"),
        ({"draw": {"x": "integer(1, 9)"}, "texts": {"stem": "{x} " * 300}}, None),
    ],
)
def test_what_would_cost_too_much_is_refused_before_it_is_drawn(spec: dict[str, Any], field: str | None) -> None:
    spec = {"answer": "1", **spec}
    if field is None:
        assert compiled(**spec).generate(IDENTITY, [1])
        return

    with pytest.raises(SpecError, match="at most") as refused:
        compiled(**spec)

    assert refused.value.field == field


def test_conditions_that_are_never_met_cost_no_more_than_a_few_draws() -> None:
    engine = compiled(draw={"m": "matrix(31, 32, integer(0, 9))"}, where=["m[0][0] > 9"], answer="1")
    with pytest.raises(VariantError, match="in the time there is"):
        engine.generate(IDENTITY, range(1000))
    few = compiled(draw={"x": "integer(0, 9)"}, where=["x > 9"], answer="1")
    with pytest.raises(VariantError, match="in 64 redraws"):
        few.generate(IDENTITY, range(1000))


def test_what_was_drawn_last_is_drawn_once_and_never_taken_for_another() -> None:
    one, other = (
        compile_engine(Declared(draw={"n": "integer(1, 1000)"}, let={"k": let}, texts={"stem": "{n}"}), answer="k")
        for let in ("n + 1", "n + 2")
    )

    (first,) = one.generate("item:1", [5])
    (second,) = other.generate("item:1", [5])
    (third,) = one.generate("item:2", [5])
    one.draw("item:1", [5])[0].clear()

    assert second["key"] == first["key"] + 1  # type: ignore[operator]
    assert third["values"] != first["values"]
    assert one.generate("item:1", [5]) == [first]
    assert one.generate("item:1", [5, 6])[0] == first

"""Variants with their texts: ours over arrays of seeds, against a plain Python loop that does the same work."""

import math
import random
from typing import Any

import numpy as np

from questions.kinds.numeric import Body, Numeric
from questions.variants.formulas import compile_formula
from tests.benchmarks.table import Row, seconds

N = 10_000
NUMERIC = Numeric()
ITEM: dict[str, Any] = {
    "stem": "SGD with $\\eta = {eta}$ and $\\lambda = {lam}$ multiplies every weight by what factor each step?",
    "draw": {"eta": "loguniform_nice(1e-3, 1)", "lam": "loguniform_nice(1e-5, 1e-1)"},
    "let": {"decay": "1 - eta*lam"},
    "where": ["eta*lam < 0.5"],
    "answer": "decay",
    "tolerance": {"of": "eta*lam", "rtol": 0.01},
    "mistakes": [{"value": "eta*lam", "because": "That is the part taken away; the factor is one minus it."}],
    "explanation": "One minus the product.",
    "solution": "$1 - {eta} \\times {lam} = {decay}$",
}
NICE_ETA = [m * 10.0**e for e in range(-3, 0) for m in (1, 2, 5)] + [1.0]
NICE_LAM = [m * 10.0**e for e in range(-5, -1) for m in (1, 2, 5)] + [0.1]


def rows() -> list[Row]:
    """A rendered variant in batches of 1, 100 and 10,000; the loop; one graded answer; one compiled template."""
    body = Body.model_validate(ITEM)
    engine = body.engine

    def ours(seeds: range) -> list[str]:
        values, _ = engine.draw("item:1", seeds)
        engine.compute(values)
        return engine.render_all("stem", values)

    loop = seconds(lambda: [_plain(seed) for seed in range(10_000)], 10_000)
    found = [
        Row(
            f"a rendered variant, {n:,} at once",
            seconds(lambda n=n: ours(range(n)), n),  # type: ignore[misc]
            "a Python loop",
            loop,
            at_most=1e-4 if n == 1 else None,
        )
        for n in (1, 100, 10_000)
    ]
    (variant,) = engine.generate("item:1", [7])
    answer = {"value": "0.99999"}
    grade = seconds(lambda: NUMERIC.grade(body, variant, answer), repeat=200)
    key, of = 1 - 1e-5, 1e-5
    by_hand = seconds(lambda: _plain_grade("0.99999", key, of), repeat=200)
    found.append(Row("grade a typed answer", grade, "float(text), one tolerance", by_hand))
    return [*found, *_formulas(), *_whole_items(body)]


def _formulas() -> list[Row]:
    """A formula compiled, and evaluated for 10,000 seeds; beside Python's own compile and eval, which are not safe."""
    names = ("eta", "lam", "k")
    texts = [f"(1 - eta*lam)**k * {n} + sqrt(abs(lam - eta)) / (1 + k)" for n in range(2000)]
    fresh = iter(texts)
    compiled = seconds(lambda: compile_formula(next(fresh), names), repeat=1000)
    by_python = seconds(lambda: compile(texts[0], "", "eval"), repeat=1000)
    rng = np.random.default_rng(0)
    values = {
        "eta": rng.uniform(0.01, 1, N),
        "lam": rng.uniform(1e-5, 0.1, N),
        "k": rng.integers(1, 50, N).astype(float),
    }
    formula, code = compile_formula(texts[1], names), compile(texts[1], "", "eval")
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(values[name].tolist() for name in names), strict=True)]
    allowed = {"sqrt": math.sqrt, "abs": abs}
    return [
        Row("compile a formula", compiled, "compile()", by_python),
        Row(
            f"evaluate a formula, {N:,} at once",
            seconds(lambda: formula(values), N),
            "eval() in a loop",
            seconds(lambda: [eval(code, allowed, row) for row in rows], N),
        ),
    ]


def _whole_items(body: Body) -> list[Row]:
    return [
        Row("compile a whole item", seconds(lambda: Body.model_validate(ITEM), repeat=50)),
        Row("audit a variant, of 10,000", seconds(lambda: NUMERIC.audit(body, "item:1", N), N, repeat=3)),
    ]


def _plain_grade(text: str, key: float, of: float) -> bool:
    return abs(float(text) - key) <= 0.01 * of


def _plain(seed: int) -> tuple[str, float, float]:
    rng = random.Random(seed)
    while True:
        eta, lam = rng.choice(NICE_ETA), rng.choice(NICE_LAM)
        if eta * lam < 0.5:
            break
    stem = f"SGD with $\\eta = {eta:g}$ and $\\lambda = {lam:g}$ multiplies every weight by what factor each step?"
    return stem, 1 - eta * lam, eta * lam

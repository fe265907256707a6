"""Variants with their texts: ours over arrays of seeds, against a plain Python loop that does the same work."""

import random
from typing import Any

from questions.kinds import numeric
from tests.benchmarks.table import Row, seconds

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
    body = numeric.Body.model_validate(ITEM)
    engine = body.engine

    def ours(seeds: range) -> list[str]:
        values, _ = engine.draw("item:1", seeds)
        engine.compute(values)
        return engine.render_all("stem", values)

    loop = seconds(lambda: [_plain(seed) for seed in range(10_000)], 10_000)
    found = [
        Row(f"a rendered variant, {n:,} at once", seconds(lambda n=n: ours(range(n)), n), "a Python loop", loop)  # type: ignore[misc]
        for n in (1, 100, 10_000)
    ]
    (variant,) = engine.generate("item:1", [7])
    answer = {"value": "1 - 1e-5"}
    found.append(Row("grade a typed answer", seconds(lambda: numeric.grade(body, variant, answer), repeat=50)))
    found.append(Row("compile a template", seconds(lambda: numeric.Body.model_validate(ITEM), repeat=20)))
    found.append(Row("audit a variant, of 1,000", seconds(lambda: numeric.audit(body, "item:1", 1000), 1000, repeat=3)))
    return found


def _plain(seed: int) -> tuple[str, float, float]:
    rng = random.Random(seed)
    while True:
        eta, lam = rng.choice(NICE_ETA), rng.choice(NICE_LAM)
        if eta * lam < 0.5:
            break
    stem = f"SGD with $\\eta = {eta:g}$ and $\\lambda = {lam:g}$ multiplies every weight by what factor each step?"
    return stem, 1 - eta * lam, eta * lam

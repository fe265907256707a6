"""Variants with their texts: ours over arrays of seeds, against a plain Python loop that does the same work.

Every seed is new, as each question's is: what is kept of the last one helps nobody.
"""

import functools
import itertools
import math
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pint
import sympy

from questions import kinds
from questions.bank.course_folder import FolderReader
from questions.kinds.formula import Body as FormulaBody
from questions.kinds.numeric import Body, Numeric
from questions.text import markup
from questions.variants.formulas import compile_formula
from quizzes.presentations.drawing import opaque_ids
from quizzes.presentations.payloads import with_html
from tests.benchmarks.table import Row, in_turn, seconds

N = 10_000
COURSE = Path(__file__).parent.parent.parent / "fixtures" / "regularization"
SEEDS = {1: 500, 100: N, N: N}
"""How many variants are drawn in a run, by how many at once."""
RENDERED = {1: 1e-4, N: 1 / 300_000}
"""The seconds that a rendered variant may take, by how many are drawn at once."""
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
    first = itertools.count(step=N)

    def ours(batch: int, seeds: int) -> None:
        begin = next(first)
        for seed in range(begin, begin + seeds, batch):
            values, _ = engine.draw("item:1", range(seed, seed + batch))
            engine.compute(values)
            engine.render_all("stem", values)

    *spent, loop = in_turn(
        *((functools.partial(ours, batch, seeds), seeds) for batch, seeds in SEEDS.items()),
        (lambda: [_plain(seed) for seed in range(N)], N),
    )
    note = "new seeds: drawn, with the condition, the key and the mistake, and the stem filled"
    measured = [
        Row(f"a rendered variant, {batch:,} at once", each, "a Python loop", loop, note, at_most=RENDERED.get(batch))
        for batch, each in zip(SEEDS, spent, strict=True)
    ]
    (variant,) = engine.generate("item:1", [7])
    answer = {"value": "0.99999"}
    grade = seconds(lambda: NUMERIC.grade(body, variant, answer), repeat=200)
    key, of = 1 - 1e-5, 1e-5
    by_hand = seconds(lambda: _plain_grade("0.99999", key, of), repeat=200)
    graded = Row("grade a typed answer", grade, "float(text), one tolerance", by_hand)
    return [*measured, _presented(), graded, _with_a_unit(), _formula(), *_formulas(), *_whole_items(body)]


def _with_a_unit() -> Row:
    """Reading and grading a number with a unit; pint only reads and converts."""
    body = Body.model_validate({"stem": "?", "answer": "9.81", "explanation": "?", "unit": "m/s^2", "units": "any"})
    (variant,) = body.engine.generate("item:1", [0])
    peer: pint.UnitRegistry[float] = pint.UnitRegistry()
    typed = [f"{number}.4 km/h/s" for number in range(30, 40)]
    ours, theirs = in_turn(
        (lambda: [NUMERIC.grade(body, variant, {"value": text}) for text in typed], len(typed)),
        (lambda: [peer.Quantity(text).m_as("m/s^2") for text in typed], len(typed)),
    )
    return Row("grade a number with a unit", ours, "pint: read and convert", theirs)


def _formula() -> Row:
    """Reading and judging formulas; SymPy reads one and simplifies its difference from the key."""
    body = FormulaBody.model_validate(
        {"stem": "?", "explanation": "?", "variables": {"x": "real"}, "answer": "2x e^(x^2) + cos(2x)"}
    )
    kind = kinds.get("formula")
    typed = ["cos(x)^2 - sin(x)^2 + 2x*e^(x^2)", "2x e^(x^2) + 1 - 2 sin(x)^2", "2x e^(x^2) + cos(x)^2 + sin(x)^2"]
    typed *= 10
    key = sympy.sympify("2*x*exp(x**2) + cos(2*x)")
    theirs = ["cos(x)**2 - sin(x)**2 + 2*x*exp(x**2)", "2*x*exp(x**2) + 1 - 2*sin(x)**2"]

    def simplify() -> None:
        sympy.core.cache.clear_cache()
        for text in theirs:
            assert sympy.simplify(sympy.sympify(text) - key) == 0

    spent, peer = in_turn(
        (lambda: [kind.grade(body, {}, {"value": text}) for text in typed], len(typed)),
        (simplify, len(theirs)),
    )
    return Row("grade a formula", spent, "sympy: simplify(a - b) == 0", peer, at_most=3e-4, at_most_times=0.01)


def _presented() -> Row:
    """What a new question takes of the engine, its kind and its texts, for the mean item that draws."""
    items = [entry.document for entry in FolderReader(COURSE).read().items]
    bodies = [(kinds.get(item.kind), kinds.parse(item.kind, item.body)) for item in items]
    drawing = [(kind, body) for kind, body in bodies if body.drawing]
    seeds = itertools.count()

    def present_all() -> None:
        for cache in (markup.render, markup.render_inline):
            cache.cache_clear()
        for kind, body in drawing:
            with_html(_present(kind, body, seeds))

    (spent,) = in_turn((present_all, len(drawing)))
    return Row(
        "a fresh presentation: drawn, its texts, their HTML",
        spent,
        note=f"the mean of the first course's {len(drawing)} items with variants, no text of which is kept",
        at_most=1.5e-3,
    )


def _present(kind: kinds.AnyKind, body: kinds.ItemBody, seeds: Iterator[int]) -> object:
    """The prompt of the next seed that has a sound variant."""
    for seed in seeds:
        try:
            return kind.present(body, seed=seed, identity="item:1", opaque=opaque_ids(uuid.uuid4())).prompt
        except kinds.VariantError:
            continue
    return None


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
    matrices: dict[str, Any] = {
        "A": rng.integers(-9, 10, (N, 3, 3)) + 20.0 * np.eye(3),
        "b": rng.integers(-9, 10, (N, 3)) * 1.0,
    }
    solve = compile_formula("solve(A, b)", matrices)
    return [
        Row(
            f"solve three equations, {N:,} at once",
            seconds(lambda: solve(matrices), N),
            "numpy.linalg.solve in a loop, its last bits the processor's",
            seconds(lambda: [np.linalg.solve(*pair) for pair in zip(matrices["A"], matrices["b"], strict=True)], N),
        ),
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

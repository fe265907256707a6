"""The publish gate: what a numeric item's variants must prove before a student sees one.

Over many seeds: every draw meets its constraints, every value is finite, the variants differ; and through the real
grader the correctly rounded key is right, its neighbours one unit off in the last asked digit are wrong, every
declared mistake is wrong and recognised as itself, and blank or junk is a format error.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from questions.variants.compiling import MAX_WORK
from questions.variants.engine import KEY, MISTAKE, Drawing, Engine, Number, Variant, VariantError, finite_rows
from questions.variants.functions import Array, Values
from questions.variants.independent import NOISE, Cases, disagreements

MIN_DISTINCT = 5
"""Different variants that an item with draws has to have among its audited seeds."""
MAX_SHOWN = 5
FEW_SHARE = 0.4
"""Of the variants: in more of them no key may be right."""
FEW_KEYS = 3
"""Of fewer different keys each may be right in more variants."""
AMBIGUOUS = (
    "The stem looks the same as another variant's that has another key. Show every number that the answer needs, and "
    "all its digits."
)


@dataclass(frozen=True)
class Verdict:
    """A grader's verdict: right or wrong (None: a format error), and the mistake it recognised."""

    correct: bool | None
    mistake: int | None = None


@dataclass(frozen=True)
class Gate:
    """How variants are graded.

    `grade(variant, text)` is the real grader on typed text; `rounded(key)` the key as a careful student types it and
    `unit(key)` one unit of its last asked digit. `neighbours` says whether a unit off has to be wrong (not where the
    item's own tolerance is wider).
    """

    grade: Callable[[Variant, str], Verdict]
    rounded: Callable[[float], str]
    unit: Callable[[float], float]
    neighbours: bool
    allowed: Callable[[float], float] = field(default=lambda key: 0.0)
    """The error that an answer may have, by the key."""
    steps: Sequence[Gate] = ()
    """How the results of the worked solution's steps are graded."""
    few: str = ""
    """Why one answer is right in many variants, where the author says so."""
    junk: Sequence[str] = ("", "abc", "1 2/3")
    """What has to be a format error."""


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong, with the first seeds that show it and their numbers."""

    message: str
    seeds: tuple[int, ...]
    total: int
    example: str = ""
    drawn: tuple[str, ...] = ()
    """What each of these seeds draws."""

    @property
    def variants(self) -> list[tuple[int, str]]:
        """Its seeds, each with what it draws."""
        return list(zip(self.seeds, self.drawn or [""] * len(self.seeds), strict=True))

    def __str__(self) -> str:
        seeds = ", ".join(map(str, self.seeds))
        example = f" ({self.example})" if self.example else ""
        return f"{self.message} {self.total} seeds, such as {seeds}{example}."


@dataclass
class Audit:
    """The result: publishable where `ok`. `keys` are the answers, `redraws` the mean number a variant took."""

    seeds: int
    problems: list[Defect] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    distinct: int = 0
    redraws: float = 0.0

    def add(self, cases: Cases) -> None:
        """Report what is wrong with some seeds."""
        for message, examples in cases.items():
            shown = tuple(seed for seed, _ in examples[:MAX_SHOWN])
            self.problems.append(Defect(message, shown, len(examples), examples[0][1]))

    def show_drawn(self, drawing: Drawing, seeds: Sequence[int], values: Values) -> None:
        """Say of each problem's seeds what they draw."""
        rows = {seed: row for row, seed in enumerate(seeds)}
        self.problems = [
            replace(problem, drawn=tuple(drawing.describe(values, rows[seed]) for seed in problem.seeds))
            for problem in self.problems
        ]

    def refuse(self, error: VariantError) -> None:
        """Report seeds that give no variant."""
        self.problems.append(Defect(error.message, tuple(error.seeds[:MAX_SHOWN]), len(error.seeds)))

    def count(self, looks: Iterable[object], seeds: Sequence[int], drawing: Drawing) -> None:
        """Count how many variants look different, and report too few of an item that draws."""
        self.distinct = len(set(looks))
        if drawing.draws and self.distinct < min(MIN_DISTINCT, len(seeds)):
            message = f"Only {self.distinct} different variants come out; draw from more values."
            self.problems.append(Defect(message, tuple(seeds[:1]), len(seeds)))

    @property
    def constraints_met(self) -> float:
        """The share of draws that met the constraints."""
        return 1 / (1 + self.redraws)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def audit(
    engine: Engine, identity: str, seeds: Sequence[int], gate: Gate, stem: str = "stem", share: float = 1
) -> Audit:
    """Audit the variants of `seeds`; `stem` is the text by which variants are told apart.

    Of an item that is dear to audit fewer are, so that a `share` of the largest audit of a thousand is enough.
    """
    seeds = seeds_for(engine, seeds, share)
    report = Audit(len(seeds))
    try:
        values, redraws = engine.draw(identity, seeds)
        computed = engine.compute(values)
        engine.check(seeds, values, computed)
    except VariantError as error:
        report.refuse(error)
        return report
    report.redraws = float(redraws.mean())
    stems = engine.render_all(stem, values)
    report.count(stems, seeds, engine)
    report.keys = computed[KEY].reshape(len(seeds), -1)[:, 0].tolist()
    in_steps = [step.allowed for step in gate.steps]
    cases = undefined(engine, seeds, values, computed)
    cases |= disagreements(engine, seeds, values, computed, gate.allowed, share, in_steps=in_steps)
    cases |= check_steps(engine, seeds, values, gate.steps, computed[KEY])
    cases |= occurrences(engine, seeds, values)
    # Only the key, the mistakes and what errors are measured on are graded: variants that share them are graded once.
    rows, same = _distinct(list(computed.values()))
    graded = engine.as_json({}, computed, rows)
    for junk in gate.junk:
        if gate.grade(graded[0], junk).correct is not None:
            cases[f"“{junk}” is not a format error."] = [(seeds[0], "")]
    cases |= _ambiguous(seeds, stems, [graded[row] for row in same], gate)
    keys = [_typed(variant["key"], gate.rounded) for variant in graded]
    cases |= concentration([keys[row] for row in same], gate.few)
    problems = [defects(variant, gate) for variant in graded]
    if any(problems):
        for seed, row in zip(seeds, same, strict=True):
            for message, example in problems[row]:
                cases.setdefault(message, []).append((seed, example))
    report.add(cases)
    report.show_drawn(engine, seeds, values)
    return report


def seeds_for(drawing: Drawing, seeds: Sequence[int], share: float) -> Sequence[int]:
    """The first seeds of an audit that takes a `share` of the largest one."""
    return seeds if share >= 1 else seeds[: max(int(share * MAX_WORK * 1000 / drawing.work), MIN_DISTINCT)]


def _distinct(columns: Sequence[Array]) -> tuple[list[int], list[int]]:
    """A row for each distinct combination of values, to the bit, and for each row which of them it is."""
    table = np.ascontiguousarray(np.column_stack([column.reshape(len(column), -1) for column in columns]))
    rows = table.view(np.dtype((np.void, table.itemsize * table.shape[1]))).ravel()
    _, first, same = np.unique(rows, return_index=True, return_inverse=True)
    return first.tolist(), same.tolist()


def occurrences(drawing: Drawing, seeds: Sequence[int], values: Values) -> Cases:
    """The author's named cases that never occur, or always."""
    problems: Cases = {}
    for name, case in drawing.cases.items():
        holds = (case(values) != 0).reshape(len(seeds), -1).all(axis=1)
        if holds.all() or not holds.any():
            problems[f"cases.{name}: it {'always' if holds.all() else 'never'} occurs."] = [(seeds[0], "")]
    return problems


def concentration(keys: Sequence[str], few: str) -> Cases:
    """Keys that are right in too many variants, unless the author says why."""
    counts = Counter(keys)
    if few or len(counts) < FEW_KEYS:
        return {}
    key, most = counts.most_common(1)[0]
    by_chance = 3 * math.sqrt(FEW_SHARE * (1 - FEW_SHARE) * len(keys))
    if most <= FEW_SHARE * len(keys) + by_chance:
        return {}
    message = f"One answer is right in {most / len(keys):.0%} of the variants: draw otherwise, or say why in `few`."
    return {message: [(seed, key) for seed, each in enumerate(keys) if each == key]}


def undefined(engine: Drawing, seeds: Sequence[int], values: Values, computed: Values) -> Cases:
    """The texts that show a number that is not finite, where they are shown."""
    cases: Cases = {}
    for place, template in engine.texts.items():
        finite = template.finite(values)
        parts = place.split(".")
        if parts[0] == "mistakes" and isinstance(engine, Engine):
            finite |= ~finite_rows(computed[MISTAKE.format(parts[1])])
        if not finite.all():
            message = f"The text of {place} shows a number that is not finite."
            cases[message] = [(seeds[int(at)], "") for at in np.flatnonzero(~finite)]
    return cases


def check_steps(
    drawing: Drawing, seeds: Sequence[int], values: Values, gates: Sequence[Gate], key: Array | None = None
) -> Cases:
    """What is wrong with the steps of the worked solution: they are graded as answers are, and the last is the key."""
    cases: Cases = {}
    computed = drawing.compute_steps(values)
    for n, ((result, of), gate) in enumerate(zip(computed, gates, strict=True)):
        columns = [result] if of is None else [result, of]
        finite = np.stack([finite_rows(column) for column in columns]).all(axis=0)
        if not finite.all():
            cases[f"work.{n}.formula: the result is not a finite number."] = _at(seeds, ~finite)
            continue
        rows, same = _distinct(columns)
        problems = [defects(_step_at(result, of, row), gate) for row in rows]
        for seed, row in zip(seeds, same, strict=True):
            for message, example in problems[row]:
                cases.setdefault(f"work.{n}.formula: {message.replace('key', 'result')}", []).append((seed, example))
    if computed and key is not None:
        last = computed[-1][0]
        off = np.abs(last - key) > NOISE * np.maximum(np.abs(last), np.abs(key))
        if off.any():
            message = f"work.{len(computed) - 1}.formula: the last step does not give the answer."
            cases[message] = _at(seeds, off.reshape(len(seeds), -1).any(axis=1))
    return cases


def _step_at(result: Array, of: Array | None, row: int) -> Variant:
    """A step's number as what is graded."""
    scale = None if of is None else of[row].tolist()
    return {"values": {}, "key": result[row].tolist(), "of": scale, "mistakes": [], "engine": 0}


def _at(seeds: Sequence[int], rows: ArrayLike) -> list[tuple[int, str]]:
    return [(seeds[int(at)], "") for at in np.flatnonzero(rows)]


def _ambiguous(seeds: Sequence[int], stems: Sequence[str], variants: Sequence[Variant], gate: Gate) -> Cases:
    """The variants that look like an earlier one whose key is wrong for them: their stems hide what decides."""
    first: dict[str, Variant] = {}
    cases: Cases = {}
    for seed, stem, variant in zip(seeds, stems, variants, strict=True):
        like = first.setdefault(stem, variant)
        if like is not variant and gate.grade(variant, _typed(like["key"], gate.rounded)).correct is False:
            cases.setdefault(AMBIGUOUS, []).append((seed, f"keys {like['key']} and {variant['key']}"))
    return cases


def defects(variant: Variant, gate: Gate) -> list[tuple[str, str]]:
    """What is wrong with one variant: messages, each with its numbers."""
    messages = []
    typed = _typed(variant["key"], gate.rounded)
    if gate.grade(variant, typed).correct is not True:
        messages.append(("The correctly rounded key is marked wrong.", f"key {variant['key']}, typed {typed}"))
    key = variant["key"]
    if gate.neighbours and not isinstance(key, list):
        for side in (1.001, -1.001):
            off = repr(key + side * gate.unit(key))
            if gate.grade(variant, off).correct is not False:
                messages.append(("One unit off in the last asked digit is marked right.", f"key {key}, typed {off}"))
    for n, mistake in enumerate(variant["mistakes"]):
        if mistake is None:
            continue
        verdict = gate.grade(variant, _typed(mistake, gate.rounded))
        if verdict.correct is not False:
            messages.append((f"Mistake {n + 1} is marked right.", f"key {variant['key']}, mistake {mistake}"))
        elif verdict.mistake != n:
            taken = f"key {variant['key']}, mistakes {variant['mistakes']}"
            messages.append((f"Mistake {n + 1} is taken for another, or not recognised.", taken))
    return messages


def _typed(value: Number, rounded: Callable[[float], str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(rounded(each) for each in value) + "]"
    return rounded(value)

"""How an item will look: what the author sees beside the form, before anybody else does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from questions import bank, kinds
from questions.kinds import matching, numeric
from questions.variants import templates
from questions.variants.audit import Audit
from questions.variants.engine import VariantError

SAMPLES = 5
BINS = 24


@dataclass(frozen=True)
class Option:
    """A line of the prompt with what is right about it."""

    text: str
    right: bool = False
    partner: str = ""
    because: str = ""


@dataclass(frozen=True)
class Sample:
    """One presentation with its key."""

    stem: str
    explanation: str
    solution: str | None
    answer: str = ""
    hint: str = ""
    options: list[Option] = field(default_factory=list)
    spare: list[Option] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """Samples of a valid body, or what is wrong with it; of numeric ones also what the publish gate found."""

    kind: str
    samples: list[Sample] = field(default_factory=list)
    problems: list[bank.Problem] = field(default_factory=list)
    audit: Audit | None = None
    histogram: Histogram | None = None


@dataclass(frozen=True)
class Bar:
    """A rectangle of the histogram."""

    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """How the answers of the audited variants are spread, in a box of 240 by 60, over an axis from `low` to `high`."""

    bars: list[Bar]
    low: str
    high: str
    logarithmic: bool


def histogram(keys: Sequence[float]) -> Histogram | None:
    """The spread of the answers, over their logarithms where they span three powers of ten; None for a single one."""
    values = np.array(keys)
    values = values[np.isfinite(values)]
    if values.size == 0 or values.min() == values.max():
        return None
    logarithmic = bool(values.min() > 0 and values.max() >= 1000 * values.min())
    counts, _ = np.histogram(np.log10(values) if logarithmic else values, bins=BINS)
    heights = (60 * counts / counts.max()).round(1).tolist()
    bars = [Bar(10 * place + 0.5, round(60 - height, 1), height) for place, height in enumerate(heights)]
    return Histogram(bars, templates.number(values.min()), templates.number(values.max()), logarithmic)


def preview(kind: str, document: dict[str, Any], identity: str) -> Preview:
    """Five variants of a numeric body or a match set that has more pairs than a round; one of the others."""
    try:
        body: Any = bank.validate_body(kind, document)
    except bank.BankError as error:
        return Preview(kind, problems=error.problems)
    if isinstance(body, numeric.Body):
        return _numeric(body, identity)
    several = isinstance(body, matching.Body) and body.round and body.round < len(body.pairs)
    return Preview(kind, [_sample(kind, body, seed, identity) for seed in range(SAMPLES if several else 1)])


def _numeric(body: numeric.Body, identity: str) -> Preview:
    try:
        variants = body.engine.generate(identity, range(SAMPLES))
    except VariantError as error:
        return Preview(numeric.KIND, problems=[bank.Problem(str(error), "where")])
    hint = " · ".join(part for part in (body.unit, body.hint) if part)
    samples = []
    for variant in variants:
        revealed = numeric.reveal(body, variant)
        samples.append(
            Sample(
                body.engine.render("stem", variant["values"]),
                revealed.explanation,
                revealed.solution,
                str(revealed.key["value"]),
                hint,
                [
                    Option(
                        numeric.show_key(body, value, variant["of"]),
                        because=body.engine.render(f"mistakes.{n}.because", variant["values"]),
                    )
                    for n, value in enumerate(variant["mistakes"])
                ],
            )
        )
    report = bank.audit(numeric.KIND, body, identity)
    return Preview(numeric.KIND, samples, audit=report, histogram=histogram(report.keys) if report else None)


def _sample(kind: str, body: Any, seed: int, identity: str) -> Sample:
    module = kinds.get(kind)
    presented = module.present(body, seed=seed, identity=identity, opaque=lambda name: _opaque(seed, name))
    revealed = module.reveal(body, presented.answer)
    prompt, key = presented.prompt, revealed.key
    options: list[Option] = []
    spare: list[Option] = []
    answer = ""
    if "choices" in prompt:
        keys = set(key.get("choices", [key.get("choice")]))
        because = {choice.text: choice.because for choice in body.choices}
        options = [
            Option(one["text"], one["id"] in keys, because=because.get(one["text"], "")) for one in prompt["choices"]
        ]
    elif "steps" in prompt:
        text = {step["id"]: step["text"] for step in prompt["steps"]}
        options = [Option(text[step], right=True) for step in key["order"]]
    elif "left" in prompt:
        text = {one["id"]: one["text"] for one in prompt["right"]}
        because = {pair.left: pair.because for pair in body.pairs}
        options = [
            Option(one["text"], right=True, partner=text[key["pairs"][one["id"]]], because=because.get(one["text"], ""))
            for one in prompt["left"]
        ]
        used = set(key["pairs"].values())
        why = {distractor.text: distractor.because for distractor in body.distractors}
        spare = [
            Option(one["text"], because=why.get(one["text"], "")) for one in prompt["right"] if one["id"] not in used
        ]
    else:
        answer = " · ".join(body.accept)
        options = [Option(mistake.text, because=mistake.because) for mistake in body.mistakes]
    return Sample(prompt["stem"], revealed.explanation, revealed.solution, answer, "", options, spare)


def _opaque(seed: int, name: str) -> str:
    return hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=8).hexdigest()

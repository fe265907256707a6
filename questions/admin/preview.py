"""The live preview beside an author's form."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pydantic

from questions import bank, kinds
from questions.kinds import fields
from questions.text.places import without_places
from questions.variants import templates
from questions.variants.audit import Audit

BINS = 24
MAX_SEED = 2**62
MISSING = "…"
LONGEST = 10_000
"""Characters of an unfinished body that is shown as a whole."""
SHARE = 0.1
"""Of the largest audit: a preview is made at each pause of typing."""


@dataclass(frozen=True)
class Preview:
    """Samples of a body, and what is wrong with it; of a valid one with variants also what its audit found.

    `noun` is what the samples are called.
    """

    noun: str
    samples: list[kinds.Sample] = field(default_factory=list)
    problems: list[bank.Problem] = field(default_factory=list)
    audit: Audit | None = None
    histogram: Histogram | None = None
    first: int | None = None
    """The seed of the first sample; None where nothing is drawn."""
    drawn: list[str] = field(default_factory=list)
    """What each sample's seed draws."""
    texts: list[str] = field(default_factory=list)
    """Where there are no samples yet: the texts as they are written (Markdown)."""

    @property
    def shown(self) -> list[tuple[kinds.Sample, int | None, str]]:
        """The samples, each with its seed and what that draws."""
        if self.first is None:
            return [(sample, None, "") for sample in self.samples]
        return [(sample, self.first + at, self.drawn[at]) for at, sample in enumerate(self.samples)]


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


def preview(kind: kinds.AnyKind, document: fields.Document, identity: str, first: int = 0) -> Preview:
    """Return the preview of a body: samples from a seed on and the audit, or what keeps it from being published."""
    try:
        body = bank.validate_body(kind.name, document)
        samples = kind.samples(body, identity, first)
        drawn = _drawn(body, identity, first, len(samples))
    except bank.BankError as error:
        samples = _unfinished_samples(kind, document, identity)
        return Preview(kind.sample_noun, samples, error.problems, texts=[] if samples else _texts(kind, document))
    except kinds.VariantError as error:
        problems = [bank.Problem(str(error), "where")]
        return Preview(kind.sample_noun, problems=problems, texts=_texts(kind, document))
    report = kind.audit(body, identity, bank.AUDIT_SEEDS, share=SHARE)
    return Preview(
        kind.sample_noun,
        samples,
        audit=report,
        histogram=histogram(report.keys) if report else None,
        first=first if drawn else None,
        drawn=drawn,
    )


def _unfinished_samples(kind: kinds.AnyKind, document: fields.Document, identity: str) -> list[kinds.Sample]:
    """A sample of a body that lacks nothing but words or what pictures show, with an ellipsis for words; or nothing."""
    completed = copy.deepcopy(document)
    try:
        kinds.parse(kind.name, completed)
    except pydantic.ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] == "missing":
                _fill(completed, detail["loc"])
    for part in (completed, *_rows(completed, "parts")):
        for choice in _rows(part, "choices"):
            if not choice.get("correct"):
                choice["because"] = choice.get("because") or MISSING
    if completed.get("draw") or len(json.dumps(completed)) > LONGEST:
        return []  # what may take long is drawn and set once it is valid
    try:
        return kind.samples(kinds.parse(kind.name, completed), identity, 0)[:1]
    except (pydantic.ValidationError, kinds.VariantError):
        return []


def _rows(document: Mapping[str, object], name: str) -> list[dict[str, object]]:
    rows = document.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _fill(document: Any, place: Sequence[int | str]) -> None:
    """Write an ellipsis where a field is missing; a place has names of types, too, which no document has."""
    for name in place[:-1]:
        with suppress(KeyError, IndexError, TypeError):
            document = document[name]
    if isinstance(document, dict):
        document[str(place[-1])] = MISSING


def _texts(kind: kinds.AnyKind, document: fields.Document) -> list[str]:
    """The long texts of an unfinished body and of its parts, so that their formulas are seen from the first on."""
    described = [entry for section in kind.form for entry in section.fields]
    texts = [entry.read(document) for entry in described if isinstance(entry, fields.TextArea)]
    lists = [entry.read(document) for entry in described if isinstance(entry, fields.Parts)]
    parts = [part for parts in lists if isinstance(parts, list) for part in parts]
    texts += [part.get("stem") for part in parts if isinstance(part, dict)]
    return [without_places(text) for text in texts if isinstance(text, str) and text]


def _drawn(body: kinds.ItemBody, identity: str, first: int, count: int) -> list[str]:
    """What each of `count` seeds draws; nothing where nothing is drawn. Raises VariantError."""
    if body.drawing is None or not body.drawing.draws:
        return []
    values, _ = body.drawing.draw(identity, range(first, first + count))
    return [body.drawing.describe(values, row) for row in range(count)]

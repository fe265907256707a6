"""The publish gate of items that draw, whatever their kind: what their variants must prove before a student sees one.

Over many seeds: what is drawn meets its conditions; every number that a text shows is finite, and what exact arithmetic
gives; options differ as they are shown; variants that look alike have the same key; every case occurs; no key is right
in most variants; and the author's own examples come out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from questions.kinds.base import AnyKind
from questions.kinds.bodies import AROUND, MAX_HINT, Example, ItemBody
from questions.kinds.fields import write_answer
from questions.kinds.steps import WORK
from questions.kinds.typed_numbers import gate
from questions.kinds.typed_text import comparable
from questions.variants.audit import (
    AMBIGUOUS,
    Audit,
    Defect,
    check_steps,
    concentration,
    occurrences,
    seeds_for,
    undefined,
)
from questions.variants.engine import Drawing, VariantError, check_finite
from questions.variants.functions import Array, Values
from questions.variants.independent import Cases, disagreements
from questions.variants.templates import number as set_number
from questions.variants.words import as_written

SHOWN_EXACTLY = 1e-12
"""What a number that is computed with may differ from what is shown, relative to its size."""


def audit(kind: AnyKind, body: ItemBody, drawing: Drawing, identity: str, seeds: int, share: float) -> Audit:
    """Audit the variants of seeds 0 to `seeds` - 1, a `share` of dear ones."""
    tried = seeds_for(drawing, range(seeds), share)
    report = Audit(len(tried))
    try:
        values, redraws = drawing.draw(identity, tried)
        check_finite(tried, {f"value of {name}": values[name] for name in drawing.lets})
    except VariantError as error:
        report.refuse(error)
        return report
    report.redraws = float(redraws.mean())
    texts = {place: drawing.render_all(place, values) for place in drawing.texts}
    rows = list(zip(*texts.values(), strict=True))
    report.count(rows, tried, drawing)
    cases = _check_numbers(body, drawing, tried, values, share)
    cases |= _rounded(drawing, tried, values, body.computed())
    keys = _check_variants(kind, body, list(texts), rows, cases)
    report.add(cases | occurrences(drawing, tried, values) | concentration(keys, body.few))
    report.show_drawn(drawing, tried, values)
    report.problems += _check_examples(kind, body, drawing)
    return report


def audit_steps(body: ItemBody, drawing: Drawing, identity: str, seeds: int, share: float) -> list[Defect]:
    """What is wrong with the steps of a worked solution of several parts, which are audited by themselves."""
    tried = seeds_for(drawing, range(seeds), share)
    report = Audit(len(tried))
    try:
        values, _ = drawing.draw(identity, tried)
    except VariantError:
        return []  # which the audit of each part says
    cases = _check_numbers(body, drawing, tried, values, share)
    report.add({message: examples for message, examples in cases.items() if f"{WORK}." in message})
    report.show_drawn(drawing, tried, values)
    return report.problems


def _check_numbers(body: ItemBody, drawing: Drawing, tried: Sequence[int], values: Values, share: float) -> Cases:
    """What is wrong with the numbers of texts, and of the steps of the worked solution."""
    gates = [gate(asked) for asked in body.asked_in_steps]
    in_steps = [each.allowed for each in gates]
    cases = undefined(drawing, tried, values, {})
    cases |= disagreements(drawing, tried, values, {}, _nothing, share, in_steps=in_steps)
    return cases | check_steps(drawing, tried, values, gates)


def _nothing(number: float) -> float:
    return 0.0


def _rounded(drawing: Drawing, seeds: Sequence[int], values: Values, places: Sequence[str]) -> Cases:
    """The texts of these places that show a number with fewer digits than it has."""
    cases: Cases = {}
    for place in places:
        for placeholder in drawing.texts[place].placeholders:
            column = placeholder.formula(values)
            if placeholder.texts or column.ndim > 1:
                continue
            for seed, value in zip(seeds, column.tolist(), strict=True):
                shown = set_number(value, placeholder.format, "code")
                if math.isfinite(value) and abs(float(Fraction(shown)) - value) > SHOWN_EXACTLY * abs(value):
                    message = f"{place} shows {{{placeholder.formula.text}}} rounded: write it as a fraction."
                    cases.setdefault(message, []).append((seed, f"{value!r} as {shown}"))
    return cases


def _check_variants(
    kind: AnyKind, body: ItemBody, places: Sequence[str], rows: Sequence[tuple[str, ...]], cases: Cases
) -> list[str]:
    """The key of each variant; what is wrong with one goes to `cases`. Variants with the same texts are one.

    The texts that are graded are looked at once, in however many variants they are the same.
    """
    keys: dict[tuple[str, ...], str] = {}
    alike: dict[tuple[str, ...], str] = {}
    known: dict[tuple[str, ...], tuple[list[str], str, list[str]]] = {}
    graded = [at for at, place in enumerate(places) if place.partition(".")[0] not in AROUND]
    around = [at for at in range(len(places)) if at not in graded]
    stem = places.index("stem")
    for seed, row in enumerate(rows):
        if row in keys:
            continue
        keys[row] = ""
        texts = tuple([row[at] for at in graded])
        if texts not in known or not all(0 < len(row[at].strip()) <= MAX_HINT for at in around):
            try:
                variant = body.filled(dict(zip(places, row, strict=True)))
            except VariantError as error:
                message = "The texts of a variant make no sound item."
                cases.setdefault(message, []).append((seed, error.message.rstrip(".")))
                continue
            options = sorted(text for group in kind.rivals(variant) for _, text in group)
            known[texts] = flaws(kind, variant), key_of(kind, variant), options
        wrong, key, options = known[texts]
        for message in wrong:
            cases.setdefault(message, []).append((seed, ""))
        keys[row] = key
        looks = (row[stem].strip(), *options)
        if alike.setdefault(looks, key) != key:
            cases.setdefault(AMBIGUOUS, []).append((seed, f"keys {alike[looks]} and {key}"))
    return [keys[row] for row in rows]


def flaws(kind: AnyKind, variant: ItemBody) -> list[str]:
    """What is wrong with one variant: texts that have to differ and look the same."""
    problems = []
    for group in kind.rivals(variant):
        first: dict[str, str] = {}
        for place, text in group:
            other = first.setdefault(comparable(text), place)
            if other != place:
                problems.append(f"{other} and {place} come out the same.")
    return problems


def key_of(kind: AnyKind, variant: ItemBody) -> str:
    """The right answers of a variant, in its texts; "" for kinds whose key is an order."""
    return " · ".join(sorted(kind.keys(variant)))


def _check_examples(kind: AnyKind, body: ItemBody, drawing: Drawing) -> Iterator[Defect]:
    """The author's examples that do not come out."""

    def right(example: Example, values: Values) -> str:
        texts = {place: drawing.render_all(place, values)[0] for place in drawing.texts}
        filled = body.filled(texts)
        if kind.is_key(filled, example.answer):
            return ""
        return f"“{write_answer(example.answer)}” is not right there; right is {key_of(kind, filled)}"

    yield from examples(body.examples, drawing, right)


def examples(worked: Sequence[Example], drawing: Drawing, wrong: Callable[[Example, Values], str]) -> Iterator[Defect]:
    """The examples that do not come out; `wrong` says what an example's values give instead, "" if nothing is wrong."""
    for number, example in enumerate(worked):
        try:
            values = _given(example, drawing)
            problem = wrong(example, values)
        except (VariantError, ValueError) as error:
            problem = str(error)
        if problem:
            yield Defect(f"examples.{number}: {problem}.", (), 1)


def _given(example: Example, drawing: Drawing) -> Values:
    """The values of an example: drawn ones as they are given, and what follows from them. Raises ValueError."""
    if unknown := sorted(example.given.keys() - set(map(as_written, drawing.draws))):
        raise ValueError(f"“{unknown[0]}” is not drawn")
    values: dict[str, Array] = {"": np.zeros(1)}
    for name, draw in drawing.draws.items():
        shown = as_written(name)
        if shown not in example.given:
            raise ValueError(f"say what “{shown}” is")
        value = example.given[shown]
        if draw.texts:
            if value not in draw.texts:
                raise ValueError(f"{shown} is one of {', '.join(draw.texts)}")
            value = float(draw.texts.index(str(value)))
        values[name] = np.array([value], dtype=np.float64)
    for name, formula in drawing.lets.items():
        values[name] = formula(values)
    return values

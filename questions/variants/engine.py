"""The variant engine: an item's template and seeds become numbers and texts.

A variant is (item version, seed): the same pair gives the same numbers, texts and key for ever. Everything is
computed over arrays of seeds; one variant is a batch of one.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from questions.variants.draws import Array, Draw, sample
from questions.variants.formulas import Formula
from questions.variants.functions import Values
from questions.variants.philox import Words, key_of
from questions.variants.templates import Template, number
from questions.variants.versions import ENGINE_VERSION
from questions.variants.words import as_written

MAX_REDRAWS = 64
MAX_REDRAWN = 400_000_000
"""Nanoseconds that drawing again takes for the sake of conditions, over all seeds of a batch; a seed by itself may take
all its redraws."""
DRAWN = 100
"""Nanoseconds that drawing a number takes."""
KEY = "answer"
OF = "tolerance of"
MISTAKE = "mistake {}"

Number: TypeAlias = float | list[float]
"""The value of a name or a formula in one variant: a number, or a list of numbers."""


class _LastDrawn(threading.local):
    """The variant that a thread drew last: the parts of a question ask for the same, one after the other."""

    key: tuple[object, ...] | None = None
    drawn: tuple[dict[str, Array], Array]


_last = _LastDrawn()


class Variant(TypedDict):
    """A variant as it is stored: JSON, every number finite.

    `of` is what relative errors are measured on, if not the key; a mistake that has no finite value here is None.
    """

    values: dict[str, Number]
    key: Number
    of: Number | None
    mistakes: list[Number | None]
    engine: int


class VariantError(ValueError):
    """Seeds for which no variant exists: constraints never met, or a value that is not finite."""

    def __init__(self, message: str, seeds: Sequence[int]) -> None:
        super().__init__(f"{message} (seeds {', '.join(map(str, seeds[:5]))})")
        self.message = message
        self.seeds = list(seeds)


@dataclass(frozen=True)
class StepFormulas:
    """What comes out in a step of a worked solution, and what relative errors of it are measured on, if not on it."""

    result: Formula
    of: Formula | None = None

    @property
    def formulas(self) -> list[Formula]:
        """Both, as far as there are both."""
        return [self.result, self.of] if self.of else [self.result]


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What a seed makes of an item: its draws, what follows from them, and the texts that show it. Compiled."""

    draws: Mapping[str, Draw]
    lets: Mapping[str, Formula]
    where: tuple[Formula, ...]
    texts: Mapping[str, Template]
    cases: Mapping[str, Formula] = field(default_factory=dict)
    """Named situations, each of which has to occur."""
    steps: tuple[StepFormulas, ...] = ()
    """Those of the worked solution."""
    version: int = ENGINE_VERSION
    banned: tuple[int, ...] = ()
    """Seeds whose first variant is left out for the next that meets the conditions."""
    work: int = 0
    """Nanoseconds that the audit of one variant takes at most, exact arithmetic apart."""
    declared: tuple[object, ...] = ()
    """What is drawn, as it is written: drawings that say the same draw the same."""

    def draw(self, identity: str, seeds: Sequence[int]) -> tuple[dict[str, Array], Array]:
        """The values of all draws and lets for each seed, and how many redraws each seed took.

        Raises VariantError for seeds whose constraints stay unmet after MAX_REDRAWS redraws.
        """
        key = (self.declared, identity, *seeds[:2])
        if _last.key == key:
            values, redraws = _last.drawn
            return dict(values), redraws
        with np.errstate(all="ignore"):
            values, redraws = self._draw(identity, seeds)
        if self.declared and len(seeds) == 1:
            _last.key, _last.drawn = key, (values, redraws)
        return dict(values), redraws

    def _draw(self, identity: str, seeds: Sequence[int]) -> tuple[dict[str, Array], Array]:
        words = np.array([seed & 0xFFFFFFFFFFFFFFFF for seed in seeds], dtype=np.uint64)
        attempt = np.zeros(len(words), dtype=np.uint64)
        values = self._values(identity, words, attempt)
        self._redraw(identity, words, attempt, values, np.flatnonzero(~self._met(values)))
        if self.banned:
            banned = np.flatnonzero(np.isin(words, np.array(self.banned, dtype=np.uint64)))
            left_out = {name: values[name].copy() for name in self.draws}
            self._redraw(identity, words, attempt, values, banned, left_out)
        return values, attempt.astype(np.float64)

    def _redraw(
        self,
        identity: str,
        words: Words,
        attempt: Words,
        values: dict[str, Array],
        pending: NDArray[np.intp],
        left_out: Values | None = None,
    ) -> None:
        """Draw the pending seeds again, until each meets the conditions and is none that is left out.

        Raises VariantError.
        """
        if not pending.size:
            return
        again, redrawn = self._work_of_a_draw(values), 0
        for _ in range(MAX_REDRAWS):
            redrawn += again * pending.size
            if not pending.size or redrawn > MAX_REDRAWN:
                break
            attempt[pending] += np.uint64(1)
            redraws = self._values(identity, words[pending], attempt[pending])
            for name, column in redraws.items():
                values[name][pending] = column
            met = self._met(redraws)
            if left_out:
                same = [(redraws[name] == left_out[name][pending]).reshape(len(met), -1) for name in self.draws]
                met &= ~np.concatenate(same, axis=1).all(axis=1)
            pending = pending[~met]
        if pending.size:
            unlucky = [int(word) for word in words[pending]]
            tried = "the time there is" if redrawn > MAX_REDRAWN else f"{MAX_REDRAWS} redraws"
            raise VariantError(f"No draw met the constraints in {tried}.", unlucky)

    def _work_of_a_draw(self, values: Values) -> int:
        formulas = [*self.lets.values(), *self.where]
        return DRAWN * sum(draw.size for draw in self.draws.values()) + sum(each.work(values) for each in formulas)

    def _values(self, identity: str, seeds: Words, attempt: Words) -> dict[str, Array]:
        # The nameless column gives constants their number of rows where nothing is drawn.
        values: dict[str, Array] = {"": np.zeros(len(seeds))}
        keys = [key_of(identity, draw.bits_of or name) for name, draw in self.draws.items()]
        values |= zip(self.draws, sample(list(self.draws.values()), seeds, attempt, keys), strict=True)
        for name, formula in self.lets.items():
            values[name] = formula.evaluate(values)
        return values

    def _met(self, values: Values) -> NDArray[np.bool_]:
        seeds = len(next(iter(values.values())))
        met = np.ones(seeds, dtype=bool)
        for constraint in self.where:
            holds = constraint.evaluate(values)
            met &= (holds != 0).reshape(seeds, -1).all(axis=1)
        return met

    def carried_values(self, values: Mapping[str, Number], before: Drawing) -> dict[str, Array]:
        """What was drawn by another version of an item, with what follows from it here. Raises VariantError."""
        for name, draw in self.draws.items():
            if name not in values or name not in before.draws or draw.texts != before.draws[name].texts:
                raise VariantError(f"{as_written(name)} was not drawn so.", [])
        columns = _columns({name: values[name] for name in self.draws})
        with np.errstate(all="ignore"):
            for name, formula in self.lets.items():
                columns[name] = formula.evaluate(columns)
        check_finite([0], {f"value of {name}": columns[name] for name in self.lets})
        return columns

    def draw_sound(self, identity: str, seeds: Sequence[int]) -> dict[str, Array]:
        """The values of all draws and lets for each seed. Raises VariantError, also where a let is not finite."""
        values, _ = self.draw(identity, seeds)
        check_finite(seeds, {f"value of {name}": values[name] for name in self.lets})
        return values

    def describe(self, values: Values, row: int) -> str:
        """What one seed draws, as its author names it: `eta = 0.1, net.name = VGG-16`."""
        drawn = {name: values[name][row] for name in self.draws}
        texts = {name: draw.texts for name, draw in self.draws.items()}
        shown = {name: _say(value, texts[name]) for name, value in drawn.items()}
        return ", ".join(f"{as_written(name)} = {text}" for name, text in shown.items())

    def render(self, name: str, values: Mapping[str, Number]) -> str:
        """One text with the stored values of one variant."""
        return self.texts[name].render(_columns(values))[0]

    def render_texts(self, values: Mapping[str, Number], without: Collection[str] = ()) -> dict[str, str]:
        """All texts, by their places, but those of some fields, with the stored values of one variant."""
        columns, asked = _columns(values), self.texts.items()
        shown = [(place, text) for place, text in asked if place.partition(".")[0] not in without]
        with np.errstate(all="ignore"):
            return {place: text.fill(columns)[0] for place, text in shown}

    def compute_steps(self, values: Values) -> list[tuple[Array, Array | None]]:
        """What comes out in each step, and what errors of it are measured on."""
        with np.errstate(all="ignore"):
            return [
                (step.result.evaluate(values), step.of.evaluate(values) if step.of else None) for step in self.steps
            ]

    def steps_at(self, values: Mapping[str, Number]) -> list[tuple[Number, Number | None]]:
        """The same with the stored values of one variant."""
        computed = self.compute_steps(_columns(values))
        return [(result[0].tolist(), None if of is None else of[0].tolist()) for result, of in computed]

    def render_all(self, name: str, values: Values) -> list[str]:
        """One text for each seed of a batch."""
        return self.texts[name].render(values)


@dataclass(frozen=True, kw_only=True)
class Engine(Drawing):
    """A compiled numeric template: its answer is a formula too."""

    answer: Formula
    of: Formula | None
    mistakes: tuple[Formula, ...]

    def generate(self, identity: str, seeds: Sequence[int]) -> list[Variant]:
        """The variants of these seeds. Raises VariantError."""
        values, _ = self.draw(identity, seeds)
        computed = self.compute(values)
        self.check(seeds, values, computed)
        return self.as_json(values, computed, range(len(seeds)))

    def compute(self, values: Values) -> dict[str, Array]:
        """The key, the tolerance's `of` and the mistakes' values."""
        with np.errstate(all="ignore"):
            computed = {KEY: self.answer.evaluate(values)}
            if self.of is not None:
                computed[OF] = self.of.evaluate(values)
            for n, mistake in enumerate(self.mistakes):
                computed[MISTAKE.format(n)] = mistake.evaluate(values)
            return computed

    def check(self, seeds: Sequence[int], values: Values, computed: Values) -> None:
        """Raise VariantError for seeds of which a let, the key or the tolerance's `of` is not finite."""
        needed = {f"value of {name}": values[name] for name in self.lets}
        check_finite(seeds, needed | {name: computed[name] for name in (KEY, OF) if name in computed})

    def uses(self, name: str) -> bool:
        """Whether the answer is computed from this name."""
        used = set(self.answer.names)
        for let, formula in reversed(list(self.lets.items())):
            used |= formula.names if let in used else set()
        return name in used

    def follow(self, values: Mapping[str, Number], own: Mapping[str, Number]) -> Variant:
        """The variant in which some names have other values, and what is computed from them follows.

        Raises VariantError where that is not finite.
        """
        columns = _columns({**values, **own})
        changed = set(own)
        with np.errstate(all="ignore"):
            for name, formula in self.lets.items():
                if name not in own and not changed.isdisjoint(formula.names):
                    columns[name] = formula.evaluate(columns)
                    changed.add(name)
        computed = self.compute(columns)
        self.check([0], columns, computed)
        return self.as_json(columns, computed, [0])[0]

    def carried(self, values: Mapping[str, Number], before: Drawing) -> Variant:
        """The variant that another version of the item drew, as it is here. Raises VariantError."""
        columns = self.carried_values(values, before)
        computed = self.compute(columns)
        self.check([0], columns, computed)
        return self.as_json(columns, computed, [0])[0]

    def as_json(self, values: Values, computed: Values, rows: Sequence[int]) -> list[Variant]:
        """The variants of these rows, as they are stored."""
        mistakes = [computed[MISTAKE.format(n)] for n in range(len(self.mistakes))]
        defined = [finite_rows(column) for column in mistakes]
        return [
            {
                "values": values_at(values, at),
                "key": computed[KEY][at].tolist(),
                "of": computed[OF][at].tolist() if OF in computed else None,
                "mistakes": [
                    column[at].tolist() if known[at] else None for column, known in zip(mistakes, defined, strict=True)
                ],
                "engine": self.version,
            }
            for at in rows
        ]


def _say(value: Array, texts: Sequence[str]) -> str:
    if np.ndim(value):
        return f"[{', '.join(_say(each, texts) for each in value)}]"
    return texts[int(value)] if texts else number(float(value))


def _columns(values: Mapping[str, Number]) -> dict[str, Array]:
    """The stored values of one variant as a batch of one."""
    return {"": np.zeros(1)} | {name: np.array([value], dtype=np.float64) for name, value in values.items()}


def values_at(values: Values, row: int) -> dict[str, Number]:
    """The values of one seed by their names, as they are stored."""
    return {name: column[row].tolist() for name, column in values.items() if name}


def check_finite(seeds: Sequence[int], columns: Values) -> None:
    """Raise VariantError for the seeds of which a column is not finite; columns are called by their names."""
    for name, column in columns.items():
        finite = finite_rows(column)
        if not finite.all():
            bad = [seeds[int(at)] for at in np.flatnonzero(~finite)]
            raise VariantError(f"The {name} is not a finite number.", bad)


def finite_rows(column: Array) -> NDArray[np.bool_]:
    """Whether each seed's value is a finite number in all its entries: (seeds,)."""
    return np.asarray(np.isfinite(column).reshape(len(column), -1).all(axis=1))

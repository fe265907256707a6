"""The variant engine: a numeric template and seeds become numbers and texts.

A variant is (item version, seed): the same pair gives the same numbers, texts and key for ever. Everything is
computed over arrays of seeds; one variant is a batch of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from questions.variants.draws import Array, Draw, DrawError, Words, key_of, parse_draw, sample
from questions.variants.formulas import Formula, compile_formula
from questions.variants.functions import FormulaError, Values
from questions.variants.templates import Template, TemplateError, parse_template

ENGINE_VERSION = 1
MAX_REDRAWS = 64
MAX_DRAWN = 1000
"""Numbers that one variant draws: an audit draws a thousand variants, redraws not counted."""
MAX_HELD = 2000
"""Numbers that one variant holds, drawn and computed by `let`."""
MAX_REDRAWN = 5_000_000
"""Numbers that are drawn and computed again for the sake of conditions, over all seeds of a batch."""
MAX_SHOWN = 300
"""Numbers that one text shows."""
KEY = "answer"
OF = "tolerance of"
MISTAKE = "mistake {}"
_NAME = re.compile(r"[A-Za-z_]\w*")

Number: TypeAlias = float | list[float]
"""The value of a name or a formula in one variant: a number, or a list of numbers."""


class Variant(TypedDict):
    """A variant as it is stored: JSON, every number finite.

    `of` is what relative errors are measured on, if not the key; a mistake that has no finite value here is None.
    """

    values: dict[str, Number]
    key: Number
    of: Number | None
    mistakes: list[Number | None]
    engine: int


class SpecError(ValueError):
    """A template that cannot be compiled; `field` is the place in the item's document."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class VariantError(ValueError):
    """Seeds for which no variant exists: constraints never met, or a value that is not finite."""

    def __init__(self, message: str, seeds: Sequence[int]) -> None:
        super().__init__(f"{message} (seeds {', '.join(map(str, seeds[:5]))})")
        self.message = message
        self.seeds = list(seeds)


@dataclass(frozen=True)
class Engine:
    """A compiled numeric template."""

    draws: Mapping[str, Draw]
    lets: Mapping[str, Formula]
    where: tuple[Formula, ...]
    answer: Formula
    of: Formula | None
    mistakes: tuple[Formula, ...]
    texts: Mapping[str, Template]

    def draw(self, identity: str, seeds: Sequence[int]) -> tuple[dict[str, Array], Array]:
        """The values of all draws and lets for each seed, and how many redraws each seed took.

        Raises VariantError for seeds whose constraints stay unmet after MAX_REDRAWS redraws.
        """
        with np.errstate(all="ignore"):
            return self._draw(identity, seeds)

    def _draw(self, identity: str, seeds: Sequence[int]) -> tuple[dict[str, Array], Array]:
        words = np.array([seed & 0xFFFFFFFFFFFFFFFF for seed in seeds], dtype=np.uint64)
        attempt = np.zeros(len(words), dtype=np.uint64)
        values = self._values(identity, words, attempt)
        pending = np.flatnonzero(~self._met(values))
        held, redrawn = sum(column[:1].size for column in values.values()), 0
        for redraw in range(1, MAX_REDRAWS + 1):
            redrawn += held * pending.size
            if not pending.size or redrawn > MAX_REDRAWN:
                break
            attempt[pending] = redraw
            again = self._values(identity, words[pending], attempt[pending])
            for name, column in again.items():
                values[name][pending] = column
            pending = pending[~self._met(again)]
        if pending.size:
            unlucky = [int(word) for word in words[pending]]
            tried = "the time there is" if redrawn > MAX_REDRAWN else f"{MAX_REDRAWS} redraws"
            raise VariantError(f"No draw met the constraints in {tried}.", unlucky)
        return values, attempt.astype(np.float64)

    def _values(self, identity: str, seeds: Words, attempt: Words) -> dict[str, Array]:
        # The nameless column gives constants their number of rows where nothing is drawn.
        values: dict[str, Array] = {"": np.zeros(len(seeds))}
        keys = [key_of(identity, name) for name in self.draws]
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
        needed |= {name: computed[name] for name in (KEY, OF) if name in computed}
        for name, column in needed.items():
            finite = finite_rows(column)
            if not finite.all():
                bad = [seeds[int(at)] for at in np.flatnonzero(~finite)]
                raise VariantError(f"The {name} is not a finite number.", bad)

    def as_json(self, values: Values, computed: Values, rows: Sequence[int]) -> list[Variant]:
        """The variants of these rows, as they are stored."""
        named = {name: column for name, column in values.items() if name}
        mistakes = [computed[MISTAKE.format(n)] for n in range(len(self.mistakes))]
        defined = [finite_rows(column) for column in mistakes]
        return [
            {
                "values": {name: column[at].tolist() for name, column in named.items()},
                "key": computed[KEY][at].tolist(),
                "of": computed[OF][at].tolist() if OF in computed else None,
                "mistakes": [
                    column[at].tolist() if known[at] else None for column, known in zip(mistakes, defined, strict=True)
                ],
                "engine": ENGINE_VERSION,
            }
            for at in rows
        ]

    def render(self, name: str, values: Mapping[str, Number]) -> str:
        """One text with the stored values of one variant."""
        columns = {key: np.array([value], dtype=np.float64) for key, value in values.items()}
        return self.texts[name].render({"": np.zeros(1), **columns})[0]

    def render_all(self, name: str, values: Values) -> list[str]:
        """One text for each seed of a batch."""
        return self.texts[name].render(values)


def compile_engine(
    *,
    draw: Mapping[str, str],
    let: Mapping[str, str],
    where: Sequence[str],
    answer: str,
    of: str | None,
    mistakes: Sequence[str],
    texts: Mapping[str, str],
) -> Engine:
    """Compile a template. Raises SpecError with the field that is wrong; `texts` maps fields to texts."""
    names: list[str] = []
    draws: dict[str, Draw] = {}
    lets: dict[str, Formula] = {}
    for name, text in draw.items():
        _check_name(f"draw.{name}", name, names)
        try:
            draws[name] = parse_draw(text)
        except DrawError as error:
            raise SpecError(f"draw.{name}", str(error)) from None
        names.append(name)
    _check_drawn(draws)
    for name in _in_order(let):
        text = let[name]
        _check_name(f"let.{name}", name, names)
        lets[name] = _formula(f"let.{name}", text, names)
        names.append(name)
    engine = Engine(
        draws=draws,
        lets=lets,
        where=tuple(_formula(f"where.{n}", text, names) for n, text in enumerate(where)),
        answer=_formula("answer", answer, names),
        of=None if of is None else _formula("tolerance.of", of, names),
        mistakes=tuple(_formula(f"mistakes.{n}.value", text, names) for n, text in enumerate(mistakes)),
        texts={field: _template(field, text, names) for field, text in texts.items()},
    )
    _try_out(engine)
    return engine


def _in_order(let: Mapping[str, str]) -> list[str]:
    """The names, each after those that its formula uses: databases do not keep the order of a JSON object.

    What is in a circle stays as it stands, and will be found to use what is not declared.
    """
    uses = {name: {used for used in _NAME.findall(text) if used in let} for name, text in let.items()}
    order: list[str] = []
    while len(order) < len(let):
        left = [name for name in let if name not in order]
        order.append(next((name for name in left if uses[name] <= set(order)), left[0]))
    return order


def _check_name(field: str, name: str, names: Sequence[str]) -> None:
    if not name.isidentifier() or not name.isascii() or len(name) > 30 or name in ("and", "or", "not", "if", "else"):
        raise SpecError(field, f"“{name}” cannot be a name: use letters, digits and _, such as eta.")
    if name in names:
        raise SpecError(field, f"“{name}” is declared twice.")


def _formula(field: str, text: str, names: Sequence[str]) -> Formula:
    try:
        return compile_formula(text, names)
    except FormulaError as error:
        raise SpecError(field, str(error)) from None


def _template(field: str, text: str, names: Sequence[str]) -> Template:
    try:
        return parse_template(text, names)
    except TemplateError as error:
        raise SpecError(field, str(error)) from None


def _check_drawn(draws: Mapping[str, Draw]) -> None:
    """Refuse what would draw too much, before anything is drawn."""
    drawn = sum(draw.size for draw in draws.values())
    if drawn > MAX_DRAWN:
        largest = max(draws, key=lambda name: draws[name].size)
        message = f"A variant draws at most {MAX_DRAWN} numbers, and this one {drawn}: make the vectors shorter."
        raise SpecError(f"draw.{largest}", message)


def finite_rows(column: Array) -> NDArray[np.bool_]:
    """Whether each seed's value is a finite number in all its entries: (seeds,)."""
    return np.asarray(np.isfinite(column).reshape(len(column), -1).all(axis=1))


def _try_out(engine: Engine) -> None:
    """Compute one variant, so that shapes that do not fit are found where they are written."""
    word = np.zeros(1, dtype=np.uint64)
    values: dict[str, Array] = {"": np.zeros(1)}
    values |= {name: draw.sample(word, word, key_of("try", name)) for name, draw in engine.draws.items()}
    for name, formula in engine.lets.items():
        values[name] = _tried(f"let.{name}", formula, values)
        held = sum(column.size for column in values.values())
        if held > MAX_HELD:
            raise SpecError(f"let.{name}", f"A variant holds at most {MAX_HELD} numbers: make the vectors shorter.")
    for n, constraint in enumerate(engine.where):
        _tried(f"where.{n}", constraint, values)
    answer = _tried("answer", engine.answer, values)
    if answer.ndim > 2:
        raise SpecError("answer", "An answer is a number or a list of numbers.")
    for n, mistake in enumerate(engine.mistakes):
        if _tried(f"mistakes.{n}.value", mistake, values).shape != answer.shape:
            raise SpecError(f"mistakes.{n}.value", f"A mistake is {_shape(answer)}, as the answer is.")
    if engine.of is not None and _tried("tolerance.of", engine.of, values).shape not in (answer.shape, (1,)):
        raise SpecError("tolerance.of", f"Use one number, or {_shape(answer)}, as the answer is.")
    for field, template in engine.texts.items():
        shown = 0
        for placeholder in template.placeholders:
            shown += _tried(field, placeholder.formula, values).size
            if shown > MAX_SHOWN:
                raise SpecError(field, f"A text shows at most {MAX_SHOWN} numbers: show fewer, or shorter vectors.")


def _tried(field: str, formula: Formula, values: Values) -> Array:
    try:
        return formula(values)
    except FormulaError as error:
        raise SpecError(field, str(error)) from None


def _shape(answer: Array) -> str:
    return "one number" if answer.ndim == 1 else f"a list of {answer.shape[1]} numbers"

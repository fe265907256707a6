"""A numeric template is compiled, tried out once, and refused where its variants would cost too much."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from questions.variants.draws import Array, Draw, DrawError, key_of, parse_draw
from questions.variants.engine import DRAWN, Engine
from questions.variants.formulas import Formula, compile_formula
from questions.variants.functions import FormulaError
from questions.variants.templates import Template, TemplateError, parse_template

MAX_DRAWN = 1000
"""Numbers that one variant draws: an audit draws a thousand variants, redraws not counted."""
MAX_HELD = 2000
"""Numbers that one variant holds, drawn and computed by `let`."""
MAX_SHOWN = 300
"""Numbers that one text shows."""
MAX_WORK = 5_000_000
"""Nanoseconds that the audit of one variant takes, exact arithmetic apart: of a thousand five seconds."""
SET = 4000
"""Nanoseconds that setting a number in a text takes."""
READ, GRADED = 15_000, 2000
"""Nanoseconds that reading a typed answer takes, and comparing one of its numbers with another."""
TOO_DEAR = (
    "This is most of what takes too long: a thousand variants are audited. Use shorter vectors, fewer or simpler "
    "formulas, or show fewer numbers."
)
_NAME = re.compile(r"[A-Za-z_]\w*")


class SpecError(ValueError):
    """A template that cannot be compiled; `field` is the place in the item's document."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


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
    return replace(engine, work=_try_out(engine))


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


@dataclass
class _Trial:
    """One variant that is computed to learn its shapes, and what the work on each field would be."""

    values: dict[str, Array]
    work: Counter[str] = field(default_factory=Counter)

    def compute(self, place: str, formula: Formula, times: int = 1) -> Array:
        """Return a formula's value; an audit computes it so many times."""
        self.spend(place, times * formula.work(self.values))
        try:
            return formula(self.values)
        except FormulaError as error:
            raise SpecError(place, str(error)) from None

    def spend(self, place: str, nanoseconds: int) -> None:
        """Count what is about to be done. Raises SpecError at the dearest field where it would be too much."""
        self.work[place] += nanoseconds
        if self.work.total() > MAX_WORK:
            (dearest, _), *_ = self.work.most_common(1)
            raise SpecError(dearest, TOO_DEAR)


def _try_out(engine: Engine) -> int:
    """Compute one variant, so that shapes that do not fit are found where they are written; return its work."""
    word = np.zeros(1, dtype=np.uint64)
    drawn = {name: draw.sample(word, word, key_of("try", name)) for name, draw in engine.draws.items()}
    trial = _Trial({"": np.zeros(1), **drawn})
    for name, draw in engine.draws.items():
        trial.spend(f"draw.{name}", DRAWN * draw.size)
    for name, formula in engine.lets.items():
        trial.values[name] = trial.compute(f"let.{name}", formula)
        held = sum(column.size for column in trial.values.values())
        if held > MAX_HELD:
            raise SpecError(f"let.{name}", f"A variant holds at most {MAX_HELD} numbers: make the vectors shorter.")
    for n, constraint in enumerate(engine.where):
        trial.compute(f"where.{n}", constraint)
    _try_answer(engine, trial)
    for place, template in engine.texts.items():
        _try_text(place, template, trial)
    return trial.work.total()


def _try_answer(engine: Engine, trial: _Trial) -> None:
    answer = trial.compute("answer", engine.answer)
    if answer.ndim > 2:
        raise SpecError("answer", "An answer is a number or a list of numbers.")
    # Typed and graded are the key, its two neighbours, that of a variant which looks the same, and each mistake, which
    # is compared with those before it too.
    trial.spend("answer", 4 * (READ + GRADED * answer.size))
    for n, mistake in enumerate(engine.mistakes):
        trial.spend(f"mistakes.{n}.value", READ + (n + 2) * GRADED * answer.size)
        if trial.compute(f"mistakes.{n}.value", mistake).shape != answer.shape:
            raise SpecError(f"mistakes.{n}.value", f"A mistake is {_shape(answer)}, as the answer is.")
    if engine.of is not None and trial.compute("tolerance.of", engine.of).shape not in (answer.shape, (1,)):
        raise SpecError("tolerance.of", f"Use one number, or {_shape(answer)}, as the answer is.")


def _try_text(place: str, template: Template, trial: _Trial) -> None:
    shown = 0
    for placeholder in template.placeholders:
        numbers = trial.compute(place, placeholder.formula, times=3).size
        trial.spend(place, SET * numbers)
        shown += numbers
        if shown > MAX_SHOWN:
            raise SpecError(place, f"A text shows at most {MAX_SHOWN} numbers: show fewer, or shorter vectors.")


def _shape(answer: Array) -> str:
    return "one number" if answer.ndim == 1 else f"a list of {answer.shape[1]} numbers"

"""A numeric template is compiled, tried out once, and refused where its variants would cost too much."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from questions.variants.draws import Array, Draw, DrawError, parse_draw, row_draws
from questions.variants.engine import DRAWN, Drawing, Engine, StepFormulas
from questions.variants.formulas import MAX_CONSTANT, Formula, compile_formula
from questions.variants.functions import FormulaError
from questions.variants.philox import key_of
from questions.variants.templates import Template, TemplateError, parse_template
from questions.variants.versions import ENGINE_VERSION
from questions.variants.words import COLUMN, Vocabulary, plain

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
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ROW = re.compile(r"row\(([A-Za-z_]\w*)\)", re.ASCII)
MAX_NAME = 30
RESERVED = ("and", "or", "not", "if", "else", "in", "is", "row")
Tables = Mapping[str, Sequence[Mapping[str, float | str]]]
"""The rows of each table, by column."""


class SpecError(ValueError):
    """A template that cannot be compiled; `field` is the place in the item's document."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the author of an item declares, as it is written; `texts` maps fields to texts."""

    draw: Mapping[str, str] = field(default_factory=dict)
    let: Mapping[str, str] = field(default_factory=dict)
    where: Sequence[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)
    ban: Sequence[int] = ()
    steps: Sequence[tuple[str, str | None]] = ()
    """Of a worked solution: the formula of each, and what its errors are measured on."""
    engine: int = ENGINE_VERSION


def compile_engine(item: Declared, *, answer: str, of: str | None = None, mistakes: Sequence[str] = ()) -> Engine:
    """Compile a numeric template. Raises SpecError with the field that is wrong."""
    known, drawing = _compile(item)
    engine = Engine(
        **vars(drawing),
        answer=_formula("answer", answer, known),
        of=None if of is None else _formula("tolerance.of", of, known),
        mistakes=tuple(_formula(f"mistakes.{n}.value", text, known) for n, text in enumerate(mistakes)),
    )
    return replace(engine, work=_try_out(engine))


def compile_drawing(item: Declared) -> Drawing:
    """Compile the template of an item of any kind. Raises SpecError with the field that is wrong."""
    _, drawing = _compile(item)
    return replace(drawing, work=_try_out(drawing))


def compile_over(item: Declared, formulas: Sequence[str]) -> list[Formula | None]:
    """Compile formulas over what an item declares; None for what is none there. Raises SpecError for the item."""
    known, _ = _compile(item)
    compiled: list[Formula | None] = []
    for text in formulas:
        try:
            compiled.append(_formula("", text, known))
        except SpecError:
            compiled.append(None)
    return compiled


def _compile(item: Declared) -> tuple[Vocabulary, Drawing]:
    """The names that formulas may use, and what is compiled over them."""
    declared: list[str] = []
    draws: dict[str, Draw] = {}
    rows: dict[str, list[str]] = {}
    for name, text in item.draw.items():
        place = f"draw.{name}"
        _check_name(place, name, declared)
        declared.append(name)
        if row := _ROW.fullmatch(text.replace(" ", "")):
            columns = row_draws(name, _table(place, row[1], item.tables))
            draws |= columns
            rows[name] = [column.removeprefix(f"{name}{COLUMN}") for column in columns]
            continue
        try:
            draws[name] = parse_draw(text)
        except DrawError as error:
            raise SpecError(place, str(error)) from None
    _check_drawn(draws)
    known = Vocabulary(list(draws), rows, {name: each.texts for name, each in draws.items() if each.texts})
    shapes = {name: draw.shape for name, draw in draws.items()}
    known = replace(known, shapes=shapes, engine=item.engine)
    lets: dict[str, Formula] = {}
    for name in _in_order(item.let):
        _check_name(f"let.{name}", name, declared)
        lets[name] = _formula(f"let.{name}", item.let[name], known)
        declared.append(name)
        shapes = shapes | {name: lets[name].shape or ()}
        known = replace(known, names=[*known.names, name], shapes=shapes)
    drawing = Drawing(
        draws=draws,
        lets=lets,
        where=tuple(_formula(f"where.{n}", text, known) for n, text in enumerate(item.where)),
        cases={name: _formula(f"cases.{name}", text, known) for name, text in item.cases.items()},
        texts={field: _template(field, text, known) for field, text in item.texts.items()},
        steps=tuple(_step(n, *formulas, known) for n, formulas in enumerate(item.steps)),
        version=item.engine,
        banned=tuple(item.ban),
        declared=(tuple(item.draw.items()), tuple(item.let.items()), tuple(item.where), repr(item.tables)),
    )
    return known, drawing


def unused(drawing: Drawing) -> list[str]:
    """The places of draws and lets that nothing uses which a student sees, or which decides."""
    formulas = [*drawing.where, *(formula for step in drawing.steps for formula in step.formulas)]
    formulas += [*(part.formula for text in drawing.texts.values() for part in text.placeholders)]
    if isinstance(drawing, Engine):
        formulas += [drawing.answer, *drawing.mistakes, *([drawing.of] if drawing.of else [])]
    used = {name for formula in formulas for name in formula.names}
    for name, formula in reversed(list(drawing.lets.items())):
        used |= formula.names if name in used else set()
    rows = {name.partition(COLUMN)[0] for name in used if COLUMN in name}
    drawn = {name.partition(COLUMN)[0] for name in drawing.draws}
    return [
        *(f"draw.{name}" for name in sorted(drawn - used - rows)),
        *(f"let.{name}" for name in drawing.lets if name not in used),
    ]


def _table(place: str, name: str, tables: Tables) -> Sequence[Mapping[str, float | str]]:
    """The rows of a table. Raises SpecError unless there are some, and all have the same columns."""
    if name not in tables:
        raise SpecError(place, f"There is no table “{name}”. Tables: {', '.join(sorted(tables)) or 'none'}.")
    rows = tables[name]
    for number, row in enumerate(rows):
        if row.keys() != rows[0].keys():
            raise SpecError(f"tables.{name}.{number}", f"Each row has the same columns: {', '.join(rows[0])}.")
        for column, cell in row.items():
            if not _NAME.fullmatch(column) or COLUMN in column or len(column) > MAX_NAME:
                raise SpecError(f"tables.{name}.{number}", f"“{column}” cannot be a column: use letters and digits.")
            if isinstance(cell, int | float) and not abs(cell) <= MAX_CONSTANT:
                raise SpecError(f"tables.{name}.{number}", f"The number in “{column}” is too large.")
    return rows


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
    if not _NAME.fullmatch(name) or COLUMN in name or len(name) > MAX_NAME or name in RESERVED:
        raise SpecError(field, f"“{name}” cannot be a name: use letters, digits and _, such as eta.")
    if name in names:
        raise SpecError(field, f"“{name}” is declared twice.")


def _formula(field: str, text: str, known: Vocabulary) -> Formula:
    try:
        return compile_formula(plain(text, known), known.names, known.shapes, known.engine)
    except FormulaError as error:
        raise SpecError(field, str(error)) from None


def _step(number: int, result: str, of: str | None, known: Vocabulary) -> StepFormulas:
    place = f"work.{number}"
    return StepFormulas(
        _formula(f"{place}.formula", result, known), _formula(f"{place}.tolerance.of", of, known) if of else None
    )


def _template(field: str, text: str, known: Vocabulary) -> Template:
    try:
        return parse_template(text, known.names, known, known.engine)
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


def _try_out(drawing: Drawing) -> int:
    """Compute one variant, so that shapes that do not fit are found where they are written; return its work."""
    word = np.zeros(1, dtype=np.uint64)
    drawn = {name: draw.sample(word, word, key_of("try", name)) for name, draw in drawing.draws.items()}
    trial = _Trial({"": np.zeros(1), **drawn})
    for name, draw in drawing.draws.items():
        trial.spend(f"draw.{name}", DRAWN * draw.size)
    for name, formula in drawing.lets.items():
        trial.values[name] = trial.compute(f"let.{name}", formula)
        held = sum(column.size for column in trial.values.values())
        if held > MAX_HELD:
            raise SpecError(f"let.{name}", f"A variant holds at most {MAX_HELD} numbers: make the vectors shorter.")
    for n, constraint in enumerate(drawing.where):
        trial.compute(f"where.{n}", constraint)
    for name, case in drawing.cases.items():
        trial.compute(f"cases.{name}", case)
    answer = _try_answer(drawing, trial) if isinstance(drawing, Engine) else None
    _try_steps(drawing, trial, answer)
    for place, template in drawing.texts.items():
        _try_text(place, template, trial)
    return trial.work.total()


def _try_answer(engine: Engine, trial: _Trial) -> Array:
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
    return answer


def _try_steps(drawing: Drawing, trial: _Trial, answer: Array | None) -> None:
    """Compute the steps of the worked solution; the last gives the answer, where there is one."""
    for n, step in enumerate(drawing.steps):
        place = f"work.{n}.formula"
        result = trial.compute(place, step.result)
        trial.spend(place, 3 * (READ + GRADED * result.size))
        if result.ndim > 2:
            raise SpecError(place, "A step gives a number or a list of numbers.")
        if answer is not None and n == len(drawing.steps) - 1 and result.shape != answer.shape:
            raise SpecError(place, f"The last step gives the answer, {_shape(answer)}.")
        if step.of and trial.compute(f"work.{n}.tolerance.of", step.of).shape not in (result.shape, (1,)):
            raise SpecError(f"work.{n}.tolerance.of", f"Use one number, or {_shape(result)}, as the result is.")


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

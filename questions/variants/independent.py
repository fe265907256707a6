"""The engine's numbers beside exact ones: what a draw's decimals give on paper is what a student must find.

Binary fractions are not what is shown: 0.29 × 100 is 28.999… to them, so that `floor` gives 28, and 0.1 × 3 - 0.3
leaves 5.6e-17. And what a text shows has to be what is used, to the last digit of a draw.
"""

from __future__ import annotations

import ast
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np

from questions.variants import exact, templates
from questions.variants.engine import KEY, MISTAKE, OF, Drawing, Engine
from questions.variants.exact import Exact
from questions.variants.exact.numbers import Scalar, ShapeError, UndecidedError, UndefinedError
from questions.variants.formulas import Formula
from questions.variants.functions import Array, Values
from questions.variants.words import as_written

WORK = 60_000
"""Steps of exact arithmetic that one formula may take over all seeds; of a longer one fewer variants are compared."""
FEWEST = 20
"""Variants that are compared all the same, until all formulas together have taken `TOTAL` steps; then one is."""
TOTAL = 1_000_000
"""A second or two."""
POWER, TRANSCENDENTAL, CUMULATED, INVERTED = 40, 15, 300, 4000
"""Steps that these are worth, where they take 60 digits."""
RATIONAL = frozenset(("abs", "sign", "floor", "ceil", "sqrt", "round", "clip", "where", "len"))
RATIONAL |= frozenset(("sum", "prod", "mean", "median", "var", "std", "cov", "corr", "quantile", "count", "norm"))
RATIONAL |= frozenset(("argmin", "argmax", "sort", "cumsum", "dot", "min", "max", "minimum", "maximum", "gcd", "lcm"))
"""Functions whose call is worth a step."""
NOISE = 1e-9
"""Of a number: what binary fractions may differ by."""
SHARE = 0.01
"""Of the error that an answer may have, for the same: what is lost by cancelling is harmless within it."""
NOTHING = 1e-45
"""What is left of 60 digits that cancel."""

MISMATCH = (
    "{place}: the formula does not give what exact arithmetic gives. More than 12 digits decide: count in whole "
    "numbers and divide last, or round first, as in floor(round(x, 6))."
)
AT_THE_LIMIT = (
    "{place}: a variant lies on the limit of this condition, where binary fractions decide. Choose a limit that no "
    "variant meets, such as > 0.0999 for > 0.1, or round first, as in round(x, 6) > 0.1."
)
NO_VALUE = "{place}: on paper there is no such number, as of a division by zero. Leave such variants out, by `where`."
UNDECIDED = "{place}: two numbers are so near that nobody can say which is larger. Round them before they are compared."
TOO_LARGE = "{place}: this takes too long to be checked. Use smaller matrices, or fewer formulas."
HIDDEN = (
    "{place}: the text does not show all digits of {name} that are used. Draw it with fewer digits, or show it "
    "in full, as in {{{name}:.10g}}."
)

Cases = dict[str, list[tuple[int, str]]]
"""Messages, each with the seeds that show it and their numbers."""
Allowed = Callable[[float], float]
"""The error that an answer of this size may have."""


class _TooLargeError(ValueError):
    """Exact arithmetic of an item that would take too long."""


@dataclass
class _Variants:
    """The drawn variants: the engine's values and, row by row, what gives exact ones."""

    engine: Drawing
    seeds: Sequence[int]
    values: Values
    total: int = TOTAL
    """Steps that all formulas may take together before one variant of each is enough; a preview stops at the double."""
    spent: int = 0
    rows: dict[int, _Row] = field(default_factory=dict)
    """The rows that were needed so far."""
    firsts: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    """The first row of each combination of some draws, by their names."""

    def row(self, at: int) -> _Row:
        """The exact values of one variant."""
        if at not in self.rows:
            self.rows[at] = _Row(self, at)
        return self.rows[at]

    @functools.cached_property
    def drawn_for(self) -> dict[str, frozenset[str]]:
        """The draws that each name comes from."""
        known = {name: frozenset([name]) for name in self.engine.draws}
        for name, formula in self.engine.lets.items():
            known[name] = frozenset().union(*(known[used] for used in formula.names))
        return known

    @functools.cached_property
    def lets_for(self) -> dict[str, frozenset[str]]:
        """The lets that each let comes from, and itself."""
        known: dict[str, frozenset[str]] = {}
        for name, formula in self.engine.lets.items():
            known[name] = frozenset([name]).union(*(known.get(used, frozenset()) for used in formula.names))
        return known

    def cost(self, formula: Formula) -> int:
        """The steps that one variant takes: the parts of the formula and of its lets, for each number that is drawn."""
        lets = frozenset().union(*(self.lets_for.get(name, frozenset()) for name in formula.names))
        parts = _steps(formula.text) + sum(_steps(self.engine.lets[name].text) for name in lets)
        return parts * max(sum(self.engine.draws[name].size for name in self._draws(formula)), 1)

    def _draws(self, formula: Formula) -> list[str]:
        return sorted(frozenset().union(*(self.drawn_for[name] for name in formula.names)))

    def distinct(self, formula: Formula) -> list[int]:
        """The first row of each combination of draws that the formula comes from, as many as may be computed."""
        names = tuple(self._draws(formula))
        if not names:
            return [0]
        if names not in self.firsts:
            columns = [self.values[name].reshape(len(self.seeds), -1) for name in names]
            table = np.ascontiguousarray(np.column_stack(columns))
            whole = table.view(np.dtype((np.void, table.itemsize * table.shape[1]))).ravel()
            self.firsts[names] = np.sort(np.unique(whole, return_index=True)[1]).tolist()
        return self.firsts[names][: max(FEWEST, WORK // self.cost(formula))]

    def affordable(self, formula: Formula) -> Iterator[int]:
        """The rows to compare, while there is time. Raises _TooLargeError where there is none for a single one."""
        cost = self.cost(formula)
        for number, at in enumerate(self.distinct(formula)):
            if self.spent + cost > 2 * TOTAL:
                raise _TooLargeError
            if self.spent + cost > self.total * (1 if number else 2):
                return
            self.spent += cost
            yield at


class _Row(dict[str, Exact]):
    """The exact values of a variant's names, computed when they are asked for."""

    def __init__(self, variants: _Variants, at: int) -> None:
        super().__init__()
        self.variants, self.at = variants, at

    def __missing__(self, name: str) -> Exact:
        if name in self.variants.engine.draws:
            self[name] = _exactly(self.variants.values[name][self.at].tolist())
        else:
            self[name] = exact.evaluate(self.variants.engine.lets[name].text, self)
        return self[name]


def disagreements(
    engine: Drawing,
    seeds: Sequence[int],
    values: Values,
    computed: Mapping[str, Array],
    allowed: Allowed,
    share: float,
    *,
    in_steps: Sequence[Allowed] = (),
) -> Cases:
    """Where key, mistakes, conditions or texts are not what exact arithmetic gives, and where texts hide digits.

    A `share` of the time that there is for a thousand variants is taken at most. `in_steps` are the errors that the
    results of the worked solution's steps may have.
    """
    variants = _Variants(engine, seeds, values, round(min(share, 1) * TOTAL))
    cases: Cases = {}
    place = "let"
    try:
        for place, formula, column, error in _compared(variants, computed, allowed, in_steps):
            for message, at in _compare(variants, formula, column, error):
                cases.setdefault(message.format(place=place), []).append((seeds[at], _numbers(variants, formula, at)))
    except ShapeError as error:
        return {str(error): [(seeds[0], "")]}
    except _TooLargeError:
        return {TOO_LARGE.format(place=place): [(seeds[0], "")]}
    for message, at in _hidden(variants):
        cases.setdefault(message, []).append((seeds[at], ""))
    return cases


def _compared(
    variants: _Variants, computed: Mapping[str, Array], allowed: Allowed, in_steps: Sequence[Allowed]
) -> Iterator[tuple[str, Formula, Array | None, Allowed]]:
    engine, values = variants.engine, variants.values
    for name, formula in engine.lets.items():
        yield f"let.{name}", formula, values[name], _anything
    if isinstance(engine, Engine):
        yield "answer", engine.answer, computed[KEY], allowed
        if engine.of is not None:
            yield "tolerance.of", engine.of, computed[OF], _strict
        for n, formula in enumerate(engine.mistakes):
            yield f"mistakes.{n}.value", formula, computed[MISTAKE.format(n)], allowed
    for n, (step, error) in enumerate(zip(engine.steps, in_steps, strict=True)):
        yield f"work.{n}.formula", step.result, step.result(values), error
        if step.of:
            yield f"work.{n}.tolerance.of", step.of, step.of(values), _strict
    for n, formula in enumerate(engine.where):
        yield f"where.{n}", formula, None, _strict
    for name, formula in engine.cases.items():
        yield f"cases.{name}", formula, formula(values), _strict
    shown = {part.formula: place for place, text in reversed(list(engine.texts.items())) for part in text.placeholders}
    for formula, place in shown.items():
        yield place, formula, formula(values), _roughly


def _anything(number: float) -> float:
    """Of a let the shapes alone are compared: its numbers are where they are used."""
    return math.inf


def _strict(number: float) -> float:
    return 0.0


def _roughly(number: float) -> float:
    """A text shows so many digits of what is computed."""
    return abs(number) * 10.0 ** (2 - templates.COMPUTED_DIGITS)


def _compare(
    variants: _Variants, formula: Formula, column: Array | None, allowed: Allowed
) -> Iterator[tuple[str, int]]:
    """The rows in which an exact value is another, or cannot be told."""
    text = formula.text
    if text in variants.engine.draws:
        return
    rows = variants.affordable(formula)
    for at in itertools.islice(rows, 1 if allowed is _anything else None):
        try:
            right = exact.evaluate(text, variants.row(at))
        except ShapeError as error:
            raise ShapeError(f"“{text}”: {error}") from None
        except UndecidedError:
            yield UNDECIDED, at
            continue
        except UndefinedError:
            if column is not None and np.isfinite(column[at]).all():
                yield NO_VALUE, at
            continue  # where the engine's number is infinite or none, the audit says so
        if not (_holds(right) if column is None else _same(column[at].tolist(), right, allowed)):
            yield AT_THE_LIMIT if column is None else MISMATCH, at


def _holds(condition: Exact) -> bool:
    """Whether a condition is met, in all its entries: the engine says so of every variant that is drawn."""
    return all(map(_holds, condition)) if isinstance(condition, tuple) else condition != 0


def _same(number: float | list[float], right: Exact, allowed: Allowed) -> bool:
    if isinstance(number, list):
        entries = right if isinstance(right, tuple) else ()
        return len(entries) == len(number) and all(map(functools.partial(_same, allowed=allowed), number, entries))
    if isinstance(right, tuple):
        return False
    if not math.isfinite(number):
        return True  # said elsewhere
    return _is_near(number, right, allowed)


def _is_near(number: float, right: Scalar, allowed: Allowed) -> bool:
    """Whether a float is the exact number, give or take what is harmless."""
    try:
        about = float(right)
    except OverflowError:
        return False
    if number == about or (number == 0 and abs(about) < NOTHING):
        return True
    difference = abs(number - about)
    return difference <= max(abs(about) * NOISE, allowed(about) * SHARE)


def _exactly(number: float | list[float]) -> Exact:
    """The decimal that a draw's float stands for."""
    return tuple(map(_exactly, number)) if isinstance(number, list) else _decimal(number)


@functools.lru_cache(maxsize=65536)
def _decimal(number: float) -> Fraction:
    return Fraction(Decimal(repr(number)))


@functools.lru_cache(maxsize=1024)
def _steps(formula: str) -> int:
    return sum(map(_steps_of, ast.walk(ast.parse(formula, mode="eval"))))


def _steps_of(node: ast.AST) -> int:
    match node:
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=0 | 1 | 2 | 3 | 4)):
            return 1
        case ast.BinOp(op=ast.Pow()):
            return POWER
        case ast.Call(func=ast.Name(id=name)) if name not in RATIONAL:
            if name.endswith("_quantile"):
                return INVERTED
            return CUMULATED if name.endswith(("_cdf", "_pdf", "_pmf")) else TRANSCENDENTAL
    return 1


def _numbers(variants: _Variants, formula: Formula, at: int) -> str:
    """The numbers of a formula, to be looked at: `p = 0.29, n = 100`."""
    names = sorted(formula.names)
    values = ", ".join(f"{name} = {variants.values[name][at].tolist()}" for name in names)
    return as_written(f"{formula.text} where {values}")


# What is shown is what is used


def _hidden(variants: _Variants) -> Iterator[tuple[str, int]]:
    """The draws of which the stem shows some variants cut short, and nowhere in full."""
    shown: dict[str, list[templates.Placeholder]] = {}
    for part in variants.engine.texts["stem"].placeholders if "stem" in variants.engine.texts else []:
        if part.formula.text in variants.engine.draws and not part.texts:
            shown.setdefault(part.formula.text, []).append(part)
    for name, parts in shown.items():
        column = variants.values[name].reshape(len(variants.seeds), -1)
        drawn, first = np.unique(column, return_index=True)
        cut = [
            at
            for value, at in zip(drawn.tolist(), first.tolist(), strict=True)
            if not any(float(templates.number(value, part.format, "code")) == value for part in parts)
        ]
        if cut:
            yield HIDDEN.format(place="stem", name=name), cut[0] // column.shape[1]

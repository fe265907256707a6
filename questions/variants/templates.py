"""Texts with a variant's numbers in them.

A placeholder is `{formula}` or `{formula:.3g}` (significant digits), `{formula:.2f}` (decimals) or `{formula:frac}`
(a fraction). LaTeX has braces of
its own, so a group is a placeholder only when it is a formula that uses a declared name; `\\text{…}` and its like, and
any other group, stay as they are. `{{` and `}}` are literal braces. No number is ever set as `1e-05` or
`0.30000000000000004`: inside `$…$` powers of ten are LaTeX, in code they are plain, elsewhere they are Unicode.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from questions.variants import dollars, signs
from questions.variants.formulas import Formula, compile_formula
from questions.variants.functions import Array, FormulaError, Values
from questions.variants.versions import ENGINE_VERSION, SHAPES, SIGNS
from questions.variants.words import Vocabulary, spoken

Context: TypeAlias = Literal["text", "math", "code"]

BATCH = 32
"""From so many values on, looking for equal ones pays."""
COMPUTED_DIGITS = 6
"""Significant digits of a computed value that has no short exact form."""
EXACT_DIGITS = 8
"""A value that has an exact form of up to so many digits is shown in full."""
KEPT_NUMBERS = 4096
"""Numbers that are kept as they are set: the texts of a variant have the same few."""

_LITERAL_COMMANDS = re.compile(r"\\(?:text|mathrm|mathbf|mathsf|mathtt|operatorname|begin|end|label|tag)\s*$")
_ARGUMENT = re.compile(r"(?:\\[a-zA-Z]+|[\^_}\]])$")
_NAME = re.compile(r"[A-Za-z_]\w*")
_FORMAT = re.compile(r"(.*):\s*(\.\d{1,2}[gf]|frac)\s*", re.DOTALL)
FRACTION = "frac"
MAX_FORMAT_DIGITS = 15
"""Beyond these a float shows its binary fraction: 0.1 + 0.2 is not 0.30000000000000004 to a student."""
_OPERATOR = re.compile(r"(?:[-+/*^]|\\times|\\cdot|\\div)\s*$")
_DIVISION = re.compile(r"(?:/|\\div)\s*$")


class TemplateError(ValueError):
    """A text with a placeholder that cannot be read."""


@dataclass(frozen=True)
class Placeholder:
    """A formula set as text, in its surroundings."""

    formula: Formula
    format: str
    context: Context
    after_operator: bool
    after_division: bool
    before_power: bool
    is_argument: bool
    plus: str = ""
    """The plus sign before it, between two terms: a negative number is taken away."""
    is_coefficient: bool = False
    is_typeset: bool = False
    """Whether a matrix in a formula is set as one."""
    texts: tuple[str, ...] = ()
    """What its values stand for, where it is a text that is drawn or chosen by a condition."""


@dataclass(frozen=True)
class Template:
    """A parsed text: strings and placeholders in turn."""

    parts: tuple[str | Placeholder, ...]

    def render(self, values: Values) -> list[str]:
        """The text for each seed."""
        with np.errstate(all="ignore"):
            return self.fill(values)

    def fill(self, values: Values) -> list[str]:
        """As `render`; for callers that fill many texts, inside one `np.errstate(all="ignore")` of theirs."""
        if not self.placeholders:
            return [self.plain] * (len(next(iter(values.values()))) if values else 1)
        columns = [_column(part, part.formula.evaluate(values)) for part in self.placeholders]
        return [self.frame % row for row in zip(*columns, strict=True)]

    @functools.cached_property
    def placeholders(self) -> list[Placeholder]:
        """The formulas in the text, in order."""
        return [part for part in self.parts if isinstance(part, Placeholder)]

    @functools.cached_property
    def frame(self) -> str:
        """The text with `%s` for each placeholder: filling it in is faster than joining."""
        return "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in self.parts)

    @functools.cached_property
    def plain(self) -> str:
        """The text where it has no placeholders."""
        return self.frame % ()

    def finite(self, values: Values) -> NDArray[np.bool_]:
        """Whether each seed's placeholders all have finite values: (seeds,)."""
        seeds = len(next(iter(values.values()))) if values else 1
        finite = np.ones(seeds, dtype=bool)
        for part in self.placeholders:
            finite &= np.isfinite(part.formula(values)).reshape(seeds, -1).all(axis=1)
        return finite


def _column(where: Placeholder, column: Array) -> list[str]:
    """Each seed's value as text. In a batch every distinct value is set once: parameters lie on grids."""
    if where.texts:
        return [", ".join(where.texts[int(place)] for place in np.atleast_1d(value)) for value in column]
    if column.ndim > 1 or len(column) < BATCH:
        return [_set(value, where) for value in column]
    distinct, at = np.unique(column, return_inverse=True)
    texts = np.array([_set(value, where) for value in distinct], dtype=object)
    spread: list[str] = texts[at].tolist()
    return spread


def parse_template(
    text: str, names: Collection[str], words: Vocabulary | None = None, engine: int = ENGINE_VERSION
) -> Template:
    """Parse `text` over the declared `names`, and the texts and rows among them, as it is set by an engine.

    Raises TemplateError, which names the placeholder.
    """
    known = words or Vocabulary(names, engine=engine)
    parts: list[str | Placeholder] = []
    marks = {mark.start: mark for mark in dollars.marked_in(text, before="}", after="{")}
    literal, mark, at = "", None, 0
    while at < len(text):
        if at in marks:
            mark = marks[at]
            literal, at = literal + text[at : mark.inner_start], mark.inner_start
            continue
        context = mark.kind if mark and at < mark.inner_end else "text"
        char = text[at]
        if text.startswith(("{{", "}}"), at):
            literal, at = literal + char, at + 2
            continue
        if char == "\\" and at + 1 < len(text):
            literal, at = literal + text[at : at + 2], at + 2
            continue
        end = text.find("}", at) if char == "{" else -1
        inner = text[at + 1 : end] if end > at else None
        if inner is not None and "{" not in inner:
            before = literal
            if not literal and parts and isinstance(parts[-1], Placeholder) and parts[-1].is_argument:
                # The second argument of a command whose first is a placeholder too, as in `\\frac{a}{b}`.
                before = "}"
            placeholder = _placeholder(inner, known, before, text[end + 1 :], context)
            if placeholder and engine >= SIGNS:
                placeholder = _with_signs(placeholder, before, text[end + 1 :], after_number=bool(parts))
                placeholder = replace(placeholder, is_typeset=context == "math" and engine >= SHAPES)
                literal = literal.removesuffix(placeholder.plus)
            if placeholder:
                parts += [literal, placeholder]
                literal, at = "", end + 1
                continue
        literal, at = literal + char, at + 1
    parts.append(literal)
    return Template(tuple(part for part in parts if part != ""))


def _placeholder(inner: str, known: Vocabulary, before: str, after: str, context: str) -> Placeholder | None:
    if _LITERAL_COMMANDS.search(before):
        return None
    match = _FORMAT.fullmatch(inner)
    formula, spec = (match[1], match[2]) if match else (inner, "")
    used = set(_NAME.findall(formula))
    if not used & {*known.names, *known.rows}:
        if _NAME.fullmatch(formula.strip()) and len(formula.strip()) > 1 and not _ARGUMENT.search(before):
            declared = ", ".join(sorted({*known.names, *known.rows}))
            raise TemplateError(f"{{{inner}}}: “{formula.strip()}” is not declared. Declared: {declared}.")
        return None
    if spec and spec != FRACTION and int(spec[1:-1]) > MAX_FORMAT_DIGITS:
        raise TemplateError(f"{{{inner}}}: a format has at most {MAX_FORMAT_DIGITS} digits.")
    try:
        resolved, texts = spoken(formula, known)
        if texts and spec:
            raise FormulaError("A text has no format.")
        compiled = compile_formula(resolved, known.names, known.shapes, known.engine)
    except FormulaError as error:
        raise TemplateError(f"{{{inner}}}: {error}") from None
    return Placeholder(
        compiled,
        spec,
        context,  # type: ignore[arg-type]
        after_operator=bool(_OPERATOR.search(before)),
        after_division=bool(_DIVISION.search(before)),
        before_power=after.lstrip().startswith("^"),
        is_argument=context == "math" and bool(_ARGUMENT.search(before)),
        texts=texts,
    )


def _with_signs(placeholder: Placeholder, before: str, after: str, *, after_number: bool) -> Placeholder:
    """The placeholder, with what makes its number a term or a coefficient."""
    if placeholder.texts or placeholder.is_argument:
        return placeholder
    in_text = placeholder.context == "text" and signs.is_after_operator(before, after_number=after_number)
    return replace(
        placeholder,
        plus="" if placeholder.before_power else signs.plus_between(before, after_number=after_number),
        is_coefficient=not placeholder.after_division and signs.is_coefficient(after, placeholder.context),
        after_operator=in_text if placeholder.context == "text" else placeholder.after_operator,
    )


def _set(value: Array, where: Placeholder) -> str:
    if np.ndim(value):
        return where.plus + _list(value, where)
    text = number(float(value), where.format, where.context)
    if where.is_coefficient:
        text = signs.without_one(text)
    if where.plus:
        return signs.after_plus(where.plus, text, "−" if where.context == "text" else "-")
    if where.context == "text" and where.after_operator and text.startswith(signs.MINUS):
        return f"({text})"
    if where.is_argument:
        # Its braces are LaTeX's too: `^{k}`, `\\frac{a}{b}`.
        return f"{{{text}}}"
    if where.context == "math":
        negative, raised = text.startswith("-"), "^" in text or r"\frac" in text
        product = r"\times" in text or r"\frac" in text
        if (
            (where.before_power and (negative or raised))
            or (where.after_operator and negative)
            or (where.after_division and product)
        ):
            return rf"\left({text}\right)"
    return text


def _list(value: Array, where: Placeholder) -> str:
    if where.is_typeset and np.ndim(value) > 1:
        lines = (" & ".join(number(float(each), where.format, where.context) for each in row) for row in value)
        return r"\begin{pmatrix} " + r" \\ ".join(lines) + r" \end{pmatrix}"
    rows = (_list(each, where) if np.ndim(each) else number(float(each), where.format, where.context) for each in value)
    return f"[{', '.join(rows)}]"


@functools.lru_cache(maxsize=KEPT_NUMBERS)
def number(value: float, spec: str = "", context: Context = "text") -> str:
    """A number as a person writes it. `spec`: "" , ".3g" (significant digits), ".2f" (decimals) or "frac".

    Variants with a number that is not finite are not published; should one come up, it reads “undefined”.
    """
    if not math.isfinite(value):
        return r"\text{undefined}" if context == "math" else "undefined"
    if spec == FRACTION:
        return signs.as_fraction(value, context) or number(value, "", context)
    if spec.endswith("f"):
        return _signed(f"{value:{spec}}", context)
    digits = int(spec[1:-1]) if spec else _digits(value)
    mantissa, _, exponent = f"{value:.{max(digits, 1) - 1}e}".partition("e")
    power = int(exponent)
    if -5 < power < 15:
        plain = f"{float(f'{mantissa}e{exponent}'):.{max(digits - 1 - power, 0)}f}"
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return _signed(_grouped(plain, context), context)
    return _scientific(mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa, power, context)


def _digits(value: float) -> int:
    """How many significant digits to show where the text does not say."""
    if value == round(value) and abs(value) < 1e15:
        return 15
    exact = len(f"{value:.12g}".lower().partition("e")[0].replace(".", "").lstrip("-0"))
    return exact if exact <= EXACT_DIGITS else COMPUTED_DIGITS


def _grouped(plain: str, context: Context) -> str:
    """Thousands set apart from five digits on."""
    whole, point, fraction = plain.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if context == "code" or len(whole) < 5:
        return plain
    separator = r"\," if context == "math" else "\u202f"
    return sign + f"{int(whole):,}".replace(",", separator) + point + fraction


def _signed(text: str, context: Context) -> str:
    if text.strip("-0.") == "":
        text = text.lstrip("-")
    return text.replace("-", "−") if context == "text" else text


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _scientific(mantissa: str, power: int, context: Context) -> str:
    if context == "code":
        return f"{mantissa}e{power}"
    unit = mantissa in ("1", "-1")
    sign = "-" if unit and mantissa.startswith("-") else ""
    if context == "math":
        return f"{sign}10^{{{power}}}" if unit else rf"{mantissa} \times 10^{{{power}}}"
    raised = str(power).translate(_RAISED)
    text = f"{sign}10{raised}" if unit else f"{mantissa} × 10{raised}"
    return text.replace("-", "−")

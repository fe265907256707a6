"""Sets of real numbers as people type them: intervals, their unions, inequalities, single points.

Read are `[0, 1)`, `]0; 1]`, `(-∞, 2] ∪ {3}`, `x > 3`, `-1 <= x < 2 or x = 5`, `x ≠ 0`, `ℝ \\ {0}`, and LaTeX's `\\cup`,
`\\infty`, `\\le`. What was read is a sorted list of pieces that do not touch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from questions.variants.lists import EMPTY, latex, plain_signs, read_entry, split
from questions.variants.numbers import NumberError

MAX_PIECES = 20
EXAMPLE = "Write intervals such as [0, 1) or (-inf, 2] U {3}, or inequalities such as x > 3."

_SIGNS = {
    "\\infty": "∞", "\\cup": "∪", "\\le": "≤", "\\ge": "≥", "\\leq": "≤", "\\geq": "≥", "\\ne": "≠", "\\neq": "≠",
    "\\lt": "<", "\\gt": ">", "\\setminus": "∖", "\\mathbb{R}": "ℝ", "\\R": "ℝ", "\\in": "∈", "⩽": "≤", "⩾": "≥",
    "<=": "≤", ">=": "≥", "=<": "≤", "=>": "≥", "!=": "≠", "\\lbrack": "[", "\\rbrack": "]", "−": "-",
}  # fmt: skip
_WORDS = re.compile(r"\b(?:infinity|infty|inf|oo)\b", re.IGNORECASE)
_UNION = re.compile(r" ?∪ ?| (?:or|union|U|∨) |(?<=[\])}\[]) ?[Uu] ?(?=[\[\](){])")
_ALL = frozenset({"r", "ℝ", "all real numbers", "all reals", "real numbers"})
_WHOLE_WITHOUT = re.compile(r"^[Rℝ] ?\{")
"""The sign of what is left out is lost where LaTeX has it before a brace."""
_INTERVAL = re.compile(r"([\[\](])(.*)([\[\])])")
_COMPARISON = re.compile(r"([<>≤≥=≠])")
_FLIPPED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "=", "≠": "≠"}


@dataclass(frozen=True)
class End:
    """An end of a piece: None where it is infinite; whether it belongs to the piece."""

    value: Fraction | None
    closed: bool


@dataclass(frozen=True)
class Piece:
    """An interval, or a point where both ends are one."""

    low: End
    high: End

    @property
    def is_point(self) -> bool:
        """Whether it is a single number."""
        return self.low.value is not None and self.low.value == self.high.value


Pieces = tuple[Piece, ...]
ALL = Piece(End(None, closed=False), End(None, closed=False))


def read_intervals(text: str, variable: str = "") -> Pieces:
    """The pieces of a set, sorted; inequalities may be in the variable, if there is one. Raises NumberError."""
    plain = plain_signs(text).replace("\n", " ")
    for written in sorted(_SIGNS, key=len, reverse=True):
        plain = plain.replace(written, _SIGNS[written])
    plain = _WORDS.sub("∞", plain)
    if plain.strip().casefold() in EMPTY:
        return ()
    pieces = [piece for part in _UNION.split(plain) for piece in _read_part(part.strip(), variable)]
    if len(pieces) > MAX_PIECES:
        raise NumberError(f"Write at most {MAX_PIECES} intervals.")
    return union(pieces)


def union(pieces: Iterable[Piece]) -> Pieces:
    """The same set as pieces in order that neither overlap nor touch."""
    merged: list[Piece] = []
    for piece in sorted(pieces, key=_from_left):
        if merged and _reaches(merged[-1].high, piece.low):
            merged[-1] = Piece(merged[-1].low, max(merged[-1].high, piece.high, key=_rightmost))
        else:
            merged.append(piece)
    return tuple(merged)


def _from_left(piece: Piece) -> tuple[bool, Fraction, bool]:
    value = piece.low.value
    return (value is not None, value or Fraction(0), not piece.low.closed)


def _rightmost(end: End) -> tuple[bool, Fraction, bool]:
    return (end.value is None, end.value or Fraction(0), end.closed)


def _reaches(high: End, low: End) -> bool:
    """Whether a piece that ends at `high` and one that begins at `low`, not before it, are one."""
    if high.value is None or low.value is None:
        return True
    return low.value < high.value or (low.value == high.value and (low.closed or high.closed))


def _read_part(part: str, variable: str) -> list[Piece]:
    """The pieces of a part that is no union. Raises NumberError."""
    if not part:
        raise NumberError(f"Something is missing beside ∪. {EXAMPLE}")
    part = _WHOLE_WITHOUT.sub("ℝ∖{", part.replace("\\", "∖"))
    whole, minus, points = part.partition("∖")
    if minus:
        return _without(_read_part(whole.strip(), variable), _points(points.strip()))
    if variable:
        part = _after_element_sign(part, variable)
    if part.casefold() in _ALL:
        return [ALL]
    if part[0] == "{":
        return [_point(value) for value in _points(part)]
    if _COMPARISON.search(part):
        return _read_inequality(part, variable)
    if interval := _INTERVAL.fullmatch(part):
        return [_read_interval(part, interval)]
    raise NumberError(f"“{part}” is not understood. {EXAMPLE}")


def _after_element_sign(part: str, variable: str) -> str:
    before, sign, after = part.partition("∈")
    return after.strip() if sign and before.strip() == variable else part


def _point(value: Fraction) -> Piece:
    return Piece(End(value, closed=True), End(value, closed=True))


def _points(text: str) -> list[Fraction]:
    if text[:1] != "{" or text[-1:] != "}":
        raise NumberError(f"“{text}” is not understood: write single numbers in braces, {{3}}.")
    inner = text[1:-1].strip()
    return [read_entry(each) for each in split(inner, is_bracketed=True)] if inner else []


def _without(pieces: list[Piece], points: list[Fraction]) -> list[Piece]:
    for point in points:
        cut: list[Piece] = []
        for piece in pieces:
            left = Piece(piece.low, min(piece.high, End(point, closed=False), key=_rightmost))
            right = Piece(max(piece.low, End(point, closed=False), key=_leftmost), piece.high)
            cut += [side for side in (left, right) if not _is_empty(side)]
        pieces = cut
    return pieces


def _leftmost(end: End) -> tuple[bool, Fraction, bool]:
    return (end.value is not None, end.value or Fraction(0), not end.closed)


def _is_empty(piece: Piece) -> bool:
    low, high = piece.low.value, piece.high.value
    if low is None or high is None:
        return False
    return low > high or (low == high and not (piece.low.closed and piece.high.closed))


def _read_interval(part: str, interval: re.Match[str]) -> Piece:
    opening, inner, closing = interval.groups()
    ends = split(inner, is_bracketed=True)
    if len(ends) != 2:
        raise NumberError(f"“{part}” has not two ends. {EXAMPLE}")
    low, high = (_end(text) for text in ends)
    if low[1] > 0 or high[1] < 0:
        raise NumberError(f"“{part}” has its ends the wrong way round.")
    piece = Piece(
        End(low[0], opening == "[" and low[0] is not None), End(high[0], closing == "]" and high[0] is not None)
    )
    if (low[0] is None and opening == "[") or (high[0] is None and closing == "]"):
        raise NumberError(f"“{part}”: infinity does not belong to an interval. Write a parenthesis beside it.")
    if low[0] is not None and high[0] is not None and low[0] > high[0]:
        raise NumberError(f"“{part}” has its ends the wrong way round.")
    if _is_empty(piece):
        raise NumberError(f"“{part}” holds no number. Write {{a}} for a single one, and ∅ for none.")
    return piece


def _end(text: str) -> tuple[Fraction | None, int]:
    """An end's value, and the sign of its infinity."""
    bare = text.replace(" ", "")
    if bare in ("∞", "+∞", "-∞"):
        return None, -1 if bare[0] == "-" else 1
    return read_entry(text.strip()), 0


def _read_inequality(part: str, variable: str) -> list[Piece]:
    if not variable:
        raise NumberError(f"“{part}” is not asked for. Write intervals such as [0, 1) or (-inf, 2] U {{3}}.")
    sides = [side.strip() for side in _COMPARISON.split(part)]
    if len(sides) not in (3, 5) or sides.count(variable) != 1:
        raise NumberError(
            f"“{part}” is not understood. Write inequalities such as {variable} > 3 or 0 ≤ {variable} < 1."
        )
    if len(sides) == 3:
        left, sign, right = sides
        return _half(sign, right) if left == variable else _half(_FLIPPED[sign], left)
    low, first, middle, second, high = sides
    if middle != variable or first not in "<≤>≥" or second not in "<≤>≥" or (first in "<≤") != (second in "<≤"):
        raise NumberError(f"“{part}” is not understood. Write 0 ≤ {variable} < 1.")
    (above,), (below,) = _half(_FLIPPED[first], low), _half(second, high)
    pieces = (above, below) if first in "<≤" else (below, above)
    piece = Piece(pieces[0].low, pieces[1].high)
    if _is_empty(piece):
        raise NumberError(f"“{part}” holds no number: are its ends the wrong way round?")
    return [piece]


def _half(sign: str, text: str) -> list[Piece]:
    """The pieces of an inequality in which the variable stands on the left."""
    value, infinite = _end(text)
    if value is None:
        raise NumberError(
            f"Leave out {'-' if infinite < 0 else ''}∞, which every number is beyond, or write an interval."
        )
    end, nothing = End(value, sign in "≤≥"), End(None, closed=False)
    if sign == "=":
        return [_point(value)]
    if sign == "≠":
        return [Piece(nothing, end), Piece(end, nothing)]
    return [Piece(nothing, end)] if sign in "<≤" else [Piece(end, nothing)]


def write_intervals(pieces: Pieces, write: Callable[[Fraction], str]) -> str:
    """A set as people type it, its numbers written by `write`."""
    points = [write(piece.low.value) for piece in pieces if piece.is_point and piece.low.value is not None]
    shown = [_written(piece, write, "−", "∞", "") for piece in pieces if not piece.is_point]
    if pieces == (ALL,):
        return "ℝ"
    return " ∪ ".join([*shown, *([f"{{{', '.join(points)}}}"] if points else [])]) or "∅"


def intervals_latex(pieces: Pieces) -> str:
    """A set that was read, in LaTeX."""
    points = [latex(piece.low.value) for piece in pieces if piece.is_point and piece.low.value is not None]
    shown = [_written(piece, latex, "-", r"\infty", "\\") for piece in pieces if not piece.is_point]
    if pieces == (ALL,):
        return r"\mathbb{R}"
    inner = ",\\ ".join(points)
    return r" \cup ".join([*shown, *([rf"\{{{inner}\}}"] if points else [])]) or r"\varnothing"


def _written(piece: Piece, write: Callable[[Fraction], str], minus: str, infinity: str, space: str) -> str:
    low = f"{minus}{infinity}" if piece.low.value is None else write(piece.low.value)
    high = infinity if piece.high.value is None else write(piece.high.value)
    opening, closing = "[" if piece.low.closed else "(", "]" if piece.high.closed else ")"
    return f"{opening}{low},{space} {high}{closing}"

"""Where formulas stand in a text: the one rule for `$`, for what draws numbers into a text and for what renders it.

`$…$` is a formula in a line, `$$…$$` one on its own. A sum of money is none: a formula begins with no space and after
no digit, ends after no space and before no digit, and stays within its paragraph. `\\$` is a dollar sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_BLOCK_END = re.compile(r"\n[ \t]*(?:\n|[-+*][ \t]|\d+[.)][ \t]|[#>|]|```|~~~|:::)")
"""Where a new block begins: a formula in a line ends before it."""


@dataclass(frozen=True)
class Marked:
    """A formula or a piece of code: where its marks begin and end, and where that which they enclose does."""

    kind: Literal["math", "code"]
    start: int
    end: int
    inner_start: int
    inner_end: int

    @property
    def is_display(self) -> bool:
        """Whether a formula stands on a line of its own."""
        return self.inner_start - self.start == 2


def formula_at(text: str, at: int, *, before: str = "", after: str = "") -> Marked | None:
    """The formula that the `$` at `at` opens, if it opens one.

    `before` and `after` are characters that count as digits too, before and after a formula: the braces of a number
    that is still to be drawn.
    """
    if text.startswith("$$", at):
        return _display(text, at)
    previous, inside = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if previous.isdigit() or (previous and previous in before) or not inside or inside.isspace():
        return None
    end = _next_dollar(text, at + 1)
    if end <= at + 1 or text[end - 1].isspace() or _BLOCK_END.search(text, at, end):
        return None
    following = text[end + 1 : end + 2]
    if following.isdigit() or (following and following in after):
        return None
    return Marked("math", at, end + 1, at + 1, end)


def _display(text: str, at: int) -> Marked | None:
    end = at + 2
    while (end := _next_dollar(text, end)) >= 0 and text[end + 1 : end + 2] != "$":
        end += 1
    return Marked("math", at, end + 2, at + 2, end) if end > at + 2 else None


def _next_dollar(text: str, start: int) -> int:
    """Where the next `$` stands that no backslash escapes; -1 where there is none."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == "$":
            return at
        else:
            at += 1
    return -1


def marked_in(text: str, *, before: str = "", after: str = "") -> Iterator[Marked]:
    """The formulas and the code of a Markdown text, in order."""
    at = 0
    while at < len(text):
        char, mark = text[at], None
        if char == "$":
            mark = formula_at(text, at, before=before, after=after)
        elif char in "`~":
            mark = _fenced(text, at) or (_code(text, at) if char == "`" else None)
        if mark:
            yield mark
            at = mark.end
        elif char == "\\":
            at += 2
        elif char == "`":
            at += _run(text, at)
        else:
            at += 1


def _run(text: str, at: int) -> int:
    """How often the sign at `at` stands there."""
    end = at
    while text[end : end + 1] == text[at]:
        end += 1
    return end - at


def _code(text: str, at: int) -> Marked | None:
    """The code that backticks open: it ends with as many."""
    ticks = _run(text, at)
    end = at + ticks
    while (end := text.find("`", end)) >= 0:
        if (closing := _run(text, end)) == ticks:
            return Marked("code", at, end + ticks, at + ticks, end)
        end += closing
    return None


def _fenced(text: str, at: int) -> Marked | None:
    """The block of code that a fence opens: it ends with a fence as long, or with the text."""
    start, marks = text.rfind("\n", 0, at) + 1, _run(text, at)
    if text[start:at].strip() or marks < 3:
        return None
    end = text.find("\n", at)
    while end >= 0:
        line_end = text.find("\n", end + 1)
        line = text[end + 1 : line_end if line_end >= 0 else len(text)].strip()
        if line.startswith(text[at] * marks) and not line.strip(text[at]):
            return Marked("code", at, line_end if line_end >= 0 else len(text), at + marks, end)
        end = line_end
    return Marked("code", at, len(text), at + marks, len(text))

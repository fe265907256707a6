"""Patterns of typed answers: words, groups, alternatives and `?`.

RE2 matches them, in time that grows with pattern times text, whatever they say. Other engines try one way after
another, and a short pattern may have more of them than there is time for: so the ways are counted.
"""

from __future__ import annotations

import functools
import string

import re2

PLAIN = frozenset(string.ascii_letters + string.digits + " -_,'=/")
ESCAPED = frozenset(".()[]+*?")
MAX_WAYS = 1000
"""So many ways every engine has tried before anybody notices."""

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False  # They are shown to the author.
_OPTIONS.max_mem = 1 << 20


def check_pattern(pattern: str) -> None:
    """Raise ValueError, with what to write instead, if `pattern` is none."""
    count_ways(pattern)
    _compile(pattern)


def fits(pattern: str, text: str) -> bool:
    """Whether the whole of `text` is what `pattern` describes."""
    return text.isascii() and _compile(pattern).fullmatch(text) is not None


def is_safe_anywhere(pattern: str) -> bool:
    """Whether an engine that tries all ways, as those of browsers and phones do, is done with it at once."""
    return count_ways(pattern) <= MAX_WAYS


def count_ways(pattern: str) -> int:
    """Return how many ways lead through a pattern: 6 for `(a|b|c)d?`. Raises ValueError if it is no pattern."""
    ways, at = _alternatives(pattern, 0)
    if at < len(pattern):
        raise ValueError("The pattern cannot be read: a ) closes nothing.")
    return ways


def _alternatives(pattern: str, at: int) -> tuple[int, int]:
    """The ways through what stands from `at` on, up to the end or a closing bracket; and where that is."""
    done, ways = 0, 1
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            done, ways, at = done + ways, 1, at + 1
            continue
        of_piece, at = _piece(pattern, at)
        if pattern[at : at + 1] == "?":
            of_piece, at = of_piece + 1, at + 1
        ways *= of_piece
    return done + ways, at


def _piece(pattern: str, at: int) -> tuple[int, int]:
    """The ways through the letter or group at `at`, and where it ends."""
    if pattern[at] == "(":
        ways, at = _alternatives(pattern, at + 1)
        if at == len(pattern):
            raise ValueError("The pattern cannot be read: a ( is not closed.")
        return ways, at + 1
    if pattern[at] == "\\" and pattern[at + 1 : at + 2] in ESCAPED:
        return 1, at + 2
    if pattern[at] in PLAIN:
        return 1, at + 1
    raise ValueError("A pattern has letters, spaces, groups ( ), alternatives | and optional parts ? only.")


@functools.lru_cache(maxsize=1024)
def _compile(pattern: str) -> re2._Regexp:
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error:
        raise ValueError("The pattern cannot be read: make it shorter or simpler.") from None

"""Formulas in texts of others, between the delimiters of MathJax. Pure."""

from __future__ import annotations

import re

DELIMITERS = re.compile(r"\\[()\[\]]|\$\$")
ENDS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}


def split_formulas(text: str) -> list[tuple[str, str]]:
    r"""The text in pieces: each ("", text), or the delimiter that began it, `\(`, `\[` or `$$`, and the LaTeX.

    A delimiter that is not closed is text.
    """
    pieces: list[tuple[str, str]] = []
    begun, start = "", 0
    for found in DELIMITERS.finditer(text):
        if begun and found[0] == ENDS[begun]:
            pieces.append((begun, text[start + len(begun) : found.start()]))
            begun, start = "", found.end()
        elif not begun and found[0] in ENDS:
            pieces.append(("", text[start : found.start()]))
            begun, start = found[0], found.start()
    pieces.append(("", text[start:]))
    return [piece for piece in pieces if piece[1]]

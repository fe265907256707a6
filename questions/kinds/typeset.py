"""Typed answers as pages show them: typeset, where they can be read."""

from __future__ import annotations

import html

from typing_extensions import TypedDict


class Typeset(str):
    """An answer as it was typed, which pages show typeset."""

    latex: str

    @classmethod
    def of(cls, typed: str, latex: str) -> Typeset:
        """The text with its LaTeX."""
        text = cls(typed)
        text.latex = latex
        return text

    def __html__(self) -> str:
        """For templates: the formula, or the text where it is none."""
        return f'<span class="math">{html.escape(self.latex)}</span>' if self.latex else html.escape(str(self))


class TypesetRow(TypedDict):
    """An answer as a graded one shows it, and the key, in LaTeX where it can be read."""

    answered: str
    answered_latex: str
    right_latex: str
    right: str
    correct: bool

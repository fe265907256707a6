"""Formulas as answers: read as people type them, typeset, compared by their values, and looked at for their form."""

from __future__ import annotations

from questions.expressions.domains import Domain, DomainError, read_domain
from questions.expressions.judging import Asked, Verdict, asked_for, flaws, judge
from questions.expressions.reading import read
from questions.expressions.series import judge_series, read_series, series_latex
from questions.expressions.tree import canonical
from questions.expressions.vocabulary import ExpressionError, Vocabulary
from questions.expressions.writing import latex, name_latex

__all__ = [
    "Asked",
    "Domain",
    "DomainError",
    "ExpressionError",
    "Verdict",
    "Vocabulary",
    "asked_for",
    "canonical",
    "flaws",
    "judge",
    "judge_series",
    "latex",
    "name_latex",
    "read",
    "read_domain",
    "read_series",
    "series_latex",
]

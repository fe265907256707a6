"""The functions and constants of formulas: what they compute on arrays of seeds.

Each has a second evaluation in `exact`, apart from this one, by which the gate checks it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from questions.variants.functions import chances, counting, elementary, lists, matrices, trigonometry
from questions.variants.functions.arrays import (
    Array,
    Compiled,
    Function,
    Values,
    align,
    breadth,
    floor_divide,
    minus,
    modulo,
    plus,
    power,
    stack,
    where,
)
from questions.variants.functions.matrices import multiply
from questions.variants.functions.rules import FormulaError, Shape
from questions.variants.versions import EXACTNESS

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "Array",
    "Compiled",
    "FormulaError",
    "Function",
    "Shape",
    "Values",
    "align",
    "breadth",
    "floor_divide",
    "functions_of",
    "minus",
    "modulo",
    "multiply",
    "plus",
    "power",
    "stack",
    "where",
]

CONSTANTS = {"pi": math.pi, "e": math.e}
"""Names that have a value where nothing else is declared under them."""
FUNCTIONS: dict[str, Function] = {
    **elementary.FUNCTIONS,
    **trigonometry.FUNCTIONS,
    **counting.FUNCTIONS,
    **lists.FUNCTIONS,
    **chances.FUNCTIONS,
    **matrices.FUNCTIONS,
}
_BEFORE_EXACTNESS = {**FUNCTIONS, **elementary.BEFORE_EXACTNESS, **lists.BEFORE_EXACTNESS}


def functions_of(engine: int) -> Mapping[str, Function]:
    """The functions that an engine has, by their names."""
    return FUNCTIONS if engine >= EXACTNESS else _BEFORE_EXACTNESS

"""The functions of formulas for the gate, by their names and by what they take."""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction

from questions.variants.exact import chances, counting, elementary, lists, matrices
from questions.variants.exact.numbers import Scalar, Vector, ceiling, compare, floor, greatest, least, root

OF_NUMBERS: dict[str, Callable[[Scalar], Scalar]] = {
    "abs": lambda x: x if x >= 0 else -x,
    "sign": lambda x: Fraction(compare(x, Fraction(0))),
    "floor": floor,
    "ceil": ceiling,
    "sqrt": root,
    "exp": elementary.exponential,
    "log": elementary.logarithm,
    "log2": lambda x: elementary.logarithm(x, Fraction(2)),
    "log10": lambda x: elementary.logarithm(x, Fraction(10)),
    "sin": elementary.sine,
    "cos": elementary.cosine,
    "tan": elementary.tangent,
    "asin": elementary.arcsine,
    "acos": elementary.arccosine,
    "atan": elementary.arctangent,
    "sind": elementary.sine_of_degrees,
    "cosd": elementary.cosine_of_degrees,
    "tand": elementary.tangent_of_degrees,
    "asind": elementary.arcsine_in_degrees,
    "acosd": elementary.arccosine_in_degrees,
    "atand": elementary.arctangent_in_degrees,
    "degrees": elementary.to_degrees,
    "radians": elementary.to_radians,
    "sinh": elementary.hyperbolic_sine,
    "cosh": elementary.hyperbolic_cosine,
    "tanh": elementary.hyperbolic_tangent,
    "asinh": elementary.area_sine,
    "acosh": elementary.area_cosine,
    "atanh": elementary.area_tangent,
    "factorial": counting.factorial,
}
OF_SEVERAL: dict[str, Callable[..., Scalar]] = {
    "log": elementary.logarithm,
    "atan2": elementary.direction,
    "atan2d": elementary.direction_in_degrees,
    "clip": lambda x, low, high: least(greatest(x, low), high),
    "comb": counting.choose,
    "perm": counting.arrange,
    "gcd": counting.divisor,
    "lcm": counting.multiple,
    **chances.OF_SEVERAL,
}
CONSTANTS: dict[str, Scalar] = {"pi": elementary.PI, "e": elementary.E}
OF_TWO_LISTS = ("dot", "cov", "corr")
OF_LISTS: dict[str, Callable[..., Scalar | Vector]] = {
    "sum": lists.total,
    "mean": lists.mean,
    "var": lists.variance,
    "std": lambda v, ddof: root(lists.variance(v, ddof)),
    "cov": lists.covariance,
    "corr": lists.correlation,
    "median": lists.median,
    "quantile": lists.quantile,
    "prod": lists.product,
    "count": lambda v: Fraction(sum(compare(x, Fraction(0)) != 0 for x in v)),
    "norm": lambda v: root(lists.dot(v, v)),
    "argmin": lambda v: Fraction(v.index(functools.reduce(least, v))),
    "argmax": lambda v: Fraction(v.index(functools.reduce(greatest, v))),
    "len": lambda v: Fraction(len(v)),
    "sort": lists.in_order,
    "cumsum": lists.cumulate,
    "dot": lists.dot,
    "min": lambda v: functools.reduce(least, v),
    "max": lambda v: functools.reduce(greatest, v),
}
OF_ARRAYS: dict[str, Callable[..., Scalar | Vector | matrices.Matrix]] = {
    "det": matrices.determinant,
    "rank": matrices.rank,
    "inv": matrices.inverse,
    "solve": matrices.solve,
    "trace": matrices.trace,
    "transpose": matrices.transpose,
    "eigenvalues": matrices.eigenvalues,
    "cross": matrices.cross,
}
NAMES = {*OF_NUMBERS, *OF_SEVERAL, *OF_LISTS, *OF_ARRAYS, "where", "round", "minimum", "maximum"}
"""The functions that there are."""

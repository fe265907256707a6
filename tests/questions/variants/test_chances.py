"""Distributions, by the engine's series and by the gate's closed forms, beside mpmath's integrals."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from questions.variants.exact import evaluate
from questions.variants.exact.numbers import UndefinedError
from tests.questions.variants.test_functions import engine


def beta(a: Any, b: Any, x: Any) -> Any:
    return mpmath.betainc(mpmath.mpf(a) / 2, mpmath.mpf(b) / 2, 0, x, regularized=True)


def below_t(t: Any, n: Any) -> Any:
    tail = beta(n, 1, n / (n + t * t)) / 2
    return 1 - tail if t > 0 else tail


PEERS: dict[str, Callable[..., Any]] = {
    "normal_cdf": mpmath.ncdf,
    "normal_pdf": mpmath.npdf,
    "t_cdf": below_t,
    "chi2_cdf": lambda x, n: mpmath.gammainc(n / 2, 0, x / 2, regularized=True),
    "f_cdf": lambda x, m, n: beta(m, n, m * x / (m * x + n)),
    "poisson_cdf": lambda k, mean: mpmath.gammainc(k + 1, mean, regularized=True),
    "poisson_pmf": lambda k, mean: mean**k * mpmath.exp(-mean) / mpmath.factorial(k),
    "binomial_cdf": lambda k, n, p: mpmath.betainc(n - k, k + 1, 0, 1 - p, regularized=True),
    "binomial_pmf": lambda k, n, p: mpmath.binomial(n, k) * p**k * (1 - p) ** (n - k),
    "exponential_cdf": lambda x, rate: 1 - mpmath.exp(-rate * x),
}
ARGUMENTS: dict[str, list[tuple[str, ...]]] = {
    "normal_cdf": [("0",), ("1.96",), ("-3.5",), ("-8",), ("-15",), ("6",), ("112", "100", "15")],
    "normal_pdf": [("0",), ("1.5", "1", "2")],
    "t_cdf": [("0.5", "1"), ("-2.3", "2"), ("12.7", "7"), ("-1.3", "30"), ("2", "1000")],
    "chi2_cdf": [("0.1", "1"), ("3.84", "2"), ("20", "5"), ("55.8", "40"), ("1000", "1000")],
    "f_cdf": [("0.2", "1", "1"), ("4.1", "2", "9"), ("30", "3", "2"), ("0.9", "8", "999"), ("1.4", "40", "7")],
    "poisson_cdf": [("0", "0.1"), ("10", "7.3"), ("900", "1000")],
    "poisson_pmf": [("4", "2.5"), ("0", "700")],
    "binomial_cdf": [("3", "10", "0.3"), ("300", "1000", "0.31"), ("0", "8", "0.25")],
    "binomial_pmf": [("3", "10", "0.3"), ("500", "1000", "0.5"), ("0", "20", "0.01")],
    "exponential_cdf": [("2", "0.7"), ("0.001", "0.001")],
}


@pytest.mark.parametrize(("name", "given"), [(name, each) for name, all_ in ARGUMENTS.items() for each in all_])
def test_a_probability_is_its_integral(name: str, given: tuple[str, ...]) -> None:
    formula = f"{name}({', '.join(given)})"
    with mpmath.workdps(70):
        right = PEERS[name](*map(mpmath.mpf, given))
        exact = evaluate(formula, {})
        told = (
            mpmath.mpf(exact.numerator) / exact.denominator if isinstance(exact, Fraction) else mpmath.mpf(str(exact))
        )
        assert abs(told - right) <= mpmath.mpf(10) ** -40 * right
        assert engine(formula) == float(right)


@pytest.mark.parametrize(
    ("quantile", "cumulated"),
    [
        *(("normal_quantile({p})", "normal_cdf({x})"), ("normal_quantile({p}, -3, 0.5)", "normal_cdf({x}, -3, 0.5)")),
        *((f"t_quantile({{p}}, {n})", f"t_cdf({{x}}, {n})") for n in (1, 12, 1000)),
        *((f"chi2_quantile({{p}}, {n})", f"chi2_cdf({{x}}, {n})") for n in (1, 2, 3, 40)),
        *((f"f_quantile({{p}}, {mn})", f"f_cdf({{x}}, {mn})") for mn in ("1, 5", "2, 7", "3, 20", "5, 1")),
    ],
)
@pytest.mark.parametrize("p", ["0.01", "0.5", "0.975"])
def test_below_a_quantile_lies_its_share(quantile: str, cumulated: str, p: str) -> None:
    exact = evaluate(quantile.format(p=p), {})
    assert not isinstance(exact, tuple)
    assert engine(quantile.format(p=p)) == float(exact)
    share = evaluate(cumulated.format(x="x"), {"x": exact})
    assert not isinstance(share, tuple)
    assert abs(Fraction(share) - Fraction(p)) < Fraction(1, 10**45)


@pytest.mark.parametrize("p", ["0.001", "0.0478296", "0.5", "0.975"])
@pytest.mark.parametrize(
    "of", ["binomial_{}({}, 10, 0.3)", "binomial_{}({}, 900, 0.01)", "binomial_{}({}, 5, 0)", "poisson_{}({}, 4.5)"]
)
def test_a_quantile_of_counts_is_the_least_that_reaches_its_share(of: str, p: str) -> None:
    least = engine(of.format("quantile", p))
    assert evaluate(of.format("quantile", p), {}) == least
    assert engine(of.format("cdf", least)) >= float(p)
    assert engine(of.format("cdf", least - 1)) < float(p)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        *(("normal_cdf(-17)", 0), ("normal_cdf(99)", 1), ("normal_quantile(0.5, 3, 2)", 3), ("t_cdf(0, 4)", 0.5)),
        *(("chi2_cdf(-1, 3)", 0), ("f_cdf(0, 3, 4)", 0), ("binomial_cdf(-1, 5, 0.5)", 0), ("binomial_cdf(9, 5, 0)", 1)),
        *(("binomial_cdf(4, 5, 1)", 0), ("binomial_pmf(0, 5, 0)", 1), ("binomial_pmf(6, 5, 0.5)", 0)),
        *(("poisson_pmf(0, 0)", 1), ("poisson_cdf(-1, 2)", 0), ("exponential_cdf(-1, 2)", 0)),
        # 0.6875 is the chance of two heads of four at most; 0.3 + 0.4 is 0.7 on paper.
        *(("binomial_quantile(0.6875, 4, 0.5)", 2), ("binomial_quantile(0.68750001, 4, 0.5)", 3)),
        *(("binomial_quantile(0.7, 1, 0.3)", 0), ("binomial_quantile(0.5, 4, 1)", 4), ("poisson_quantile(0.9, 0)", 0)),
        *(("uniform_cdf(2, 1, 5)", 0.25), ("uniform_cdf(0, 1, 5)", 0), ("uniform_cdf(5, 1, 5)", 1)),
        *(("binomial_pmf(2, 4, 0.5)", 0.375), ("binomial_cdf(0.1*30, 10, 0.5)", 0.171875)),
    ],
)
def test_at_their_ends_distributions_are_exact(formula: str, value: float) -> None:
    assert engine(formula) == value
    assert evaluate(formula, {}) == value


@pytest.mark.parametrize(
    "formula",
    [
        *("normal_cdf(1, 0, 0)", "normal_quantile(0)", "normal_quantile(1.2)", "t_cdf(1, 0)", "t_cdf(1, 2.5)"),
        *("t_quantile(1, 3)", "chi2_cdf(1, 1001)", "chi2_quantile(0, 4)", "f_quantile(0.5, 0, 3)", "f_cdf(1, 2, -1)"),
        *("binomial_pmf(1, 2, 1.5)", "binomial_cdf(0.5, 2, 0.5)", "binomial_pmf(1, 1001, 0.5)", "poisson_pmf(1, -1)"),
        *("binomial_quantile(0, 3, 0.5)", "binomial_quantile(0.5, 3, 1.1)", "poisson_quantile(1, 2)"),
        *("exponential_cdf(1, 0)", "uniform_cdf(1, 2, 2)"),
    ],
)
def test_what_no_distribution_has_is_no_value(formula: str) -> None:
    assert not math.isfinite(engine(formula))
    with pytest.raises(UndefinedError):
        evaluate(formula, {})

"""Distributions: densities, cumulative probabilities and quantiles, of the same bits everywhere.

They are summed up in decimals of 50 digits by series of positive terms (Abramowitz and Stegun, 6.5.29 and 26.5.4) and
rounded once; a float stands for the decimal that it is written as. Quantiles are found by Newton's method from where
the density is highest, which comes near from one side. Degrees of freedom are whole; what is out of its range has no
value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, getcontext, localcontext

from questions.variants.functions.arrays import Function, each_by_itself, to_whole

PI = Decimal("3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679")
CONTEXT = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])
CLOSE = Decimal(10) ** -25
"""Of a quantile: a step that is the last."""
ALMOST = Decimal(10) ** -40
"""What a sum of chances may lack of a share that it reaches on paper."""
MOST, FARTHEST, STEPS = 1000, 16, 200
"""Degrees of freedom and trials; standard deviations beyond which nothing lies; steps of Newton's method."""
CUMULATED, INVERTED = 60_000, 300_000
"""Nanoseconds that a probability and a quantile take; each is kept for a while."""


def _decimal(function: Callable[..., Decimal]) -> Callable[..., float]:
    """The function of floats, computed in decimals; it is kept for the next seed with the same numbers."""

    @functools.lru_cache(maxsize=4096)
    def compute(*numbers: float) -> float:
        with localcontext(CONTEXT):
            return float(function(*(Decimal(repr(number)) for number in numbers)))

    return compute


def _gamma(half: Decimal) -> Decimal:
    """Γ of a whole number or a half, above 0."""
    start = half % 1 or Decimal(1)
    product = PI.sqrt() if start < 1 else Decimal(1)
    while start < half:
        product, start = product * start, start + 1
    return product


def _smallest() -> Decimal:
    """Of a sum: a term that is left out."""
    return Decimal(10) ** (5 - getcontext().prec)


def _below(a: Decimal, x: Decimal) -> Decimal:
    """The regularised incomplete gamma function P(a, x)."""
    if x <= 0:
        return Decimal(0)
    term = total = Decimal(1)
    n, small = a, _smallest()
    while term > small * total:
        n += 1
        term *= x / n
        total += term
    return x**a * (-x).exp() / _gamma(a + 1) * total


def _beta(a: Decimal, b: Decimal, x: Decimal) -> Decimal:
    """The regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return Decimal(x >= 1)
    if 2 * x > 1:
        return 1 - _beta(b, a, 1 - x)
    term = total = Decimal(1)
    n, small = Decimal(0), _smallest()
    while term > small * total:
        term *= (a + b + n) * x / (a + 1 + n)
        total += term
        n += 1
    return x**a * (1 - x) ** b * _gamma(a + b) / (_gamma(a + 1) * _gamma(b)) * total


def _freedom(number: Decimal) -> Decimal:
    count = to_whole(float(number))
    if not 1 <= count <= MOST:
        raise ValueError(f"{count} degrees of freedom are not from 1 to {MOST}.")
    return Decimal(count)


def _share(p: Decimal) -> Decimal:
    if not 0 < p < 1:
        raise ValueError(f"{p} is not between 0 and 1.")
    return p


def _newton(
    cumulated: Callable[[Decimal], Decimal], density: Callable[[Decimal], Decimal], p: Decimal, x: Decimal
) -> Decimal:
    for _ in range(STEPS):
        step = (p - cumulated(x)) / density(x)
        x += step
        if abs(step) <= CLOSE * abs(x):
            break
    return x


# Normal


def _standard(x: Decimal, mean: Decimal, deviation: Decimal) -> Decimal:
    if deviation <= 0:
        raise ValueError("A standard deviation is above 0.")
    return (x - mean) / deviation


def _bell(z: Decimal) -> Decimal:
    return (-z * z / 2).exp() / (2 * PI).sqrt()


def _below_z(z: Decimal) -> Decimal:
    if abs(z) > FARTHEST:
        return Decimal(z > 0)
    with localcontext() as context:
        context.prec += int(z * z / 4)  # what cancels far below the mean
        return (1 + _below(Decimal("0.5"), z * z / 2).copy_sign(z)) / 2


def normal_pdf(x: Decimal, mean: Decimal = Decimal(0), deviation: Decimal = Decimal(1)) -> Decimal:
    """The density at x."""
    return _bell(_standard(x, mean, deviation)) / deviation


def normal_cdf(x: Decimal, mean: Decimal = Decimal(0), deviation: Decimal = Decimal(1)) -> Decimal:
    """The probability of at most x."""
    return _below_z(_standard(x, mean, deviation))


def normal_quantile(p: Decimal, mean: Decimal = Decimal(0), deviation: Decimal = Decimal(1)) -> Decimal:
    """Below what the share p lies."""
    _standard(mean, mean, deviation)
    upper = max(_share(p), 1 - p)
    z = _newton(_below_z, _bell, upper, Decimal(0)) if upper != 1 - upper else Decimal(0)
    return mean + z.copy_sign(p - Decimal("0.5")) * deviation


# Student's t, chi-squared, F


def _below_t(t: Decimal, freedom: Decimal) -> Decimal:
    tail = _beta(freedom / 2, Decimal("0.5"), freedom / (freedom + t * t)) / 2
    return 1 - tail if t > 0 else tail


def t_cdf(t: Decimal, freedom: Decimal) -> Decimal:
    """The probability of at most t."""
    return _below_t(t, _freedom(freedom))


def t_quantile(p: Decimal, freedom: Decimal) -> Decimal:
    """Below what the share p lies."""
    n, upper = _freedom(freedom), max(_share(p), 1 - p)
    if upper == 1 - upper:
        return Decimal(0)
    scale = _gamma((n + 1) / 2) / (_gamma(n / 2) * (n * PI).sqrt())
    t = _newton(lambda x: _below_t(x, n), lambda x: scale * (1 + x * x / n) ** (-(n + 1) / 2), upper, Decimal(0))
    return t.copy_sign(p - Decimal("0.5"))


def chi2_cdf(x: Decimal, freedom: Decimal) -> Decimal:
    """The probability of at most x."""
    return _below(_freedom(freedom) / 2, x / 2)


def chi2_quantile(p: Decimal, freedom: Decimal) -> Decimal:
    """Below what the share p lies."""
    n = _freedom(freedom)
    if n == 1:
        return normal_quantile((1 + _share(p)) / 2) ** 2
    if n == 2:
        return -2 * (1 - _share(p)).ln()
    scale = 2 * _gamma(n / 2)
    return _newton(
        lambda x: _below(n / 2, x / 2), lambda x: (x / 2) ** (n / 2 - 1) * (-x / 2).exp() / scale, _share(p), n - 2
    )


def f_cdf(x: Decimal, first: Decimal, second: Decimal) -> Decimal:
    """The probability of at most x."""
    m, n = _freedom(first), _freedom(second)
    return _beta(m / 2, n / 2, m * x / (m * x + n)) if x > 0 else Decimal(0)


def f_quantile(p: Decimal, first: Decimal, second: Decimal) -> Decimal:
    """Below what the share p lies."""
    m, n = _freedom(first), _freedom(second)
    if m == 1:
        return t_quantile((1 + _share(p)) / 2, n) ** 2
    if m == 2:
        return n / 2 * ((1 - _share(p)) ** (-2 / n) - 1)
    scale = _gamma((m + n) / 2) / (_gamma(m / 2) * _gamma(n / 2)) * (m / n) ** (m / 2)

    def density(x: Decimal) -> Decimal:
        return scale * x ** (m / 2 - 1) * (1 + m * x / n) ** (-(m + n) / 2)

    return _newton(lambda x: f_cdf(x, m, n), density, _share(p), (m - 2) / m * n / (n + 2))


# Counts, waiting times


def _counted(number: Decimal) -> int:
    return to_whole(float(number))


def binomial_cdf(k: Decimal, trials: Decimal, p: Decimal) -> Decimal:
    """The probability of at most k successes."""
    successes, n = _counted(k), _trials(trials, p)
    if successes >= n or p == 1:
        return Decimal(successes >= n)
    term = total = (1 - p) ** n if successes >= 0 else Decimal(0)
    for j in range(successes):
        term = term * (n - j) * p / ((j + 1) * (1 - p))
        total += term
    return total


def binomial_pmf(k: Decimal, trials: Decimal, p: Decimal) -> Decimal:
    """The probability of k successes."""
    successes, n = _counted(k), _trials(trials, p)
    if not 0 <= successes <= n:
        return Decimal(0)
    ways = Decimal(1)
    for j in range(min(successes, n - successes)):
        ways = ways * (n - j) / (j + 1)
    return ways * _power(p, successes) * _power(1 - p, n - successes)


def binomial_quantile(p: Decimal, trials: Decimal, chance: Decimal) -> Decimal:
    """The fewest successes that at least the share p does not exceed."""
    share, n = _share(p) - ALMOST, _trials(trials, chance)
    if chance == 1:
        return Decimal(n)
    successes, term = 0, (1 - chance) ** n
    total = term
    while total < share and successes < n:
        term = term * (n - successes) * chance / ((successes + 1) * (1 - chance))
        successes, total = successes + 1, total + term
    return Decimal(successes)


def _trials(number: Decimal, p: Decimal) -> int:
    trials = _counted(number)
    if not (0 <= trials <= MOST and 0 <= p <= 1):
        raise ValueError(f"Trials are up to {MOST}, and a probability from 0 to 1.")
    return trials


def _power(base: Decimal, exponent: int) -> Decimal:
    return base**exponent if exponent else Decimal(1)


def poisson_cdf(k: Decimal, mean: Decimal) -> Decimal:
    """The probability of at most k where so many are expected."""
    most = min(_counted(k), 10 * MOST)
    term = total = poisson_pmf(Decimal(0), mean)
    for j in range(1, most + 1):
        term = term * mean / j
        total += term
    return total if most >= 0 else Decimal(0)


def poisson_pmf(k: Decimal, mean: Decimal) -> Decimal:
    """The probability of k where so many are expected."""
    happened = _counted(k)
    if not 0 <= mean <= MOST:
        raise ValueError(f"The mean is from 0 to {MOST}.")
    if not 0 <= happened <= 10 * MOST:
        return Decimal(0)
    term = (-mean).exp()
    for j in range(1, happened + 1):
        term = term * mean / j
    return term


def poisson_quantile(p: Decimal, mean: Decimal) -> Decimal:
    """The fewest that at least the share p does not exceed, where so many are expected."""
    share, happened, term = _share(p) - ALMOST, 0, poisson_pmf(Decimal(0), mean)
    total = term
    while total < share and happened < 10 * MOST:
        happened += 1
        term = term * mean / happened
        total += term
    return Decimal(happened)


def exponential_cdf(x: Decimal, rate: Decimal) -> Decimal:
    """The probability of at most x, where it happens at this rate."""
    if rate <= 0:
        raise ValueError("A rate is above 0.")
    return 1 - (-rate * max(x, Decimal(0))).exp()


def uniform_cdf(x: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """The probability of at most x, where all from low to high is as likely."""
    if low >= high:
        raise ValueError("The bounds go up.")
    return min(max((x - low) / (high - low), Decimal(0)), Decimal(1))


def _function(function: Callable[..., Decimal], fewest: int, most: int, weight: int = CUMULATED) -> Function:
    return each_by_itself(_decimal(function), fewest, most, weight)


FUNCTIONS: dict[str, Function] = {
    "normal_pdf": _function(normal_pdf, 1, 3),
    "normal_cdf": _function(normal_cdf, 1, 3),
    "normal_quantile": _function(normal_quantile, 1, 3, INVERTED),
    "t_cdf": _function(t_cdf, 2, 2),
    "t_quantile": _function(t_quantile, 2, 2, INVERTED),
    "chi2_cdf": _function(chi2_cdf, 2, 2),
    "chi2_quantile": _function(chi2_quantile, 2, 2, INVERTED),
    "f_cdf": _function(f_cdf, 3, 3),
    "f_quantile": _function(f_quantile, 3, 3, INVERTED),
    "binomial_pmf": _function(binomial_pmf, 3, 3),
    "binomial_cdf": _function(binomial_cdf, 3, 3),
    "binomial_quantile": _function(binomial_quantile, 3, 3, INVERTED),
    "poisson_pmf": _function(poisson_pmf, 2, 2),
    "poisson_cdf": _function(poisson_cdf, 2, 2),
    "poisson_quantile": _function(poisson_quantile, 2, 2, INVERTED),
    "exponential_cdf": _function(exponential_cdf, 2, 2),
    "uniform_cdf": _function(uniform_cdf, 3, 3),
}

"""Distributions for the gate, by other ways than the engine's: closed forms and the recurrences that lead to them.

With whole degrees of freedom each probability is a finite sum upon an error function, a root or an angle (Abramowitz
and Stegun, 26.4.4, 26.5.16 and 26.7.3); counts are sums of fractions. A quantile is where the probability is the share,
found between two places that come nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import wraps

from questions.variants.exact.elementary import PI, arctangent, precise
from questions.variants.exact.numbers import Scalar, UndefinedError, to_decimal, whole

MOST, FARTHEST = 1000, 16
HALF = Decimal("0.5")
FOUND = Decimal(10) ** -55


def _erf(z: Decimal) -> Decimal:
    """The error function by its alternating series, with digits for what cancels."""
    with localcontext() as context:
        context.prec += int(z * z) + 5
        term = total = z
        n = 0
        while abs(term) > Decimal(10) ** -context.prec:
            n += 1
            term = -term * z * z / n
            total += term / (2 * n + 1)
        return 2 * total / PI.sqrt()


def _chi2(x: Decimal, freedom: int) -> Decimal:
    """P(n/2, x/2), up from P(1/2, ·), an error function, or P(1, ·), an exponential."""
    y = x / 2
    a = Decimal(freedom % 2 or 2) / 2
    value = _erf(y.sqrt()) if freedom % 2 else 1 - (-y).exp()
    step = y**a * (-y).exp() / (PI.sqrt() / 2 if freedom % 2 else 1)
    while 2 * a < freedom:
        value, a = value - step, a + 1
        step = step * y / a
    return value


def _beta(first: int, second: int, x: Decimal) -> Decimal:
    """The regularised incomplete beta function of halves, up from what is a root or an angle."""
    a, b = Decimal(first % 2 or 2) / 2, Decimal(second % 2 or 2) / 2
    y = 1 - x
    if first % 2 and second % 2:
        value = 2 * to_decimal(arctangent((x / y).sqrt())) / PI
        step = 2 * (x * y).sqrt() / PI  # x^a y^b / (a B(a, b))
    elif first % 2:
        value, step = x.sqrt(), x.sqrt() * y
    else:
        value, step = 1 - y**b, x * y**b * b
    while 2 * a < first:
        value, a = value - step, a + 1
        step = step * x * (a + b - 1) / a
    step = step * a / b
    while 2 * b < second:
        value, b = value + step, b + 1
        step = step * y * (a + b - 1) / b
    return value


def _freedom(number: Scalar) -> int:
    count = whole(number)
    if not 1 <= count <= MOST:
        raise UndefinedError(f"{count} degrees of freedom are not from 1 to {MOST}.")
    return count


def _standard(x: Scalar, mean: Scalar, deviation: Scalar) -> Decimal:
    if deviation <= 0:
        raise UndefinedError("A standard deviation is above 0.")
    return (to_decimal(x) - to_decimal(mean)) / to_decimal(deviation)


ZERO, ONE = Fraction(0), Fraction(1)


@precise
def normal_pdf(x: Scalar, mean: Scalar = ZERO, deviation: Scalar = ONE) -> Scalar:
    """The density at x."""
    z = _standard(x, mean, deviation)
    return (-z * z / 2).exp() / (2 * PI).sqrt() / to_decimal(deviation)


@precise
def normal_cdf(x: Scalar, mean: Scalar = ZERO, deviation: Scalar = ONE) -> Scalar:
    """The probability of at most x."""
    return _normal(_standard(x, mean, deviation))


def _normal(z: Decimal) -> Decimal:
    return (1 + _erf(z / Decimal(2).sqrt())) / 2 if abs(z) <= FARTHEST else Decimal(z > 0)


@precise
def t_cdf(t: Scalar, freedom: Scalar) -> Scalar:
    """The probability of at most t."""
    return _t(to_decimal(t), _freedom(freedom))


def _t(t: Decimal, freedom: int) -> Decimal:
    inner = _beta(1, freedom, t * t / (freedom + t * t)) if t else Decimal(0)
    return (1 + inner.copy_sign(t)) / 2


@precise
def chi2_cdf(x: Scalar, freedom: Scalar) -> Scalar:
    """The probability of at most x."""
    n = _freedom(freedom)
    return _chi2(to_decimal(x), n) if x > 0 else ZERO


@precise
def f_cdf(x: Scalar, first: Scalar, second: Scalar) -> Scalar:
    """The probability of at most x."""
    m, n = _freedom(first), _freedom(second)
    return _f(to_decimal(x), m, n) if x > 0 else ZERO


def _f(x: Decimal, m: int, n: int) -> Decimal:
    return _beta(m, n, m * x / (m * x + n))


# Quantiles


def _where(cumulated: Callable[[Decimal], Decimal], p: Scalar, *, low: int = 0) -> Decimal:
    """Where a probability is p: between two places, of which the farther counts half (the Illinois rule)."""
    if not 0 < p < 1:
        raise UndefinedError("A share is between 0 and 1.")
    share = to_decimal(p)
    a, b = Decimal(low), Decimal(1)
    while cumulated(b) < share:
        a, b = b, 2 * b
    while low < 0 and cumulated(a) > share:
        a, b = 2 * a, a
    at_a, at_b = cumulated(a) - share if low or a else -share, cumulated(b) - share
    while at_b and abs(b - a) > FOUND * abs(b):
        c = b - at_b * (b - a) / (at_b - at_a)
        at_c = cumulated(c) - share
        if abs(c - b) <= FOUND * abs(c) or not at_c:
            return c
        a, at_a = (b, at_b) if (at_c < 0) != (at_b < 0) else (a, at_a / 2)
        b, at_b = c, at_c
    return b


@precise
def normal_quantile(p: Scalar, mean: Scalar = ZERO, deviation: Scalar = ONE) -> Scalar:
    """Below what the share p lies."""
    _standard(mean, mean, deviation)
    if p == Fraction(1, 2):
        return mean
    return to_decimal(mean) + _where(_normal, p, low=-1) * to_decimal(deviation)


@precise
def t_quantile(p: Scalar, freedom: Scalar) -> Scalar:
    """Below what the share p lies."""
    n = _freedom(freedom)
    return _where(lambda x: _t(x, n), p, low=-1) if p != Fraction(1, 2) else ZERO


@precise
def chi2_quantile(p: Scalar, freedom: Scalar) -> Scalar:
    """Below what the share p lies."""
    n = _freedom(freedom)
    return _where(lambda x: _chi2(x, n), p)


@precise
def f_quantile(p: Scalar, first: Scalar, second: Scalar) -> Scalar:
    """Below what the share p lies."""
    m, n = _freedom(first), _freedom(second)
    return _where(lambda x: _f(x, m, n), p)


# Counts, waiting times


def _rational(function: Callable[..., Scalar]) -> Callable[..., Scalar]:
    """Of a probability that is inexact: by the fraction of 60 digits."""

    @wraps(function)
    def compute(*numbers: Scalar) -> Scalar:
        *rest, last = numbers
        if isinstance(last, Fraction):
            return function(*rest, last)
        return to_decimal(function(*rest, Fraction(last)))

    return compute


@_rational
def binomial_pmf(k: Scalar, trials: Scalar, p: Fraction) -> Scalar:
    """The probability of k successes."""
    return _binomial(range(whole(k), whole(k) + 1), trials, p)


@_rational
def binomial_cdf(k: Scalar, trials: Scalar, p: Fraction) -> Scalar:
    """The probability of at most k successes."""
    return _binomial(range(whole(k) + 1), trials, p)


@_rational
def binomial_quantile(share: Scalar, trials: Scalar, p: Fraction) -> Scalar:
    """The fewest successes that at least the share does not exceed."""
    n, wanted = whole(trials), _fraction_of(share)
    if not (0 <= n <= MOST and 0 <= p <= 1):
        raise UndefinedError(f"Trials are up to {MOST}, and a probability from 0 to 1.")
    top, left, ways, total = p.numerator, p.denominator - p.numerator, 1, 0
    wanted *= p.denominator**n
    for k in range(n + 1):
        total += ways * top**k * left ** (n - k)
        if total >= wanted:
            return Fraction(k)
        ways = ways * (n - k) // (k + 1)
    raise AssertionError("all of them are n at most")


def _fraction_of(share: Scalar) -> Fraction:
    if not 0 < share < 1:
        raise UndefinedError("A share is between 0 and 1.")
    return Fraction(share)


def _binomial(counts: range, trials: Scalar, p: Fraction) -> Fraction:
    n = whole(trials)
    if not (0 <= n <= MOST and 0 <= p <= 1):
        raise UndefinedError(f"Trials are up to {MOST}, and a probability from 0 to 1.")
    top, left, ways, total = p.numerator, p.denominator - p.numerator, 1, 0
    for k in range(min(counts.stop, n + 1)):
        total += ways * top**k * left ** (n - k) if k in counts else 0
        ways = ways * (n - k) // (k + 1)
    return Fraction(total, p.denominator**n)


@precise
def poisson_pmf(k: Scalar, mean: Scalar) -> Scalar:
    """The probability of k where so many are expected."""
    return _poisson(range(whole(k), whole(k) + 1), mean)


@precise
def poisson_cdf(k: Scalar, mean: Scalar) -> Scalar:
    """The probability of at most k where so many are expected."""
    return _poisson(range(min(whole(k), 10 * MOST) + 1), mean)


@precise
def poisson_quantile(share: Scalar, mean: Scalar) -> Scalar:
    """The fewest that at least the share does not exceed, where so many are expected."""
    wanted, total = to_decimal(_fraction_of(share)), Decimal(0)
    for k in range(10 * MOST + 1):
        total += to_decimal(_poisson(range(k, k + 1), mean))
        if total >= wanted:
            return Fraction(k)
    raise UndefinedError("It is too far out.")


def _poisson(counts: range, mean: Scalar) -> Scalar:
    if not 0 <= mean <= MOST:
        raise UndefinedError(f"The mean is from 0 to {MOST}.")
    m, total = to_decimal(mean), Decimal(0)
    if not m:
        return Fraction(0 in counts)
    for k in counts:
        if 0 <= k <= 10 * MOST:
            total += (k * m.ln() - m).exp() / int(_factorial(k))
    return total


def _factorial(k: int) -> int:
    product = 1
    for j in range(2, k + 1):
        product *= j
    return product


@precise
def exponential_cdf(x: Scalar, rate: Scalar) -> Scalar:
    """The probability of at most x, where it happens at this rate."""
    if rate <= 0:
        raise UndefinedError("A rate is above 0.")
    return 1 - (-to_decimal(rate) * to_decimal(x)).exp() if x > 0 else ZERO


def uniform_cdf(x: Scalar, low: Scalar, high: Scalar) -> Scalar:
    """The probability of at most x, where all from low to high is as likely."""
    if low >= high:
        raise UndefinedError("The bounds go up.")
    if not low < x < high:
        return Fraction(x >= high)
    if isinstance(x, Fraction) and isinstance(low, Fraction) and isinstance(high, Fraction):
        return (x - low) / (high - low)
    return (to_decimal(x) - to_decimal(low)) / (to_decimal(high) - to_decimal(low))


OF_SEVERAL: dict[str, Callable[..., Scalar]] = {
    each.__name__: each
    for each in (
        *(normal_pdf, normal_cdf, normal_quantile, t_cdf, t_quantile, chi2_cdf, chi2_quantile, f_cdf, f_quantile),
        *(binomial_pmf, binomial_cdf, binomial_quantile, poisson_pmf, poisson_cdf, poisson_quantile),
        *(exponential_cdf, uniform_cdf),
    )
}

"""How the totals are spread, and how far they can be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

EPSILON = 1e-12


@dataclass(frozen=True)
class Distribution:
    """Of totals: None where there are too few, or all are equal."""

    n: int
    mean: float
    median: float
    deviation: float | None
    skewness: float | None
    kurtosis: float | None


def distribution(totals: ArrayLike) -> Distribution | None:
    """Of the totals (students,), by Fisher's k-statistics as Moodle has them; None without any.

    With central moments m2, m3, m4 over n: k2 = n m2/(n-1), k3 = n² m3/((n-1)(n-2)),
    k4 = n² ((n+1) m4 - 3(n-1) m2²)/((n-1)(n-2)(n-3)); skewness k3/k2^1.5, kurtosis k4/k2² (0 for a normal curve).
    """
    t = np.asarray(totals, dtype=np.float64)
    n = len(t)
    if not n:
        return None
    m2, m3, m4 = (float(((t - t.mean()) ** power).mean()) for power in (2, 3, 4))
    k2 = n * m2 / (n - 1) if n > 1 else None
    skewness = kurtosis = None
    if k2 is not None and k2 > EPSILON:
        if n > 2:
            skewness = n**2 * m3 / ((n - 1) * (n - 2)) / k2**1.5
        if n > 3:
            kurtosis = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3)) / k2**2
    deviation = None if k2 is None else float(np.sqrt(k2))
    return Distribution(n, float(t.mean()), float(np.median(t)), deviation, skewness, kurtosis)


@dataclass(frozen=True)
class Reliability:
    """`alpha` is at most 1, and negative where slots work against each other.

    `error_ratio` is the part of the totals' deviation that is chance; `standard_error` is that in marks.
    """

    alpha: float
    error_ratio: float
    standard_error: float


def reliability(marks: ArrayLike) -> Reliability | None:
    """Of the marks (students, slots) gained, complete: Moodle's coefficient of internal consistency, Cronbach's alpha.

    P/(P-1) · (1 - ΣV(x_p)/V(T)), variances over n - 1; error ratio √(1 - alpha); standard error that times the
    deviation of T. Where slots are drawn for each student, a column is a slot, whatever item stood in it, as Moodle
    does with random questions. None below two students or slots, and where all totals are equal.
    """
    x = np.asarray(marks, dtype=np.float64)
    if x.ndim != 2 or min(x.shape) < 2:
        return None
    P = x.shape[1]
    variance = float(x.sum(axis=1).var(ddof=1))
    if variance < EPSILON:
        return None
    alpha = min(1.0, P / (P - 1) * (1 - float(x.var(axis=0, ddof=1).sum()) / variance))
    ratio = float(np.sqrt(1 - alpha))
    return Reliability(alpha, ratio, ratio * float(np.sqrt(variance)))

"""A template that uses every distribution and most functions, and the digest of its variants.

It needs NumPy alone, so that `portability.py` can run it under other versions; it prints the version and the digest.
"""

import hashlib
import json
from typing import Any

import numpy as np

from questions.variants.compiling import Declared, compile_engine
from questions.variants.engine import Engine

IDENTITY = "item:1"
EVERYTHING: dict[str, Any] = {
    "draw": {
        "n": "integer(2, 12)",
        "x": "uniform(0.5, 2, 0.1)",
        "k": "choice(2, 4, 8)",
        "lam": "loguniform_nice(1e-5, 1e-1)",
        "a": "loguniform(1e-3, 1, 2)",
        "v": "vector(3, uniform(-1, 1, 0.01))",
        "m": "matrix(2, 3, integer(-9, 9))",
    },
    "let": {"decay": "1 - a*lam", "total": "sum(v) + m[0][1]", "root": "sqrt(x) * exp(-a) + log(n)"},
    "where": ["x*n < 20", "abs(total) > 0.1"],
    "answer": "decay**k * v + root",
    "of": "a*lam",
    "mistakes": ["v / total", "lam * v"],
    "texts": {
        "stem": "{n}, {x}, {k}, $\\lambda = {lam}$, {a:.1g}, {v}, {m}",
        "solution": "${decay}^{k}$, {root:.4f}",
        "signs": "${m[0][0]}x^2 + {m[0][1]}x + {m[0][2]} \\cdot {v[0]}$, x + {m[1][0]}, {k} × {m[1][1]}, "
        "${m[1][2]/k:frac}$",
    },
}
SINCE_3: dict[str, str] = {
    "angles": "[sin(x), cos(n), tan(a), asin(a), acos(-a), atan(x), atan2(x, n), sind(10*n), cosd(n), tand(x)]",
    "degrees_": "[asind(a), acosd(a), atand(n), atan2d(n, x), degrees(x), radians(n)]",
    "hyperbolic": "[sinh(x), cosh(a), tanh(x), asinh(n), acosh(n), atanh(a/2), log(x, n)]",
    "counted": "[factorial(n), comb(20, n), perm(n, 2), gcd(n, k), lcm(n, k)]",
    "summed": "[median(v), var(v, 0), std(m[0], ddof=1), cov(m[0], m[1], 1), quantile(v, a, 6), prod(m[0])]",
    "many": "count(v > 0)",
    "chances": "[normal_cdf(v[0]), normal_pdf(x, 1, 2), normal_quantile(a/2), t_cdf(v[1], n), t_quantile(0.975, n)]",
    "sums": "[chi2_cdf(x, n), chi2_quantile(0.95, k), f_cdf(x, k, n), f_quantile(0.99, n, k)]",
    "counts": "[binomial_pmf(1, n, a), binomial_cdf(k, 12, a), poisson_pmf(k, x), poisson_cdf(n, x)]",
    "least": "[binomial_quantile(a/2, 12, 0.3), poisson_quantile(0.9, x), rank(square)]",
    "square": "m @ transpose(m)",
    "solved": "[solve(square + [[1, 0], [0, 1]], [x, a]), eigenvalues(square)]",
    "around": "cross(v, m[0]) + det(square) + trace(square)",
    "waits": "[exponential_cdf(x, a), uniform_cdf(x, 0, n)]",
}
"""Names that engines have since the third."""
TEXTS_SINCE_3 = {"matrices": "$M = {m}$, {m}"}


def compiled(**spec: Any) -> Engine:
    """An engine of a template; what is not given is left out."""
    rules = {name: spec.pop(name) for name in ("answer", "of", "mistakes") if name in spec}
    return compile_engine(Declared(**spec), **rules)


def digest(version: int) -> str:
    """SHA-256 of the first variants of an engine's version, each with its stem; from 2 on also with its signs."""
    variants = 5000 if version < 3 else 1000
    more = {"let": SINCE_3, "texts": TEXTS_SINCE_3} if version > 2 else {}
    template = EVERYTHING | {name: EVERYTHING[name] | added for name, added in more.items()}
    engine = compiled(**template, engine=version)
    values, _ = engine.draw(IDENTITY, range(variants))
    texts = {1: ("stem",), 2: ("stem", "signs")}.get(version, ("stem", "signs", "matrices"))
    found = hashlib.sha256()
    for variant, *shown in zip(
        engine.generate(IDENTITY, range(variants)), *(engine.render_all(text, values) for text in texts), strict=True
    ):
        found.update(json.dumps(variant, sort_keys=True).encode())
        found.update("".join(shown).encode())
    return found.hexdigest()


if __name__ == "__main__":
    print(np.__version__, digest(1), digest(2), digest(3))

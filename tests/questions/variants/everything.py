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


def compiled(**spec: Any) -> Engine:
    """An engine of a template; what is not given is left out."""
    rules = {name: spec.pop(name) for name in ("answer", "of", "mistakes") if name in spec}
    return compile_engine(Declared(**spec), **rules)


def digest(version: int, variants: int = 5000) -> str:
    """SHA-256 of the first variants of an engine's version, each with its stem; from 2 on also with its signs."""
    engine = compiled(**EVERYTHING, engine=version)
    found = hashlib.sha256()
    for variant in engine.generate(IDENTITY, range(variants)):
        found.update(json.dumps(variant, sort_keys=True).encode())
        for text in ("stem",) if version == 1 else ("stem", "signs"):
            found.update(engine.render(text, variant["values"]).encode())
    return found.hexdigest()


if __name__ == "__main__":
    print(np.__version__, digest(1), digest(2))

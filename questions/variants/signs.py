"""Signs, coefficients and fractions as people write them: `x - 3` and not `x + -3`, `-x` and not `-1x`."""

from __future__ import annotations

from fractions import Fraction

MAX_DENOMINATOR = 1000
FOLLOWING = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi"),
    *("pi", "rho", "sigma", "tau", "phi", "varphi", "chi", "psi", "omega", "sin", "cos", "tan", "ln", "log", "exp"),
    *("sqrt", "nabla", "hat", "vec", "left", "lVert"),
)
"""LaTeX commands that a coefficient may stand before."""
OPERATORS = "+-−*×·/÷"
MINUS = ("-", "−")


def plus_between(before: str, *, after_number: bool) -> str:
    """The plus sign that `before` ends with, and its spaces, where it stands between two terms; else ""."""
    bare = before.rstrip(" ")
    return before[len(bare) - 1 :] if bare.endswith("+") and _ends_term(bare[:-1], after_number=after_number) else ""


def is_after_operator(before: str, *, after_number: bool) -> bool:
    """Whether `before` ends with an operator after a term: a dash at the beginning of a line is none."""
    bare = before.rstrip(" ")
    return bare[-1:] != "" and bare[-1:] in OPERATORS and _ends_term(bare[:-1], after_number=after_number)


def _ends_term(text: str, *, after_number: bool) -> bool:
    bare = text.rstrip(" ")
    return bare[-1].isalnum() or bare[-1] in ")]}|$%" if bare else after_number


def is_coefficient(after: str, context: str) -> bool:
    """Whether what comes next makes a number a coefficient: a letter in a formula, x, y or z in a text."""
    if context == "math":
        rest = after.lstrip(" ").removeprefix(r"\,").lstrip(" ")
        command = rest[1:] if rest.startswith("\\") else ""
        name = command[: next((at for at, char in enumerate(command) if not char.isalpha()), len(command))]
        return rest[:1].isalpha() or after.startswith("(") or name in FOLLOWING
    return context == "text" and after[:1] in ("x", "y", "z") and not after[1:2].isalpha()


def without_one(text: str) -> str:
    """A coefficient as it is written: of 1 nothing, of -1 the sign."""
    return text[:-1] if text in ("1", "-1", "−1") else text


def after_plus(plus: str, text: str, minus: str) -> str:
    """A sign between two terms and what follows: a negative number is taken away."""
    return plus.replace("+", minus) + text[1:] if text.startswith(MINUS) else plus + text


def as_fraction(value: float, context: str) -> str:
    """A value as a fraction in lowest terms; "" where it is none of a small denominator, or is whole."""
    fraction = Fraction(value).limit_denominator(MAX_DENOMINATOR)
    if fraction.denominator == 1 or abs(float(fraction) - value) > 1e-12 * max(1.0, abs(value)):
        return ""
    minus = "" if value > 0 else "−" if context == "text" else "-"
    top, bottom = abs(fraction.numerator), fraction.denominator
    return rf"{minus}\frac{{{top}}}{{{bottom}}}" if context == "math" else f"{minus}{top}/{bottom}"

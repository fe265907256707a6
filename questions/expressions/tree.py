"""The syntax tree of a formula, and the names that stand in it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

Form: TypeAlias = Literal[
    "number", "constant", "name", "negative", "sum", "difference", "product", "quotient", "power", "call"
]

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω", "hbar": "ħ",
}  # fmt: skip
"""Greek letters, and ħ, by the names that people type; π is a number, and stands apart."""
ENGLISH = {sign: word for word, sign in GREEK.items()}
PI, E = "π", "e"
TRIGONOMETRIC = ("sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh")
INVERSE = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan",
    "asinh": "arsinh", "acosh": "arcosh", "atanh": "artanh", "arsinh": "arsinh", "arcosh": "arcosh",
    "artanh": "artanh",
}  # fmt: skip
FUNCTIONS = {
    **{name: name for name in TRIGONOMETRIC},
    **INVERSE,
    **{name: name for name in ("exp", "ln", "log", "sqrt", "cbrt", "abs", "max", "min")},
    **{name: name for name in ("floor", "ceil", "factorial", "lg", "lb", "binom", "pow")},
    "ld": "lb", "binomial": "binom", "comb": "binom", "nCr": "binom",
    "sign": "sign", "sgn": "sign", "cosec": "csc", "arcsinh": "arsinh", "arccosh": "arcosh", "arctanh": "artanh",
}  # fmt: skip
"""What people call a function, and what it is called here."""
PAIRS = ("max", "min")
"""Functions of two numbers or more."""
OF_TWO = ("binom", "pow")
"""Functions of exactly two."""


class Node(NamedTuple):
    """A part of a formula with its own parts; `value` is the number, or the name of a name or a function."""

    form: Form
    parts: tuple[Node, ...] = ()
    value: Fraction | str = ""

    @property
    def number(self) -> Fraction | None:
        """The number that is written here, if it is one; a sign before it counts."""
        if self.form == "number" and isinstance(self.value, Fraction):
            return self.value
        if self.form == "negative" and (inner := self.parts[0].number) is not None:
            return -inner
        return None


def number(value: Fraction | int) -> Node:
    """A number."""
    return Node("number", (), Fraction(value))


def call(function: str, *arguments: Node) -> Node:
    """A function of its arguments."""
    return Node("call", arguments, function)


def walk(node: Node) -> Iterator[Node]:
    """The node and all its parts."""
    left = [node]
    while left:
        node = left.pop()
        yield node
        left.extend(node.parts)


def names_in(node: Node) -> frozenset[str]:
    """The names that stand in a formula."""
    return frozenset(str(each.value) for each in walk(node) if each.form == "name")


def rational(node: Node) -> Fraction | None:
    """The number that a node is, where it is a whole number, a decimal or a fraction of such."""
    if (written := node.number) is not None:
        return written
    if node.form == "negative" and (inner := rational(node.parts[0])) is not None:
        return -inner
    if node.form == "quotient":
        top, bottom = node.parts[0].number, node.parts[1].number
        return top / bottom if top is not None and bottom else None
    return None


def canonical(name: str) -> str:
    """How a name is called here, however it is spelt: `lambda_1`, `λ1` and `λ_1` are one."""
    base, _, below = name.partition("_")
    if not below:
        bare = base.rstrip("0123456789")
        base, below = bare, base[len(bare) :]
    base = GREEK.get(base, base)
    return f"{base}_{below}" if below else base

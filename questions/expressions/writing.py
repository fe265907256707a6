"""A formula as it is typeset: LaTeX, with the brackets that it needs and no others."""

from __future__ import annotations

from fractions import Fraction

from questions.expressions.tree import ENGLISH, Node

SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(1, 6)
LEVELS = {"sum": SUM, "difference": SUM, "product": PRODUCT, "negative": SUM, "quotient": ATOM, "power": POWER}
NAMED = {
    "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "exp", "ln", "max",
    "min",
}  # fmt: skip
"""Functions that LaTeX has commands for."""


def name_latex(name: str) -> str:
    """A name in LaTeX: `λ_1` is \\lambda_{1}, and a word stands upright."""
    base, _, below = name.partition("_")
    if base in ENGLISH:
        shown = f"\\{ENGLISH[base]}"
    elif base == "π":
        shown = "\\pi"
    else:
        shown = base if len(base) == 1 else rf"\mathrm{{{base}}}"
    if not below:
        return shown
    below = f"\\{ENGLISH[below]}" if below in ENGLISH else below.replace("_", r"\_")
    return rf"{shown}_{{{below}}}" if len(below) == 1 or below.isdecimal() else rf"{shown}_{{\mathrm{{{below}}}}}"


def latex(node: Node) -> str:
    """The formula in LaTeX."""
    match node.form:
        case "number":
            return _number(node.value)
        case "constant" | "name":
            return name_latex(str(node.value))
        case "negative":
            return f"-{_within(node.parts[0], PRODUCT)}"
        case "sum" | "difference":
            sign = "+" if node.form == "sum" else "-"
            left, right = node.parts
            return f"{latex(left)} {sign} {_within(right, PRODUCT)}"
        case "product":
            return _product(*node.parts)
        case "quotient" if node.parts[0].form == "negative":
            return rf"-\frac{{{latex(node.parts[0].parts[0])}}}{{{latex(node.parts[1])}}}"
        case "quotient":
            return rf"\frac{{{latex(node.parts[0])}}}{{{latex(node.parts[1])}}}"
        case "power":
            return _power(*node.parts)
    return _call(str(node.value), node.parts)


def _number(value: Fraction | str) -> str:
    if not isinstance(value, Fraction):
        return value
    bottom = value.denominator
    for prime in (2, 5):
        while bottom % prime == 0:
            bottom //= prime
    if bottom != 1:
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    digits = f"{value.numerator}" if value.denominator == 1 else _decimal(value)
    bare = digits.rstrip("0")
    if len(digits) > 6 and "." not in digits and len(digits) - len(bare) > 3:
        power = len(digits) - len(bare)
        return f"10^{{{power}}}" if bare == "1" else rf"{bare} \cdot 10^{{{power}}}"
    return digits


def _decimal(value: Fraction) -> str:
    """A fraction that ends, with all its digits; a small one by its power of ten."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(int(value * 10**places))
    if places - len(digits) > 3:
        return f"10^{{-{places}}}" if digits == "1" else rf"{digits} \cdot 10^{{-{places}}}"
    digits = digits.rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _within(node: Node, level: int) -> str:
    """A part in its surroundings, in brackets where it binds less."""
    inner = latex(node)
    binds_less = LEVELS.get(node.form, ATOM) < level or inner.startswith("-")
    return rf"\left({inner}\right)" if binds_less else inner


def _product(left: Node, right: Node) -> str:
    first = (
        latex(left)
        if (latex(left).startswith("-") and LEVELS.get(left.form, ATOM) >= PRODUCT) or left.form == "negative"
        else _within(left, PRODUCT)
    )
    second = _within(right, POWER if right.form == "product" else PRODUCT)
    dotted = second[:1].isdigit() or (left.form == "quotient" and right.form == "quotient") or _is_scientific(right)
    return rf"{first} \cdot {second}" if dotted or _is_scientific(left) else rf"{first}\,{second}"


def _is_scientific(node: Node) -> bool:
    return node.form == "number" and r"^" in latex(node)


def _power(base: Node, exponent: Node) -> str:
    shown = latex(base)
    if LEVELS.get(base.form, ATOM) < ATOM or base.form == "quotient" or shown.startswith("-") or _needs_brackets(base):
        shown = rf"\left({shown}\right)"
    return f"{shown}^{{{latex(exponent)}}}"


def _needs_brackets(base: Node) -> bool:
    is_power_of_ten = base.form == "number" and ("^" in latex(base) or "frac" in latex(base))
    return is_power_of_ten or (base.form == "call" and base.value not in ("abs", "sqrt", "floor", "ceil"))


def _call(name: str, parts: tuple[Node, ...]) -> str:
    inner = ", ".join(map(latex, parts))
    match name:
        case "factorial":
            bare = LEVELS.get(parts[0].form, ATOM) == ATOM and parts[0].form not in ("quotient", "call")
            return f"{inner}!" if bare and not _is_scientific(parts[0]) else rf"\left({inner}\right)!"
        case "binom":
            return rf"\binom{{{latex(parts[0])}}}{{{latex(parts[1])}}}"
        case "floor" | "ceil":
            return rf"\left\l{name} {inner}\right\r{name}"
        case "abs":
            return rf"\left|{inner}\right|"
        case "sqrt":
            return rf"\sqrt{{{inner}}}"
        case "cbrt":
            return rf"\sqrt[3]{{{inner}}}"
        case "root":
            return rf"\sqrt[{latex(parts[1])}]{{{latex(parts[0])}}}"
        case "log":
            return rf"\log_{{{latex(parts[1])}}}\left({latex(parts[0])}\right)"
    command = f"\\{name}" if name in NAMED else rf"\operatorname{{{name}}}"
    return rf"{command}\left({inner}\right)"

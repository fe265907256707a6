"""The signs that people type in formulas, and what they stand for."""

from __future__ import annotations

import functools
import unicodedata

from questions.expressions.tree import ENGLISH, FUNCTIONS, GREEK

SIGNS = {
    **dict.fromkeys("-−–—‒‐‑﹣－", "-"),
    **dict.fromkeys("*·×∙⋅∗✕•", "*"),
    **dict.fromkeys("/÷⁄∕:", "/"),
    **{sign: sign for sign in "+^()[]{}|,;!√∛∜⌊⌋⌈⌉"},
    "＋": "+", "（": "(", "）": ")", "，": ",", "∣": "|", "＾": "^", "⟮": "(", "⟯": ")",
}  # fmt: skip
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣʸᵃᵇᶜᵏᵐᵗⁱʲᵖ⸍", "0123456789+-()nxyabckmtijp/", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼ", "0123456789aeoxhklmnpstij", strict=True))
SPACES = ("\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "~", "&nbsp;")
"""What sets things apart in LaTeX."""
COMMANDS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|",
    "lbrack": "[", "rbrack": "]", "lbrace": "(", "rbrace": ")", "lparen": "(", "rparen": ")",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
}  # fmt: skip
FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac")
BINOMIALS = ("binom", "dbinom", "tbinom")
WRAPPERS = ("mathrm", "operatorname", "text", "mathit", "mathbf", "boldsymbol", "textit", "mathsf", "rm")
IGNORED = ("left", "right", "bigl", "bigr", "big", "Big", "Bigl", "Bigr", "displaystyle", "limits", "quad", "qquad")
VARIANTS = {"varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varrho": "ρ", "varsigma": "σ"}
LOOKALIKES = {"µ": "μ", "ϵ": "ε", "ϑ": "θ", "ϕ": "φ", "ϱ": "ρ", "ς": "σ", "ℯ": "e", "ϖ": "π", "ℓ": "l", "ℏ": "ħ"}
MEANT = {
    "=": "Write the formula alone, without “=”.",
    "%": "Write the number without “%”, such as 0.25.",
    "∞": "“∞” is no number.",
    "±": "“±” has two readings: write one of them.",
    "'": "Write the formula itself: “'” is not read.",
    "<": "A formula holds no comparison.",
    ">": "A formula holds no comparison.",
}
"""What to do about signs that are often typed."""


@functools.lru_cache(maxsize=1024)
def letter(char: str) -> str:
    """The letter that a sign stands for: Latin or Greek; "" for what is none."""
    char = LOOKALIKES.get(char, char)
    if not char.isascii():
        char = unicodedata.normalize("NFKC", char)
        char = LOOKALIKES.get(char, char)
    if len(char) != 1:
        return ""
    if (char.isascii() and char.isalpha()) or char == "π" or char in ENGLISH:
        return char
    return ""


def command_letter(command: str) -> str:
    """The letter, or the function, that a command of LaTeX stands for; "" for another command."""
    if command in GREEK:
        return GREEK[command]
    if command == "pi":
        return "π"
    if command in VARIANTS:
        return VARIANTS[command]
    return command if command in FUNCTIONS else ""

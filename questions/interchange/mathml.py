"""MathML as LaTeX, as far as questions have it. Pure.

What an author wrote in LaTeX beside it (`annotation`) is taken as it is. Presentation markup of MathML Core only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bs4.element import NavigableString, Tag

SIGNS = {
    "×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "÷": r"\div ", "±": r"\pm ", "∓": r"\mp ", "−": "-", "≤": r"\le ",
    "≥": r"\ge ", "≠": r"\ne ", "≈": r"\approx ", "∞": r"\infty ", "→": r"\to ", "⇒": r"\Rightarrow ", "∈": r"\in ",
    "∑": r"\sum ", "∏": r"\prod ", "∫": r"\int ", "∂": r"\partial ", "∇": r"\nabla ", "√": r"\surd ", "∀": r"\forall ",
    "∃": r"\exists ", "∪": r"\cup ", "∩": r"\cap ", "⊂": r"\subset ", "π": r"\pi ", "α": r"\alpha ", "β": r"\beta ",
    "γ": r"\gamma ", "δ": r"\delta ", "ε": r"\varepsilon ", "θ": r"\theta ", "λ": r"\lambda ", "μ": r"\mu ",
    "ρ": r"\rho ", "σ": r"\sigma ", "τ": r"\tau ", "φ": r"\varphi ", "ω": r"\omega ", "Δ": r"\Delta ", "Σ": r"\Sigma ",
    "Ω": r"\Omega ", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "\u2061": "", "\u2062": "", "\u2063": ",", "\u00a0": " ",
}  # fmt: skip
WORDS = {"sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "det", "sup", "inf"}
ACCENTS = {"¯": r"\bar", "‾": r"\overline", "^": r"\hat", "→": r"\vec", "~": r"\tilde", "˙": r"\dot"}
STATED = ("application/x-tex", "latex", "tex", "snuggletex", "math/tex")


def to_latex(math: Tag) -> str:
    """The LaTeX of a `math` element, without delimiters."""
    for annotation in math.find_all("annotation"):
        if str(annotation.get("encoding", "")).lower() in STATED:
            return _bare(annotation.get_text())
    return " ".join(_row(math).split())


def _bare(latex: str) -> str:
    text = latex.strip()
    for begins, ends in (("\\[", "\\]"), ("\\(", "\\)"), ("$$", "$$"), ("$", "$")):
        if text.startswith(begins) and text.endswith(ends) and len(text) > len(begins):
            text = text[len(begins) : -len(ends)]
    return " ".join(text.split())


def _children(element: Tag) -> list[Tag]:
    return [child for child in element.children if isinstance(child, Tag)]


def _row(element: Tag) -> str:
    return "".join(
        _one(child) if isinstance(child, Tag) else _signs(str(child).strip())
        for child in element.children
        if isinstance(child, Tag) or type(child) is NavigableString
    )


def _one(element: Tag) -> str:
    name, parts = element.name.rpartition(":")[2], _children(element)
    if name in ("annotation", "annotation-xml"):
        return ""
    if name in ("mi", "mo", "mn"):
        return _leaf(name, element.get_text().strip())
    if name in ("mtext", "ms"):
        return rf"\text{{{element.get_text()}}}"
    if name == "mspace":
        return r"\ "
    if name == "mtable":
        rows = (" & ".join(_row(cell) for cell in _children(row)) for row in parts)
        return r"\begin{matrix} " + r" \\ ".join(rows) + r" \end{matrix}"
    if name == "mfenced":
        inner = ", ".join(_one(part) for part in parts)
        return rf"\left{_fence(element, 'open', '(')} {inner} \right{_fence(element, 'close', ')')}"
    if name in SHAPES and len(parts) >= SHAPES[name][0]:
        return SHAPES[name][1]([_one(part) for part in parts])
    if name == "msqrt":
        return rf"\sqrt{{{_row(element)}}}"
    return _row(element)


def _fence(element: Tag, side: str, usual: str) -> str:
    sign = str(element.get(side, usual)) or "."
    return rf"\{sign}" if sign in "{}" else sign


def _leaf(name: str, text: str) -> str:
    if text in WORDS:
        return rf"\{text} "
    if name == "mi" and len(text) > 1 and text.isalpha() and text.isascii():
        return rf"\mathrm{{{text}}}"
    return _signs(text)


def _signs(text: str) -> str:
    return "".join(SIGNS.get(sign, sign) for sign in text)


def _over(parts: Sequence[str]) -> str:
    accent = ACCENTS.get(parts[1].strip()) or (r"\vec" if parts[1].strip() == r"\to" else None)
    return rf"{accent}{{{parts[0]}}}" if accent else rf"\overset{{{parts[1]}}}{{{parts[0]}}}"


def _under(parts: Sequence[str]) -> str:
    big = parts[0].strip() in (r"\sum", r"\prod", r"\lim", r"\int", r"\max", r"\min")
    return rf"{parts[0]}_{{{parts[1]}}}" if big else rf"\underset{{{parts[1]}}}{{{parts[0]}}}"


def _based(base: str) -> str:
    return base if len(base.strip()) <= 1 or (base.startswith("\\") and base.strip().count(" ") == 0) else f"{{{base}}}"


SHAPES: dict[str, tuple[int, Callable[[Sequence[str]], str]]] = {
    "mfrac": (2, lambda p: rf"\frac{{{p[0]}}}{{{p[1]}}}"),
    "msup": (2, lambda p: rf"{_based(p[0])}^{{{p[1]}}}"),
    "msub": (2, lambda p: rf"{_based(p[0])}_{{{p[1]}}}"),
    "msubsup": (3, lambda p: rf"{_based(p[0])}_{{{p[1]}}}^{{{p[2]}}}"),
    "mroot": (2, lambda p: rf"\sqrt[{p[1]}]{{{p[0]}}}"),
    "mover": (2, _over),
    "munder": (2, _under),
    "munderover": (3, lambda p: rf"{p[0]}_{{{p[1]}}}^{{{p[2]}}}"),
}
"""How many parts an element has at least, and its LaTeX from that of the parts."""

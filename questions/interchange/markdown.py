"""HTML of others as the Markdown that texts here are written in. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, Tag
from bs4.exceptions import ParserRejectedMarkup
from markdownify import MarkdownConverter

from questions.interchange.formulas import split_formulas
from questions.interchange.mathml import to_latex

BEGINS, ENDS = "\ue010", "\ue011"
MARKS = re.compile("\ue010([0-9]{1,9})\ue011")
"""Where a formula stands while the rest is converted."""
OURS = dict.fromkeys(range(0xE000, 0xE020))
"""Signs for private use that mark places here: texts of others are read without them."""
DROPPED = ("script", "style", "head", "title", "meta", "link", "template", "noscript")
MEDIA = ("audio", "video", "iframe", "object", "embed", "canvas", "svg")
DEEPEST = 100
"""Tags within each other: deeper ones are of no author."""
SPECIAL = dict.fromkeys(DROPPED, "dropped") | dict.fromkeys(MEDIA, "media") | {"math": "math"}
RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
EMPHASIS = re.compile(r"([*`\\]|(?<![^\W_])_|_(?![^\W_])|~~|\[\[|\](?=[(\[:])|\$|&(?=#?\w+;)|<(?=https?:))")
"""Signs that mean something in Markdown where they stand; an underscore inside a word does not."""
SPACES = re.compile(r"[ \t\n\r\f]+")
"""What HTML shows as one space; those that keep a line together stay."""
LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|:::)")
LINE_NUMBER = re.compile(r"^(\s*\d{1,9})([.)](?:\s|$))")

NUMBERED = ("equation", "align", "gather")
"""Environments that would number formulas, which other programs do not show."""

ShowPicture = Callable[[str, str], str]
"""Of an address and alternative words: the Markdown that shows the picture, or nothing."""


def to_markdown(html: str, show_picture: ShowPicture, lose: Callable[[str], None]) -> str:
    """The Markdown of HTML; tables, lists, code, formulas and pictures stay, `lose` hears what does not."""
    if "<" not in html and "&" not in html and "\\" not in html and "$" not in html:
        return _escape_start(EMPHASIS.sub(r"\\\1", SPACES.sub(" ", html).strip()))
    soup = _parse(html.replace(BEGINS, "").replace(ENDS, ""))
    formulas: list[str] = []
    _replace_tags(soup, formulas, lose)
    for text in [node for node in soup.descendants if isinstance(node, NavigableString)]:
        pieces = split_formulas(text)
        if any(begun for begun, _ in pieces) and not _is_as_written(text):
            marked = (_mark(formulas, piece, is_display=begun != r"\(") if begun else piece for begun, piece in pieces)
            text.replace_with(NavigableString("".join(marked)))
    converter = _Converter(show_picture)
    return MARKS.sub(lambda mark: _apart(formulas[int(mark[1])], mark), _tidy(converter.convert_soup(soup)))


def _parse(html: str) -> BeautifulSoup:
    """The tree of HTML, however broken; without its tags where they are nested deeper than can be walked."""
    try:
        soup = BeautifulSoup(html, "html.parser")
    except ParserRejectedMarkup:  # a declaration that is none, `<![x`
        soup = BeautifulSoup(html.replace("<!", "&lt;!"), "html.parser")
    level, depth = list(soup.contents), 0
    while level:
        level, depth = [child for node in level if isinstance(node, Tag) for child in node.contents], depth + 1
    return soup if depth <= DEEPEST else BeautifulSoup(escape(soup.get_text(" ")), "html.parser")


def _replace_tags(soup: BeautifulSoup, formulas: list[str], lose: Callable[[str], None]) -> None:
    """Take out what is not shown here, and put marks in the place of MathML, in one walk: `find_all` is slow."""
    special: dict[str, list[Tag]] = {}
    for node in soup.descendants:
        if isinstance(node, Tag) and node.name in SPECIAL:
            special.setdefault(SPECIAL[node.name], []).append(node)
    for found in special.get("dropped", ()):
        found.decompose()
    for found in special.get("media", ()):
        if not found.decomposed:
            lose("A drawing in SVG." if found.name == "svg" else "A film, sound or page that was shown in it.")
            found.decompose()
    for math in special.get("math", ()):
        parent = math.parent
        if parent is None or math.decomposed:
            continue
        is_alone = parent.name in ("p", "div") and len(parent.contents) == 1
        is_display = is_alone and math.get("display") == "block"
        math.replace_with(_mark(formulas, to_latex(math), is_display=is_display))


def _is_as_written(text: NavigableString) -> bool:
    """Whether a text is a comment, or code."""
    return isinstance(text, Comment) or text.find_parent(["pre", "code"]) is not None


def _apart(formula: str, mark: re.Match[str]) -> str:
    """The formula, with a space to a word that it touches."""
    before, after = mark.string[: mark.start()][-1:], mark.string[mark.end() :][:1]
    return f"{' ' if before.isalnum() else ''}{formula}{' ' if after.isalnum() else ''}"


def _mark(formulas: list[str], latex: str, *, is_display: bool) -> str:
    for name in NUMBERED:
        latex = latex.replace(f"{{{name}}}", f"{{{name}*}}")
    text = " ".join(latex.replace("\u00a0", " ").split()).replace("$", r"\$" if r"\$" not in latex else "$")
    formulas.append(f"$${text}$$" if is_display else f"${text}$")
    return f"{BEGINS}{len(formulas) - 1}{ENDS}"


def _tidy(markdown: str) -> str:
    """No spaces at ends of lines but for breaks within a paragraph, and no more than one empty line."""
    lines = [line if line.strip() else "" for line in markdown.split("\n")]
    kept = [
        line if line.endswith("  ") and place + 1 < len(lines) and lines[place + 1] else line.rstrip()
        for place, line in enumerate(lines)
    ]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return text if "```" in text else re.sub(r"(?m)^ (?=\S)", "", text)


def _escape_start(text: str) -> str:
    return LINE_NUMBER.sub(r"\1\\\2", LINE_START.sub(r"\1\\\2", text))


class _Converter(MarkdownConverter):
    """Markdown as ours: pictures by their addresses here, sub- and superscripts as signs or formulas."""

    def __init__(self, show_picture: ShowPicture) -> None:
        super().__init__(heading_style="atx", bullets="-", code_language_callback=_language)
        self.show_picture = show_picture

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """The text with a backslash before what would mean something."""
        return _escape_start(EMPHASIS.sub(r"\\\1", text)) if text else ""

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture."""
        words = " ".join(str(el.get("alt") or "").split())
        return self.show_picture(str(el.get("src") or ""), words.replace("[", "(").replace("]", ")"))

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """H₂O, or a formula where there are no such signs."""
        return _shifted(text, LOWERED, "_")

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """10⁻⁵, or a formula where there are no such signs."""
        return _shifted(text, RAISED, "^")

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A table; one of a single cell is no table."""
        cells = el.find_all(["td", "th"])
        if len(cells) == 1 and not el.find("img"):
            return f"\n\n{cells[0].get_text(' ', strip=True)}\n\n"
        return str(super().convert_table(el, text, parent_tags))  # type: ignore[misc]  # its stub has it not


def _language(block: Tag) -> str:
    """The language that a block of code says of itself, in a class as CommonMark has it."""
    code = block.find("code")
    names = code.get("class") if isinstance(code, Tag) else None
    named = [name for name in names or [] if name.startswith("language-")]
    return named[0].removeprefix("language-") if named else ""


def _shifted(text: str, signs: dict[str, str], operator: str) -> str:
    plain = text.strip().replace("−", "-").replace("\\", "")
    if plain and all(sign in signs for sign in plain):
        return "".join(signs[sign] for sign in plain)
    if not plain or BEGINS in plain:
        return text
    return rf"${operator}{{\text{{{plain}}}}}$" if not plain.isalnum() else f"${operator}{{{plain}}}$"

"""The two sides of Anki's cards: templates with names of fields, and clozes. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from questions.interchange.formulas import ENDS, split_formulas
from questions.interchange.markdown import OURS

NAME = re.compile(r"\{\{([^{}]+)\}\}")
RULE = re.compile(r"<hr\b[^<>]*>", re.IGNORECASE)
SOUND = re.compile(r"\[sound:[^\[\]]*\]")
TAG = re.compile(r"<[^<>]*>")
OPENING = re.compile(r"\{\{c(\d{1,3})::")
CLOZE = re.compile(r"\{\{c\d{1,3}::|\}\}")
LATEX = {"[$$]": r"\[", "[/$$]": r"\]", "[$]": r"\(", "[/$]": r"\)", "[latex]": r"\(", "[/latex]": r"\)"}
TYPED = "type:"


def render(template: str, fields: Mapping[str, str]) -> str:
    """One side of a card as HTML: `{{Front}}` is the field, `{{#Extra}}…{{/Extra}}` is there if the field is."""
    pieces: list[str] = []
    opened: list[bool] = []  # of each section around this place, whether it is there
    for place, piece in enumerate(NAME.split(template)):
        name = piece.strip() if place % 2 else ""
        if name[:1] in ("#", "^"):
            opened.append(_is_there(fields.get(name[1:].strip(), "")) == (name[0] == "#"))
        elif name[:1] == "/":
            opened = opened[:-1]
        elif all(opened):
            pieces.append(_filled(name, fields) if place % 2 else piece)
    return "".join(pieces)


def _is_there(value: str) -> bool:
    return bool(plain(value)) or "<img" in value


def _filled(name: str, fields: Mapping[str, str]) -> str:
    *filters, field = name.split(":")
    if field == "FrontSide" or f"{TYPED}" in f"{':'.join(filters)}:":
        return ""
    value = fields.get(field.strip(), "")
    return html.escape(plain(value)) if "text" in filters else value


def typed_field(front: str) -> str | None:
    """The field that a card asks to be typed; None if it asks for none."""
    names = [found[1] for found in NAME.finditer(front)]
    typed = [name.rpartition(":")[2].strip() for name in names if TYPED in name and "cloze" not in name]
    return typed[0] if typed else None


def back_alone(back: str) -> str:
    """The answer side without the question that it repeats."""
    head, rule, tail = _partition(RULE, back)
    return tail if rule and "{{FrontSide}}" in head.replace(" ", "") else RULE.sub("", back)


def _partition(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    found = pattern.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def clean(text: str) -> str:
    """HTML without sounds, its LaTeX between the marks of MathJax, and without tags in it."""
    text = SOUND.sub("", text.translate(OURS))
    for written, mark in LATEX.items():
        text = text.replace(written, mark)
    return "".join(_formula(begun, piece) if begun else piece for begun, piece in split_formulas(text))


def _formula(begun: str, piece: str) -> str:
    latex = html.escape(html.unescape(TAG.sub(" ", piece)).strip().strip("$"), quote=False)
    return f"{begun}{latex}{ENDS[begun]}"


def plain(text: str) -> str:
    """The text of HTML, with single spaces."""
    return " ".join(html.unescape(TAG.sub(" ", SOUND.sub("", text))).split())


@dataclass(frozen=True)
class Deletion:
    """A cloze: its number, what is hidden, and the hint in its place."""

    number: int
    hidden: str
    hint: str


def read_cloze(text: str) -> tuple[list[str | Deletion], bool]:
    """A text in pieces, those that are hidden as deletions; and whether some lay in others, which become plain."""
    pieces: list[str | Deletion] = []
    opened: list[tuple[int, list[str]]] = []
    is_nested = False
    at = 0
    for found in CLOZE.finditer(text):
        _append(text[at : found.start()], pieces, opened)
        at = found.end()
        if found[0] != "}}":
            is_nested = is_nested or bool(opened)
            opened.append((int(found[0][3:-2]), []))
        elif opened:
            number, inner = opened.pop()
            hidden, _, hint = "".join(inner).partition("::")
            if opened:
                _append(hidden, pieces, opened)
            else:
                pieces.append(Deletion(number, hidden, hint))
        else:
            _append("}}", pieces, opened)
    pieces += [text for _, inner in opened for text in inner]  # what is never closed is text
    pieces.append(text[at:])
    return [piece for piece in pieces if piece], is_nested


def _append(text: str, pieces: list[str | Deletion], opened: list[tuple[int, list[str]]]) -> None:
    if opened:
        opened[-1][1].append(text)
    else:
        pieces.append(text)

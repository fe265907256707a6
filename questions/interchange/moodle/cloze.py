"""Questions with parts as a text with embedded answers, such as `{1:MCS:=yes~no#Why not}`. Pure."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from html import escape

from questions.interchange.leaving import (
    Document,
    error_allowed,
    find_lost,
    line_html,
    says_error,
    to_html,
    write_number,
)
from questions.kinds.entry_texts import as_text
from questions.kinds.places import PLACE

MEANT = re.compile(r'([~#}]|^[=%]|(?<=\\)[={:"])')
"""What ends or begins an answer without a backslash before it, and what would take a backslash of the text's own."""
NAME = re.compile(r"blank\d{1,2}")


class _Text:
    """A text with answers in it while it is written."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        """The addresses of its pictures."""
        self.lost: list[str] = []

    def name_picture(self, address: str) -> str:
        """What a picture is called in it."""
        self.shown.append(address)
        return f"@@PLUGINFILE@@/{address}"

    def line(self, text: str) -> str:
        """Markdown in an answer."""
        return _shielded(line_html(text, self.name_picture))

    def answers(self, kind: str, answers: Iterator[tuple[str, str, str]], marks: float = 1) -> str:
        """A blank of one of Moodle's types; answers are each (what stands before it, its text, what is said to it)."""
        texts = [f"{sign}{text}{f'#{self.line(because)}' if because else ''}" for sign, text, because in answers]
        return f"{{{max(1, round(marks))}:{kind}:{'~'.join(texts)}}}"


def write_cloze(body: Document) -> tuple[str, list[str], list[str]]:
    """The text as HTML, the addresses of its pictures, and what it could not hold."""
    text = _Text()
    parts = {part["id"]: part for part in body["parts"]}
    blanks = {name: WRITERS[part["kind"]](text, part) for name, part in parts.items()}
    html = PLACE.sub(lambda found: blanks.pop(found[1], found[0]), to_html(body["stem"], text.name_picture))
    letters = dict(zip(parts, string.ascii_lowercase, strict=False))
    for name, blank in blanks.items():
        html += (
            f"\n<p>({letters[name]}) {line_html(parts[name].get('stem', ''), text.name_picture)}</p>\n<p>{blank}</p>"
        )
    if blanks:
        text.lost.append("That parts stand below the text: they are blanks in it.")
    elif not all(NAME.fullmatch(name) for name in parts):
        text.lost.append("The names of its parts.")
    for name, part in parts.items():
        if lost := find_lost(part, HELD):
            text.lost.append(f"Moodle does not hold of part {name}: {', '.join(lost)}.")
    return html, text.shown, text.lost


HELD = {"id", "kind", "stem", "marks", "choices", "accept", "mistakes", "case", "answer", "pairs", "distractors"}
HELD |= {"steps", "image", "variables", "exact", "tolerance", "digits", "decimals", "unit"}


def _shielded(html: str) -> str:
    """The HTML in which no sign ends the answer that it is in."""
    shielded = MEANT.sub(r"\\\1", html)
    return f"{shielded} " if shielded.endswith("\\") else shielded


def _choices(text: _Text, part: Document) -> str:
    choices, several = part["choices"], part["kind"] == "multiple_select"
    share = 100 / (sum(bool(choice.get("correct")) for choice in choices) or 1)
    right = f"%{share:.5f}".rstrip("0").rstrip(".") + "%" if several and share < 100 else "="
    wrong = f"%-{share:.5f}".rstrip("0").rstrip(".") + "%" if several else ""
    lines = [(choice, text.line(choice["text"])) for choice in choices]
    are_plain = not any("<" in line or r"\(" in line for _, line in lines)
    kind = "MRS" if several else "MCS" if are_plain else "MCVS"
    answers = ((right if choice.get("correct") else wrong, line, choice.get("because", "")) for choice, line in lines)
    return text.answers(kind, answers, part.get("marks", 1))


def _typed(text: _Text, part: Document) -> str:
    is_exact = part.get("case") == "exact" or part.get("code") or part.get("language")
    answers = [("=", _plain(each), "") for each in part["accept"]]
    answers += [("", _plain(each["text"]), each["because"]) for each in part.get("mistakes", [])]
    return text.answers("SAC" if is_exact else "SA", iter(answers), part.get("marks", 1))


def _plain(text: str) -> str:
    return _shielded(escape(text.replace("*", r"\*"), quote=False))


def _typed_formula(text: _Text, part: Document) -> str:
    text.lost.append("That answers of equal meaning are right: they are compared as texts.")
    return text.answers("SAC", iter([("=", _plain(as_text(part["answer"])), "")]), part.get("marks", 1))


def _number(text: _Text, part: Document) -> str:
    away = write_number(error_allowed(part))
    if not says_error(part):
        text.lost.append(f"How precise a number has to be: it may be {away} off.")
    answers = [("=", f"{write_number(part['answer'])}:{away}", "")]
    answers += [("", f"{write_number(each['value'])}:{away}", each["because"]) for each in part.get("mistakes", [])]
    if part.get("unit"):
        text.lost.append("The unit, which stands as a word behind the field.")
    return text.answers("NM", iter(answers), part.get("marks", 1)) + (f" {part['unit']}" if part.get("unit") else "")


def _pairs(text: _Text, part: Document) -> str:
    text.lost.append("That pairs are matched: each is a choice of its own.")
    rights = [*(pair["right"] for pair in part["pairs"]), *(each["text"] for each in part.get("distractors", []))]
    return "<br>".join(
        f"{line_html(pair['left'], text.name_picture)}: {_select(text, pair['right'], rights)}"
        for pair in part["pairs"]
    )


def _labels(text: _Text, part: Document) -> str:
    return f"{line_html(part['image'], text.name_picture)}<br>{_pairs(text, part)}"


def _steps(text: _Text, part: Document) -> str:
    text.lost.append("That steps are put in order: each place is a choice of its own.")
    steps = part["steps"]
    return "<br>".join(f"{place}. {_select(text, step, steps)}" for place, step in enumerate(steps, start=1))


def _select(text: _Text, right: str, texts: list[str]) -> str:
    options = sorted(dict.fromkeys(texts))
    return text.answers("MCS", (("=" if option == right else "", text.line(option), "") for option in options))


WRITERS: dict[str, Callable[[_Text, Document], str]] = {
    "single_choice": _choices,
    "multiple_select": _choices,
    "short_text": _typed,
    "numeric": _number,
    "matching": _pairs,
    "labels": _labels,
    "ordering": _steps,
    "formula": _typed_formula,
    "number_list": _typed_formula,
    "matrix": _typed_formula,
    "intervals": _typed_formula,
}
"""By the kind of a part."""

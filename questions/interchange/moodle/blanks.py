"""Texts with blanks, as parts of one question that stand in the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup

from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.moodle.answers import Answer, choose, read_percent, type_number, type_text

MOST_BLANKS = 12
MARK = re.compile("\ue012([0-9]{1,9})\ue014")
"""Where a blank stands while the text around it is converted."""
BEGIN = re.compile(r"\{([0-9]{0,4}):([A-Z_]{2,24}):")
CHOICES = frozenset(("MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH"))
SHUFFLED = frozenset(("MULTICHOICE_S", "MCS", "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"))
TICKS = frozenset(
    ("MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS")
)
TYPED = frozenset(("SHORTANSWER", "SA", "MW"))
TYPED_EXACTLY = frozenset(("SHORTANSWER_C", "SAC", "MWC"))
NUMBERS = frozenset(["NUMERICAL", "NM"])

Markdown = Callable[[str], str]
"""HTML as Markdown."""


@dataclass
class Blanks:
    """The blanks of a text, gathered while marks are put in their places."""

    asked: list[Asked] = field(default_factory=list)

    def mark(self, asked: Asked) -> str:
        """Keep what is asked, and return what stands for it in the text."""
        self.asked.append(asked)
        return f"\ue012{len(self.asked) - 1}\ue014"

    def join(self, text: str, remarks: Remarks) -> tuple[str, Asked]:
        """The stem with places for the parts, and the parts. Raises RefusedError."""
        if not self.asked:
            raise RefusedError("It has no blank that can be read.")
        if len(self.asked) > MOST_BLANKS:
            raise RefusedError(f"It has {len(self.asked)} blanks; a question here has {MOST_BLANKS} at most.")
        names = [f"blank{place}" for place in range(1, len(self.asked) + 1)]
        below = [name for name, asked in zip(names, self.asked, strict=True) if not _fits_in_text(asked)]
        stem = MARK.sub(lambda mark: _place(names[int(mark[1])], below), text)
        parts = [
            (name, f"({name.removeprefix('blank')})" if name in below else "", asked)
            for name, asked in zip(names, self.asked, strict=True)
        ]
        return stem, asking.join(parts, remarks)


def _place(name: str, below: list[str]) -> str:
    return f"({name.removeprefix('blank')}) \\_\\_\\_\\_" if name in below else f"[[{name}]]"


def _fits_in_text(asked: Asked) -> bool:
    """Whether a part can stand in a line: several ticks cannot, nor formulas, pictures and paragraphs in a list."""
    texts = [str(choice["text"]) for choice in asking.rows_of(asked.fields, "choices")]
    return asked.kind != "multiple_select" and not any("$" in t or "![" in t or "\n" in t for t in texts)


def read_cloze(html: str, markdown: Markdown, remarks: Remarks) -> tuple[str, Asked]:
    """The stem and the parts of a text with embedded answers. Raises RefusedError."""
    blanks, pieces, end = Blanks(), [], 0
    for begin in BEGIN.finditer(html):
        if begin.start() < end:
            continue
        close = next(iter(_find(html, "}", begin.end())), None)
        if close is None:
            raise RefusedError(f"A blank is not closed: “{html[begin.start() :][:40]}”.")
        pieces.append(html[end : begin.start()])
        pieces.append(blanks.mark(_read_blank(begin[2], html[begin.end() : close], markdown, remarks)))
        end = close + 1
    return blanks.join(markdown("".join([*pieces, html[end:]])), remarks)


def _read_blank(kind: str, content: str, markdown: Markdown, remarks: Remarks) -> Asked:
    answers = [_read_answer(text, kind, markdown) for text in split(content, "~") if text.strip()]
    if kind in CHOICES | SHUFFLED:
        return choose(answers, remarks, several=False)
    if kind in TICKS:
        return choose(answers, remarks, several=True)
    if kind in TYPED | TYPED_EXACTLY:
        return type_text(answers, remarks, exact_case=kind in TYPED_EXACTLY)
    if kind in NUMBERS:
        return type_number(answers, remarks)
    raise RefusedError(f"A blank of the type {kind} is not known.")


def _read_answer(text: str, kind: str, markdown: Markdown) -> Answer:
    text, percent = text.strip(), 0.0
    if text.startswith("="):
        text, percent = text[1:], 100.0
    elif text.startswith("%") and "%" in text[1:]:
        share, _, text = text[1:].partition("%")
        percent = read_percent(share)
    answer, *because = split(text, "#")
    said = markdown(unescape("#".join(because)))
    if kind in NUMBERS:
        key, _, tolerance = unescape(answer).partition(":")
        return Answer(key.strip(), percent, said, tolerance.strip())
    shown = markdown(unescape(answer))
    return Answer(shown if kind not in TYPED | TYPED_EXACTLY else plain(unescape(answer)), percent, said)


def plain(html_text: str) -> str:
    """The text of HTML that is typed: without tags, entities read."""
    if "<" not in html_text and "&" not in html_text:
        return " ".join(html_text.split())
    return " ".join(BeautifulSoup(html_text, "html.parser").get_text(" ").split())


def _find(text: str, sign: str, start: int = 0) -> Iterator[int]:
    """Where the sign stands without a backslash before it."""
    places = (place for place in range(start, len(text)) if text[place] == sign)
    return (place for place in places if text[place - 1 : place] != "\\")


def split(text: str, sign: str) -> list[str]:
    """The text in pieces between signs that have no backslash before them."""
    ends = [*_find(text, sign), len(text)]
    return [text[start:end] for start, end in zip([0, *(end + 1 for end in ends)], ends, strict=False)]


def unescape(text: str) -> str:
    r"""The text without the backslashes before `~ = # { } : "` that keep these from meaning something."""
    return re.sub(r'\\([~=#{}:"])', r"\1", text)


def read_gap_select(
    html: str, options: list[tuple[str, str]], remarks: Remarks, markdown: Markdown
) -> tuple[str, Asked]:
    """A text with `[[1]]`, for which one of the options is chosen: each (HTML, group). Raises RefusedError."""
    blanks = Blanks()

    def mark(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 1 <= number <= len(options):
            raise RefusedError(f"There is no choice for the gap [[{number}]].")
        text, group = options[number - 1]
        offered = dict.fromkeys(markdown(other) for other, its_group in options if its_group == group)
        answers = [Answer(each, 100.0 if each == markdown(text) else 0.0) for each in offered]
        return blanks.mark(_choose_or_type(answers, remarks))

    marked = re.sub(r"\[\[([0-9]{1,3})\]\]", mark, html)
    return blanks.join(markdown(marked), remarks)


def _choose_or_type(answers: list[Answer], remarks: Remarks) -> Asked:
    """One of the answers; typed where there are more than a list shows."""
    if 2 <= len(answers) <= asking.MOST_CHOICES["single_choice"]:
        return choose(answers, remarks, several=False)
    remarks.changed.append(f"A gap with {len(answers)} words to choose from is typed.")
    return type_text([answer for answer in answers if answer.percent], remarks)


def read_gap_fill(
    html: str,
    delimiters: str,
    wrong: list[str],
    remarks: Remarks,
    markdown: Markdown,
    *,
    is_typed: bool,
    exact_case: bool,
) -> tuple[str, Asked]:
    """A text with `[word]` or `[word|other]`, typed or chosen among all words. Raises RefusedError."""
    begin, end = list(delimiters if len(delimiters) == 2 else "[]")
    words = list(dict.fromkeys([*(plain(word) for word, is_gap in _between(html, begin, end) if is_gap), *wrong]))
    blanks = Blanks()

    def mark(word: str) -> str:
        right = [each.strip() for each in plain(word).split("|")]
        if is_typed:
            return blanks.mark(type_text([Answer(each, 100.0) for each in right], remarks, exact_case=exact_case))
        others = (each for each in words if each.split("|")[0] not in right)
        answers = [Answer(right[0], 100.0), *(Answer(each, 0.0) for each in others)]
        return blanks.mark(_choose_or_type(answers, remarks))

    marked = "".join(mark(piece) if is_gap else piece for piece, is_gap in _between(html, begin, end))
    return blanks.join(markdown(marked), remarks)


def _between(text: str, begin: str, end: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it stands between the two signs."""
    while begin in text and end in text[text.index(begin) + 1 :]:
        start = text.index(begin)
        stop = text.index(end, start + 1)
        yield text[:start], False
        yield text[start + 1 : stop], True
        text = text[stop + 1 :]
    yield text, False

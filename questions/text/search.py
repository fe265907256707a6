"""Searching lessons and concepts, and the parts of any search: words, the match in SQL, a snippet to show.

Words that begin with the root of each match; on PostgreSQL, by an index, words with the same stem too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections
from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from questions.models import Concept, Lesson
from questions.text import markup

LONGEST, MOST_WORDS = 100, 8
"""Of a query, in characters and words; what is beyond is left out."""
FOUND = 8
"""Hits of each type, at most."""
SECTIONS = 3
"""Hits within a lesson, at most."""
BEFORE, SHOWN = 10, 36
"""Words of a snippet before its first match, and in all."""

ENDINGS = (
    *("isations", "izations", "isation", "ization", "ations", "ation", "ings", "ing"),
    *("ises", "izes", "ise", "ize", "ies", "ied", "es", "ed", "s", "y"),
)
DOUBLED = re.compile(r"([bdfgmnprt])\1$")
GREEK = str.maketrans(
    {"α": " alpha ", "β": " beta ", "γ": " gamma ", "ε": " epsilon ", "η": " eta ", "λ": " lambda "}
    | {"μ": " mu ", "σ": " sigma ", "θ": " theta ", "∇": " nabla ", "Σ": " sum "}
)
MATH = re.compile(r'<(span|div) class="math(?: display)?">([^<]*)</\1>')
BLOCK = re.compile(r"</(?:p|li|h\d|t[dh]|pre|div|aside)>|<br>")
TAG = re.compile(r"<[^>]*>")
PIECE = re.compile(r"\x02([^\x03]*)\x03|(\s+)|([^\s\x02]+)")

LESSON_FIELDS = ("title", "summary", "body_markdown")
CONCEPT_FIELDS = ("name", "definition")


@dataclass(frozen=True)
class Hit:
    """What was found: a lesson (at a section, `anchor`) or a concept; title and snippet are sanitised HTML."""

    slug: str
    anchor: str
    title_html: SafeString
    snippet_html: SafeString


def words(query: str) -> tuple[str, ...]:
    """The words of a query, in lower case; Greek letters as they are written in LaTeX."""
    text = query[:LONGEST].translate(GREEK).casefold()
    return tuple(dict.fromkeys(re.findall(r"[^\W_]+", text)))[:MOST_WORDS]


def matching(rows: Any, fields: Sequence[str], wanted: Sequence[str]) -> Any:
    """The rows in whose fields each of the words occurs; `fields` are names of text columns, or of paths into JSON."""
    if connections[rows.db].vendor == "postgresql":
        return rows.alias(vector=vector(fields)).filter(vector=_query(wanted))
    for word in wanted:
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__iregex": rf"\b{root(word)}"})
        rows = rows.filter(anywhere)
    return rows


def vector(fields: Sequence[str]) -> Any:
    """The words of the fields, stemmed and as they stand; the index of a table is on just this."""
    return SearchVector(*fields, config="english") + SearchVector(*fields, config="simple")


def _query(wanted: Sequence[str]) -> Any:
    found: Any = None
    for word in wanted:
        # Letters and digits alone, so that nothing in it is an operator.
        one = SearchQuery(word, config="english", search_type="plain") | SearchQuery(
            f"{root(word)}:*", config="simple", search_type="raw"
        )
        found = one if found is None else found & one
    return found


def lessons(wanted: Sequence[str]) -> list[Hit]:
    """The lessons' sections that hold the words, those with the words in their titles first; one query."""
    hits: list[tuple[int, int, Hit]] = []
    rows = matching(Lesson.objects.all(), LESSON_FIELDS, wanted).only("slug", *LESSON_FIELDS)
    for lesson in rows[:FOUND]:
        parts = markup.sections(lesson.body_markdown)
        held = [(_held(part.title + " " + part.html, wanted), at, part) for at, part in enumerate(parts)]
        most = max((count for count, _, _ in held), default=0)
        # What only a directive or a formula's command holds, nobody would see.
        whole = _held(lesson.title, wanted) == len(wanted)
        if whole or (not most and _held(f"{lesson.title} {lesson.summary}", wanted)):
            summary = snippet(markup.render_inline(lesson.summary), wanted)
            hits.append((-len(wanted) - 1, 0, Hit(lesson.slug, "", snippet(escape(lesson.title), wanted), summary)))
        best = sorted((-_held(part.title, wanted), at, part) for count, at, part in held if most and count == most)
        best = [one for one in best if one[2].id or not whole]
        for rank, at, part in best[:SECTIONS]:
            title = snippet(escape(lesson.title), wanted)
            if part.title:
                title = format_html("{}: {}", title, snippet(markup.render_inline(part.title), wanted))
            hits.append((rank, at, Hit(lesson.slug, part.id, title, snippet(part.html, wanted))))
    return [hit for _, _, hit in sorted(hits, key=lambda one: one[:2])][:FOUND]


def concepts(wanted: Sequence[str]) -> list[Hit]:
    """The concepts that hold the words, those with the words in their names first; one query."""
    rows = matching(Concept.objects.all(), CONCEPT_FIELDS, wanted).only("slug", "position", *CONCEPT_FIELDS)
    found = sorted(rows[: 10 * FOUND], key=lambda one: (-_held(one.name, wanted), one.position))
    return [
        Hit(one.slug, "", snippet(escape(one.name), wanted), snippet(markup.render_inline(one.definition), wanted))
        for one in found[:FOUND]
    ]


def root(word: str) -> str:
    """A word without its ending, four letters at least, and without a consonant that the ending doubled."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            rest = word[: -len(ending)]
            return rest[:-1] if DOUBLED.search(rest) and ending in ("ing", "ings", "ed") else rest
    return word


def _held(html: str, wanted: Sequence[str]) -> int:
    """How many of the words a text holds."""
    text = TAG.sub(" ", html)
    return sum(_begins(text, root(word)) for word in wanted)


def snippet(html: str, wanted: Sequence[str]) -> SafeString:
    """The part of sanitised HTML with the most of the words, as one line of text with the words in `<mark>`.

    Formulas stay whole, to be typeset; of all other markup nothing is left.
    """
    roots = [root(word) for word in wanted]
    pieces = _pieces(html)
    matches = [next((one for one in roots if not math and _begins(text, one)), None) for text, math in pieces]
    starts = [at for at, match in enumerate(matches) if match] or [0]
    first = max(starts, key=lambda at: (len({one for one in matches[at : at + SHOWN - BEFORE] if one}), -at))
    begin = max(first - BEFORE, 0) if len(pieces) > SHOWN else 0
    shown = [
        f'<span class="math">{escape(text, quote=False)}</span>' if math else _marked(text, match)
        for (text, math), match in list(zip(pieces, matches, strict=True))[begin : begin + SHOWN]
    ]
    more = begin + SHOWN < len(pieces)
    line = ("… " if begin else "") + "".join(shown).strip() + (" …" if more else "")
    return mark_safe(line)  # noqa: S308 - every piece of it was escaped


def _pieces(html: str) -> list[tuple[str, bool]]:
    """Words with the space after them, and formulas (True)."""
    text = MATH.sub("\x02\\2\x03", html.replace("\x02", "").replace("\x03", ""))
    text = unescape(TAG.sub("", BLOCK.sub(" ", text)))
    pieces: list[tuple[str, bool]] = []
    for math, space, word in PIECE.findall(text):
        if space:
            if pieces and not pieces[-1][1]:
                pieces[-1] = (pieces[-1][0].rstrip() + " ", False)
            elif pieces:
                pieces.append((" ", False))
        elif word:
            pieces.append((word, False))
        elif math:
            pieces.append((math, True))
    return pieces


def _begins(text: str, start: str) -> bool:
    return any(part.startswith(start) for part in re.findall(r"[^\W_]+", text.casefold()))


def _marked(text: str, match: str | None) -> str:
    """The text, escaped, with the words that begin with `match` marked."""
    if match is None:
        return escape(text, quote=False)
    parts = re.split(r"([^\W_]+)", text)
    return "".join(
        f"<mark>{escape(part, quote=False)}</mark>" if part.casefold().startswith(match) else escape(part, quote=False)
        for part in parts
    )

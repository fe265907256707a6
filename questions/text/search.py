"""Search lessons and concepts: words that begin with the root of each word of the query.

On PostgreSQL, by an index, words with the same stem match too.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar, cast

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchVector
from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.utils.html import format_html
from django.utils.safestring import SafeString

from questions.models import Concept, Lesson
from questions.text import markup
from questions.text.snippets import snippet
from questions.text.words import count_words, root

MAX_HITS = 8
"""Hits of each type."""
MAX_SECTIONS = 3
"""Hits within a lesson."""

LESSON_FIELDS = ("title", "summary", "body_markdown")
CONCEPT_FIELDS = ("name", "definition")

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True)
class Hit:
    """A lesson (at a section, `anchor`) or a concept that was found; title and snippet are sanitised HTML."""

    slug: str
    anchor: str
    title_html: SafeString
    snippet_html: SafeString


@dataclass(frozen=True)
class _SectionHit:
    """A hit in a lesson's section, with what orders it: how many words its title holds, and its place."""

    words_in_title: int
    place: int
    hit: Hit


def filter_by_words(rows: QuerySet[ModelT], fields: Sequence[str], words: Sequence[str]) -> QuerySet[ModelT]:
    """The rows in whose fields each of the words occurs; `fields` are names of text columns, or of paths into JSON."""
    if connections[rows.db].vendor == "postgresql":
        stemmed = rows.alias(vector=search_vector(fields)).filter(vector=_search_query(words))
        return cast("QuerySet[ModelT]", stemmed)
    for word in words:
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__iregex": rf"\b{root(word)}"})
        rows = rows.filter(anywhere)
    return rows


def search_vector(fields: Sequence[str]) -> CombinedExpression:
    """The words of the fields, stemmed and as they stand; the index of a table is on just this."""
    return SearchVector(*fields, config="english") + SearchVector(*fields, config="simple")


def _search_query(words: Sequence[str]) -> SearchQueryCombinable:
    """All of the words, each with its stem or beginning with its root.

    They are letters and digits alone, so that nothing in them is an operator.
    """
    either = [
        SearchQuery(word, config="english", search_type="plain")
        | SearchQuery(f"{root(word)}:*", config="simple", search_type="raw")
        for word in words
    ]
    return functools.reduce(operator.and_, either)


def search_lessons(words: Sequence[str]) -> list[Hit]:
    """The lessons' sections that hold the words, those with the words in their titles first; one query."""
    rows = filter_by_words(Lesson.objects.all(), LESSON_FIELDS, words).only("slug", *LESSON_FIELDS)
    hits = [hit for lesson in rows[:MAX_HITS] for hit in _section_hits(lesson, words)]
    hits.sort(key=lambda hit: (-hit.words_in_title, hit.place))
    return [hit.hit for hit in hits[:MAX_HITS]]


def _section_hits(lesson: Lesson, words: Sequence[str]) -> list[_SectionHit]:
    """The lesson as a whole, where its title or nothing but its head holds the words, and the sections that hold most.

    What only a directive or a formula's command holds nobody would see: it gives no hit.
    """
    hits = []
    sections = markup.sections(lesson.body_markdown)
    counts = [count_words(f"{section.title} {section.html}", words) for section in sections]
    most = max(counts, default=0)
    in_title = count_words(lesson.title, words) == len(words)
    if in_title or (not most and count_words(f"{lesson.title} {lesson.summary}", words)):
        summary = snippet(markup.render_inline(lesson.summary), words)
        hits.append(_SectionHit(len(words) + 1, 0, Hit(lesson.slug, "", snippet(escape(lesson.title), words), summary)))
    best = [
        (count_words(section.title, words), place, section)
        for place, (section, count) in enumerate(zip(sections, counts, strict=True))
        if most and count == most and (section.id or not in_title)
    ]
    best.sort(key=lambda entry: (-entry[0], entry[1]))
    for words_in_title, place, section in best[:MAX_SECTIONS]:
        title = snippet(escape(lesson.title), words)
        if section.title:
            title = format_html("{}: {}", title, snippet(markup.render_inline(section.title), words))
        hit = Hit(lesson.slug, section.id, title, snippet(section.html, words))
        hits.append(_SectionHit(words_in_title, place, hit))
    return hits


def search_concepts(words: Sequence[str]) -> list[Hit]:
    """The concepts that hold the words, those with the words in their names first; one query."""
    rows = filter_by_words(Concept.objects.all(), CONCEPT_FIELDS, words).only("slug", "position", *CONCEPT_FIELDS)
    best = sorted(rows[: 10 * MAX_HITS], key=lambda concept: (-count_words(concept.name, words), concept.position))
    return [
        Hit(
            concept.slug,
            "",
            snippet(escape(concept.name), words),
            snippet(markup.render_inline(concept.definition), words),
        )
        for concept in best[:MAX_HITS]
    ]

"""Search lessons and concepts: words that begin with the root of each word of the query.

On PostgreSQL, by an index, words with the same stem match too.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar, cast

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchVector
from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.utils.html import format_html
from django.utils.safestring import SafeString

from questions.models import Concept, Course, Lesson
from questions.text import markup
from questions.text.snippets import snippet
from questions.text.words import count_words, is_plain, root, split_index

MAX_HITS = 8
"""Hits of each type."""
MAX_SECTIONS = 3
"""Hits within a lesson."""

SENTENCE = 3
"""From so many words on it is enough that most of them are found."""
MOST_ROWS = 200
"""Rows that are looked through for the most words of a sentence."""

LESSON_FIELDS = ("title", "summary", "body_markdown")
CONCEPT_FIELDS = ("name", "definition")

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True)
class Hit:
    """A lesson (at a section, `anchor`) or a concept that was found; title and snippet are sanitised HTML.

    `course` is its course's slug.
    """

    course: str
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


def find_rows(rows: QuerySet[ModelT], fields: Sequence[str], words: Sequence[str], limit: int) -> list[ModelT]:
    """The first rows in whose fields each of the words occurs; where there are none, those with the most of a sentence.

    `fields` are names of text columns. Two queries at most.
    """
    best = list(filter_by_words(rows, fields, words)[:limit])
    if best or len(words) < SENTENCE:
        return best
    some = list(filter_by_words(rows, fields, words, how=operator.or_)[:MOST_ROWS])
    counts = [count_words(" ".join(str(getattr(row, field)) for field in fields), words) for row in some]
    most = max(counts, default=0)
    return [row for row, count in zip(some, counts, strict=True) if count == most and 2 * count > len(words)][:limit]


def filter_by_words(
    rows: QuerySet[ModelT],
    fields: Sequence[str],
    words: Sequence[str],
    *,
    how: Callable[[Q, Q], Q] = operator.and_,
) -> QuerySet[ModelT]:
    """The rows in whose fields each of the words occurs, or any; `fields` are text columns, or paths into JSON."""
    if connections[rows.db].vendor == "postgresql":
        rows = cast("QuerySet[ModelT]", rows.alias(vector=search_vector(fields)))
        conditions = [
            Q(vector=_search_query(word)) if is_plain(word) else _in_any(fields, "icontains", word) for word in words
        ]
    else:
        conditions = [
            _in_any(fields, "iregex", _pattern(word)) if is_plain(word) else _in_any(fields, "icontains", word)
            for word in words
        ]
    return rows.filter(functools.reduce(how, conditions))


def _in_any(fields: Sequence[str], lookup: str, value: str) -> Q:
    return functools.reduce(operator.or_, (Q(**{f"{field}__{lookup}": value}) for field in fields))


def _pattern(word: str) -> str:
    """Where a word of a text begins with the root; w2 also as w^2 and w_{2}."""
    parts = split_index(word)
    return rf"\b{parts[0]}[\^_{{]*{parts[1]}" if parts else rf"\b{root(word)}"


def search_vector(fields: Sequence[str]) -> CombinedExpression:
    """The words of the fields, stemmed and as they stand; the index of a table is on just this."""
    return SearchVector(*fields, config="english") + SearchVector(*fields, config="simple")


def _search_query(word: str) -> SearchQueryCombinable:
    """A word with its stem or beginning with its root; w2 also as w^2.

    It is letters and digits alone, so that nothing in it is an operator.
    """
    plain = SearchQuery(word, config="english", search_type="plain")
    either = plain | SearchQuery(f"{root(word)}:*", config="simple", search_type="raw")
    parts = split_index(word)
    return either | SearchQuery(" <-> ".join(parts), config="simple", search_type="raw") if parts else either


def search_lessons(words: Sequence[str], courses: QuerySet[Course]) -> list[Hit]:
    """The sections of the courses' lessons that hold the words, those with them in their titles first.

    Two queries at most.
    """
    lessons = Lesson.objects.filter(is_published=True, course__in=courses).select_related("course")
    lessons = lessons.only("course__slug", "slug", *LESSON_FIELDS)
    rows = find_rows(lessons, LESSON_FIELDS, words, MAX_HITS)
    hits = [hit for lesson in rows for hit in _section_hits(lesson, words)]
    hits.sort(key=lambda hit: (-hit.words_in_title, hit.place))
    return [hit.hit for hit in hits[:MAX_HITS]]


def _hit(row: Lesson | Concept, anchor: str, title: SafeString, text: SafeString) -> Hit:
    return Hit(row.course.slug, row.slug, anchor, title, text)


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
        hits.append(_SectionHit(len(words) + 1, 0, _hit(lesson, "", snippet(escape(lesson.title), words), summary)))
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
        hit = _hit(lesson, section.id, title, snippet(section.html, words))
        hits.append(_SectionHit(words_in_title, place, hit))
    return hits


def search_concepts(words: Sequence[str], courses: QuerySet[Course]) -> list[Hit]:
    """The concepts of the courses that hold the words, those with them in their names first; two queries at most."""
    concepts = Concept.objects.filter(course__in=courses).select_related("course")
    concepts = concepts.only("course__slug", "slug", "position", *CONCEPT_FIELDS)
    rows = find_rows(concepts, CONCEPT_FIELDS, words, 10 * MAX_HITS)
    best = sorted(rows, key=lambda concept: (-count_words(concept.name, words), concept.position))
    return [
        _hit(
            concept,
            "",
            snippet(escape(concept.name), words),
            snippet(markup.render_inline(concept.definition), words),
        )
        for concept in best[:MAX_HITS]
    ]

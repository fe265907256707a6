"""Search: lessons and concepts for everyone, and for a student the questions that they have answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString

from questions.models import Item, outside_pools
from questions.roles import listed_courses
from questions.text import markup
from questions.text.search import MAX_HITS, Hit, filter_by_words, search_concepts, search_lessons
from questions.text.snippets import snippet
from questions.text.spelling import correct
from questions.text.words import split_query
from quizzes.models import Card, Student
from quizzes.progress.answers import load_newest_answers, load_stems


@dataclass(frozen=True)
class SearchResult:
    """A page that was found; title and snippet are sanitised HTML. `course` is its course's slug."""

    type: Literal["concept", "lesson", "item"]
    slug: str
    course: str
    title_html: SafeString
    snippet_html: SafeString
    url: str


@dataclass(frozen=True)
class Matches:
    """What was found; where nothing holds the words of the query, by those that they were `meant` as, else empty."""

    results: list[SearchResult]
    meant: str = ""


def find_matches(query: str, student: Student | None) -> Matches:
    """The concepts, lessons, and items answered by the student, in which all words of the query are found.

    Where there are none, those with the words that are nearest. Of items only the question is searched and shown, never
    what is right. A bounded number of queries; none for an empty query.
    """
    words = split_query(query)
    if not words:
        return Matches([])
    results = _find(words, student)
    if results or (meant := correct(words)) == words:
        return Matches(results)
    results = _find(meant, student)
    return Matches(results, " ".join(meant) if results else "")


def _find(words: Sequence[str], student: Student | None) -> list[SearchResult]:
    courses = listed_courses(student)
    concepts = [
        SearchResult("concept", hit.slug, hit.course, hit.title_html, hit.snippet_html, _url("concept", hit))
        for hit in search_concepts(words, courses)
    ]
    lessons = [
        SearchResult("lesson", hit.slug, hit.course, hit.title_html, hit.snippet_html, _url("lesson", hit))
        for hit in search_lessons(words, courses)
    ]
    return [*concepts, *lessons, *(_find_items(words, student) if student else [])]


def _url(page: Literal["concept", "lesson"], hit: Hit) -> str:
    """The page, a lesson's at the section in which the words are found."""
    return reverse(page, args=[hit.course, hit.slug]) + (f"#{hit.anchor}" if hit.anchor else "")


def _find_items(words: Sequence[str], student: Student) -> list[SearchResult]:
    """The items met: found by the question as it was written, shown with the numbers that the student had."""
    asked = Card.objects.filter(student=student, item=OuterRef("pk"), reviews__gt=0)
    items = filter_by_words(Item.objects.filter(Exists(asked), outside_pools()), ["published__body__stem"], words)
    matching = list(
        items.order_by("position", "pk").select_related("course").only("slug", "kind", "course__slug")[:MAX_HITS]
    )
    answers = load_newest_answers(list(Card.objects.filter(student=student, item__in=matching)), newest=1)
    stems = load_stems({item: newest.presentation for item, newest in answers.items()})
    return [
        SearchResult(
            "item",
            item.slug,
            item.course.slug,
            snippet(markup.render(stems[item.pk]), words),
            escape(item.get_kind_display()),
            reverse("review-answer", args=[event]),
        )
        for item in matching
        if item.pk in stems and (event := answers[item.pk].answers[0].event)
    ]

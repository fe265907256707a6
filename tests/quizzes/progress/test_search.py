"""Search: who finds what, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from examprep.models import User
from questions.models import Concept, Course, Lesson
from questions.text.search import CONCEPT_FIELDS, LESSON_FIELDS, filter_by_words
from quizzes.progress import find_matches
from tests.conftest import Api

pytestmark = pytest.mark.database
Key = Callable[[str], Any]


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def found(client: Any, query: str) -> list[tuple[str, str]]:
    """(type, url) of each result, over REST."""
    answer = client.get("/api/v1/search/", {"q": query})
    assert answer.status_code == 200, answer.content
    assert answer.json()["next"] is None
    return [(one["type"], one["url"]) for one in answer.json()["results"]]


def test_concepts_and_lessons_are_found_by_their_words(web: Client) -> None:
    assert ("concept", "/courses/tiny/concepts/l2/") in found(web, "penalty")
    assert ("concept", "/courses/tiny/concepts/l2/") in found(web, "PENALTIES L2")
    assert ("concept", "/courses/tiny/concepts/factor/") in found(web, "multipl")
    assert ("lesson", "/courses/tiny/lessons/decay/#the-penalty") in found(web, "penalty")
    assert found(web, "penalty xylophone") == []


def test_a_misspelt_word_finds_what_it_was_meant_as(web: Client) -> None:
    assert ("concept", "/courses/tiny/concepts/l2/") in found(web, "pnealty")
    assert web.get("/api/v1/search/", {"q": "pnealty"}).json()["meant"] == "penalty"
    assert web.get("/api/v1/search/", {"q": "penalty"}).json()["meant"] == ""
    page = web.get("/search/", {"q": "pnealty"}).content.decode()
    assert "Nothing matches “pnealty”." in page
    assert "for <strong>penalty</strong>" in page
    assert found(web, "pnealty xylophone") == []


def test_formulas_are_found_by_their_greek_letters(web: Client) -> None:
    assert ("concept", "/courses/tiny/concepts/l2/") in found(web, "λ")


@pytest.mark.parametrize("query", ["", "   ", "&", "'", '"', "%", "_", "\\", ":*", "!(", "\0", "<xyz>", "ß" * 300])
def test_any_query_is_answered(web: Client, query: str) -> None:
    assert found(web, query) == []
    assert web.get("/search/", {"q": query}).status_code == 200


def test_wildcards_are_letters_like_others(web: Client) -> None:
    assert found(web, "100%") == []


def test_only_questions_that_the_student_answered_are_found(web: Client, api: Api, stranger: User, key: Key) -> None:
    other = Client()
    other.force_login(stranger)
    assert [one for one in found(web, "small") if one[0] == "item"] == []
    (asked,) = [one for one in api.queue()["results"] if one["item"] == "penalty-target"]
    event = api.answer(asked["id"], key(asked["id"]))["id"]

    assert ("item", f"/review/{event}/") in found(web, "penalty small")
    assert [one for one in found(other, "small") if one[0] == "item"] == []
    assert "KEY-" not in web.get("/search/", {"q": "penalty"}).content.decode()
    assert [one for one in found(web, "explanation") if one[0] == "item"] == []


def test_a_question_is_shown_with_the_students_numbers(web: Client, api: Api, key: Key) -> None:
    (asked,) = [one for one in api.queue()["results"] if one["kind"] == "numeric"]
    api.answer(asked["id"], key(asked["id"]))
    html = web.get("/search/", {"q": "SGD factor"}).content.decode()
    shown = html.split("Questions you answered")[1]
    eta = re.search(r"\\eta = [^$]+", asked["prompt"]["stem"])
    assert eta
    assert eta[0] in shown
    assert "<mark>factor</mark>" in shown


def test_a_lesson_is_found_once_and_not_by_what_nobody_sees(course: Course) -> None:
    Lesson.objects.filter(slug="decay").update(body_markdown="Decay first.\n\n::: simulator early-stopping\n:::\n")
    answer = [one for one in find_matches("decay", None).results if one.type == "lesson"]
    assert [one.url for one in answer] == ["/courses/tiny/lessons/decay/"]
    assert find_matches("simulator", None).results == []


def test_an_answer_that_was_taken_back_is_not_found(web: Client, api: Api, key: Key) -> None:
    (asked,) = [one for one in api.queue()["results"] if one["item"] == "penalty-target"]
    event = api.answer(asked["id"], key(asked["id"]))["id"]
    api.send(
        {
            "id": "5c0c2b8a-0000-4000-8000-00000000000f",
            "type": "undo",
            "target": event,
            "occurred_at": "2026-01-01T00:00:00Z",
        }
    )
    assert [one for one in found(web, "penalty small") if one[0] == "item"] == []


def test_a_visitor_finds_lessons_and_concepts_on_the_page_alone(course: Course) -> None:
    html = Client().get("/search/", {"q": "penalty"}).content.decode()
    assert 'href="/courses/tiny/concepts/l2/"' in html
    assert "Questions" not in html
    assert Client().get("/api/v1/search/", {"q": "penalty"}).status_code == 401


def test_what_is_typed_comes_back_harmless(course: Course) -> None:
    Concept.objects.filter(slug="l2").update(name="L2 <b>penalty", definition="<img src=x onerror=alert(1)> penalty")
    html = Client().get("/search/", {"q": 'penalty"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in html
    html = Client().get("/search/", {"q": "penalty"}).content.decode()
    assert "<img" not in html
    assert "L2 &lt;b&gt;<mark>penalty</mark>" in html


def test_results_alone_are_sent_while_typing(course: Course) -> None:
    answer = Client().get("/search/", {"q": "l2 penalty"}, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert answer["HX-Replace-Url"] == "/search/?q=l2+penalty"
    assert "No results" in Client().get("/search/?q=nonsense").content.decode()


def test_signs_and_sentences_are_searched_for(web: Client) -> None:
    assert found(web, "C++") == []
    Concept.objects.filter(slug="factor").update(definition="As in C++, once a step; $w^2$ and $x_{1}$ apart.")
    for query in ("C++", "c++ step", "w²", "w2", "x₁"):
        assert ("concept", "/courses/tiny/concepts/factor/") in found(web, query), query
    assert found(web, "C#") == []
    assert ("concept", "/courses/tiny/concepts/l2/") in found(web, "L²")
    assert ("concept", "/courses/tiny/concepts/l2/") in found(web, "What is the L2 penalty, and how does it help me?")
    assert found(web, "quite another sentence about penalty") == []


def test_a_word_of_a_title_comes_first(web: Client) -> None:
    assert next(url for kind, url in found(web, "decay") if kind == "concept") == "/courses/tiny/concepts/factor/"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="indexes of PostgreSQL")
def test_an_index_serves_the_search(course: Course) -> None:

    for rows, fields, index in (
        (Lesson.objects.all(), LESSON_FIELDS, "lesson_words"),
        (Concept.objects.all(), CONCEPT_FIELDS, "concept_words"),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert index in filter_by_words(rows, fields, ["decay", "factor"]).order_by().explain()

"""Misspelt words of a search."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from questions.models import Concept, Course, Lesson
from questions.text import spelling
from questions.text.spelling import Vocabulary, correct, distance

WORDS = Vocabulary(
    ["Regularization by weight decay and dropout; ridge, rigid, gradient gradient gradients", r"\mathbb{x} lasso"]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("regularisaton", "regularization"),
        ("dorpout", "dropout"),
        ("rigde", "ridge"),
        ("gradeint", "gradient"),
        ("weigth", "weight"),
        ("ridgge", "ridge"),
        ("decy", "decay"),
        ("las", None),
        ("mathbc", None),
        ("quantum", None),
        ("decy2", None),
        ("x" * 90, None),
    ],
)
def test_the_nearest_word_is_meant(typed: str, meant: str | None) -> None:
    assert WORDS.nearest(typed) == meant


@pytest.mark.parametrize(
    ("one", "other", "differences"),
    [("", "abc", 3), ("abc", "abc", 0), ("abcd", "acbd", 1), ("ca", "abc", 3), ("kitten", "sitting", 3)],
)
def test_differences_are_counted_in_letters(one: str, other: str, differences: int) -> None:
    assert distance(one, other) == distance(other, one) == differences


@pytest.mark.database
def test_words_that_a_text_holds_stay_and_new_texts_are_known_at_once(course: Course) -> None:
    assert correct(("penalti", "weight", "quokka")) == ("penalty", "weight", "quokka")
    with CaptureQueriesContext(connection) as queries:
        assert correct(("penalti",)) == ("penalty",)
    assert len(queries) == 2
    lesson = Lesson.objects.get()
    lesson.body_markdown += "\n\nA quokka."
    lesson.save()
    assert correct(("quoka",)) == ("quokka",)
    Concept.objects.filter(pk=course.concepts.all()[0].pk).update(name="Numbat")
    assert correct(("nubmat",)) == ("numbat",)


def test_of_many_words_few_are_compared_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    syllables = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su"]
    vocabulary = Vocabulary(
        [" ".join(a + b + c + d for a in syllables for b in syllables for c in syllables for d in syllables)]
    )
    assert len(vocabulary.counts) == 10_000
    compared: list[str] = []

    def count(one: str, other: str) -> int:
        compared.append(other)
        return distance(one, other)

    monkeypatch.setattr(spelling, "distance", count)
    assert vocabulary.nearest("badefigx") == "badefigo"
    assert len(compared) <= spelling.COMPARED


@pytest.mark.any_database
@pytest.mark.database
def test_texts_are_read_up_to_a_bound(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "MOST_CHARACTERS", 50)
    assert sum(map(len, spelling._load_texts())) == 50

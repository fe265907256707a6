"""A gallery of questions from many subjects: they load, are asked and answered right, wrong and with junk.

Here twenty variants of each are looked at; `manage.py load_course tests/gallery` looks at a thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from examprep.models import User
from questions import kinds
from questions.models import Course, Item
from quizzes import schedule
from tests import courses
from tests.conftest import Api, wrong

GALLERY = Path(__file__).parent.parent / "gallery"
JUNK: tuple[Any, ...] = ({}, {"value": "x y"}, {"choice": "none"}, {"parts": {"none": {}}}, {"text": 7}, [])


@pytest.fixture
def gallery(db: None) -> Course:
    return courses.load(GALLERY, exams=False)


def asked(api: Api) -> list[dict[str, Any]]:
    """Every question of the course, as a mobile client gets them."""
    shown: list[dict[str, Any]] = api.queue(limit=100)["results"]
    assert len(shown) == Item.objects.count()
    return shown


def client(name: str, course: Course) -> Api:
    user = User.objects.create_user(name, daily_minutes=240)
    schedule.enrol(user, course)
    return Api(user)


@pytest.mark.slow
def test_forty_questions_of_many_subjects_are_answered(gallery: Course, key: Callable[[str], Any]) -> None:
    assert Item.objects.count() >= 40
    assert set(Item.objects.values_list("kind", flat=True)) == set(kinds.KINDS)

    right = client("ada", gallery)
    for shown in asked(right):
        slug = shown["item"]
        junk = [right.answer(shown["id"], response)["status"] for response in JUNK]
        assert set(junk) == {"rejected"}, (slug, junk)
        result = right.answer(shown["id"], key(shown["id"]))
        assert (result["status"], result["grade"]["score"]) == ("accepted", 1), (slug, result)

    wrongly = client("eve", gallery)
    for shown in asked(wrongly):
        grade = wrongly.answer(shown["id"], wrong(shown, key(shown["id"])))["grade"]
        assert grade["score"] < 1, (shown["item"], grade)
        assert grade["explanation_html"]

"""A gallery of questions from many subjects: they load, are asked and answered right, wrong and with junk.

Here twenty variants of each are looked at; `manage.py load_course tests/gallery` looks at a thousand.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from examprep.models import User
from questions import kinds
from questions.models import Course, Item
from quizzes import schedule
from quizzes.models import Presentation
from quizzes.presentations import grade_steps
from quizzes.presentations.working import steps_of
from tests import courses
from tests.conftest import Api, review, wrong

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


def work_by_hand(api: Api, slug: str) -> bool:
    """Fill in the last step of a question's solution as its result says it; whether it is right."""
    work = api.post(f"items/{slug}/work/", {}).json()
    presentation = Presentation.objects.get(pk=work["presentation"]["id"])
    (*_, last) = steps_of(presentation)
    event = {
        "type": "practice",
        "presentation": str(presentation.pk),
        "occurred_at": presentation.created_at.isoformat(),
    }
    steps = [None] * work["shown"] + [{"value": repr(last.value)}]
    (result,) = api.send({"id": str(uuid.uuid4()), **event, "steps": steps})
    return result["status"] == "accepted" and grade_steps(presentation, steps)


@pytest.mark.slow
def test_forty_questions_of_many_subjects_are_answered(gallery: Course, key: Callable[[str], Any]) -> None:
    assert Item.objects.count() >= 40
    assert set(Item.objects.values_list("kind", flat=True)) == set(kinds.KINDS)

    right = client("ada", gallery)
    for shown in asked(right):
        slug = shown["item"]
        junk = right.send(*(review(shown["id"], response) for response in JUNK))
        assert {each["status"] for each in junk} == {"rejected"}, (slug, junk)
        result = right.answer(shown["id"], key(shown["id"]))
        assert (result["status"], result["grade"]["score"]) == ("accepted", 1), (slug, result)

        if shown["work_steps"]:
            assert work_by_hand(right, slug)

    wrongly = client("eve", gallery)
    for shown in asked(wrongly):
        grade = wrongly.answer(shown["id"], wrong(shown, key(shown["id"])))["grade"]
        assert grade["score"] < 1, (shown["item"], grade)
        assert grade["explanation_html"]


def test_each_question_names_the_exam_that_it_is_retold_from() -> None:
    for path in GALLERY.glob("bank/*.yaml"):
        lines = path.read_text().splitlines()
        unnamed = [
            line for before, line in pairwise(lines) if line.startswith("- slug:") and not before.startswith("# ")
        ]
        assert unnamed == [], f"{path.name}: write subject and level above each question"

"""Where corrections are made, and where students read of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions.models import Correction, Course
from quizzes.exams import corrections
from quizzes.models import Notice, Sitting
from tests.conftest import Api
from tests.quizzes.exams.corrections import mistaken
from tests.quizzes.exams.corrections.test_story import cohort

pytestmark = pytest.mark.any_database

__all__ = ["cohort"]
Rule = Correction.Rule


def _page() -> str:
    return f"/admin/questions/correction/item/{mistaken.item().pk}/"


def _form(**more: Any) -> dict[str, Any]:
    first = mistaken.item().versions.get(number=1)
    return {"version": first.pk, "rule": "full", "why": "The key was wrong.", **more}


def test_an_instructor_sees_then_applies_then_takes_back(instructor: Client, cohort: list[User]) -> None:
    shown = instructor.post(_page(), {**_form(), "preview": "1"}).content.decode()
    assert "What this changes" in shown
    assert not Correction.objects.exists()
    instructor.post(_page(), {**_form(), "apply": "1"})
    written = Correction.objects.get()
    assert (written.rule, written.made_by and written.made_by.username) == (Rule.FULL, "ina")
    assert "Take back" in instructor.get(_page()).content.decode()
    instructor.post(_page(), {"reverses": written.pk, "why": "No.", "apply": "1"})
    assert Correction.objects.get(rule=Rule.REVERSE).reverses == written
    log = instructor.get("/admin/questions/correction/").content.decode()
    assert "full marks for everybody" in log
    assert "taken back" in log


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("There is no choice", {"rule": "accept", "answer": "Nothing of the kind"}),
        ("A version is judged by its own rules", {"rule": "version", "by_version": "itself"}),
        ("This field is required", {"why": ""}),
    ],
)
def test_what_cannot_be_is_said(instructor: Client, cohort: list[User], said: str, more: dict[str, str]) -> None:
    form = _form(**more)
    if form.get("by_version"):
        mistaken.publish_corrected()
        form["by_version"] = form["version"]
    for button in ("preview", "apply"):
        assert said in instructor.post(_page(), {**form, button: "1"}).content.decode()
    assert not Correction.objects.exists()


def test_students_correct_nothing(cohort: list[User], client: Client) -> None:
    client.force_login(cohort[0])
    assert client.post(_page(), {**_form(), "apply": "1"}).status_code == 302
    staff = User.objects.create_user("reader", is_staff=True)
    client.force_login(staff)
    assert client.post(_page(), {**_form(), "apply": "1"}).status_code == 404
    assert not Correction.objects.exists()


def test_the_result_and_the_history_say_what_was_corrected(cohort: list[User], client: Client) -> None:
    first = mistaken.item().versions.get(number=1)
    corrections.apply(mistaken.correction(Rule.VOID, first), timezone.now())
    corrections.regrade_waiting()
    student, api = cohort[3], Api(cohort[3])
    sitting = Sitting.objects.get(student=student)
    result = api.get(f"sittings/{sitting.pk}/result/").json()
    assert (result["corrected"]["score"], result["corrected"]["max_score"]) == (1.0, 6.0)
    assert (result["score"], result["max_score"]) == (0.0, 5.0)
    (slot,) = [slot for slot in result["slots"] if slot["corrected"]]
    assert slot["corrected"] == {"score": 1.0, "why": "The key was wrong."}
    assert slot["grade"]["void"] is True
    client.force_login(student)
    page = client.get(f"/sittings/{sitting.pk}/").content.decode()
    assert "your score went from 1 of 6 to 0 of 5" in page
    assert "does not count" in page
    assert "does not count" in client.get(f"/notebook/{mistaken.SLUG}/answers/").content.decode()
    assert "was corrected" in client.get("/today/").content.decode()
    notice = Notice.objects.get(student=student)
    client.force_login(cohort[4])
    client.post(f"/today/notices/{notice.pk}/")
    assert Notice.objects.get(pk=notice.pk).read_at is None


def test_the_history_says_what_was_said_first(cohort: list[User], client: Client) -> None:
    first = mistaken.item().versions.get(number=1)
    corrections.apply(mistaken.correction(Rule.VERSION, first, by_version=mistaken.publish_corrected()), timezone.now())
    corrections.regrade_waiting()
    client.force_login(cohort[1])
    page = client.get(f"/notebook/{mistaken.SLUG}/answers/").content.decode()
    assert "corrected: it was 0" in page
    answers = Api(cohort[1]).get(f"items/{mistaken.SLUG}/answers/").json()["results"]
    assert [(each["score"], each["score_said"]) for each in answers if not each["in_exam"]] == [(1.0, 0.0)]


def test_another_version_is_offered_once_there_is_one(instructor: Client, course: Course) -> None:
    page = instructor.get(_page()).content.decode()
    assert 'value="version"' not in page
    assert 'value="accept" required id="id_rule_0" checked' in page
    assert "To grade its answers by another version, first publish the question" in page
    asked = {**_form(rule="version"), "preview": "1"}
    assert "Select a valid choice" in instructor.post(_page(), asked).content.decode()
    asked["by_version"] = mistaken.publish_corrected().pk
    assert 'value="version" required id="id_rule_0" checked' in instructor.get(_page()).content.decode()
    assert "What this changes" in instructor.post(_page(), asked).content.decode()

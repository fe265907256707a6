"""An instructor sits an exam as a student would, and nothing of it stays."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import kinds
from questions.models import Item
from quizzes import exams
from quizzes.models import Exam
from quizzes.presentations import body_of


def keys_of(trial: exams.Trial) -> dict[int, dict[str, Any]]:
    """The right answers by the numbers of the questions."""
    return {
        slot.number: dict(
            kinds.get(slot.presentation.version.kind)
            .reveal(body_of(slot.presentation.version), slot.presentation.answer)
            .key
        )
        for slot in trial.slots
    }


def stored() -> dict[str, int]:
    """How many rows each table of the domain has."""
    models: list[type[Model]] = [User]
    for app in ("questions", "quizzes"):
        models += apps.get_app_config(app).get_models()
    return {model._meta.label: model._default_manager.count() for model in models}


def post(client: Client, address: str, answers: dict[int, Any], go: str, **form: str) -> str:
    answer = client.post(address, {"slot": "1", "answers": json.dumps(answers), "go": go, **form})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("slug", ["tiny-exam", "tiny-viva"])
def test_it_is_composed_shown_and_graded_as_a_sitting_is_and_leaves_nothing(instructor: Client, slug: str) -> None:
    exam = Exam.objects.get(slug=slug)
    address = f"/exams/{slug}/trial/?seed=7"
    before = stored()
    trial = exams.compose_trial(exam, 7, timezone.now())
    right = keys_of(trial)
    for number in right:
        assert f"Question {number}" in post(instructor, address, right, str(number))
    # What stands in the form comes to what was kept; untouched, the first question's form says nothing.
    page = post(instructor, address, right, str(len(right)), slot=str(len(right)))
    kept = json.loads(html.unescape(re.search(r'name="answers" value="([^"]*)"', page)[1]))  # type: ignore[index]
    assert {int(number) for number in kept} >= set(right) - {len(right)}
    result = exams.grade_trial(trial, right)
    assert result.score == result.max_score == len(right)
    assert "0 of" in post(instructor, address, {}, "end")
    assert stored() == before


@pytest.mark.any_database
def test_a_form_is_graded_as_it_was_filled_in(instructor: Client) -> None:
    trial = exams.compose_trial(Exam.objects.get(slug="tiny-exam"), 7, timezone.now())
    slot = next(slot for slot in trial.slots if slot.presentation.version.kind == "single_choice")
    choice = keys_of(trial)[slot.number]["choice"]
    page = post(instructor, "/exams/tiny-exam/trial/?seed=7", {}, "end", slot=str(slot.number), choice=choice)
    assert re.search(rf"1 of {len(trial.slots)}\s*</h1>", page)


@pytest.mark.any_database
def test_what_cannot_be_read_is_said(instructor: Client) -> None:
    trial = exams.compose_trial(Exam.objects.get(slug="tiny-exam"), 7, timezone.now())
    slot = next(slot for slot in trial.slots if slot.presentation.version.kind == "numeric")
    page = post(instructor, "/exams/tiny-exam/trial/?seed=7", {}, "end", slot=str(slot.number), value="about one")
    assert "cannot be read" in page
    for junk in ("[", "[]", '{"1": 5}', '{"1": {"choice": 5}}', "[" * 5000):
        answer = instructor.post("/exams/tiny-exam/trial/?seed=7", {"answers": junk, "go": "end"})
        assert answer.status_code == 200


def test_students_have_no_trials_and_a_thin_bank_is_said(instructor: Client, student: User) -> None:
    client = Client()
    client.force_login(student)
    assert client.get("/exams/tiny-exam/trial/?seed=7").status_code == 404
    assert instructor.get("/exams/tiny-exam/trial/").status_code == 302
    exam = Exam.objects.get(slug="tiny-exam")
    assert "/exams/tiny-exam/trial/" in instructor.get(f"/admin/quizzes/exam/{exam.pk}/change/").content.decode()
    Item.objects.update(retired_at=timezone.now())
    page = instructor.get("/exams/tiny-exam/trial/?seed=7").content.decode()
    assert 'role="alert"' in page

"""Exams in the admin: their blueprint as YAML, checked, with what it draws."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes.exams import open_sitting
from quizzes.models import Exam


def fields(exam: Exam, **changed: str) -> dict[str, Any]:
    """What the form sends for an exam, with changes."""
    return {
        **{name: getattr(exam, name) for name in ("slug", "title", "kind", "minutes", "feedback")},
        "course": exam.course_id,
        "blueprint": "slots: 6\nconcepts: {l2: 1, factor: 1}\n",
        **changed,
    }


def test_a_blueprint_is_shown_as_yaml_with_what_it_draws(instructor: Client) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    page = instructor.get(f"/admin/quizzes/exam/{exam.pk}/change/").content.decode()
    assert "slots: 6\nconcepts: {l2: 1, factor: 1}" in page
    assert "<tr><td>factor</td><td>3.0</td><td>3</td></tr>" in page
    assert "Shown once the exam is saved." in instructor.get("/admin/quizzes/exam/add/").content.decode()


def test_a_blueprint_is_saved_and_means_the_same(instructor: Client) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    changed = "slots: 2\nsections:\n- {title: Numbers, slots: 1, kinds: [numeric]}\n- {title: Rest, slots: 1}\n"
    answer = instructor.post(f"/admin/quizzes/exam/{exam.pk}/change/", fields(exam, blueprint=changed))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    exam.refresh_from_db()
    sections = [{"title": "Numbers", "slots": 1, "kinds": ["numeric"]}, {"title": "Rest", "slots": 1}]
    assert exam.blueprint == {"slots": 2, "sections": sections}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"blueprint": "slots: 6\nslots: 7"}, "Line 2: The key “slots” stands here twice."),
        ({"blueprint": "slots: [6"}, "YAML:"),
        ({"blueprint": "[6]"}, "valid dictionary"),
        ({"blueprint": "slots: 40"}, "40 needed, 6 published"),
        ({"blueprint": "slots: 2\nconcepts: {vector: 1}"}, "There is no concept “vector” in this course."),
        (
            {"closes_at_0": "2026-01-01", "closes_at_1": "10:00", "opens_at_0": "2026-01-02", "opens_at_1": "10:00"},
            "open before it closes",
        ),
        ({"feedback": "ended"}, "say when it closes"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "601"}, "less than or equal to 600"),
        ({"attempts": "0"}, "greater than or equal to 1"),
        ({"slug": "Tiny"}, "lower-case"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(instructor: Client, changed: dict[str, str], message: str) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    before = exam.blueprint
    answer = instructor.post(f"/admin/quizzes/exam/{exam.pk}/change/", fields(exam, **changed))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    exam.refresh_from_db()
    assert (exam.blueprint, exam.feedback, exam.closes_at) == (before, "closed", None)


def test_an_exam_that_was_sat_keeps_its_kind(instructor: Client, student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    open_sitting(student, exam, timezone.now())
    viva = {"kind": "viva", "blueprint": "{rounds: 1, pairs: 2, distractors: 0, seconds_a_round: 60}"}
    answer = instructor.post(f"/admin/quizzes/exam/{exam.pk}/change/", fields(exam, **viva))
    assert "was sat, as one of kind assessment" in str(answer.context["adminform"].form.errors["kind"])

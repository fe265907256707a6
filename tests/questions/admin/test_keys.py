"""Keys that no row can have: forms of the admin say so, or leave them out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from questions.models import Concept, Item, Lesson

pytestmark = [pytest.mark.database, pytest.mark.any_database]

KEYS = ["9" * 19, "9" * 30, "9" * 5000, "-1", "1e5", "x"]


@pytest.mark.parametrize("key", [*KEYS, "\x00", ""])
@pytest.mark.parametrize("model", ["questions_item", "questions_course", "questions_concept", "quizzes_exam"])
def test_actions_leave_them_out(instructor: Client, model: str, key: str) -> None:
    data = {"action": "delete_selected", "_selected_action": [key]}
    assert instructor.post(reverse(f"admin:{model}_changelist"), data).status_code in (200, 302)


def test_actions_reach_the_rows_that_are_there(instructor: Client) -> None:
    lesson = Lesson.objects.all()[0]
    concept = Concept.objects.create(
        course=lesson.course, lesson=lesson, slug="spare", name="A spare concept", definition="Spare."
    )
    data = {"action": "delete_selected", "_selected_action": [str(concept.pk), "9" * 30]}
    asked = instructor.post(reverse("admin:questions_concept_changelist"), data).content.decode()
    assert "Are you sure" in asked
    assert "A spare concept" in asked


@pytest.mark.parametrize("key", KEYS)
def test_choices_of_rows_are_refused(instructor: Client, key: str) -> None:
    item = Item.objects.all()[0]
    data = {"slug": item.slug, "course": item.course_id, "main_concept": key, "other_concepts": [key]}
    saved = instructor.post(reverse("admin:questions_item_change", args=[item.pk]), data)
    assert saved.status_code == 200
    assert "Select a valid choice" in saved.content.decode()

"""Keys that no row can have: forms of the admin say so, or leave them out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from questions.models import Item

pytestmark = pytest.mark.database

KEYS = ["9" * 19, "9" * 30, "9" * 5000, "-1", "1e5", "x"]


@pytest.mark.parametrize("key", KEYS)
def test_choices_of_rows_are_refused(instructor: Client, key: str) -> None:
    item = Item.objects.all()[0]
    data = {"slug": item.slug, "course": item.course_id, "main_concept": key, "other_concepts": [key]}
    saved = instructor.post(reverse("admin:questions_item_change", args=[item.pk]), data)
    assert saved.status_code == 200
    assert "Select a valid choice" in saved.content.decode()

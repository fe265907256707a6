"""Wrong answers that students of an item share: shown to instructors, and expected by one click."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from examprep.models import User
from questions import bank
from questions.models import Concept, Course, Item
from quizzes import schedule
from quizzes.models import Presentation
from quizzes.reviews.unexpected import find_unexpected
from tests.conftest import Api

# What three students have in common is found for 99 of 100 draws of their numbers.
pytestmark = [pytest.mark.django_db, pytest.mark.same_draws, pytest.mark.any_database]

ENERGY: dict[str, Any] = {
    "draw": {"m": "integer(2, 60)", "v": "integer(3, 40)"},
    "let": {"energy": "m*v**2/2"},
    "stem": "{m} kg at {v} m/s?",
    "answer": "energy",
    "explanation": "Half of mass times speed squared.",
}


@pytest.fixture
def energy(course: Course) -> Item:
    (concept, *_) = Concept.objects.filter(lesson__course=course)
    for item in course.items.all():
        bank.retire(item)
    item = bank.save_draft(course, "energy", "numeric", ENERGY, [concept])
    bank.publish(item)
    return item


def answer(name: str, course: Course, *, is_staff: bool = False) -> None:
    """A student forgets the square."""
    student = User.objects.create_user(name, daily_minutes=60, is_staff=is_staff)
    schedule.enrol(student, course)
    api = Api(student)
    (shown,) = api.queue(limit=1)["results"]
    drawn = Presentation.objects.get(pk=shown["id"]).answer["values"]
    api.answer(shown["id"], {"value": str(drawn["m"] * drawn["v"] / 2)})


def page(client: Client, item: Item, **data: str) -> Any:
    address = reverse("admin:quizzes_wrong_answers", args=[item.pk])
    return client.post(address, data, follow=True) if data else client.get(address)


def test_what_three_students_did_is_shown_and_expected_by_one_click(
    course: Course, energy: Item, instructor: Client
) -> None:
    for name in ("ada", "bob", "cy"):
        answer(name, course)
    text = page(instructor, energy).content.decode()
    assert "m * v / 2" in text
    assert "3 students, 3 answers. 2 is left out." in text

    text = page(instructor, energy, value="m * v / 2", because="The speed is squared.").content.decode()
    energy.refresh_from_db()
    assert energy.published
    assert energy.published.number == 2
    assert energy.published.body["mistakes"] == [{"value": "m * v / 2", "because": "The speed is squared."}]
    assert "Version 2 expects it: m * v / 2." in text
    assert "No student has answered this version wrongly yet." in page(instructor, energy).content.decode()


def test_what_staff_tries_and_too_few_students_show_nothing(course: Course, energy: Item, instructor: Client) -> None:
    for name in ("ada", "bob"):
        answer(name, course)
    answer("ina2", course, is_staff=True)
    assert energy.published
    assert find_unexpected(energy.published).mistakes == []
    assert "nothing in common" in page(instructor, energy).content.decode()


def test_newer_edits_are_not_published_with_it(course: Course, energy: Item, instructor: Client) -> None:
    bank.save_draft(course, "energy", "numeric", {**ENERGY, "stem": "Half done"}, energy_concepts(energy))
    page(instructor, energy, value="m*v/2", because="The speed is squared.")
    energy.refresh_from_db()
    assert energy.published
    assert energy.published.number == 1
    assert energy.draft["stem"] == "Half done"
    assert energy.draft["mistakes"] == [{"value": "m*v/2", "because": "The speed is squared."}]


def test_a_retired_item_is_not_brought_back_by_it(course: Course, energy: Item, instructor: Client) -> None:
    bank.retire(energy)
    page(instructor, energy, value="m*v/2", because="The speed is squared.")
    energy.refresh_from_db()
    assert energy.retired_at
    assert energy.draft["mistakes"] == [{"value": "m*v/2", "because": "The speed is squared."}]


def test_a_mistake_that_the_gate_refuses_changes_nothing(course: Course, energy: Item, instructor: Client) -> None:
    for name in ("ada", "bob", "cy"):
        answer(name, course)
    response = page(instructor, energy, value="energy", because="That is right.")
    (message,) = map(str, response.context["messages"])
    assert message.startswith("energy: audit: Mistake 1 is marked right.")
    energy.refresh_from_db()
    assert energy.published
    assert energy.published.number == 1
    assert "mistakes" not in energy.draft


def test_only_who_may_change_items_sees_it(course: Course, energy: Item, client: Client) -> None:
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    assert page(client, energy).status_code == 404
    client.force_login(User.objects.create_user("ada"))
    assert page(client, energy).status_code == 302


def energy_concepts(item: Item) -> list[Concept]:
    return [tag.concept for tag in item.tags.select_related("concept")]

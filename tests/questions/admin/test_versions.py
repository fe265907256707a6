"""Versions are compared side by side, and one of them is made the draft again."""

from __future__ import annotations

import pytest
from django.test import Client

from questions.models import Course, Item, StaffAct
from tests.questions.admin.test_items import form, publish

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_versions_are_compared_restored_and_drafts_discarded(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "single_choice")
    address = f"/admin/questions/item/{item.pk}/"
    edited = form(course, "single_choice", stem="Which *one*?", difficulty="4")
    instructor.post(f"{address}change/", {**edited, "_publish": "1"})
    instructor.post(f"{address}change/", {**edited, "stem": "Unfinished", "_draft": "1"})

    page = instructor.get(f"{address}versions/").content.decode()
    assert "Version 2" in page
    assert "<mark>Unfinished" in page
    assert "Discard the draft’s edits: make it version 2 again" in page
    page = instructor.get(f"{address}versions/?left=1&right=2&seed=3").content.decode()
    assert "Which <em>one</em>?" in page
    assert "Make version 1 the draft" in page

    instructor.post(f"{address}restore/", {"number": "2"})
    item = Item.objects.get(pk=item.pk)
    assert (item.state, item.draft["stem"], item.difficulty) == ("published", "Which *one*?", 4)
    instructor.post(f"{address}restore/", {"number": "1"})
    item = Item.objects.get(pk=item.pk)
    assert (item.state, item.draft["stem"], item.difficulty) == ("changed", "Which?", 2)
    assert item.published
    assert item.published.number == 2
    act = StaffAct.objects.filter(key=str(item.pk)).first()
    assert act
    assert act.before == {"draft.stem": "Which *one*?", "difficulty": 4}


def test_what_is_no_version_is_neither_shown_nor_restored(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "numeric")
    address = f"/admin/questions/item/{item.pk}/"
    for query in ("", "left=draft&right=draft", f"left=7&right={'9' * 40}", "left=%00&seed=-1", f"seed={'9' * 40}"):
        assert "The two are the same." in instructor.get(f"{address}versions/?{query}").content.decode()
    for number in ("", "7", "x", "9" * 40):
        page = instructor.post(f"{address}restore/", {"number": number}, follow=True).content.decode()
        assert "There is no such version." in page
    draft = Item.objects.create(course=course, slug="unfinished", kind="numeric")
    page = instructor.get(f"/admin/questions/item/{draft.pk}/versions/").content.decode()
    assert "It cannot be shown yet" in page
    assert instructor.get(f"{address}restore/").status_code == 405
    assert Client().get(f"{address}versions/").status_code == 302


def test_renaming_a_pair_asks_before_its_memory_is_lost(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "matching")
    address = f"/admin/questions/item/{item.pk}/change/"
    renamed = form(course, "matching", **{"pairs-0-id": "lasso"})
    asked = instructor.post(address, {**renamed, "_publish": "1"})
    assert asked.status_code == 200
    assert "What students remember of a would be lost" in asked.content.decode()
    assert Item.objects.get(pk=item.pk).state == "published"

    assert instructor.post(address, {**renamed, "_draft": "1"}).status_code == 302
    many = {"action": "publish_items", "_selected_action": item.pk}
    page = instructor.post("/admin/questions/item/", many, follow=True).content.decode()
    assert "a would be forgotten. Publish it on its own page." in page
    assert Item.objects.get(pk=item.pk).state == "changed"

    assert instructor.post(address, {**renamed, "_publish": "1", "forget": "1"}).status_code == 302
    item = Item.objects.get(pk=item.pk)
    assert item.published
    assert item.published.facets == ["lasso", "b"]

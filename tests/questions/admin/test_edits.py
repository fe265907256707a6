"""Editing beside others: nobody's text is lost, and nothing is undone that its author did not see."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from examprep.models import User
from questions import bank, roles
from questions.admin.differences import compare
from questions.models import Concept, Course, Item, Lesson
from quizzes.models import Exam
from tests.forms import filled_in

EDITED: dict[type[Any], tuple[str, str]] = {
    Course: ("description", "{}"),
    Lesson: ("body_markdown", "## Shrinking\n\n{}"),
    Concept: ("definition", "{}"),
    Exam: ("blueprint", "slots: 2\nconcepts: {{l2: {}}}"),
    Item: ("stem", "{}"),
}
WORDS = {Exam: ("3", "4")}


def url_of(row: Any) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def open_twice(instructor: Client, row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What two browsers send that opened the row's page at the same time."""
    page = instructor.get(url_of(row))
    sent = filled_in(instructor, url_of(row)) | {"opened": page.context["adminform"].form.opened, "_draft": "1"}
    return dict(sent), dict(sent)


@pytest.mark.any_database
@pytest.mark.parametrize("model", EDITED)
def test_a_conflict_shows_both_texts_and_saving_again_stores_mine(instructor: Client, model: type[Any]) -> None:
    row = model.objects.order_by("pk").first()
    name, pattern = EDITED[model]
    theirs, mine = (pattern.format(word) for word in WORDS.get(model, ("Their words.", "My own words.")))
    first, second = open_twice(instructor, row)

    assert instructor.post(url_of(row), first | {name: theirs}).status_code == 302
    stored = model.objects.values().get(pk=row.pk)
    refused = instructor.post(url_of(row), second | {name: mine})

    assert refused.status_code == 200
    assert model.objects.values().get(pk=row.pk) == stored
    (difference,) = refused.context["adminform"].form.differences
    assert theirs.split()[-1].strip("}") in difference.theirs
    assert mine.split()[-1].strip("}") in difference.mine
    page = refused.content.decode()
    assert "Somebody else saved this since you opened it" in page
    assert "last saved in the admin by ina" in page
    assert "data-unsaved" in page

    form = refused.context["adminform"].form
    assert form[name].value() == mine
    assert instructor.post(url_of(row), second | {name: mine, "opened": form.opened}).status_code == 302
    assert model.objects.values().get(pk=row.pk) != stored
    assert mine.split()[-1].strip("}") in str(filled_in(instructor, url_of(row))[name])


@pytest.mark.any_database
@pytest.mark.parametrize("model", EDITED)
def test_who_changes_nothing_is_in_nobodys_way(instructor: Client, model: type[Any]) -> None:
    row = model.objects.order_by("pk").first()
    first, _ = open_twice(instructor, row)
    stored = model.objects.values().get(pk=row.pk)
    for _ in range(2):
        assert instructor.post(url_of(row), first).status_code == 302
    changed = model.objects.values().get(pk=row.pk)
    assert {name: value for name, value in changed.items() if name not in ("updated_at", "changed_at")} == {
        name: value for name, value in stored.items() if name not in ("updated_at", "changed_at")
    }


@pytest.mark.any_database
@pytest.mark.parametrize("kind", ["single_choice", "multiple_select", "numeric", "matching", "ordering", "short_text"])
def test_a_double_click_on_save_and_publish_gives_the_winners_result(instructor: Client, kind: str) -> None:
    item = Item.objects.filter(kind=kind)[0]
    first, second = open_twice(instructor, item)
    changed = {"stem": f"{item.draft['stem']} Say it again.", "_publish": "1"}
    del first["_draft"], second["_draft"]
    for sent in (first, second):
        answer = instructor.post(url_of(item), sent | changed, follow=True)
        assert "is published as version 2" in answer.content.decode(), answer.context["adminform"].form.errors
    assert item.versions.count() == 2


@pytest.mark.any_database
def test_an_edit_beside_a_retirement_does_not_undo_it_unseen(instructor: Client) -> None:
    item = Item.objects.filter(kind="ordering")[0]
    sent, _ = open_twice(instructor, item)
    del sent["_draft"]
    bank.retire(item)
    refused = instructor.post(url_of(item), sent | {"_publish": "1"})
    assert "retired since you opened it" in refused.content.decode()
    item.refresh_from_db()
    assert item.retired_at

    again = sent | {"_publish": "1", "opened": refused.context["adminform"].form.opened}
    assert instructor.post(url_of(item), again).status_code == 302
    item.refresh_from_db()
    assert not item.retired_at


def test_an_edit_beside_a_load_is_a_conflict_too(instructor: Client) -> None:
    item = Item.objects.filter(kind="ordering")[0]
    sent, _ = open_twice(instructor, item)
    tags = [tag.concept for tag in item.tags.all()]
    bank.save_draft(item.course, item.slug, item.kind, item.draft | {"stem": "From the files."}, tags)
    refused = instructor.post(url_of(item), sent | {"stem": "From the admin."})
    assert "From the <mark>files." in refused.content.decode()


@pytest.mark.any_database
def test_what_was_written_about_something_deleted_comes_back(instructor: Client) -> None:
    item = Item.objects.all()[0]
    tags = [tag.concept for tag in item.tags.all()]
    draft = bank.save_draft(item.course, "a-draft", item.kind, item.draft, tags)
    sent, _ = open_twice(instructor, draft)
    Item.objects.get(pk=draft.pk).delete()
    answer = instructor.post(url_of(draft), sent | {"stem": "An hour <i>of</i> work."})
    assert answer.status_code == 409
    assert "An hour &lt;i&gt;of&lt;/i&gt; work." in answer.content.decode()
    assert not Item.objects.filter(slug="a-draft").exists()


def test_what_was_written_while_the_course_is_loaded_can_be_sent_again(
    instructor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = Lesson.objects.all()[0]
    sent, _ = open_twice(instructor, lesson)
    sent["body_markdown"] = "\n## A section\n\nOf <b>mine</b>.\n"

    def locked(keys: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(bank, "lock_courses", locked)
    answer = instructor.post(url_of(lesson), sent)
    monkeypatch.undo()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    areas = re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', answer.content.decode(), re.DOTALL)
    again = {name: html.unescape(text) for name, text in areas}
    assert again["opened"] == sent["opened"]
    assert instructor.post(url_of(lesson), again).status_code == 302
    lesson.refresh_from_db()
    assert bank.draft_of(lesson)["body_markdown"] == sent["body_markdown"]


@pytest.mark.any_database
@pytest.mark.parametrize("model", EDITED)
def test_who_may_only_look_sees_the_page_and_changes_nothing(course: Course, model: type[Any]) -> None:
    row = model.objects.order_by("pk").first()
    viewer = User.objects.create_user("vera", is_staff=True)
    roles.set_role(viewer, course, roles.Role.OBSERVER)
    client = Client()
    client.force_login(viewer)
    page = client.get(url_of(row), follow=True)
    assert (page.status_code, "_save" in page.content.decode()) == (200, False)
    assert client.post(url_of(row), {}).status_code == 403


def test_what_differs_is_marked_and_markup_is_text() -> None:
    shown = compare("Body", "same\nan <b>old</b> line\nend", "same\na <b>new</b> line\nend")
    assert shown.theirs == "same\n<mark>an &lt;b&gt;old&lt;/b&gt; </mark>line\nend"
    assert shown.mine == "same\n<mark>a &lt;b&gt;new&lt;/b&gt; </mark>line\nend"

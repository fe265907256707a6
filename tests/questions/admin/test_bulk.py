"""Items are changed by the dozen, copied by one click, and retired once it was said what that breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from examprep.models import User
from questions import bank, roles
from questions.models import Concept, Course, Item, ItemEnemy
from quizzes.models import Exam
from tests.questions.admin.test_items import ADD, form, publish

pytestmark = pytest.mark.any_database

LIST = "/admin/questions/item/"
L2, FACTOR, OTHER = (Concept(pk=number, slug=slug) for number, slug in enumerate(("l2", "factor", "other"), start=1))


@pytest.mark.parametrize(
    ("how", "chosen", "main", "after"),
    [
        (bank.How.ADD, [OTHER], None, [L2, FACTOR, OTHER]),
        (bank.How.ADD, [L2, FACTOR], None, [L2, FACTOR]),
        (bank.How.REMOVE, [FACTOR], None, [L2]),
        (bank.How.REMOVE, [L2], None, [FACTOR]),
        (bank.How.REMOVE, [L2, FACTOR], None, []),
        (bank.How.REPLACE, [OTHER], None, [L2, OTHER]),
        (bank.How.ADD, [], OTHER, [OTHER, FACTOR]),
        (bank.How.ADD, [L2], FACTOR, [FACTOR, L2]),
        (bank.How.REMOVE, [L2], OTHER, [OTHER, FACTOR]),
    ],
)
def test_how_tags_are_changed(how: bank.How, chosen: list[Concept], main: Concept | None, after: list[Concept]) -> None:
    assert bank.ItemChange(how, tuple(chosen), main).apply([L2, FACTOR]) == after


def act(browser: Client, action: str, items: list[Item], **more: Any) -> Any:
    """Send an action of the list, and come to where it leads."""
    return browser.post(LIST, {"action": action, "_selected_action": [item.pk for item in items], **more}, follow=True)


def concepts(item: Item) -> list[str]:
    """The slugs of what students get the item for."""
    item.refresh_from_db()
    assert item.published
    return item.published.concepts


@pytest.mark.django_db
def test_twenty_items_are_tagged_anew_in_five_clicks(instructor: Client, course: Course) -> None:
    items = list(Item.objects.published().filter(course=course))
    edited, *asked = items
    bank.save_draft(
        course, edited.slug, edited.kind, {**edited.draft, "stem": "Unfinished"}, [Concept.objects.all()[0]]
    )
    revision = Course.objects.get().revision
    page = act(instructor, "change_items", items).content.decode()
    assert f"Change {len(items)} items" in page
    factor = Concept.objects.get(slug="factor")

    said = act(instructor, "change_items", items, apply="1", how="add", concepts=[factor.pk], difficulty=3).content

    assert all("factor" in concepts(item) for item in asked)
    assert all(item.state == "published" for item in asked)
    assert f"Changed in the draft only, since there are unpublished edits: {edited.slug}" in said.decode()
    assert "factor" not in concepts(edited) or edited.published.body["stem"] != "Unfinished"  # type: ignore[union-attr]
    edited.refresh_from_db()
    assert (edited.state, edited.difficulty) == ("changed", 3)
    assert Course.objects.get().revision >= revision + len(asked)
    assert LogEntry.objects.filter(object_id=str(asked[0].pk), change_message__contains="Decay factor").exists()

    again = act(instructor, "change_items", asked, apply="1", how="add", concepts=[factor.pk]).content.decode()
    assert f"{len(asked)} items already had all of this." in again


@pytest.mark.django_db
def test_all_are_changed_or_none(instructor: Client, course: Course) -> None:
    items = list(Item.objects.published().filter(course=course)[:4])
    before = [concepts(item) for item in items]
    chosen = [concept.pk for concept in Concept.objects.all()]
    page = act(instructor, "change_items", items, apply="1", how="remove", concepts=chosen).content.decode()
    assert "It would be left without a concept." in page
    assert [concepts(item) for item in items] == before
    page = act(instructor, "change_items", items, apply="1", how="x", difficulty=9, main=10**30).content.decode()
    assert "errorlist" in page

    other = Course.objects.create(slug="other", title="Other")
    stray = Item.objects.create(course=other, slug="stray", kind=items[0].kind)
    assert "Change 4 items" in act(instructor, "change_items", [*items, stray]).content.decode()
    roles.set_role(User.objects.get(username="ina"), other, roles.Role.AUTHOR)
    assert "Choose items of one course" in act(instructor, "change_items", [*items, stray]).content.decode()


@pytest.mark.django_db
def test_a_tag_is_an_edit_that_is_published(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "ordering")
    address = f"{LIST}{item.pk}/change/"
    factor = Concept.objects.get(slug="factor")
    instructor.post(address, {**form(course, "ordering"), "other_concepts": [factor.pk], "_draft": "1"})
    item = Item.objects.get(pk=item.pk)
    assert item.state == "changed"
    assert item.slug in instructor.get(f"{LIST}?state=changed").content.decode()
    assert item.slug not in instructor.get(f"{LIST}?state=published").content.decode()
    assert "+- factor" in instructor.get(address).content.decode()
    instructor.post(address, {**form(course, "ordering"), "other_concepts": [factor.pk], "_publish": "1"})
    item = Item.objects.get(pk=item.pk)
    assert item.state == "published"
    assert concepts(item) == ["l2", "factor"]
    assert item.slug in instructor.get(f"{LIST}?state=published").content.decode()


@pytest.mark.django_db
def test_a_copy_is_a_draft_of_its_own(instructor: Client, course: Course) -> None:
    item = publish(instructor, course, "single_choice", idea="the-idea", pool="finals")
    for slug in ("new-single-choice-copy", "new-single-choice-copy-2"):
        answer = instructor.post(f"{LIST}{item.pk}/duplicate/")
        copy = Item.objects.get(slug=slug)
        assert answer["Location"] == f"{LIST}{copy.pk}/change/"
        assert (copy.state, copy.draft, copy.idea, copy.pool) == ("draft", item.draft, "the-idea", "finals")
        assert ItemEnemy.objects.filter(item=copy, enemy=item).exists()
        assert copy.uid != item.uid
    assert "Copied from" in LogEntry.objects.filter(object_id=str(copy.pk)).get().change_message
    assert instructor.get(f"{LIST}{item.pk}/duplicate/").status_code == 405
    assert instructor.post(f"{LIST}999999/duplicate/").status_code == 404
    assert Client().post(f"{LIST}{item.pk}/duplicate/").status_code == 302
    assert Item.objects.filter(slug__contains="copy").count() == 2


@pytest.mark.django_db
def test_retiring_says_what_it_breaks_first(instructor: Client, course: Course) -> None:
    items = list(Item.objects.published().filter(course=course))
    exam = Exam.objects.get(slug="tiny-exam")
    page = act(instructor, "retire_items", items).content.decode()
    assert "offers decay-factor to try" in page
    assert f"{exam.title} cannot be drawn as its blueprint says" in page
    assert not Item.objects.exclude(retired_at=None).exists()

    one = instructor.get(f"{LIST}{items[0].pk}/retire/").content.decode()
    assert f"Retire “{items[0].slug}”?" in one
    assert not Item.objects.exclude(retired_at=None).exists()
    act(instructor, "retire_items", items[:1], confirmed="1")
    assert list(Item.objects.exclude(retired_at=None)) == items[:1]
    assert "nothing to retire" in instructor.get(f"{LIST}{items[0].pk}/retire/", follow=True).content.decode()
    assert "nothing to retire" in act(instructor, "retire_items", items[:1]).content.decode()


@pytest.mark.django_db
def test_a_slug_is_made_of_the_question(instructor: Client, course: Course) -> None:
    sent = form(course, "ordering", slug="", stem="How does the L2 penalty of $\\lambda w^2$ make weights small?")
    for slug in ("l2-penalty-make-weights-small", "l2-penalty-make-weights-small-2"):
        answer = instructor.post(f"{ADD}?kind=ordering", {**sent, "_draft": "1"})
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        assert Item.objects.filter(slug=slug).exists()
    for stem in ("", "的"):
        instructor.post(f"{ADD}?kind=ordering", {**sent, "stem": stem, "_draft": "1"})
    assert Item.objects.filter(slug__startswith="ordering").count() == 2

"""Names may change: what was published refers to its concepts themselves."""

import shutil
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ProtectedError
from django.test import Client

from questions import bank
from questions.models import Concept, Course, Item, ItemVersion, Lesson, VersionConcept
from tests.courses import TINY, load
from tests.forms import filled_in

pytestmark = pytest.mark.database


@pytest.mark.any_database
def test_a_version_tells_its_concepts_by_their_names_of_now(db: None) -> None:
    load(TINY)
    Concept.objects.filter(slug="l2").update(slug="ridge")

    version = ItemVersion.objects.get(item__slug="penalty-target")

    assert (version.concepts, version.main_concept) == (["ridge"], "ridge")
    item = Item.objects.get(slug="penalty-target")
    assert bank.publish(item, seeds=20) == version  # a new name is no new version


def test_the_first_tag_is_the_main_concept_and_another_order_is_another_version(db: None) -> None:
    course = load(TINY)
    item = Item.objects.get(slug="penalty-target")
    both = list(Concept.objects.order_by("slug"))

    for concepts in (both, both[::-1]):
        saved = bank.save_draft(course, item.slug, item.kind, item.draft, concepts, difficulty=1, seconds=30)
        assert bank.publish(saved, seeds=20).concepts == [concept.slug for concept in concepts]
    assert item.versions.count() == 3


def test_a_concept_that_was_asked_about_is_not_deleted(db: None) -> None:
    load(TINY)
    item = Item.objects.get(slug="penalty-target")
    item.tags.all().delete()

    with pytest.raises(ProtectedError):
        Concept.objects.get(slug="l2").delete()


@pytest.mark.parametrize("door", ["folder", "admin"])
def test_items_follow_their_main_concept_into_another_lesson(instructor: Client, tmp_path: Path, door: str) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "course"))
    lesson = (folder / "lessons/decay.md").read_text()
    (folder / "lessons/penalties.md").write_text(lesson.replace("slug: decay", "slug: penalties"))
    bank.load_course(folder, seeds=20)
    before = dict(Item.objects.values_list("slug", "revision"))

    if door == "folder":
        concepts = folder / "concepts.yaml"
        concepts.write_text(concepts.read_text().replace("lesson: decay", "lesson: penalties", 1))
        bank.load_course(folder, seeds=20)
    else:
        url = f"/admin/questions/concept/{Concept.objects.get(slug='l2').pk}/change/"
        sent = filled_in(instructor, url) | {"lesson": Lesson.objects.get(slug="penalties").pk}
        assert instructor.post(url, sent).status_code == 302

    lessons = {"l2": "penalties", "factor": "decay"}
    for item in Item.objects.select_related("published__lesson"):
        assert item.published
        assert item.published.lesson.slug == lessons[item.published.main_concept]
        assert (item.revision > before[item.slug]) == (item.published.main_concept == "l2")
    assert ItemVersion.objects.count() == len(before)


def test_an_item_is_renamed_with_the_lessons_that_offer_it(instructor: Client) -> None:
    item = Item.objects.get(slug="penalty-target")
    other = Item.objects.get(slug="decay-factor")
    offer = "Say penalty-target.\n\n::: exam try=penalty-target,decay-factor\nMore.\n:::\n"
    Lesson.objects.update(body_markdown=offer)
    revision = item.course.revision

    bank.rename_item(item, "what-shrinks")

    assert Lesson.objects.get().body_markdown == offer.replace("try=penalty-target,", "try=what-shrinks,")
    item.refresh_from_db()
    assert (item.slug, item.versions.count(), item.revision) == ("what-shrinks", 1, revision + 1)
    for slug, said in (("decay-factor", "already"), ("What Shrinks", "lower-case")):
        with pytest.raises(bank.BankError, match=said):
            bank.rename_item(item, slug)
    address = f"/admin/questions/item/{other.pk}/change/"
    sent = filled_in(instructor, address)
    refused = instructor.post(address, {**sent, "slug": "what-shrinks"})
    assert "This course has the item “what-shrinks” already." in refused.content.decode()
    assert instructor.post(address, {**sent, "slug": "factor"}).status_code == 302
    other.refresh_from_db()
    assert (other.slug, Item.objects.count()) == ("factor", 6)


def test_clients_get_items_again_once_something_that_they_name_is_renamed(instructor: Client) -> None:
    course = Course.objects.get()
    of_l2 = Item.objects.filter(tags__concept__slug="l2").count()
    edges = {"edges-TOTAL_FORMS": "0", "edges-INITIAL_FORMS": "0"}
    for model, renamed in ((Concept, of_l2), (Lesson, 6), (Course, 6)):
        before = Course.objects.get(pk=course.pk).revision
        row = model.objects.order_by("pk").first()
        assert row is not None
        address = f"/admin/questions/{model._meta.model_name}/{row.pk}/change/"
        for sent, count in (({}, 0), ({"slug": "other"}, renamed)):
            answer = instructor.post(address, {**edges, **filled_in(instructor, address), **sent})
            assert answer.status_code == 302, answer.context["adminform"].form.errors
            newer = Item.objects.filter(revision__gt=before).values_list("revision", flat=True)
            assert sorted(newer) == list(range(before + 1, before + count + 1))


def test_versions_from_before_get_their_tags_by_name_or_from_their_item(db: None) -> None:
    load(TINY)
    before = [(tag.version_id, tag.concept_id, tag.position) for tag in VersionConcept.objects.order_by("pk")]
    VersionConcept.objects.all().delete()
    lost = ItemVersion.objects.get(item__slug="penalty-target")
    ItemVersion.objects.filter(pk=lost.pk).update(concepts_then=["renamed-since"])

    import_module("questions.migrations.0004_versions_refer_to_concepts").refer(apps, None)

    after = [(tag.version_id, tag.concept_id, tag.position) for tag in VersionConcept.objects.order_by("pk")]
    assert sorted(after) == sorted(before)

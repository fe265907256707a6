"""What can be asked of a course is loaded once for each of its revisions."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from questions import bank
from questions.bank import entries
from questions.models import Concept, Item
from quizzes import schedule
from quizzes.schedule import item_banks
from quizzes.schedule.facts import Edition, ItemBank

ITEMS = 'FROM "questions_item"'


def _plan(student: User) -> tuple[dict[str, int], int]:
    """Plan the day; returns the seconds of each item that is asked, and how often items were loaded."""
    with CaptureQueriesContext(connection) as captured:
        plan = schedule.plan_day(student)
    slugs = {str(card.pk): card.item.slug for card in student.cards.select_related("item")}
    loaded = sum(query["sql"].startswith("SELECT") and ITEMS in query["sql"] for query in captured)
    return {slugs[task["card"]]: task["seconds"] for task in plan.tasks}, loaded


@pytest.mark.any_database
def test_a_plan_loads_items_where_something_was_published_since(student: User) -> None:
    before, loaded = _plan(student)
    assert loaded
    assert _plan(student) == (before, 0)

    item = Item.objects.get(slug=next(iter(before)))
    concepts = [tag.concept for tag in item.tags.all()]
    saved = bank.save_draft(
        item.course, item.slug, item.kind, item.draft, concepts, difficulty=item.difficulty, seconds=item.seconds + 7
    )
    bank.publish(saved, seeds=20)

    after, loaded = _plan(student)
    assert loaded
    assert after[item.slug] > before[item.slug]


def test_a_retired_item_is_no_longer_planned(student: User) -> None:
    before, _ = _plan(student)
    bank.retire(Item.objects.get(slug=next(iter(before))))
    assert next(iter(before)) not in _plan(student)[0]


def test_a_new_order_in_the_course_is_one_of_its_banks(student: User) -> None:
    def load() -> ItemBank:
        course.refresh_from_db()
        return item_banks.load_bank([Edition(course.pk, course.revision)])

    course = Item.objects.select_related("course")[0].course
    first, keys = load(), list(course.items.order_by("position").values_list("pk", flat=True))
    entries.place(course, Item, keys[::-1])
    assert sorted(load().places) == sorted(first.places)
    assert list(load().topics) == list(first.topics)[::-1]


def test_what_keeps_items_apart_and_what_concepts_need_is_known_at_once(student: User) -> None:
    def load() -> tuple[ItemBank, dict[str, int]]:
        course.refresh_from_db()
        loaded = item_banks.load_bank([Edition(course.pk, course.revision, None, course.graph_revision)])
        slugs = dict(course.items.values_list("pk", "slug"))
        return loaded, {slugs[item]: int(loaded.item_at[place]) for (item, _), place in loaded.places.items()}

    items = Item.objects.in_practice().select_related("course")
    course, (one, other, third) = items[0].course, items[:3]
    for item in items:
        bank.set_exam_use(item, bank.ExamUse(), [])
    loaded, at = load()
    assert loaded.siblings == {}
    for item in (one, other):
        bank.set_exam_use(item, bank.ExamUse(idea="the-pull"), [])
    bank.make_enemies(other, third)
    loaded, _ = load()
    names = {place: slug for slug, place in at.items()}
    assert {names[item]: {names[its] for its in others} for item, others in loaded.siblings.items()} == {
        one.slug: {other.slug},
        other.slug: {one.slug, third.slug},
        third.slug: {other.slug},
    }

    concepts = sorted({concept for concept, _ in loaded.topics})
    source, target = (Concept.objects.get(slug=slug) for slug in concepts[:2])
    bank.connect(source, [], [])
    bank.connect(target, [], [])
    assert 1 not in load()[0].contrasts.get(0, ())
    bank.connect(source, [target], [])
    assert 1 in load()[0].contrasts[0]


@pytest.mark.any_database
def test_what_is_kept_is_bounded(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    item_banks.forget_banks()
    monkeypatch.setattr(item_banks, "MAX_KEPT", 20)
    (course,) = student.enrolments.values_list("course", flat=True)
    for revision in range(50):
        kept = item_banks.load_bank([Edition(course, revision)])
        assert len(item_banks._kept) * len(kept.topics) <= 20

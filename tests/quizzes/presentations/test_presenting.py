"""What is put to students: sound variants only, drawn anew where they are found broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from examprep.models import User
from questions import bank, kinds
from questions.models import Concept, Course, Item, ItemVersion, Lesson, VersionConcept
from questions.tasks import audit_published_items
from quizzes import presentations, schedule, tasks
from quizzes.models import Card, Presentation
from quizzes.presentations.kept_entries import KeptEntries
from tests.conftest import Api

HALF_BROKEN: dict[str, Any] = {
    "stem": "Twice ${n}$?",
    "draw": {"n": "integer(1, 40)"},
    "answer": "2*n",
    "exact": True,
    "mistakes": [{"value": "n + 20", "because": "That adds."}],
    "explanation": "Two times.",
}
"""Where n is 20, the mistake is the key."""


def put_into_service(course: Course, body: dict[str, Any]) -> Item:
    """An item as an older, laxer gate may have let it pass."""
    item = bank.save_draft(course, "twice", "numeric", body, [course.concepts.all()[0]])
    version = ItemVersion.objects.create(
        item=item,
        number=1,
        kind="numeric",
        body=item.draft,
        difficulty=1,
        seconds=20,
        concepts_then=["l2"],
        lesson=course.lessons.all()[0],
        facets=[""],
        published_at=timezone.now(),
    )
    VersionConcept.objects.create(version=version, concept=item.tags.all()[0].concept)
    Item.objects.filter(pk=item.pk).update(published=version)
    Course.objects.filter(pk=course.pk).update(revision=F("revision") + 1)
    item.refresh_from_db()
    return item


def ask(student: User, item: Item) -> list[Presentation]:
    schedule.ensure_cards(student)
    card = Card.objects.get(student=student, item=item)
    return presentations.present(student, [presentations.Ask(card.pk)], timezone.now())


@pytest.mark.any_database
def test_a_broken_variant_is_drawn_again(student: User, course: Course) -> None:
    item = put_into_service(course, HALF_BROKEN)

    for _ in range(60):
        (one,) = ask(student, item)
        assert one.answer["values"]["n"] != 20
        Presentation.objects.filter(pk=one.pk).update(closed_at=timezone.now())


@pytest.mark.any_database
@pytest.mark.parametrize("change", [{"where": ["n > 100"]}, {"mistakes": [{"value": "2*n", "because": "Right."}]}])
def test_an_item_without_a_sound_variant_is_not_asked(student: User, course: Course, change: dict[str, Any]) -> None:
    item = put_into_service(course, {**HALF_BROKEN, **change})

    assert ask(student, item) == []
    assert item.slug not in [one["item"] for one in Api(student).queue(50)["results"]]


def test_the_night_closes_what_is_broken_and_keeps_what_is_sound(student: User, course: Course) -> None:
    item = put_into_service(course, HALF_BROKEN)
    (sound,) = ask(student, Item.objects.get(slug="decay-factor"))
    (broken,) = ask(student, item)
    broken.answer["mistakes"] = [broken.answer["key"]]
    broken.save()

    tasks.renew_broken_presentations()
    tasks.renew_broken_presentations()  # twice is once

    sound.refresh_from_db()
    broken.refresh_from_db()
    assert sound.closed_at is None
    assert broken.closed_at is not None
    (again,) = ask(student, item)
    assert again.pk != broken.pk


def test_a_variant_that_its_seed_no_longer_gives_is_said(
    student: User, course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    schedule.ensure_cards(student)
    card = Card.objects.get(student=student, item__slug="decay-factor")
    (one,) = presentations.present(student, [presentations.Ask(card.pk)], timezone.now())
    kind, body, identity = kinds.get(one.version.kind), presentations.body_of(one.version), one.version.identity
    seeds = (one.seed + step for step in range(1, 100))  # the next one may give the same numbers
    other = next(seed for seed in seeds if not kind.is_reproduced(body, one.answer, seed=seed, identity=identity))
    Presentation.objects.filter(pk=one.pk).update(seed=other)

    assert presentations.renew_broken(timezone.now()) == 0
    assert "another variant than was stored" in caplog.text


def test_the_night_shows_instructors_what_is_broken(course: Course) -> None:
    item = put_into_service(course, HALF_BROKEN)

    audit_published_items()
    audit_published_items()

    (finding,) = item.findings.all()
    assert finding.message.startswith("Mistake 1 is marked right.")
    assert not Item.objects.filter(findings__isnull=False).exclude(pk=item.pk).exists()


def test_what_is_stored_is_what_the_seed_gives(student: User, course: Course) -> None:
    Api(student).queue(50)
    one = Presentation.objects.get(version__kind="numeric")

    body: Any = presentations.body_of(one.version)
    again = kinds.get("numeric").present(body, seed=one.seed, identity=one.version.identity, opaque=str)

    assert again.answer == one.answer
    assert again.prompt == one.prompt


def test_entries_of_packs_are_kept_within_bytes_and_follow_what_they_say(student: User, course: Course) -> None:
    (asked,) = ask(student, Item.objects.get(slug="decay-factor"))
    kept = KeptEntries()

    def read() -> dict[str, Any]:
        read = Presentation.objects.with_versions().get(pk=asked.pk)
        text = kept.answered_json(read)
        assert json.loads(text) == presentations.answered_payload(read)
        assert kept.answered_json(read) is text
        return dict(json.loads(text))

    before = read()
    Concept.objects.filter(slug=before["concepts"][0]).update(slug="renamed")
    Lesson.objects.filter(slug=before["lesson"]).update(slug="moved")
    assert (read()["concepts"][0], read()["lesson"]) == ("renamed", "moved")
    assert len(json.dumps(before)) < kept.bytes < 3 * len(json.dumps(before))
    kept.most_bytes = kept.bytes - 1
    Lesson.objects.filter(slug="moved").update(slug="again")
    read()
    assert 0 < kept.bytes <= kept.most_bytes

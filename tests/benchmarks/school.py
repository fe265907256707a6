"""Courses and schools of a size, for benchmarks: rows in bulk, from what the tiny course has."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone

from examprep.models import User
from questions.models import Concept, ConceptEdge, Course, Item, ItemConcept, ItemVersion, VersionConcept
from quizzes.calendar import study_day
from quizzes.exams.outcomes import GradedSlot, pack
from quizzes.models import ChangeLog, Enrolment, Exam, Sitting, SittingOutcome

MODEL = "penalty-target"
"""The item that others are copies of."""


def add_concepts(course: Course, count: int) -> list[Concept]:
    """Give the course concepts until it has so many, each leading to two later ones; return all."""
    there = list(course.concepts.order_by("position", "pk"))
    model = there[0]
    Concept.objects.bulk_create(
        Concept(
            course=course,
            lesson_id=model.lesson_id,
            slug=f"concept-{number}",
            name=f"Concept number {number}",
            definition=model.definition,
            position=number,
        )
        for number in range(len(there), count)
    )
    made = list(course.concepts.order_by("position", "pk"))
    pairs = {(at, max(at - step, 0)) for at in range(len(there), count) for step in (3, 7)}
    ConceptEdge.objects.bulk_create(
        ConceptEdge(kind=ConceptEdge.Kind.PREREQUISITE, source=made[source], target=made[target])
        for source, target in sorted(pairs)
    )
    return made


def add_items(course: Course, count: int, models: Collection[str] = (MODEL,)) -> list[Item]:
    """Give the course published items until it has so many, its concepts in turn; return those that were added.

    They are copies of the items that `models` names, in turn.
    """
    course.refresh_from_db()  # its revision has moved on
    concepts = list(course.concepts.order_by("position", "pk"))
    of_models = Item.objects.filter(course=course, slug__in=models).select_related("published").order_by("pk")
    copied = [model.published for model in of_models if model.published]
    numbers = range(course.items.count(), count)
    items = Item.objects.bulk_create(
        (
            Item(course=course, slug=f"item-{number}", kind=version.kind, position=number, uid=uuid.uuid4())
            for number, version in zip(numbers, itertools.cycle(copied), strict=False)
        ),
        batch_size=500,
    )
    fields = ("number", "kind", "body", "difficulty", "seconds", "concepts_then", "lesson_id", "facets", "published_at")
    versions = ItemVersion.objects.bulk_create(
        (
            ItemVersion(item=item, **{name: getattr(version, name) for name in fields})
            for item, version in zip(items, itertools.cycle(copied), strict=False)
        ),
        batch_size=500,
    )
    VersionConcept.objects.bulk_create(
        (VersionConcept(version=each, concept=concepts[at % len(concepts)]) for at, each in enumerate(versions)),
        batch_size=500,
    )
    ItemConcept.objects.bulk_create(
        (ItemConcept(item=item, concept=concepts[at % len(concepts)]) for at, item in enumerate(items)), batch_size=500
    )
    course.revision += 1
    for item, each in zip(items, versions, strict=True):
        item.published, item.revision = each, course.revision
    Item.objects.bulk_update(items, ["published", "revision"], batch_size=500)
    course.save()
    return items


def add_students(course: Course, exam: Exam, first: int, last: int) -> None:
    """Enrol students numbered `first` to `last` who have sat the exam once, and were asked five items."""
    now = timezone.now()
    versions = list(ItemVersion.objects.filter(item__course=course).order_by("pk")[:40])
    for begin in range(first, last, 1000):
        numbers = range(begin, min(begin + 1000, last))
        users = User.objects.bulk_create(User(username=f"pupil-{number}", password="!") for number in numbers)
        Enrolment.objects.bulk_create(
            Enrolment(student=user, course=course, cards_revision=course.revision) for user in users
        )
        ChangeLog.objects.bulk_create(
            ChangeLog(student=user, next_day_at=study_day(user, now).ends_at) for user in users
        )
        sittings = Sitting.objects.bulk_create(
            Sitting(
                exam=exam,
                student=user,
                number=1,
                seed=number,
                state=Sitting.State.SUBMITTED,
                opened_at=now - timedelta(days=2),
                deadline_at=now - timedelta(days=1),
                closed_at=now - timedelta(days=1),
                released_at=now - timedelta(days=1),
                score=float(number % 6),
                max_score=5.0,
            )
            for number, user in zip(numbers, users, strict=True)
        )
        SittingOutcome.objects.bulk_create(
            _outcome(sitting, number, versions) for number, sitting in zip(numbers, sittings, strict=True)
        )


def _outcome(sitting: Sitting, number: int, versions: list[ItemVersion]) -> SittingOutcome:
    asked = [versions[(number + step) % len(versions)] for step in range(5)]
    packed = pack(
        GradedSlot(version.item_id, version.pk, float(at < number % 6), ["right" if at < number % 6 else "wrong"])
        for at, version in enumerate(asked)
    )
    return SittingOutcome(sitting=sitting, slots=packed.slots, picked=packed.picked)

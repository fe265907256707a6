"""Save, publish and retire one item."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from questions import kinds
from questions.bank.audits import AUDIT_SEEDS
from questions.bank.bodies import normalise_body, validate_body
from questions.bank.problems import BankError, Problem
from questions.models import Author, Concept, Course, Item, ItemConcept, ItemVersion

ITEMS = uuid.UUID("6f1d3a52-9c0b-5e57-8a5c-0d7f1c4b2e93")
"""The namespace of items' identifiers (RFC 9562, version 5)."""


@transaction.atomic
def save_draft(
    course: Course,
    slug: str,
    kind: str,
    body: dict[str, object],
    concepts: Sequence[Concept],
    *,
    difficulty: int = 2,
    seconds: int = 45,
    by: Author | None = None,
) -> Item:
    """Create or change the draft of an item; students go on seeing its published version.

    A draft may be unfinished: only `publish` insists on a valid body. Raises BankError when the kind of an item that
    was published is changed, since its cards and answers are of the old kind.
    """
    item = Item.objects.select_related("published").filter(course=course, slug=slug).first()
    if item is None:
        last = course.items.aggregate(last=Max("position"))["last"] or 0
        item = Item(uid=_new_uid(course, slug), course=course, slug=slug, created_by=by, position=last + 1)
    elif item.published is not None and item.kind != kind:
        raise BankError([Problem(f"A published {item.kind} cannot become a {kind}; give it a new slug.", "kind", slug)])
    item.kind, item.draft, item.difficulty, item.seconds = kind, normalise_body(kind, body), difficulty, seconds
    item.full_clean(exclude=["created_by"], validate_unique=False, validate_constraints=False)
    item.save()
    _tag(item, concepts)
    return item


def _new_uid(course: Course, slug: str) -> uuid.UUID:
    """The same for the same course and slug, so that an item's variants are the same in every database."""
    uid = uuid.uuid5(ITEMS, f"{course.slug}/{slug}")
    return uuid.uuid4() if Item.objects.filter(uid=uid).exists() else uid


def _tag(item: Item, concepts: Sequence[Concept]) -> None:
    """Make `concepts` the item's tags, in their order."""
    if list(item.tags.values_list("concept_id", flat=True)) == [concept.pk for concept in concepts]:
        return
    item.tags.all().delete()
    ItemConcept.objects.bulk_create(
        ItemConcept(item=item, concept=concept, position=position) for position, concept in enumerate(concepts)
    )


@transaction.atomic
def publish(item: Item, *, by: Author | None = None, seeds: int = AUDIT_SEEDS) -> ItemVersion:
    """Publish the item's draft as its next version, which students get from now on.

    Publishing what is already published returns the same version. Raises BankError when the body is not valid, when no
    concept is tagged, or when the item's variants fail their audit over `seeds` seeds.
    """
    kind, body = kinds.get(item.kind), validate_body(item.kind, item.draft)
    concepts = [tag.concept for tag in item.tags.select_related("concept__lesson")]
    if not concepts:
        raise BankError([Problem("Tag at least one concept.", "concepts", item.slug)])
    slugs = [concept.slug for concept in concepts]
    current = item.published
    if current and not item.retired_at and _is_same(current, item, slugs):
        return current
    number = current.number + 1 if current else 1
    report = kind.audit(body, f"{item.uid}:{number}", seeds)
    if report is not None and not report.ok:
        raise BankError([Problem(str(defect), "audit", item.slug) for defect in report.problems])
    version = ItemVersion.objects.create(
        item=item,
        number=number,
        kind=item.kind,
        body=item.draft,
        difficulty=item.difficulty,
        seconds=item.seconds,
        concepts=slugs,
        lesson=concepts[0].lesson,
        facets=kind.facets(body),
        published_at=timezone.now(),
        published_by=by,
    )
    item.published, item.retired_at = version, None
    item.revision = _next_revision(item)
    item.save(update_fields=["published", "retired_at", "revision", "updated_at"])
    item.findings.all().delete()
    return version


def _is_same(version: ItemVersion, item: Item, concepts: list[str]) -> bool:
    return (
        version.body == item.draft
        and version.difficulty == item.difficulty
        and version.seconds == item.seconds
        and version.concepts == concepts
    )


@transaction.atomic
def retire(item: Item) -> None:
    """Ask this item no more; what was answered stays in the log. Publishing it again brings it back."""
    item.retired_at = timezone.now()
    item.revision = _next_revision(item)
    item.save(update_fields=["retired_at", "revision", "updated_at"])


def _next_revision(item: Item) -> int:
    """The course's next number; until the transaction ends nobody else takes one, so that readers miss none."""
    course = Course.objects.select_for_update().get(pk=item.course_id)
    course.revision += 1
    course.save(update_fields=["revision"])
    return course.revision

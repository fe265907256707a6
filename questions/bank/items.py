"""Publish, rename and retire one item."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from questions import kinds
from questions.bank.audits import AUDIT_SEEDS
from questions.bank.bodies import check_pictures, validate_body
from questions.bank.documents import POOL_RULE, PRACTICE, SLUG_RULE, ExamUse, is_slug
from questions.bank.locks import lock_course, lock_item, raise_graph_revision
from questions.bank.problems import BankError, Problem
from questions.models import (
    Author,
    Concept,
    Course,
    Item,
    ItemEnemy,
    ItemVersion,
    Lesson,
    VersionConcept,
)
from questions.text.markup import rename_tried, tried
from questions.variants.versions import ENGINE_VERSION


@transaction.atomic
def rename_item(item: Item, slug: str) -> None:
    """Call an item otherwise, also in the lessons that offer it to try; refreshes `item`.

    Its variants and all that students did stay as they are. Raises BankError when it cannot be called so.
    """
    course, current = lock_item(item)
    if slug != current.slug:
        if not is_slug(slug):
            raise BankError([Problem(SLUG_RULE, "slug", current.slug)])
        if course.items.filter(slug=slug).exists():
            raise BankError([Problem(f"There is an item “{slug}” in this course already.", "slug", current.slug)])
        offers = Q(body_markdown__contains=current.slug) | Q(draft__body_markdown__icontains=current.slug)
        for lesson in course.lessons.filter(offers):
            lesson.body_markdown = rename_tried(lesson.body_markdown, current.slug, slug)
            if lesson.draft:
                lesson.draft["body_markdown"] = rename_tried(lesson.draft["body_markdown"], current.slug, slug)
            lesson.save(update_fields=["body_markdown", "draft"])
        current.slug = slug
        current.save(update_fields=["slug"])
        _store_state(course, current)
    item.refresh_from_db()


@transaction.atomic
def set_exam_use(item: Item, use: ExamUse, enemies: Sequence[Item]) -> None:
    """Store how exams use an item from now on, drafts and versions alike; `enemies` are the items that it names.

    An item that is put into another pool is kept there anew. Raises BankError for an enemy that is of another course or
    the item itself, and for a pool that cannot be called so.
    """
    course, current = lock_item(item)
    if use.pool == PRACTICE:
        raise BankError([Problem(POOL_RULE, "pool", current.slug)])
    if any(enemy.course_id != course.pk or enemy.pk == current.pk for enemy in enemies):
        raise BankError([Problem("Name other items of the same course.", "enemies", current.slug)])
    was_secret, is_moved = current.is_secret, current.pool != use.pool
    known = set(current.enemies.values_list("enemy", flat=True))
    if current.idea != use.idea or known != {enemy.pk for enemy in enemies}:
        raise_graph_revision(course.pk)
    if use.pool and is_moved and (lesson := _offering(course, current.slug)):
        message = f"The lesson “{lesson}” offers it to try: take it out there first."
        raise BankError([Problem(message, "pool", current.slug)])
    current.idea, current.pool = use.idea, use.pool
    if is_moved:
        current.released_at = current.released_by = None
    current.full_clean(exclude=["created_by"], validate_unique=False, validate_constraints=False)
    current.save(update_fields=["idea", "pool", "released_at", "released_by"])
    if current.published_id and current.is_secret != was_secret:
        _store_state(course, current)
        raise_graph_revision(course.pk)
    current.enemies.exclude(enemy__in=enemies).delete()
    ItemEnemy.objects.bulk_create(ItemEnemy(item=current, enemy=enemy) for enemy in enemies if enemy.pk not in known)
    item.refresh_from_db()


def _offering(course: Course, slug: str) -> Lesson | None:
    """The first lesson that offers an item to try."""
    lessons = course.lessons.filter(body_markdown__contains=slug)
    return next((lesson for lesson in lessons if slug in tried(lesson.body_markdown)), None)


@transaction.atomic
def release_from_pool(item: Item, by: Author | None) -> bool:
    """Give an item of a pool to practice, for good; exams draw it as before. Refreshes `item`.

    Returns whether it was kept for exams until now. Raises BankError if it was deleted.
    """
    course, current = lock_item(item)
    was_secret = current.is_secret
    if was_secret:
        current.released_at, current.released_by = timezone.now(), by
        current.save(update_fields=["released_at", "released_by"])
        _store_state(course, current)
        raise_graph_revision(course.pk)
    item.refresh_from_db()
    return was_secret


@transaction.atomic
def publish(
    item: Item, *, by: Author | None = None, seeds: int = AUDIT_SEEDS, body: kinds.ItemBody | None = None
) -> ItemVersion:
    """Publish the item's draft, as it is now, as its next version, which students get from now on; refreshes `item`.

    `body` is what is known to be the draft's, and to be valid, its pictures aside: then it is not read again.
    Publishing what is already published returns the same version. Raises BankError when the body is not valid, when no
    concept is tagged, when the item's variants fail their audit over `seeds` seeds, or when somebody retired or deleted
    it since `item` was read.
    """
    course, current = lock_item(item)
    if current.retired_at and not item.retired_at:
        raise BankError([Problem("It was retired meanwhile. Publish it again to bring it back.", entry=item.slug)])
    version = _next_version(current, by, seeds, body)
    if version.pk != current.published_id or current.retired_at:
        current.published, current.retired_at = version, None
        _store_state(course, current)
        current.findings.all().delete()
    item.refresh_from_db()
    return version


def list_forgotten(item: Item, document: dict[str, object]) -> list[str]:
    """The ids of pairs or parts that students get and a valid body has no longer: what is remembered of them ends."""
    if item.published is None:
        return []
    kept = kinds.get(item.kind).facets(validate_body(item.kind, document))
    return sorted(set(item.published.facets) - set(kept))


def next_identity(item: Item) -> str:
    """What will key the draws of the item's next version."""
    newest = item.versions.aggregate(newest=Max("number"))["newest"] or 0
    return f"{item.uid}:{newest + 1}"


def _next_version(item: Item, by: Author | None, seeds: int, body: kinds.ItemBody | None) -> ItemVersion:
    """The newest version if the draft is the same, else a new one. Raises BankError if the draft cannot be one.

    Numbers are counted by the versions that there are: `item.published` may be behind.
    """
    kind = kinds.get(item.kind)
    if body is None:
        body = validate_body(item.kind, item.draft)
    else:
        check_pictures(item.kind, body)
    concepts = [tag.concept for tag in item.tags.select_related("concept__lesson")]
    if not concepts:
        raise BankError([Problem("Tag at least one concept.", "concepts", item.slug)])
    newest = item.versions.order_by("-number").first()
    if newest and not item.retired_at and _is_same(newest, item, concepts):
        return newest
    number = newest.number + 1 if newest else 1
    report = kind.audit(body, f"{item.uid}:{number}", seeds)
    if report is not None and not report.ok:
        raise BankError([Problem(str(defect), "audit", item.slug) for defect in report.problems])
    version = ItemVersion.objects.create(
        item=item,
        number=number,
        kind=item.kind,
        body=item.draft,
        engine=ENGINE_VERSION,
        difficulty=item.difficulty,
        seconds=item.seconds,
        concepts_then=[concept.slug for concept in concepts],
        lesson=concepts[0].lesson,
        facets=kind.facets(body),
        published_at=timezone.now(),
        published_by=by,
    )
    VersionConcept.objects.bulk_create(
        VersionConcept(version=version, concept=concept, position=position) for position, concept in enumerate(concepts)
    )
    return version


def _is_same(version: ItemVersion, item: Item, concepts: Sequence[Concept]) -> bool:
    return (
        version.body == item.draft
        and version.difficulty == item.difficulty
        and version.seconds == item.seconds
        and [tag.concept for tag in version.tags.all()] == list(concepts)
    )


@transaction.atomic
def retire(item: Item) -> bool:
    """Ask this item no more; what was answered stays in the log. Publishing it again brings it back.

    Refreshes `item`; returns whether it was asked until now. Raises BankError if it was deleted.
    """
    course, current = lock_item(item)
    asked = current.retired_at is None
    if asked:
        current.retired_at = timezone.now()
        _store_state(course, current)
    item.refresh_from_db()
    return asked


@transaction.atomic
def reissue_items(renamed: Course | Lesson | Concept) -> None:
    """Have clients load the published items of what was renamed again, since they know it by its name."""
    match renamed:
        case Course():
            about, course = Q(course=renamed), renamed.pk
        case Lesson():
            about, course = Q(published__lesson=renamed), renamed.course_id
        case Concept():
            about, course = Q(published__tags__concept=renamed), renamed.course_id
    locked = lock_course(course)
    for item in Item.objects.published().filter(about):
        _store_state(locked, item)


@transaction.atomic
def follow_concept(concept: Concept) -> None:
    """Put whatever is mainly about a concept into the lesson that the concept is in now, versions of before too."""
    mainly = VersionConcept.objects.filter(position=0, concept=concept)
    course = lock_course(concept.course_id)
    versions = ItemVersion.objects.filter(pk__in=mainly.values("version")).exclude(lesson=concept.lesson_id)
    moved = list(Item.objects.published().filter(published__in=versions))
    versions.update(lesson=concept.lesson_id)
    for item in moved:
        _store_state(course, item)


def _store_state(course: Course, item: Item) -> None:
    """Store what an item is to students, under the course's next number.

    The course is locked: until the transaction ends nobody else takes a number, so that readers miss none.
    """
    course.revision += 1
    course.save(update_fields=["revision"])
    item.revision = course.revision
    item.save(update_fields=["published", "retired_at", "revision", "updated_at"])

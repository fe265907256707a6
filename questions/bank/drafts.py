"""Drafts of items: many are saved as one is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.db.models.signals import post_save, pre_save
from django.utils import timezone

from questions import kinds
from questions.bank.bodies import normalise_body, write_body
from questions.bank.documents import SLUG_RULE, is_slug
from questions.bank.locks import lock_course, raise_graph_revision
from questions.bank.problems import BankError, Problem
from questions.models import Author, Concept, Course, Item, ItemConcept

ITEMS = uuid.UUID("6f1d3a52-9c0b-5e57-8a5c-0d7f1c4b2e93")
"""The namespace of items' identifiers (RFC 9562, version 5)."""
EDITED = ("kind", "draft", "difficulty", "seconds", "updated_at")
"""What saving a draft changes of an item: all else may have been changed by others meanwhile."""
UNTOUCHED = [field.name for field in Item._meta.fields if field.name not in ("slug", *EDITED)]


@dataclass(frozen=True)
class Draft:
    """What the draft of an item is to be: its kind, its body, what it practises (the first mainly).

    The body is a document, or what was read of one already.
    """

    slug: str
    kind: str
    body: dict[str, object] | kinds.ItemBody
    concepts: Sequence[Concept]
    difficulty: int = 2
    seconds: int = 45


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
    """Create or change the draft of an item, as `save_drafts` does."""
    return save_drafts(course, [Draft(slug, kind, body, concepts, difficulty, seconds)], by)[0]


@transaction.atomic
def save_drafts(course: Course, drafts: Sequence[Draft], by: Author | None = None) -> list[Item]:
    """Create or change the drafts of items, in a fixed number of queries; students go on seeing published versions.

    A draft may be unfinished: only `publish` insists on a valid body. Raises BankError, and stores none, when the kind
    of an item that was published is changed, since its cards and answers are of the old kind; when a concept is of
    another course, a number out of its bounds, or the slug of a new item none. Each problem names
    its item as its entry.
    """
    lock_course(course.pk)
    rows = Item.objects.select_for_update(of=("self",), no_key=True)
    there = {item.slug: item for item in rows.filter(course=course, slug__in={draft.slug for draft in drafts})}
    new = {slug: Item(course=course, slug=slug, created_by=by) for slug in _slugs(drafts) if slug not in there}
    items = there | new
    if problems := [problem for draft in drafts for problem in _write(items[draft.slug], draft)]:
        raise BankError(problems)
    for item in there.values():  # what is written in bulk is told of all the same to whoever notes changes
        pre_save.send(Item, instance=item, raw=False, using=None, update_fields=None)
    _create(course, list(new.values()))
    for item in new.values():
        post_save.send(Item, instance=item, created=True, raw=False, using=None, update_fields=None)
    Item.objects.bulk_update(there.values(), EDITED)
    _tag(course, {items[draft.slug]: draft.concepts for draft in drafts})
    return [items[draft.slug] for draft in drafts]


def _slugs(drafts: Sequence[Draft]) -> list[str]:
    return list(dict.fromkeys(draft.slug for draft in drafts))


def _write(item: Item, draft: Draft) -> Iterator[Problem]:
    """Write a draft into the row of its item, which is not stored yet; what is wrong with it."""
    for concept in draft.concepts:
        if concept.course_id != item.course_id:
            yield Problem(f"“{concept.slug}” is a concept of another course.", "concepts", draft.slug)
    if item._state.adding and not is_slug(draft.slug):
        yield Problem(SLUG_RULE, "slug", draft.slug)
        return
    if item.kind not in ("", draft.kind) and item.versions.exists():
        message = f"A published {item.kind} cannot become a {draft.kind}; give it a new slug."
        yield Problem(message, "kind", draft.slug)
    body, item.kind = draft.body, draft.kind
    item.draft = write_body(body) if isinstance(body, kinds.ItemBody) else normalise_body(draft.kind, body)
    item.difficulty, item.seconds, item.updated_at = draft.difficulty, draft.seconds, timezone.now()
    try:
        item.clean_fields(exclude=UNTOUCHED)
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            yield Problem(" ".join(messages), field, draft.slug)


def _create(course: Course, items: Sequence[Item]) -> None:
    """Store new items behind the others.

    Their identifiers follow from course and slug, so that an item's variants are the same in every database.
    """
    uids = {item.slug: uuid.uuid5(ITEMS, f"{course.slug}/{item.slug}") for item in items}
    taken = set(Item.objects.filter(uid__in=uids.values()).values_list("uid", flat=True))
    last = course.items.aggregate(last=Max("position"))["last"] or 0
    for position, item in enumerate(items, start=last + 1):
        item.uid = uuid.uuid4() if uids[item.slug] in taken else uids[item.slug]
        item.position = position
    Item.objects.bulk_create(items)


def _tag(course: Course, wanted: Mapping[Item, Sequence[Concept]]) -> None:
    """Make concepts the tags of items, in their order."""
    tags: dict[int, list[int]] = {}
    for key, concept in ItemConcept.objects.filter(item__in=wanted).values_list("item", "concept"):
        tags.setdefault(key, []).append(concept)
    changed = [item for item in wanted if tags.get(item.pk, []) != [concept.pk for concept in wanted[item]]]
    if any(item.published_id for item in changed):
        raise_graph_revision(course.pk)
    ItemConcept.objects.filter(item__in=[item for item in changed if item.pk in tags]).delete()
    ItemConcept.objects.bulk_create(
        ItemConcept(item=item, concept=concept, position=position)
        for item in changed
        for position, concept in enumerate(wanted[item])
    )

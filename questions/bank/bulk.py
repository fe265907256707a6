"""Many items are changed at once, in one transaction: all of them or, where one cannot be, none. Copies of items."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from questions.bank.documents import ExamUse
from questions.bank.drafts import save_draft
from questions.bank.items import publish, set_exam_use
from questions.bank.locks import lock_item
from questions.bank.problems import BankError, Problem
from questions.bank.slugs import free_slug
from questions.models import Author, Concept, Item, Lesson
from questions.text.markup import tried

SEEDS = 100
"""Of the audit of a version whose body is one that was audited before."""


class How(enum.Enum):
    """What becomes of the concepts that an item practises beside its main one."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True)
class ItemChange:
    """What is changed of each item; None for what stays.

    Another main concept takes the place of the present one, and puts the item into its own lesson. Where the main
    concept is removed, the first of the others becomes it.
    """

    how: How = How.ADD
    concepts: tuple[Concept, ...] = ()
    main: Concept | None = None
    difficulty: int | None = None
    seconds: int | None = None

    def apply(self, tags: Sequence[Concept]) -> list[Concept]:
        """Return the tags, the main one first, as they are after the change."""
        main, others = list(tags[:1]), list(tags[1:])
        if self.how == How.ADD:
            others += self.concepts
        elif self.how == How.REPLACE:
            others = list(self.concepts)
        else:
            main, others = ([tag for tag in part if tag not in self.concepts] for part in (main, others))
        changed = [*([self.main] if self.main else main), *others]
        return list({tag.pk: tag for tag in changed}.values())


@dataclass
class BulkReport:
    """What was done: items published anew, those whose draft alone was changed, and those that were so already."""

    published: list[Item] = field(default_factory=list)
    drafted: list[Item] = field(default_factory=list)
    unchanged: list[Item] = field(default_factory=list)


@transaction.atomic
def change_items(items: Collection[Item], change: ItemChange, by: Author | None) -> BulkReport:
    """Change items of one course; refreshes them.

    An item whose draft is what students get is published anew at once. One with other edits keeps them in its draft,
    which waits for its author. Raises BankError, and changes nothing, where an item would be left without a concept,
    or its next version fails the audit.
    """
    report, problems = BulkReport(), []
    if len({item.course_id for item in items}) > 1:
        raise BankError([Problem("Choose items of one course: others have other concepts.")])
    for item in items:
        try:
            _change(item, change, by, report)
        except BankError as error:
            problems += [dataclasses.replace(problem, entry=item.slug) for problem in error.problems]
    if problems:
        raise BankError(problems)
    return report


def _change(item: Item, change: ItemChange, by: Author | None, report: BulkReport) -> None:
    course, current = lock_item(item)
    tags = [tag.concept for tag in current.tags.select_related("concept")]
    wanted = change.apply(tags)
    if not wanted:
        raise BankError([Problem("It would be left without a concept.", "concepts")])
    difficulty, seconds = change.difficulty or current.difficulty, change.seconds or current.seconds
    if (wanted, difficulty, seconds) == (tags, current.difficulty, current.seconds):
        return report.unchanged.append(item)
    is_asked = current.state == "published"
    saved = save_draft(
        course, current.slug, current.kind, current.draft, wanted, difficulty=difficulty, seconds=seconds, by=by
    )
    if is_asked:
        publish(saved, by=by, seeds=SEEDS)
    (report.published if is_asked else report.drafted).append(item)
    item.refresh_from_db()
    return None


@transaction.atomic
def duplicate_item(item: Item, by: Author | None) -> Item:
    """Return a copy of an item's draft under a slug of its own, used in exams as the item is, and never beside it."""
    course, current = lock_item(item)
    copy = save_draft(
        course,
        free_slug(course, f"{current.slug}-copy"),
        current.kind,
        current.draft,
        [tag.concept for tag in current.tags.select_related("concept")],
        difficulty=current.difficulty,
        seconds=current.seconds,
        by=by,
    )
    enemies = [row.enemy for row in current.enemies.select_related("enemy")]
    set_exam_use(copy, ExamUse(current.idea, current.pool), [current, *enemies])
    return copy


def list_offering(items: Collection[Item]) -> list[tuple[Lesson, list[str]]]:
    """The lessons that offer some of the items to try, each with their slugs."""
    offering = []
    for lesson in Lesson.objects.filter(course__in={item.course_id for item in items}):
        offered = set(tried(lesson.body_markdown))
        slugs = [item.slug for item in items if item.slug in offered and item.course_id == lesson.course_id]
        if slugs:
            offering.append((lesson, slugs))
    return offering


@transaction.atomic
def restore_version(item: Item, number: int, by: Author | None) -> None:
    """Make the draft what a version has; students go on seeing what is published. Refreshes `item`.

    Raises BankError if there is no such version.
    """
    course, current = lock_item(item)
    version = current.versions.filter(number=number).first()
    if version is None:
        raise BankError([Problem("There is no such version.", entry=item.slug)])
    concepts = [tag.concept for tag in version.tags.all()]
    save_draft(
        course,
        current.slug,
        version.kind,
        version.body,
        concepts,
        difficulty=version.difficulty,
        seconds=version.seconds,
        by=by,
    )
    item.refresh_from_db()

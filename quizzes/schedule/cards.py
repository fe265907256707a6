"""A student's cards: one for every facet of every published item of their courses.

Items that are kept for exams have cards only for who was asked them, hidden ones: the change log does not number them
before they come into practice.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from questions.models import Course, Item, ItemVersion, outside_pools
from quizzes.background import outbox
from quizzes.models import Card, ChangeLog, Enrolment, Job, Presentation, Student, insert_rows, update_rows
from quizzes.models.statements import Parameter, Prepared, number
from quizzes.presentations import Ask, present
from quizzes.reviews import change_log


@transaction.atomic(savepoint=False)
def ensure_cards(student: Student) -> ChangeLog:
    """Create the student's missing cards; the change log, locked until the caller's transaction ends."""
    log = change_log.lock(student, timezone.now())
    before = log.last_sequence
    create_missing_cards([log])
    if log.last_sequence != before:
        log.save(update_fields=["last_sequence"])
    return log


def create_missing_cards(logs: Sequence[ChangeLog]) -> frozenset[int]:
    """Create a card for every facet that has none yet; the change logs must be locked, and saved afterwards.

    Only courses are looked through in which something was published since: one query where there are none. Return the
    students for whom there were any.
    """
    behind: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in _BEHIND.run(students=[log.student.pk for log in logs]):
        behind[enrolment.student_id].append(enrolment)
    for log in logs:
        if log.student.pk in behind:
            _catch_up(log, behind[log.student.pk])
    return frozenset(behind)


def _catch_up(log: ChangeLog, behind: Sequence[Enrolment]) -> None:
    """Create a student's missing cards of the courses of these enrolments."""
    items = Item.objects.in_practice().filter(course__in=[enrolment.course_id for enrolment in behind])
    cards = Card.objects.filter(student=log.student).values_list("item_id", "facet", "sequence")
    existing = {(item, facet): sequence for item, facet, sequence in cards}
    if Card.HIDDEN in existing.values():
        for card in (hidden := list(Card.objects.filter(student=log.student, sequence=Card.HIDDEN, item__in=items))):
            card.sequence = log.next_sequence()
        update_rows(hidden, ["sequence"])
    missing = [
        (uuid.uuid4(), log.student_id, item, facet, log.next_sequence())
        for item, facets in items.values_list("pk", "published__facets")
        for facet in facets
        if (item, facet) not in existing
    ]
    insert_rows(Card, ("id", "student", "item", "facet", "sequence"), missing)
    for enrolment in behind:
        enrolment.cards_revision = enrolment.course.revision
    update_rows(behind, ["cards_revision"])


def create_hidden_cards(student: Student, versions: Iterable[ItemVersion]) -> list[tuple[int, uuid.UUID]]:
    """Create cards of versions that the student has none of, since practice never shows them: (item, card) of each.

    The student's change log has to be locked.
    """
    rows = [(uuid.uuid4(), student.pk, version.item_id, facet) for version in versions for facet in version.facets]
    insert_rows(Card, ("id", "student", "item", "facet"), rows)
    return [(item, card) for card, _, item, _ in rows]


def enqueue_new_items(now: datetime, limit: int = 1000) -> int:
    """Ask for plans, which create the cards, for students of courses in which something was published since.

    For how many enrolments, `limit` at most. The next sweep goes on where this one ended: a student who has a plan
    waiting is left out.
    """
    return outbox.enqueue_all(Job.Kind.PLAN, _enrolments_behind().order_by("pk"), now, limit)


def _enrolments_behind() -> QuerySet[Enrolment]:
    """Enrolments that lack the cards of what their course published last."""
    behind = Enrolment.objects.studied().filter(course__revision__gt=F("cards_revision"))
    return behind.select_related("course")


_BEHIND = Prepared(lambda: _enrolments_behind().filter(student__in=number("students", many=True)))


def askable_cards(student: Student | Parameter, now: datetime | Parameter) -> QuerySet[Card]:
    """The cards that may be asked: neither suspended nor buried, of items that are published in a course they study."""
    return (
        Card.objects.filter(outside_pools("item__"), student=student, suspended=False, item__retired_at__isnull=True)
        .filter(item__published__isnull=False, item__course__enrolments__student=student)
        .filter(item__course__state__in=Course.STUDIED)
        .exclude(buried_until__gt=now)
    )


def ask_items(student: Student, items: Sequence[int], now: datetime) -> list[Presentation]:
    """Questions of items, in their order; of a match set its pairs, those that are due longest first.

    Items that cannot be asked are left out. A fixed number of queries.
    """
    cards = Card.objects.filter(
        student=student, item__in=items, suspended=False, item__course__state__in=Course.STUDIED
    )
    rows = cards.order_by(F("due_at").asc(nulls_last=True), "facet").values_list("item", "pk", "facet")
    facets: dict[int, list[tuple[uuid.UUID, str]]] = defaultdict(list)
    for item, card, facet in rows:
        facets[item].append((card, facet))
    asks = [Ask(facets[item][0][0], tuple(facet for _, facet in facets[item])) for item in items if item in facets]
    return present(student, asks, now) if asks else []


def ask_item(student: Student, item: int, now: datetime) -> Presentation | None:
    """A question of one item; None where it cannot be asked."""
    return next(iter(ask_items(student, [item], now)), None)

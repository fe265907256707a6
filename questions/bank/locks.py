"""The bank's one rule of locks: whoever changes a course or anything of it locks the course's row first.

Then at most one changes a course at a time: what was read under the lock is still so when it is stored, and nobody
waits for somebody who waits. The lock does not hinder those who refer to the course, such as students who enrol.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from questions.bank.problems import BankError, Problem
from questions.models import Course, Item


def lock_courses(keys: Iterable[int]) -> dict[int, Course]:
    """Lock these courses until the transaction ends, always in the same order; those that still exist, as they are."""
    rows = Course.objects.select_for_update(no_key=True).filter(pk__in=set(keys)).order_by("pk")
    return {course.pk: course for course in rows}


def lock_course(key: int) -> Course:
    """Lock the course until the transaction ends; returns it as it is. Raises BankError if it was deleted."""
    course = lock_courses([key]).get(key)
    if course is None:
        raise BankError([Problem("This course was deleted.", "course")])
    return course


def raise_graph_revision(course: int) -> None:
    """Say that answers in a course, which is locked, may practise something else from now on."""
    Course.objects.filter(pk=course).update(graph_revision=F("graph_revision") + 1)


def raise_revision(course: int) -> None:
    """Say that something of a course, which is locked, changed that is no item's own: its order, say."""
    Course.objects.filter(pk=course).update(revision=F("revision") + 1)


def lock_item(item: Item) -> tuple[Course, Item]:
    """Lock an item's course, then the item; returns both as they are. Raises BankError if it was deleted."""
    course = lock_course(item.course_id)
    rows = Item.objects.select_for_update(of=("self",), no_key=True).select_related("published")
    current = rows.filter(pk=item.pk).first()
    if current is None:
        raise BankError([Problem("This item was deleted.", entry=item.slug)])
    return course, current

"""A roster comes into a course: what it changes is compared once more and stored, all of it or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from questions.models import Course
from quizzes import exams
from quizzes.courses import invitations
from quizzes.courses.roster.comparing import Change, Comparison, Deed, Seat, compare
from quizzes.courses.roster.lines import Roster
from quizzes.courses.roster.seating import load_seats
from quizzes.courses.students import remove_students
from quizzes.models import Enrolment, Invitation, Section

if TYPE_CHECKING:
    from questions.models import Author


class ChangedMeanwhileError(Exception):
    """The course is not as it was when the roster was compared: look once more."""


@dataclass(frozen=True)
class Applied:
    """What became of a roster, and the invitations that it made."""

    comparison: Comparison
    invitations: Sequence[Invitation]


def compare_roster(course: Course, roster: Roster, *, removes_unlisted: bool = False) -> Comparison:
    """Say what a roster would change in a course. Stores nothing; a fixed number of queries."""
    return compare(
        roster,
        load_seats(course),
        staff=[email.casefold() for email in course.memberships.values_list("user__email", flat=True) if email],
        sections=list(course.sections.values_list("name", flat=True)),
        removes_unlisted=removes_unlisted,
    )


def digest(comparison: Comparison) -> str:
    """Return by what a comparison is known again; who is not listed counts, removed or not."""
    rows = [(change.after, change.before) for change in comparison.changes]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@transaction.atomic
def apply_roster(
    course: Course,
    roster: Roster,
    by: Author | None,
    now: datetime,
    *,
    removes_unlisted: bool = False,
    shown: str | None = None,
) -> Applied:
    """Apply a roster. Idempotent; with a fault nothing is changed.

    Raises ChangedMeanwhileError where it would change something else than the comparison of the digest `shown`.
    """
    locked = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    comparison = compare_roster(locked, roster, removes_unlisted=removes_unlisted)
    if shown is not None and shown != digest(comparison):
        raise ChangedMeanwhileError
    Section.objects.bulk_create([Section(course=locked, name=name) for name in comparison.new_sections])
    sections = {section.name: section for section in locked.sections.all()}
    made = _invite(locked, comparison.of(Deed.ADD), sections, by, now)
    changed = comparison.of(Deed.CHANGE)
    _change_invited(locked, [change for change in changed if change.after.invited], sections)
    _change_students(locked, [change for change in changed if not change.after.invited], sections, now)
    _remove(locked, comparison.of(Deed.REMOVE), now)
    return Applied(comparison, made)


def _invite(
    course: Course, added: Sequence[Change], sections: Mapping[str, Section], by: Author | None, now: datetime
) -> list[Invitation]:
    made = [
        Invitation(
            course=course,
            email=change.after.email,
            name=change.after.name,
            section=sections.get(change.after.section),
            extra_time_percent=change.after.extra_time,
            invited_by=by,
            made_at=now,
            expires_at=now + invitations.VALID_FOR,
        )
        for change in added
    ]
    Invitation.objects.bulk_create(made, batch_size=500)
    invitations.ask_to_send(made, now)
    return made


def _change_invited(course: Course, changed: Sequence[Change], sections: Mapping[str, Section]) -> None:
    """Store what the roster says of those who have not come yet."""
    after = {change.after.key: change.after for change in changed}
    rows = list(Invitation.objects.filter(course=course, pk__in=list(after)))
    for row in rows:
        seat = after[str(row.pk)]
        row.name, row.section, row.extra_time_percent = seat.name, sections.get(seat.section), seat.extra_time
    Invitation.objects.bulk_update(rows, ["name", "section", "extra_time_percent"], batch_size=500)


def _change_students(course: Course, changed: Sequence[Change], sections: Mapping[str, Section], now: datetime) -> None:
    """Store what the roster says of students; their accounts keep the names that they gave themselves."""
    by_key = {int(change.after.key): change for change in changed}
    rows = list(course.enrolments.filter(pk__in=list(by_key)).select_related("student"))
    for row in rows:
        change = by_key[row.pk]
        row.section, row.extra_time_percent = sections.get(change.after.section), change.after.extra_time
        if change.before and change.before.name != change.after.name:
            _name_student(row, change.after, now)
    exams.store_students(rows, now)


def _name_student(enrolment: Enrolment, seat: Seat, now: datetime) -> None:
    """Store what the roster calls a student."""
    first = {"email": seat.email, "made_at": now, "accepted_at": now, "expires_at": now}
    Invitation.objects.update_or_create(
        course=enrolment.course,
        student=enrolment.student,
        defaults={"name": seat.name},
        create_defaults={"name": seat.name, **first},
    )


def _remove(course: Course, seats: Sequence[Change], now: datetime) -> None:
    """Take out who is not listed any more, and let nobody in by the links of those who have not come."""
    invited = [change.after.key for change in seats if change.after.invited]
    Invitation.objects.filter(course=course, pk__in=invited).delete()
    there = [int(change.after.key) for change in seats if not change.after.invited]
    remove_students(list(course.enrolments.filter(pk__in=there).select_related("student")), now)

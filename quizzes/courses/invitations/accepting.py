"""Whoever holds the link of an invitation takes the place, with the account that they have logged in with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db import transaction

from questions.models import Course
from quizzes import exams, schedule
from quizzes.courses.invitations.links import is_valid, read_key
from quizzes.models import Enrolment, Invitation

if TYPE_CHECKING:
    from quizzes.models import Student


class InvitationError(ValueError):
    """The place cannot be taken; says why."""


@transaction.atomic
def accept(secret: str, student: Student, now: datetime) -> Enrolment:
    """Enrol the student by the link with this secret, in the section and with the extra time of the invitation.

    Idempotent for the same student. Raises InvitationError for a link that is no longer valid, or was used by another.
    """
    key = read_key(secret)
    invitations = Invitation.objects.select_for_update(of=("self",)).select_related("course", "section")
    invitation = invitations.filter(key=key).first() if key else None
    if invitation is None or not is_valid(invitation, now):
        raise InvitationError("This link is no longer valid.")
    if invitation.student_id not in (None, student.pk):
        raise InvitationError("This link was used before, by another account.")
    if invitation.student_id is None and invitation.course.state != Course.State.OPEN:
        raise InvitationError("Nobody can join this course now. Ask the people who run it.")
    if invitation.student_id is None and not _is_theirs(invitation, student):
        raise InvitationError(
            f"This place is reserved for {invitation.email}. Confirm that address in your account first."
        )
    enrolment = schedule.enrol(student, invitation.course, now=now)
    if invitation.student_id is None:
        _seat(enrolment, invitation, now)
    return enrolment


def _is_theirs(invitation: Invitation, student: Student) -> bool:
    """Whether the student may have the place: in a course of its roster alone, who reads the mail of the address."""
    if invitation.course.joining != Course.Joining.ROSTER:
        return True
    confirmed = EmailAddress.objects.filter(user=student, email__iexact=invitation.email, verified=True)
    return bool(confirmed.exists())


def _seat(enrolment: Enrolment, invitation: Invitation, now: datetime) -> None:
    """Give a student the place that was kept; what the roster said of them before, as another, is forgotten."""
    Invitation.objects.filter(course=invitation.course, student=enrolment.student).delete()
    invitation.student, invitation.accepted_at, invitation.send_at = enrolment.student, now, None
    invitation.save(update_fields=["student", "accepted_at", "send_at"])
    enrolment.section, enrolment.extra_time_percent = invitation.section, invitation.extra_time_percent
    enrolment.save(update_fields=["section", "extra_time_percent"])
    exams.extend_open_sittings(enrolment)

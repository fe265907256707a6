"""The students of a course as a roster sees them: those who came, and those for whom a place is kept."""

from __future__ import annotations

from questions.models import Course
from quizzes.courses.roster.comparing import Seat
from quizzes.models import Enrolment, Invitation


def load_seats(course: Course) -> list[Seat]:
    """Load a course's seats, by name and address; two queries."""
    invitations = list(Invitation.objects.filter(course=course).select_related("section"))
    accepted = {invitation.student_id: invitation for invitation in invitations if invitation.student_id}
    enrolments = Enrolment.objects.filter(course=course).select_related("student", "section")
    seats = [_seat_of(enrolment, accepted.get(enrolment.student_id)) for enrolment in enrolments]
    seats += [_kept_for(invitation) for invitation in invitations if not invitation.student_id]
    return sorted(seats, key=lambda seat: (seat.name.casefold(), seat.email, seat.username))


def _seat_of(enrolment: Enrolment, invitation: Invitation | None) -> Seat:
    student = enrolment.student
    addresses = {student.email.casefold()} | ({invitation.email} if invitation else set())
    return Seat(
        key=str(enrolment.pk),
        email=invitation.email if invitation else student.email.casefold(),
        addresses=frozenset(filter(None, addresses)),
        username=student.username,
        name=(invitation.name if invitation else "") or student.get_full_name(),
        section=enrolment.section.name if enrolment.section else "",
        extra_time=enrolment.extra_time_percent,
    )


def _kept_for(invitation: Invitation) -> Seat:
    return Seat(
        key=str(invitation.pk),
        email=invitation.email,
        addresses=frozenset([invitation.email]),
        name=invitation.name,
        section=invitation.section.name if invitation.section else "",
        extra_time=invitation.extra_time_percent,
    )

"""The life of a course: a draft, open, closed, archived; who sees it, how one joins it; and what follows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import TextChoices

from questions.models import Course
from quizzes.background import outbox, publisher
from quizzes.courses import invitations
from quizzes.courses.joining import make_code
from quizzes.models import Enrolment, Job


@dataclass(frozen=True)
class Access:
    """In which state a course is, who sees it, and how one joins it; each a value of the course's choices."""

    state: str
    visible_to: str
    joining: str

    @classmethod
    def of(cls, course: Course) -> Access:
        """Return the access of a course."""
        return cls(course.state, course.visible_to, course.joining)


class Meaning(NamedTuple):
    """A choice as owners read it: what it is called, and what follows from it."""

    name: str
    follows: str


STATES: Mapping[TextChoices, Meaning] = {
    Course.State.DRAFT: Meaning(
        "Draft",
        "Only its staff can see it. Students on the roster wait: invitations are sent when it opens, and no questions "
        "are asked yet.",
    ),
    Course.State.OPEN: Meaning("Open", "Students can study it, and join it in the way you choose below."),
    Course.State.CLOSED: Meaning(
        "Closed", "Nobody else can join. For its students nothing changes: plans, questions and exams go on as before."
    ),
    Course.State.ARCHIVED: Meaning(
        "Archived",
        "Its students can still read its lessons and their results, but no questions are asked, no emails are sent and "
        "no exam can be started. Its staff can only read it: to change or mark anything, open it again.",
    ),
}
VISIBLE: Mapping[TextChoices, Meaning] = {
    Course.Visibility.PEOPLE: Meaning(
        "Only its students and staff", "Nobody else can find its name, lessons and concepts."
    ),
    Course.Visibility.EVERYBODY: Meaning(
        "Everyone",
        "Its lessons and concepts can be read even without an account. Exams and answers are for its students only.",
    ),
}
JOINING: Mapping[TextChoices, Meaning] = {
    Course.Joining.OPEN: Meaning(
        "Anyone who can see it",
        "They join with one click. If only its students and staff can see it, others need the code or the link.",
    ),
    Course.Joining.CODE: Meaning(
        "Anyone with its code or link", "They type the code, open the link, or scan the QR code of the link."
    ),
    Course.Joining.INVITATION: Meaning("Anyone with an invitation link", "Each link works once."),
    Course.Joining.ROSTER: Meaning(
        "Only students you put on the roster",
        "They need an account whose confirmed email address is the one on the roster: an invitation passed on to "
        "somebody else does not work.",
    ),
}


@transaction.atomic
def change_access(course: Course, wished: Access, now: datetime) -> Course:
    """Store the access of a course, with all that follows; return the course as it is then. Idempotent.

    Raises ValueError for what is none of the choices.
    """
    if wished.state not in STATES or wished.visible_to not in VISIBLE or wished.joining not in JOINING:
        raise ValueError("Choose a status, who can see the course, and who can join it.")
    locked = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    was_studied = locked.state in Course.STUDIED
    locked.state, locked.visible_to, locked.joining = wished.state, wished.visible_to, wished.joining
    if locked.joining in (Course.Joining.OPEN, Course.Joining.CODE):
        locked.join_code = locked.join_code or make_code()
    locked.save(update_fields=["state", "visible_to", "joining", "join_code"])
    if was_studied != (locked.state in Course.STUDIED):
        enrolled = Enrolment.objects.filter(course=locked)
        outbox.enqueue_all(Job.Kind.PLAN, enrolled, now, limit=enrolled.count())
    if locked.state == Course.State.OPEN:
        transaction.on_commit(lambda: publisher.publish(invitations.TASK))
    return locked


@transaction.atomic
def renew_code(course: Course) -> Course:
    """Give a course another code; the old one and its link let nobody in any more."""
    locked = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    locked.join_code = make_code()
    locked.save(update_fields=["join_code"])
    return locked

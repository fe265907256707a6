"""The life of a course: a draft, open, closed, archived; who sees it, how one joins it; and what follows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

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


STATES: Mapping[TextChoices, str] = {
    Course.State.DRAFT: "Only its staff can see it. Students on the roster wait: invitations are sent when it opens, "
    "and no questions are asked yet.",
    Course.State.OPEN: "Students can study it, and join it in the way you choose below.",
    Course.State.CLOSED: "Nobody else can join. For its students nothing changes: plans, questions and exams go on as "
    "before.",
    Course.State.ARCHIVED: "Its students can still read its lessons and their results, but no questions are asked, no "
    "emails are sent and no exam can be started. It disappears from all lists. Its staff can only read it: to change "
    "or mark anything, open it again.",
}
VISIBLE: Mapping[TextChoices, str] = {
    Course.Visibility.PEOPLE: "Only its students and staff can find its name, lessons and concepts.",
    Course.Visibility.EVERYBODY: "Everyone can read its lessons and concepts, even without an account. Exams and "
    "answers are for its students only.",
}
JOINING: Mapping[TextChoices, str] = {
    Course.Joining.OPEN: "Anyone who can see it joins with one click. If only its students and staff can see it, "
    "others need the code or the link.",
    Course.Joining.CODE: "Anyone who has its code, its link, or the QR code of the link.",
    Course.Joining.INVITATION: "Anyone who has an invitation link. Each link works once.",
    Course.Joining.ROSTER: "Students you put on the roster, with an account whose confirmed email address is the one "
    "on the roster: an invitation passed on to somebody else does not work.",
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

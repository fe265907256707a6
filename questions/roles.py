"""Who may do what in a course: the one rule set, which pages, the admin, the API and downloads ask.

A role is a set of acts; a superuser may do all in every course. Django's permissions say nothing of courses: they
decide who may found one (`questions.add_course`), and about what belongs to no course. Who studies is enrolled, which
gives none of these acts.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Model, Q, QuerySet

from questions.models import Author, Course, Membership

if TYPE_CHECKING:
    Person = Author | AnonymousUser

Role = Membership.Role
RowT = TypeVar("RowT", bound=Model)


class Act(Enum):
    """What people of a course do beside studying it."""

    READ = "read its items, drafts and exams, with their keys and statistics"
    WRITE = "write its lessons, items and exams, publish, retire and correct them"
    SEE_STUDENTS = "see who studies it, and how they do"
    MARK = "mark and mend sittings, give extra time, note things about students"
    MANAGE = "choose its people, their roles, how one joins it, and when it is open"


ACTS_OF: dict[str, frozenset[Act]] = {
    Role.OWNER: frozenset(Act),
    Role.AUTHOR: frozenset({Act.READ, Act.WRITE}),
    Role.ASSISTANT: frozenset({Act.READ, Act.SEE_STUDENTS, Act.MARK}),
    Role.OBSERVER: frozenset({Act.READ, Act.SEE_STUDENTS}),
}


ACTS_WHEN_ARCHIVED = frozenset({Act.READ, Act.SEE_STUDENTS, Act.MANAGE})
"""What is left to do in an archived course: it is read, and may be opened again."""


class LastOwnerError(Exception):
    """A course would be left without anybody who may choose its people."""


def acts_of(user: Person) -> dict[int, frozenset[Act]]:
    """Return what the user may do, by the keys of their courses. Read once for each user object, as Django's are."""
    if not user.is_active or user.pk is None:
        return {}
    kept: dict[int, frozenset[Act]] | None = getattr(user, "_acts", None)
    if kept is None:
        rows = Membership.objects.filter(user=user.pk).values_list("course", "role", "course__state")
        kept = {
            course: ACTS_OF[role] & ACTS_WHEN_ARCHIVED if state == Course.State.ARCHIVED else ACTS_OF[role]
            for course, role, state in rows
        }
        user._acts = kept  # type: ignore[attr-defined]
    return kept


def may(user: Person, act: Act, course: Course | int) -> bool:
    """Whether the user may do it in the course, which may be named by its key."""
    if user.is_active and user.is_superuser:
        return True
    return act in acts_of(user).get(course if isinstance(course, int) else course.pk, ())


def may_anywhere(user: Person, act: Act) -> bool:
    """Whether there is a course in which the user may do it."""
    if user.is_active and user.is_superuser:
        return True
    return any(act in acts for acts in acts_of(user).values())


def courses_for(user: Person, act: Act) -> QuerySet[Course]:
    """Return the courses in which the user may do it."""
    return rows_for(user, act, Course.objects.all(), "pk")


def rows_for(user: Person, act: Act, rows: QuerySet[RowT], *ways: str) -> QuerySet[RowT]:
    """Return those rows that are of a course in which the user may do it.

    `ways` are the lookups that lead from a row to its course ("course" where none is given); one of them has to.
    """
    if user.is_active and user.is_superuser:
        return rows
    keys = [course for course, acts in acts_of(user).items() if act in acts]
    within = Q()
    for way in ways or ("course",):
        within |= Q((f"{way}__in", keys))
    return rows.filter(within)


def readable_courses(user: Person | None) -> QuerySet[Course]:
    """Return the courses whose lessons the user may read, as one condition: it takes no query of its own.

    Staff read their courses in every state, whoever studies one reads it unless it is a draft, and everybody reads
    what is visible to everybody, while it is open or closed.
    """
    if user and user.is_active and user.is_superuser:
        return Course.objects.all()
    readable = Q(visible_to=Course.Visibility.EVERYBODY, state__in=Course.STUDIED)
    if user and user.is_active and user.pk is not None:
        # Who studies a course is known to the app of students alone: it is asked by the name of the relation.
        studies = Q(pk__in=Course.objects.filter(enrolments__student=user.pk).values("pk"))
        teaches = Q(pk__in=Membership.objects.filter(user=user.pk).values("course"))
        readable |= teaches | (studies & ~Q(state=Course.State.DRAFT))
    return Course.objects.filter(readable)


def listed_courses(user: Person | None) -> QuerySet[Course]:
    """Return those of them that stand in lists: archived ones are read by who looks for them."""
    return readable_courses(user).exclude(state=Course.State.ARCHIVED)


@transaction.atomic
def set_role(user: Author, course: Course, role: str, by: Author | None = None) -> Membership:
    """Give the user a role in the course, instead of one they have. Raises LastOwnerError.

    They are staff from now on, which opens the admin to them. Again, it changes nothing.
    """
    _lock(course)
    membership = Membership.objects.filter(user=user, course=course).first()
    if membership is None:
        membership = Membership.objects.create(user=user, course=course, role=role, added_by=by)
    elif membership.role != role:
        _keep_owner(membership)
        membership.role, membership.added_by = role, by
        membership.save(update_fields=["role", "added_by"])
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    _forget(user)
    return membership


@transaction.atomic
def remove_role(user: Author, course: Course) -> bool:
    """Take the user's role in the course away; returns whether they had one. Raises LastOwnerError.

    Whoever has no role left is no staff any more, unless Django's permissions say what else they do.
    """
    _lock(course)
    membership = Membership.objects.filter(user=user, course=course).first()
    if membership is None:
        return False
    _keep_owner(membership)
    membership.delete()
    others = Membership.objects.filter(user=user).exists() or user.groups.exists() or user.user_permissions.exists()
    if user.is_staff and not (others or user.is_superuser):
        user.is_staff = False
        user.save(update_fields=["is_staff"])
    _forget(user)
    return True


def _lock(course: Course) -> None:
    """Two owners who leave at once wait for each other."""
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)


def _keep_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(course=membership.course_id, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise LastOwnerError("This is the only owner of the course. Make somebody else an owner first.")


def _forget(user: Author) -> None:
    if hasattr(user, "_acts"):
        del user._acts

"""Whose account somebody of a platform has, and what they launch."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from examprep import usernames
from examprep.lti.launching import AGS, CLAIM, NRPS, Launch, LaunchError
from examprep.lti.models import LtiAccount, LtiContext, LtiPlatform, LtiScore
from examprep.models import User, validate_username
from examprep.security_log import note
from questions import roles
from questions.models import Course, Lesson
from quizzes import exams, schedule
from quizzes.models import Enrolment, Exam, Section

TEACHERS = {"Instructor", "ContentDeveloper", "TeachingAssistant"}
"""What whoever teaches is called in a platform's course."""
SECTION_NAME = 80
"""Characters of a section's name."""


@dataclass(frozen=True)
class Target:
    """What a link leads to."""

    course: Course
    path: str
    exam: Exam | None = None


def find_target(launch: Launch) -> Target:
    """Return what a launch leads to. Raises LaunchError where the platform may not launch it, or nothing is meant."""
    allowed = courses_of(launch.platform)
    custom = {name: str(value) for name, value in launch.custom.items() if name in {"course", "exam", "lesson"}}
    course = next((each for each in allowed if each.slug == custom.get("course")), None)
    if course is None and "course" not in custom and len(allowed) == 1:
        course = allowed[0]
    if course is None:
        raise LaunchError("course")
    if "exam" in custom:
        exam = Exam.objects.filter(course=course, slug=custom["exam"]).first()
        if exam is None:
            raise LaunchError("exam")
        return Target(course, reverse("exam", args=[course.slug, exam.slug]), exam)
    if "lesson" in custom:
        lesson = Lesson.objects.filter(course=course, is_published=True, slug=custom["lesson"]).first()
        if lesson is None:
            raise LaunchError("lesson")
        return Target(course, reverse("lesson", args=[course.slug, lesson.slug]))
    return Target(course, reverse("today"))


def courses_of(platform: LtiPlatform) -> list[Course]:
    """Return the courses that a platform may launch."""
    return list(platform.courses.all()) or list(Course.objects.all())


def find_person(platform: LtiPlatform, subject: str, claims: dict[str, object]) -> User:
    """Return whose account this is, which is made where there is none."""
    try:
        with transaction.atomic():
            return _find_person(platform, subject, claims)
    except IntegrityError:  # they came twice at once, or somebody has just taken the name
        return _find_person(platform, subject, claims)


def _find_person(platform: LtiPlatform, subject: str, claims: dict[str, object]) -> User:
    known = LtiAccount.objects.select_related("user").filter(issuer=platform.issuer, subject=subject).first()
    if known is not None:
        return known.user
    email = str(claims.get("email") or "") if platform.trusts_email else ""
    confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    person = confirmed.user if email and confirmed else None
    if person is None or person.is_staff or person.is_superuser or not person.is_active:
        person = _make_person(claims, "" if confirmed else email)
    LtiAccount.objects.create(issuer=platform.issuer, subject=subject, user=person)
    return person


def _make_person(claims: dict[str, object], email: str) -> User:
    wish = email.partition("@")[0] or str(claims.get("given_name") or claims.get("name") or "")
    person = User(username=usernames.propose(wish, validate_username), email=email[:254])
    person.first_name = str(claims.get("given_name") or "")[:150]
    person.last_name = str(claims.get("family_name") or "")[:150]
    person.set_unusable_password()
    person.save()
    if email:
        EmailAddress.objects.create(user=person, email=email.lower()[:254], verified=True, primary=True)
    return person


@transaction.atomic
def note_launch(launch: Launch, person: User, target: Target) -> None:
    """Note where the person came from: a student is in the course then, and an exam's scores go back."""
    context = launch.claim(f"{CLAIM}context")
    if context_id := str(context.get("id") or "")[:255]:
        LtiContext.objects.update_or_create(
            platform=launch.platform,
            context_id=context_id,
            course=target.course,
            defaults={
                "title": str(context.get("title") or "")[:255],
                "memberships_url": str(launch.claim(NRPS).get("context_memberships_url") or "")[:1000],
            },
        )
    if launch.is_teacher:
        _give_role(launch, person, target.course)
        return
    join(person, target.course, str(context.get("title") or ""))
    line_item = launch.claim(AGS).get("lineitem")
    if target.exam and isinstance(line_item, str) and len(line_item) <= 1000:
        LtiScore.objects.update_or_create(
            user=person,
            exam=target.exam,
            line_item=line_item,
            defaults={"platform": launch.platform, "subject": launch.subject},
        )


def _give_role(launch: Launch, person: User, course: Course) -> None:
    """Give a teacher the role that the platform's teachers have in a course that was chosen for it; never another."""
    role, taught = launch.platform.teachers_role, launch.course_roles & TEACHERS
    if not (role and taught and launch.platform.courses.filter(pk=course.pk).exists()):
        return
    if person.memberships.filter(course=course).exists():
        return
    if role == roles.Role.AUTHOR and taught == {"TeachingAssistant"}:
        role = roles.Role.ASSISTANT
    roles.set_role(person, course, role)
    note("lti_role_given", None, person.username, course=course.slug, role=role, platform=launch.platform.issuer)


@transaction.atomic
def join(person: User, course: Course, group: str) -> None:
    """Have somebody study a course, in the section that is called as the platform's course; staff are no students.

    Who studies it already stays in the section where they are, or in none. Raises LaunchError where nobody joins it.
    """
    if person.is_staff or Enrolment.objects.filter(student=person, course=course).exists():
        return
    if course.state != Course.State.OPEN:
        raise LaunchError("nobody joins now")
    enrolment = schedule.enrol(person, course)
    if group:
        name = group[:SECTION_NAME]
        section, _ = Section.objects.get_or_create(course=course, name__iexact=name, defaults={"name": name})
        enrolment.section = section
        exams.store_students([enrolment], timezone.now())

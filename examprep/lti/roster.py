"""The people of a platform's course."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from examprep.lti.accounts import find_person, join
from examprep.lti.calling import PlatformError, call, fetch_token
from examprep.lti.launching import LaunchError, is_teaching
from examprep.lti.models import LtiContext
from questions.models import Course

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
MOST_PAGES = 200


def fetch_people(context: LtiContext, now: datetime) -> int:
    """Have all students of a platform's course study ours; return how many there are. Raises PlatformError.

    Idempotent. Nobody is taken out of a course: what they have learnt is theirs.
    """
    students = 0
    for member in _list_members(context, now):
        subject = member.get("user_id")
        active = str(member.get("status", "Active")) == "Active"
        if (
            isinstance(subject, str)
            and 0 < len(subject) <= 255
            and active
            and not is_teaching(_long(member.get("roles")))
        ):
            with suppress(LaunchError):  # nobody joins the course now
                join(find_person(context.platform, subject, member), context.course, context.title)
            students += 1
    LtiContext.objects.filter(pk=context.pk).update(synced_at=now, report=f"{students} students")
    return students


def fetch_all(now: datetime) -> None:
    """Fetch the people of all courses of platforms; what could not be fetched is said in the admin."""
    active = LtiContext.objects.filter(platform__is_active=True, course__state=Course.State.OPEN)
    contexts = active.exclude(memberships_url="")
    for context in contexts.select_related("platform", "course").order_by("pk"):
        fetch_or_say(context, now)


def fetch_or_say(context: LtiContext, now: datetime) -> None:
    """Fetch the people of a course; the context's report says how that went."""
    try:
        fetch_people(context, now)
    except PlatformError as error:
        LtiContext.objects.filter(pk=context.pk).update(report=f"failed: {error}"[:255])


def _long(roles: object) -> list[str]:
    """Return roles by their whole names: services may say “Instructor” alone."""
    return (
        [role if "#" in role else f"#{role}" for role in roles if isinstance(role, str)]
        if isinstance(roles, list)
        else []
    )


def _list_members(context: LtiContext, now: datetime) -> Iterator[dict[str, object]]:
    token = fetch_token(context.platform, SCOPE, now)
    headers = {"Authorization": f"Bearer {token}", "Accept": MEDIA_TYPE}
    url: str | None = context.memberships_url
    for _ in range(MOST_PAGES):
        if not url:
            return
        document, answer = call(context.platform, "GET", url, headers=headers)
        members = document.get("members") if isinstance(document, dict) else None
        if not isinstance(members, list):
            raise PlatformError("no members")
        yield from (member for member in members if isinstance(member, dict))
        url = answer.links.get("next", {}).get("url")

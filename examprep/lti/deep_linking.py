"""Deep linking: a teacher chooses what of ours is placed in the platform's course."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

from examprep.lti import keys
from examprep.lti.accounts import courses_of
from examprep.lti.calling import may_be_called
from examprep.lti.launching import CLAIM, DL, Launch, LaunchError, read_back
from examprep.lti.models import LtiPlatform
from questions.models import Course

TICKET = "lti.choice"
GOOD_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Choice:
    """Something that can be placed."""

    value: str
    title: str


@dataclass(frozen=True)
class Shelf:
    """What a course has to place."""

    course: Course
    exams: list[Choice]
    lessons: list[Choice]


def list_choices(platform: LtiPlatform) -> list[Shelf]:
    """Return what a platform may place; two queries a course."""
    return [
        Shelf(
            course,
            [Choice(f"{course.slug}/exam/{exam.slug}", exam.title) for exam in course.exams.all()],
            [
                Choice(f"{course.slug}/lesson/{lesson.slug}", lesson.title)
                for lesson in course.lessons.filter(is_published=True)
            ],
        )
        for course in courses_of(platform)
    ]


def write_ticket(launch: Launch) -> str:
    """Return what the page of choices sends back: whose it is, and where the choice goes. Raises LaunchError."""
    wanted = launch.claim(f"{DL}deep_linking_settings")
    url, types = wanted.get("deep_link_return_url"), wanted.get("accept_types")
    if not launch.is_teacher:
        raise LaunchError("only teachers choose")
    if not isinstance(url, str) or not may_be_called(launch.platform, url):
        raise LaunchError("return address")
    if not isinstance(types, list) or "ltiResourceLink" not in types:
        raise LaunchError("no links are taken")
    facts = {"platform": launch.platform.pk, "deployment": launch.deployment, "url": url, "data": wanted.get("data")}
    return signing.dumps(facts, salt=TICKET, compress=True)


def answer(ticket: str, chosen: str, launch_url: str, now: datetime) -> tuple[str, str]:
    """Return where the choice goes, and the signed message that says it. Raises LaunchError."""
    platform, facts = read_back(ticket, TICKET, GOOD_FOR)
    choices = {each.value: each for shelf in list_choices(platform) for each in (*shelf.exams, *shelf.lessons)}
    if chosen not in choices:
        raise LaunchError("choice")
    at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": at,
        "exp": at + 600,
        "nonce": secrets.token_urlsafe(16),
        f"{CLAIM}deployment_id": facts["deployment"],
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{DL}content_items": [_as_item(choices[chosen], launch_url)],
        **({f"{DL}data": facts["data"]} if facts["data"] is not None else {}),
    }
    return facts["url"], keys.sign(claims, now)


def _as_item(choice: Choice, launch_url: str) -> dict[str, object]:
    course, kind, slug = choice.value.split("/")
    item: dict[str, object] = {
        "type": "ltiResourceLink",
        "title": choice.title,
        "url": launch_url,
        "custom": {"course": course, kind: slug},
        "window": {"targetName": "_blank"},
    }
    if kind == "exam":
        item["lineItem"] = {"label": choice.title, "scoreMaximum": 100, "resourceId": choice.value, "tag": "exam"}
    return item

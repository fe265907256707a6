"""Where a person is logged in, by browser and by app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from examprep.models import User

FRESH = timedelta(minutes=5)
"""For so long after a login nobody is asked for the password again."""
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
"""How browsers name themselves and what they run on, the more particular first."""


@dataclass(frozen=True)
class Login:
    """One place where a person is logged in."""

    id: int
    device: str
    address: str
    since: datetime
    is_this: bool
    """Whether the request that asks comes from there."""


def list_logins(person: User, request: HttpRequest) -> list[Login]:
    """Return where the person is logged in, the newest first; two queries."""
    here, hash_now = _session_key(request), person.get_session_auth_hash()
    rows = UserSession.objects.filter(user=person).order_by("-last_seen_at")
    sessions = Session.objects.filter(session_key__in=rows.values("session_key"), expire_date__gt=timezone.now())
    # A new password leaves the sessions of before, which lead nowhere.
    alive = {each.session_key for each in sessions if each.get_decoded().get(HASH_SESSION_KEY) == hash_now}
    return [
        Login(row.pk, describe_device(row.user_agent), row.ip, row.last_seen_at, row.session_key == here)
        for row in rows
        if row.session_key in alive
    ]


def note_login(sender: object, request: HttpRequest, **_: object) -> None:
    """Note where somebody has just logged in; a receiver of signals."""
    UserSession.objects.create_from_request(request)


def forget_ended_logins() -> None:
    """Delete the notes of sessions that are no more."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def end_login(person: User, login: int) -> bool:
    """Log the person out there; returns whether there was such a login of theirs."""
    row = UserSession.objects.filter(user=person, pk=login).first()
    if row is not None:
        row.end()
    return row is not None


def is_fresh(person: User, request: HttpRequest, now: datetime) -> bool:
    """Whether the person has logged in, where the request comes from, in the last five minutes."""
    here = _session_key(request)
    return bool(UserSession.objects.filter(user=person, session_key=here, last_seen_at__gt=now - FRESH).exists())


def describe_device(user_agent: str) -> str:
    """Return what a browser says of itself in words: “Firefox on Windows”; an app by its own name."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), None)
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or user_agent.partition("/")[0].strip()[:40] or "Unknown device"


def _session_key(request: HttpRequest) -> str:
    # Apps send the key of their session as a token.
    return request.headers.get("X-Session-Token") or request.session.session_key or ""

"""A launch: what the platform sends is signed by it, for us, for this browser, now, and once.

The state is signed and holds the nonce, so that a login that nobody finishes stores nothing; a cookie of the browser
holds the nonce too, so that nobody else's launch can be slipped to it. Deep linking needs no cookie: it logs nobody in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare

from examprep.lti.calling import PlatformError, find_key
from examprep.lti.models import LtiNonce, LtiPlatform

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
RESOURCE, DEEP_LINK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
STATE = "lti.state"
GOOD_FOR = timedelta(minutes=10)
"""How long a login may take from its beginning to its launch."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
TEACHING = ("#Instructor", "#ContentDeveloper", "#Administrator", "#Mentor", "#TeachingAssistant")


class LaunchError(Exception):
    """The launch is refused; `reason` is for the log and for an administrator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Beginning:
    """Where a login goes on at the platform, and the cookie that the browser is to bring back."""

    url: str
    cookie: str
    nonce: str


@dataclass(frozen=True)
class Launch:
    """What a platform says: who comes, from which course, to do what."""

    platform: LtiPlatform
    deployment: str
    message: str
    subject: str
    claims: dict[str, object]

    def claim(self, name: str) -> dict[str, object]:
        """Return an object among the claims; empty where there is none."""
        value = self.claims.get(name)
        return value if isinstance(value, dict) else {}

    def text(self, name: str) -> str:
        """Return a text among the claims; empty where there is none."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    @property
    def custom(self) -> dict[str, object]:
        """What was placed with the link."""
        return self.claim(f"{CLAIM}custom")

    @property
    def is_teacher(self) -> bool:
        """Whether who comes teaches the platform's course, or runs the platform."""
        return is_teaching(self.claims.get(f"{CLAIM}roles"))

    @property
    def course_roles(self) -> set[str]:
        """What who comes is in the platform's course, as `Instructor`; who runs the platform is nothing by that."""
        roles = self.claims.get(f"{CLAIM}roles")
        named = [role for role in roles if isinstance(role, str)] if isinstance(roles, list) else []
        return {role.rpartition("#")[2] for role in named if "/membership" in role}


def is_teaching(roles: object) -> bool:
    """Whether a list of roles has one of those who teach."""
    return isinstance(roles, list) and any(isinstance(role, str) and role.endswith(TEACHING) for role in roles)


def begin(asked: dict[str, str], launch_url: str) -> Beginning:
    """Begin a login that a platform asks for. Raises LaunchError."""
    platforms = LtiPlatform.objects.filter(issuer=asked.get("iss", ""), is_active=True)
    if client := asked.get("client_id"):
        platforms = platforms.filter(client_id=client)
    platform = platforms.first()
    if platform is None or platforms.count() > 1:
        raise LaunchError("unknown platform")
    if not asked.get("login_hint"):
        raise LaunchError("no login hint")
    nonce = secrets.token_urlsafe(24)
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": asked["login_hint"],
        "nonce": nonce,
        "state": signing.dumps({"platform": platform.pk, "nonce": nonce}, salt=STATE, compress=True),
        **({"lti_message_hint": asked["lti_message_hint"]} if asked.get("lti_message_hint") else {}),
    }
    joint = "&" if urlsplit(platform.login_url).query else "?"
    return Beginning(f"{platform.login_url}{joint}{urlencode(query)}", cookie_name(nonce), nonce)


def cookie_name(nonce: str) -> str:
    """Return the name of the cookie that holds a nonce: several launches may be under way."""
    return f"lti-{nonce[:10]}"


def receive(token: str, state: str, cookies: dict[str, str], now: datetime) -> Launch:
    """Return what a platform says. Raises LaunchError unless all of it can be relied on."""
    platform, begun = read_back(state, STATE, GOOD_FOR)
    claims = _read_token(platform, token, now)
    nonce = begun["nonce"]
    if not constant_time_compare(str(claims.get("nonce")), nonce):
        raise LaunchError("nonce")
    launch = _check(platform, claims)
    if launch.message == RESOURCE and not constant_time_compare(cookies.get(cookie_name(nonce), ""), nonce):
        raise LaunchError("cookie")
    use_up(nonce, now)
    return launch


def read_back(text: str, salt: str, good_for: timedelta) -> tuple[LtiPlatform, dict[str, Any]]:
    """Return what we signed with this salt, and the platform that it names. Raises LaunchError."""
    try:
        signed: dict[str, Any] = signing.loads(text, salt=salt, max_age=good_for)
    except signing.BadSignature:
        raise LaunchError("state") from None
    platform = LtiPlatform.objects.filter(pk=signed["platform"], is_active=True).first()
    if platform is None:
        raise LaunchError("unknown platform")
    return platform, signed


def _read_token(platform: LtiPlatform, token: str, now: datetime) -> dict[str, object]:
    """Return the claims of a token that the platform signed for us, and that is valid now."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "RS256":  # before any key is looked at
            raise LaunchError("algorithm")
        key = find_key(platform, str(header.get("kid")))
        claims: dict[str, object] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=platform.client_id,
            issuer=platform.issuer,
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "aud", "iss", "nonce"]},
        )
    except jwt.PyJWTError as error:
        raise LaunchError(type(error).__name__) from None
    except PlatformError as error:
        raise LaunchError(f"keys: {error}") from None
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else platform.client_id) != platform.client_id:
        raise LaunchError("authorised party")
    issued = claims["iat"]
    if not isinstance(issued, int | float) or issued < now.timestamp() - GOOD_FOR.total_seconds() - LEEWAY:
        raise LaunchError("too old")
    return claims


def _check(platform: LtiPlatform, claims: dict[str, object]) -> Launch:
    """Return the launch that the claims are. Raises LaunchError where they are none."""
    deployment, message = claims.get(f"{CLAIM}deployment_id"), claims.get(f"{CLAIM}message_type")
    subject = claims.get("sub")
    if claims.get(f"{CLAIM}version") != "1.3.0" or message not in {RESOURCE, DEEP_LINK}:
        raise LaunchError("message")
    if not isinstance(deployment, str) or deployment not in platform.deployment_ids:
        raise LaunchError("unknown deployment")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise LaunchError("nobody")
    return Launch(platform, deployment, str(message), subject, claims)


def use_up(nonce: str, now: datetime) -> None:
    """Take a launch, once. Raises LaunchError where it was taken before."""
    try:
        with transaction.atomic():
            LtiNonce.objects.create(nonce=nonce, used_at=now)
    except IntegrityError:
        raise LaunchError("replay") from None


def forget_launches(now: datetime) -> None:
    """Delete the launches whose state nobody could bring again."""
    LtiNonce.objects.filter(used_at__lt=now - 2 * GOOD_FOR).delete()

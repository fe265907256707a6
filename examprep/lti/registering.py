"""Dynamic registration (1EdTech LTI Dynamic Registration 1.0): a platform that is given a link registers by itself.

The link is signed, good for a while and for one registration. Whoever opens it at the platform brings the address of
its configuration; we fetch that, say what we are, and keep what both sides said: switched off, until an administrator
has looked at it. Nothing that the other side says is believed beyond that.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse

from examprep.lti import keys, roster, scores
from examprep.lti.calling import PlatformError, call
from examprep.lti.launching import DEEP_LINK, RESOURCE, LaunchError, use_up
from examprep.lti.models import LtiNonce, LtiPlatform

LINK = "lti.registration"
GOOD_FOR = timedelta(days=7)
"""How long a link can be used after it was made."""
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
PLACEMENTS = ("ContentArea", "assignment_selection", "link_selection")
"""Where teachers place what they choose: by the specification, and in Canvas."""
CLAIMS = ("iss", "sub", "name", "given_name", "family_name", "email")
ENDPOINTS = {"login_url": "authorization_endpoint", "token_url": "token_endpoint", "keys_url": "jwks_uri"}
LATER = ("client_id", "deployments")
"""What a platform says once it has registered us; a deployment perhaps later still, and an administrator types it."""


def write_link() -> str:
    """Return the secret part of a new link."""
    return signing.dumps(secrets.token_urlsafe(16), salt=LINK)


def read_link(secret: str) -> str:
    """Return which link it is. Raises LaunchError where we made none such, it is too old, or it has been used."""
    try:
        link: str = signing.loads(secret, salt=LINK, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise LaunchError("link") from None
    if LtiNonce.objects.filter(nonce=link).exists():
        raise LaunchError("link")
    return link


def find_host(configuration_url: str) -> str:
    """Return the host whose configuration it is. Raises LaunchError where there is none."""
    try:
        parts = urlsplit(configuration_url)
    except ValueError:
        raise LaunchError("no configuration") from None
    if parts.scheme != "https" or not parts.hostname:
        raise LaunchError("no configuration")
    return parts.netloc


def register(secret: str, configuration_url: str, token: str, site: str, now: datetime) -> LtiPlatform:
    """Register at a platform, and store it switched off. Raises LaunchError; the link is good for another try then.

    `token` is what the platform knows the registration by, and `site` where we are, as `https://exams.example.org`.
    """
    host = find_host(configuration_url)
    link = read_link(secret)
    use_up(link, now + GOOD_FOR)  # where it is forgotten again, the link is too old
    try:
        return _register(configuration_url, host, {"Authorization": f"Bearer {token}"} if token else {}, site, now)
    except BaseException as error:
        LtiNonce.objects.filter(nonce=link).delete()
        if isinstance(error, PlatformError):
            raise LaunchError(f"platform: {error}"[:200]) from error
        raise


def _register(url: str, host: str, headers: dict[str, str], site: str, now: datetime) -> LtiPlatform:
    configuration = _read_object(call(None, "GET", url, headers=headers)[0])
    platform = _read_platform(configuration, host)
    keys.rotate(now)
    ours = describe(site, configuration)
    endpoint = _read_url(configuration, "registration_endpoint")
    answer = _read_object(call(None, "POST", endpoint, json=ours, headers=headers)[0])
    deployment = _read_object(answer.get(TOOL) or {}).get("deployment_id")
    platform.client_id = str(answer.get("client_id") or "")
    platform.deployments = str(deployment or "")[:255]
    _check(platform, "deployments")
    platform.save()
    return platform


def _read_platform(configuration: Mapping[str, object], host: str) -> LtiPlatform:
    """Return the platform, as far as its configuration says who it is. Raises LaunchError."""
    issuer = _read_url(configuration, "issuer")
    if urlsplit(issuer).netloc != host:
        raise LaunchError("issuer")
    family = _read_object(configuration.get(PLATFORM) or {}).get("product_family_code")
    platform = LtiPlatform(name=f"{family or 'platform'} at {host}"[:100], issuer=issuer, is_active=False)
    for field, name in ENDPOINTS.items():
        setattr(platform, field, _read_url(configuration, name))
    _check(platform, *LATER)
    return platform


def _check(platform: LtiPlatform, *unknown: str) -> None:
    try:
        platform.full_clean(exclude=unknown)
    except ValidationError as error:
        raise LaunchError(f"configuration: {'; '.join(error.messages)}"[:200]) from None


def _read_object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise LaunchError("configuration")
    return value


def _read_url(configuration: Mapping[str, object], name: str) -> str:
    url = configuration.get(name)
    if not isinstance(url, str) or not url.startswith("https://"):
        raise LaunchError(f"configuration: {name}")
    return url


def describe(site: str, configuration: Mapping[str, object]) -> dict[str, object]:
    """Return what we are, as a platform registers it."""
    launch, choose = (f"{site}{reverse(url)}" for url in ("lti-launch", "lti-choose"))
    placing: dict[str, object] = {"type": DEEP_LINK, "target_link_uri": choose, "label": "Exam or lesson of examprep"}
    if placements := _list_placements(configuration):
        placing["placements"] = placements
    return {
        "application_type": "web",
        "grant_types": ["client_credentials", "implicit"],
        "response_types": ["id_token"],
        "redirect_uris": [launch],
        "initiate_login_uri": f"{site}{reverse('lti-login')}",
        "jwks_uri": f"{site}{reverse('lti-keys')}",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": "examprep",
        "scope": f"{scores.SCOPE} {roster.SCOPE}",
        TOOL: {
            "domain": urlsplit(site).netloc,
            "description": "Exams and lessons, whose scores come back.",
            "target_link_uri": launch,
            "claims": list(CLAIMS),
            "messages": [{"type": RESOURCE, "target_link_uri": launch}, placing],
            "https://canvas.instructure.com/lti/privacy_level": "public",
        },
    }


def _list_placements(configuration: Mapping[str, object]) -> list[str]:
    """Return where the platform lets something be placed; platforms refuse places that they do not have."""
    messages = _read_object(configuration.get(PLATFORM) or {}).get("messages_supported")
    kinds = [each for each in messages if isinstance(each, dict)] if isinstance(messages, list) else []
    offered = [each.get("placements") for each in kinds if each.get("type") == DEEP_LINK]
    return [place for place in PLACEMENTS if any(isinstance(places, list) and place in places for places in offered)]

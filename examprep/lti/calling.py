"""Calls to platforms: addresses that may be called, answers of a bounded length, their keys, access tokens."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from django.core.cache import cache
from urllib3.exceptions import HTTPError

from examprep.lti import keys
from examprep.lti.connecting import BoundedAdapter, PrivateAddressError
from examprep.lti.models import LtiPlatform

TIMEOUT = 10
LONGEST = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
KEYS_FOR = 3600
KEYS_AGAIN_AFTER = 60
"""Seconds for which a platform's keys are kept, and after which they are fetched again for a key that is unknown."""
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class PlatformError(Exception):
    """The platform could not be reached, or did not answer as it should; `status` is its answer's, if there was one."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


def call(platform: LtiPlatform | None, method: str, url: str, **more: Any) -> tuple[Any, requests.Response]:
    """Return the JSON of an answer, and the answer; without a platform, of one that is not registered.

    Raises PlatformError.
    """
    if not may_be_called(platform, url):
        raise PlatformError(f"{url[:200]} is no address of the platform's")
    try:
        with requests.Session() as session:
            session.mount("https://", BoundedAdapter(public=not is_registered(platform, url)))
            with session.request(method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **more) as answer:
                body = answer.raw.read(LONGEST, decode_content=True)
    except (requests.RequestException, HTTPError, OSError, PrivateAddressError, ValueError) as error:
        raise PlatformError(type(error).__name__) from error
    if not answer.ok or answer.is_redirect:
        raise PlatformError(f"{answer.status_code} from {urlsplit(url).netloc}", answer.status_code)
    try:
        return (json.loads(body) if body.strip() else None), answer
    except (ValueError, RecursionError):
        raise PlatformError("no JSON") from None


def is_registered(platform: LtiPlatform | None, url: str) -> bool:
    """Whether an address is at a host that the registration names: an administrator vouches for it, wherever it is."""
    known = (platform.token_url, platform.keys_url) if platform else ()
    return urlsplit(url)[:2] in {urlsplit(each)[:2] for each in known}


def may_be_called(platform: LtiPlatform | None, url: str) -> bool:
    """Whether an address that somebody named may be called: over TLS, or at a host that the registration names."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return is_registered(platform, url) or (parts.scheme == "https" and bool(parts.hostname))


def find_key(platform: LtiPlatform, kid: str) -> jwt.PyJWK:
    """Return a public key of the platform. Raises PlatformError where it has no such key."""
    at = f"lti:keys:{platform.keys_url}"
    for _ in range(2):
        document = cache.get(at)
        if document is None:
            document, _answer = call(platform, "GET", platform.keys_url)
            cache.set(at, document, KEYS_FOR)
        for key in document.get("keys", []) if isinstance(document, dict) else []:
            if isinstance(key, dict) and key.get("kid") == kid and key.get("kty") == "RSA":
                return jwt.PyJWK(key, algorithm="RS256")
        if not cache.add(f"{at}:again", 1, KEYS_AGAIN_AFTER):
            break
        cache.delete(at)
    raise PlatformError("The platform has no such key")


def fetch_token(platform: LtiPlatform, scope: str, now: datetime) -> str:
    """Return an access token of the platform for a scope. Raises PlatformError."""
    at = int(now.timestamp())
    claims = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": platform.token_url,
        "iat": at,
        "exp": at + 300,
        "jti": secrets.token_urlsafe(16),
    }
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": keys.sign(claims, now),
        "scope": scope,
    }
    document, _ = call(platform, "POST", platform.token_url, data=form)
    token = document.get("access_token") if isinstance(document, dict) else None
    if not isinstance(token, str):
        raise PlatformError("no access token")
    return token

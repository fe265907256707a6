"""Web push: messages to a student's browsers, where the service has VAPID keys.

A browser names its push service itself, so only the known ones are called: nobody can have this server call any other
address by subscribing. The message is encrypted, and the service told who sends it, by `push_encryption`.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction

from quizzes.models import PushSubscription, Student
from quizzes.reminders import push_encryption
from quizzes.reminders.push_encryption import from_base64

TIMEOUT = 10.0
KEEP_FOR = 12 * 3600
"""Seconds that the push service keeps a message for a browser that is not running."""
MAX_SUBSCRIPTIONS = 10
"""Browsers of one student; the oldest give way."""
GONE = (404, 410)
_NOT_KNOWN = "Use the address of a known push service."
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", re.IGNORECASE)
UNPRINTABLE = re.compile(r"[^\x21-\x7e]")


class SubscriptionError(ValueError):
    """This is no subscription that can be sent to; `errors` maps fields to messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def public_key() -> str:
    """Return the key that browsers subscribe with; empty where there is no web push."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    return push_encryption.public_key_of(settings.VAPID_PRIVATE_KEY)


def subscribe(student: Student, document: object, device: uuid.UUID | None = None) -> PushSubscription:
    """Store a browser's subscription, untrusted JSON: `{"endpoint", "keys": {"p256dh", "auth"}}`.

    In place of the one before, where an app says which `device` it is. Raises SubscriptionError.
    """
    endpoint = endpoint_of(document)
    if len(endpoint) > 1000 or not _is_known(endpoint):
        raise SubscriptionError({"endpoint": [_NOT_KNOWN]})
    keys: Any = document.get("keys") if isinstance(document, dict) else None
    try:
        p256dh, auth = keys["p256dh"], keys["auth"]
        ec.EllipticCurvePublicKey.from_encoded_point(push_encryption.CURVE, from_base64(p256dh))
        if len(from_base64(auth)) != 16:
            raise ValueError
    except (TypeError, KeyError, ValueError, AttributeError):
        raise SubscriptionError({"keys": ["Use the keys that the browser gave with the subscription."]}) from None
    with transaction.atomic():
        if device:
            forget_device(student, device)
        # A browser that another person used before is this student's now.
        subscription, _ = PushSubscription.objects.update_or_create(
            endpoint=endpoint, defaults={"student": student, "p256dh": p256dh, "auth": auth, "device": device}
        )
    newest = PushSubscription.objects.filter(student=student).order_by("-made_at", "-pk")[:MAX_SUBSCRIPTIONS]
    PushSubscription.objects.filter(student=student).exclude(pk__in=[each.pk for each in newest]).delete()
    return subscription


def endpoint_of(document: object) -> str:
    """Return the address that a browser's subscription names. Raises SubscriptionError."""
    endpoint = document.get("endpoint") if isinstance(document, dict) else None
    if not isinstance(endpoint, str):
        raise SubscriptionError({"endpoint": [_NOT_KNOWN]})
    return endpoint


def unsubscribe(student: Student, endpoint: str) -> None:
    """Forget a browser; idempotent."""
    PushSubscription.objects.filter(student=student, endpoint=endpoint).delete()


def forget_device(student: Student, device: uuid.UUID) -> None:
    """Forget the subscription of an app's device; idempotent."""
    PushSubscription.objects.filter(student=student, device=device).delete()


def send(student: Student, message: Mapping[str, object]) -> int:
    """Send a message to all browsers of a student, and forget those that are gone; return how many took it."""
    if not settings.VAPID_PRIVATE_KEY:
        return 0
    data = json.dumps(dict(message)).encode()
    return sum(_send_to(subscription, data) for subscription in PushSubscription.objects.filter(student=student))


def _send_to(subscription: PushSubscription, data: bytes) -> bool:
    """Send to one browser; whether its push service took the message. Forgets a browser that cannot be sent to."""
    if not _is_callable(subscription.endpoint):  # stored before this was checked
        subscription.delete()
        return False
    request = _request(subscription, data)
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT):
            return True
    except urllib.error.HTTPError as error:
        if error.code in GONE:
            subscription.delete()
        return False
    except (ValueError, http.client.InvalidURL):  # no host can have this name
        subscription.delete()
        return False
    except (OSError, http.client.HTTPException):
        return False


def _request(subscription: PushSubscription, data: bytes) -> urllib.request.Request:
    body = push_encryption.encrypt(data, from_base64(subscription.p256dh), from_base64(subscription.auth))
    headers = {
        "TTL": str(KEEP_FOR),
        "Urgency": "low",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": push_encryption.sign(
            settings.VAPID_PRIVATE_KEY,
            subscription.endpoint,
            subject=settings.VAPID_SUBJECT,
            expires_at=int(time.time()) + KEEP_FOR,
        ),
    }
    # The endpoint is at one of PUSH_SERVICES: checked when it was stored.
    return urllib.request.Request(subscription.endpoint, body, headers)  # noqa: S310


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A push service that points elsewhere is not followed."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def _is_callable(endpoint: str) -> bool:
    """Whether this has the form of an address: a host, a port if any, and nothing but printable characters."""
    try:
        origin, port = push_encryption.origin_of(endpoint), urlsplit(endpoint).port
    except ValueError:
        return False
    return bool(ORIGIN.fullmatch(origin)) and port != 0 and not UNPRINTABLE.search(endpoint)


def _is_known(endpoint: str) -> bool:
    if not _is_callable(endpoint):
        return False
    return any(fnmatch(push_encryption.origin_of(endpoint), pattern) for pattern in settings.PUSH_SERVICES)

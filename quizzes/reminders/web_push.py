"""Web push: messages to a student's browsers, where the service has VAPID keys.

The message is encrypted for the browser alone (RFC 8291, by the aes128gcm coding of RFC 8188), and the push service
that the browser chose is told who sends it (VAPID, RFC 8292). Browsers name that service themselves, so only the known
ones are spoken to: whoever subscribes cannot have this server call any other address.
"""

from __future__ import annotations

import base64
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from quizzes.models import PushSubscription, Student

CURVE = ec.SECP256R1()
RECORD = 4096
TIMEOUT = 10.0
KEEP_FOR = 12 * 3600
"""Seconds that the push service keeps a message for a browser that is not running."""
MAX_SUBSCRIPTIONS = 10
"""Browsers of one student; the oldest give way."""
GONE = (404, 410)


class SubscriptionError(ValueError):
    """This is no subscription that can be sent to; `errors` maps fields to messages."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def public_key() -> str:
    """Return the key that browsers subscribe with; empty where there is no web push."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    return _b64(_point(_private(settings.VAPID_PRIVATE_KEY).public_key()))


def subscribe(student: Student, document: object) -> PushSubscription:
    """Store a browser's subscription, untrusted JSON: `{"endpoint", "keys": {"p256dh", "auth"}}`.

    Raises SubscriptionError.
    """
    fields: Mapping[str, Any] = document if isinstance(document, dict) else {}
    endpoint, keys = fields.get("endpoint"), fields.get("keys", {})
    if not isinstance(endpoint, str) or len(endpoint) > 1000 or not _is_known(endpoint):
        raise SubscriptionError({"endpoint": ["Use the address of a known push service."]})
    try:
        p256dh, auth = keys["p256dh"], keys["auth"]
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _raw(p256dh))
        if len(_raw(auth)) != 16:
            raise ValueError
    except (TypeError, KeyError, ValueError, AttributeError):
        raise SubscriptionError({"keys": ["Use the keys that the browser gave with the subscription."]}) from None
    # A browser that another person used before is this student's now.
    subscription, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"student": student, "p256dh": p256dh, "auth": auth}
    )
    newest = PushSubscription.objects.filter(student=student).order_by("-made_at", "-pk")[:MAX_SUBSCRIPTIONS]
    PushSubscription.objects.filter(student=student).exclude(pk__in=[each.pk for each in newest]).delete()
    return subscription


def unsubscribe(student: Student, endpoint: str) -> None:
    """Forget a browser; idempotent."""
    PushSubscription.objects.filter(student=student, endpoint=endpoint).delete()


def send(student: Student, message: Mapping[str, object]) -> int:
    """Send a message to all browsers of a student, and forget those that are gone; return how many took it."""
    if not settings.VAPID_PRIVATE_KEY:
        return 0
    data = json.dumps(dict(message)).encode()
    return sum(_send_to(subscription, data) for subscription in PushSubscription.objects.filter(student=student))


def _send_to(subscription: PushSubscription, data: bytes) -> bool:
    """Send to one browser; whether its push service took the message."""
    body = encrypt(data, _raw(subscription.p256dh), _raw(subscription.auth))
    headers = {
        "TTL": str(KEEP_FOR),
        "Urgency": "low",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": authorization(subscription.endpoint),
    }
    # The endpoint is at one of PUSH_SERVICES: checked when it was stored.
    request = urllib.request.Request(subscription.endpoint, body, headers)  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT):
            return True
    except urllib.error.HTTPError as error:
        if error.code in GONE:
            subscription.delete()
        return False
    except OSError:
        return False


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A push service that points elsewhere is not followed."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def encrypt(
    data: bytes,
    browser: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """Encrypt `data` (≤ 3,993 bytes) into one record that the browser alone can read (RFC 8291, section 3.4).

    `browser` is its public key, 65 bytes, `auth` its secret of 16; `salt` and `sender` are new for every message.
    """
    salt = salt or os.urandom(16)
    sender = sender or ec.generate_private_key(CURVE)
    ours = _point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser))
    secret = _hkdf(shared, auth, b"WebPush: info\0" + browser + ours, 32)
    key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return head + AESGCM(key).encrypt(nonce, data + b"\x02", None)


def authorization(endpoint: str) -> str:
    """Return the header that says who sends: a token signed for the push service's origin (RFC 8292, section 2)."""
    key = _private(settings.VAPID_PRIVATE_KEY)
    claims = {"aud": _origin(endpoint), "exp": int(time.time()) + KEEP_FOR, "sub": settings.VAPID_SUBJECT}
    head = _b64(b'{"typ":"JWT","alg":"ES256"}') + "." + _b64(json.dumps(claims).encode())
    r, s = decode_dss_signature(key.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
    signature = _b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={head}.{signature}, k={_b64(_point(key.public_key()))}"


def new_private_key() -> str:
    """Return a new VAPID key in the form of the setting `VAPID_PRIVATE_KEY`."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return _b64(number.to_bytes(32, "big"))


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_raw(text), "big"), CURVE)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _origin(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _is_known(endpoint: str) -> bool:
    try:
        origin = _origin(endpoint)
    except ValueError:
        return False
    return "@" not in origin and any(fnmatch(origin, pattern) for pattern in settings.PUSH_SERVICES)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

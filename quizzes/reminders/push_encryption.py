"""The cryptography of web push: a message that one browser alone can read, and a token that says who sends it. Pure.

Messages are encrypted by RFC 8291, with the aes128gcm coding of RFC 8188; the token is VAPID's, RFC 8292.
"""

from __future__ import annotations

import base64
import json
import os
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CURVE = ec.SECP256R1()
RECORD = 4096


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
    ours = point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser))
    secret = _hkdf(shared, auth, b"WebPush: info\0" + browser + ours, 32)
    key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + len(ours).to_bytes(1, "big") + ours
    return head + AESGCM(key).encrypt(nonce, data + b"\x02", None)


def sign(private_key: str, endpoint: str, *, subject: str, expires_at: int) -> str:
    """Return the header that says who sends: a token signed for the push service's origin (RFC 8292, section 2).

    `expires_at` is in seconds since 1970, at most a day ahead.
    """
    key = _read_private_key(private_key)
    claims = {"aud": origin_of(endpoint), "exp": expires_at, "sub": subject}
    head = to_base64(b'{"typ":"JWT","alg":"ES256"}') + "." + to_base64(json.dumps(claims).encode())
    r, s = decode_dss_signature(key.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
    signature = to_base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={head}.{signature}, k={to_base64(point(key.public_key()))}"


def new_private_key() -> str:
    """Return a new VAPID key in the form of the setting `VAPID_PRIVATE_KEY`."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return to_base64(number.to_bytes(32, "big"))


def public_key_of(private_key: str) -> str:
    """Return the key that browsers subscribe with."""
    return to_base64(point(_read_private_key(private_key).public_key()))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as its 65 bytes."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def origin_of(endpoint: str) -> str:
    """Return the scheme and host of an address."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def to_base64(raw: bytes) -> str:
    """Return bytes as base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Return the bytes of base64 for URLs. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64(text), "big"), CURVE)

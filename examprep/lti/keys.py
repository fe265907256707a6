"""Our own keys: a new pair every three months, published a day before it is used and for a month after."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from examprep.lti.models import LtiKey

LIFE = timedelta(days=90)
KNOWN_AFTER = timedelta(days=1)
"""How long a key is published before it signs: platforms keep what they fetched."""
PUBLISHED_AFTER = timedelta(days=30)
"""How long it is published once the next one signs."""
BITS = 2048


def rotate(now: datetime) -> None:
    """Make a pair where there is none, or the newest has lived its life; forget those that nobody needs any more."""
    newest = LtiKey.objects.last()
    if newest is None or newest.made_at <= now - LIFE:
        private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        LtiKey.objects.create(kid=secrets.token_urlsafe(12), private_pem=pem.decode(), made_at=now)
    for key, after in pairwise(list(LtiKey.objects.all())):
        if after.made_at <= now - KNOWN_AFTER - PUBLISHED_AFTER:
            key.delete()


def publish() -> dict[str, list[dict[str, object]]]:
    """Return our public keys, as platforms fetch them."""
    return {"keys": [_as_jwk(key) for key in LtiKey.objects.all()]}


def sign(claims: dict[str, object], now: datetime) -> str:
    """Return claims as a token that platforms can check."""
    key = _signing_key(now)
    return jwt.encode(claims, _private(key.private_pem), algorithm="RS256", headers={"kid": key.kid})


def _signing_key(now: datetime) -> LtiKey:
    """Return the newest key that platforms had time to fetch, or the first of all."""
    if LtiKey.objects.last() is None:
        rotate(now)
    known = LtiKey.objects.filter(made_at__lte=now - KNOWN_AFTER).last()
    return known or LtiKey.objects.all()[0]


def _as_jwk(key: LtiKey) -> dict[str, object]:
    jwk: dict[str, object] = json.loads(RSAAlgorithm.to_jwk(_private(key.private_pem).public_key()))
    return {**jwk, "kid": key.kid, "alg": "RS256", "use": "sig"}


@lru_cache(maxsize=8)
def _private(pem: str) -> rsa.RSAPrivateKey:
    """Read a key; that its factors are primes is not proved again, which takes 50 ms: we made it."""
    private = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private

"""Ids by which a presentation knows its options, and the order in which they are drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

Opaque = Callable[[str], str]
"""Gives a name of the body, such as `choice:2`, the id by which a presentation knows it."""


def rank(seed: int, identity: str, name: str) -> bytes:
    """A number that orders `name` among others, at random but for ever the same for the seed and the item."""
    return hashlib.blake2b(f"{seed}|{identity}|{name}".encode(), digest_size=16).digest()


def sample_opaque(seed: int) -> Opaque:
    """Opaque ids for presentations that are shown to their author and not stored."""
    return lambda name: hashlib.blake2b(f"{seed}|{name}".encode(), digest_size=8).hexdigest()

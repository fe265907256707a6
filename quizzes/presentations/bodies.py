"""The bodies of item versions, compiled once a process."""

from __future__ import annotations

from threading import Lock

from questions import kinds
from questions.models import ItemVersion

MOST = 2048
_compiled: dict[int, kinds.ItemBody] = {}
"""By version, since versions never change; those compiled first are forgotten first."""
_lock = Lock()


def body_of(version: ItemVersion) -> kinds.ItemBody:
    """Return the body of a version, compiled once a process. No query: the version was loaded with it."""
    body = _compiled.get(version.id)
    if body is None:
        body = kinds.parse(version.kind, version.body, version.engine)
        with _lock:  # a thread that looks for the oldest meets no dictionary that changes its size meanwhile
            if len(_compiled) >= MOST:
                del _compiled[next(iter(_compiled))]
            _compiled[version.id] = body
    return body


def forget_bodies() -> None:
    """Compile bodies anew: a test's database gives the ids of versions again."""
    with _lock:
        _compiled.clear()

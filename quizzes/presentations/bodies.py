"""The bodies of item versions, compiled once a process."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from questions import kinds
from questions.models import ItemVersion


@dataclass(frozen=True)
class _Source:
    """What a body is compiled from; the version says which it is, since versions never change."""

    version_id: int
    kind: str = field(compare=False)
    body: object = field(compare=False)
    engine: int = field(compare=False)


def body_of(version: ItemVersion) -> kinds.ItemBody:
    """Return the body of a version, compiled once a process. No query: the version was loaded with it."""
    return _compile(_Source(version.pk, version.kind, version.body, version.engine))


@functools.lru_cache(maxsize=2048)
def _compile(source: _Source) -> kinds.ItemBody:
    return kinds.parse(source.kind, source.body, source.engine)


def forget_bodies() -> None:
    """Compile bodies anew: a test's database gives the ids of versions again."""
    _compile.cache_clear()

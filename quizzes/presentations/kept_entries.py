"""Presentations with their keys, as JSON: a process makes the text once, however often a client asks for its pack."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from quizzes.models import Presentation
from quizzes.presentations.payloads import answered_payload

MOST_BYTES = 16 * 2**20
"""What all texts of a process may take: those of some 30 packs."""


class KeptEntries:
    """The texts that were asked for last, within `most_bytes`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._texts: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def answered_json(self, presentation: Presentation) -> str:
        """Return what `answered_payload` gives, as JSON with sorted names."""
        key = _identify(presentation)
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        text = json.dumps(answered_payload(presentation), sort_keys=True)
        with self._lock:
            if key not in self._texts:  # else another thread made it meanwhile
                self._texts[key] = text
                self.bytes += len(text)
            while self.bytes > self.most_bytes:
                _, oldest = self._texts.popitem(last=False)
                self.bytes -= len(oldest)
        return text


def _identify(presentation: Presentation) -> Hashable:
    """Return all by which the payload of a presentation can change: else it and its version are written once."""
    version = presentation.version
    estimated = version.number, version.difficulty, version.seconds
    names = version.item.slug, version.item.course.slug, version.lesson.slug, *version.concepts
    return presentation.pk, version.last_correction, json.dumps(presentation.parts_checked), estimated, names


answered_json = KeptEntries().answered_json

"""One answer a presentation: of several the earliest counts, by the corrected instant. It makes no query."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from quizzes.models import ReviewEvent

_Heap = list[tuple[datetime, uuid.UUID, ReviewEvent]]


@dataclass
class Elections:
    """Which answer to each presentation counts, while answers come in and are undone."""

    stored: Mapping[uuid.UUID, Sequence[ReviewEvent]]
    """The answers before, by presentation: those that count, and where one may be undone all that are not."""
    changed: dict[uuid.UUID, ReviewEvent] = field(default_factory=dict)
    """The events of which it was decided anew whether they count, by their ids."""
    _heaps: dict[uuid.UUID, _Heap] = field(default_factory=dict)
    """The answers to each presentation, the earliest on top. Undone ones leave when they come up."""
    _counting: dict[uuid.UUID, list[ReviewEvent]] = field(default_factory=dict)
    """The answers that count: one, but where more were stored before only one did."""

    def add(self, answer: ReviewEvent, presentation: uuid.UUID) -> list[ReviewEvent]:
        """Add a new answer, and return those that begin or cease to count: it may be among them."""
        answer.superseded = True
        heapq.heappush(self._heap(presentation), _entry(answer))
        return self.decide(presentation)

    def decide(self, presentation: uuid.UUID) -> list[ReviewEvent]:
        """Let the earliest answer that is not undone count, and return those that begin or cease to."""
        heap = self._heap(presentation)
        while heap and heap[0][-1].undone:
            heapq.heappop(heap)
        first = heap[0][-1] if heap else None
        before = [event for event in self._counting[presentation] if not event.undone]
        changed = [event for event in before if event is not first]
        for event in changed:
            event.superseded = True
        if first is not None and first.superseded:
            first.superseded = False
            changed.append(first)
        self._counting[presentation] = [] if first is None else [first]
        self.changed.update({event.event_id: event for event in changed})
        return changed

    def has_answer(self, presentation: uuid.UUID) -> bool:
        """Whether an answer to the presentation counts."""
        return bool(self._counting.get(presentation))

    def _heap(self, presentation: uuid.UUID) -> _Heap:
        if presentation not in self._heaps:
            stored = self.stored.get(presentation, ())
            self._heaps[presentation] = [_entry(event) for event in stored]
            heapq.heapify(self._heaps[presentation])
            self._counting[presentation] = [event for event in stored if event.counts]
        return self._heaps[presentation]


def _entry(event: ReviewEvent) -> tuple[datetime, uuid.UUID, ReviewEvent]:
    return event.occurred_at, event.event_id, event

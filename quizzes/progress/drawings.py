"""Maps that were drawn already: who looks at a map next does not wait for it to be drawn again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from quizzes.progress import concept_map
from quizzes.progress.concept_map import Drawing

MOST_BYTES = 8 * 2**20
"""What all drawings of a process may take; a map of 500 concepts takes about 0.5 MB."""
OBJECT_BYTES = 250
"""What a node or an edge takes beside its path."""


class Drawings:
    """The drawings of graphs, those used last, within `most_bytes`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._drawings: OrderedDict[bytes, Drawing] = OrderedDict()
        self._lock = Lock()

    def draw(self, names: Sequence[str], edges: Sequence[tuple[str, str]]) -> Drawing:
        """Return what `concept_map.draw` gives, from memory where the same graph was drawn before."""
        digest = hashlib.sha256(repr((tuple(names), tuple(edges))).encode()).digest()
        with self._lock:
            if digest in self._drawings:
                self._drawings.move_to_end(digest)
                return self._drawings[digest]
        drawing = concept_map.draw(names, edges)
        with self._lock:
            self._keep(digest, drawing)
        return drawing

    def _keep(self, digest: bytes, drawing: Drawing) -> None:
        if digest in self._drawings:
            return  # another thread drew it meanwhile
        self._drawings[digest] = drawing
        self.bytes += _size(drawing)
        while self.bytes > self.most_bytes:
            _, oldest = self._drawings.popitem(last=False)
            self.bytes -= _size(oldest)


def _size(drawing: Drawing) -> int:
    """About how many bytes of memory a drawing takes."""
    objects = len(drawing.nodes) + len(drawing.edges)
    return OBJECT_BYTES * (objects + 1) + sum(len(edge.path) for edge in drawing.edges)


draw = Drawings().draw

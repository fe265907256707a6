"""What the statistics of an exam read of each sitting, packed into a row: items, scores, and what was answered. Pure.

Closing a sitting packs it, since by then its slots never change; reading thousands of rows costs no more than their
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from questions import kinds
from questions.kinds import ResponseError
from quizzes.exams.item_flags import LEFT_EMPTY
from quizzes.statistics.distractors import Picks

if TYPE_CHECKING:
    from quizzes.exams.payloads import Document

SLOT = np.dtype([("item", "<i8"), ("version", "<i8"), ("score", "<f8"), ("picks", "<i4"), ("is_first", "?")])
"""A slot as it is packed: `picks` counts the texts that its answer amounts to; the score of one that is void is NaN.

`is_first` says that the student had not met the item in an exam of the course before.
"""


@dataclass(frozen=True)
class PackedOutcome:
    """The slots of a sitting in their order, as the bytes of SLOT, and what the answers amount to as a JSON list."""

    slots: bytes
    picked: str

    def items(self) -> set[int]:
        """The items that the sitting asked."""
        return set(np.frombuffer(self.slots, SLOT)["item"].tolist())

    def with_first(self, met_before: Collection[int]) -> Self:
        """The same where the items that were `met_before` are no first exposures."""
        slots = np.frombuffer(self.slots, SLOT).copy()
        slots["is_first"] &= ~np.isin(slots["item"], list(met_before))
        return replace(self, slots=slots.tobytes())


class GradedSlot(NamedTuple):
    """A slot of a closed sitting: the item it asked, its score in [0, 1], and what its answer amounts to."""

    item: int
    version: int
    score: float
    picked: Sequence[str]


def pack(slots: Iterable[GradedSlot], met_before: Collection[int] = ()) -> PackedOutcome:
    """Pack the slots of a sitting, in their order; items that were `met_before` are no first exposures."""
    rows: list[tuple[int, int, float, int, bool]] = []
    texts: list[str] = []
    for item, version, score, picked in slots:
        once = dict.fromkeys(picked)
        rows.append((item, version, score, len(once), item not in met_before))
        texts += once
    return PackedOutcome(np.array(rows, SLOT).tobytes(), json.dumps(texts, ensure_ascii=False))


def rescore(packed: bytes, scores: Mapping[int, float]) -> bytes:
    """The same slots, with other scores for some versions; NaN: the slot does not count."""
    slots = np.frombuffer(packed, SLOT).copy()
    for version, score in scores.items():
        slots["score"][slots["version"] == version] = score
    return slots.tobytes()


def list_picked(kind: str, body: kinds.ItemBody, answer: Document, response: Document | None) -> list[str]:
    """The texts of the expected answers that a saved response amounts to."""
    if response is None or kinds.is_dont_know(response):
        return [LEFT_EMPTY]
    try:
        return kinds.get(kind).picked(body, answer, response) or ["(nothing ticked)"]
    except ResponseError:
        # Saved before a change of what is understood; it was graded 0.
        return ["(not understood)"]


@dataclass(frozen=True)
class AskedSlots:
    """The slots of many sittings, sitting by sitting, as arrays; `row` numbers the sittings.

    What the answers amount to are `texts` by their numbers: those of a slot are the next `picks` of `picked` from
    `begin` on.
    """

    row: NDArray[np.int64]
    item: NDArray[np.int64]
    version: NDArray[np.int64]
    score: NDArray[np.float64]
    is_first: NDArray[np.bool_]
    picks: NDArray[np.int32]
    begin: NDArray[np.int64]
    picked: NDArray[np.int64]
    texts: list[str]

    def picks_of(self, slots: NDArray[np.int64]) -> Picks:
        """What the answers in some slots amount to; the students are numbered as their slots are in `slots`."""
        lengths = self.picks[slots]
        student = np.repeat(np.arange(len(slots)), lengths)
        within = np.arange(len(student)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return Picks(self.texts, self.picked[self.begin[slots][student] + within], student)


def unpack(outcomes: Sequence[PackedOutcome]) -> AskedSlots:
    """The slots of the sittings that count, in their order."""
    slots = np.frombuffer(b"".join(outcome.slots for outcome in outcomes), SLOT)
    lengths = [len(outcome.slots) // SLOT.itemsize for outcome in outcomes]
    texts: list[str] = json.loads(f"[{','.join(text for outcome in outcomes if (text := outcome.picked[1:-1]))}]")
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    counts = ~np.isnan(slots["score"])
    return AskedSlots(
        row=np.repeat(np.arange(len(outcomes)), lengths)[counts],
        item=slots["item"][counts],
        version=slots["version"][counts],
        score=slots["score"][counts],
        is_first=slots["is_first"][counts],
        picks=slots["picks"][counts],
        begin=(np.cumsum(slots["picks"]) - slots["picks"])[counts],
        picked=np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts)),
        texts=list(numbers),
    )

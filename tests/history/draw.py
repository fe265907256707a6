"""What is done and what breaks, and when: drawn from one seed. The same seed draws the same. Pure."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Weights = Mapping[str, float]

DEVICE: Weights = {
    "answer": 8,
    "offline": 2,
    "sync": 5,
    "again": 2,
    "undo": 1.5,
    "redo": 1,
    "flag": 2,
    "queue": 2,
    "more": 0.5,
}
"""What a device of a student does, and how often."""
EXAMINEE: Weights = {**DEVICE, "open": 1, "save": 6, "sitting": 2, "submit": 0.4}
"""A device of a student who sits exams, too."""
BROWSER: Weights = {"form": 6, "undo": 1}
INSTRUCTOR: Weights = {"correct": 1, "take-back": 1, "publish": 3}


@dataclass(frozen=True)
class Step:
    """One thing that a client does; `dice` are numbers in [0, 1) by which it chooses what it does it with."""

    kind: str
    pause: float
    """Seconds before it."""
    dice: tuple[float, ...]
    seed: int
    """Of what else it draws: ids, for instance."""

    def ids(self) -> Iterator[str]:
        """Yield new ids."""
        bits = random.Random(self.seed)
        while True:
            yield str(uuid.UUID(int=bits.getrandbits(128), version=4))


def draw_steps(seed: int, client: str, weights: Weights, pace: float = 0.05) -> Iterator[Step]:
    """Yield what a client does, without an end; it pauses for `pace` seconds on average."""
    dice = random.Random(f"{seed} {client}")
    kinds, shares = list(weights), list(weights.values())
    while True:
        (kind,) = dice.choices(kinds, shares)
        pause = dice.expovariate(1 / pace)
        yield Step(kind, pause, tuple(dice.random() for _ in range(6)), dice.getrandbits(64))


@dataclass(frozen=True)
class Fault:
    """What breaks: so many seconds after the last one was mended, for how long, and how hard in [0, 1)."""

    kind: str
    after: float
    seconds: float
    strength: float


def draw_faults(seed: int, kinds: Sequence[str], every: float) -> Iterator[Fault]:
    """Yield faults without an end, `every` so many seconds on average; each kind comes once before one comes again."""
    dice = random.Random(f"{seed} faults")
    while True:
        for kind in dice.sample(kinds, len(kinds)):
            yield Fault(kind, dice.uniform(0.4, 1.6) * every, dice.uniform(0.3, 2.5), dice.random())

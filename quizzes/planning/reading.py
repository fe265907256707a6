"""Lesson first: what is new is asked once the section that teaches it was read. Pure.

Reading takes time and earns few marks by itself: it is a job that has to precede others. The order of jobs under such
precedence that earns most at every moment is Horn's (1972, Single-machine job sequencing with treelike precedence
ordering and linear delay penalties, SIAM J. Appl. Math. 23): a section counts by the most that it and what follows it
earn a second together. Sections of one lesson are read in their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]


class Read(NamedTuple):
    """A section to read, its seconds, and the tasks that wait for it, in the order in which they are asked."""

    section: int
    seconds: float
    tasks: list[int]


@dataclass(frozen=True)
class Reading:
    """The unread section that each task waits for (tasks,), -1: none.

    And of the sections (sections,), in the order of their courses, the `seconds` (> 0) that they take, and `lessons`.
    `first` (tasks,) is the chance that each is known at first sight once its section was read.
    """

    section: Ints
    seconds: Floats
    lessons: Ints
    first: Floats

    def once_read(self, first: Floats) -> Floats:
        """The chance (tasks,) to know each as it is asked, where it is `first` for what waits for nothing."""
        return np.where(self.section >= 0, self.first, first)

    def opened_by(self, tasks: Sequence[int]) -> Booleans:
        """Which tasks (tasks,) have been read about once these are asked."""
        sections = np.unique(self.section[list(tasks)])
        return np.isin(self.section, sections[sections >= 0])

    @property
    def shares(self) -> Floats:
        """The seconds of its section that each task (tasks,) would take over, were they shared evenly."""
        waits = self.section >= 0
        tasks = np.bincount(self.section[waits], minlength=self.seconds.size)
        return np.where(waits, (self.seconds / np.maximum(tasks, 1))[self.section], 0.0)

    def order(self, listed: Sequence[int], worth: Floats, takes: Floats, lift: Floats) -> list[int]:
        """Order tasks that are listed by worth per second, so that reading is counted; see the module.

        `worth` (≥ 0), `takes` (> 0) and `lift`, what reading about each is worth by itself, have shape (tasks,).
        """
        waits = self.section >= 0
        lifts = np.bincount(self.section[waits], lift[waits], minlength=self.seconds.size)
        waiting: dict[int, list[_Block]] = defaultdict(list)
        for task in listed:
            block = _Block(float(worth[task]), float(takes[task]), [task])
            waiting[int(self.section[task])].append(block)
        free = waiting.pop(-1, [])
        for chain in self._chains(listed).values():
            after: list[_Block] = []
            for section in reversed(chain):
                children = list(merge(waiting[section], after, key=_rate))
                block = _Block(float(lifts[section]), float(self.seconds[section]), [])
                while children and _rate(children[0]) < _rate(block):
                    block = block.followed_by(children.pop(0))
                after = [block, *children]
            free += after
        return [task for block in sorted(free, key=_rate) for task in block.tasks]

    def choose(self, listed: Sequence[int], takes: Floats, budget: float) -> list[int]:
        """Choose tasks that begin within `budget` seconds, reading counted, in their order.

        What has no room with its reading makes way for what has; the first task is chosen in any case.
        """
        before = self._before(listed)
        chosen: list[int] = []
        opened: set[int] = set()
        spent = 0.0
        for task in listed:
            if spent >= budget:
                break
            unread = [section for section in before.get(int(self.section[task]), ()) if section not in opened]
            begins = spent + float(self.seconds[unread].sum())
            if chosen and begins >= budget:
                continue
            chosen.append(task)
            opened.update(unread)
            spent = begins + float(takes[task])
        return chosen

    def list_reads(self, asked: Sequence[int]) -> list[Read]:
        """What is to be read for these tasks, in order."""
        tasks: dict[int, list[int]] = defaultdict(list)
        for task in asked:
            if (section := int(self.section[task])) >= 0:
                tasks[section].append(task)
        return [Read(section, float(self.seconds[section]), tasks[section]) for section in sorted(tasks)]

    def _chains(self, tasks: Sequence[int]) -> dict[int, list[int]]:
        """By lesson, the sections that some of the tasks wait for, in order."""
        chains: dict[int, list[int]] = defaultdict(list)
        for section in np.unique(self.section[list(tasks)]).tolist():
            if section >= 0:
                chains[int(self.lessons[section])].append(section)
        return chains

    def _before(self, tasks: Sequence[int]) -> dict[int, list[int]]:
        """By section, what is read of its lesson before its tasks are asked, itself included."""
        chains = self._chains(tasks).values()
        return {section: chain[: at + 1] for chain in chains for at, section in enumerate(chain)}


class _Block(NamedTuple):
    """Tasks that are asked one after the other, what they are worth, and their seconds with those of reading."""

    worth: float
    seconds: float
    tasks: list[int]

    def followed_by(self, other: _Block) -> _Block:
        return _Block(self.worth + other.worth, self.seconds + other.seconds, self.tasks + other.tasks)


def _rate(block: _Block) -> float:
    """Less for what earns more a second."""
    return -block.worth / block.seconds

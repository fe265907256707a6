"""In which order a day's tasks are asked, and which of them wait for another day. Pure.

Three things help memory and cost next to nothing, since the plan stays nearly what it is:

- **Siblings wait.** Of tasks that tell each other's answers, or ask one idea, a day asks one where others can take
  their place (`put_off_siblings`).
- **Interleaving.** No concept is asked twice in a row where that can be avoided (Rohrer and Taylor 2007, The shuffling
  of mathematics problems improves learning, Instr. Sci. 35).
- **Contrasts.** Concepts that are easily taken for each other follow each other (Kang and Pashler 2012, Learning
  painting styles: spacing is advantageous when it promotes discriminative contrast, Appl. Cogn. Psychol. 26).

What they may cost is bounded by `SHARE` of the plan's worth: by what siblings are put off for, and again by what who
stops at a random moment has less. What is new stays in the order of the lessons, with reviews in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]

SHARE = 0.005
"""The share of a plan's worth that its order may cost, and as much again what it puts off."""
LOOK_AHEAD = 8
"""Tasks among which the next one is looked for: those of the highest priority come soon in any case."""


@dataclass(frozen=True)
class Relations:
    """What tasks have in common: the item and the concept (tasks,) of each, by numbers.

    `siblings` are the items that are not to be asked on the day of an item, `contrasts` the concepts that are easily
    taken for a concept.
    """

    items: Ints
    concepts: Ints
    siblings: Mapping[int, frozenset[int]] = field(default_factory=dict)
    contrasts: Mapping[int, frozenset[int]] = field(default_factory=dict)


def put_off_siblings(
    listed: Sequence[int], worth: Floats, takes: Floats, budget: float, relations: Relations, done: Collection[int]
) -> list[int]:
    """Move siblings of what comes earlier in the list, or is `done` today, behind all others.

    `listed` are tasks, best first, of which those are asked that begin within `budget` seconds; `worth` and `takes`
    (tasks,) are what each is worth (≥ 0) and its seconds. Where moving all would cost more than `SHARE` of the worth of
    what is asked, the best of them stay.
    """
    siblings, items = relations.siblings, relations.items
    barred = {other for task in done for other in siblings.get(int(items[task]), ())}
    day, later, seconds = [], [], 0.0
    for task in listed:
        if seconds >= budget:
            break  # what lies farther is not asked today in any case
        day.append(task)
        item = int(items[task])
        if item in barred:
            later.append(task)
            continue
        barred |= siblings.get(item, frozenset())
        seconds += float(takes[task])
    rest = list(listed[len(day) :])
    least = (1 - SHARE) * _worth_asked(day, worth, takes, budget) if later else 0.0
    for stay in range(len(later)):
        moved = set(later[stay:])
        order = [task for task in day if task not in moved]
        if _worth_asked(order if rest else order + later[stay:], worth, takes, budget) >= least:
            return order + rest + later[stay:]
    return list(listed)


def count_asked(listed: Sequence[int], takes: Floats, budget: float) -> int:
    """How many of the listed tasks begin before `budget` seconds are used up."""
    begins = accumulate(takes[list(listed)].tolist(), initial=0.0)
    return sum(at < budget for at, _ in zip(begins, listed, strict=False))


def _worth_asked(listed: Sequence[int], worth: Floats, takes: Floats, budget: float) -> float:
    return float(worth[list(listed[: count_asked(listed, takes, budget)])].sum())


def worth_if_stopped(order: Sequence[int], worth: Floats, takes: Floats) -> float:
    """The worth that is had on average by who stops at a random moment of these tasks, each counting from its end on.

    Of the worth of all, as a share in [0, 1]; 0 where nothing is worth anything.
    """
    each, ends = worth[list(order)], np.cumsum(takes[list(order)])
    return float(each @ (1 - ends / ends[-1]) / each.sum()) if each.sum() > 0 else 0.0


def interleave(order: Sequence[int], worth: Floats, takes: Floats, new: Booleans, relations: Relations) -> list[int]:
    """Order the tasks so that no concept comes twice in a row, and contrasts do, where that can be had.

    `worth`, `takes` and `new` have shape (tasks,). `worth_if_stopped` falls by `SHARE` at most. What is new
    keeps its order.
    """
    left = [
        _Task(*facts)
        for facts in zip(
            order,
            relations.concepts[list(order)].tolist(),
            worth[list(order)].tolist(),
            takes[list(order)].tolist(),
            new[list(order)].tolist(),
            strict=True,
        )
    ]
    counts = Counter(task.concept for task in left)
    spare = SHARE * sum(task.worth for task in left) * sum(task.seconds for task in left)
    made: list[int] = []
    last, near = None, frozenset[int]()
    while left:
        best = (3, 0, 0.0)
        for at, task, cost in _next(left):
            if cost <= spare:
                concept, crowded = task.concept, 2 * counts[task.concept] > len(left)
                rank = 3 if concept == last else 0 if crowded else 1 if concept in near else 2
                best = min(best, (rank, at, cost))
        _, at, cost = best
        spare -= cost
        task = left.pop(at)
        made.append(task.number)
        last, near = task.concept, relations.contrasts.get(task.concept, frozenset())
        counts[last] -= 1
    return made


class _Task(NamedTuple):
    """A task of the day: its number and concept, what it is worth, its seconds, and whether it is new."""

    number: int
    concept: int
    worth: float
    seconds: float
    new: bool


def _next(left: Sequence[_Task]) -> Iterator[tuple[int, _Task, float]]:
    """The places and tasks of what may come next, and what it costs to take it before all that it overtakes.

    These wait for its seconds, and it is had earlier by theirs. Of what is new only the first may.
    """
    worth = seconds = 0.0
    is_first = True
    for at, task in enumerate(left):
        if (is_first and task.new) or (at < LOOK_AHEAD and not task.new):
            yield at, task, worth * task.seconds - task.worth * seconds
        is_first &= not task.new
        if at >= LOOK_AHEAD and not is_first:
            break
        worth += task.worth
        seconds += task.seconds

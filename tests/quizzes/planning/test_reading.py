"""Reading that precedes questions: what is chosen in the minutes there are, and in which order."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from quizzes.planning.reading import Reading
from tests.quizzes.planning.test_plan import FIRST, new, planned


def reading(section: list[int], seconds: list[float], lessons: list[int] | None = None) -> Reading:
    """Sections of one lesson, unless told."""
    first = np.full(len(section), FIRST)
    return Reading(np.array(section), np.array(seconds), np.array(lessons or [0] * len(seconds)), first)


def test_a_section_counts_by_what_it_earns_together_with_its_questions() -> None:
    # Task 0 earns 1 a second; two tasks of a long section 0.5 with the reading, three of a short one 1.5.
    worth, takes = np.array([10.0, 20, 20, 20, 20, 20]), np.full(6, 10.0)
    both = reading([-1, 0, 0, 1, 1, 1], [60.0, 10.0], [0, 1])
    assert both.order([1, 2, 3, 4, 5, 0], worth, takes, np.zeros(6)) == [3, 4, 5, 0, 1, 2]
    # Reading the long one is worth something by itself, also for what is not asked now.
    assert both.order([1, 2, 3, 4, 5, 0], worth, takes, np.array([0.0, 60, 60, 0, 0, 0])) == [1, 2, 3, 4, 5, 0]


def test_no_order_earns_more_at_every_moment() -> None:
    """Horn's order is the best of all that read first, by the worth that is had on average over time."""
    chance = random.Random(1)
    for _ in range(20):
        worth = np.array([chance.uniform(0.1, 5) for _ in range(6)])
        takes = np.array([chance.uniform(1, 5) for _ in range(6)])
        waits = reading([chance.choice([-1, 0, 1]) for _ in range(6)], [3.0, 2.0])
        ordered = waits.order(sorted(range(6), key=lambda task: -worth[task] / takes[task]), worth, takes, np.zeros(6))
        best = min(_cost(order, worth, takes, waits) for order in itertools.permutations(range(6)))
        assert _cost(ordered, worth, takes, waits) <= best + 1e-9


def test_tasks_share_the_seconds_of_their_section() -> None:
    waits = reading([0, -1, 0, 2], [30.0, 99.0, 10.0])
    np.testing.assert_array_equal(waits.shares, [15.0, 0.0, 15.0, 10.0])


def _cost(order: tuple[int, ...] | list[int], worth: np.ndarray, takes: np.ndarray, waits: Reading) -> float:
    """What is lost by waiting: worth times when it is had, each section being read as late as can be."""
    before = {0: [0], 1: [0, 1] if 0 in waits.section[list(order)] else [1]}
    opened: set[int] = set()
    at = cost = 0.0
    for task in order:
        unread = [section for section in before.get(int(waits.section[task]), []) if section not in opened]
        opened.update(unread)
        at += float(waits.seconds[unread].sum()) + float(takes[task])
        cost += at * float(worth[task])
    return cost


def test_what_has_no_room_with_its_reading_makes_way() -> None:
    takes = np.full(4, 20.0)
    waits = reading([-1, 0, -1, -1], [60.0])
    assert waits.choose([0, 1, 2, 3], takes, 70.0) == [0, 2, 3]
    assert waits.choose([0, 1, 2, 3], takes, 90.0) == [0, 1]
    assert waits.choose([1, 0], takes, 10.0) == [1]  # else a day of few minutes would never begin a section


def test_sections_of_a_lesson_are_read_in_their_order() -> None:
    waits = reading([1, 0, 2], [10.0, 20.0, 30.0], [0, 0, 1])
    assert [tuple(read) for read in waits.list_reads([1, 0, 2])] == [
        (0, 10.0, [1]),
        (1, 20.0, [0]),
        (2, 30.0, [2]),
    ]


def test_a_plan_reads_before_it_asks_and_counts_the_minutes() -> None:
    tasks = [new() for _ in range(8)]
    waits = reading([0] * 4 + [1] * 4, [120.0, 120.0])
    for exam in (14, None):
        without, made = planned(tasks, exam=exam, budget=300), planned(tasks, exam=exam, budget=300, reading=waits)
        assert 0 < len(made.order) < len(without.order)
        assert made.seconds - made.takes[-1] < 300
        assert sorted({task for read in made.reads for task in read.tasks}) == sorted(made.order)
        assert [read.section for read in made.reads] == sorted(read.section for read in made.reads)
        whole = planned(tasks, exam=exam, budget=3000, reading=waits)
        assert whole.order == list(range(8))
        assert [(read.section, read.tasks) for read in whole.reads] == [(0, [0, 1, 2, 3]), (1, [4, 5, 6, 7])]


def test_a_plan_counts_what_reading_adds_to_all_that_a_section_teaches() -> None:
    tasks, waits = [new() for _ in range(8)], reading([0] * 4 + [1] * 4, [60.0, 60.0])
    gains = replace(waits, first=np.full(8, FIRST + 0.1))
    alike, better = (planned(tasks, exam=14, budget=200, reading=each) for each in (waits, gains))
    assert alike.score_before is not None
    assert alike.score_before == better.score_before
    assert better.score_before is not None
    assert alike.score_after is not None
    assert better.score_after is not None
    assert alike.order == better.order == [0, 1, 2]
    assert sum(better.takes) < sum(alike.takes), "what was read about is asked again less often"
    assert alike.score_after == pytest.approx(alike.score_before + sum(alike.gain))
    assert better.score_after > better.score_before + sum(better.gain) + 0.03, (
        "the fourth question is likelier right too"
    )
    read = planned(tasks, exam=14, budget=200, first=np.full(8, FIRST + 0.1))
    assert better.takes == read.takes[: len(better.takes)], "as it is planned once it was read"

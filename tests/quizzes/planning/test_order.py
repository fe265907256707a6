"""The order of a day: concepts alternate and siblings wait, for a bounded share of what the plan is worth."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.planning.order import SHARE, Relations, count_asked, interleave, put_off_siblings, worth_if_stopped
from tests.quizzes.planning.test_plan import new, planned, random_tasks, seen

TASK = st.tuples(st.floats(0, 5), st.floats(5, 90), st.booleans(), st.integers(0, 3))


def related(concepts: list[int], **more: dict[int, frozenset[int]]) -> Relations:
    return Relations(np.arange(len(concepts)), np.array(concepts, dtype=np.int64), **more)


def count_repeats(order: list[int], relations: Relations) -> int:
    return sum(relations.concepts[task] == relations.concepts[after] for task, after in pairwise(order))


@given(st.lists(TASK, max_size=9), st.booleans())
def test_alternating_costs_a_bounded_share_and_leaves_new_tasks_in_their_order(
    tasks: list[tuple[float, float, bool, int]], contrasted: bool
) -> None:
    worth, takes, is_new = (np.array([task[at] for task in tasks]) for at in range(3))
    contrasts = {0: frozenset({1}), 1: frozenset({0})} if contrasted else {}
    relations = related([task[3] for task in tasks], contrasts=contrasts)
    order = interleave(range(len(tasks)), worth, takes, is_new.astype(bool), relations)
    assert sorted(order) == list(range(len(tasks)))
    before = worth_if_stopped(range(len(tasks)), worth, takes)
    assert worth_if_stopped(order, worth, takes) >= before - SHARE - 1e-9
    fresh = [task for task in order if is_new[task]]
    assert fresh == sorted(fresh)


@given(st.lists(st.integers(0, 3), max_size=7))
def test_where_it_costs_nothing_no_concept_comes_twice_in_a_row_that_need_not(concepts: list[int]) -> None:
    count = len(concepts)
    relations = related(concepts)
    order = interleave(range(count), np.ones(count), np.full(count, 30.0), np.zeros(count, dtype=bool), relations)
    fewest = max(2 * max(Counter(concepts).values(), default=0) - count - 1, 0)
    assert count_repeats(order, relations) == fewest


def test_what_is_easily_taken_for_each_other_comes_together() -> None:
    relations = related([0, 1, 2, 0], contrasts={0: frozenset({2}), 2: frozenset({0})})
    order = interleave(range(4), np.ones(4), np.full(4, 30.0), np.zeros(4, dtype=bool), relations)
    assert order == [0, 2, 3, 1]


@pytest.mark.parametrize("worth", [[9.0, 9.0, 9.0, 0.1], [1.0, 1.0, 1.0, 1.0]])
def test_what_is_worth_much_more_is_not_kept_waiting(worth: list[float]) -> None:
    relations = related([0, 0, 0, 1])
    order = interleave(range(4), np.array(worth), np.full(4, 30.0), np.zeros(4, dtype=bool), relations)
    assert order == ([0, 1, 2, 3] if worth[3] < 1 else [0, 3, 1, 2])


@given(st.lists(TASK, max_size=7), st.floats(1, 300), st.sets(st.integers(0, 6), max_size=2))
def test_siblings_wait_for_a_bounded_share(
    tasks: list[tuple[float, float, bool, int]], budget: float, done: set[int]
) -> None:
    """`concept` names the idea here: all tasks of one are siblings."""
    worth, takes = np.array([task[0] for task in tasks]), np.array([task[1] for task in tasks])
    ideas = [task[3] for task in tasks]
    siblings = {at: frozenset(i for i, idea in enumerate(ideas) if idea == own) - {at} for at, own in enumerate(ideas)}
    done = {task for task in done if task < len(tasks)}
    listed = [int(task) for task in np.argsort(-worth / takes) if task not in done] if tasks else []
    order = put_off_siblings(listed, worth, takes, budget, related(ideas, siblings=siblings), done)
    assert sorted(order) == sorted(listed)

    def asked(tasks: list[int]) -> list[int]:
        return tasks[: count_asked(tasks, takes, budget)]

    assert worth[asked(order)].sum() >= (1 - SHARE) * worth[asked(listed)].sum() - 1e-9


def test_a_sibling_waits_where_another_takes_its_place_and_only_then() -> None:
    siblings = {0: frozenset({1}), 1: frozenset({0})}
    relations, takes = related([0, 0, 1], siblings=siblings), np.full(3, 30.0)
    alike, worse = np.array([1.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.1])
    assert put_off_siblings([0, 1, 2], alike, takes, 60, relations, []) == [0, 2, 1]
    assert put_off_siblings([0, 1, 2], worse, takes, 60, relations, []) == [0, 1, 2]
    assert put_off_siblings([1, 2], alike, takes, 30, relations, [0]) == [2, 1]  # one was asked today


@pytest.mark.parametrize("exam", [14, None])
@pytest.mark.parametrize("seed", range(4))
def test_a_plan_keeps_its_tasks_and_its_score(exam: float | None, seed: int) -> None:
    tasks = random_tasks(seed, 30)
    relations = related(np.random.default_rng(seed).integers(0, 4, len(tasks)).tolist())
    plain, woven = planned(tasks, exam=exam), planned(tasks, exam=exam, relations=relations)
    assert sorted(woven.order) == sorted(plain.order)
    assert woven.score_after == plain.score_after
    assert count_repeats(woven.order, relations) <= count_repeats(plain.order, relations)


def test_what_was_answered_today_keeps_its_siblings_waiting() -> None:
    relations = related([0, 0, 1], siblings={0: frozenset({1}), 1: frozenset({0})})
    tasks = [seen(5, 0, due=False), seen(5, 9), seen(5, 9)]
    assert planned(tasks, budget=30, relations=relations).order == [2]
    assert planned([new(), *tasks[1:]], exam=None, budget=30, relations=relations).order == [1]

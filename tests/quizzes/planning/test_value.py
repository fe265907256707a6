"""The planner's tables, its bound, and the simulated students that prove both."""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.memory import fsrs
from quizzes.planning import policies, simulate, tables, value
from quizzes.planning.bound import bound
from quizzes.planning.cards import RELEARN, Cards, costs, relearned
from quizzes.planning.tables import Stages
from quizzes.planning.value import Reviews

W = fsrs.DEFAULT_PARAMETERS
TEN_MINUTES = 600.0


def bank(cards: int, seed: int = 0) -> simulate.Bank:
    rng = np.random.default_rng(seed)
    weight = rng.choice([0.5, 1.0, 2.0, 4.0], cards)
    return simulate.Bank(
        weight / weight.sum(), rng.uniform(20, 90, cards), rng.choice([0.0, 0.25], cards), rng.uniform(0, 1, cards)
    )


def unseen(of: simulate.Bank) -> Cards:
    nan = np.full((1, of.weight.size), np.nan)
    return Cards(nan, nan, np.zeros_like(nan), of.weight[None], of.seconds[None], of.guess[None], of.first[None])


def seen(S: list[float], *, elapsed: float = 3.0, D: float = 5.0, weight: float = 1.0, seconds: float = 30.0) -> Cards:
    state = np.array([S])
    row = np.ones_like(state)
    return Cards(state, row * D, row * elapsed, row * weight, row * seconds, row * 0.0, row * 0.5)


@pytest.mark.parametrize("days", [1, 2, 7, 30, 31, 60, 365])
def test_stages_cover_the_days_and_no_more(days: int) -> None:
    stages = Stages.until(days)
    assert stages.count <= tables.MAX_STAGES
    assert stages.starts[0] == 0
    assert stages.starts[-1] < days <= stages.starts[-1] + stages.length


def test_a_table_is_the_best_of_all_plans_of_reviews() -> None:
    """By enumeration: every sequence of days on which a card could be reviewed, right and wrong."""
    stages = Stages.until(5)
    prices = np.array([0.3, 0.02, 0.05, 0.01, 0.08])
    table = tables.tables(prices, stages, W)
    ratio = 2

    def best(stage: int, S: float, D: float) -> float:
        found = float(fsrs.retrievability(stages.left[stage], S, W))
        for then in range(stage + 1, stages.count):
            lag = float(then - stage)
            recall = float(fsrs.retrievability(lag, S, W))
            good = fsrs.step(S, D, lag, fsrs.GOOD, W)
            wrong = relearned(np.array(S), np.array(D), np.array(lag), W)
            price = prices[then] * tables.RATIOS[ratio]
            if_right, if_wrong = (best(then, float(state[0]), float(state[1])) for state in (good, wrong))
            found = max(found, recall * if_right + (1 - recall) * (if_wrong - RELEARN * price) - price)
        return found

    for S, D in itertools.product([8, 16, 24], range(4)):
        exact = best(0, float(tables.STABILITIES[S]), float(tables.DIFFICULTIES[D]))
        assert table.value[0, ratio, S, D] == pytest.approx(exact, abs=0.004)


@pytest.mark.parametrize("days", [1, 9, 45])
@pytest.mark.parametrize("level", [0, 8, 16])
def test_values_rise_with_stability_and_reviewing_is_never_compulsory(days: int, level: int) -> None:
    stages = Stages.until(days)
    table = tables.tables(tables.LEVELS[level] * stages.shape, stages, W)
    stay = fsrs.retrievability(stages.left[:, None], tables.STABILITIES, W)
    assert (table.value >= stay[:, None, :, None] - 1e-12).all()
    assert (np.diff(table.value, axis=2) >= -1e-3).all()
    assert (table.value <= 1).all()
    assert (table.bought[table.lag == 0] == 0).all()


def test_dearer_seconds_are_bought_less() -> None:
    cards, stages = unseen(bank(100)), Stages.until(30)
    reviews, levels = Reviews(cards, cards.ratio, stages, W), tables.shared_levels(stages, W)
    wanted = [float(reviews.wanted(levels, np.array([level]))[0]) for level in range(tables.LEVELS.size)]
    assert wanted == sorted(wanted, reverse=True)
    assert wanted[0] > 2 * wanted[-4]


def test_who_has_less_time_pays_more() -> None:
    cards, stages = unseen(bank(150)), Stages.until(30)
    reviews = Reviews(cards, cards.ratio, stages, W)
    levels = [int(value.find_levels(reviews, np.ones(1), np.array([minutes * 1800.0]))[0]) for minutes in (2, 10, 60)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > levels[-1]


def test_a_card_that_can_wait_claims_nothing_and_one_that_cannot_does() -> None:
    cards = seen([2.0, 400.0], elapsed=2.0)
    claim = value.claims(cards, 30.0, np.array([TEN_MINUTES]), W)[0]
    assert claim[0] > 0
    assert claim[0] > claim[1]


def test_what_does_not_matter_is_never_chosen() -> None:
    cards = seen([5.0, 5.0])
    cards.weight[0, 1] = 0.0
    found = value.priorities(cards, 10.0, np.array([TEN_MINUTES]), W)[0]
    assert math.isfinite(found[0])
    assert found[1] == -math.inf


@given(st.lists(st.floats(0.1, 500), min_size=1, max_size=12), st.sampled_from([1, 4, 20, 75]))
@settings(deadline=None, max_examples=30)
def test_students_are_solved_at_once_as_one_by_one(S: list[float], days: int) -> None:
    together = Cards(*(np.repeat(part, 2, axis=0) for part in vars(seen(S, elapsed=4.0, weight=1 / len(S))).values()))
    seconds = np.array([300.0, 1200.0])
    both = value.priorities(together, float(days), seconds, W)
    for at, minutes in enumerate(seconds):
        alone = value.priorities(seen(S, elapsed=4.0, weight=1 / len(S)), float(days), np.array([minutes]), W)
        np.testing.assert_array_equal(both[at], alone[0])


def test_a_first_review_costs_more_than_one_that_is_known() -> None:
    cost = costs(
        Cards(
            *(np.array([[a, b]]) for a, b in ((np.nan, 1e6), (np.nan, 5), (0, 0), (1, 1), (40, 40), (0, 0), (0.3, 0.3)))
        ),
        W,
    )
    assert cost[0] == pytest.approx([40 * (2 - 0.3), 40], rel=1e-3)


@pytest.mark.parametrize(("days", "minutes"), [(7, 10), (14, 20)])
def test_no_policy_exceeds_the_bound(days: int, minutes: int) -> None:
    course = bank(60, seed=days)
    students = 24
    luck = simulate.Luck.draw(students, 60, days, seed=1)
    best = spent = 0.0
    for policy in policies.POLICIES.values():
        found = simulate.simulate(
            policy, course, luck, days=days, budget=60.0 * minutes, truth=[W] * students, slip=0.0
        )
        best, spent = max(best, float(found.score.mean())), max(spent, float(found.seconds.mean()))
    # The last card of a day is begun just within the minutes. The bound is concave in what is spent.
    least = bound(unseen(course), days, spent, W, rounds=25)
    assert best <= least + 0.001
    assert best >= 0.95 * least


def test_more_rounds_never_loosen_the_bound() -> None:
    cards = unseen(bank(40))
    bounds = [bound(cards, 10, TEN_MINUTES, W, rounds=rounds) for rounds in (1, 5, 20)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] <= 1.2


def test_ours_beats_fixed_retention_by_the_same_luck() -> None:
    course, students, days = bank(80), 48, 21
    luck = simulate.Luck.draw(students, 80, days, seed=3, missed=0.1)
    scores = {
        name: simulate.simulate(policy, course, luck, days=days, budget=TEN_MINUTES, truth=[W] * students).score.mean()
        for name, policy in policies.POLICIES.items()
    }
    best = max(score for name, score in scores.items() if name.startswith(("FSRS", "SM-2", "cram", "weakest")))
    assert 1 - scores["examprep"] < 0.85 * (1 - best)


def test_the_same_luck_gives_the_same_outcome() -> None:
    course = bank(30)
    runs = [
        simulate.simulate(
            policies.examprep,
            course,
            simulate.Luck.draw(4, 30, 10, seed=9, missed=0.2),
            days=10,
            budget=300.0,
            truth=[W] * 4,
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(runs[0].score, runs[1].score)
    np.testing.assert_array_equal(runs[0].seconds, runs[1].seconds)


def test_a_planner_that_knows_the_students_does_better() -> None:
    course, days = bank(60), 14
    firm, weak = W, (*(x / 3 for x in W[:4]), *W[4:8], W[8] - 0.5, *W[9:])
    truth = [firm, weak] * 12
    luck = simulate.Luck.draw(24, 60, days, seed=4)
    given: dict[str, Any] = {"days": days, "budget": 400.0, "truth": truth}
    known = simulate.simulate(policies.examprep, course, luck, belief=truth, **given)
    believed = simulate.simulate(policies.examprep, course, luck, **given)
    assert known.score[1::2].mean() > believed.score[1::2].mean() - 0.005
    np.testing.assert_array_equal(known.score[::2], believed.score[::2])


@pytest.mark.parametrize("name", list(policies.POLICIES))
def test_policies_keep_to_the_minutes_and_to_missed_days(name: str) -> None:
    course, days = bank(50), 8
    luck = simulate.Luck.draw(6, 50, days, seed=2, missed=0.3)
    found = simulate.simulate(policies.POLICIES[name], course, luck, days=days, budget=300.0, truth=[W] * 6)
    assert (found.seconds[luck.missed] == 0).all()
    longest = float((course.seconds * luck.pace.max()).max()) * (1 + RELEARN)
    assert (found.seconds <= 300.0 + longest).all()
    assert (found.new.sum(1) <= 50).all()
    assert ((found.score > 0) & (found.score < 1)).all()


def test_students_together_are_planned_as_each_alone_to_the_bit() -> None:
    rng = np.random.default_rng(4)
    shape = (6, 60)
    S = np.where(rng.random(shape) < 0.4, np.nan, rng.lognormal(1.5, 1.2, shape))
    seen = ~np.isnan(S)
    cards = Cards(
        S,
        np.where(seen, rng.uniform(1, 10, shape), np.nan),
        np.where(seen, rng.integers(1, 40, shape), 0.0),
        rng.uniform(0.5, 4, shape) / 150,
        rng.uniform(20, 90, shape),
        rng.choice([0.0, 0.25], shape),
        rng.uniform(0, 1, shape),
    )
    seconds = np.geomspace(60, 3600, shape[0])
    together = value.priorities(cards, 20.0, seconds, W)
    for student in range(shape[0]):
        alone = Cards(*(column[student : student + 1] for column in vars(cards).values()))
        assert (value.priorities(alone, 20.0, seconds[student : student + 1], W)[0] == together[student]).all()


def test_a_table_is_read_at_one_stage_as_at_all_and_where_the_states_are_to_the_bit() -> None:
    stages = Stages.until(20.0)
    shape = (2, 40)
    S = np.geomspace(0.1, 400.0, 80).reshape(shape)
    ones = np.ones(shape)
    cards = Cards(S, 5 * ones, 3 * ones, ones / 40, 30 * ones, 0.25 * ones, 0.5 * ones)
    reviews, levels = Reviews(cards, cards.ratio, stages, W), tables.shared_levels(stages, W)
    levels.make(np.array([6]), reviews.classes)
    begins = np.full((2, 1, 1), 6 * levels.size)
    read = reviews.read(levels.bought, begins)
    places = np.arange(0, read.size, stages.count).reshape(shape) + np.arange(S.size).reshape(shape) % stages.count
    assert (reviews.read_at(levels.bought, begins[..., 0], places) == read.reshape(-1)[places]).all()

    table = tables.tables(tables.LEVELS[6] * stages.shape, stages, W).bought
    for student, card, at in itertools.product(range(2), range(0, 40, 13), range(stages.count)):
        t = np.array(3.0 + at * stages.length)
        states = fsrs.step(S[student, card], 5.0, t, fsrs.GOOD, W), relearned(S[student, card], np.array(5.0), t, W)
        ends = []
        for next_S, next_D in states:
            row, share = tables.place(next_S)
            column = table[at, reviews.of_class[student, card], :, tables.nearest(next_D)]
            ends.append(column[row] + share * (column[row + 1] - column[row]))
        right = reviews.right[student, card, at]
        assert read[student, card, at] == right * ends[0] + (1 - right) * ends[1]


def test_tables_are_kept_for_the_dates_asked_for_last_and_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "KEPT", 3)
    monkeypatch.setattr(tables, "_shared", OrderedDict())
    kept = [tables.shared_levels(Stages.until(days), W) for days in (1, 2, 3)]
    for levels in kept:
        levels.make(np.array([3, 4, 3]), np.array([1]))
    assert [set(levels.made) for levels in kept] == [{3, 4}] * 3
    assert tables.shared_levels(Stages.until(3), W) is kept[2]
    assert tables.shared_levels(Stages.until(1), W) is not kept[0]
    assert len(tables._shared) == 2


def test_tables_of_some_classes_are_those_of_all_to_the_bit() -> None:
    w, stages = tuple(each * 1.05 for each in W), Stages.until(20.0)
    levels, whole = tables.Levels(stages, w), tables.tables(tables.LEVELS[8] * stages.shape, stages, w)
    for classes in ([3, 3], [1, 4], [3, 4]):
        levels.make(np.array([8]), np.array(classes))
    assert levels.made == {8: {1, 3, 4}}
    for shelf, of_all in ((levels.value, whole.value), (levels.bought, whole.bought)):
        made = shelf.reshape(tables.LEVELS.size, *of_all.shape)[8]
        assert (made[:, [1, 3, 4]] == of_all[:, [1, 3, 4]]).all()
        assert not made[:, [0, 2]].any()


def test_by_parameters_of_their_own_students_pay_what_a_search_of_all_levels_finds() -> None:
    rng, stages = np.random.default_rng(7), Stages.until(20.0)
    seconds = np.geomspace(20, 9000, 8) * stages.days / 10
    ones = np.ones((seconds.size, 40))
    for change in (0.9, 1.1):
        w = tuple(each * change for each in W)
        S = rng.lognormal(1.5, 1.2, ones.shape)
        cards = Cards(
            S, 5 * ones, 3 * ones, ones * rng.choice([1, 2, 4], ones.shape) / 40, 30 * ones, 0.25 * ones, 0.5 * ones
        )
        reviews, levels = Reviews(cards, cards.ratio, stages, w), tables.shared_levels(stages, w)
        wanted = np.array([reviews.wanted(levels, np.full(seconds.size, level)) for level in range(tables.LEVELS.size)])
        fits = wanted <= seconds
        first = np.where(fits.any(0), fits.argmax(0), tables.LEVELS.size - 1)
        assert value.find_levels(reviews, np.ones(seconds.size), seconds).tolist() == first.tolist()
        assert len(set(first.tolist())) > 3

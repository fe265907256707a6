"""First answers: what is planted is found, as far off as it is said to be, and each answer moves what it should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.memory.first_sight import (
    READING,
    READING_ERROR,
    FirstSeen,
    Floats,
    Items,
    Population,
    estimate,
    luck_of,
)
from quizzes.memory.population import Learned, learn

KINDS = {"numeric": 0.0, "single_choice": 0.25}
OTHERS = Population(mean=0.2, slope=-0.5, kinds={"single_choice": 0.3}, ability=0.8, concept=0.5, scatter=0.8)
EIGHTY = 1.2816


def sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


def draw_items(rng: np.random.Generator, count: int, concepts: int) -> tuple[Items, list[str], Floats]:
    """Items as they are, their kinds, and the difficulties that the author gave them."""
    kinds, difficulty = rng.choice(list(KINDS), count).tolist(), rng.integers(1, 6, count).astype(float)
    ease = OTHERS.expected_ease(kinds, difficulty) + rng.normal(0, OTHERS.scatter, count)
    luck = np.array([KINDS[kind] for kind in kinds])
    return Items(rng.integers(0, concepts, count), luck, ease, np.zeros(count)), kinds, difficulty


def draw_answers(rng: np.random.Generator, items: Items, students: int, each: int) -> tuple[FirstSeen, Floats]:
    """The first answers of students to some of the items, and their true chances to be right (students, items)."""
    concepts, count = int(items.concept.max()) + 1, items.ease.size
    ability = rng.normal(0, OTHERS.ability, (students, 1)) + rng.normal(0, OTHERS.concept, (students, concepts))
    truth = items.luck + (1 - items.luck) * sigmoid(ability[:, items.concept] + items.ease)
    met = np.argsort(rng.random((students, count)), axis=1)[:, :each]
    student = np.repeat(np.arange(students), each)
    right = (rng.random(truth.shape) < truth)[student, met.reshape(-1)]
    return FirstSeen(student, met.reshape(-1), right.astype(float), items.luck[met.reshape(-1)]), truth


def of_student(first: FirstSeen, student: int) -> FirstSeen:
    which = first.student == student
    return FirstSeen(np.zeros(which.sum(), int), first.item[which], first.score[which], first.luck[which])


def ranks_right(predicted: Floats, right: Floats) -> float:
    """The chance that of two answers the right one was predicted higher (AUC)."""
    rank = np.argsort(np.argsort(predicted)) + 1.0
    n = right.sum()
    return float((rank[right == 1].sum() - n * (n + 1) / 2) / (n * (right.size - n)))


@pytest.mark.same_draws
def test_what_is_planted_is_found_and_is_as_far_off_as_is_said() -> None:
    rng = np.random.default_rng(5)
    items, kinds, difficulty = draw_items(rng, 300, 15)
    learned = learn(draw_answers(rng, items, 200, 100)[0], items.concept, kinds, difficulty)
    assert learned.population.ability == pytest.approx(OTHERS.ability, abs=0.15)
    assert learned.population.concept == pytest.approx(OTHERS.concept, abs=0.1)
    assert learned.population.scatter == pytest.approx(OTHERS.scatter, abs=0.12)
    assert learned.population.slope == pytest.approx(OTHERS.slope, abs=0.1)
    assert 0.85 < np.std((learned.ease - items.ease) / learned.error) < 1.15

    first, truth = draw_answers(rng, items, 60, 50)
    believed = replace(items, ease=learned.ease, error=learned.error)
    chance, planted, inside = np.zeros(truth.shape), np.zeros(truth.shape), np.zeros(truth.shape)
    for student in range(60):
        who = estimate(of_student(first, student), believed, 15, learned.population)
        knows_all = estimate(of_student(first, student), items, 15, OTHERS)
        low, high = who.between(believed, EIGHTY)
        inside[student] = (low <= truth[student]) & (truth[student] <= high)
        chance[student] = items.luck + (1 - items.luck) * who.known(believed)
        planted[student] = items.luck + (1 - items.luck) * knows_all.known(items)
    unmet = np.ones(truth.shape, dtype=bool)
    unmet[first.student, first.item] = False
    right = (rng.random(truth.shape) < truth).astype(float)
    assert ranks_right(chance[unmet], right[unmet]) > ranks_right(planted[unmet], right[unmet]) - 0.02
    assert 0.75 < inside[unmet].mean() < 0.85
    assert abs(chance.mean() - truth.mean()) < 0.02


def test_abilities_are_those_of_the_whole_posterior_on_a_grid() -> None:
    items = Items(np.array([0, 0, 0, 0, 1, 1, 1]), np.full(7, 0.2), np.linspace(-1, 1, 7), np.zeros(7))
    first = FirstSeen(np.zeros(6, int), np.arange(6), np.array([1.0, 1, 0, 1, 0, 0]), items.luck[:6])
    who = estimate(first, items, 2, OTHERS)

    axis = np.linspace(-4, 4, 81)
    a, *b = np.meshgrid(axis, axis, axis, indexing="ij")
    log = -(a**2) / 2 / OTHERS.ability**2 - (b[0] ** 2 + b[1] ** 2) / 2 / OTHERS.concept**2
    for item, score in zip(first.item, first.score, strict=True):
        p = 0.2 + 0.8 * sigmoid(a + b[items.concept[item]] + items.ease[item])
        log += np.log(p if score else 1 - p)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    for concept in range(2):
        mean = float((weight * (a + b[concept])).sum())
        variance = float((weight * (a + b[concept] - mean) ** 2).sum())
        assert who.mean[concept] == pytest.approx(mean, abs=0.08)
        assert who.variance[concept] == pytest.approx(variance, rel=0.15)


@given(st.lists(st.tuples(st.integers(0, 11), st.booleans()), max_size=12, unique_by=lambda each: each[0]))
@settings(deadline=None)
def test_a_right_answer_raises_every_chance_its_own_concepts_most(answers: list[tuple[int, bool]]) -> None:
    items = Items(np.arange(12) % 3, np.full(12, 0.25), np.linspace(-2, 2, 12), np.full(12, 0.3))
    item = np.array([each for each, _ in answers], dtype=int)
    score = np.array([right for _, right in answers], dtype=float)

    def known(score: Floats) -> tuple[Floats, Floats]:
        who = estimate(FirstSeen(np.zeros(item.size, int), item, score, items.luck[item]), items, 3, OTHERS)
        return who.known(items), who.mean

    chance, mean = known(score)
    assert ((chance > 0) & (chance < 1)).all()
    for at in np.flatnonzero(score == 0):
        better = score.copy()
        better[at] = 1.0
        raised, moved = known(better)
        assert (raised > chance).all()
        assert int((moved - mean).argmax()) == item[at] % 3


def test_before_anybody_answered_it_is_what_is_expected_and_as_wide_as_the_spreads() -> None:
    items = Items(np.zeros(3, int), np.zeros(3), np.array([-1.0, 0, 1]), np.full(3, 0.5))
    who = estimate(FirstSeen(*np.zeros((2, 0), int), *np.zeros((2, 0))), items, 1, OTHERS)
    assert who.variance[0] == pytest.approx(OTHERS.ability**2 + OTHERS.concept**2)
    assert who.known(items)[1] == 0.5
    assert who.known(items)[0] == pytest.approx(1 - who.known(items)[2])
    rng = np.random.default_rng(1)
    drawn = sigmoid(items.ease[0] + rng.normal(0, np.sqrt(who.variance[0] + 0.25), 100_000))
    assert who.known(items)[0] == pytest.approx(drawn.mean(), abs=0.01)


def test_the_doubt_about_a_sum_is_that_of_drawn_abilities() -> None:
    rng = np.random.default_rng(2)
    items = Items(np.arange(20) % 4, np.zeros(20), rng.normal(0, 1, 20), np.full(20, 0.3))
    first = FirstSeen(np.zeros(10, int), np.arange(10), rng.integers(0, 2, 10).astype(float), np.zeros(10))
    who = estimate(first, items, 4, OTHERS)
    weight = np.full(20, 1 / 20)
    common = rng.normal(0, np.sqrt(who.common), (20_000, 1)) * who.share
    ability = who.mean + common + rng.normal(0, np.sqrt(who.own), (20_000, 4))
    drawn = sigmoid(ability[:, items.concept] + items.ease + rng.normal(0, items.error, (20_000, 20))) @ weight
    assert who.doubt(items, weight) ** 0.5 == pytest.approx(drawn.std(), rel=0.15)


@pytest.mark.same_draws
def test_what_reading_gains_is_found_though_the_abler_read_more() -> None:
    rng, gains, students = np.random.default_rng(8), 0.7, 150
    items, kinds, difficulty = draw_items(rng, 150, 10)
    ability = rng.normal(0, 1, (students, 1)) * OTHERS.ability
    in_concepts = ability + rng.normal(0, OTHERS.concept, (students, 10))
    read = (rng.random((students, 10)) < sigmoid(1.5 * ability))[:, items.concept].astype(float)
    truth = items.luck + (1 - items.luck) * sigmoid(in_concepts[:, items.concept] + items.ease + gains * read)
    student, item = np.nonzero(rng.random(truth.shape) < 0.5)
    right = (rng.random(student.size) < truth[student, item]).astype(float)
    first = FirstSeen(student, item, right, items.luck[item], read[student, item])
    found = learn(first, items.concept, kinds, difficulty).population
    assert found.reading_error < 0.08
    assert abs(found.reading - gains) < 2.5 * found.reading_error

    everybody = replace(first, read=np.ones(first.item.size))
    nothing = learn(everybody, items.concept, kinds, difficulty).population
    assert nothing.reading == pytest.approx(READING, abs=0.02), "what all have done cannot be told from what all are"
    assert nothing.reading_error == pytest.approx(READING_ERROR, abs=0.02)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_where_all_are_right_or_none_is_everything_stays_finite(score: float) -> None:
    student, item = (grid.reshape(-1) for grid in np.meshgrid(np.arange(30), np.arange(4), indexing="ij"))
    first = FirstSeen(student, item, np.full(120, score), np.zeros(120))
    learned: Learned = learn(first, np.zeros(5, int), ["numeric"] * 5, np.array([3.0, 3, 3, 3, 1]))
    assert np.isfinite([*learned.ease, *learned.error, *vars(learned.population)["kinds"].values()]).all()
    assert (np.sign(learned.ease[:4]) == (1 if score else -1)).all()
    assert learned.error[4] > learned.error[0]
    assert learned.population.students == 30


def test_luck_is_less_where_somebody_is_sure_and_more_where_it_is_called_a_guess() -> None:
    assert luck_of(np.array([1, 2, 3, 4]), np.full(4, 0.25)).tolist() == [0.25, 0.5, 0.25, 0.0]

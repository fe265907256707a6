"""What a newcomer knows of the concept graph: by few answers, and by what hangs together."""

from __future__ import annotations

import itertools

import numpy as np

from quizzes.memory import diagnostic
from quizzes.memory.diagnostic import Graph, Worlds
from quizzes.memory.first_sight import Items, Population
from quizzes.planning import diagnosing

CHAIN = [[], [0], [1], []]
"""Three concepts in a row, and one by itself."""


def make_items() -> Items:
    concept = np.array([0, 1, 2, 3, 3])
    return Items(concept, np.array([0.0, 0.25, 0.0, 0.0, 0.25]), np.array([0.5, 0, -0.5, 0, 0]), np.full(5, 0.3))


def test_answers_weigh_the_worlds_by_bayes_rule_and_tell_of_what_hangs_together() -> None:
    items, population = make_items(), Population()
    graph = Graph.of(items, CHAIN)
    assert graph.ease.tolist() == [0.5, 0.0, -0.5, 0.0]
    assert Graph(graph.ease, [[2], [0], [], []]).order() == [2, 3, 0, 1]
    start = Worlds.draw(graph, population)
    np.testing.assert_array_equal(start.known, Worlds.draw(graph, population).known)
    asked = np.array([1, 4])
    after = start.after(items.some(asked), np.array([True, False]), graph)

    # By hand: every state of the four concepts, as often as it was drawn.
    expected, total = np.zeros(4), 0.0
    right = [diagnostic.chance_right(items, graph, known=known) for known in (False, True)]
    for state in itertools.product([False, True], repeat=4):
        often = float((start.known == state).all(1).mean())
        likely = often * right[state[1]][1] * (1 - right[state[3]][4])
        expected += likely * np.array(state)
        total += likely
    np.testing.assert_allclose(after.chance, expected / total, rtol=1e-9)
    assert (after.chance[:3] > start.chance[:3] + 0.05).all()
    assert after.chance[3] < start.chance[3]


def test_the_gain_is_the_doubt_that_an_answer_is_expected_to_take_away() -> None:
    items = make_items()
    graph = Graph.of(items, CHAIN)
    worlds = Worlds.draw(graph, Population())
    gain = worlds.gain(items, graph)

    def doubt(chance: np.ndarray) -> float:
        return float(-(chance * np.log2(chance) + (1 - chance) * np.log2(1 - chance)).sum())

    for number in range(5):
        some = items.some(np.array([number]))
        p = [diagnostic.chance_right(some, graph, known=known)[0] for known in (False, True)]
        chance = worlds.chance[some.concept[0]]
        right = chance * p[1] + (1 - chance) * p[0]
        left = sum(
            share * doubt(worlds.after(some, np.array([answer]), graph).chance)
            for share, answer in ((right, True), (1 - right, False))
        )
        assert abs(gain[number] - (doubt(worlds.chance) - left)) < 1e-9
    best = diagnostic.choose_items(worlds, items, graph, np.arange(5), 0)
    assert best[0] == gain.argmax()
    assert items.concept[best[0]] in (0, 1, 2), "the chain tells more than what stands by itself"
    assert diagnostic.choose_items(worlds, items, graph, np.arange(5), diagnostic.MOST).size == 0


def test_the_map_is_right_on_four_concepts_in_five_by_twelve_questions() -> None:
    rng = np.random.default_rng(7)
    found = diagnosing.diagnose(rng, diagnosing.in_the_graph(), courses=5, students=8, concepts=15)
    assert found.right >= 0.8
    assert found.questions <= diagnostic.MOST
    assert found.unsure < 0.1
    assert [diagnostic.stand(chance) for chance in (0.7, 0.5, 0.2)] == ["known", "unsure", "not_known"]

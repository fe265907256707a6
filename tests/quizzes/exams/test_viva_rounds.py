"""Which rounds a viva has."""

from __future__ import annotations

from quizzes.exams.viva_rounds import Pair, choose_rounds


def pairs_of(item: int, recalls: list[float], difficulty: int = 2, concept: str = "a", **more: object) -> list[Pair]:
    return [Pair(item, f"p{place}", (concept,), difficulty, recall) for place, recall in enumerate(recalls)]


def test_rounds_hold_the_weakest_pairs_and_rise_in_difficulty() -> None:
    strong = pairs_of(1, [0.99] * 6, difficulty=1)
    weak = pairs_of(2, [0.9, 0.2, 0.3, 0.95, 0.1, 0.4], difficulty=5)
    middle = pairs_of(3, [0.6] * 6, difficulty=3)
    rounds = choose_rounds([*weak, *strong, *middle], 2, 3, {}, seed=1)
    assert [chosen.item for chosen in rounds] == [3, 2]
    assert rounds[1].facets == ("p4", "p1", "p2")


def test_a_pair_brings_along_what_it_was_taken_for() -> None:
    pairs = pairs_of(1, [0.9, 0.9, 0.9, 0.95])
    pairs[0] = Pair(1, "p0", ("a",), 2, 0.5, misses=2, mistaken_for=("p3", "gone"))
    (chosen,) = choose_rounds(pairs, 3, 3, {}, seed=1)
    assert chosen.facets[:2] == ("p0", "p3")
    assert len(chosen.facets) == 3


def test_each_concept_of_a_set_counts_by_the_heaviest() -> None:
    both = [Pair(1, f"p{place}", ("light", "heavy"), 2, 0.5) for place in range(3)]
    (chosen,) = choose_rounds([*both, *pairs_of(2, [0.5] * 3, concept="light")], 1, 3, {"light": 1, "heavy": 2}, seed=1)
    assert chosen.item == 1


def test_the_weight_of_a_concept_counts_in_a_viva() -> None:
    pairs = [*pairs_of(1, [0.5] * 3, concept="a"), *pairs_of(2, [0.5] * 3, concept="b")]
    (chosen,) = choose_rounds(pairs, 1, 3, {"b": 1.0}, seed=1)
    assert chosen.item == 2

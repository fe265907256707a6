"""What an assessment is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.exams import composition
from quizzes.exams.parts import Candidate, Part, ShortageError

CONCEPTS = "abcdef"
KINDS = ("numeric", "single_choice", "ordering")


def bank(count: int = 120, seed: int = 0) -> list[Candidate]:
    """As large as a course's: every concept in every difficulty."""
    return [
        Candidate(item, KINDS[item % 3], CONCEPTS[item // 3 % 6], 1 + item // 18 % 5, recency=0.0)
        for item in range(count)
    ]


WEIGHTS = st.dictionaries(st.sampled_from(CONCEPTS), st.floats(0.1, 10), min_size=1)


@given(weights=WEIGHTS, slots=st.integers(1, 60), seed=st.integers(0, 2**62))
def test_quotas_sum_to_the_slots_and_are_shares_rounded_up_or_down(
    weights: dict[str, float], slots: int, seed: int
) -> None:
    counts = composition.quotas(weights, slots, np.random.default_rng(seed))
    assert sum(counts.values()) == slots
    for name, weight in weights.items():
        assert abs(counts[name] - slots * weight / sum(weights.values())) < 1 + 1e-6


def test_quotas_give_each_its_share_in_the_long_run() -> None:
    rng = np.random.default_rng(0)
    counts: Counter[str] = Counter()
    for _ in range(2000):
        counts.update(composition.quotas({"a": 1, "b": 2.5, "c": 0.1}, 4, rng))
    for name, weight in (("a", 1), ("b", 2.5), ("c", 0.1)):
        assert counts[name] / 2000 == pytest.approx(4 * weight / 3.6, abs=0.04)


@settings(max_examples=25, deadline=None)
@given(weights=WEIGHTS, seed=st.integers(0, 2**62))
def test_a_draw_is_exact_and_the_same_for_its_seed(weights: dict[str, float], seed: int) -> None:
    items = bank(720)
    parts = [Part(8, ("single_choice", "ordering"), {1: 1, 2: 1, 3: 2}), Part(6, ("numeric",), {2: 1, 4: 1})]
    by_id = {candidate.item: candidate for candidate in items}
    drawn = composition.compose(items, parts, weights, seed)
    assert drawn == composition.compose(items[::-1], parts, weights, seed)
    chosen = [item for part in drawn for item in part]
    assert len(set(chosen)) == 14
    assert [len(part) for part in drawn] == [8, 6]
    assert {by_id[item].kind for item in drawn[1]} == {"numeric"}
    assert all(weights.get(by_id[item].concept, 0) > 0 for item in chosen)
    for part in drawn:
        assert [by_id[item].difficulty for item in part] == sorted(by_id[item].difficulty for item in part)


@pytest.mark.parametrize("seed", range(20))
def test_proportions_are_met_where_the_bank_permits(seed: int) -> None:
    items = bank()
    weights = {"a": 1.0, "b": 2.0, "c": 1.0, "d": 4.0, "e": 1.0, "f": 1.0}
    parts = [Part(12, ("single_choice", "ordering"), {1: 1, 2: 2, 3: 2, 4: 1}), Part(8, ("numeric",), {2: 1, 3: 1})]
    by_id = {candidate.item: candidate for candidate in items}
    drawn = composition.compose(items, parts, weights, seed)
    concepts = Counter(by_id[item].concept for part in drawn for item in part)
    assert all(abs(concepts[name] - 20 * weight / 10) <= 1 for name, weight in weights.items())
    assert Counter(by_id[item].difficulty for item in drawn[0]) == {1: 2, 2: 4, 3: 4, 4: 2}
    assert Counter(by_id[item].difficulty for item in drawn[1]) == {2: 4, 3: 4}


@pytest.mark.parametrize("seed", range(10))
def test_kinds_with_weights_get_their_share_of_a_part(seed: int) -> None:
    items = bank()
    by_id = {candidate.item: candidate for candidate in items}
    # There are no hard ones to order: the others make up for it, and both sums are met.
    items = [candidate for candidate in items if candidate.kind != "ordering" or candidate.difficulty == 2]
    part = Part(10, {"numeric": 3, "ordering": 1, "single_choice": 1}, {2: 1, 3: 1})
    (drawn,) = composition.compose(items, [part], {}, seed, strict=True)
    assert Counter(by_id[item].kind for item in drawn) == {"numeric": 6, "ordering": 2, "single_choice": 2}
    assert Counter(by_id[item].difficulty for item in drawn) == {2: 5, 3: 5}


def test_what_was_just_seen_is_left_out_where_there_is_enough_else() -> None:
    items = [replace(candidate, recency=float(candidate.item % 2)) for candidate in bank()]
    for seed in range(10):
        (drawn,) = composition.compose(items, [Part(20)], {}, seed)
        assert all(item % 2 == 0 for item in drawn)


def test_a_bank_that_is_too_small_names_the_cell() -> None:
    items = bank(30)
    with pytest.raises(ShortageError, match="numeric: 40 needed, 10 published") as short:
        composition.compose(items, [Part(2), Part(40, ("numeric",))], {}, 0, strict=True)
    assert short.value.part == 1
    with pytest.raises(ShortageError, match="difficulty 5: 3 needed, 0 published"):
        composition.compose(items, [Part(3, (), {5: 1})], {}, 0, strict=True)
    with pytest.raises(ShortageError, match="ordering: 20 needed, 10 published") as short:
        composition.compose(items, [Part(21, {"ordering": 19.5, "numeric": 1.5})], {}, 0, strict=True)
    assert short.value.part == 0
    with pytest.raises(ShortageError, match="concept a: 8 needed, 6 published") as short:
        composition.compose(items, [Part(10)], {"a": 4, "b": 1}, 0, strict=True)
    assert short.value.part is None
    # Of concept e there are items enough, but not of the difficulty asked for.
    easy = [candidate for candidate in bank(36) if candidate.concept != "e" or candidate.difficulty == 1]
    with pytest.raises(ShortageError, match=r"(difficulty 2|concept e): \d needed, \d left by the rest"):
        composition.compose(easy, [Part(6, (), {2: 1})], {"e": 1, "a": 0.5, "b": 0.5}, 0, strict=True)
    # A student is not to suffer for it: the draw comes as near as it can.
    (drawn,) = composition.compose(items, [Part(3, (), {5: 1})], {}, 0)
    assert len(drawn) == 3
    with pytest.raises(ShortageError):
        composition.compose(items, [Part(31)], {}, 0)

"""Enemies, and items of one idea, never come in one sitting."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.exams import composition
from quizzes.exams.apart import Apart
from quizzes.exams.filling import Filling
from quizzes.exams.parts import Candidate, Part, ShortageError
from quizzes.exams.viva_rounds import Pair, choose_rounds

KINDS = ("numeric", "single_choice", "ordering")
BANK = [Candidate(item, KINDS[item % 3], "abcdef"[item // 3 % 6], 1 + item // 18 % 5) for item in range(60)]
PARTS = [Part(6, ("numeric",)), Part(6, {"single_choice": 2, "ordering": 1}, {1: 1, 2: 1})]


def test_of_those_that_are_apart_the_first_is_taken() -> None:
    apart = Apart({1: "same", 4: "same"}, {2: frozenset({3}), 3: frozenset({2})})
    assert list(apart.select([1, 2, 3, 4, 5])) == [1, 2, 5]
    assert list(apart.select([5, 4, 3, 2, 1])) == [5, 4, 3]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**62), pairs=st.sets(st.tuples(st.integers(0, 29), st.integers(30, 59)), max_size=40))
def test_no_draw_has_enemies_or_two_of_one_idea(seed: int, pairs: set[tuple[int, int]]) -> None:
    enemies: dict[int, set[int]] = {}
    for one, other in pairs:
        enemies.setdefault(one, set()).add(other)
        enemies.setdefault(other, set()).add(one)
    ideas = {item: str(item // 2) for item in range(0, 60, 3) if item % 2} | {item + 1: "x" for item in range(0, 9, 2)}
    apart = Apart(ideas, {item: frozenset(others) for item, others in enemies.items()})
    drawn = composition.compose(BANK, PARTS, {}, seed, apart=apart)
    assert drawn == composition.compose(BANK[::-1], PARTS, {}, seed, apart=apart)
    asked = [item for part in drawn for item in part]
    assert len(asked) == 12
    assert not [pair for pair in pairs if {*pair} <= {*asked}]
    named = [ideas[item] for item in asked if item in ideas]
    assert len(named) == len(set(named))


def test_where_enemies_meet_their_slots_alone_are_filled_anew() -> None:
    enemies = {item: frozenset({*range(60)} - {item} - {*range(item % 5, 60, 5)}) for item in range(60)}
    with patch("quizzes.exams.composition.Filling", wraps=Filling) as filling:
        (drawn,) = composition.compose(BANK, [Part(6)], {}, 1, apart=Apart({}, enemies))
    assert len({item % 5 for item in drawn}) == 1
    assert filling.call_count == 1


@pytest.mark.parametrize("seed", range(5))
def test_of_two_that_are_apart_the_one_that_the_bank_has_no_other_for_stays(seed: int) -> None:
    bank = [*(Candidate(item, "numeric", "a", 1) for item in range(60)), Candidate(60, "ordering", "a", 1)]
    enemies = {60: frozenset(range(54)), **dict.fromkeys(range(54), frozenset({60}))}
    parts = [Part(6, ("numeric",)), Part(1, ("ordering",))]
    assert composition.compose(bank, parts, {}, seed, apart=Apart({}, enemies)) == [[*range(54, 60)], [60]]


def test_a_bank_that_enemies_make_too_thin_is_said() -> None:
    apart = Apart(dict.fromkeys(range(0, 60, 3), "numbers"))
    with pytest.raises(ShortageError, match=r"7 needed, \d of enemies, and of items of one idea|7 needed"):
        composition.compose(BANK[:9], [Part(7)], {}, 0, apart=Apart(dict.fromkeys(range(9), "same")))
    with pytest.raises(ShortageError, match="left by the rest of the blueprint, of enemies"):
        composition.compose(BANK, PARTS, {}, 0, apart=apart)


def test_a_part_draws_from_its_pools_alone() -> None:
    kept = [Candidate(100 + at, "numeric", "a", 1, pools=("final",)) for at in range(6)]
    freed = [Candidate(200, "numeric", "a", 1, pools=("final", "practice"))]
    bank = [*BANK, *kept, *freed]
    for seed in range(5):
        mixed, secret, practised = composition.compose(
            bank, [Part(4, (), None, ("final", "practice")), Part(5, (), None, ("final",)), Part(50)], {}, seed
        )
        assert len(mixed) == 4
        assert {*secret} <= {*range(100, 106), 200}
        assert {*practised} <= {*range(60), 200}


def test_match_sets_that_are_apart_do_not_come_in_one_viva() -> None:
    pairs = [
        Pair(item, f"p{at}", ("a",), 2, recall) for item, recall in ((1, 0.1), (2, 0.2), (3, 0.9)) for at in (0, 1)
    ]
    apart = Apart({}, {1: frozenset({2}), 2: frozenset({1})})
    assert {chosen.item for chosen in choose_rounds(pairs, 2, 2, {}, 1)} == {1, 2}
    assert {chosen.item for chosen in choose_rounds(pairs, 2, 2, {}, 1, apart=apart)} == {1, 3}

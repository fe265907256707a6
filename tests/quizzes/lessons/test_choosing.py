"""Which questions a lesson asks at its end: of rising difficulty, as different as can be, the same for one chance."""

import pytest

from quizzes.lessons.choosing import Candidate, choose


def candidates(*levels: int, concepts: str = "", kinds: str = "") -> list[Candidate]:
    """One candidate a level; concepts and kinds are letters, all different unless given."""
    letters = "abcdefghijklm"
    return [
        Candidate(f"item-{at}", level, (concepts or letters)[at], (kinds or letters)[at])
        for at, level in enumerate(levels)
    ]


@pytest.mark.parametrize(
    ("levels", "chosen"),
    [
        ((), []),
        ((3,), [3]),
        ((5, 1), [1, 5]),
        ((2, 2, 2, 2, 2), [2, 2, 2, 2]),
        ((1, 2, 3, 4, 5), [1, 2, 4, 5]),
        ((5, 5, 5, 1, 1, 1), [1, 1, 5, 5]),
        ((1, 2, 3, 3, 3, 3), [1, 2, 3, 3]),
    ],
)
def test_difficulty_rises_over_the_levels_that_there_are(levels: tuple[int, ...], chosen: list[int]) -> None:
    assert [candidate.difficulty for candidate in choose(candidates(*levels), "chance")] == chosen


@pytest.mark.parametrize("chance", "abcdef")
def test_a_concept_comes_twice_only_where_there_is_no_other(chance: str) -> None:
    found = choose(candidates(3, 3, 3, 3, 3, 3, 3, concepts="aaaabcd"), chance)
    assert sorted(candidate.concept for candidate in found) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("chance", "abcdef")
def test_a_kind_comes_twice_only_where_there_is_no_other(chance: str) -> None:
    found = choose(candidates(3, 3, 3, 3, 3, 3, 3, kinds="aaaabcd"), chance)
    assert sorted(candidate.kind for candidate in found) == ["a", "b", "c", "d"]


def test_one_chance_chooses_alike_in_any_order_and_another_otherwise() -> None:
    all_alike = candidates(*[3] * 12)
    assert choose(all_alike, "one") == choose(all_alike[::-1], "one")
    assert len({tuple(choose(all_alike, str(chance))) for chance in range(20)}) > 5

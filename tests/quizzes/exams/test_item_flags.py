"""What an author is told to look at."""

from __future__ import annotations

import pytest

from quizzes.exams.item_flags import AnswerCount, flag_item
from quizzes.statistics.distractors import Chosen
from quizzes.statistics.facility import Estimate


def answer(option: str, right: bool, upper: int, everyone: int) -> AnswerCount:
    return AnswerCount(Chosen(option, everyone, upper, 0), right, typed=False)


GOOD = [answer("right", True, 8, 12), answer("wrong", False, 1, 8)]
CHECK_KEY = "the upper third prefers a wrong choice: check the key"


@pytest.mark.parametrize(
    ("kind", "n", "facility", "discrimination", "answers", "flags"),
    [
        ("numeric", 40, 0.6, (0.4, 0.6), GOOD, []),
        ("numeric", 40, 0.6, None, GOOD, []),
        ("numeric", 40, 0.95, (0.4, 0.6), GOOD, ["too easy"]),
        ("numeric", 40, 0.2, (0.4, 0.6), GOOD, ["almost nobody gets it right"]),
        ("numeric", 40, 0.6, (0.05, 0.3), GOOD, ["hardly separates strong from weak students"]),
        ("numeric", 40, 0.6, (-0.4, -0.1), GOOD, ["better students do worse: check the key"]),
        ("numeric", 19, 0.99, (0.05, 0.3), GOOD, []),
        ("numeric", 6, 0.6, (-0.6, -0.1), GOOD, ["better students do worse: check the key"]),
        ("single_choice", 40, 0.6, (0.4, 0.6), GOOD, []),
        ("single_choice", 40, 0.6, (0.4, 0.6), [*GOOD, answer("trap", False, 9, 9)], [CHECK_KEY]),
        ("single_choice", 40, 0.6, (0.4, 0.6), [answer("drawn", False, 9, 9), answer("too", False, 0, 0)], []),
        ("single_choice", 40, 0.6, (0.4, 0.6), [*GOOD, answer("(left empty)", False, 9, 9)], []),
        ("single_choice", 40, 0.6, (0.4, 0.6), [*GOOD, answer("a", False, 0, 0)], ["1 wrong choice that nobody takes"]),
        (
            "single_choice",
            40,
            0.6,
            (0.4, 0.6),
            [*GOOD, answer("a", False, 0, 0), answer("b", False, 0, 0)],
            ["2 wrong choices that nobody takes"],
        ),
    ],
)
def test_flags_follow_from_the_numbers(
    kind: str,
    n: int,
    facility: float,
    discrimination: tuple[float, float] | None,
    answers: list[AnswerCount],
    flags: list[str],
) -> None:
    estimate = discrimination and Estimate(discrimination[0], discrimination[0] - 0.2, discrimination[1])
    assert flag_item(kind, n, Estimate(facility, 0.0, 1.0), estimate or None, answers) == flags

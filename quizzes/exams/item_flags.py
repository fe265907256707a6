"""What an author should look at in an item's results, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questions import kinds

if TYPE_CHECKING:
    from quizzes.statistics.distractors import Chosen
    from quizzes.statistics.facility import Estimate

EASY, HARD = 0.95, 0.2
"""Facility from which an item is too easy, and up to which it is too hard."""
BLUNT = 0.1
"""Discrimination below which an item hardly tells who knows more."""
ENOUGH_ANSWERS = 20
"""Answers below which facility and choices are not judged."""
LEFT_EMPTY = "(left empty)"
"""What stands for no answer among the answers."""


@dataclass(frozen=True)
class AnswerCount:
    """How many gave an answer: an option, an expected mistake, or what students typed themselves (`typed`)."""

    chosen: Chosen
    right: bool
    typed: bool


def flag_item(
    kind: str, n: int, facility: Estimate, discrimination: Estimate | None, answers: Sequence[AnswerCount]
) -> list[str]:
    """The flags of an item of `kind` that `n` were asked."""
    flags = []
    if discrimination and discrimination.high < 0:
        flags.append("better students do worse: check the key")
    if n < ENOUGH_ANSWERS:
        return flags
    if facility.value >= EASY:
        flags.append("too easy")
    if facility.value <= HARD:
        flags.append("almost nobody gets it right")
    if discrimination and discrimination.high >= 0 and discrimination.value < BLUNT:
        flags.append("hardly separates strong from weak students")
    # Where numbers decide which choice is right, none of them is in all variants.
    if kinds.get(kind).has_one_key and any(answer.right for answer in answers):
        flags += _flag_choices(answers)
    return flags


def _flag_choices(answers: Sequence[AnswerCount]) -> list[str]:
    flags = []
    best = max(answers, key=lambda answer: answer.chosen.upper)
    if not best.right and best.chosen.option != LEFT_EMPTY:
        flags.append("the upper third prefers a wrong choice: check the key")
    if unused := sum(not answer.right and not answer.chosen.all for answer in answers):
        flags.append(f"{unused} wrong {'choice' if unused == 1 else 'choices'} that nobody takes")
    return flags

"""What a student took for what: right-hand texts that they gave for pairs where they were wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questions import kinds
from questions.kinds import PairAnswer
from quizzes.models import ReviewEvent

if TYPE_CHECKING:
    from quizzes.models import Student

ANSWERS_READ = 200
"""Answers to match sets, the newest first, that confusions are taken from."""


@dataclass(frozen=True)
class Confusion:
    """A right-hand text that was given for a pair (`facet` of `item`) where it is wrong, and how often.

    `owner` is the facet that the text belongs to; None for a distractor.
    """

    item: int
    facet: str
    text: str
    owner: str | None
    times: int


def load_confusions(student: Student) -> list[Confusion]:
    """The confusions in the student's newest answers to match sets, the most frequent first; one query."""
    events = (
        ReviewEvent.objects.counting()
        .filter(student=student, type=ReviewEvent.Type.REVIEW, presentation__version__kind__in=kinds.with_pairs())
        .select_related("presentation__version")
    )
    newest = events.only(
        "response", "presentation__answer", "presentation__version__item", "presentation__version__kind"
    ).order_by("-occurred_at")
    return count_confusions(map(_pair_answer, newest[:ANSWERS_READ]))


def _pair_answer(event: ReviewEvent) -> tuple[int, PairAnswer]:
    assert event.presentation is not None
    version = event.presentation.version
    return version.item_id, kinds.get(version.kind).pair_answer(event.presentation.answer, event.response)


def count_confusions(answers: Iterable[tuple[int, PairAnswer]]) -> list[Confusion]:
    """Count what was given for what in answers to items, the most frequent first.

    Ids that a presentation does not have are passed over.
    """
    counts: Counter[tuple[int, str, str, str | None]] = Counter()
    for item, answer in answers:
        owners = {right: answer.facets[left] for left, right in answer.key.items()}
        for left, right in answer.matched.items():
            if left in answer.key and right != answer.key[left] and right in answer.texts:
                counts[item, answer.facets[left], answer.texts[right], owners.get(right)] += 1
    return [Confusion(item, facet, text, owner, times) for (item, facet, text, owner), times in counts.most_common()]

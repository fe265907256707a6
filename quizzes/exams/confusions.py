"""What a student took for what: right-hand texts that they gave for pairs where they were wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from questions import kinds
from quizzes.models import ReviewEvent

if TYPE_CHECKING:
    from quizzes.models import Student

ANSWERS_READ = 200
"""Answers to match sets, the newest first, that confusions are taken from."""


@dataclass(frozen=True)
class MatchAnswer:
    """An answer to a match set: of its item, with ids that are new in each presentation.

    `matched` and `key` are right ids by left id; `facets` names the pair of a left id, `texts` the text of a right id.
    """

    item: int
    matched: Mapping[str, str]
    key: Mapping[str, str]
    facets: Mapping[str, str]
    texts: Mapping[str, str]


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
    events = ReviewEvent.objects.filter(
        student=student, type=ReviewEvent.Type.REVIEW, undone=False, presentation__version__kind__in=kinds.with_pairs()
    ).select_related("presentation__version")
    newest = events.only(
        "response", "presentation__answer", "presentation__version__item", "presentation__version__kind"
    ).order_by("-occurred_at")
    return count_confusions(_match_answer(event) for event in newest[:ANSWERS_READ])


def _match_answer(event: ReviewEvent) -> MatchAnswer:
    assert event.presentation is not None
    version = event.presentation.version
    pairs = kinds.get(version.kind).pair_answer(event.presentation.answer, event.response)
    return MatchAnswer(version.item_id, pairs.matched, pairs.key, pairs.facets, pairs.texts)


def count_confusions(answers: Iterable[MatchAnswer]) -> list[Confusion]:
    """Count what was given for what, the most frequent first; ids that a presentation does not have are passed over."""
    counts: Counter[tuple[int, str, str, str | None]] = Counter()
    for answer in answers:
        owners = {right: answer.facets[left] for left, right in answer.key.items()}
        for left, right in answer.matched.items():
            if left in answer.key and right != answer.key[left] and right in answer.texts:
                counts[answer.item, answer.facets[left], answer.texts[right], owners.get(right)] += 1
    return [Confusion(item, facet, text, owner, times) for (item, facet, text, owner), times in counts.most_common()]

"""After a sitting or a round: what was missed, what was confused, and a question to answer aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from questions import kinds
from questions.models import Concept, Item, outside_pools
from questions.text import markup
from quizzes import presentations
from quizzes.exams.confusion_matrix import ConfusionMatrix, build_matrix
from quizzes.exams.payloads import ConceptScorePayload
from quizzes.exams.releasing import is_feedback_released

if TYPE_CHECKING:
    from quizzes.models import Sitting, Slot


class NamedConceptScore(ConceptScorePayload):
    """The points of a concept, with its name."""

    name: str


def missed_items(sitting: Sitting, now: datetime) -> list[int]:
    """The items of a sitting that were not wholly right, as far as they are still asked.

    None before the exam releases its feedback: which ones were missed is as telling as a key.
    """
    if sitting.is_open or not is_feedback_released(sitting, now):
        return []
    missed = sitting.slots.filter(score__lt=1).exclude(pk__in=sitting.slots.filter(grade__void=True).values("pk"))
    items = missed.values_list("presentation__version__item", flat=True)
    return list(Item.objects.in_practice().filter(pk__in=list(items)).values_list("pk", flat=True))


def name_concepts(course: int, scores: Sequence[ConceptScorePayload]) -> list[NamedConceptScore]:
    """The scores of concepts of a course with their names, the weakest first."""
    slugs = [score["slug"] for score in scores]
    names = dict(Concept.objects.filter(course=course, slug__in=slugs).values_list("slug", "name"))
    named: list[NamedConceptScore] = [{**score, "name": names.get(score["slug"], score["slug"])} for score in scores]
    return sorted(named, key=lambda score: (score["score"] / score["max_score"], score["name"]))


@dataclass(frozen=True)
class OralPrompt:
    """Say aloud why a pair belongs together, then compare with the `rubric` and mark yourself."""

    pair: str
    left_html: str
    right_html: str
    rubric_html: str


def oral_prompt(slot: Slot) -> OralPrompt | None:
    """A question about the first pair that was missed, else about the first; None where the item gives no reason."""
    presentation = slot.presentation
    kind = kinds.get(presentation.version.kind)
    body = kind.filled(presentations.body_of(presentation.version), presentation.answer)
    pairs = kind.pair_answer(presentation.answer, slot.response)
    for left in sorted(pairs.facets, key=lambda left: pairs.matched.get(left) == pairs.key[left]):
        pair = kind.pair_texts(body, pairs.facets[left])
        if pair.because:
            return OralPrompt(
                pair=left,
                left_html=markup.render_inline(pair.left),
                right_html=markup.render_inline(pair.right),
                rubric_html=markup.render_inline(pair.because),
            )
    return None


def confusion_matrices(sitting: Sitting) -> list[ConfusionMatrix]:
    """The match sets of a sitting in which something was taken for something else.

    Those that are asked in an open sitting are left out, since they show keys, and those that are kept for exams.
    """
    slots = sitting.slots.filter(presentation__version__kind__in=kinds.with_pairs()).select_related(
        "presentation__version"
    )
    slots = slots.exclude(presentation__version__item__in=presentations.in_open_sitting(sitting.student))
    slots = slots.filter(outside_pools("presentation__version__item__"))
    return [matrix for matrix in map(_matrix, slots) if matrix.confused]


def _matrix(slot: Slot) -> ConfusionMatrix:
    prompt = slot.presentation.prompt
    pairs = kinds.get(slot.presentation.version.kind).pair_answer(slot.presentation.answer, slot.response)
    return build_matrix(
        stem=prompt["stem"],
        left={entry["id"]: entry["text"] for entry in prompt["left"]},
        right={entry["id"]: entry["text"] for entry in prompt["right"]},
        key=pairs.key,
        matched=pairs.matched,
    )

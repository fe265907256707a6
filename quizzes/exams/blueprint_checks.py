"""A blueprint held against the published bank of its course: whether it can be filled, and what it comes to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from questions import kinds
from questions.models import Concept
from quizzes.exams import blueprints
from quizzes.exams.candidates import load_candidates
from quizzes.exams.composition import Candidate
from quizzes.exams.drafting import draft_assessment
from quizzes.exams.errors import SittingError
from quizzes.models import Exam, ExamConcept

CHECKED_DRAWS = 20
"""Draws that a blueprint has to fill before it is taken."""


def check_blueprint(exam: Exam) -> None:
    """Check that the exam's blueprint is right, and that the published bank of its course can fill it.

    Raises blueprints.BlueprintError, or SittingError that names what is short.
    """
    blueprint = blueprints.parse(exam.kind, exam.blueprint_written)
    known = set(Concept.objects.filter(course=exam.course_id).values_list("slug", flat=True))
    for slug in blueprint.concepts:
        if slug not in known:
            raise blueprints.BlueprintError("concepts", f"There is no concept “{slug}” in this course.")
    candidates = load_candidates(exam.course_id)
    if isinstance(blueprint, blueprints.Viva):
        _check_rounds(blueprint, candidates, exam.minutes)
        return
    for seed in range(CHECKED_DRAWS):
        draft_assessment(blueprint, candidates, seed, strict=True)


@transaction.atomic
def store_names(exam: Exam) -> None:
    """Note which concepts the exam's blueprint names, after it was saved: from then on they may be renamed."""
    weights = exam.blueprint.get("concepts", {})
    named = Concept.objects.filter(course=exam.course_id, slug__in=list(weights))
    exam.names.all().delete()
    ExamConcept.objects.bulk_create(ExamConcept(exam=exam, concept=concept, name=concept.slug) for concept in named)


def _check_rounds(blueprint: blueprints.Viva, candidates: Sequence[Candidate], minutes: int) -> None:
    match_sets = sum(
        candidate.kind in kinds.with_pairs() and blueprints.is_asked(candidate.concept, blueprint.concepts)
        for candidate in candidates
    )
    if match_sets < blueprint.rounds:
        raise SittingError("bank", f"match sets: {blueprint.rounds} rounds needed, {match_sets} published.")
    together = blueprint.rounds * blueprint.seconds_a_round / 60
    if together > minutes:
        message = f"The rounds take {math.ceil(together)} minutes together; the exam has {minutes}."
        raise blueprints.BlueprintError("rounds", message)


@dataclass(frozen=True)
class ConceptShare:
    """A concept of a blueprint: the slots (or rounds) to expect of it in a sitting, and the items there are for it."""

    concept: str
    expected: float
    published: int


def concept_shares(exam: Exam) -> list[ConceptShare]:
    """What the blueprint's concepts amount to, the heaviest first. Raises blueprints.BlueprintError."""
    blueprint = blueprints.parse(exam.kind, exam.blueprint_written)
    if isinstance(blueprint, blueprints.Viva):
        asked, slots = set(kinds.with_pairs()), blueprint.rounds
    else:
        asked = {kind for section in blueprint.parts for kind in section.kinds or kinds.in_exams()}
        slots = blueprint.slots
    published = Counter(each.concept for each in load_candidates(exam.course_id) if each.kind in asked)
    weights = blueprint.concepts or dict.fromkeys(published, 1.0)
    total = sum(weights.values())
    shares = [
        ConceptShare(concept, slots * weight / total, published[concept])
        for concept, weight in weights.items()
        if weight
    ]
    return sorted(shares, key=lambda share: (-share.expected, share.concept))

"""A blueprint held against the published bank of its course: whether it can be filled, and what it comes to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from questions.models import Concept, Course, Item
from quizzes.exams import blueprints
from quizzes.exams.apart import Apart
from quizzes.exams.candidates import load_apart, load_candidates
from quizzes.exams.drafting import draft_assessment, parts_of
from quizzes.exams.errors import SittingError
from quizzes.exams.reach import Askable, can_ask, idle_weights, load_askable
from quizzes.exams.supply import Supply, list_supply
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
    _check_pools(exam, blueprint)
    if isinstance(blueprint, blueprints.Viva):
        _check_rounds(blueprint, load_askable(exam.course_id), load_apart(exam.course_id), exam.minutes)
        return
    candidates, apart = load_candidates(exam.course_id), load_apart(exam.course_id)
    for seed in range(CHECKED_DRAWS):
        draft_assessment(blueprint, candidates, seed, apart=apart, strict=True)


def list_thin(course: Course) -> list[str]:
    """What the published bank of a course no longer fills: one line for each exam."""
    lines = []
    for exam in Exam.objects.filter(course=course).order_by("pk"):
        try:
            check_blueprint(exam)
        except (blueprints.BlueprintError, SittingError) as error:
            lines.append(f"{exam.title} cannot be drawn as its blueprint says: {error}")
    return lines


@transaction.atomic
def store_names(exam: Exam) -> None:
    """Note which concepts the exam's blueprint names, after it was saved: from then on they may be renamed."""
    weights = exam.blueprint.get("concepts", {})
    named = Concept.objects.filter(course=exam.course_id, slug__in=list(weights))
    exam.names.all().delete()
    ExamConcept.objects.bulk_create(ExamConcept(exam=exam, concept=concept, name=concept.slug) for concept in named)


def _check_pools(exam: Exam, blueprint: blueprints.Assessment | blueprints.Viva) -> None:
    """Refuse a pool that nothing is in, and a pool for an exam that can be sat until all of it was seen."""
    drawn = set() if isinstance(blueprint, blueprints.Viva) else blueprint.exam_pools
    if not drawn:
        return
    pools = set(Item.objects.published().filter(course=exam.course_id).exclude(pool="").values_list("pool", flat=True))
    if unknown := drawn - pools:
        there = f"; there are {', '.join(sorted(pools))}" if pools else ""
        message = f"No published item is in the pool “{min(unknown)}”{there}."
        raise blueprints.BlueprintError("pools", message)
    if exam.attempts is None:
        message = (
            "An exam that draws from a pool needs `attempts`: whoever can sit it without limit sees the whole pool."
        )
        raise blueprints.BlueprintError("pools", message)


def _check_rounds(blueprint: blueprints.Viva, items: Sequence[Askable], apart: Apart, minutes: int) -> None:
    for concept in idle_weights(blueprint, items):
        message = f"No published match set is about {concept}: tag one, or leave the weight out."
        raise blueprints.BlueprintError("concepts", message)
    match_sets = [item.pk for item in items if can_ask(blueprint, item)]
    if len(match_sets) < blueprint.rounds:
        raise SittingError("bank", f"match sets: {blueprint.rounds} rounds needed, {len(match_sets)} published.")
    rng = np.random.default_rng(0)
    fewest = min(len(list(apart.select(rng.permutation(match_sets).tolist()))) for _ in range(CHECKED_DRAWS))
    if fewest < blueprint.rounds:
        raise SittingError(
            "bank", f"match sets: {blueprint.rounds} rounds needed, {fewest} left of enemies, and of one idea."
        )
    together = blueprint.rounds * blueprint.seconds_a_round / 60
    if together > minutes:
        message = f"The rounds take {math.ceil(together)} minutes together; the exam has {minutes}."
        raise blueprints.BlueprintError("rounds", message)


@dataclass(frozen=True)
class PoolContent:
    """A pool: how many published items it has, and how many of these were released to practice."""

    name: str
    published: int
    released: int


def list_pools(exam: Exam) -> list[PoolContent]:
    """The pools that an exam draws from; one query. Raises blueprints.BlueprintError."""
    blueprint = blueprints.parse(exam.kind, exam.blueprint_written)
    drawn = set() if isinstance(blueprint, blueprints.Viva) else blueprint.exam_pools
    items = list(Item.objects.published().filter(course=exam.course_id, pool__in=drawn).only("pool", "released_at"))
    return [
        PoolContent(name, len(held), sum(not item.is_secret for item in held))
        for name in sorted(drawn)
        for held in [[item for item in items if item.pool == name]]
    ]


@dataclass(frozen=True)
class ConceptShare:
    """A concept, the slots (or rounds) to expect of it in a sitting, and the items there are for it."""

    concept: str
    expected: float
    published: int


@dataclass(frozen=True)
class BankSupply:
    """What the bank has for a blueprint: for the numbers of an assessment, and for every concept by its name."""

    numbers: list[Supply]
    concepts: dict[str, ConceptShare]


def load_supply(exam: Exam) -> BankSupply:
    """Load what the bank has for the exam's blueprint; three queries.

    Of one that is wrong it says how many items the concepts have.
    """
    anything = blueprints.parse("assessment", {"slots": 1})
    numbers: list[Supply] = []
    try:
        blueprint = blueprints.parse(exam.kind, exam.blueprint_written)
    except (blueprints.BlueprintError, KeyError):
        return BankSupply(numbers, concept_shares(anything, load_askable(exam.course_id)))
    if isinstance(blueprint, blueprints.Assessment):
        weighted = [
            each for each in load_candidates(exam.course_id) if blueprints.is_asked(each.concept, blueprint.concepts)
        ]
        numbers = list(list_supply(weighted, parts_of(blueprint), blueprint.concepts))
    return BankSupply(numbers, concept_shares(blueprint, load_askable(exam.course_id)))


def concept_shares(
    blueprint: blueprints.Assessment | blueprints.Viva, askable: Sequence[Askable]
) -> dict[str, ConceptShare]:
    """What the concepts of the bank and of the blueprint come to, by their names."""
    is_viva = isinstance(blueprint, blueprints.Viva)
    slots = blueprint.rounds if isinstance(blueprint, blueprints.Viva) else blueprint.slots
    anything = blueprint.model_copy(update={"concepts": {}})
    items = [item for item in askable if can_ask(anything, item)]
    published = Counter(concept for item in items for concept in (item.concepts if is_viva else item.concepts[:1]))
    weights = blueprint.concepts or dict.fromkeys(published, 1.0)
    total = sum(weights.values())
    return {
        concept: ConceptShare(concept, slots * weights.get(concept, 0) / total, published[concept])
        for concept in {**weights, **published}
    }

"""What can be asked of courses: loaded once a process for each of their editions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from questions import bank, kinds
from questions.models import ConceptEdge, Item, Lesson
from quizzes.memory.first_sight import Items, Population
from quizzes.models.statements import Prepared, number
from quizzes.planning.cards import Floats
from quizzes.schedule.facts import Edition, ItemBank

MAX_KEPT = 50_000
"""Items of the banks that are kept: about 25 MB."""
_kept: dict[frozenset[Edition], ItemBank] = {}
_LEARNED = {each.name for each in fields(Population)}

_ITEMS = Prepared(
    lambda: (
        Item.objects.in_practice()
        .filter(course__in=number("courses", many=True), published__tags__position=0)
        .order_by("course_id", "position", "pk")
        .values_list(
            "pk",
            "course_id",
            "published__kind",
            "published__seconds",
            "published__tags__concept__slug",
            "published__difficulty",
            "statistics__ease",
            "statistics__ease_error",
            Cast("course__measuring__population", TextField()),
            Cast("published__facets", TextField()),
        )
    )
)


_APART = Prepared(
    lambda: (
        Item.objects.in_practice()
        .filter(~Q(idea="") | Q(enemies__isnull=False), course__in=number("courses", many=True))
        .order_by("pk", "enemies__enemy")
        .values_list("pk", "course_id", "idea", "enemies__enemy")
    )
)
_NEEDED = Prepared(
    lambda: ConceptEdge.objects.filter(
        kind=ConceptEdge.Kind.PREREQUISITE, source__course__in=number("courses", many=True)
    ).values_list("source__course", "source__slug", "target__course", "target__slug")
)


_Named = tuple[int, str]
"""A concept: its course, and its slug there."""


def load_bank(editions: Iterable[Edition]) -> ItemBank:
    """Return what can be asked of the courses; a query, where something of them changed since the last time."""
    wanted = frozenset(editions)
    loaded = _kept.get(wanted)
    if loaded is None:
        loaded = _load(sorted(edition.course for edition in wanted))
        if sum(len(kept.topics) for kept in _kept.values()) + len(loaded.topics) > MAX_KEPT:
            _kept.clear()
        _kept[wanted] = loaded
    # What is shared out by the exams of those who ask is kept for them alone.
    return replace(loaded, _shares={})


def forget_banks() -> None:
    """Load banks anew: a test takes back what was published, or changes it with no new revision."""
    _kept.clear()


def _load(courses: Sequence[int]) -> ItemBank:
    """Load what can be asked, in five queries; facets that the published version dropped cannot."""
    rows = _ITEMS.run(courses=courses) if courses else []
    facets = {text: json.loads(text) for text in {row[-1] for row in rows}}
    concepts = {key: number for number, key in enumerate(sorted({(row[1], row[4]) for row in rows}))}
    concept = np.array([concepts[row[1], row[4]] for row in rows], dtype=np.int64)
    pairs = [(number, row[0], facet) for number, row in enumerate(rows) for facet in facets[row[-1]]]
    populations = {row[1]: _population(row[-2]) for row in rows}
    guesses = {kind: kinds.get(kind).typical_guess_rate for kind in {row[2] for row in rows}}
    sections = bank.list_taught_sections(Lesson.objects.filter(course__in=courses)) if courses else []
    taught = bank.place_concepts(sections)
    guess_rate = np.array([guesses[row[2]] for row in rows], dtype=np.float64)
    return ItemBank(
        courses=np.array([row[1] for row in rows], dtype=np.int64),
        topics=[(row[4], row[2]) for row in rows],
        seconds=np.array([row[3] for row in rows], dtype=np.float64),
        guess_rate=guess_rate,
        places={(item, facet): place for place, (_, item, facet) in enumerate(pairs)},
        item_at=np.array([number for number, _, _ in pairs], dtype=np.int64),
        known=Items(concept, guess_rate, *_eases(rows, populations)),
        concepts=len(concepts),
        populations=populations,
        siblings=_siblings({row[0]: place for place, row in enumerate(rows)}, _APART.run(courses=courses)),
        contrasts=_contrasts(concepts, _NEEDED.run(courses=courses)),
        sections=sections,
        section_of=np.array([taught.get((row[1], row[4]), -1) for row in rows], dtype=np.int64),
    )


def _siblings(places: Mapping[int, int], rows: Sequence[tuple[Any, ...]]) -> dict[int, frozenset[int]]:
    """What each item is kept apart from, by numbers: items of the same idea, and enemies, whichever names the other."""
    groups: dict[object, set[int]] = defaultdict(set)
    for item, course, idea, enemy in rows:
        if idea and item in places:
            groups[course, idea].add(places[item])
        if enemy in places and item in places:
            groups[item, enemy] = {places[item], places[enemy]}
    found: dict[int, set[int]] = defaultdict(set)
    for group in groups.values():
        for item in group:
            found[item] |= group - {item}
    return {item: frozenset(others) for item, others in found.items() if others}


def _contrasts(places: Mapping[_Named, int], edges: Sequence[tuple[Any, ...]]) -> dict[int, frozenset[int]]:
    """The concepts that are easily taken for each, by numbers: those it needs, that need it, or need the same."""
    found: dict[int, set[int]] = defaultdict(set)
    groups: dict[_Named, set[_Named]] = defaultdict(set)
    for *source, target_course, target_slug in edges:
        target = target_course, target_slug
        groups[target] |= {(source[0], source[1]), target}
    for group in groups.values():
        near = {places[concept] for concept in group if concept in places}
        for concept in near:
            found[concept] |= near - {concept}
    return {concept: frozenset(others) for concept, others in found.items()}


def _population(text: str | None) -> Population:
    """What was learned of a course; what is supposed, where nothing was.

    While a new version takes over, it may have learned more than this one knows of: that is left out.
    """
    learned = json.loads(text or "null") or {}
    return Population(**{name: learned[name] for name in _LEARNED & learned.keys()})


def _eases(rows: Sequence[tuple[Any, ...]], populations: Mapping[int, Population]) -> tuple[Floats, Floats]:
    """The ease of each item and its error: as measured, else what its kind and difficulty let expect."""
    ease, error = np.array([row[6:8] for row in rows], dtype=np.float64).reshape(-1, 2).T
    for course, population in populations.items():
        some = [at for at, row in enumerate(rows) if row[1] == course and row[6] is None]
        difficulty = np.array([rows[at][5] for at in some], dtype=np.float64)
        ease[some] = population.expected_ease([rows[at][2] for at in some], difficulty)
        error[some] = population.scatter
    return ease, error

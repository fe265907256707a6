"""What a newcomer to a course knows already: a dozen questions at most, then a map of its concepts and a first plan.

The questions are the student's own, and their answers reviews in the one log. Which is asked next follows from the
answers alone (`quizzes.memory.diagnostic`), so that it goes on wherever it was left, on any device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from django.db import transaction
from django.db.models import F
from numpy.typing import NDArray

from questions import kinds
from questions.models import Concept, ConceptEdge, Course
from quizzes import schedule
from quizzes.memory import diagnostic, first_sight
from quizzes.memory.diagnostic import Graph, Worlds
from quizzes.memory.first_sight import Ints, Items, Population
from quizzes.memory.rating import Rating
from quizzes.models import Diagnostic, Presentation, Student
from quizzes.schedule import CardColumns

State = Literal["not_begun", "open", "done", "skipped"]
NAMED = 3
"""Concepts that a sentence names; of more it says how many there are."""


@dataclass(frozen=True)
class ConceptStanding:
    """A concept, the chance (0-1) that the student knew it, and how it stands on the map."""

    concept: Concept
    chance: float
    standing: diagnostic.Standing


@dataclass(frozen=True)
class Reading:
    """How far a diagnostic is: the questions answered in it, the next one, and the map and plan once there are any."""

    state: State
    answered: int = 0
    question: Presentation | None = None
    standings: Sequence[ConceptStanding] = ()
    plan: Sequence[str] = ()


def read(student: Student, course: Course, now: datetime) -> Reading:
    """Return how far the student's diagnostic in the course is; stores nothing but the question drawn."""
    stored = Diagnostic.objects.filter(student=student, course=course).first()
    if stored is None:
        return Reading("not_begun")
    if stored.ended_at is not None:
        return _read_map(course, stored.chances) if stored.chances else Reading("skipped")
    cards = schedule.load_course_cards(student, now).of([course.pk])
    count = _count_answered(cards)
    question = None
    if stored.chosen_id and stored.chosen_after == count and (stored.chosen_id, "") in cards.bank.places:
        question = schedule.ask_item(student, stored.chosen_id, now)
    if question is None:
        facts = _load(course, cards)
        question = _find_question(student, facts, stored, now)
        if question is None:
            return _read_map(course, facts.chances)
    return Reading("open", count - stored.answered_before, question)


def go_on(student: Student, course: Course, now: datetime) -> Reading:
    """Begin, or go on: return the next question; where there is none any more, end it and return its map.

    One that was skipped begins after all; one that has its map stays as it is.
    """
    stored = Diagnostic.objects.filter(student=student, course=course).first()
    if stored is not None and stored.ended_at is not None and stored.chances:
        return _read_map(course, stored.chances)
    schedule.ensure_cards(student)
    facts = _load(course, schedule.load_course_cards(student, now).of([course.pk]))
    if stored is None or stored.ended_at is not None:
        begun = {"begun_at": now, "answered_before": facts.count, "ended_at": None}
        stored, _ = Diagnostic.objects.update_or_create(student=student, course=course, defaults=begun)
    question = _find_question(student, facts, stored, now)
    if question is None:
        return _end(stored, facts, now)
    stored.chosen_id, stored.chosen_after = question.version.item_id, facts.count
    stored.save(update_fields=["chosen", "chosen_after"])
    return Reading("open", facts.count - stored.answered_before, question)


def stop(student: Student, course: Course, now: datetime) -> Reading:
    """End the diagnostic: with the map that its answers give so far, as skipped where it has none."""
    stored = Diagnostic.objects.filter(student=student, course=course).first()
    if stored is not None and stored.ended_at is not None:
        return read(student, course, now)
    facts = _load(course, schedule.load_course_cards(student, now).of([course.pk]))
    if stored is None or facts.count <= stored.answered_before:
        skipped = {"begun_at": now, "answered_before": facts.count, "ended_at": now}
        Diagnostic.objects.update_or_create(student=student, course=course, defaults=skipped)
        return Reading("skipped")
    return _end(stored, facts, now)


# Deciding


@dataclass(frozen=True)
class _Facts:
    """A course's concepts and items by number, what its answers told of them, and which items are free to be asked.

    `pks` (items,) are the items' keys; `count` the items that were answered.
    """

    concepts: Sequence[Concept]
    items: Items
    graph: Graph
    worlds: Worlds
    pks: Ints
    free: Ints
    count: int

    @property
    def chances(self) -> dict[str, float]:
        """The chance that each concept is known of which something can be asked."""
        asked_of = set(self.items.concept.tolist())
        chances = zip(self.concepts, self.worlds.chance.tolist(), strict=True)
        return {concept.slug: round(chance, 3) for at, (concept, chance) in enumerate(chances) if at in asked_of}


def _count_answered(cards: CardColumns) -> int:
    """Return of how many items there are answers among these cards."""
    return int(np.unique(cards.items[~np.isnan(cards.first_rating)]).size)


def _load(course: Course, cards: CardColumns) -> _Facts:
    """Load what else the next question follows from, besides the student's cards; two queries."""
    concepts = list(Concept.objects.filter(course=course).order_by("position", "pk"))
    number = {concept.pk: at for at, concept in enumerate(concepts)}
    before: list[list[int]] = [[] for _ in concepts]
    edges = ConceptEdge.objects.filter(kind=ConceptEdge.Kind.PREREQUISITE, source__course=course)
    for source, target in edges.filter(target__course=F("source__course")).values_list("source", "target"):
        before[number[source]].append(number[target])
    return _decide(cards, concepts, before, course.pk)


def _decide(cards: CardColumns, concepts: Sequence[Concept], before: Sequence[Sequence[int]], course: int) -> _Facts:
    """Weigh what a newcomer may know by the first answers to these cards."""
    bank = cards.bank
    number = {concept.slug: at for at, concept in enumerate(concepts)}
    ours = np.flatnonzero(bank.courses == course)
    concept = np.array([number[bank.topics[item][0]] for item in ours.tolist()], dtype=np.int64)
    known = bank.known.some(ours)
    items = Items(concept, known.luck, known.ease, known.error)
    graph = Graph.of(items, before)
    keys = {int(bank.item_at[place]): pk for (pk, _), place in bank.places.items()}
    pks = np.array([keys[item] for item in ours.tolist()], dtype=np.int64)
    places = np.searchsorted(ours, cards.items)  # of the cards, among the course's items
    told = ~np.isnan(cards.first_rating)
    worlds = Worlds.draw(graph, bank.populations.get(course, Population()))
    if told.any():
        worlds = worlds.after(*_told(items.some(places[told]), cards.first_rating[told].astype(np.int64)), graph)
    quick = set(kinds.in_quick_checks())
    single = np.bincount(places, minlength=ours.size) == 1
    asked = np.isin(np.arange(ours.size), places[told])
    free = [at for at in np.flatnonzero(single & ~asked).tolist() if bank.topics[ours[at]][1] in quick]
    return _Facts(concepts, items, graph, worlds, pks, np.array(free, dtype=np.int64), _count_answered(cards))


def _told(items: Items, rating: Ints) -> tuple[Items, NDArray[np.bool_]]:
    """Return the items with the luck that their answers, rated 1-4, had; and which answers were right."""
    luck = first_sight.luck_of(rating, items.luck)
    return Items(items.concept, luck, items.ease, items.error), rating > Rating.AGAIN


def _find_question(student: Student, facts: _Facts, stored: Diagnostic, now: datetime) -> Presentation | None:
    """Return the question that tells most of those that can be asked; None where it is time to end."""
    answered = facts.count - stored.answered_before
    for item in diagnostic.choose_items(facts.worlds, facts.items, facts.graph, facts.free, answered).tolist():
        if question := schedule.ask_item(student, int(facts.pks[item]), now):
            return question
    return None


@transaction.atomic
def _end(stored: Diagnostic, facts: _Facts, now: datetime) -> Reading:
    stored.ended_at, stored.chances = now, facts.chances
    stored.save(update_fields=["ended_at", "chances"])
    schedule.request_plan(stored.student, now)
    return _place(facts.concepts, stored.chances)


# Showing


def _read_map(course: Course, chances: Mapping[str, float]) -> Reading:
    return _place(list(Concept.objects.filter(course=course).order_by("position", "pk")), chances)


def _place(concepts: Sequence[Concept], chances: Mapping[str, float]) -> Reading:
    standings = [
        ConceptStanding(concept, chances[concept.slug], diagnostic.stand(chances[concept.slug]))
        for concept in concepts
        if concept.slug in chances
    ]
    return Reading("done", standings=standings, plan=tell_plan(standings))


def tell_plan(standings: Sequence[ConceptStanding]) -> list[str]:
    """Say in sentences what the first days hold, of concepts in the order of the course."""
    names: dict[str, list[str]] = {"known": [], "unsure": [], "not_known": []}
    for each in standings:
        names[each.standing].append(each.concept.name)
    known, unsure, new = names["known"], names["unsure"], names["not_known"]
    said = [f"You seem to know {len(known) or 'none'} of {len(standings)} concepts already."] if standings else []
    if new:
        said.append(f"You will start with what is new to you: {_enumerate(new)}.")
    if unsure:
        said.append(f"A question or two will show where you stand with {_enumerate(unsure)}.")
    if known:
        said.append(f"What you know already comes up now and then, so that it stays: {_enumerate(known)}.")
    return said


def _enumerate(names: Sequence[str]) -> str:
    if len(names) > NAMED + 1:
        return f"{', '.join(names[:NAMED])}, and {len(names) - NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]

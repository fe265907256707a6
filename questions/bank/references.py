"""What the files of a course folder say of each other: what they name exists, once, and nothing needs itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from questions import kinds
from questions.bank.bodies import validate_body
from questions.bank.course_folder import CourseFolder, Entry, Place
from questions.bank.documents import ConceptDocument, ItemDocument
from questions.bank.problems import BankError, Problem
from questions.figures.simulators import SIMULATORS
from questions.text import markup


def check_references(folder: CourseFolder) -> list[Problem]:
    """All problems that are seen only when the files are read together, and those of the items' bodies."""
    lessons = {lesson.document.slug for lesson in folder.lessons}
    concepts = {concept.document.slug for concept in folder.concepts}
    problems = [
        *_check_texts(folder),
        *_check_unique((lesson.place for lesson in folder.lessons), "lesson"),
        *_check_unique((concept.place for concept in folder.concepts), "concept"),
        *_check_unique((item.place for item in folder.items), "item"),
    ]
    for lesson in folder.lessons:
        problems += _check_known(lesson.place, "builds_on", lesson.document.builds_on, lessons, "lesson")
    for concept in folder.concepts:
        document, place = concept.document, concept.place
        problems += _check_known(place, "lesson", [document.lesson], lessons, "lesson")
        problems += _check_known(place, "prerequisites", document.prerequisites, concepts, "concept")
        encompassed = [edge.concept for edge in document.encompasses]
        problems += _check_known(place, "encompasses", encompassed, concepts, "concept")
    problems += _check_acyclic(folder.concepts)
    for item in folder.items:
        problems += _check_known(item.place, "concepts", item.document.concepts, concepts, "concept")
        problems += _check_body(item)
    return problems


def _check_texts(folder: CourseFolder) -> Iterator[Problem]:
    """What a lesson's callouts offer to try has to be in the bank, and the figures that it places have to exist."""
    items = {item.document.slug for item in folder.items}
    for lesson in folder.lessons:
        place = lesson.place
        for name in markup.simulators(lesson.text):
            if name not in SIMULATORS:
                message = f"There is no simulator “{name}”; there are {', '.join(SIMULATORS)}."
                yield Problem(message, "simulator", place.entry, place.file)
        for slug in markup.tried(lesson.text):
            if slug not in items:
                yield Problem(f"There is no item “{slug}” to try.", "try", place.entry, place.file)


def _check_unique(places: Iterable[Place], what: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place in places:
        if place.entry in seen:
            yield place.problem(f"This {what} is already in {seen[place.entry]}.", "slug")
        seen[place.entry] = place.file


def _check_known(
    place: Place, field: str, slugs: Sequence[str], known: Collection[str], what: str
) -> Iterator[Problem]:
    for slug in slugs:
        if slug not in known:
            yield place.problem(f"There is no {what} “{slug}” in this course.", field)
    if len(set(slugs)) < len(slugs):
        yield place.problem(f"A {what} is named twice.", field)


def _check_acyclic(concepts: Sequence[Entry[ConceptDocument]]) -> Iterator[Problem]:
    """Prerequisites must allow an order of learning (Kahn's algorithm)."""
    needs = {concept.document.slug: set(concept.document.prerequisites) for concept in concepts}
    while ready := {slug for slug, needed in needs.items() if not needed & needs.keys()}:
        for slug in ready:
            del needs[slug]
    for concept in concepts:
        if concept.document.slug in needs:
            message = f"Prerequisites go round in a circle through “{concept.document.slug}”."
            yield concept.place.problem(message, "prerequisites")


def _check_body(item: Entry[ItemDocument]) -> list[Problem]:
    document, place = item.document, item.place
    if document.kind not in kinds.KINDS:
        known = ", ".join(kinds.KINDS)
        return [place.problem(f"“{document.kind}” is not a kind; use one of {known}.", "kind")]
    try:
        validate_body(document.kind, document.body)
    except BankError as error:
        return [place.problem(problem.message, problem.field) for problem in error.problems]
    return []

"""What the files of a course folder say of each other: what they name exists, once, and nothing needs itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from questions import kinds
from questions.bank.bodies import validate_body
from questions.bank.checks import check_acyclic, check_concept, check_known, check_lesson
from questions.bank.course_folder import CourseFolder, Place
from questions.bank.documents import ItemDocument
from questions.bank.problems import BankError, Problem


def check_references(folder: CourseFolder) -> tuple[list[Problem], dict[str, kinds.ItemBody]]:
    """All problems that are seen only when the files are read together, and those of the items' bodies.

    Besides, the bodies that are valid, by their items' slugs.
    """
    lessons = {lesson.document.slug for lesson in folder.lessons}
    concepts = {concept.document.slug for concept in folder.concepts}
    problems = [
        *_check_unique((lesson.place for lesson in folder.lessons), "lesson"),
        *_check_unique((concept.place for concept in folder.concepts), "concept"),
        *_check_unique((item.place for item in folder.items), "item"),
    ]
    items = {item.document.slug for item in folder.items}
    offered = {item.document.slug for item in folder.items if not item.document.pool}
    for lesson in folder.lessons:
        for problem in check_lesson(lesson.document, lesson.text, lessons, offered, concepts):
            placed = lesson.place.problem(problem.message, problem.field)
            problems.append(replace(placed, line=lesson.lines_before + problem.line) if problem.line else placed)
    bodies: dict[str, kinds.ItemBody] = {}
    circles = check_acyclic({each.document.slug: each.document.prerequisites for each in folder.concepts})
    for concept in folder.concepts:
        problems += _at(concept.place, check_concept(concept.document, lessons, concepts))
        if concept.document.slug in circles:
            problems += _at(concept.place, [circles[concept.document.slug]])
    for item in folder.items:
        problems += _at(item.place, check_known("concepts", item.document.concepts, concepts, "concept"))
        others = items - {item.document.slug}
        problems += _at(item.place, check_known("enemies", item.document.enemies, others, "other item"))
        try:
            bodies[item.document.slug] = _read_body(item.document)
        except BankError as error:
            problems += _at(item.place, error.problems)
    return problems, bodies


def _at(place: Place, problems: Iterable[Problem]) -> list[Problem]:
    """The problems, each at its field's line."""
    return [place.problem(problem.message, problem.field) for problem in problems]


def _check_unique(places: Iterable[Place], what: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place in places:
        if place.entry in seen:
            yield place.problem(f"This {what} is already in {seen[place.entry]}.", "slug")
        seen[place.entry] = place.file


def _read_body(document: ItemDocument) -> kinds.ItemBody:
    """The body of an item; whether its pictures are in the service is not looked at. Raises BankError."""
    if document.kind not in kinds.KINDS:
        known = ", ".join(kinds.KINDS)
        raise BankError([Problem(f"“{document.kind}” is not a kind; use one of {known}.", "kind")])
    return validate_body(document.kind, document.body, pictures_stored=False)

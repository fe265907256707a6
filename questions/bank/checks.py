"""What is checked of lessons and concepts, whoever brings them: the loader and the admin ask the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from questions.bank.documents import ConceptDocument, LessonDocument
from questions.bank.problems import Problem
from questions.figures.simulators import SIMULATORS
from questions.text import markup
from questions.text.appearance import find_flaws
from questions.text.outline import outline


def check_lesson(
    document: LessonDocument,
    text: str,
    lessons: Collection[str],
    items: Collection[str],
    concepts: Collection[str],
) -> list[Problem]:
    """What is wrong with a lesson of a course that has these (slugs); lines are those of its text."""
    problems = list(check_known("builds_on", document.builds_on, lessons, "lesson"))
    if document.slug in document.builds_on:
        problems.append(Problem("A lesson cannot build on itself.", "builds_on"))
    for name in markup.simulators(text):
        if name not in SIMULATORS:
            message = f"There is no simulator “{name}”; there are {', '.join(SIMULATORS)}."
            problems.append(Problem(message, "simulator", line=_line_of(name, text)))
    problems += [Problem(flaw.message, "text", line=flaw.line) for flaw in find_flaws(text)]
    problems += [Problem(flaw.message, "summary") for flaw in find_flaws(document.summary)]
    for slug in dict.fromkeys(slug for section in outline(text) for slug in section.teaches or ()):
        if slug not in concepts:
            problems.append(
                Problem(f"There is no concept “{slug}” to teach.", "teaches", line=_line_of(slug, text, "#"))
            )
    missing = [slug for slug in markup.tried(text) if slug not in items]
    return problems + [
        Problem(f"There is no item “{slug}” to try.", "try", line=_line_of(slug, text)) for slug in missing
    ]


def _line_of(name: str, text: str, begins: str = ":::") -> int | None:
    """The line of a lesson's text in which a callout or a figure, or a heading, names this."""
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if line.lstrip().startswith(begins) and name in line), None)


def check_concept(document: ConceptDocument, lessons: Collection[str], concepts: Collection[str]) -> list[Problem]:
    """What is wrong with a concept of a course that has these lessons and concepts (slugs), circles apart."""
    encompassed = [edge.concept for edge in document.encompasses]
    problems = [
        *check_known("lesson", [document.lesson], lessons, "lesson"),
        *check_known("prerequisites", document.prerequisites, concepts, "concept"),
        *check_known("encompasses", encompassed, concepts, "concept"),
    ]
    problems += [Problem(flaw.message, "definition") for flaw in find_flaws(document.definition)]
    if document.slug in encompassed:
        problems.append(Problem("A concept cannot practise itself along.", "encompasses"))
    return problems


def check_known(field: str, slugs: Sequence[str], known: Collection[str], what: str) -> Iterator[Problem]:
    """Everything that `slugs` name exists, and is named once."""
    for slug in slugs:
        if slug not in known:
            yield Problem(f"There is no {what} “{slug}” in this course.", field)
    if len(set(slugs)) < len(slugs):
        yield Problem(f"A {what} is named twice.", field)


def check_acyclic(prerequisites: Mapping[str, Collection[str]]) -> dict[str, Problem]:
    """Prerequisites must allow an order of learning (Kahn's algorithm): a problem of each concept that has no place."""
    needs = {slug: set(needed) for slug, needed in prerequisites.items()}
    while ready := {slug for slug, needed in needs.items() if not needed & needs.keys()}:
        for slug in ready:
            del needs[slug]
    return {slug: Problem(f"Prerequisites go round in a circle through “{slug}”.", "prerequisites") for slug in needs}

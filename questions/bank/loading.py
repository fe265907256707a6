"""Load a whole course from a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from questions.bank.audits import AUDIT_SEEDS
from questions.bank.course_folder import CourseFolder, Entry, FolderReader
from questions.bank.documents import ConceptDocument, ItemDocument
from questions.bank.items import publish, save_draft
from questions.bank.locks import lock_course
from questions.bank.problems import BankError, Problem
from questions.bank.references import check_references
from questions.models import Author, Concept, ConceptEdge, Course, Item, ItemVersion, Lesson


@dataclass
class CourseReport:
    """What a load did: how many lessons and concepts the course has, and the slugs of the items."""

    course: Course
    lessons: int = 0
    concepts: int = 0
    published: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def load_course(path: Path, *, by: Author | None = None, seeds: int = AUDIT_SEEDS) -> CourseReport:
    """Load a course folder (course.yaml, lessons/, concepts.yaml, bank/), all of it or nothing.

    Loading again changes only what changed in the folder; items that were written in the admin stay. Raises BankError
    with every problem found, each with its file, entry, field and line.
    """
    reader = FolderReader(path)
    folder = reader.read()
    problems = [*reader.problems, *check_references(folder)]
    if problems:
        raise BankError(problems)
    with transaction.atomic():
        return _store(folder, by, seeds)


def _store(folder: CourseFolder, by: Author | None, seeds: int) -> CourseReport:
    texts = {"title": folder.course.title, "description": folder.course.description}
    made, _ = Course.objects.get_or_create(slug=folder.course.slug, defaults=texts)
    course = lock_course(made.pk)
    course.title, course.description = folder.course.title, folder.course.description
    course.save(update_fields=["title", "description"])
    lessons = _store_lessons(course, folder)
    concepts = _store_concepts(course, folder, lessons)
    report = CourseReport(course, len(lessons), len(concepts))
    problems: list[Problem] = []
    published = dict(Item.objects.filter(course=course).values_list("slug", "published"))
    for position, entry in enumerate(folder.items_in_order_of_learning()):
        slug = entry.document.slug
        try:
            version = _store_item(course, entry, concepts, position, by=by, seeds=seeds)
        except BankError as error:
            problems += [entry.place.problem(problem.message, problem.field) for problem in error.problems]
            continue
        (report.unchanged if version.pk == published.get(slug) else report.published).append(slug)
    if problems:
        raise BankError(problems)
    return report


def _store_item(
    course: Course,
    entry: Entry[ItemDocument],
    concepts: dict[str, Concept],
    position: int,
    *,
    by: Author | None,
    seeds: int,
) -> ItemVersion:
    document = entry.document
    item = save_draft(
        course,
        document.slug,
        document.kind,
        document.body,
        [concepts[slug] for slug in document.concepts],
        difficulty=document.difficulty,
        seconds=document.seconds,
        by=by,
    )
    Item.objects.filter(pk=item.pk).update(position=position)
    return publish(item, by=by, seeds=seeds)


def _store_lessons(course: Course, folder: CourseFolder) -> dict[str, Lesson]:
    lessons = {}
    for entry in folder.lessons:
        document = entry.document
        other = Lesson.objects.filter(slug=document.slug).exclude(course=course).first()
        if other:
            raise BankError([entry.place.problem(f"The course {other.course} already has this lesson.", "slug")])
        fields = document.model_dump(exclude={"slug", "builds_on"})
        lessons[document.slug], _ = Lesson.objects.update_or_create(
            slug=document.slug, defaults={**fields, "course": course, "body_markdown": entry.text}
        )
    for entry in folder.lessons:
        lessons[entry.document.slug].builds_on.set([lessons[slug] for slug in entry.document.builds_on])
    return lessons


def _store_concepts(course: Course, folder: CourseFolder, lessons: dict[str, Lesson]) -> dict[str, Concept]:
    concepts = {}
    for position, entry in enumerate(folder.concepts):
        document = entry.document
        other = Concept.objects.filter(slug=document.slug).exclude(course=course).first()
        if other:
            raise BankError([entry.place.problem(f"The course {other.course} already has this concept.", "slug")])
        concepts[document.slug], _ = Concept.objects.update_or_create(
            slug=document.slug,
            defaults={
                "course": course,
                "lesson": lessons[document.lesson],
                "name": document.name,
                "definition": document.definition,
                "position": position,
            },
        )
    ConceptEdge.objects.filter(source__course=course).delete()
    edges = [edge for entry in folder.concepts for edge in _edges(entry.document, concepts)]
    ConceptEdge.objects.bulk_create(edges)
    return concepts


def _edges(document: ConceptDocument, concepts: dict[str, Concept]) -> list[ConceptEdge]:
    source = concepts[document.slug]
    needed = [
        ConceptEdge(kind=ConceptEdge.Kind.PREREQUISITE, source=source, target=concepts[slug])
        for slug in document.prerequisites
    ]
    encompassed = [
        ConceptEdge(kind=ConceptEdge.Kind.ENCOMPASSES, source=source, target=concepts[edge.concept], weight=edge.weight)
        for edge in document.encompasses
    ]
    return needed + encompassed

"""The entries of a course folder: as records to compare, and as rows to store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Max

from questions import kinds
from questions.bank.bodies import write_body
from questions.bank.comparison import Record, without_blanks
from questions.bank.course_folder import Entry
from questions.bank.documents import ConceptDocument, CourseDocument, ItemDocument, LessonDocument
from questions.bank.edits import connect
from questions.bank.items import follow_concept, reissue_items
from questions.bank.lessons import keep_lesson_version
from questions.bank.locks import lock_course, raise_revision
from questions.bank.records import item_record
from questions.models import Concept, Course, Item, Lesson


def find_course(document: CourseDocument) -> tuple[Course, bool]:
    """The course of a folder, locked until the transaction ends, and whether it is new.

    A course that was renamed in the service is known by the name under which it was last loaded.
    """
    slug, is_new = document.slug, False
    course = Course.objects.filter(slug=slug).first() or Course.objects.filter(loaded__slug=slug).first()
    if course is None:
        fields = {"title": document.title, "description": document.description}
        course, is_new = Course.objects.get_or_create(slug=slug, defaults=fields)
    return lock_course(course.pk), is_new


def record_of_course(document: CourseDocument) -> Record:
    """The entry as a record."""
    return without_blanks(document.model_dump())


def record_of_lesson(entry: Entry[LessonDocument]) -> Record:
    """The entry as a record."""
    record = entry.document.model_dump() | {"text": entry.text}
    return without_blanks(
        record
        | {
            "builds_on": sorted(entry.document.builds_on),
            "reading": [without_blanks(reading.model_dump()) for reading in entry.document.reading],
        }
    )


def record_of_concept(entry: Entry[ConceptDocument]) -> Record:
    """The entry as a record."""
    return without_blanks(
        entry.document.model_dump()
        | {
            "prerequisites": sorted(entry.document.prerequisites),
            "encompasses": {edge.concept: edge.weight for edge in entry.document.encompasses},
        }
    )


def record_of_item(entry: Entry[ItemDocument], body: kinds.ItemBody) -> Record:
    """The entry as a record, with its body as it was read."""
    document = entry.document
    return item_record(
        document.slug,
        document.kind,
        document.concepts,
        document.difficulty,
        document.seconds,
        write_body(body),
        exam_use=document.exam_use,
    )


def store_course(course: Course, document: CourseDocument) -> None:
    """Make the row what the entry says."""
    is_renamed = course.slug != document.slug
    course.slug, course.title, course.description = document.slug, document.title, document.description
    course.save(update_fields=["slug", "title", "description"])
    if is_renamed:
        reissue_items(course)


def create_lesson(course: Course, entry: Entry[LessonDocument]) -> Lesson:
    """A row for a new lesson."""
    fields = entry.document.model_dump(exclude={"builds_on"})
    lesson = Lesson.objects.create(course=course, body_markdown=entry.text, **fields)
    keep_lesson_version(lesson)
    return lesson


def store_lesson(lesson: Lesson, entry: Entry[LessonDocument], builds_on: Sequence[Lesson]) -> None:
    """Make the row what the entry says."""
    fields = entry.document.model_dump(exclude={"builds_on"}) | {"body_markdown": entry.text}
    is_renamed = lesson.slug != entry.document.slug
    for name, value in fields.items():
        setattr(lesson, name, value)
    lesson.is_published = True
    lesson.save(update_fields=[*fields, "is_published"])
    keep_lesson_version(lesson)
    lesson.builds_on.set(builds_on)
    if is_renamed:
        reissue_items(lesson)


def create_concept(course: Course, entry: Entry[ConceptDocument], lesson: Lesson) -> Concept:
    """A row for a new concept, behind the others."""
    document = entry.document
    last = course.concepts.aggregate(last=Max("position"))["last"]
    return Concept.objects.create(
        course=course,
        slug=document.slug,
        name=document.name,
        definition=document.definition,
        lesson=lesson,
        position=0 if last is None else last + 1,
    )


def store_concept(
    concept: Concept, entry: Entry[ConceptDocument], lesson: Lesson, concepts: Mapping[str, Concept]
) -> None:
    """Make the row and its edges what the entry says; `concepts` has the row of each slug of the folder."""
    document = entry.document
    is_renamed, is_moved = concept.slug != document.slug, concept.lesson_id != lesson.pk
    concept.slug, concept.name, concept.definition = document.slug, document.name, document.definition
    concept.lesson = lesson
    concept.save(update_fields=["slug", "name", "definition", "lesson"])
    if is_renamed:
        reissue_items(concept)
    if is_moved:
        follow_concept(concept)
    practised = [(concepts[edge.concept], edge.weight) for edge in document.encompasses]
    connect(concept, [concepts[slug] for slug in document.prerequisites], practised)


def place(course: Course, model: type[Concept] | type[Item], keys: Sequence[int]) -> None:
    """Number the rows of a course, which is locked, in the order of these primary keys.

    What is kept of the course is known by its revision, which says when that is old: it rises where a row moves.
    """
    moved = 0
    for position, key in enumerate(keys):
        moved += model._default_manager.filter(pk=key).exclude(position=position).update(position=position)
    if moved:
        raise_revision(course.pk)

"""What a course has in the service, as records: the fields that its files would have.

What a record refers to stands in it by its slug of now. Of what was last loaded a digest is stored, made with primary
keys in their place, so that whatever is renamed afterwards does not look edited.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from questions.bank.bodies import normalise_body
from questions.bank.comparison import Record, without_blanks
from questions.bank.documents import ExamUse
from questions.models import Concept, ConceptEdge, Course, Item, ItemVersion, Lesson

LESSON_FIELDS = ("slug", "title", "summary", "week", "session", "minutes")


def course_record(course: Course) -> Record:
    """The record of the course itself."""
    return without_blanks({"slug": course.slug, "title": course.title, "description": course.description})


@dataclass
class CourseRecords:
    """The rows of a course, each in its order, with their records by primary key.

    `published` has the records of the items' versions that students get.
    """

    lessons: list[Lesson]
    concepts: list[Concept]
    items: list[Item]
    of_lessons: dict[int, Record] = field(default_factory=dict)
    of_concepts: dict[int, Record] = field(default_factory=dict)
    of_items: dict[int, Record] = field(default_factory=dict)
    published: dict[int, Record] = field(default_factory=dict)


def load_records(course: Course) -> CourseRecords:
    """The course as it stands in the database; a fixed number of queries."""
    lessons = course.lessons.order_by("week", "session", "pk").prefetch_related("builds_on")
    concepts = course.concepts.order_by("position", "pk").select_related("lesson")
    items = course.items.order_by("position", "pk").select_related("published")
    items = items.prefetch_related("tags__concept", "published__tags", "enemies__enemy")
    rows = CourseRecords(list(lessons), list(concepts), list(items))
    edges: dict[int, list[ConceptEdge]] = defaultdict(list)
    for edge in ConceptEdge.objects.filter(source__course=course).select_related("target"):
        edges[edge.source_id].append(edge)
    rows.of_lessons = {lesson.pk: _lesson_record(lesson) for lesson in rows.lessons}
    rows.of_concepts = {concept.pk: _concept_record(concept, edges[concept.pk]) for concept in rows.concepts}
    for item in rows.items:
        body = normalise_body(item.kind, item.draft)
        rows.of_items[item.pk] = _item_record(item, item, [tag.concept.slug for tag in item.tags.all()], body)
        if version := item.published:
            is_draft = (version.kind, version.body) == (item.kind, item.draft)
            body = body if is_draft else normalise_body(version.kind, version.body)
            rows.published[item.pk] = _item_record(item, version, version.concepts, body)
    return rows


def _lesson_record(lesson: Lesson) -> Record:
    reading = lesson.reading if isinstance(lesson.reading, list) else []
    return without_blanks(
        {name: getattr(lesson, name) for name in LESSON_FIELDS}
        | {
            "builds_on": sorted(other.slug for other in lesson.builds_on.all()),
            "reading": [without_blanks(entry) for entry in reading if isinstance(entry, dict)],
            "text": lesson.body_markdown,
        }
    )


def _concept_record(concept: Concept, edges: Iterable[ConceptEdge]) -> Record:
    return without_blanks(
        {
            "slug": concept.slug,
            "name": concept.name,
            "lesson": concept.lesson.slug,
            "definition": concept.definition,
            "prerequisites": sorted(edge.target.slug for edge in edges if edge.kind == ConceptEdge.Kind.PREREQUISITE),
            "encompasses": {
                edge.target.slug: edge.weight for edge in edges if edge.kind == ConceptEdge.Kind.ENCOMPASSES
            },
        }
    )


def _item_record(item: Item, source: Item | ItemVersion, concepts: list[str], body: dict[str, object]) -> Record:
    """The record of an item, of its draft or of a version."""
    exam_use = ExamUse(item.idea, item.pool, tuple(row.enemy.slug for row in item.enemies.all()))
    return item_record(item.slug, source.kind, concepts, source.difficulty, source.seconds, body, exam_use=exam_use)


def item_record(
    slug: str,
    kind: str,
    concepts: Iterable[str],
    difficulty: int,
    seconds: int,
    body: dict[str, object],
    *,
    exam_use: ExamUse,
) -> Record:
    """The record of an item with these fields; its body is normalised."""
    common: Record = {
        "slug": slug,
        "kind": kind,
        "concepts": list(concepts),
        "difficulty": difficulty,
        "seconds": seconds,
        "idea": exam_use.idea,
        "enemies": sorted(exam_use.enemies),
        "pool": exam_use.pool,
    }
    return without_blanks(common | body)


def rename_references(
    record: Record, lessons: Mapping[str, str], concepts: Mapping[str, str], items: Mapping[str, str]
) -> Record:
    """The record with what it refers to called otherwise, as far as that is named here."""
    renamed = dict(record)
    lists = (("builds_on", lessons), ("prerequisites", concepts), ("concepts", concepts), ("enemies", items))
    for name, names in lists:
        if isinstance(references := record.get(name), list):
            called = [names.get(reference, reference) for reference in references]
            renamed[name] = called if name == "concepts" else sorted(called)
    if isinstance(lesson := record.get("lesson"), str):
        renamed["lesson"] = lessons.get(lesson, lesson)
    if isinstance(weights := record.get("encompasses"), dict):
        renamed["encompasses"] = {concepts.get(slug, slug): weight for slug, weight in weights.items()}
    return renamed

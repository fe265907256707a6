"""Which section of which lesson teaches a concept."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from questions.models import Concept, Item, Lesson
from questions.text.outline import TaughtSection, outline, rename_taught


def list_taught_sections(lessons: QuerySet[Lesson]) -> list[TaughtSection]:
    """Return the sections with a title of the published ones of these lessons, in the order of their courses.

    What a heading does not say follows from the items that its section offers to try: it teaches their main concepts.
    Two queries at most.
    """
    fields = ("course_id", "pk", "course__slug", "slug", "body_markdown")
    rows = list(
        lessons.filter(is_published=True).order_by("course", "week", "session", "pk").values_list(*fields, named=True)
    )
    sections = [(row, section) for row in rows for section in outline(row.body_markdown)]
    unsaid = {(row.course_id, slug) for row, section in sections if section.teaches is None for slug in section.tried}
    tried = _load_main_concepts(unsaid) if unsaid else {}
    taught = []
    for row, section in sections:
        concepts = section.teaches
        if concepts is None:
            asked = [tried.get((row.course_id, slug)) for slug in section.tried]
            concepts = tuple(dict.fromkeys(concept for concept in asked if concept))
        taught.append(TaughtSection(row.course_id, row.pk, row.course__slug, row.slug, section, concepts))
    return taught


def place_concepts(sections: Iterable[TaughtSection]) -> dict[tuple[int, str], int]:
    """Return which of the sections, by number, teaches each concept first, by its course and slug."""
    first: dict[tuple[int, str], int] = {}
    for number, section in enumerate(sections):
        for concept in section.concepts:
            first.setdefault((section.course, concept), number)
    return first


@transaction.atomic
def rename_in_lessons(concept: Concept, old: str) -> None:
    """Call a concept by its slug of now where headings of its course's lessons, or of their drafts, say the old one."""
    names_it = Q(body_markdown__contains=old) | Q(draft__body_markdown__icontains=old)
    for lesson in concept.course.lessons.filter(names_it):
        lesson.body_markdown = rename_taught(lesson.body_markdown, old, concept.slug)
        if lesson.draft:
            lesson.draft["body_markdown"] = rename_taught(lesson.draft["body_markdown"], old, concept.slug)
        lesson.save(update_fields=["body_markdown", "draft"])


def _load_main_concepts(items: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The main concept (slug) of each published item, by course and slug."""
    wanted = set(items)
    published = Item.objects.in_practice().filter(
        course__in={course for course, _ in wanted},
        slug__in={slug for _, slug in wanted},
        published__tags__position=0,
    )
    rows = published.values_list("course_id", "slug", "published__tags__concept__slug")
    return {(course, slug): concept for course, slug, concept in rows}

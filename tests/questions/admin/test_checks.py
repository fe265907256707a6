"""What the loader refuses of files the admin refuses at its fields, and pages survive what is stored already."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from questions import bank
from questions.models import Concept, ConceptEdge, Course, Item, Lesson
from tests.forms import filled_in

ELSEWHERE = {"slug": "elsewhere", "title": "Elsewhere"}


def change(instructor: Client, row: Any, **more: Any) -> dict[str, list[str]]:
    """Change fields in the admin; the errors by field."""
    url = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    answer = instructor.post(url, filled_in(instructor, url) | more)
    return dict(answer.context["adminform"].form.errors) if answer.status_code == 200 else {}


@pytest.fixture
def lesson(instructor: Client) -> Lesson:
    return Lesson.objects.order_by("pk")[0]


@pytest.fixture
def concept(instructor: Client) -> Concept:
    """A concept that needs another one."""
    return Concept.objects.filter(edges__kind="prerequisite")[0]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("body_markdown", "::: exam try=not-there\nText\n:::\n", "There is no item “not-there” to try."),
        ("body_markdown", "::: simulator magic\n:::\n", "There is no simulator “magic”"),
        ("slug", "Upper-Case", "lower-case"),
        ("slug", "under_score", "lower-case"),
        ("minutes", "0", "1"),
    ],
)
def test_a_lesson_is_refused_at_its_field(
    instructor: Client, lesson: Lesson, field: str, value: str, message: str
) -> None:
    stored = Lesson.objects.values().get(pk=lesson.pk)
    errors = change(instructor, lesson, **{field: value})
    assert message in " ".join(errors[field])
    assert Lesson.objects.values().get(pk=lesson.pk) == stored


@pytest.mark.any_database
def test_a_reading_list_is_written_row_by_row(instructor: Client, lesson: Lesson) -> None:
    Lesson.objects.update(reading=[])
    trap = {"reading-0-title": "A trap", "reading-0-url": "javascript:alert(1)"}
    assert "Row 1" in str(change(instructor, lesson, **trap)["reading"])
    assert "http" in str(change(instructor, lesson, **trap)["reading"])
    assert "reading" in change(instructor, lesson, **{"reading-0-url": "https://example.org/"})
    rows = {"reading-0-title": "Kept", "reading-0-url": "https://example.org/", "reading-7-what": "Chapter 7"}
    rows |= {"reading-7-title": "A book", "reading-7-url": "https://example.org/book"}
    assert not change(instructor, lesson, **rows)
    book = {"title": "A book", "url": "https://example.org/book", "what": "Chapter 7"}
    stored = Lesson.objects.get(pk=lesson.pk).reading
    assert stored == [{"title": "Kept", "url": "https://example.org/"}, book]
    assert not change(instructor, Lesson.objects.get(pk=lesson.pk), title="Renamed")
    assert Lesson.objects.get(pk=lesson.pk).reading == stored


def test_a_lesson_builds_on_lessons_of_its_course_and_not_on_itself(instructor: Client, lesson: Lesson) -> None:
    other = Lesson.objects.create(course=Course.objects.create(**ELSEWHERE), slug="far", title="Far", body_markdown="x")
    for wrong in (other, lesson):
        assert "not one of the available choices" in str(change(instructor, lesson, builds_on=[wrong.pk])["builds_on"])


def test_prerequisites_go_round_in_no_circle(instructor: Client, concept: Concept) -> None:
    needed = concept.edges.get(kind="prerequisite").target
    errors = change(instructor, needed, prerequisites=[concept.pk])
    assert f"circle through “{needed.slug}”" in str(errors["prerequisites"])
    assert not needed.edges.filter(target=concept).exists()


@pytest.mark.any_database
def test_a_concept_neither_needs_itself_nor_practises_itself(instructor: Client, concept: Concept) -> None:
    errors = change(instructor, concept, prerequisites=[concept.pk])
    assert "not one of the available choices" in str(errors["prerequisites"])
    along = {"encompasses-0-concept": concept.slug, "encompasses-0-weight": "0.5"}
    assert "itself" in str(change(instructor, concept, **along)["encompasses"])


@pytest.mark.any_database
@pytest.mark.parametrize(("slug", "weight"), [("nothing", "0.5"), ("l2", "2"), ("l2", "much"), ("l2", "")])
def test_what_is_practised_along_exists_and_has_a_weight(
    instructor: Client, concept: Concept, slug: str, weight: str
) -> None:
    along = {"encompasses-9-concept": slug, "encompasses-9-weight": weight}
    assert "encompasses" in change(instructor, concept, **along)


def test_nothing_of_another_course_is_named(instructor: Client, concept: Concept) -> None:
    course = Course.objects.create(**ELSEWHERE)
    lesson = Lesson.objects.create(course=course, slug="far", title="Far", body_markdown="x")
    other = Concept.objects.create(course=course, lesson=lesson, slug="away", name="Away", definition="x")
    assert "lesson" in change(instructor, concept, lesson=lesson.pk)
    assert "prerequisites" in change(instructor, concept, prerequisites=[other.pk])
    item = Item.objects.all()[0]
    for row, name in (
        (concept, "prerequisites"),
        (concept, "lesson"),
        (item, "main_concept"),
        (item, "other_concepts"),
    ):
        url = f"/admin/questions/{row._meta.model_name}/{row.pk}/change/"
        offered = instructor.get(url).context["adminform"].form.fields[name].queryset
        assert offered.exists()
        assert {each.course for each in offered} == {item.course}
        assert row not in offered
    with pytest.raises(bank.BankError, match="another course"):
        bank.save_draft(item.course, item.slug, item.kind, item.draft, [other])


def test_edges_are_stored_and_only_those_that_change(instructor: Client, concept: Concept) -> None:
    ConceptEdge.objects.filter(source=concept, kind="encompasses").delete()
    kept = concept.edges.get(kind="prerequisite")
    names = {"course": concept.course, "lesson": concept.lesson, "definition": "x"}
    other = Concept.objects.create(**names, slug="along", name="Along")
    along = {"encompasses-0-concept": other.slug, "encompasses-0-weight": "0.25"}
    assert not change(instructor, concept, **along)
    assert concept.edges.get(kind="prerequisite") == kept
    assert concept.edges.get(kind="encompasses").weight == 0.25
    assert not change(instructor, concept, **along | {"encompasses-0-weight": "0.5"}, prerequisites=[])
    assert [(edge.target, edge.weight) for edge in concept.edges.all()] == [(other, 0.5)]


@pytest.mark.parametrize("slug", ["Upper", "a--b", "a_b", "-a", "é"])
def test_no_item_gets_a_slug_that_a_file_could_not_have(course: Course, slug: str) -> None:
    item = Item.objects.all()[0]
    with pytest.raises(bank.BankError, match="lower-case"):
        bank.save_draft(course, slug, item.kind, item.draft, list(item.concepts.all()))


def test_pages_survive_what_should_not_be_stored(instructor: Client, concept: Concept, lesson: Lesson) -> None:
    needed = concept.edges.get(kind="prerequisite").target
    ConceptEdge.objects.create(kind="prerequisite", source=needed, target=concept)
    Concept.objects.filter(pk=concept.pk).update(slug="Upper")
    text = "## A\n\n::: exam try=not-there\nText\n:::\n\n::: simulator magic\n:::\n"
    for reading in ({"a": 1}, 7, None, [7, {"title": None, "url": "javascript:alert(1)"}]):
        if reading is not None:
            Lesson.objects.filter(pk=lesson.pk).update(reading=reading, body_markdown=text)
        pages: tuple[str, ...] = (
            "/concepts/",
            "/concepts/Upper/",
            f"/lessons/{lesson.slug}/",
            "/lessons/",
            "/api/v1/lessons/",
        )
        pages += ("/api/v1/concepts/", f"/admin/questions/lesson/{lesson.pk}/change/")
        for page in pages:
            assert instructor.get(page).status_code == 200, (page, reading)
    assert not change(instructor, Concept.objects.get(pk=concept.pk), name="Renamed", prerequisites=[])

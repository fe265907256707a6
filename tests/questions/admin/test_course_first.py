"""Where there are several courses, the course is chosen first: a form offers what belongs to it alone."""

from __future__ import annotations

import pytest
from django.test import Client

from examprep.models import User
from questions import roles
from questions.models import Concept, Course, Lesson

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
FORMS = ("questions/concept", "questions/lesson", "questions/item", "quizzes/exam")


@pytest.fixture
def other(course: Course, instructor: Client) -> Course:
    """A second course of the instructor, with a lesson and a concept."""
    made = Course.objects.create(slug="botany", title="Botany")
    roles.set_role(User.objects.get(username="ina"), made, roles.Role.AUTHOR)
    lesson = Lesson.objects.create(course=made, slug="leaves", title="Leaves", week=1, session=1, body_markdown="…")
    Concept.objects.create(course=made, lesson=lesson, slug="stoma", name="Stoma", definition="A pore.", position=1)
    return made


@pytest.mark.parametrize("form", FORMS)
def test_a_new_row_is_asked_for_its_course_and_offered_what_belongs_to_it(
    instructor: Client, course: Course, other: Course, form: str
) -> None:
    address = f"/admin/{form}/add/?kind=single_choice"
    asked = instructor.get(address).content.decode()
    assert "Choose the course" in asked
    assert f'href="?kind=single_choice&amp;course={other.pk}"' in asked
    page = instructor.get(f"{address}&course={other.pk}").content.decode()
    form_alone = page[page.index('<form method="post"') if '<form method="post"' in page else page.index("_form") :]
    assert f'<option value="{other.pk}" selected>Botany</option>' in form_alone
    assert "Weight decay" not in form_alone


def test_where_there_is_one_course_nothing_is_asked(instructor: Client, course: Course) -> None:
    Course.objects.create(slug="elsewhere", title="Elsewhere")
    page = instructor.get("/admin/questions/concept/add/").content.decode()
    assert "Elsewhere" not in page
    assert "Choose the course" not in page
    assert "Weight decay" in page


def test_what_belongs_to_another_course_is_refused(instructor: Client, course: Course, other: Course) -> None:
    lesson = Lesson.objects.get(course=course)
    sent = {"course": other.pk, "lesson": lesson.pk, "slug": "new", "name": "New", "definition": "One.", "position": 0}
    page = instructor.post("/admin/questions/concept/add/", sent).content.decode()
    assert "Select a valid choice" in page
    assert not Concept.objects.filter(slug="new").exists()


def test_filters_name_the_course_where_there_are_several(instructor: Client, course: Course, other: Course) -> None:
    page = instructor.get("/admin/questions/item/").content.decode()
    assert "Stoma (Botany)" in page
    assert f"L2 penalty ({course})" in page
    roles.remove_role(User.objects.get(username="ina"), other)
    page = instructor.get("/admin/questions/item/").content.decode()
    assert "Stoma" not in page
    assert f"L2 penalty ({course})" not in page


@pytest.mark.parametrize("form", FORMS)
def test_who_may_not_add_is_not_asked(client: Client, other: Course, form: str) -> None:
    assert client.get(f"/admin/{form}/add/").status_code in (302, 403)

"""Staff look at a course as a new student, and nothing of it is left behind."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.test import Client

from examprep.models import User
from questions import roles
from questions.models import Course
from quizzes.models import Enrolment

pytestmark = pytest.mark.any_database

START, STOP = "/courses/tiny/as-student/", "/as-student/stop/"
BAR = "as a new student would see it. Nothing is stored."


def everything() -> dict[str, list[object]]:
    """All rows of ours, by their tables."""
    ours = ("questions", "quizzes", "examprep")
    models = [model for app in ours for model in apps.get_app_config(app).get_models()]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


def test_pages_are_shown_as_to_a_new_student_and_nothing_is_stored(student: User, course: Course) -> None:
    author = User.objects.create_user("author")
    roles.set_role(author, course, roles.Role.AUTHOR)
    web = Client()
    web.force_login(author)
    before = everything()
    assert BAR not in web.get("/today/").content.decode()
    assert web.post(START)["Location"] == "/today/"
    for page in (
        "today",
        "review",
        "lessons",
        "lessons/decay",
        "lessons/decay/quick-check",
        "exams",
        "exams/tiny-exam",
    ):
        shown = web.get(f"/{page}/", follow=True)
        assert (shown.status_code, BAR in shown.content.decode()) == (200, True), page
        assert "Authoring" not in shown.content.decode()
    refused = web.post("/exams/tiny-exam/", headers={"Referer": "http://testserver/exams/tiny-exam/"}, follow=True)
    assert "you cannot answer" in refused.content.decode()
    assert "Compute them" not in web.get("/today/ahead/", headers={"HX-Request": "true"}).content.decode()
    assert web.post("/today/minutes/", {"minutes": "9"}, headers={"HX-Request": "true"}).status_code == 204
    assert everything() == before
    assert BAR not in web.get("/settings/").content.decode()
    web.post(STOP)
    assert BAR not in web.get("/today/").content.decode()
    assert not Enrolment.objects.filter(student=author).exists()


def test_a_draft_is_shown_as_it_will_be(course: Course) -> None:
    author = User.objects.create_user("author")
    roles.set_role(author, course, roles.Role.AUTHOR)
    Course.objects.update(state=Course.State.DRAFT)
    web = Client()
    web.force_login(author)
    web.post(START)
    before = everything()
    shown = {
        page: web.get(f"/{page}/", follow=True).content.decode() for page in ("today", "lessons", "exams", "review")
    }
    assert "Weight decay" in shown["lessons"]
    assert "Tiny exam" in shown["exams"]
    assert 'name="presentation"' in shown["review"]
    assert "See the days until then" in shown["today"]
    assert everything() == before


def test_only_staff_of_the_course_look_at_it_and_no_longer_than_they_are(student: User, course: Course) -> None:
    web = Client()
    web.force_login(student)
    assert web.post(START).status_code == 404
    author = User.objects.create_user("author")
    roles.set_role(author, course, roles.Role.AUTHOR)
    web.force_login(author)
    web.post(START)
    roles.remove_role(author, course)
    assert BAR not in web.get("/lessons/").content.decode()

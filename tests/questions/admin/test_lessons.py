"""Lessons are drafted beside what students read, previewed, published as versions, and restored."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from questions import bank
from questions.models import Course, Lesson, LessonVersion, Picture, StaffAct
from tests.forms import filled_in

pytestmark = pytest.mark.any_database

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>'
LIST = "/admin/questions/lesson/"


def save(web: Client, lesson: Lesson, button: str, **changes: object) -> str:
    address = f"{LIST}{lesson.pk}/change/"
    sent = {**filled_in(web, address), **changes, button: "1"}
    page = web.post(address, sent, follow=True).content.decode()
    lesson.refresh_from_db()
    return page


def test_a_draft_waits_until_it_is_published_and_versions_come_back(instructor: Client, course: Course) -> None:
    lesson = Lesson.objects.get(course=course)
    before = lesson.body_markdown
    page = save(instructor, lesson, "_draft", body_markdown="## Anew\n\n**Bold**", title="Anew", week="3")
    assert "Students do not see it until you publish it." in page
    assert "with newer edits" in page
    assert (lesson.state, lesson.body_markdown, lesson.title != "Anew", lesson.week) == ("changed", before, True, 3)
    assert "Bold" not in Client().get(f"/lessons/{lesson.slug}/").content.decode()
    compared = instructor.get(f"{LIST}{lesson.pk}/versions/").content.decode()
    assert "<strong>Bold</strong>" in compared
    assert "Discard the draft’s edits: make it version 1 again" in compared

    assert "is published as version 2" in save(instructor, lesson, "_publish")
    assert "<strong>Bold</strong>" in Client().get(f"/lessons/{lesson.slug}/").content.decode()
    instructor.post(f"{LIST}{lesson.pk}/restore/", {"number": "1"})
    lesson.refresh_from_db()
    assert (lesson.state, bank.draft_of(lesson)["body_markdown"]) == ("changed", before)
    instructor.post(f"{LIST}{lesson.pk}/restore/", {"number": "2"})
    lesson.refresh_from_db()
    assert (lesson.state, lesson.draft) == ("published", None)
    assert "is published as version 2" in save(instructor, lesson, "_publish")
    assert [version.number for version in lesson.versions.all()] == [2, 1]
    assert StaffAct.objects.filter(model="questions.lesson").exists()
    for number in ("", "9", "x"):
        page = instructor.post(f"{LIST}{lesson.pk}/restore/", {"number": number}, follow=True).content.decode()
        assert "There is no version" in page


def test_a_draft_may_be_unfinished_and_says_what_it_lacks(instructor: Client, course: Course) -> None:
    lesson = Lesson.objects.get(course=course)
    wrong = "## Try\n\n::: simulator nowhere\n:::\n"
    save(instructor, lesson, "_draft", body_markdown=wrong)
    assert lesson.state == "changed"
    sent = filled_in(instructor, f"{LIST}{lesson.pk}/change/")
    preview = instructor.post(f"{LIST}preview/?lesson={lesson.pk}", sent).content.decode()
    assert "There is no simulator “nowhere”" in preview
    assert "There is no simulator" in save(instructor, lesson, "_publish")
    assert lesson.state == "changed"


def test_a_new_lesson_is_hidden_until_it_is_published(instructor: Client, course: Course) -> None:
    sent = {"course": course.pk, "title": "New", "slug": "new", "body_markdown": "Uniqueword", "week": 1}
    sent |= {"session": 2, "minutes": 5}
    preview = instructor.post(f"{LIST}preview/", sent).content.decode()
    assert "Uniqueword" in preview
    instructor.post(f"{LIST}add/", {**sent, "_draft": "1"})
    lesson = Lesson.objects.get(slug="new")
    assert lesson.state == "draft"
    pages = ("/lessons/", "/api/v1/lessons/", "/search/?q=uniqueword", "/lessons/decay/")
    assert not any("/new/" in Client().get(page).content.decode() for page in pages)
    assert Client().get("/lessons/new/").status_code == 404
    save(instructor, lesson, "_publish")
    assert Client().get("/lessons/new/").status_code == 200
    assert LessonVersion.objects.get(lesson=lesson).number == 1


def test_a_picture_comes_with_the_form_and_stands_where_the_cursor_was(instructor: Client, course: Course) -> None:
    lesson = Lesson.objects.get(course=course)
    file = SimpleUploadedFile("box.svg", SVG)
    page = save(instructor, lesson, "_draft", body_markdown="One\r\nTwo", picture=file)
    assert "Say what the picture shows" in page
    file.seek(0)
    placed = {"picture": file, "picture_words": "A box", "picture_at": "1"}
    save(instructor, lesson, "_draft", body_markdown="One\r\nTwo", **placed)
    picture = Picture.objects.get(course=course)
    assert bank.draft_of(lesson)["body_markdown"] == f"One\n\n![A box](media/{picture.address})\n\nTwo"
    save(instructor, lesson, "_publish")
    assert f"/media/{picture.address}" in Client().get(f"/lessons/{lesson.slug}/").content.decode()
    bad = SimpleUploadedFile("box.png", b"nothing")
    assert "errorlist" in save(instructor, lesson, "_draft", picture=bad, picture_words="x")


def test_only_who_writes_the_course_previews_lessons(student: object, client: Client) -> None:
    assert client.post(f"{LIST}preview/", {}).status_code == 302

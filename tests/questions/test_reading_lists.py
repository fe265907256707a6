"""Reading lists lead to pages of the web, and nowhere else."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from questions.models import Course, Lesson
from tests.conftest import Api

NO_PAGES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "//x",
    "https:///x",
    "",
    7,
]


@pytest.mark.any_database
@pytest.mark.parametrize("url", NO_PAGES)
def test_what_is_no_page_is_refused_and_never_a_link(api: Api, course: Course, url: object) -> None:
    lesson = Lesson.objects.get(slug="decay")
    lesson.reading = [{"title": "A trap", "url": url}, {"title": "A page", "url": "https://example.org/a"}]
    with pytest.raises(ValidationError, match="http"):
        lesson.full_clean()
    lesson.save()

    page = Client().get("/lessons/decay/").content.decode()
    listed = api.get("lessons/decay/").json()["reading"]

    assert "A trap" in page
    assert 'href="https://example.org/a"' in page
    assert "alert(1)" not in page
    assert [entry["url"] for entry in listed] == ["", "https://example.org/a"]


@pytest.mark.parametrize("reading", [{"title": "x"}, ["x"], [{"url": "https://example.org"}], "x"])
def test_a_list_of_another_shape_is_refused(course: Course, reading: object) -> None:
    lesson = Lesson.objects.get(slug="decay")
    lesson.reading = reading
    with pytest.raises(ValidationError, match="http"):
        lesson.full_clean()

"""Two courses whose lessons, concepts, exams and questions have the same slugs, side by side."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import bank, roles
from questions.models import Concept, Course, Lesson
from questions.roles import Role
from quizzes import schedule
from quizzes.courses import joining
from quizzes.exams import load_exams
from quizzes.models import Card, Exam
from tests import courses
from tests.conftest import Api

Key = Callable[[str], Any]


def _load_both() -> None:
    courses.load()
    with TemporaryDirectory() as place:
        folder = shutil.copytree(courses.TINY, Path(place) / "twin")
        head = folder / "course.yaml"
        head.write_text(head.read_text().replace("slug: tiny", "slug: twin").replace("A tiny", "A twin"))
        load_exams(bank.load_course(folder, seeds=1).course, folder)


@pytest.fixture
def course(db: None) -> Course:
    """The tiny course, beside its twin."""
    courses.once(_load_both)
    return Course.objects.get(slug="tiny")


@pytest.fixture
def twin(course: Course) -> Course:
    """A course like the tiny one in all but its own name."""
    return Course.objects.get(slug="twin")


@pytest.fixture
def both(student: User, twin: Course) -> User:
    """A student of both courses, who joined the second by themselves and went back to the first."""
    joining.join(student, twin, timezone.now())
    student.current_course = None
    student.save()
    return student


def web_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


NAMED = ("lessons/decay/", "lessons/decay/formulas/", "lessons/decay/quick-check/", "lessons/decay/work/")
STUDENTS = ("exams/tiny-exam/", "work/decay-factor/", "notebook/decay-factor/answers/")
CALLS = ("lessons/decay/", "lessons/decay/quick-check/", "exams/tiny-exam/")


def course_shown(context: Any) -> str:
    """The slug of the course that a page is of."""
    if "status" in context:
        return str(context["status"].exam.course.slug)
    if "lesson" in context:
        return str(context["lesson"].course.slug)
    return str(context["course"] if isinstance(context.get("course"), str) else context["concept"].course.slug)


@pytest.mark.any_database
@pytest.mark.database
def test_each_page_and_call_is_of_the_course_that_is_named_or_looked_at(both: User, stranger: User) -> None:
    web, api, visitor, other = web_of(both), Api(both), Client(), web_of(stranger)
    for page in (*NAMED, "concepts/l2/", *STUDENTS):
        for slug in ("tiny", "twin"):
            shown = web.get(f"/courses/{slug}/{page}")
            assert (shown.status_code, course_shown(shown.context)) == (200, slug), page
            assert (
                f"/courses/{'twin' if slug == 'tiny' else 'tiny'}/{page.split('/')[0]}/" not in shown.content.decode()
            )
        assert course_shown(web.get(f"/{page}").context) == "tiny"
        assert course_shown(other.get(f"/{page}").context) == "tiny"
        read_by_all = page not in STUDENTS
        assert other.get(f"/courses/twin/{page}").status_code == (200 if read_by_all else 404)
        if read_by_all and "work" not in page:
            assert visitor.get(f"/courses/twin/{page}").status_code == 200
            assert visitor.get(f"/{page}").status_code == 404  # which of the two is meant, nobody knows

    answer = web.post("/courses/twin/choose/", {"page": "lessons"})
    assert answer["Location"] == "/lessons/"
    for page in (*NAMED, "concepts/l2/", *STUDENTS):
        assert course_shown(web.get(f"/{page}").context) == "twin"
    assert other.post("/courses/twin/choose/", {"page": "lessons"}).status_code == 404

    for call in CALLS:
        for query, slug in (("", "twin"), ("?course=tiny", "tiny"), ("?course=twin", "twin")):
            body = api.get(f"{call}{query}").json()
            assert {one["course"] for one in body.get("results", [body])} == {slug}, call
    assert Api(stranger).get("exams/tiny-exam/?course=twin").status_code == 404
    assert Api(stranger).get("lessons/decay/quick-check/?course=twin").status_code == 404


@pytest.mark.any_database
def test_lists_follow_the_course_that_is_looked_at_and_today_holds_all(both: User) -> None:
    web, api = web_of(both), Api(both)
    for call in ("lessons/", "concepts/", "exams/"):
        assert {one["course"] for one in api.get(call).json()["results"]} == {"tiny", "twin"}
        assert {one["course"] for one in api.get(f"{call}?course=twin").json()["results"]} == {"twin"}
    assert {one["course"] for one in api.get("progress/").json()["concepts"]} == {"tiny", "twin"}
    for slug in ("twin", "tiny"):
        assert api.patch("me/", {"current_course": slug}).json()["current_course"] == slug
        for page in ("lessons", "concepts", "exams", "progress"):
            html = web.get(f"/{page}/").content.decode()
            other = "twin" if slug == "tiny" else "tiny"
            assert f"/courses/{slug}/" in html
            assert f'href="/courses/{other}/' not in html, page
        html = web.get("/today/").content.decode()
        assert ">A twin course</button>" in html
        assert f'<span class="chosen" dir="auto">A {slug} course</span>' in html
    refused = api.patch("me/", {"current_course": "none"})
    assert refused.status_code == 400
    assert "no course that you study or run" in refused.json()["errors"]["current_course"][0]
    joining.leave(both, Course.objects.get(slug="twin"), timezone.now())
    assert "data-menu" not in web.get("/today/").content.decode()


def test_a_path_without_a_course_leads_to_the_only_one_that_is_meant(both: User, twin: Course) -> None:
    Lesson.objects.filter(course=twin).update(slug="other")
    Concept.objects.filter(course=twin, slug="l2").update(slug="other")
    Exam.objects.filter(course=twin, slug="tiny-exam").update(slug="other")
    web = web_of(both)
    for page in ("lessons", "concepts", "exams"):
        answer = web.get(f"/{page}/other/")
        assert (answer.status_code, answer["Location"]) == (302, f"/courses/twin/{page}/other/")
    assert Client().get("/lessons/other/").status_code == 200


@pytest.mark.any_database
def test_what_is_learnt_and_kept_in_one_course_is_not_in_the_other(both: User, key: Key) -> None:
    api, web = Api(both), web_of(both)
    shown = next(one for one in api.queue()["results"] if one["course"] == "twin" and "l2" in one["concepts"])
    before = {one["course"]: one["expected_score"] for one in api.get("exams/").json()["results"]}
    api.answer(shown["id"], key(shown["id"]))
    known = {(one["course"], one["slug"]): one["mastery"] for one in api.get("progress/").json()["concepts"]}
    assert known["twin", "l2"] > 0
    assert known["tiny", "l2"] == 0
    after = {one["course"]: one["expected_score"] for one in api.get("exams/").json()["results"]}
    assert after["tiny"] == before["tiny"]
    assert after["twin"] > before["twin"]

    item = shown["item"]
    assert api.client.put(f"/api/v1/bookmarks/{item}/?course=twin").status_code == 204
    assert [(one["item"], one["course"]) for one in api.get("bookmarks/").json()["results"]] == [(item, "twin")]
    assert f"/courses/twin/notebook/{item}/" in web.get("/notebook/").content.decode()
    assert len(api.get(f"items/{item}/answers/?course=twin").json()["results"]) == 1
    assert api.get(f"items/{item}/answers/?course=tiny").json()["results"] == []

    sitting = api.post("exams/tiny-exam/sittings/?course=twin", {}).json()
    assert (sitting["course"], {slot["presentation"]["course"] for slot in sitting["slots"]}) == ("twin", {"twin"})
    assert api.post("exams/tiny-exam/sittings/", {}).json()["course"] == "tiny"
    api.post(f"sittings/{sitting['id']}/submit/", {})
    assert 'href="/courses/twin/concepts/' in web.get(f"/sittings/{sitting['id']}/").content.decode()


@pytest.mark.usefixtures("noon")
def test_one_day_holds_both_courses_within_its_minutes(both: User, stranger: User, twin: Course, key: Key) -> None:
    def planned(student: User) -> tuple[set[str], int]:
        plan = schedule.plan_day(student)
        cards = Card.objects.filter(pk__in=[task["card"] for task in plan.tasks]).select_related("item__course")
        return {card.item.course.slug for card in cards}, max(task["seconds"] for task in plan.tasks)

    def scores(student: User) -> dict[int, list[float]]:
        expected = {each.exam.pk: each.now for each in schedule.forecast_scores(student)}
        return {pk: [round(each.score, 9), round(each.low, 9)] for pk, each in expected.items() if each}

    both.daily_minutes = 4
    both.save()
    of, last = planned(both)
    assert of == {"tiny", "twin"}
    planned_seconds = schedule.load_queue(both, limit=0).planned_seconds
    assert 4 * 60 <= planned_seconds < 4 * 60 + last
    alone, together = scores(stranger), scores(both)
    assert len(together) == 2 * len(alone)
    assert {pk: together[pk] for pk in alone} == alone

    joining.leave(both, twin, timezone.now())
    assert planned(both)[0] == {"tiny"}
    assert scores(both) == alone


def test_a_course_without_an_exam_is_studied_beside_one_with_an_exam(both: User, twin: Course) -> None:
    Exam.objects.filter(course=twin).delete()
    shown = schedule.load_queue(both, limit=50, now=timezone.now()).presentations
    assert {each.version.item.course.slug for each in shown} == {"tiny", "twin"}


def test_a_founded_course_is_a_draft_until_it_is_opened(course: Course) -> None:
    web = web_of(User.objects.create_superuser("root"))
    assert "begins as a draft" in web.get("/admin/questions/course/add/").content.decode()
    added = web.post("/admin/questions/course/add/", {"title": "New", "slug": "new", "description": ""}, follow=True)
    assert 'href="/courses/new/people/access/"' in added.content.decode()
    assert Course.objects.get(slug="new").state == Course.State.DRAFT


def test_a_slug_is_taken_in_its_course_alone_and_nobody_is_told_of_others(course: Course, twin: Course) -> None:
    author = User.objects.create_user("author")
    roles.set_role(author, course, Role.AUTHOR)
    Lesson.objects.filter(course=twin).update(slug="theirs")
    web = web_of(author)
    lesson = {"title": "A lesson", "week": 1, "session": 2, "minutes": 5, "body_markdown": "## A\n\nText."}
    rows = {"reading": "", "builds_on": [], "picture_words": ""}
    preview = web.post("/admin/questions/lesson/preview/", {**lesson, **rows, "slug": "theirs", "course": twin.pk})
    assert "theirs" not in preview.content.decode()
    assert "already" not in preview.content.decode()
    for slug, refused in (("decay", True), ("theirs", False)):
        answer = web.post("/admin/questions/lesson/add/", {**lesson, **rows, "slug": slug, "course": course.pk})
        assert ("has the lesson “decay” already" in answer.content.decode()) == refused
    assert Lesson.objects.filter(slug="theirs").count() == 2
    concept = Concept.objects.get(course=course, slug="factor")
    form = {"slug": "l2", "name": "Factor", "definition": "x", "lesson": concept.lesson_id, "position": 0}
    answer = web.post(f"/admin/questions/concept/{concept.pk}/change/", {**form, "encompasses": ""})
    assert "has the concept “l2” already" in answer.content.decode()

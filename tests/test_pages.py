"""The pages around the review loop, and what every response carries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import kinds
from questions.models import Course, Lesson
from questions.text import markup
from quizzes import lessons, presentations, progress, schedule
from quizzes.calendar import study_day
from quizzes.models import Enrolment, Presentation, ReviewEvent
from tests.conftest import Api

pytestmark = pytest.mark.any_database
Key = Callable[[str], Any]
PAGES = ("/", "/lessons/", "/lessons/decay/", "/concepts/", "/search/?q=l2", "/accounts/login/", "/accounts/signup/")
STUDENT_PAGES = ("/today/", "/review/", "/review/summary/", "/settings/", "/progress/", "/concepts/l2/")


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def test_a_student_is_sent_from_the_landing_page_to_today(web: Client) -> None:
    assert web.get("/")["Location"] == "/today/"


def test_a_visitor_answers_a_real_question_on_the_landing_page(course: Course) -> None:
    visitor = Client()
    page = visitor.get("/").content.decode()
    token = re.findall(r'name="sample" value="([^"]+)"', page)
    assert len(token) == 1
    question = lessons.read_token(None, token[0])
    assert question is not None
    key = kinds.get("numeric").reveal(
        presentations.body_of(question.presentation.version), question.presentation.answer
    )

    right = visitor.post("/", {"sample": token[0], **cast(dict[str, str], key.key)}).content.decode()
    assert "Correct" in right
    assert "Another one" in right
    wrong = visitor.post("/", {"sample": token[0], "value": "123456"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in wrong
    assert "Incorrect" in wrong
    refused = visitor.post("/", {"sample": token[0], "value": "a lot"}).content.decode()
    assert 'aria-invalid="true"' in refused
    assert visitor.post("/", {"sample": "forged"}).status_code == 404
    assert not Presentation.objects.exists()
    other = visitor.get("/", headers={"HX-Request": "true"}).content.decode()
    assert other.count('name="sample"') == 1
    assert "<html" not in other


def test_the_landing_page_needs_no_course(db: None) -> None:
    page = Client().get("/").content.decode()
    assert 'name="sample"' not in page
    assert "Make every minute count" in page


@pytest.mark.parametrize("address", STUDENT_PAGES[:-1])
def test_a_visitor_is_asked_to_log_in_and_comes_back(db: None, address: str) -> None:
    assert Client().get(address)["Location"] == f"/accounts/login/?next={address}"


def test_pages_need_no_other_host(web: Client, course: Course) -> None:
    visitor = Client()
    pages = [(visitor, address) for address in PAGES] + [(web, address) for address in STUDENT_PAGES]
    for client, address in pages:
        answer = client.get(address)
        assert answer.status_code == 200, address
        loaded = re.findall(r'<(?:script|link|img)\b[^>]*\b(?:src|href)="([^"]+)"', answer.content.decode())
        assert loaded, address
        assert [link for link in loaded if not link.startswith("/")] == [], address
        assert "script-src 'self';" in answer["Content-Security-Policy"]
        assert "style-src-elem 'self';" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"


def test_the_documentation_of_the_api_starts_by_a_script_of_its_own(db: None) -> None:
    answer = Client().get("/api/v1/docs/")
    page = answer.content.decode()
    scripts = re.findall(r'<script src="([^"]+)"></script>', page)

    assert answer["Content-Security-Policy"] == Client().get("/")["Content-Security-Policy"]
    assert len(scripts) == page.count("<script")
    assert "<style" not in page
    assert "SwaggerUIBundle(" in Client().get(scripts[-1]).content.decode()


@pytest.mark.parametrize("busy", [False, True])
def test_the_page_of_a_failure_needs_no_style_element(busy: bool) -> None:
    assert "<style" not in render_to_string("500.html", {"busy": busy})


def test_a_lesson_shows_its_sections_math_code_and_reading(course: Course) -> None:
    page = Client().get("/lessons/decay/").content.decode()

    assert '<annotation encoding="application/x-tex">\\eta\\lambda</annotation>' in page
    assert '<aside class="callout callout-exam">' in page
    assert 'href="#the-penalty"' in page
    assert "https://cs231n.github.io/neural-networks-2/" in page


def test_a_lesson_of_an_author_runs_nothing_in_the_browser(course: Course) -> None:
    Lesson.objects.update(
        body_markdown="## Hi\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    )

    page = Client().get("/lessons/decay/").content.decode()

    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_an_unknown_page_says_so(web: Client) -> None:
    answer = web.get("/lessons/nothing/")
    assert answer.status_code == 404
    assert "examprep" in answer.content.decode()


def test_joining_a_course_twice_is_joining_once(course: Course) -> None:
    client = Client()
    user = User.objects.create_user("new", password="x")
    client.force_login(user)

    assert client.get("/today/")["Location"] == "/courses/"
    assert "What are you preparing for?" in client.get("/courses/").content.decode()
    for _ in range(2):
        assert client.post(f"/courses/{course.slug}/join/")["Location"] == f"/courses/{course.slug}/start/"
    assert Enrolment.objects.filter(student=user).count() == 1
    assert client.post("/courses/nothing/join/").status_code == 404
    assert client.get(f"/courses/{course.slug}/join/").status_code == 405


def test_an_answer_sent_twice_counts_once(web: Client, api: Api, key: Key) -> None:
    one = next(one for one in api.queue()["results"] if one["kind"] == "single_choice")
    form = {"presentation": one["id"], "event": "5c0c2b8a-0000-4000-8000-000000000001", **key(one["id"])}

    first = web.post("/review/", form)
    assert first["Location"] == "/review/5c0c2b8a-0000-4000-8000-000000000001/"
    assert web.post("/review/", form)["Location"] == first["Location"]
    assert (
        web.post("/review/", {**form, "event": "5c0c2b8a-0000-4000-8000-000000000002"})["Location"] == first["Location"]
    )

    assert ReviewEvent.objects.filter(type="review").count() == 1


def test_the_answer_stays_to_be_read(web: Client, api: Api, key: Key) -> None:
    one = api.queue()["results"][0]
    result = api.answer(one["id"], key(one["id"]))

    page = web.get(f"/review/{result['id']}/").content.decode()
    assert "KEY-EXPLANATION" in page
    web.post("/review/undo/", {"event": result["id"]})
    assert web.get(f"/review/{result['id']}/").status_code == 404


def test_an_undo_asks_the_question_again_though_a_pack_has_put_it_ahead(web: Client, api: Api, key: Key) -> None:
    one = next(one for one in api.queue()["results"] if one["kind"] == "numeric")
    result = api.answer(one["id"], key(one["id"]))
    api.get("packs/?days=28")
    card = Presentation.objects.get(pk=one["id"]).card
    assert Presentation.objects.filter(card=card, closed_at=None).exists()

    page = web.post("/review/undo/", {"event": result["id"]}, follow=True).content.decode()

    assert f'value="{one["id"]}"' in page


def test_who_stops_before_the_first_answer_is_not_told_that_nothing_is_due(web: Client) -> None:
    page = web.get("/review/summary/").content.decode()
    assert "Nothing answered yet" in page
    assert "Nothing is due" not in page


def test_the_summary_names_what_was_missed(web: Client, api: Api) -> None:
    one = next(one for one in api.queue()["results"] if one["kind"] == "numeric")
    api.answer(one["id"], {"value": "17"})

    page = web.get("/review/summary/").content.decode()
    assert "So far today" in page
    assert "Missed today" in page
    assert "Concepts you worked on" not in page


def test_the_summary_shows_what_was_lifted_as_it_is_known_now(web: Client, api: Api, student: User, key: Key) -> None:
    one = next(one for one in api.queue()["results"] if one["kind"] == "numeric")
    api.answer(one["id"], key(one["id"]))

    page = web.get("/review/summary/").content.decode()
    (lifted,) = progress.find_worked_concepts(student, study_day(student, timezone.now()))
    assert lifted.concept.slug == one["concepts"][0]
    assert lifted.begun
    assert f'<a href="/courses/tiny/concepts/{lifted.concept.slug}/">{lifted.concept.name}</a>' in page
    assert "1 memory lifted" in page


def test_a_bad_setting_is_named_and_changes_nothing(web: Client, student: User) -> None:
    sent = {"time_zone": "Mars/Base", "daily_minutes": "0", "day_rollover_hour": "24", "desired_retention": "1"}

    answer = web.post("/settings/", sent)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“Mars/Base” is not a time zone" in page
    assert page.count('aria-invalid="true"') == 4
    student.refresh_from_db()
    assert student.daily_minutes == 20


def test_hours_are_chosen_as_times_of_day(web: Client, student: User) -> None:
    page = web.get("/settings/").content.decode()
    assert '<option value="4" selected>04:00</option>' in page
    assert '<option value="18" selected>18:00</option>' in page
    sent = {"time_zone": "UTC", "daily_minutes": 20, "day_rollover_hour": 0, "desired_retention": 0.9}
    web.post("/settings/", {**sent, "reminder_hour": 7})
    student.refresh_from_db()
    assert (student.day_rollover_hour, student.reminder_hour) == (0, 7)


def test_the_list_of_lessons_says_how_far_one_has_read(web: Client, course: Course, student: User) -> None:
    lesson = Lesson.objects.get(slug="decay")
    titled = [section.id for section in markup.sections(lesson.body_markdown) if section.title]
    assert markup.count_sections(lesson.body_markdown) == len(titled) > 1
    assert "sections read" not in web.get("/lessons/").content.decode()
    web.post("/lessons/decay/read/", {"section": titled[0]})
    assert f"1 of {len(titled)} sections read" in web.get("/lessons/").content.decode()
    assert "sections read" not in Client().get("/lessons/").content.decode()
    for section in titled:
        web.post("/lessons/decay/read/", {"section": section})
    assert "</svg>\n read</span>" in web.get("/lessons/").content.decode()


def test_a_new_time_zone_alone_moves_no_exam(web: Client, student: User) -> None:
    enrolment = student.enrolments.get()
    enrolment.exam_at = nine = datetime(2030, 1, 15, 9, tzinfo=UTC)
    enrolment.save()
    sent = {"time_zone": "Asia/Tokyo", "daily_minutes": 20, "day_rollover_hour": 4, "desired_retention": 0.9}

    web.post("/settings/", {**sent, f"exam-{enrolment.pk}-exam_at": "2030-01-15T09:00"})

    enrolment.refresh_from_db()
    assert enrolment.exam_at == nine


@pytest.mark.parametrize(
    ("time", "hour"), [({}, 9), ({"_time": ""}, 9), ({"_time": "14:00"}, 14)], ids=["none", "empty", "time"]
)
def test_a_date_alone_is_enough_for_an_exam(web: Client, student: User, time: dict[str, str], hour: int) -> None:
    enrolment = student.enrolments.get()
    field = f"exam-{enrolment.pk}-exam_at"
    sent = {"time_zone": "UTC", "daily_minutes": 20, "day_rollover_hour": 4, "desired_retention": 0.9}
    sent |= {field: "2030-01-15"} | {field + name: value for name, value in time.items()}

    assert web.post("/settings/", sent).status_code == 302

    enrolment.refresh_from_db()
    assert enrolment.exam_at == datetime(2030, 1, 15, hour, tzinfo=UTC)
    page = web.get("/settings/").content.decode()
    assert f'type="date" name="{field}" value="2030-01-15"' in page
    assert f'value="{hour:02}:00"' in page


def test_an_exam_date_that_is_past_is_refused_at_the_field_of_its_exam(web: Client, student: User) -> None:
    enrolment = student.enrolments.get()
    title = schedule.list_exams([enrolment])[enrolment.pk][0].exam.title
    field = f"exam-{enrolment.pk}-exam_at"
    sent = {"time_zone": "UTC", "daily_minutes": 20, "day_rollover_hour": 4, "desired_retention": 0.9}

    answer = web.post("/settings/", {**sent, field: "2020-01-15T09:00"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This date is in the past." in page
    assert f'<label for="id_{field}">{title}' in page
    enrolment.refresh_from_db()
    assert enrolment.exam_at is None


def test_an_exam_date_that_has_passed_meanwhile_keeps_no_other_setting_from_being_saved(
    web: Client, student: User
) -> None:
    enrolment = student.enrolments.get()
    enrolment.exam_at = passed = datetime(2020, 1, 15, 9, tzinfo=UTC)
    enrolment.save()
    sent = {"time_zone": "Asia/Tokyo", "daily_minutes": 25, "day_rollover_hour": 4, "desired_retention": 0.9}

    answer = web.post("/settings/", {**sent, f"exam-{enrolment.pk}-exam_at": "2020-01-15T09:00"})

    assert answer.status_code == 302
    enrolment.refresh_from_db()
    student.refresh_from_db()
    assert (enrolment.exam_at, student.daily_minutes) == (passed, 25)


def test_ready_names_the_part_that_is_down(db: None, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    assert "broker" in answer.json()["failing"]
    assert Client().get("/health/live").json()["status"] == "ok"

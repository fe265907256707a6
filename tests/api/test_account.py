"""me/, courses/, lessons/, concepts/, the schema, and logging in."""

import json
from typing import Any

import pytest
from django.test import Client

from examprep.models import User
from tests.conftest import Api

pytestmark = pytest.mark.database


def test_a_mobile_client_logs_in_and_reads_its_queue(student: User) -> None:
    client = Client()
    login = {"username": "ada", "password": "lovelace-1815"}

    answer = client.post("/_allauth/app/v1/auth/login", json.dumps(login), content_type="application/json")

    token = answer.json()["meta"]["session_token"]
    fresh = Client()
    assert fresh.get("/api/v1/queue/").status_code == 401
    assert fresh.get("/api/v1/queue/", headers={"X-Session-Token": token}).status_code == 200


@pytest.mark.any_database
def test_a_wrong_password_is_refused(student: User) -> None:
    login = {"username": "ada", "password": "babbage"}

    answer = Client().post("/_allauth/app/v1/auth/login", json.dumps(login), content_type="application/json")

    assert answer.status_code == 400


@pytest.mark.any_database
def test_me_shows_and_changes_the_study_settings(api: Api) -> None:
    assert api.get("me/").json() == {
        "username": "ada",
        "time_zone": "UTC",
        "day_rollover_hour": 4,
        "kept_day": None,
        "daily_minutes": 20,
        "desired_retention": 0.9,
        "reminders": False,
        "reminder_hour": 18,
        "theme": "system",
        "text_size": "normal",
        "current_course": "tiny",
    }

    answer = api.patch("me/", {"time_zone": "Europe/Berlin", "daily_minutes": 35})

    assert answer.status_code == 200
    assert api.get("me/").json()["time_zone"] == "Europe/Berlin"


@pytest.mark.any_database
def test_the_choice_of_a_course_is_taken_back_by_null(api: Api) -> None:
    answer = api.patch("me/", {"current_course": None})

    assert answer.status_code == 200
    assert answer.json()["current_course"] == "tiny"  # the oldest that is studied


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../etc"),
        ("time_zone", "localtime"),
        ("time_zone", "Factory"),
        ("time_zone", "\ud800"),
        ("day_rollover_hour", 24),
        ("daily_minutes", 0),
        ("daily_minutes", "many"),
        ("desired_retention", 1.5),
        ("colour", "blue"),
    ],
)
def test_a_bad_setting_is_named_and_changes_nothing(api: Api, field: str, value: Any) -> None:
    before = api.get("me/").json()

    answer = api.patch("me/", {field: value, "reminders": True})

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert api.get("me/").json() == before


@pytest.mark.any_database
def test_lessons_come_rendered(api: Api) -> None:
    (lesson,) = api.get("lessons/").json()["results"]

    assert lesson["slug"] == "decay"
    assert '<span class="math">' in lesson["body_html"]
    assert api.get("lessons/decay/").json() == lesson
    assert api.get("lessons/nowhere/").status_code == 404


@pytest.mark.any_database
def test_concepts_are_a_graph_with_the_students_mastery(api: Api, key: Any) -> None:
    for one in api.queue()["results"]:
        if "factor" in one["concepts"]:
            api.answer(one["id"], key(one["id"]))

    concepts = {one["slug"]: one for one in api.get("concepts/").json()["results"]}

    assert concepts["factor"]["prerequisites"] == ["l2"]
    assert concepts["factor"]["encompasses"] == [{"concept": "l2", "weight": 0.5}]
    assert concepts["factor"]["mastery"] == pytest.approx(1.0)
    assert concepts["l2"]["mastery"] == 0


def test_lists_are_paged_by_cursor(api: Api) -> None:
    first = api.get("concepts/?limit=1").json()
    second = api.client.get(first["next"]).json()

    assert [one["slug"] for one in first["results"] + second["results"]] == ["l2", "factor"]
    assert second["next"] is None


@pytest.mark.any_database
def test_the_schema_names_every_call_and_the_docs_need_no_other_host(api: Api) -> None:
    schema = api.client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()

    assert {"/api/v1/queue/", "/api/v1/reviews/batch/", "/api/v1/me/", "/api/v1/concepts/"} <= schema["paths"].keys()
    page = api.client.get("/api/v1/docs/").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


@pytest.mark.any_database
def test_an_unknown_path_is_a_problem(api: Api) -> None:
    answer = api.get("nothing/here/")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_too_many_requests_are_told_when_to_come_back(api: Api, settings: Any) -> None:
    settings.CALLS_OF_PERSON = 2

    answers = [api.get("me/") for _ in range(3)]

    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1]["Content-Type"] == "application/problem+json"

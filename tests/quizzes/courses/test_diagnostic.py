"""The diagnostic of a course: what it asks next, how it goes on and ends, and the first steps around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Concept, Course
from quizzes import reviews, schedule
from quizzes.calendar import study_day
from quizzes.courses import diagnostic
from quizzes.courses.diagnostic import ConceptStanding
from quizzes.memory.diagnostic import MOST, stand
from quizzes.models import Card, Diagnostic, Enrolment, Exam
from tests.conftest import WRONG, Api

CALL = "courses/tiny/diagnostic/"


def take(api: Api, response: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Take the diagnostic to its end; each reading of it says the same as what led there."""
    reading: dict[str, Any] = api.post(CALL, {}).json()
    while reading["state"] == "open":
        with patch.object(diagnostic, "_decide", side_effect=AssertionError("It is chosen once an answer.")):
            assert api.get(CALL).json() == reading
        shown = reading["question"]
        assert not {"key", "answer", "explanation"} & {*shown, *shown["prompt"]}
        answered = reading["answered"]
        api.answer(shown["id"], response(shown))
        reading = api.post(CALL, {}).json()
        assert reading["state"] == "done" or reading["answered"] == answered + 1
    return reading


@pytest.mark.any_database
def test_the_diagnostic_asks_what_tells_most_and_ends_with_a_map_and_a_plan(
    api: Api, student: User, stranger: User, key: Callable[[str], Any]
) -> None:
    assert api.get(CALL).json()["state"] == "not_begun"
    knows = take(api, lambda shown: key(shown["id"]))
    doubts = take(Api(stranger), lambda shown: WRONG[shown["kind"]](shown["prompt"], key(shown["id"])))
    assert {each["standing"] for each in knows["map"]} == {"known"}
    assert {each["standing"] for each in doubts["map"]} == {"not_known"}
    assert [each["concept"] for each in knows["map"]] == ["l2", "factor"]
    assert knows["plan"][0] == "You seem to know 2 of 2 concepts already."
    assert doubts["plan"][1].startswith("You will start with what is new to you")
    assert api.get(CALL).json() == knows == api.post(CALL, {}).json() == api.client.delete(f"/api/v1/{CALL}").json()

    # Its answers are reviews like any: rebuilding changes nothing, and it ended before all was asked.
    before = list(Card.objects.order_by("pk").values())
    answered = sum(card["first_rating"] is not None for card in before)
    assert 2 <= answered < 2 * len({card["item_id"] for card in before})
    call_command("rebuild_memory", verbosity=0)
    assert list(Card.objects.order_by("pk").values()) == before
    assert Api(User.objects.create_user("nobody")).get(CALL).status_code == 404


def test_it_is_skipped_taken_up_again_and_stopped_half_way(api: Api, student: User, key: Callable[[str], Any]) -> None:
    assert api.client.delete(f"/api/v1/{CALL}").json()["state"] == "skipped" == api.get(CALL).json()["state"]
    first = api.post(CALL, {}).json()
    assert (first["state"], first["answered"], first["most"]) == ("open", 0, MOST)
    # On another device it goes on with the same question, drawn once.
    assert Api(student).post(CALL, {}).json()["question"]["id"] == first["question"]["id"]
    shown = first["question"]
    api.answer(shown["id"], {"dont_know": True})
    stopped = api.client.delete(f"/api/v1/{CALL}").json()
    assert stopped["state"] == "done"
    standing = {each["concept"]: each["chance"] for each in stopped["map"]}
    assert standing[shown["concepts"][0]] < 0.5
    assert set(standing) == {"l2", "factor"}
    with CaptureQueriesContext(connection) as queries:
        api.get(CALL)
    assert len(queries) <= 12


@pytest.mark.any_database
def test_a_plan_is_told_in_words(course: Course) -> None:
    names = ["Loss", "Gradient", "Step", "Momentum", "Decay", "Dropout"]

    def told(*chances: float) -> list[str]:
        return diagnostic.tell_plan(
            [
                ConceptStanding(Concept(name=name), chance, stand(chance))
                for name, chance in zip(names, chances, strict=False)
            ]
        )

    assert told(0.9, 0.5, 0.1, 0.1, 0.1, 0.1) == [
        "You seem to know 1 of 6 concepts already.",
        "You will start with what is new to you: Step, Momentum, Decay and Dropout.",
        "A question or two will show where you stand with Gradient.",
        "What you know already comes up now and then, so that it stays: Loss.",
    ]
    assert told(*[0.9] * 6)[1].endswith("Loss, Gradient, Step, and 3 more.")
    assert told() == []


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


@pytest.mark.any_database
def test_the_first_steps_set_what_the_plan_needs_and_each_can_be_skipped(web: Client, student: User) -> None:
    steps = "/courses/tiny/start/"
    at = (timezone.now() + timedelta(days=30)).replace(second=0, microsecond=0)
    Exam.objects.filter(kind=Exam.Kind.VIVA).delete()
    assert "When is your exam?" in web.get(steps).content.decode()
    past = web.post(f"{steps}?step=exam", {"exam_at": "2020-01-01T09:00"})
    assert (past.status_code, "is in the past" in past.content.decode()) == (422, True)
    assert web.post(f"{steps}?step=exam", {"exam_at": "soon"}).status_code == 422
    assert web.post(f"{steps}?step=exam", {"exam_at": ""})["Location"] == f"{steps}?step=time"
    assert Enrolment.objects.get(student=student).exam_at is None
    student.time_zone = "UTC"
    student.save()
    web.post(f"{steps}?step=exam", {"exam_at": f"{at:%Y-%m-%dT%H:%M}"})
    assert Enrolment.objects.get(student=student).exam_at == at
    assert list(schedule.list_own_dates(Enrolment.objects.get(student=student))) == ["tiny-exam"]
    assert web.post(f"{steps}?step=time", {"minutes": "0"}).status_code == 422
    chosen = web.post(f"{steps}?step=time", {"minutes": "45", "reminders": "on"})
    assert chosen["Location"] == f"{steps}?step=level"
    student.refresh_from_db()
    assert (student.daily_minutes, student.reminders) == (45, True)
    assert "Find out" in web.get(chosen["Location"]).content.decode()
    assert web.get("/courses/nothing/start/").status_code == 404


def test_the_first_step_asks_the_date_of_each_exam_and_plans_go_by_all(
    web: Client, api: Api, student: User, course: Course
) -> None:
    now = timezone.now().replace(second=0, microsecond=0)
    viva = course.exams.get(kind=Exam.Kind.VIVA)
    Exam.objects.create(
        course=course, slug="old", title="Long ago", kind="viva", minutes=15, starts_at=now - timedelta(days=9)
    )
    student.time_zone = "UTC"
    student.save()
    own, steps, dates = (
        f"exam_at-{viva.slug}",
        "/courses/tiny/start/?step=exam",
        [now + timedelta(days=days) for days in (30, 20)],
    )

    def prepared_for() -> dict[str, datetime]:
        return {exam.title: exam.at for exam in schedule.list_exams_ahead(student, now)}

    page = web.get(steps).content.decode()
    assert "When are your exams?" in page
    assert page.count('type="datetime-local"') == 2, "none for what is over"

    main, other = (f"{at:%Y-%m-%dT%H:%M}" for at in dates)
    refused = web.post(steps, {"exam_at": main, own: "2020-01-01T09:00"})
    assert refused.status_code == 422
    assert f'id="{own}-error"' in refused.content.decode()
    assert f'value="{main}"' in refused.content.decode()
    assert set(schedule.list_own_dates(student.enrolments.get()).values()) == {None}, "nothing of it was kept"
    web.post(steps, {"exam_at": main, own: other})
    assert prepared_for() == {"Tiny exam": dates[0], viva.title: dates[1]}
    assert f'name="{own}" value="{other}"' in web.get(steps).content.decode()
    assert f"exam-{student.enrolments.get().pk}-{viva.slug}-exam_at" in web.get("/settings/").content.decode()

    sent = api.patch("courses/tiny/enrolment/", {"exam_dates": {viva.slug: None}})
    assert (sent.status_code, sent.json()["exam_dates"][viva.slug]) == (200, None)
    assert prepared_for() == {"Tiny exam": dates[0], viva.title: viva.starts_at}
    later = now + timedelta(days=25)
    api.patch("courses/tiny/enrolment/", {"exam_dates": {viva.slug: later.isoformat()}})
    (synced,) = (each for each in api.get("sync/").json()["changes"] if each["type"] == "course")
    assert datetime.fromisoformat(synced["exam_dates"][viva.slug]) == later
    assert prepared_for()[viva.title] == later


@pytest.mark.any_database
def test_the_diagnostic_is_taken_in_pages_without_scripts(
    web: Client, student: User, key: Callable[[str], Any]
) -> None:
    page = "/courses/tiny/diagnostic/"
    assert "Find out" in web.get(page).content.decode()
    assert web.post(page)["Location"] == page
    for _ in range(MOST):
        shown = web.get(page)
        if not (part := shown.context["part"]):
            break
        assert f"Question {shown.context['at']} of at most 12" in shown.content.decode()
        form = {"presentation": part["presentation"]["id"], "event": str(part["event"]), "shown": part["shown"]}
        if shown.context["at"] == 1:
            refused = web.post(page, form)
            assert (refused.status_code, 'role="alert"' in refused.content.decode()) == (422, True)
        assert web.post(page, {**form, "dont_know": "1"})["Location"] == page
    done = web.get(page).content.decode()
    assert "To learn" in done
    assert "You seem to know none of 2" in done
    assert Diagnostic.objects.get(student=student).ended_at
    assert web.post(f"{page}stop/")["Location"] == page
    assert reviews.last_undoable(student, study_day(student, timezone.now()).date) is not None

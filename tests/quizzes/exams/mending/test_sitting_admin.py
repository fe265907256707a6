"""The page of a sitting in the admin: who sees it, what it shows, and what can be done on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import roles
from quizzes import exams
from quizzes.models import Exam, Sitting, SittingAct
from tests.conftest import Api

Key = Callable[[str], Any]
LIST = "/admin/quizzes/sitting/"


@pytest.fixture
def sitting(student: User) -> Sitting:
    exam = Exam.objects.get(slug="tiny-exam")
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    return sitting


def page(sitting: Sitting) -> str:
    return f"{LIST}{sitting.pk}/change/"


def act(client: Client, sitting: Sitting, kind: str, **more: Any) -> str:
    form = {"kind": kind, "request": str(uuid.uuid4()), **more}
    answer = client.post(page(sitting), form, follow=True)
    assert answer.status_code == 200
    sitting.refresh_from_db()
    return answer.content.decode()


@pytest.mark.any_database
def test_who_sees_a_sitting_and_who_mends_it(sitting: Sitting, student: User, instructor: Client) -> None:
    reader = User.objects.create_user("reader", password="reads-it-1", is_staff=True)
    roles.set_role(reader, sitting.exam.course, roles.Role.OBSERVER)
    clerk = User.objects.create_user("clerk", password="files-it-1", is_staff=True)
    for user, seen, mended in ((student, 302, 302), (clerk, 404, 404), (reader, 200, 403)):
        client = Client()
        client.force_login(user)
        shown = client.get(page(sitting))
        assert shown.status_code == seen
        assert "Adjust it" not in shown.content.decode()
        order = {"kind": "extend", "request": str(uuid.uuid4()), "minutes": 5}
        assert client.post(page(sitting), order).status_code == mended
    assert not SittingAct.objects.exists()
    assert "Adjust it" in instructor.get(page(sitting)).content.decode()
    for nothing in (uuid.uuid4(), "elsewhere"):
        assert instructor.get(f"{LIST}{nothing}/change/").status_code == 404


@pytest.mark.any_database
def test_it_shows_questions_as_they_were_put_with_answers_grades_and_times(
    sitting: Sitting, student: User, key: Key, instructor: Client
) -> None:
    slot = sitting.slots.get(number=1)
    exams.save_answer(
        student, sitting.pk, 1, key(str(slot.presentation_id)), 0, sitting.opened_at + timedelta(seconds=75)
    )
    shown = instructor.get(page(sitting)).content.decode()
    assert "1\N{NO-BREAK SPACE}min 15\N{NO-BREAK SPACE}s" in shown
    assert "1 time, last at" in shown
    exams.close_sitting(student, sitting.pk, timezone.now())
    shown = instructor.get(page(sitting)).content.decode()
    assert "1 of 6" in shown
    assert shown.count("mending-slot") == sitting.slots.count()


@pytest.mark.any_database
def test_its_queries_do_not_grow_with_its_questions_and_acts(
    sitting: Sitting, student: User, instructor: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            instructor.get(page(sitting))
        return len(asked)

    instructor.get(page(sitting))
    before = queries()
    for minutes in (1, 2, 3):
        act(instructor, sitting, "extend", minutes=minutes)
    instructor.get(page(sitting))
    assert queries() == before


@pytest.mark.any_database
def test_an_instructor_gives_time_takes_it_back_and_opens_again(
    sitting: Sitting, student: User, instructor: Client
) -> None:
    end = sitting.deadline_at
    said = act(instructor, sitting, "extend", minutes=10, why="A <fire> alarm.")
    assert "A &lt;fire&gt; alarm." in said
    assert "ada sees it on Today" in said
    assert sitting.deadline_at == end + timedelta(minutes=10)
    act(instructor, sitting, "reverse", reverses=SittingAct.objects.get().pk)
    assert sitting.deadline_at == end

    act(instructor, sitting, "close")
    assert sitting.state == "submitted"
    until = (timezone.localtime() + timedelta(hours=2)).replace(second=0, microsecond=0)
    act(instructor, sitting, "reopen", until=until.strftime("%Y-%m-%dT%H:%M"))
    assert (sitting.state, sitting.deadline_at) == ("open", until)

    client = Client()
    client.force_login(student)
    today = client.get("/today/").content.decode()
    assert "is open again" in today
    assert f"/sittings/{sitting.pk}/" in today
    assert client.get(f"/sittings/{sitting.pk}/").status_code == 200


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"kind": "extend", "minutes": "0"}, "greater than or equal to 1"),
        ({"kind": "extend", "minutes": ""}, "minutes"),
        ({"kind": "reopen", "until": "tomorrow"}, "valid date"),
        ({"kind": "reopen", "until": "2030-01-01T10:00"}, "It is open."),
        ({"kind": "elsewhere"}, "valid choice"),
        ({"kind": "extend", "minutes": "5", "request": "x"}, "valid UUID"),
    ],
)
def test_what_cannot_be_done_is_said(sitting: Sitting, instructor: Client, form: dict[str, str], why: str) -> None:
    said = act(instructor, sitting, **form)
    assert "Nothing was done" in said
    assert why in said
    assert not SittingAct.objects.exists()


def test_sittings_are_found_by_student_exam_and_date(sitting: Sitting, instructor: Client) -> None:
    year = sitting.opened_at.year
    for query, there in (
        ("q=ada", True),
        ("q=eve", False),
        ("q=tiny-exam", True),
        (f"opened_at__year={year}", True),
        (f"opened_at__year={year - 1}", False),
        ("state__exact=open", True),
        ("counts=yes", True),
        ("counts=no", False),
    ):
        assert (page(sitting) in instructor.get(f"{LIST}?{query}").content.decode()) is there, query


@pytest.mark.any_database
def test_a_student_reads_in_the_result_what_was_said_and_done(
    sitting: Sitting, student: User, api: Api, instructor: Client
) -> None:
    exams.close_sitting(student, sitting.pk, timezone.now())
    act(instructor, sitting, "comment", why="Look at *dropout* again.")
    act(instructor, sitting, "void", why="The room was too loud.")
    client = Client()
    client.force_login(student)
    shown = client.get(f"/sittings/{sitting.pk}/").content.decode()
    assert "Look at *dropout* again." in shown
    assert "does not count" in shown
    assert "The room was too loud." in shown
    result = api.get(f"sittings/{sitting.pk}/result/").json()
    assert [comment["text"] for comment in result["comments"]] == ["Look at *dropout* again."]
    assert result["void"] is True


def test_all_acts_are_listed_with_who_when_and_why(sitting: Sitting, instructor: Client) -> None:
    act(instructor, sitting, "extend", minutes=3, why="A late start.")
    page = instructor.get("/admin/quizzes/sittingact/").content.decode()
    assert "A late start." in page
    assert "ina" in page

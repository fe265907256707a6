"""The network of an exam room failed: all sittings of that hour are mended at once."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course
from quizzes import exams, schedule
from quizzes.exams import mending
from quizzes.exams.mending import MendError, Order
from quizzes.models import Enrolment, Exam, Notice, Section, Sitting, SittingAct

PAGE = "/admin/quizzes/sitting/many/"
NOW = timezone.now().replace(microsecond=0)
Kind = SittingAct.Kind


@pytest.fixture
def exam(course: Course) -> Exam:
    return Exam.objects.get(slug="tiny-exam")


@pytest.fixture
def room(exam: Exam) -> list[Sitting]:
    """Three who began in the hour, of whom one has handed in, and one who began before."""
    sat = []
    for name, minutes in (("early", 90), ("s1", 20), ("s2", 15), ("done", 10)):
        student = User.objects.create_user(name)
        schedule.enrol(student, exam.course)
        sitting, _ = exams.open_sitting(student, exam, NOW - timedelta(minutes=minutes))
        sat.append(sitting)
    exams.close_sitting(sat[-1].student, sat[-1].pk, NOW)
    return sat


def form(**more: object) -> dict[str, object]:
    local = timezone.localtime(NOW)
    hour = {"begun_from": local - timedelta(hours=1), "begun_until": local + timedelta(minutes=1)}
    return {
        **{name: moment.strftime("%Y-%m-%dT%H:%M") for name, moment in hour.items()},
        "kind": "extend",
        "minutes": 10,
        "why": "The network failed.",
        **more,
    }


def hidden(page: str) -> dict[str, str]:
    """What the form of a preview sends."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_they_are_listed_then_mended_and_once(room: list[Sitting], instructor: Client) -> None:
    ends = {sitting.pk: sitting.deadline_at for sitting in room}
    page = instructor.post(PAGE, form()).content.decode()
    assert "2 of 3 sittings" in page
    assert "nothing: it is over" in page
    assert not SittingAct.objects.exists()
    for _ in range(2):
        sent = {**hidden(page), "apply": "1"}
        assert instructor.post(PAGE, sent).status_code == 302
    moved = {sitting.pk for sitting in Sitting.objects.all() if sitting.deadline_at != ends[sitting.pk]}
    assert moved == {room[1].pk, room[2].pk}
    assert SittingAct.objects.count() == Notice.objects.count() == 2
    assert {act.why for act in SittingAct.objects.all()} == {"The network failed."}
    # Each is taken back by itself, on its page.
    assert Sitting.objects.get(pk=room[1].pk).deadline_at == ends[room[1].pk] + timedelta(minutes=10)


def test_what_was_broken_off_goes_on_with_the_same_order(room: list[Sitting], instructor: Client) -> None:
    ina, order = User.objects.get(username="ina"), Order(kind=Kind.VOID, request=uuid.uuid4())
    mending.mend_many([room[1].pk], order, ina, NOW)
    done = mending.mend_many([sitting.pk for sitting in room] + [uuid.uuid4()], order, ina, NOW)
    assert (done.mended, done.before, done.refused) == (3, 1, 1)
    assert Sitting.objects.counting().count() == 0


@pytest.mark.any_database
def test_listing_asks_once_however_many_there_are(room: list[Sitting], exam: Exam) -> None:
    with CaptureQueriesContext(connection) as asked:
        concerned = mending.list_concerned(Kind.VOID, NOW - timedelta(hours=2), NOW, [exam], NOW)
    assert (len(concerned), len(asked)) == (4, 1)
    with pytest.raises(MendError, match="after its start"):
        mending.list_concerned(Kind.VOID, NOW, NOW - timedelta(hours=2), [exam], NOW)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"minutes": ""}, "minutes"),
        ({"kind": "reopen"}, "until when"),
        ({"kind": "comment"}, "valid choice"),
        ({"begun_from": "2030-01-01T00:00", "begun_until": "2029-01-01T00:00"}, "after its start"),
        ({"begun_from": "2001-01-01T00:00", "begun_until": "2001-01-01T01:00"}, "No sitting was started in this time"),
        ({"apply": "1", "sittings": "x,,", "request": "y"}, "incomplete"),
    ],
)
def test_what_is_not_whole_is_said(room: list[Sitting], instructor: Client, more: dict[str, str], said: str) -> None:
    answer = instructor.post(PAGE, form(**more))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not SittingAct.objects.exists()


def test_only_who_may_mend_may_mend_many(instructor: Client, course: Course) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    roles.set_role(reader, course, roles.Role.OBSERVER)
    client = Client()
    client.force_login(reader)
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/admin/quizzes/sitting/").content.decode()
    assert instructor.get(PAGE).status_code == 200
    assert PAGE in instructor.get("/admin/quizzes/sitting/").content.decode()


def test_a_section_alone_is_mended(room: list[Sitting], instructor: Client) -> None:
    section = Section.objects.create(course=room[0].exam.course, name="Monday")
    Enrolment.objects.filter(student__username="s2").update(section=section)
    foreign = Section.objects.create(course=Course.objects.create(slug="other", title="Other"), name="Friday")
    page = instructor.post(PAGE, form(section=section.pk)).content.decode()
    assert "1 of 1 sitting" in page
    assert hidden(page)["sittings"] == str(room[2].pk)
    assert "not one of the available choices" in instructor.post(PAGE, form(section=foreign.pk)).content.decode()

"""How students join and leave courses by themselves, and what of a course's state follows for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course, StaffAct
from quizzes import exams, schedule, tasks
from quizzes.courses import invitations, joining, opening, roster
from quizzes.models import Card, Enrolment, Exam, Job
from quizzes.models import Invitation as Invited
from tests.conftest import Api

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
State, Joining, Visibility = Course.State, Course.Joining, Course.Visibility


def make(
    course: Course, state: str = State.OPEN, joins: str = Joining.OPEN, seen: str = Visibility.EVERYBODY
) -> Course:
    """The course with this access, set as its owner would."""
    return opening.change_access(course, opening.Access(state, seen, joins), timezone.now())


def web_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


@pytest.fixture
def newcomer(course: Course) -> User:
    return User.objects.create_user("new", email="new@example.org", password="x")


READ = (
    "/lessons/decay/",
    "/lessons/decay/formulas/",
    "/concepts/factor/",
    "/lessons/decay/quick-check/",
    "/courses/tiny/",
)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("state", "seen", "visitor", "member"),
    [
        (State.DRAFT, Visibility.EVERYBODY, 404, 404),
        (State.OPEN, Visibility.EVERYBODY, 200, 200),
        (State.OPEN, Visibility.PEOPLE, 404, 200),
        (State.CLOSED, Visibility.EVERYBODY, 200, 200),
        (State.CLOSED, Visibility.PEOPLE, 404, 200),
        (State.ARCHIVED, Visibility.EVERYBODY, 404, 200),
    ],
)
def test_who_reads_a_course(
    course: Course, student: User, newcomer: User, instructor: Client, state: str, seen: str, visitor: int, member: int
) -> None:
    make(course, state, seen=seen)
    readers = {None: visitor, newcomer: visitor, student: member}
    for reader, status in readers.items():
        assert {web_of(reader).get(path).status_code for path in READ} == {status}
    assert {instructor.get(path).status_code for path in READ} == {200}
    listed = state != State.ARCHIVED
    for client, reads in ((web_of(None), visitor == 200), (web_of(student), member == 200), (instructor, True)):
        assert ("/lessons/decay/" in client.get("/lessons/").content.decode()) == (reads and listed)
        assert ("/concepts/factor/" in client.get("/concepts/").content.decode()) == (reads and listed)
        assert ("/lessons/decay/" in client.get("/search/?q=decay").content.decode()) == (reads and listed)
    api = Api(student)
    assert api.get("lessons/decay/").status_code == member
    assert bool(api.get("lessons/").json()["results"]) == (member == 200 and listed)
    assert bool(api.get("concepts/").json()["results"]) == (member == 200 and listed)
    assert bool(api.get("courses/").json()["results"]) == (member == 200)


@pytest.mark.parametrize("state", [State.DRAFT, State.ARCHIVED])
def test_a_course_that_is_not_studied_asks_nothing_and_all_is_there_again(
    course: Course, student: User, state: str
) -> None:
    api, web, now = Api(student), web_of(student), timezone.now()
    exam = Exam.objects.get(slug="tiny-exam")
    schedule.plan_day(student)
    before = api.queue()["counts"], len(api.get("exams/").json()["results"])
    cursor = api.get("sync/").json()["cursor"]
    assert before[0]["new"] > 0 < before[1]
    Job.objects.all().delete()

    make(course, state)

    assert Job.objects.filter(kind=Job.Kind.PLAN, student=student).exists()
    assert api.queue()["results"] == []  # at once, by the plan of before
    schedule.plan_day(student)
    assert set(api.queue()["counts"].values()) == {0}
    assert api.get("exams/").json()["results"] == api.get("packs/?days=7").json()["results"] == []
    assert [each["of"] for each in api.get(f"sync/?cursor={cursor}").json()["changes"] if each["type"] == "deletion"]
    assert api.get("lessons/decay/quick-check/").status_code == 404
    assert api.post("exams/tiny-exam/sittings/", {}).status_code in (404, 409)
    with pytest.raises(exams.SittingError) as refused:
        exams.open_sitting(student, exam, now)
    assert refused.value.code == "archived"
    assert web.get("/exams/tiny-exam/").status_code == (200 if state == State.ARCHIVED else 404)
    assert web.get("/today/")["Location"] == "/courses/"
    assert list(schedule.list_exams_ahead(student, now)) == []

    make(course, State.CLOSED)
    schedule.plan_day(student)
    assert (api.queue()["counts"], len(api.get("exams/").json()["results"])) == before


@pytest.mark.any_database
def test_staff_read_an_archived_course_and_change_nothing_before_they_open_it(course: Course, student: User) -> None:
    owner = User.objects.create_user("owner")
    roles.set_role(owner, course, roles.Role.OWNER)
    make(course, State.ARCHIVED)
    owner = User.objects.get(pk=owner.pk)
    left = {act for act in roles.Act if roles.may(owner, act, course)}
    assert left == {roles.Act.READ, roles.Act.SEE_STUDENTS, roles.Act.MANAGE}
    web = web_of(owner)
    for page in ("overview/", "students/", "gradebook/", "people/", "people/access/"):
        assert web.get(f"/courses/tiny/{page}").status_code == 200
    assert web.post("/courses/tiny/students/ada/notes/", {"text": "No"}).status_code == 404
    web.post("/courses/tiny/people/access/", {"state": "open", "visible_to": "everybody", "joining": "open"})
    assert roles.may(User.objects.get(pk=owner.pk), roles.Act.WRITE, course)


@pytest.mark.parametrize(
    ("state", "joins", "seen", "by_click", "by_code"),
    [
        (State.OPEN, Joining.OPEN, Visibility.EVERYBODY, True, True),
        (State.OPEN, Joining.OPEN, Visibility.PEOPLE, False, True),
        (State.OPEN, Joining.CODE, Visibility.EVERYBODY, False, True),
        (State.OPEN, Joining.CODE, Visibility.PEOPLE, False, True),
        (State.OPEN, Joining.INVITATION, Visibility.EVERYBODY, False, False),
        (State.OPEN, Joining.ROSTER, Visibility.EVERYBODY, False, False),
        (State.CLOSED, Joining.OPEN, Visibility.EVERYBODY, False, False),
        (State.DRAFT, Joining.CODE, Visibility.EVERYBODY, False, False),
        (State.ARCHIVED, Joining.CODE, Visibility.EVERYBODY, False, False),
    ],
)
def test_who_joins_how(
    course: Course, newcomer: User, state: str, joins: str, seen: str, by_click: bool, by_code: bool
) -> None:
    make(course, joins=Joining.CODE)  # has a code from before
    course = make(course, state, joins, seen)
    theirs, web = Enrolment.objects.filter(student=newcomer, course=course), web_of(newcomer)

    web.post("/courses/tiny/join/")
    assert theirs.exists() == by_click
    theirs.delete()
    link = f"/join/{course.join_code}/"
    assert web.get(link).status_code == (200 if by_code else 404)
    assert not theirs.exists(), "looking is not joining"
    web.post(link)
    assert theirs.exists() == by_code
    theirs.delete()
    typed = f"{course.join_code[:4]}-{course.join_code[4:]}".lower()
    assert web.get(f"/join/?code={typed}")["Location"] == link
    answer = Api(newcomer).post("courses/tiny/enrolment/", {"code": typed})
    hidden = seen == Visibility.PEOPLE or state in (State.DRAFT, State.ARCHIVED)
    assert answer.status_code == (201 if by_code else 404 if hidden else 409)
    assert theirs.exists() == by_code


def test_a_course_is_joined_and_left_over_rest(course: Course, student: User, newcomer: User) -> None:
    course = make(course, joins=Joining.CODE)
    api = Api(newcomer)
    row = api.get("courses/").json()["results"][0]
    assert (row["slug"], row["role"], row["enrolled"], row["joining"]) == ("tiny", None, False, "code")
    refused = [api.post("courses/tiny/enrolment/", body) for body in ({}, {"code": "BCDFGHJK"})]
    assert [each.status_code for each in refused] == [403, 403]
    assert [api.post("courses/tiny/enrolment/", {"code": course.join_code}).status_code for _ in "12"] == [201, 200]
    assert Card.objects.filter(student=newcomer).exists()

    later = timezone.now().replace(microsecond=0) + timedelta(days=9)  # the API has milliseconds
    dates = api.patch("courses/tiny/enrolment/", {"exam_dates": {"tiny-exam": later.isoformat()}})
    assert datetime.fromisoformat(dates.json()["exam_dates"]["tiny-exam"]) == later
    assert Enrolment.objects.get(student=newcomer).exam_at == later
    for wrong in ({"tiny-exam": "2020-01-01T00:00:00Z"}, {"nothing": None}):
        assert "exam_dates" in api.patch("courses/tiny/enrolment/", {"exam_dates": wrong}).json()["errors"]
    assert api.patch("courses/tiny/enrolment/", {"exam_dates": {"tiny-exam": None}}).status_code == 200
    assert Enrolment.objects.get(student=newcomer).exam_at is None

    left = [api.client.delete("/api/v1/courses/tiny/enrolment/").status_code for _ in "12"]
    assert left == [204, 404]
    assert Card.objects.filter(student=newcomer).exists(), "what they did stays theirs"
    assert api.patch("courses/tiny/enrolment/", {"exam_dates": {}}).status_code == 404
    assert Enrolment.objects.filter(student=student).exists()


@pytest.mark.any_database
def test_leaving_asks_first_and_coming_back_finds_everything(course: Course, student: User) -> None:
    web, cards = web_of(student), set(Card.objects.filter(student=student).values_list("pk", flat=True))
    assert "You can join again" in web.get("/courses/tiny/leave/").content.decode()
    assert Enrolment.objects.filter(student=student).exists()
    web.post("/courses/tiny/leave/")
    assert not Enrolment.objects.filter(student=student).exists()
    assert Api(student).queue()["results"] == []
    assert web.get("/courses/tiny/leave/").status_code == 404
    web.post("/courses/tiny/join/")
    assert set(Card.objects.filter(student=student).values_list("pk", flat=True)) == cards


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_codes_are_not_guessed_and_can_be_renewed(course: Course, newcomer: User, instructor: Client) -> None:
    course = make(course, joins=Joining.CODE)
    web, visitor = web_of(newcomer), web_of(None)
    for code in (course.join_code, "BCDFGHJK"):  # a visitor learns nothing of which is right
        page = visitor.get(f"/join/{code}/")
        assert (page.status_code, course.title in page.content.decode()) == (200, False)
        assert page["Referrer-Policy"] == "same-origin"
    instructor.post("/courses/tiny/people/access/", {"renew": "1"})
    old, new = course.join_code, Course.objects.get().join_code
    assert old != new
    assert StaffAct.objects.filter(model="questions.course").exists(), "it is in the audit trail"
    for _ in range(2 * joining.GUESSES):
        assert web.get(f"/join/{new}/").status_code == 200, "the right code costs no guess"
    statuses = [web.get(f"/join/{old}/").status_code for _ in range(joining.GUESSES + 1)]
    assert statuses == [404] * joining.GUESSES + [429]
    answer = Api(newcomer).post("courses/tiny/enrolment/", {"code": new})
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert web_of(User.objects.create_user("other")).get(f"/join/{new}/").status_code == 200


def test_invitations_wait_for_the_course_to_open(
    course: Course, newcomer: User, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invitations.sending, "reaches_people", lambda: True)
    make(course, State.DRAFT, Joining.ROSTER)
    roster.apply_roster(course, roster.read_roster(b"new@example.org"), None, timezone.now())
    tasks.send_invitations()
    assert mail.outbox == []
    link = invitations.make_link(Invited.objects.get()).removeprefix("http://127.0.0.1:8000")
    web = web_of(newcomer)
    assert web.post(link).status_code == 410, "nobody joins a draft"
    make(course, State.OPEN, Joining.ROSTER)
    tasks.send_invitations()
    assert [each.to for each in mail.outbox] == [["new@example.org"]]
    assert "Confirm that address" in web.post(link).content.decode(), "the roster's own address lets in"
    EmailAddress.objects.create(user=newcomer, email="New@example.org", verified=True)
    assert web.post(link)["Location"] == "/courses/tiny/start/"
    assert Enrolment.objects.filter(student=newcomer).exists()


@pytest.mark.any_database
def test_the_pages_of_courses_cost_the_same_with_many(course: Course, student: User) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert web_of(student).get(path).status_code == 200
        return len(captured)

    before = {path: queries(path) for path in ("/courses/", "/courses/tiny/")}
    for number in range(5):
        other = Course.objects.create(slug=f"other-{number}", title="Other")
        Enrolment.objects.create(student=student, course=other)
    assert {path: queries(path) for path in before} == before

"""Who needs a word, and what the staff of a course find each morning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Course
from quizzes import exams, schedule, tasks
from quizzes.models import CourseWatch, DailyPlan, Enrolment, Exam, ItemStatistics, Section, SectionExam, Standing
from quizzes.progress import for_staff
from quizzes.progress.for_staff.at_risk import find_reasons
from tests.conftest import Api
from tests.effort import count_queries

OVERVIEW, LIST = "/courses/tiny/overview/", "/courses/tiny/students/"
Key = Callable[[str], Any]


def standing(kept: int = 7, planned: int = 7, expected: float | None = 0.9) -> Standing:
    return Standing(days_kept=kept, days_planned=planned, expected=expected)


REASONS: list[tuple[Standing | None, int | None, int, list[str]]] = [
    (standing(), 0, 30, []),
    (None, 0, 30, []),
    (None, None, 4, []),
    (None, None, 5, ["has never answered"]),
    (standing(), 4, 30, []),
    (standing(), 5, 30, ["not seen for 5 days"]),
    (standing(kept=3, planned=6), 0, 30, []),
    (standing(kept=2, planned=6), 0, 30, ["kept 2 of the last 6 plans"]),
    (standing(kept=0, planned=2), 0, 30, []),
    (standing(expected=0.6), 0, 30, []),
    (standing(expected=0.594), 0, 30, ["expected 59\N{NARROW NO-BREAK SPACE}%"]),
    (standing(expected=None), 0, 30, []),
]


@pytest.mark.parametrize(("stands", "unseen", "joined", "expected"), REASONS)
def test_who_needs_a_word(stands: Standing | None, unseen: int | None, joined: int, expected: list[str]) -> None:
    assert find_reasons(stands, CourseWatch(), unseen=unseen, joined=joined) == expected


@pytest.fixture
def people(course: Course, student: User) -> list[User]:
    """Ada, and Bob, who joined long ago and has never answered."""
    bob = User.objects.create_user("bob", first_name='Bob "B"', last_name="Byte", email="bob@example.org")
    schedule.enrol(bob, course)
    Enrolment.objects.filter(student=bob).update(created_at=timezone.now() - timedelta(days=30))
    return [student, bob]


def answer_all(api: Api, key: Key) -> None:
    schedule.plan_day(User.objects.get(username="ada"))
    for shown in api.queue()["results"]:
        api.answer(shown["id"], key(shown["id"]))


@pytest.mark.usefixtures("noon")
def test_how_students_stand_is_measured_and_stored(api: Api, people: list[User], course: Course, key: Key) -> None:
    answer_all(api, key)
    (plan,) = DailyPlan.objects.filter(student=people[0])
    for days in (1, 3, 8):
        plan.pk, plan.date = None, timezone.now().date() - timedelta(days=days)
        plan.save()

    for _ in range(2):  # again, it is the same
        assert for_staff.measure_course(course) == 2

    ada, bob = (Standing.objects.get(student=each) for each in people)
    assert (ada.days_planned, ada.days_kept, ada.done_seconds) == (2, 0, 0)
    assert ada.expected is not None
    assert bob.days_planned == 0
    watch = CourseWatch.objects.get(course=course)
    assert {each["students"] for each in watch.concepts} == {1}
    assert all(0 < each["mastery"] <= 1 for each in watch.concepts)
    Enrolment.objects.filter(student=people[1]).delete()
    for_staff.measure_course(course)
    assert not Standing.objects.filter(student=people[1]).exists()


def test_staff_ask_for_it_and_a_worker_does_it(instructor: Client, people: list[User], course: Course) -> None:
    assert instructor.post(f"{OVERVIEW}measure/").status_code == 302
    assert "being measured now" in instructor.get(OVERVIEW).content.decode()
    tasks.measure_students()
    assert "being measured" not in instructor.get(OVERVIEW).content.decode()
    assert Standing.objects.count() == 2
    Standing.objects.all().delete()
    tasks.measure_students()
    assert not Standing.objects.exists()
    tasks.measure_all_students()
    assert Standing.objects.count() == 2


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_the_list_says_who_needs_a_word_and_writes_to_them(
    api: Api, instructor: Client, people: list[User], key: Key
) -> None:
    answer_all(api, key)
    everybody = instructor.get(LIST)
    in_need = instructor.get(f"{LIST}?show=risk")

    assert [row.enrolment.student.username for row in everybody.context["rows"]] == ["ada", "bob"]
    assert [row.enrolment.student.username for row in in_need.context["rows"]] == ["bob"]
    assert "has never answered" in in_need.content.decode()
    assert "has never answered" in instructor.get(f"{LIST}bob/").content.decode()
    assert "Talk to this student" not in instructor.get(f"{LIST}ada/").content.decode()
    assert unquote(in_need.context["mail"]).startswith('mailto:?bcc="Bob B Byte" <bob@example.org>&subject=')
    assert "&quot;Bob B Byte&quot; &lt;bob@example.org&gt;</textarea>" in in_need.content.decode()
    assert instructor.get(f"{LIST}?q=ada").content.decode().count('scope="row"') == 1
    assert "No student matches this name." in instructor.get(f"{LIST}?q=nobody").content.decode()


def test_a_course_sets_its_lines(instructor: Client, people: list[User], course: Course) -> None:
    for_staff.measure_course(course)
    for lowest, unseen in (("101", "3"), ("-1", "3"), ("50", "0"), ("x", "")):
        instructor.post(f"{OVERVIEW}lines/", {"lowest": lowest, "unseen": unseen})
    assert for_staff.load_watch(course).lowest_percent == 60
    instructor.post(f"{OVERVIEW}lines/", {"lowest": "0", "unseen": "31"})
    assert instructor.get(f"{LIST}?show=risk").context["in_need"] == 0


@pytest.mark.usefixtures("noon")
def test_the_course_is_seen_at_a_glance(
    api: Api, instructor: Client, people: list[User], course: Course, key: Key
) -> None:
    answer_all(api, key)
    event = people[0].review_events.filter(type="review")[0]
    api.post(f"presentations/{event.presentation_id}/reports/", {"category": "key", "text": "No."})
    assert event.presentation
    item = event.presentation.version.item
    ItemStatistics.objects.create(item=item, answers=1, students=1, flags=1, flag_codes=",key,", details={})
    for_staff.measure_course(course)

    answer = instructor.get(OVERVIEW)
    page, overview = answer.content.decode(), answer.context["overview"]

    assert (overview.students, overview.active, overview.reports_waiting) == (2, 1, 1)
    assert overview.answers == people[0].review_events.filter(type="review").count()
    assert overview.forecast.students == len([row for row in Standing.objects.all() if row.expected is not None])
    assert sum(overview.forecast.bins) == overview.forecast.students
    assert overview.hardest
    assert str(item) in page
    assert "Bob" in page


@pytest.mark.any_database
def test_sections_that_sit_an_exam_at_another_time_are_named(instructor: Client, course: Course) -> None:
    section = Section.objects.create(course=course, name="Monday group")
    at = timezone.now().replace(hour=12) + timedelta(days=3)
    SectionExam.objects.create(section=section, exam=Exam.objects.get(slug="tiny-exam"), starts_at=at)
    assert f"Monday group: {at:%A}, {at.day} {at:%B}" in instructor.get(OVERVIEW).content.decode()


@pytest.mark.any_database
def test_its_queries_do_not_grow(instructor: Client, people: list[User], course: Course) -> None:
    counts = []
    for number in range(2):
        for_staff.measure_course(course)
        counts.append([count_queries(instructor, page) for page in (OVERVIEW, LIST)])
        schedule.enrol(User.objects.create_user(f"other{number}"), course)
        Exam.objects.create(course=course, slug=f"other{number}", title="Other", kind="assessment", minutes=10)
    assert counts[0] == counts[1]
    assert all(count <= most for count, most in zip(counts[0], (17, 10), strict=True))


@pytest.mark.any_database
def test_what_the_courses_staff_sit_is_not_counted(people: list[User], course: Course) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    author = User.objects.create_user("author")
    schedule.enrol(author, course)
    roles.set_role(author, course, roles.Role.AUTHOR)
    for who in (author, people[0]):
        sitting, _ = exams.open_sitting(who, exam, timezone.now())
        exams.close_sitting(who, sitting.pk, timezone.now())
    overview = for_staff.load_course_overview(course, timezone.localdate())
    assert overview.handed_in == 1
    assert {each.exam: each.sat for each in overview.exams}[exam] == 1


@pytest.mark.any_database
def test_staff_who_study_another_course_are_students_there(people: list[User], course: Course) -> None:
    other = Course.objects.create(slug="other", title="Other")
    roles.set_role(people[1], other, roles.Role.ASSISTANT)
    assert for_staff.measure_course(course) == 2
    roles.set_role(people[1], course, roles.Role.ASSISTANT)
    assert for_staff.measure_course(course) == 1


@pytest.mark.any_database
def test_each_role_sees_its_own(course: Course, people: list[User]) -> None:
    other = Course.objects.create(slug="other", title="Other")

    def statuses(role: str, taught: Course) -> list[int]:
        user = User.objects.create_user(f"{role}-of-{taught.slug}")
        roles.set_role(user, taught, role)
        browser = Client()
        browser.force_login(user)
        posts = ((f"{OVERVIEW}lines/", {"lowest": "50", "unseen": "5"}), (f"{LIST}bob/notes/", {"text": "Hm."}))
        return [
            *(
                browser.get(address).status_code
                for address in (OVERVIEW, LIST, f"{LIST}bob/", "/courses/tiny/gradebook/")
            ),
            *(browser.post(address, data).status_code for address, data in posts),
        ]

    assert statuses("assistant", course) == [200, 200, 200, 200, 302, 302]
    assert statuses("observer", course) == [200, 200, 200, 200, 404, 404]
    assert statuses("author", course) == [404] * 6
    assert statuses("owner", other) == [404] * 6


def test_teaching_leads_to_ones_courses(course: Course, instructor: Client, student: User) -> None:
    assert instructor.get("/teaching/").headers["Location"] == OVERVIEW
    other = Course.objects.create(slug="other", title="Another course")
    roles.set_role(User.objects.get(username="ina"), other, roles.Role.OWNER)
    assert "Another course" in instructor.get("/teaching/").content.decode()
    browser = Client()
    browser.force_login(student)
    assert browser.get("/teaching/").status_code == 404
    author = User.objects.create_user("author")
    roles.set_role(author, course, roles.Role.AUTHOR)
    browser.force_login(author)
    assert browser.get("/teaching/").headers["Location"] == "/admin/"

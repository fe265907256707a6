"""A student's page for staff: all of it in a few queries, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from examprep.models import User
from questions.models import Course
from quizzes import exams, notebook, schedule
from quizzes.models import DailyPlan, Exam, ReviewEvent, StaffNote
from quizzes.progress.for_staff import PlannedDay, load_planned_days
from tests.conftest import Api, wrong
from tests.effort import count_queries

PAGE = "/courses/tiny/students/ada/"
Key = Callable[[str], Any]


def answer_all(api: Api, key: Key) -> None:
    """Answer what is to review: the first one wrongly, all others right."""
    schedule.plan_day(User.objects.get(username="ada"))
    for number, shown in enumerate(api.queue()["results"]):
        right = key(shown["id"])
        api.answer(shown["id"], right if number else wrong(shown, right))


def sit(student: User) -> str:
    """Open a sitting, and hand it in empty; its id."""
    sitting, _ = exams.open_sitting(student, Exam.objects.get(slug="tiny-exam"), timezone.now())
    exams.close_sitting(student, sitting.pk, timezone.now())
    return str(sitting.pk)


@pytest.mark.usefixtures("noon")
def test_it_says_what_was_planned_done_expected_sat_and_noted(
    api: Api, instructor: Client, student: User, key: Key
) -> None:
    User.objects.filter(pk=student.pk).update(first_name="Ada", last_name="Lovelace", email="ada@example.org")
    answer_all(api, key)
    sitting = sit(student)
    instructor.post(f"{PAGE}notes/", {"text": "Asked for help with decay."})

    page = instructor.get(PAGE).content.decode()

    for text in ("Ada Lovelace", "ada@example.org", "Newest answers", "Asked for help with decay.", "ina"):
        assert text in page
    assert f"/admin/quizzes/sitting/{sitting}/change/" in page
    assert "<dt>last answered</dt>" in page
    assert page.count("result-slot") >= 2


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_its_queries_do_not_grow(api: Api, instructor: Client, student: User, key: Key) -> None:
    answer_all(api, key)
    counts = []
    for _ in range(2):
        sit(student)
        instructor.post(f"{PAGE}notes/", {"text": "seen"})
        counts.append([count_queries(instructor, page) for page in (PAGE, f"{PAGE}answers/")])
    assert counts[0] == counts[1]
    assert all(count <= most for count, most in zip(counts[0], (30, 14), strict=True))
    assert len(instructor.get(PAGE).context["notes"]) == 2


@pytest.mark.usefixtures("noon")
def test_answers_are_read_as_they_were_put_and_filtered(api: Api, instructor: Client, key: Key) -> None:
    answer_all(api, key)
    count = ReviewEvent.objects.counting().filter(type="review").count()

    page = instructor.get(f"{PAGE}answers/").content.decode()
    missed = instructor.get(f"{PAGE}answers/?which=wrong").content.decode()

    assert f"{count} answers" in page
    assert page.count('<details class="card result-slot">') == min(count, 20)
    assert "KEY-EXPLANATION" in page or "Why" in page
    assert "1 answer, the newest first" in missed
    assert "No such answers." in instructor.get(f"{PAGE}answers/?which=exams").content.decode()
    for junk in ("concept=999999", "concept=x", "which=all", "page=-1", "concept=%00"):
        assert instructor.get(f"{PAGE}answers/?{junk}").status_code == 200


def test_answers_of_an_exam_that_is_not_released_are_counted_alone(instructor: Client, student: User, key: Key) -> None:
    now = timezone.now()
    exam = Exam.objects.get(slug="tiny-exam")
    Exam.objects.filter(pk=exam.pk).update(feedback="ended", closes_at=now + timedelta(days=2))
    exam.refresh_from_db()
    sitting, _ = exams.open_sitting(student, exam, now)
    slot = sitting.slots.order_by("number")[0]
    exams.save_answer(student, sitting.pk, slot.number, key(str(slot.presentation_id)), 0, now)
    exams.close_sitting(student, sitting.pk, now)

    page = instructor.get(f"{PAGE}answers/").content.decode()

    assert "1 answer in exams is not listed yet" in page
    assert "keys not shown yet" in instructor.get(PAGE).content.decode()


@pytest.mark.any_database
def test_nobody_sees_it_but_staff_who_may(api: Api, instructor: Client, student: User, stranger: User) -> None:
    helper = User.objects.create_user("helper", password="helps-a-bit", is_staff=True)
    User.objects.create_user("elsewhere", password="is-elsewhere")
    addresses = (PAGE, f"{PAGE}answers/")
    for user in (student, stranger, helper):
        browser = Client()
        browser.force_login(user)
        assert [browser.get(address).status_code for address in addresses] == [404, 404]
        assert browser.post(f"{PAGE}notes/", {"text": "hello"}).status_code == 404
    assert Client().get(PAGE).status_code == 302
    assert instructor.get("/courses/tiny/students/elsewhere/").status_code == 404
    assert instructor.get("/courses/other/students/ada/").status_code == 404
    for name in ("%00", "%ED%A0%80", "x" * 300, "%F0%9F%98%80"):
        assert instructor.get(f"/courses/tiny/students/{name}/").status_code == 404
    assert not StaffNote.objects.exists()


def test_a_note_is_its_authors_to_change_and_to_delete(instructor: Client, student: User) -> None:
    colleague = User.objects.create_superuser("grace", password="hopper-1906")
    theirs = notebook.write_staff_note(student.enrolments.get(), colleague, "Theirs", timezone.now())
    instructor.post(f"{PAGE}notes/", {"text": "Mine\r\nof two lines"})
    mine = StaffNote.objects.get(author__username="ina")

    assert instructor.post(f"{PAGE}notes/{theirs.pk}/", {"text": "Changed"}).status_code == 404
    assert instructor.post(f"{PAGE}notes/{mine.pk}/", {"text": "Better"}).status_code == 302
    mine.refresh_from_db()
    assert (mine.text, mine.changed_at is not None) == ("Better", True)
    assert instructor.post(f"{PAGE}notes/{mine.pk}/", {"text": "Better", "delete": "1"}).status_code == 302
    assert list(StaffNote.objects.all()) == [theirs]
    for junk in ("", "x" * 5000, "a\x00b"):
        instructor.post(f"{PAGE}notes/", {"text": junk})
    assert StaffNote.objects.count() == 1


DAYS = [
    (PlannedDay(timezone.now().date(), 600, 600, 10, 8), "kept"),
    (PlannedDay(timezone.now().date(), 600, 300, 10, 7), "begun"),
    (PlannedDay(timezone.now().date(), 600, 20, 10, 0), "begun"),
    (PlannedDay(timezone.now().date(), 600, 0, 10, 0), "missed"),
    (PlannedDay(timezone.now().date(), 600, 0, 10, 0, day_off=True), "off"),
    (PlannedDay(timezone.now().date(), 0, 300, 0, 0), "none"),
]


@pytest.mark.parametrize(("day", "state"), DAYS)
def test_a_plan_is_kept_by_its_tasks_and_not_by_minutes(day: PlannedDay, state: str) -> None:
    assert day.state == state


@pytest.mark.any_database
@pytest.mark.usefixtures("noon")
def test_days_hold_what_was_planned_and_what_was_done(
    api: Api, student: User, course: Course, key: Key, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    answer_all(api, key)
    today = timezone.now().date()
    (plan,) = DailyPlan.objects.filter(student=student)
    plan.pk, plan.date = None, today - timedelta(days=1)
    plan.save()

    with django_assert_max_num_queries(3):
        yesterday, day = load_planned_days([student.pk], today - timedelta(days=5), today)[student.pk]

    assert (day.date, day.state, day.done_seconds > 0) == (today, "kept", True)
    assert (yesterday.state, yesterday.tasks, yesterday.planned_seconds) == ("missed", day.tasks, day.planned_seconds)

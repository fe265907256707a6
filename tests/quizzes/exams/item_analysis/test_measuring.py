"""How items do, measured of the log and stored: what counts, what it costs, and who sees it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import roles
from questions.models import Correction, Course, Item
from quizzes import exams, presentations, schedule
from quizzes.exams import corrections, item_analysis
from quizzes.exams.candidates import load_candidates
from quizzes.exams.item_analysis import easing
from quizzes.models import Card, CourseMeasuring, Exam, ItemStatistics, Presentation, Sitting
from quizzes.presentations import Ask
from tests.conftest import Api, wrong

pytestmark = pytest.mark.django_db
Key = Callable[[str], Any]
SLUG = "penalty-target"
NOW = timezone.now()


def new_student(course: Course, name: str, *, is_staff: bool = False) -> User:
    student = User.objects.create_user(name, is_staff=is_staff)
    schedule.enrol(student, course)
    return student


def put(student: User, slug: str = SLUG) -> Presentation:
    card = Card.objects.filter(student=student, item__slug=slug).order_by("facet")[0]
    (shown,) = presentations.present(student, [Ask(card.pk)], timezone.now())
    return shown


def answer(student: User, key: Key, *, right: bool, slug: str = SLUG, days: int = 5) -> dict[str, Any]:
    """Answer an item some days ago; the event's id is in the result."""
    with time_machine.travel(NOW - timedelta(days=days), tick=False):
        shown = put(student, slug)
        best = key(str(shown.pk))
        response = best if right else wrong({"kind": shown.version.kind, "prompt": shown.prompt}, best)
        return Api(student).answer(str(shown.pk), response)


def row(slug: str = SLUG) -> ItemStatistics | None:
    return ItemStatistics.objects.filter(item__slug=slug).first()


def test_what_students_answer_counts_once_and_what_staff_try_never(course: Course, key: Key) -> None:
    ada, bob = new_student(course, "ada"), new_student(course, "bob")
    answer(ada, key, right=False)
    answer(ada, key, right=True, days=1)
    answer(bob, key, right=True)
    answer(new_student(course, "ina", is_staff=True), key, right=True)
    item_analysis.measure_course(course)
    measured = row()
    assert measured
    assert (measured.students, measured.answers, measured.facility) == (2, 3, 0.5)
    assert measured.seconds == pytest.approx(20, rel=0.03)
    assert [choice["n"] for choice in measured.details["choices"]].count(1) == 2
    assert measured.details["kept"]["n"] == 1
    assert row("decay-factor") is None
    measuring = CourseMeasuring.objects.get(course=course)
    assert (measuring.answers, measuring.asked_at) == (3, None)


@pytest.mark.any_database
def test_what_is_taken_back_or_void_goes_and_corrected_grades_count(course: Course, key: Key) -> None:
    ada, bob = new_student(course, "ada"), new_student(course, "bob")
    undone = answer(ada, key, right=True)
    answer(bob, key, right=False)
    Api(ada).send(
        {
            "id": "8c7a8a4e-3e3c-4a52-8a53-0a4f6ce21b6d",
            "type": "undo",
            "target": undone["id"],
            "occurred_at": timezone.now().isoformat(),
        }
    )
    item_analysis.measure_course(course)
    measured = row()
    assert measured
    assert (measured.students, measured.facility) == (1, 0.0)

    version = Item.objects.get(slug=SLUG).published
    assert version
    for rule, facility in (("full", 1.0), ("void", None)):
        written = Correction(version=version, rule=rule, why="Wrong.", made_at=timezone.now())
        corrections.apply(written, timezone.now())
        corrections.regrade(version.pk)
        item_analysis.measure_course(course)
        measured = row()
        assert (measured.facility if measured else None) == facility


def test_exams_count_with_what_was_left_empty_once_they_are_released(course: Course, key: Key) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 6}
    exam.feedback, exam.closes_at = "ended", NOW + timedelta(hours=1)
    exam.save()
    ada = new_student(course, "ada")
    sitting, _ = exams.open_sitting(ada, exam, NOW)
    slot = sitting.slots.get(presentation__version__item__slug=SLUG)
    exams.save_answer(ada, sitting.pk, slot.number, key(str(slot.presentation_id)), 0, NOW)
    exams.close_sitting(ada, sitting.pk, NOW)
    assert item_analysis.measure_course(course) == 0
    assert not ItemStatistics.objects.exists()

    exams.release_ended_sittings(NOW + timedelta(hours=2))
    item_analysis.measure_course(course)
    scores = dict(ItemStatistics.objects.values_list("item__slug", "facility"))
    assert scores.pop(SLUG) == 1.0
    assert list(scores.values()) == [0.0] * 5
    assert all(stored.details["in_exams"] == 1 for stored in ItemStatistics.objects.all())

    Sitting.objects.update(voided_at=NOW)  # staff let it not count
    item_analysis.measure_course(course)
    assert not ItemStatistics.objects.exists()


@pytest.mark.any_database
def test_measuring_again_and_twice_is_the_same_and_costs_queries_by_chunks_alone(course: Course, key: Key) -> None:
    students = [new_student(course, f"s{number}") for number in range(3)]
    answer(students[0], key, right=True)
    item_analysis.measure_course(course)
    with CaptureQueriesContext(connection) as few:
        item_analysis.measure_course(course)
    before = list(ItemStatistics.objects.values())
    item_analysis.measure_course(course)
    assert list(ItemStatistics.objects.values()) == before
    for student in students:
        for slug in ("penalty-target", "decay-factor"):
            answer(student, key, right=student is students[1], slug=slug, days=2)
    with CaptureQueriesContext(connection) as many:
        item_analysis.measure_course(course)
    assert len(many) == len(few)


@pytest.mark.any_database
def test_pages_read_rows_and_no_answers(course: Course, key: Key, instructor: Client) -> None:
    item = Item.objects.get(slug=SLUG)
    pages = (
        "/admin/questions/item/",
        f"/admin/questions/item/{item.pk}/statistics/",
        "/admin/questions/item/statistics.csv",
    )

    def queries(page: str) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            answered: Any = instructor.get(page)
            _ = list(answered.streaming_content) if answered.streaming else answered.content
        return [query["sql"] for query in seen]

    item_analysis.measure_course(course)
    before = [queries(page) for page in pages]
    for number in range(3):
        answer(new_student(course, f"s{number}"), key, right=number == 1)
    item_analysis.measure_course(course)
    for page, few in zip(pages, before, strict=True):
        many = queries(page)
        assert len(many) <= len(few)
        assert not [sql for sql in many if "quizzes_review" in sql or "quizzes_presentation" in sql]


def test_the_list_filters_and_sorts_by_the_numbers(course: Course, key: Key, instructor: Client) -> None:
    page = instructor.get("/admin/questions/item/").content.decode()
    assert "has not been measured yet" in page
    assert "no answers yet" in page
    for number in range(2):
        student = new_student(course, f"s{number}")
        answer(student, key, right=True)
        answer(student, key, right=number == 0, slug="decay-factor")
    report(course, key)
    item_analysis.measure_course(course)
    page = instructor.get("/admin/questions/item/").content.decode()
    assert "not enough answers yet: 3 of 20" in page
    assert "reported by students" in page

    def slugs(**parameters: str) -> list[str]:
        rows = csv_of(instructor, **parameters)
        listed = instructor.get("/admin/questions/item/", parameters).context["cl"].result_list
        assert [item.slug for item in listed] == [each["item"] for each in rows]
        return [item.slug for item in listed]

    assert slugs(facility="easiest") == []
    assert slugs(look="reported") == slugs(look="any") == [SLUG]
    assert slugs(facility="middle") == [SLUG, "decay-factor"]
    column = instructor.get("/admin/questions/item/").context["cl"].list_display.index("facility")
    assert slugs(o=str(column))[:2] == ["decay-factor", SLUG]
    assert slugs(o=f"-{column}")[:2] == [SLUG, "decay-factor"]
    everything = csv_of(instructor)
    assert len(everything) == Item.objects.count()
    (mine,) = [each for each in everything if each["item"] == SLUG]
    assert mine["students"] == "3"
    assert float(mine["facility"]) == pytest.approx(2 / 3, abs=1e-4)
    assert "1 report by a student is waiting" in mine["look_at"]


def report(course: Course, key: Key) -> None:
    """A student who is wrong says that the key is."""
    student = new_student(course, "says-so")
    shown = put(student)
    Api(student).answer(str(shown.pk), wrong({"kind": shown.version.kind, "prompt": shown.prompt}, key(str(shown.pk))))
    corrections.report(student, shown.pk, "key", "It is not.", timezone.now())


def csv_of(client: Client, **parameters: str) -> list[dict[str, str]]:
    answered: Any = client.get("/admin/questions/item/statistics.csv", parameters)
    return list(csv.DictReader(io.StringIO(b"".join(answered.streaming_content).decode("utf-8-sig"))))


@pytest.mark.any_database
def test_the_page_of_an_item_says_what_its_answers_say(course: Course, key: Key, instructor: Client) -> None:
    item = Item.objects.get(slug=SLUG)
    address = f"/admin/questions/item/{item.pk}/statistics/"
    assert address in instructor.get(f"/admin/questions/item/{item.pk}/change/").content.decode()
    page = instructor.get(address).content.decode()
    assert "It has not been measured yet" in page
    assert "Measure now" in page
    item_analysis.measure_course(course)
    assert "Nobody had answered it by then." in instructor.get(address).content.decode()
    answer(new_student(course, "ada"), key, right=True)
    report(course, key)
    item_analysis.measure_course(course)
    page = instructor.get(address).content.decode()
    assert "Not enough answers yet: 2 students." in page
    assert "1 report by a student is waiting for an answer." in page
    assert (
        "1 report by a student is waiting for an answer."
        in instructor.get(f"/admin/questions/item/{item.pk}/change/").content.decode()
    )


def test_ease_stands_in_the_list_the_page_and_the_file_and_moves_what_exams_draw_from(
    course: Course, key: Key, instructor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(new_student(course, "ada"), key, right=True)
    answer(new_student(course, "bob"), key, right=False, slug="decay-factor")
    item_analysis.measure_course(course)
    assert csv_of(instructor, ease="middle") == []
    monkeypatch.setattr(easing, "ENOUGH_STUDENTS", 2)
    monkeypatch.setattr(easing, "ENOUGH_ANSWERS", 2)
    item_analysis.measure_course(course)
    easy, hard = row(), row("decay-factor")
    assert easy
    assert hard
    assert (easy.ease or 0) > (hard.ease or 0)
    assert {each.item: each.ease for each in load_candidates(course.pk)}[hard.item_id] == hard.ease
    column = instructor.get("/admin/questions/item/").context["cl"].list_display.index("ease")
    listed = csv_of(instructor, o=str(column))
    assert [each["item"] for each in listed][:2] == ["decay-factor", SLUG]
    assert float(listed[0]["ease_error"]) == pytest.approx(hard.ease_error, abs=1e-4)
    assert "± " in instructor.get("/admin/questions/item/").content.decode()
    assert "<dt>Ease</dt>" in instructor.get(f"/admin/questions/item/{easy.item_id}/statistics/").content.decode()


def test_the_list_says_how_what_is_remembered_stands_to_what_was_predicted(
    course: Course, key: Key, instructor: Client
) -> None:
    ada = new_student(course, "ada")
    answer(ada, key, right=True)
    answer(ada, key, right=False, days=1)
    item_analysis.measure_course(course)
    assert [each["item"] for each in csv_of(instructor, again="worse")] == [SLUG]
    assert csv_of(instructor, again="near") == csv_of(instructor, again="better") == []
    page = instructor.get("/admin/questions/item/").content.decode()
    assert "0\N{NO-BREAK SPACE}% <small" in page


def test_only_staff_who_may_see_items_see_how_they_do(course: Course, student: User) -> None:
    item = Item.objects.get(slug=SLUG)
    clerk = User.objects.create_user("clerk", is_staff=True)
    reader = User.objects.create_user("reader", is_staff=True)
    roles.set_role(reader, course, roles.Role.OBSERVER)
    pages = (f"/admin/questions/item/{item.pk}/statistics/", "/admin/questions/item/statistics.csv")
    for user, statuses in ((student, [302, 302]), (clerk, [404, 403]), (reader, [200, 200])):
        client = Client()
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == statuses
        asked = client.post("/admin/questions/item/measure/").status_code
        assert asked == (302 if user == student else 403)
    assert not CourseMeasuring.objects.exists()


def test_staff_have_items_measured_by_a_worker_and_the_command_does_it_at_once(
    course: Course, key: Key, instructor: Client
) -> None:
    answer(new_student(course, "ada"), key, right=True)
    assert "being measured" in instructor.post("/admin/questions/item/measure/", follow=True).content.decode()
    assert CourseMeasuring.objects.get().asked_at
    assert item_analysis.measure_courses(asked=True) == 1
    assert item_analysis.measure_courses(asked=True) == 0
    assert row()
    ItemStatistics.objects.all().delete()
    out = StringIO()
    call_command("measure_items", course=course.slug, stdout=out)
    assert "1 answers, 1 items" in out.getvalue()
    assert row()

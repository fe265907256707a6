"""Sync: everything of a student's that changed since a cursor, nothing twice, nothing missed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import schedule
from quizzes.calendar import format_instant
from quizzes.models import Card, DailyPlan, Enrolment, Exam, ReviewEvent, Section, SectionExam
from quizzes.reviews import sync as change_sync
from quizzes.reviews.cursors import Cursor
from tests.conftest import Api, review

pytestmark = pytest.mark.database

Key = Callable[[str], Any]
Changes = list[Any]


def sync(api: Api, cursor: str = "") -> tuple[Changes, str]:
    """All changes since a cursor, page by page, and the cursor after them."""
    found: Changes = []
    while True:
        page = api.get(f"sync/?cursor={cursor}")
        assert page.status_code == 200, page.content
        answer = page.json()
        found += answer["changes"]
        cursor = answer["cursor"]
        if not answer["has_more"]:
            return found, cursor


def of(changes: Changes, kind: str) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in changes if one["type"] == kind}


def test_the_first_sync_brings_everything(api: Api, student: User) -> None:
    schedule.plan_day(student)
    changes, _ = sync(api)
    assert of(changes, "item_version").keys() == set(Item.objects.published().values_list("slug", flat=True))
    assert of(changes, "card").keys() == {str(pk) for pk in Card.objects.values_list("pk", flat=True)}
    assert len(of(changes, "plan")) == 1
    kinds = [one["type"] for one in changes]
    assert kinds.index("card") > max(at for at, kind in enumerate(kinds) if kind == "item_version")


@pytest.mark.any_database
def test_later_ones_bring_what_changed_since(api: Api, key: Key) -> None:
    first = api.queue()["results"][0]
    _, cursor = sync(api)
    assert sync(api, cursor)[0] == []

    result = api.answer(first["id"], key(first["id"]))
    changes, cursor = sync(api, cursor)
    (event,) = of(changes, "event").values()
    assert (event["id"], event["event_type"], event["score"]) == (result["id"], "review", 1.0)
    state = result["grade"]["cards"][0]
    card = of(changes, "card")[state["card"]]
    assert (card["stability"], card["due_at"], card["reviews"]) == (state["stability"], state["due_at"], 1)
    assert not of(changes, "item_version")
    assert sync(api, cursor)[0] == []


def test_what_changes_twice_comes_once_as_it_is_now(api: Api, student: User) -> None:
    api.queue()
    _, cursor = sync(api)
    card = Card.objects.filter(student=student)[0]
    for kind in ("bury", "suspend"):
        event = {"id": str(uuid.uuid4()), "type": kind, "card": str(card.pk)}
        api.send({**event, "occurred_at": timezone.now().isoformat()})
    changes, _ = sync(api, cursor)
    assert len(of(changes, "event")) == 2
    assert [one["suspended"] for one in changes if one["type"] == "card"] == [True]


@pytest.mark.any_database
def test_a_new_version_and_a_retired_item_are_told(api: Api) -> None:
    _, cursor = sync(api)
    one, other = Item.objects.published().order_by("pk")[:2]
    one.seconds += 5
    one.save()
    bank.publish(one, seeds=20)
    bank.retire(other)
    changes, cursor = sync(api, cursor)
    assert of(changes, "item_version")[one.slug]["version"] == 2
    assert of(changes, "deletion")[other.slug] == {
        "type": "deletion",
        "id": other.slug,
        "of": "item",
        "course": "tiny",
    }
    newcomer, _ = sync(api)
    assert other.slug not in of(newcomer, "item_version").keys() | of(newcomer, "deletion").keys()


@pytest.mark.any_database
def test_a_course_that_was_left_and_one_that_was_joined(api: Api, student: User, course: Course) -> None:
    _, cursor = sync(api)
    Enrolment.objects.filter(student=student).delete()
    changes, cursor = sync(api, cursor)
    assert {"type": "deletion", "id": "tiny", "of": "course"} in changes
    assert not of(changes, "item_version")
    Enrolment.objects.create(student=student, course=course)
    changes, cursor = sync(api, cursor)
    assert len(of(changes, "item_version")) == Item.objects.published().count()


@pytest.mark.parametrize("size", [1, 2, 7])
def test_pages_of_any_size_bring_the_same(api: Api, student: User, key: Key, size: int) -> None:
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    whole, _ = sync(api)
    found: Changes = []
    cursor, has_more = "", True
    while has_more:
        page = change_sync.load_changes(student, cursor, limit=size)
        assert 0 < len(page["changes"]) <= size
        assert len(page["cursor"]) < 1000
        found += page["changes"]
        cursor, has_more = page["cursor"], page["has_more"]
    assert found == whole


@pytest.mark.any_database
def test_what_changes_between_two_pages_is_not_missed(api: Api, student: User, key: Key) -> None:
    queue = api.queue()["results"]
    for one in queue[:3]:
        api.answer(one["id"], key(one["id"]))
    page = change_sync.load_changes(student, limit=len(Item.objects.published()) + 9 + 4)
    assert page["has_more"]
    told: Changes = list(page["changes"])
    for one in queue[3:]:
        api.answer(one["id"], key(one["id"]))
    rest, _ = sync(api, page["cursor"])
    told += rest
    latest = of(told, "card")
    for card in Card.objects.filter(student=student):
        assert latest[str(card.pk)]["stability"] == card.stability
    assert len(of(told, "event")) == ReviewEvent.objects.count()


def _events(changes: Changes) -> list[str]:
    return [change["id"] for change in changes if change["type"] == "event"]


def _pages(student: User, cursor: str, limit: int) -> Iterator[Changes]:
    """The pages of a sync, each of which is asked for when the one before was read."""
    has_more = True
    while has_more:
        page = change_sync.load_changes(student, cursor, limit=limit)
        cursor, has_more = page["cursor"], page["has_more"]
        yield page["changes"]


@pytest.mark.any_database
def test_no_page_brings_an_answer_that_an_earlier_one_had(api: Api, student: User, key: Key) -> None:
    shown, *others = api.queue()["results"]
    _, before = sync(api)
    early = review(shown["id"], key(shown["id"]))
    late = review(shown["id"], key(shown["id"]))
    api.send(early)
    results = [api.answer(each["id"], key(each["id"])) for each in others]
    api.send(late, *(_undo(result["id"]) for result in results[:2]))

    for cursor, size in (("", 7), (before, 1), (before, 3)):
        told = [change for page in _pages(student, cursor, size) for change in page]
        assert len(_events(told)) == len(set(_events(told))) == 9, (cursor, size)
        assert of(told, "event")[late["id"]]["superseded"]
        assert sum(event["undone"] for event in of(told, "event").values()) == 2


def test_an_answer_that_changes_between_two_pages_comes_again(api: Api, student: User, key: Key) -> None:
    asked = api.queue()["results"]
    _, before = sync(api)
    results = [api.answer(each["id"], key(each["id"])) for each in asked]
    pages = _pages(student, before, 4)
    first = next(pages)
    undone, overtaken, *_ = (result["id"] for result in results if result["id"] in _events(first))
    (shown,) = ReviewEvent.objects.filter(event_id=overtaken).values_list("presentation", flat=True)
    api.send(_undo(undone), review(str(shown), {"dont_know": True}, occurred_at="2020-01-01T00:00:00Z"))

    rest = [change for page in pages for change in page]

    assert of(rest, "event")[undone]["undone"]
    assert of(rest, "event")[overtaken]["superseded"]
    assert len(_events(rest)) == len(set(_events(rest)))


def _undo(target: str) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "type": "undo", "target": target, "occurred_at": timezone.now().isoformat()}


@pytest.mark.any_database
@pytest.mark.parametrize("cursor", ["17", "x" * 5000, "eyJzdHVkZW50IjoxfQ", 17])
def test_a_batch_with_a_cursor_that_is_none_is_refused_and_changes_nothing(api: Api, key: Key, cursor: object) -> None:
    shown = api.queue()["results"][0]["id"]
    event = review(shown, key(shown))
    body = {"device": api.device, "device_now": timezone.now().isoformat(), "cursor": cursor, "events": [event]}
    answer = api.post("reviews/batch/", body)
    assert (answer.status_code, answer.json()["errors"].keys()) == (400, {"cursor"})
    assert not ReviewEvent.objects.exists()
    # What is too old, or somebody else's, is for the sync to say: answers need not wait for that.
    stale = str(Cursor(student=-1, issued_at=0))
    assert api.post("reviews/batch/", {**body, "cursor": stale}).json()["cursor"] == stale


@pytest.mark.any_database
def test_the_cursor_of_a_batch_skips_nothing(api: Api, student: User, key: Key) -> None:
    mine, others, *_ = api.queue()["results"]
    _, cursor = sync(api)
    Api(student).answer(others["id"], key(others["id"]))
    body = {"device": api.device, "device_now": timezone.now().isoformat(), "cursor": cursor}
    reply = api.post("reviews/batch/", {**body, "events": [review(mine["id"], key(mine["id"]))]}).json()

    events = of(sync(api, reply["cursor"])[0], "event").values()
    assert {event["presentation"] for event in events} == {mine["id"], others["id"]}
    del body["cursor"]
    assert api.post("reviews/batch/", {**body, "events": []}).json()["cursor"] == ""


@pytest.mark.any_database
def test_an_event_that_is_undone_is_sent_again(api: Api, student: User, key: Key) -> None:
    first, second, *_ = api.queue()["results"]
    result = api.answer(first["id"], key(first["id"]))
    api.answer(second["id"], key(second["id"]))
    _, cursor = sync(api)
    undo = {"id": str(uuid.uuid4()), "type": "undo", "target": result["id"], "occurred_at": timezone.now().isoformat()}
    api.send(undo)

    (page, undone) = (change_sync.load_changes(student, cursor, limit=1), sync(api, cursor)[0])
    told = of(undone, "event")
    assert told[result["id"]]["undone"] is True
    assert told.keys() == {result["id"], undo["id"]}
    assert len(of(page["changes"], "event")) in (0, 2)  # never the one without the other


def test_which_answer_counts_is_sent_again_when_it_is_decided_anew(api: Api, student: User, key: Key) -> None:
    shown = api.queue()["results"][0]["id"]
    early, late = (
        review(shown, key(shown), occurred_at=(timezone.now() + timedelta(hours=hours)).isoformat()) for hours in (1, 2)
    )
    in_time = timezone.now() + timedelta(hours=3)
    with time_machine.travel(in_time):
        api.send(late, device_now=in_time)
        _, cursor = sync(api)
        api.send(early, device_now=in_time)
    told, cursor = sync(api, cursor)
    assert {pk: one["superseded"] for pk, one in of(told, "event").items()} == {late["id"]: True, early["id"]: False}
    api.send({**late, "id": str(uuid.uuid4()), "type": "undo", "target": early["id"]})
    again = of(sync(api, cursor)[0], "event")
    assert (again[late["id"]]["superseded"], again[early["id"]]["undone"]) == (False, True)
    assert len(of(change_sync.load_changes(student, cursor, limit=1)["changes"], "event")) in (0, 3)


def test_exams_have_the_dates_of_the_students_section(api: Api, student: User, course: Course) -> None:
    _, cursor = sync(api)
    section = Section.objects.create(course=course, name="Evening")
    at = timezone.now().replace(microsecond=0) + timedelta(days=40)
    exam = Exam.objects.filter(course=course)[0]
    SectionExam.objects.create(section=section, exam=exam, starts_at=at)
    assert sync(api, cursor)[0] == []
    Enrolment.objects.filter(student=student).update(section=section)
    changes, _ = sync(api, cursor)
    (entry,) = (each for each in of(changes, "exams")["tiny"]["entries"] if each["slug"] == exam.slug)
    assert entry["starts_at"] == format_instant(at)
    assert entry["closes_at"] == (format_instant(exam.closes_at) if exam.closes_at else None)


def test_settings_and_lists_come_whole_when_they_change(api: Api, student: User, course: Course) -> None:
    changes, cursor = sync(api)
    named = {change["type"]: change for change in changes if "entries" in change or change["type"] == "settings"}
    assert set(named) == {
        *("settings", "lessons", "concepts", "exams", "sittings", "bookmarks", "notes", "read_sections")
    }
    assert [lesson["slug"] for lesson in named["lessons"]["entries"]] == [
        lesson["slug"] for lesson in api.get("lessons/").json()["results"]
    ]
    me = api.get("me/").json()
    assert named["settings"]["id"] == me.pop("username")
    assert {name: named["settings"][name] for name in me} == me
    item = Item.objects.published().order_by("pk")[0]
    api.client.put(f"/api/v1/bookmarks/{item.slug}/")
    api.client.put(f"/api/v1/notes/{item.slug}/", {"text": "Why?"}, content_type="application/json")
    changes, cursor = sync(api, cursor)
    assert [change["type"] for change in changes] == ["bookmarks", "notes"]
    assert [entry["text"] for entry in changes[1]["entries"]] == ["Why?"]
    api.client.delete(f"/api/v1/bookmarks/{item.slug}/")
    changes, cursor = sync(api, cursor)
    assert [(change["type"], change["entries"]) for change in changes] == [("bookmarks", [])]
    assert sync(api, cursor)[0] == []


def test_settings_move_due_dates_and_the_plan(api: Api, student: User, key: Key) -> None:
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    _, cursor = sync(api)
    api.patch("me/", {"desired_retention": 0.8})
    changes, _ = sync(api, cursor)
    assert of(changes, "card").keys() == {
        str(pk) for pk in Card.objects.filter(stability__isnull=False).values_list("pk", flat=True)
    }
    DailyPlan.objects.all().delete()
    _, cursor = sync(api, change_sync.load_changes(student)["cursor"])
    schedule.plan_day(student)
    assert len(of(sync(api, cursor)[0], "plan")) == 1


@pytest.mark.any_database
def test_a_cursor_that_cannot_be_continued_is_gone(api: Api, student: User, stranger: User, key: Key) -> None:
    _, cursor = sync(api)
    assert Api(stranger).get(f"sync/?cursor={cursor}").status_code == 410

    one = api.queue()["results"][0]
    api.answer(one["id"], key(one["id"]))
    _, ahead = sync(api)
    ReviewEvent.objects.filter(student=student).delete()
    student.change_log.last_sequence = 1  # restored from a backup of before
    student.change_log.save()
    gone = api.get(f"sync/?cursor={ahead}")
    assert gone.status_code == 410
    assert "without" in gone.json()["detail"]

    with time_machine.travel(timezone.now() + timedelta(days=181)):
        assert Api(student).get(f"sync/?cursor={cursor}").status_code == 410


@pytest.mark.any_database
@pytest.mark.parametrize("cursor", ["17", "e30", "x" * 5000, "%00", "äöü", "eyJzdHVkZW50IjoxfQ", "bnVsbA"])
def test_nonsense_is_refused_and_named(api: Api, cursor: str) -> None:
    answer = api.get(f"sync/?cursor={cursor}")
    assert answer.status_code == 400
    assert "cursor" in answer.json()["errors"]
    assert "limit" in api.get("sync/?limit=501").json()["errors"]


def test_it_is_the_callers_own(api: Api, stranger: User) -> None:
    api.queue()
    Api(stranger).queue()
    own = {one["id"] for one in sync(api)[0] if one["type"] in ("card", "event")}
    assert own == {str(pk) for pk in Card.objects.exclude(student=stranger).values_list("pk", flat=True)}
    assert api.client.get("/api/v1/sync/").status_code == 200
    api.client.logout()
    assert api.client.get("/api/v1/sync/").status_code == 401


@pytest.mark.any_database
def test_it_takes_a_fixed_number_of_queries(api: Api, key: Key) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get("sync/")
        return len(captured)

    few = queries()
    for one in api.queue()["results"]:
        api.answer(one["id"], key(one["id"]))
    assert queries() == few <= 24

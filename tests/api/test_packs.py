"""Packs: what a client needs to review while it is offline, keys included."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions.models import Correction, Course, ItemVersion
from quizzes import schedule
from quizzes.memory import fsrs
from quizzes.models import ChangeLog, CourseMeasuring, Exam, Presentation, SectionRead
from quizzes.schedule.facts import Task
from quizzes.schedule.packs import PackFacts, spread
from tests.conftest import Api, review, wrong
from tests.quizzes.exams.corrections import mistaken

pytestmark = pytest.mark.any_database


def right_by_the_pack(one: dict[str, Any], response: dict[str, Any]) -> bool:
    """How a client grades by itself, with nothing but the pack."""
    key, check = one["key"], one["check"]
    match one["kind"]:
        case "numeric":
            given = [Decimal(text) for text in str(response["value"]).strip("[]").split(",")]
            bounds = zip(given, check["values"], check["allowed"], strict=True)
            return all(abs(value - Decimal(right)) <= Decimal(allowed) for value, right, allowed in bounds)
        case "short_text":
            text = unicodedata.normalize("NFKC", response["text"]).strip()
            folded = text if check["case"] == "exact" else text.casefold()
            return folded in [each if check["case"] == "exact" else each.casefold() for each in check["accept"]]
        case "multiple_select":
            return set(response["choices"]) == set(key["choices"])
    return bool(response == key)


def test_a_pack_has_all_kinds_with_keys_and_reasons(api: Api) -> None:
    pack = api.get("packs/?days=7").json()

    assert pack["days"] == 7
    assert len({one["kind"] for one in pack["results"]}) == 6
    for one in pack["results"]:
        assert "KEY-EXPLANATION" in one["explanation_html"]
        assert one["key"]
        assert (one["check"] is not None) == (one["kind"] in ("numeric", "short_text"))


def test_its_entries_have_days_and_places_and_say_what_is_said_to_answers(api: Api) -> None:
    api.patch("me/", {"daily_minutes": 3})
    pack = api.get("packs/?days=3").json()

    placed = [(entry["day"], entry["position"]) for entry in pack["results"]]
    days = sorted({day for day, _ in placed})
    assert len(days) > 1
    for day in days:
        assert [at for on, at in placed if on == day] == list(range(1, 1 + sum(on == day for on, _ in placed)))
    for entry in pack["results"]:
        assert entry["grading"]["rule"]
        assert entry["grading"]["final"] is True
        if entry["check"] is not None:
            assert entry["grading"].items() >= entry["check"].items()


def test_what_it_says_to_answers_is_what_a_grade_says(api: Api) -> None:
    for entry in api.get("packs/").json()["results"]:
        said = {(each["target"], each["message_html"]) for each in entry["feedback"]}
        grade = api.answer(entry["id"], wrong(entry, entry["key"]))["grade"]
        told = {(each["target"], each["message_html"]) for each in grade["feedback"]}
        assert told <= said, entry["item"]


def test_it_has_the_students_memory_and_the_rules_of_rating(api: Api) -> None:
    memory = api.get("packs/").json()["memory"]

    assert memory["parameters"] == list(fsrs.DEFAULT_PARAMETERS)
    assert memory["desired_retention"] == 0.9
    assert memory["thresholds"] == {"passed": 0.6, "guessed": 2, "sure": 5, "slow": 3.0, "fast": 0.5}


def test_a_delta_has_what_came_and_names_what_stayed(api: Api) -> None:
    first = api.get("packs/?lessons=1").json()
    assert {lesson["slug"] for lesson in first["lessons"]} == {entry["lesson"] for entry in first["results"]}
    assert first["kept"] == []

    same = api.get(f"packs/?lessons=1&since={first['since']}").json()
    assert (same["results"], same["lessons"], same["since"]) == ([], [], first["since"])
    assert same["kept"] == [{name: entry[name] for name in ("id", "day", "position")} for entry in first["results"]]

    gone, changed, *_ = first["results"]
    api.send({**review(gone["id"], None), "type": "suspend", "card": gone["card"]})
    ItemVersion.objects.filter(item__slug=changed["item"]).update(seconds=977)
    delta = api.get(f"packs/?since={first['since']}").json()
    assert [entry["id"] for entry in delta["results"]] == [changed["id"]]
    staying = {entry["id"] for entry in delta["kept"]}
    assert staying == {entry["id"] for entry in first["results"]} - {gone["id"], changed["id"]}

    for since in ("!", "a", "ä"):
        assert len(api.get(f"packs/?since={since}").json()["results"]) == len(first["results"]) - 1


def test_tasks_are_spread_over_days_from_when_they_are_due() -> None:
    cards = [uuid.UUID(int=at) for at in range(5)]
    tasks = [Task(card, ("",), 60, new=False) for card in cards]
    days = [date(2026, 3, day) for day in (1, 2, 3)]

    on = spread(tasks, {cards[0]: days[1], cards[3]: date(2026, 3, 9)}, days, 120)

    assert [on[card].day for card in cards] == [2, 1, 1, 3, 2]


def test_a_client_grades_by_it_as_the_server_does(api: Api) -> None:
    for answer in ("right", "wrong"):
        for one in api.get("packs/").json()["results"]:
            response = one["key"] if answer == "right" else wrong(one, one["key"])
            grade = api.answer(one["id"], response)["grade"]
            assert right_by_the_pack(one, response) is grade["correct"] is (answer == "right"), one["item"]
        Presentation.objects.update(closed_at=timezone.now())


def test_answers_of_a_week_offline_are_taken_later(api: Api, student: User) -> None:
    pack = api.get("packs/").json()["results"]
    later = timezone.now() + timedelta(days=6)
    events = [review(one["id"], one["key"], occurred_at=later.isoformat()) for one in pack]

    results = api.send(*events, device_now=later)
    again = api.send(*events, device_now=later)

    assert {result["status"] for result in results} == {"accepted"}
    assert {result["status"] for result in again} == {"duplicate"}


def test_the_same_pack_is_not_sent_twice(api: Api) -> None:
    first = api.get("packs/")
    etag = first["ETag"]
    assert etag.startswith('"')

    same = api.client.get("/api/v1/packs/", headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")

    one = first.json()["results"][0]
    api.answer(one["id"], one["key"])
    assert api.client.get("/api/v1/packs/", headers={"If-None-Match": etag}).status_code == 200


def test_what_changes_a_pack_changes_its_tag_and_nothing_is_made_while_nothing_does(
    api: Api, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[PackFacts] = []
    build = schedule.build_pack

    def build_noted(facts: PackFacts) -> schedule.Pack:
        made.append(facts)
        return build(facts)

    monkeypatch.setattr(schedule, "build_pack", build_noted)
    tags = [api.get("packs/")["ETag"]]

    def is_the_same() -> bool:
        answer = api.client.get("/api/v1/packs/", headers={"If-None-Match": tags[-1]})
        tags.append(answer["ETag"])
        assert len(made) == len(set(tags))
        return bool(answer.status_code == 304)

    assert is_the_same()
    shown = student.presentations.filter(version__kind="single_choice").earliest("pk")
    lesson = shown.version.lesson
    card, later = student.cards.earliest("pk"), timezone.now() + timedelta(days=9)
    changes: list[Callable[[], object]] = [
        lambda: api.patch("me/", {"daily_minutes": 7}),
        lambda: api.patch("me/", {"desired_retention": 0.85}),
        lambda: student.enrolments.update(exam_at=later),
        lambda: Exam.objects.filter(kind="assessment").update(title="Another"),
        lambda: student.cards.filter(pk=card.pk).update(buried_until=later),  # by an event it would have a number too
        lambda: Presentation.objects.filter(pk=shown.pk).update(parts_checked={}),
        lambda: api.post("exams/tiny-exam/sittings/", {}),
        lambda: mistaken.correct(Correction.Rule.VOID),
        lambda: SectionRead.objects.create(student=student, lesson=lesson, section="the-penalty", read_at=later),
        lambda: Course.objects.update(slug="as-it-is-called-now"),
        lambda: ChangeLog.objects.update(last_sequence=F("last_sequence") + 1),
        lambda: Course.objects.update(revision=F("revision") + 1),
        lambda: CourseMeasuring.objects.update_or_create(course=Course.objects.get(), defaults={"measured_at": later}),
    ]
    for number, change in enumerate(changes):
        change()
        assert not is_the_same(), number
        assert is_the_same(), number
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert not is_the_same()


def asked_on(pack: dict[str, Any], day: str) -> list[str]:
    """The ids of what a pack asks on a day, in its order."""
    entries = sorted(pack["results"], key=lambda entry: entry["position"])
    return [entry["id"] for entry in entries if entry["day"] == day]


def test_its_first_day_is_what_the_queue_asks(api: Api, student: User) -> None:
    """The plan as it would be made, as it is stored, and with what was forgotten today; the days after ask the rest."""
    api.patch("me/", {"daily_minutes": 4})
    for step in ("computed", "stored", "answered", "forgotten"):
        if step == "stored":
            schedule.plan_day(student)
        elif step != "computed":
            first = api.queue()["results"][0]
            key = api.get("packs/").json()["results"][0]["key"]
            api.answer(first["id"], key if step == "answered" else wrong(first, key))
        queue, pack = api.queue(100), api.get("packs/?days=7").json()
        ids = [each["id"] for each in queue["results"]]
        today = asked_on(pack, queue["date"])
        assert today[: len(ids)] == ids
        assert len(today) - len(ids) == queue["counts"]["waiting"] == int(step == "forgotten")
        assert len({entry["day"] for entry in pack["results"]}) > 1
        items = [entry["item"] for entry in pack["results"]]
        assert len(items) == len(set(items))
        assert asked_on(api.get("packs/?days=1").json(), queue["date"]) == today


def test_it_says_which_card_each_pair_is_of_questions_whose_pairs_have_one(api: Api, student: User) -> None:
    results = api.get("packs/").json()["results"]
    (entry,) = [each for each in results if each["kind"] == "matching"]
    assert [each["kind"] for each in results if each["cards"]] == ["matching"]
    facets = Presentation.objects.get(pk=entry["id"]).answer["facets"]
    cards = {str(pk): facet for pk, facet in student.cards.values_list("pk", "facet")}
    assert {left: cards[card] for left, card in entry["cards"].items()} == facets
    assert entry["card"] in entry["cards"].values()
    assert all("cards" not in each for each in api.queue(100)["results"])

    forgotten, *_ = entry["cards"]
    pairs = {left: right for left, right in entry["key"]["pairs"].items() if left != forgotten}
    states = api.answer(entry["id"], {"pairs": pairs})["grade"]["cards"]
    assert {state["card"] for state in states} == set(entry["cards"].values())
    soonest = min(states, key=lambda state: state["due_at"])
    assert soonest["card"] == entry["cards"][forgotten]


def test_what_was_fetched_without_html_comes_again_with_it(api: Api) -> None:
    plain = api.get("packs/?html=0").json()
    assert api.get(f"packs/?html=0&since={plain['since']}").json()["results"] == []
    whole = api.get(f"packs/?since={plain['since']}").json()
    assert {entry["id"] for entry in whole["results"]} == {entry["id"] for entry in plain["results"]}
    assert all("explanation_html" in entry for entry in whole["results"])


@pytest.mark.parametrize("days", ["0", "31", "x", "-1", "1.5", ""])
def test_it_refuses_bad_days_and_names_them(api: Api, days: str) -> None:
    answer = api.get(f"packs/?days={days}")
    assert answer.status_code == 400
    assert "days" in answer.json()["errors"]


def test_it_is_the_callers_own(api: Api, stranger: User) -> None:
    own = {one["id"] for one in api.get("packs/").json()["results"]}
    others = {one["id"] for one in Api(stranger).get("packs/").json()["results"]}
    assert own.isdisjoint(others)


def test_it_takes_a_fixed_number_of_queries(api: Api) -> None:
    api.get("packs/")
    counts = []
    for days in (2, 30):
        with CaptureQueriesContext(connection) as captured:
            api.get(f"packs/?days={days}")
        counts.append(len(captured))
    assert counts[0] == counts[1]

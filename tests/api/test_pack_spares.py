"""Spares in packs: a card is asked again without a network, each time by another question, and every answer counts."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Item
from quizzes import tasks
from quizzes.models import Card, Presentation, ReviewEvent
from quizzes.schedule.pack_spares import count_spares
from tests.api.test_packs import right_by_the_pack
from tests.conftest import Api, review, wrong

pytestmark = pytest.mark.any_database
WEEK = "packs/?days=7&spares=2"


def entries_of(api: Api, path: str = WEEK) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = api.get(path).json()["results"]
    return entries


def of_kind(entries: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["kind"] == kind)


def asked_by(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions of an entry's card, as a client puts them together: the entry, and its spares."""
    return [entry, *({**entry, **spare} for spare in entry["spares"])]


def undo(event: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now().isoformat()
    return {"id": str(uuid.uuid4()), "type": "undo", "target": event["id"], "occurred_at": now}


def check_memory() -> None:
    """The states of cards are what the log gives."""
    call_command("rebuild_memory", "--check")


def test_a_card_has_further_questions_of_which_each_is_another(api: Api, student: User) -> None:
    pack = api.get(WEEK).json()

    questions = [asked_by(entry) for entry in pack["results"]]
    assert {len(each) for each in questions} == {3}
    ids = [question["id"] for each in questions for question in each]
    assert len(set(ids)) == len(ids)
    assert student.presentations.count() == len(ids)
    assert student.presentations.filter(closed_at=None, spare=None).count() == len(questions)
    stems = [question["prompt"]["stem"] for question in asked_by(of_kind(pack["results"], "numeric"))]
    assert len(set(stems)) == 3
    for one in (question for each in questions for question in each):
        assert right_by_the_pack(one, one["key"]), one["item"]
    matching = asked_by(of_kind(pack["results"], "matching"))
    assert len({frozenset(question["cards"]) for question in matching}) == 3
    assert len({frozenset(question["cards"].values()) for question in matching}) == 1
    assert pack["memories"] == []

    assert api.get(WEEK).json() == pack
    plain = api.get("packs/?days=7").json()
    assert plain["memories"] == []
    assert not [entry for entry in plain["results"] if entry["spares"]]
    assert student.presentations.count() == len(ids)


def test_only_what_differs_is_sent_of_a_spare(api: Api) -> None:
    text = of_kind(entries_of(api), "short_text")["spares"][0]
    assert text.keys() == {"id", "kind"}, "it is the same question each time"
    choice = of_kind(entries_of(api), "single_choice")["spares"][0]
    assert choice.keys() == {"id", "kind", "prompt", "key", "grading", "feedback"} - {"grading"}


def test_the_answers_of_a_day_all_count_and_each_spare_counts_once(api: Api, student: User) -> None:
    first, second, third = asked_by(of_kind(entries_of(api), "numeric"))
    forgotten = review(first["id"], wrong(first, first["key"]))
    known, again = review(second["id"], second["key"]), review(second["id"], second["key"])

    results = api.send(forgotten, known, again)

    assert [result["grade"]["correct"] for result in results[:2]] == [False, True]
    assert [result["code"] for result in results] == [None, None, "already_answered"]
    assert ReviewEvent.objects.counting().count() == 2
    card = Card.objects.get(pk=first["card"])
    assert (card.reviews, card.last_review_at is not None) == (2, True)
    check_memory()

    now = of_kind(entries_of(api), "numeric")
    ids = [question["id"] for question in asked_by(now)]
    assert third["id"] in ids[1:], "what was not answered stays"
    assert not {first["id"], second["id"]} & set(ids)
    assert len(set(ids)) == 3
    assert api.answer(now["id"], now["key"])["status"] == "accepted"


def test_spares_of_every_kind_are_graded_as_the_pack_says(api: Api) -> None:
    events, expected = [], []
    for entry in entries_of(api):
        for right, one in zip((False, True), asked_by(entry)[1:], strict=True):
            response = one["key"] if right else wrong(one, one["key"])
            assert right_by_the_pack(one, response) is right, one["item"]
            events.append(review(one["id"], response))
            expected.append(right)
    results = api.send(*events)
    assert [result["grade"]["correct"] for result in results] == expected
    check_memory()


def test_what_was_undone_is_asked_again(api: Api) -> None:
    entry = of_kind(entries_of(api), "numeric")
    first, second, _ = asked_by(entry)
    events = [review(one["id"], one["key"]) for one in (first, second)]
    api.send(*events, undo(events[1]))
    assert of_kind(entries_of(api), "numeric")["id"] == second["id"]

    # Also where the answer came earlier, and a pack has put the card again meanwhile.
    api.send(again := review(second["id"], second["key"]))
    assert of_kind(entries_of(api, "packs/?days=30&spares=1"), "numeric")["id"] != second["id"]
    api.send(undo(again))
    shown = Presentation.objects.get(card=first["card"], closed_at=None)
    assert (str(shown.pk), shown.spare) == (second["id"], None)
    check_memory()


def test_an_undo_of_what_was_just_answered_leaves_a_spare_beside_an_open_question(api: Api) -> None:
    entry = of_kind(entries_of(api), "numeric")
    _, second, _ = asked_by(entry)
    Presentation.objects.filter(pk=entry["id"]).update(hints_taken=1)
    event = review(second["id"], second["key"])
    api.send(event, undo(event))
    assert of_kind(entries_of(api), "numeric")["id"] == entry["id"]
    assert second["id"] in [spare["id"] for spare in of_kind(entries_of(api), "numeric")["spares"]]


def test_a_new_version_has_spares_of_its_own_and_answers_to_old_ones_count(api: Api) -> None:
    entry = of_kind(entries_of(api), "numeric")
    before = asked_by(entry)
    item = Item.objects.get(slug=entry["item"])
    body = {**item.draft, "stem": f"{item.draft['stem']} Quickly."}
    bank.publish(bank.save_draft(item.course, item.slug, item.kind, body, list(item.concepts.all())), seeds=1)

    after = asked_by(of_kind(entries_of(api), "numeric"))

    assert all("Quickly." in question["prompt"]["stem"] for question in after)
    assert not {one["id"] for one in before} & {one["id"] for one in after}
    assert [api.answer(one["id"], one["key"])["grade"]["correct"] for one in before] == [True] * 3
    now = asked_by(of_kind(entries_of(api), "numeric"))
    assert [one["id"] for one in now] == [one["id"] for one in after[: len(now)]]


def test_what_an_open_sitting_asks_has_no_spares_and_their_answers_wait(api: Api, student: User) -> None:
    before = {entry["item"]: entry for entry in entries_of(api)}
    sitting = api.post("exams/tiny-exam/sittings/", {}).json()
    item = sitting["slots"][0]["presentation"]["item"]

    after = api.get(WEEK)

    assert item not in {entry["item"] for entry in after.json()["results"]}
    secret = asked_by(before[item])[1]
    assert secret["id"] not in after.content.decode()
    result = api.answer(secret["id"], secret["key"])
    assert (result["status"], result["code"], result["grade"]) == ("accepted", "in_sitting", None)
    forms = api.client.get(f"/review/forms/?presentation={secret['id']}").json()["forms"]
    assert forms == {}

    api.post(f"sittings/{sitting['id']}/submit/", {})
    (event,) = ReviewEvent.objects.filter(presentation=secret["id"])
    assert event.counts
    check_memory()


def test_the_review_shows_a_spare_as_it_shows_any_question(api: Api, student: User) -> None:
    item = Item.objects.get(slug="decay-factor")
    body = {**item.draft, "hints": ["What is left?"]}
    bank.publish(bank.save_draft(item.course, item.slug, item.kind, body, list(item.concepts.all())), seeds=1)
    entry = next(entry for entry in entries_of(api) if entry["item"] == item.slug)
    spare = entry["spares"][0]["id"]

    forms = api.client.get(f"/review/forms/?presentation={entry['id']}&presentation={spare}").json()["forms"]

    assert forms.keys() == {entry["id"], spare}
    assert f'value="{spare}"' in forms[spare]
    assert len(api.post(f"presentations/{spare}/hints/", {}).json()["hints"]) == 1
    response = {**asked_by(entry)[1]["key"], "presentation": spare, "event": str(uuid.uuid4())}
    assert api.client.post("/review/", response).status_code == 302
    event = ReviewEvent.objects.get(presentation=spare)
    assert (event.counts, event.hints_used) == (True, 1)


def test_a_delta_sends_an_entry_again_whose_spares_changed(api: Api) -> None:
    first = api.get(WEEK).json()
    assert api.get(f"{WEEK}&since={first['since']}").json()["results"] == []
    entry = of_kind(first["results"], "single_choice")
    spare = asked_by(entry)[1]
    api.answer(spare["id"], spare["key"])

    delta = api.get(f"packs/?days=30&spares=2&since={first['since']}").json()

    (changed,) = delta["results"]
    assert changed["id"] == entry["id"]
    assert spare["id"] not in json.dumps(delta)
    assert [memory["card"] for memory in delta["memories"]] == [entry["card"]]
    card = Card.objects.get(pk=entry["card"])
    (memory,) = delta["memories"]
    assert (memory["stability"], memory["difficulty"], memory["lapses"]) == (card.stability, card.difficulty, 0)


def test_the_tag_is_of_the_spares_too(api: Api) -> None:
    etag = api.get(WEEK)["ETag"]
    assert api.client.get(f"/api/v1/{WEEK}", headers={"If-None-Match": etag}).status_code == 304
    assert api.client.get("/api/v1/packs/?days=7&spares=1", headers={"If-None-Match": etag}).status_code == 200
    spare = of_kind(entries_of(api), "single_choice")["spares"][0]["id"]
    Presentation.objects.filter(pk=spare).update(parts_checked={})
    assert api.client.get(f"/api/v1/{WEEK}", headers={"If-None-Match": etag}).status_code == 200


def test_a_broken_spare_is_replaced(api: Api) -> None:
    spare = of_kind(entries_of(api), "numeric")["spares"][0]["id"]
    broken = Presentation.objects.get(pk=spare)
    broken.answer["mistakes"] = [broken.answer["key"]]
    broken.save()

    tasks.renew_broken_presentations()

    ids = [each["id"] for each in of_kind(entries_of(api), "numeric")["spares"]]
    assert len(ids) == 2
    assert spare not in ids


@pytest.mark.parametrize(
    ("stability", "count"), [(None, 3), (6.9, 3), (7.0, 1)], ids=["new", "forgotten within the days", "holds longer"]
)
def test_cards_have_as_many_as_the_days_may_ask(stability: float | None, count: int) -> None:
    assert count_spares(3, 7, stability) == count
    assert count_spares(0, 7, stability) == 0


def test_its_queries_depend_neither_on_the_days_nor_on_what_has_to_be_drawn(api: Api) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    count("packs/?days=2")
    plain, drawing = count("packs/?days=2"), count("packs/?days=2&spares=1")
    drawing_more = count("packs/?days=30&spares=3")
    assert drawing_more <= drawing
    assert count("packs/?days=30&spares=3") == count("packs/?days=2&spares=1") == plain + 2


@pytest.mark.parametrize("spares", ["4", "-1", "x", ""])
def test_it_refuses_bad_numbers_and_names_them(api: Api, spares: str) -> None:
    answer = api.get(f"packs/?spares={spares}")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"spares": ["Use a whole number from 0 to 3."]}

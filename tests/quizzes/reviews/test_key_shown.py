"""Whoever saw the key before the service had the answer has no second try: what cannot be read counts as wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from quizzes.models import Review, ReviewEvent
from tests.conftest import Api, review

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
Key = Callable[[str], Any]

JUNK: dict[str, dict[str, Any]] = {
    "single_choice": {"choice": "elsewhere"},
    "multiple_select": {"choices": "elsewhere"},
    "numeric": {"value": "about <b>nine</b>"},
    "matching": {"pairs": []},
    "ordering": {"order": ["elsewhere"]},
    "short_text": {"text": ["weight", "decay"]},
}


def seen(presentation: str, response: object) -> dict[str, Any]:
    """An answer whose key was shown before it is sent."""
    return {**review(presentation, response), "key_shown": True}


def test_what_cannot_be_read_of_any_kind_is_wrong_and_kept(api: Api, student: User) -> None:
    asked = api.queue()["results"]
    assert {each["kind"] for each in asked} == JUNK.keys()
    events = [seen(each["id"], JUNK[each["kind"]]) for each in asked]
    without = [{name: value for name, value in event.items() if name != "key_shown"} for event in events]
    assert {(each["status"], each["code"]) for each in api.send(*without)} == {("rejected", "format")}

    results = api.send(*events)

    for each, result in zip(asked, results, strict=True):
        assert (result["status"], result["code"]) == ("accepted", "unreadable"), each["kind"]
        assert (result["grade"]["score"], result["grade"]["rating"]) == (0, "again")
        assert result["grade"]["feedback"][0]["message"].endswith("counts as wrong.")
        assert result["grade"]["key"]
    stored = [event.response for event in ReviewEvent.objects.order_by("pk")]
    assert stored == [{"dont_know": True, "unreadable": JUNK[each["kind"]]} for each in asked]
    assert set(Review.objects.values_list("rating", flat=True)) == {1}
    left = {each["id"] for each in api.queue()["results"]}
    assert not left & {each["id"] for each in asked}, "none is open for another try"
    # The same again has the same words, whether the client still says so or not.
    again = api.send(*without)
    assert [{**each, "status": "accepted"} for each in again] == results
    for event in student.review_events.all():
        page = api.client.get(f"/review/{event.event_id}/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "counts as wrong" in text, event.response
        assert "Not known yet" not in text
        assert "<b>nine</b>" not in text


def test_a_quiet_batch_says_so(api: Api, key: Key) -> None:
    by_kind = {each["kind"]: each for each in api.queue()["results"]}
    numeric, choice = by_kind["numeric"], by_kind["single_choice"]
    events = [seen(numeric["id"], {"value": "?"}), seen(choice["id"], key(choice["id"]))]
    body = {"device": api.device, "device_now": timezone.now().isoformat(), "events": events}
    (told,) = api.post("reviews/batch/?quiet=1", body).json()["results"]
    assert (told["id"], told["code"]) == (events[0]["id"], "unreadable")


def test_a_slip_is_wrong_as_it_is_spelt(api: Api, key: Key) -> None:
    (one,) = [each for each in api.queue()["results"] if each["kind"] == "short_text"]
    slip = {"text": key(one["id"])["text"] + "s"}
    assert api.send(review(one["id"], slip))[0]["code"] == "format"
    (result,) = api.send(seen(one["id"], slip))
    assert (result["status"], result["code"], result["grade"]["score"]) == ("accepted", None, 0)


def test_what_no_database_keeps_leaves_a_mark(api: Api) -> None:
    (one,) = [each for each in api.queue()["results"] if each["kind"] == "numeric"]
    (result,) = api.send(seen(one["id"], {"value": "a\x00b"}))
    assert (result["status"], result["code"]) == ("accepted", "unreadable")
    assert ReviewEvent.objects.get().response == {"dont_know": True, "unreadable": None}


def test_a_right_answer_and_a_dont_know_are_what_they_were(api: Api, key: Key) -> None:
    asked = api.queue()["results"]
    right, unknown = asked[0], asked[1]
    results = api.send(seen(right["id"], key(right["id"])), seen(unknown["id"], {"dont_know": True}))
    assert [(each["code"], each["grade"]["score"]) for each in results] == [(None, 1), (None, 0)]
    assert results[1]["grade"]["feedback"] == []


@pytest.mark.parametrize("said", ["yes", 1, {}])
def test_it_is_true_or_false(api: Api, said: object) -> None:
    event = {**review(api.queue()["results"][0]["id"], {"dont_know": True}), "key_shown": said}
    (result,) = api.send(event)
    assert (result["status"], result["code"]) == ("rejected", "invalid")
    assert "key_shown" in result["detail"]

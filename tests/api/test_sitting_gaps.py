"""Exams over REST: what an answer sent twice, a pack, and a replayed event must not do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from quizzes import exams
from quizzes.models import Exam, ReviewEvent, Sitting
from tests.api.test_sittings import begin, move_deadline, save
from tests.conftest import Api


@pytest.mark.any_database
def test_an_answer_that_is_in_is_not_called_late_when_it_is_sent_again(api: Api) -> None:
    opened = begin(api)
    slot = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "numeric")["slot"]
    first = save(api, opened, slot, {"value": "0.5"}).json()
    move_deadline(opened, -timedelta(minutes=31))
    again = save(api, opened, slot, {"value": "0.5"})
    assert (again.status_code, again.json()["rev"], again.json()["remaining_ms"]) == (200, first["rev"], 0)
    assert save(api, opened, slot, {"value": "0.6"}, rev=1).status_code == 410


@pytest.mark.any_database
def test_a_pack_holds_no_item_of_an_open_sitting(api: Api) -> None:
    assert api.get("packs/?days=30").json()["results"]
    opened = begin(api)
    items = {slot["presentation"]["item"] for slot in opened["slots"]}
    assert not items & {one["item"] for one in api.get("packs/?days=30").json()["results"]}
    api.post(f"sittings/{opened['id']}/submit/", {})
    assert items & {one["item"] for one in api.get("packs/?days=30").json()["results"]}


@pytest.mark.any_database
def test_a_sittings_event_sent_by_the_client_shows_no_grade(api: Api) -> None:
    Exam.objects.filter(slug="tiny-exam").update(
        feedback=Exam.Feedback.ENDED, closes_at=timezone.now() + timedelta(days=1)
    )
    opened = begin(api)
    shown = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "numeric")
    save(api, opened, shown["slot"], {"value": "0.5"})
    api.post(f"sittings/{opened['id']}/submit/", {})
    found = Sitting.objects.get()
    event = exams.event_id(found, found.slots.get(number=shown["slot"]))
    assert not ReviewEvent.objects.exists()
    body = {
        "id": str(event),
        "type": "review",
        "presentation": shown["presentation"]["id"],
        "response": {"value": "0.5"},
        "occurred_at": timezone.now().isoformat(),
        "duration_ms": 1000,
    }
    result = api.send(body)[0]
    assert (result["status"], result["code"], result["grade"]) == ("rejected", "in_sitting", None)


def test_a_finished_round_keeps_its_key_where_the_exam_waits(api: Api) -> None:
    ends = timezone.now() + timedelta(days=1)
    Exam.objects.filter(slug="tiny-viva").update(feedback=Exam.Feedback.ENDED, closes_at=ends)
    path = f"sittings/{begin(api, 'tiny-viva')['id']}/rounds/1"
    assert api.post(f"{path}/start/", {}).status_code == 200
    assert api.post(f"{path}/finish/", {}).json() == {"slot": 1, "grade": None}
    Exam.objects.filter(slug="tiny-viva").update(closes_at=timezone.now())
    assert "key" in api.post(f"{path}/finish/", {}).json()["grade"]

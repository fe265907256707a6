"""Exams over REST: opened, answered against the server's clock, closed, and shown."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from examprep.models import User
from quizzes import exams
from quizzes.models import Card, Enrolment, Exam, Presentation, Review, ReviewEvent, Sitting, Slot
from tests.conftest import Api, review, wrong
from tests.test_secrets import TELLING, names_in, secrets_of

Key = Callable[[str], Any]


def put(api: Api, path: str, body: Any) -> Any:
    return api.client.put(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def begin(api: Api, exam: str = "tiny-exam") -> Any:
    answer = api.post(f"exams/{exam}/sittings/", {})
    assert answer.status_code == 201, answer.content
    return answer.json()


def save(api: Api, opened: Any, slot: int, response: Any, rev: int = 0) -> Any:
    return put(api, f"sittings/{opened['id']}/answers/{slot}/", {"response": response, "rev": rev})


def move_deadline(opened: Any, by: timedelta) -> None:
    """As if the sitting had begun earlier or later."""
    for model in (Sitting.objects.filter(pk=opened["id"]), Slot.objects.filter(sitting=opened["id"])):
        for row in model:
            if row.deadline_at:
                row.deadline_at += by
                if isinstance(row, Sitting):
                    row.opened_at += by
                row.save()


@pytest.mark.any_database
def test_an_exam_is_opened_once_and_resumed_on_another_device(api: Api, student: User) -> None:
    opened = begin(api)
    assert opened["state"] == "open"
    assert [slot["slot"] for slot in opened["slots"]] == [1, 2, 3, 4, 5, 6]
    assert {slot["rev"] for slot in opened["slots"]} == {0}
    assert len({slot["presentation"]["item"] for slot in opened["slots"]}) == 6
    stored = Api(student).get(f"sittings/{opened['id']}/").json()
    assert {**stored, "server_now": ""} == {**opened, "server_now": ""}
    deadline = Sitting.objects.get().deadline_at - Sitting.objects.get().opened_at
    assert deadline == timedelta(minutes=30)

    typed = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "numeric")
    assert save(api, opened, typed["slot"], {"value": "0.5"}).status_code == 200

    other = Api(student)
    again = other.post("exams/tiny-exam/sittings/", {})
    assert again.status_code == 200
    assert again.json()["id"] == opened["id"]
    resumed = other.get(f"sittings/{opened['id']}/").json()["slots"][typed["slot"] - 1]
    assert (resumed["response"], resumed["rev"]) == ({"value": "0.5"}, 1)
    assert resumed["presentation"] == typed["presentation"]
    assert [one["id"] for one in other.get("sittings/").json()["results"]] == [opened["id"]]


def test_every_answer_is_a_revision_and_an_old_one_changes_nothing(api: Api) -> None:
    opened = begin(api)
    slot = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "numeric")["slot"]
    first = save(api, opened, slot, {"value": "0.1"})
    assert first.json()["rev"] == 1
    assert 0 < first.json()["remaining_ms"] <= 30 * 60 * 1000
    # The answer to it was lost on the way, and the client sends it again.
    again = save(api, opened, slot, {"value": "0.1"})
    assert (again.status_code, again.json()["rev"], again.json()["saved_at"]) == (200, 1, first.json()["saved_at"])
    assert save(api, opened, slot, {"value": "0.2"}, rev=1).json()["rev"] == 2

    stale = save(api, opened, slot, {"value": "0.3"}, rev=0)
    assert stale.status_code == 409
    assert (stale.json()["rev"], stale.json()["response"]) == (2, {"value": "0.2"})
    assert stale["Content-Type"] == "application/problem+json"
    assert save(api, opened, slot, {"value": "0.1"}, rev=0).status_code == 409
    assert save(api, opened, slot, {"value": "0.9"}, rev=7).status_code == 409
    assert Slot.objects.get(sitting=opened["id"], number=slot).response == {"value": "0.2"}
    assert save(api, opened, slot, None, rev=2).json()["rev"] == 3
    assert Slot.objects.get(sitting=opened["id"], number=slot).response is None


def test_bad_answers_name_their_field_and_change_nothing(api: Api) -> None:
    opened = begin(api)
    by_kind = {slot["presentation"]["kind"]: slot["slot"] for slot in opened["slots"]}
    bad = save(api, opened, by_kind["single_choice"], {"choice": "nonsense"})
    assert bad.status_code == 400
    assert "choice" in bad.json()["errors"]
    assert "value" in save(api, opened, by_kind["numeric"], {"value": "0.1.2"}).json()["errors"]
    bodies: list[Any] = [{"rev": 0}, {"response": {"value": "1"}}, {"response": {"value": "1"}, "rev": -1}, []]
    for body in bodies:
        assert put(api, f"sittings/{opened['id']}/answers/{by_kind['numeric']}/", body).status_code == 400
    assert save(api, opened, 99, {"value": "1"}).status_code == 404
    assert set(Slot.objects.values_list("rev", flat=True)) == {0}


@pytest.mark.any_database
def test_a_near_miss_is_not_told_in_an_exam(api: Api) -> None:
    opened = begin(api)
    slot = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "short_text")
    assert save(api, opened, slot["slot"], {"text": "AdamV"}).status_code == 200
    api.post(f"sittings/{opened['id']}/submit/", {})
    result = api.get(f"sittings/{opened['id']}/result/").json()
    assert result["slots"][slot["slot"] - 1]["score"] == 0


@pytest.mark.any_database
def test_the_servers_clock_decides(api: Api, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    opened = begin(api)
    move_deadline(opened, -timedelta(minutes=30, seconds=3))
    slot = opened["slots"][0]
    answer = {"choice": slot["presentation"]["prompt"]["choices"][0]["id"]}
    assert slot["presentation"]["kind"] == "single_choice"
    within = save(api, opened, 1, answer)  # three seconds late: it was on its way
    assert (within.status_code, within.json()["remaining_ms"]) == (200, 0)

    move_deadline(opened, -timedelta(seconds=3))
    late = save(api, opened, 1, None, rev=1)
    assert late.status_code == 410
    assert Sitting.objects.get().state == "open"
    shown = api.get(f"sittings/{opened['id']}/").json()
    assert shown["state"] == "expired"
    assert shown["slots"][0]["response"] == answer
    assert api.get(f"sittings/{opened['id']}/result/").status_code == 200
    assert save(api, opened, 1, None, rev=1).status_code == 410
    assert put(api, f"sittings/{opened['id']}/flags/1/", {"flagged": True}).status_code == 410
    assert begin(api)["id"] != opened["id"]


def test_the_sweep_closes_what_was_left_with_what_was_saved(api: Api, key: Key) -> None:
    opened = begin(api)
    first = opened["slots"][0]["presentation"]["id"]
    save(api, opened, 1, key(first))
    assert exams.close_overdue_sittings(timezone.now()) == 0
    move_deadline(opened, -timedelta(hours=1))
    assert exams.close_overdue_sittings(timezone.now()) == 1
    assert exams.close_overdue_sittings(timezone.now()) == 0
    closed = Sitting.objects.get()
    assert (closed.state, closed.score, closed.max_score) == ("expired", 1, 6)
    assert closed.closed_at == closed.deadline_at
    assert ReviewEvent.objects.count() == 1
    assert api.post(f"sittings/{opened['id']}/submit/", {}).json()["state"] == "expired"


def test_a_submitted_sitting_is_graded_and_counts_as_reviews_once(api: Api, student: User, key: Key) -> None:
    opened = begin(api)
    assert api.get(f"sittings/{opened['id']}/result/").status_code == 409
    for slot in opened["slots"][:5]:
        right = key(slot["presentation"]["id"])
        given = wrong(slot["presentation"], right) if slot["slot"] == 2 else right
        assert save(api, opened, slot["slot"], given).status_code == 200
    put(api, f"sittings/{opened['id']}/flags/3/", {"flagged": True})
    first = api.post(f"sittings/{opened['id']}/submit/", {})
    assert first.json()["state"] == "submitted"
    assert first.json()["slots"][2]["flagged"] is True
    assert api.post(f"sittings/{opened['id']}/submit/", {}).content == first.content

    result = api.get(f"sittings/{opened['id']}/result/").json()
    second = result["slots"][1]
    assert result["max_score"] == 6
    assert result["score"] == pytest.approx(sum(slot["score"] for slot in result["slots"]))
    assert 4 <= result["score"] < 5
    assert second["grade"]["correct"] is False
    assert "KEY-EXPLANATION" in second["grade"]["explanation_html"]
    assert second["grade"]["cards"]
    assert result["slots"][5]["response"] is None
    assert result["slots"][5]["grade"]["key"]
    assert sum(part["score"] for part in result["sections"]) == pytest.approx(result["score"])
    assert {part["slug"] for part in result["concepts"]} == {"l2", "factor"}
    assert result["forecast"]["after"]["score"] > result["forecast"]["before"]["score"]

    assert ReviewEvent.objects.filter(student=student, type="review").count() == 5
    assert Review.objects.filter(card__student=student, practice=0).count() >= 5
    assert Card.objects.filter(student=student, reviews__gt=0).exists()
    exams.close_sitting(student, Sitting.objects.get().pk, timezone.now())
    assert ReviewEvent.objects.count() == 5
    assert Sitting.objects.get().state == "submitted"


@pytest.mark.any_database
def test_nothing_gives_a_key_away_before_the_end(api: Api, student: User, key: Key) -> None:
    opened = begin(api)
    secrets = secrets_of(Presentation.objects.filter(student=student).select_related("version"), key)
    responses = [api.get(f"sittings/{opened['id']}/"), api.get("sittings/"), api.get("sync/"), api.get("queue/")]
    for slot in opened["slots"]:
        right = key(slot["presentation"]["id"])
        rejected = api.send(review(slot["presentation"]["id"], right))[0]
        assert (rejected["status"], rejected["code"], rejected["grade"]) == ("rejected", "in_sitting", None)
        responses.append(save(api, opened, slot["slot"], wrong(slot["presentation"], right)))
    responses.append(api.get(f"sittings/{opened['id']}/result/"))
    pages = ("/review/", "/today/", "/progress/", "/concepts/l2/", "/search/?q=l2")
    responses.extend(api.client.get(page) for page in pages)
    packed = {one["id"] for one in api.get("packs/").json()["results"]}
    assert packed.isdisjoint(slot["presentation"]["id"] for slot in opened["slots"])
    for response in responses:
        text = response.content.decode()
        assert [secret for secret in secrets if secret in text and secret.startswith("KEY")] == []
        if "json" in response["Content-Type"] and "sittings/?" not in response.request["PATH_INFO"]:
            found = names_in(response.json()) & TELLING
            assert found <= ({"score"} if response.request["PATH_INFO"].endswith(("/sittings/", "/sync/")) else set())
    (synced,) = (change for change in api.get("sync/").json()["changes"] if change["type"] == "sittings")
    assert [entry["score"] for entry in [*synced["entries"], *api.get("sittings/").json()["results"]]] == [None, None]
    assert not ReviewEvent.objects.exists()


@pytest.mark.any_database
def test_what_is_anothers_is_not_there(api: Api, stranger: User) -> None:
    opened = begin(api)
    eve = Api(stranger)
    assert eve.get(f"sittings/{opened['id']}/").status_code == 404
    assert eve.get(f"sittings/{opened['id']}/result/").status_code == 404
    assert eve.post(f"sittings/{opened['id']}/submit/", {}).status_code == 404
    assert save(eve, opened, 1, None).status_code == 404
    assert put(eve, f"sittings/{opened['id']}/flags/1/", {"flagged": True}).status_code == 404
    assert eve.get("sittings/").json()["results"] == []
    assert eve.get(f"sittings/{uuid.uuid4()}/").status_code == 404
    assert eve.post("exams/none/sittings/", {}).status_code == 404
    assert Api(User.objects.create_user("bob")).post("exams/tiny-exam/sittings/", {}).status_code == 404
    assert Sitting.objects.get().is_open


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("fields", "code"),
    [({"opens_at": 1}, "early"), ({"closes_at": -1}, "over"), ({"attempts": 1}, "attempts")],
)
def test_when_and_how_often_an_exam_can_be_taken(api: Api, fields: dict[str, int], code: str) -> None:
    opened = begin(api)
    now = timezone.now()
    values = {name: now + timedelta(hours=by) if name != "attempts" else by for name, by in fields.items()}
    Exam.objects.filter(slug="tiny-exam").update(**values)
    # Who has begun may finish.
    assert api.post("exams/tiny-exam/sittings/", {}).status_code == 200
    api.post(f"sittings/{opened['id']}/submit/", {})
    refused = api.post("exams/tiny-exam/sittings/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, code)


def test_keys_wait_until_the_exam_is_over_where_it_says_so(api: Api, key: Key) -> None:
    ends = timezone.now() + timedelta(hours=1)
    Exam.objects.update(feedback="ended", closes_at=ends)
    opened = begin(api)
    save(api, opened, 1, key(opened["slots"][0]["presentation"]["id"]))
    api.post(f"sittings/{opened['id']}/submit/", {})
    result = api.get(f"sittings/{opened['id']}/result/")
    assert result.json()["score"] == 1
    assert "KEY-" not in result.content.decode()
    assert {slot["grade"] for slot in result.json()["slots"]} == {None}
    assert result.json()["concepts"] == []
    # No way around it: not by the log, nor by the pages that show other answers.
    assert not [one for one in api.get("sync/").json()["changes"] if one["type"] == "event"]
    form = {"presentation": opened["slots"][0]["presentation"]["id"], "choice": "x"}
    for page in ("/review/", "/lessons/decay/quick-check/"):
        assert api.client.post(page, form, headers={"HX-Request": "true"}).status_code == 404
    Exam.objects.update(closes_at=timezone.now())
    assert "KEY-EXPLANATION" in api.get(f"sittings/{opened['id']}/result/").content.decode()


@pytest.mark.any_database
def test_keys_wait_for_the_last_who_sits_it(api: Api, stranger: User, key: Key) -> None:
    Exam.objects.update(feedback="ended", closes_at=timezone.now() + timedelta(hours=1))
    opened = begin(api)
    late = begin(Api(stranger))
    api.post(f"sittings/{opened['id']}/submit/", {})
    Exam.objects.update(closes_at=timezone.now())
    assert api.get(f"sittings/{opened['id']}/result/").json()["feedback"] is False
    Api(stranger).post(f"sittings/{late['id']}/submit/", {})
    assert api.get(f"sittings/{opened['id']}/result/").json()["feedback"] is True


@pytest.mark.any_database
def test_the_key_of_what_is_asked_in_an_open_sitting_waits(api: Api, student: User, key: Key) -> None:
    asked = {one["item"]: one for one in api.queue()["results"]}
    first = begin(api)
    api.post(f"sittings/{first['id']}/submit/", {})
    opened = begin(api)
    one = next(asked[slot["presentation"]["item"]] for slot in opened["slots"] if slot["presentation"]["item"] in asked)
    # An answer that was given before, and arrives now, counts; its grade is told when the sitting is closed.
    event = review(one["id"], key(one["id"]))
    (taken,) = api.send(event)
    assert (taken["status"], taken["code"], taken["grade"]) == ("accepted", "in_sitting", None)
    assert "KEY-" not in api.client.get(f"/review/{event['id']}/", follow=True).content.decode()
    earlier = api.get(f"sittings/{first['id']}/result/")
    assert "KEY-" not in earlier.content.decode()
    assert "KEY-" not in api.client.get(f"/sittings/{first['id']}/").content.decode()
    assert "KEY-" not in api.client.get("/lessons/decay/quick-check/").content.decode()

    api.post(f"sittings/{opened['id']}/submit/", {})
    (again,) = api.send(event)
    assert (again["status"], again["grade"]["correct"]) == ("duplicate", True)
    assert "KEY-EXPLANATION" in api.get(f"sittings/{first['id']}/result/").content.decode()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 30_000])
def test_what_no_database_keeps_is_refused(api: Api, text: str) -> None:
    opened = begin(api)
    slot = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "short_text")
    for response in ({"text": text}, {"text": "AdamW", "more": text}):
        refused = save(api, opened, slot["slot"], response)
        assert refused.status_code == 400
        assert refused.json()["errors"]
    deep = "[" * 100_000 + "]" * 100_000
    path = f"/api/v1/sittings/{opened['id']}/answers/{slot['slot']}/"
    answer = api.client.put(path, f'{{"response": {deep}, "rev": 0}}', content_type="application/json")
    assert answer.status_code == 400


def test_extra_time_lengthens_sittings_also_open_ones(api: Api, student: User) -> None:
    enrolment = Enrolment.objects.get(student=student)
    Enrolment.objects.update(extra_time_percent=25)
    begin(api)
    opened = Sitting.objects.get()
    assert opened.deadline_at - opened.opened_at == timedelta(minutes=37, seconds=30)
    enrolment.extra_time_percent = 50
    enrolment.save()
    exams.extend_open_sittings(enrolment)
    opened.refresh_from_db()
    assert opened.deadline_at - opened.opened_at == timedelta(minutes=45)
    assert {slot.deadline_at for slot in opened.slots.all()} == {opened.deadline_at}

    begin(api, "tiny-viva")
    assert Slot.objects.get(sitting__exam__kind="viva").seconds == 90
    enrolment.extra_time_percent = 100
    enrolment.save()
    exams.extend_open_sittings(enrolment)
    assert Slot.objects.get(sitting__exam__kind="viva").seconds == 120


def test_what_was_answered_in_an_exam_is_shown_there_and_not_undone(api: Api, student: User, key: Key) -> None:
    opened = begin(api)
    save(api, opened, 1, key(opened["slots"][0]["presentation"]["id"]))
    api.post(f"sittings/{opened['id']}/submit/", {})
    event = ReviewEvent.objects.get()
    shown = api.client.get(f"/review/{event.event_id}/")
    assert shown["Location"] == f"/sittings/{opened['id']}/#slot-1"
    assert "KEY-EXPLANATION" in api.client.get(f"/sittings/{opened['id']}/").content.decode()
    now = timezone.now().isoformat()
    (undone,) = api.send({"id": str(uuid.uuid4()), "type": "undo", "target": str(event.event_id), "occurred_at": now})
    assert (undone["status"], undone["code"]) == ("rejected", "not_undoable")
    event.refresh_from_db()
    assert not event.undone


@pytest.mark.any_database
def test_saving_takes_few_queries_and_opening_a_bounded_number(
    api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(40):
        opened = begin(api)
    slot = next(slot for slot in opened["slots"] if slot["presentation"]["kind"] == "numeric")["slot"]
    with CaptureQueriesContext(
        connection,
    ) as made:
        save(api, opened, slot, {"value": "0.1"})
    about = [query["sql"] for query in made if "session" not in query["sql"] and "examprep_user" not in query["sql"]]
    assert len([sql for sql in about if "quizzes_slot" in sql]) == 2
    with django_assert_max_num_queries(60):
        api.post(f"sittings/{opened['id']}/submit/", {})


def test_a_viva_goes_round_by_round_against_the_clock(api: Api, key: Key) -> None:
    opened = begin(api, "tiny-viva")
    (hidden,) = opened["slots"]
    assert hidden["presentation"] is None
    assert (hidden["seconds"], hidden["deadline_at"]) == (60, None)
    path = f"sittings/{opened['id']}"
    slot = Slot.objects.get()
    early = save(api, opened, 1, key(str(slot.presentation_id)))
    assert (early.status_code, early.json()["code"]) == (409, "turn")
    assert api.post(f"{path}/rounds/1/finish/", {}).status_code == 409

    shown = api.post(f"{path}/rounds/1/start/", {}).json()
    prompt = shown["presentation"]["prompt"]
    assert (len(prompt["left"]), len(prompt["right"])) == (2, 3)
    assert api.post(f"{path}/rounds/1/start/", {}).json()["deadline_at"] == shown["deadline_at"]
    right = key(shown["presentation"]["id"])
    first, *_ = right["pairs"]
    assert save(api, opened, 1, {"pairs": {first: right["pairs"][first]}}).json()["remaining_ms"] <= 60_000
    done = api.post(f"{path}/rounds/1/finish/", {}).json()
    assert done["grade"]["score"] == 0.5
    assert len(done["grade"]["feedback"]) == 1
    assert api.post(f"{path}/rounds/1/finish/", {}).json() == done
    assert save(api, opened, 1, right, rev=1).status_code == 410
    assert not ReviewEvent.objects.exists()

    assert put(api, f"{path}/rounds/1/oral/", {"pair": "none", "mark": 1}).status_code == 400
    assert put(api, f"{path}/rounds/1/oral/", {"pair": first, "mark": 3}).status_code == 400
    assert put(api, f"{path}/rounds/1/oral/", {"pair": first, "mark": 2}).status_code == 200
    api.post(f"{path}/submit/", {})
    result = api.get(f"{path}/result/").json()
    assert (result["score"], result["max_score"]) == (0.5, 1)
    assert result["slots"][0]["oral"] == {"pair": first, "mark": 2}
    assert Review.objects.filter(practice=0).count() == 2


def test_a_round_that_is_late_counts_what_was_saved(api: Api, key: Key) -> None:
    opened = begin(api, "tiny-viva")
    shown = api.post(f"sittings/{opened['id']}/rounds/1/start/", {}).json()
    right = key(shown["presentation"]["id"])
    save(api, opened, 1, right)
    Slot.objects.update(deadline_at=timezone.now() - timedelta(seconds=6))
    assert save(api, opened, 1, None, rev=1).status_code == 410
    assert api.post(f"sittings/{opened['id']}/rounds/1/finish/", {}).json()["grade"]["score"] == 1


@pytest.mark.any_database
def test_a_viva_asks_what_was_confused_with_what_it_was_taken_for(api: Api, student: User, key: Key) -> None:
    asked = next(one for one in api.queue()["results"] if one["kind"] == "matching")
    right = key(asked["id"])
    presentation = Presentation.objects.get(pk=asked["id"])
    left = {facet: left for left, facet in presentation.answer["facets"].items()}
    texts = {text: given for given, text in presentation.answer["right"].items()}
    taken_for = {**right["pairs"], left["drop"]: texts["exact zeros"], left["l2"]: texts["more data"]}
    api.answer(asked["id"], {"pairs": taken_for})
    found = {(one.facet, one.text, one.owner) for one in exams.load_confusions(student)}
    assert found == {("drop", "exact zeros", "l1"), ("l2", "more data", None)}
    opened = begin(api, "tiny-viva")
    shown = api.post(f"sittings/{opened['id']}/rounds/1/start/", {}).json()["presentation"]["prompt"]
    assert {entry["text"] for entry in shown["left"]} & {"Dropout", "L2"}
    assert "more data" in {entry["text"] for entry in shown["right"]}

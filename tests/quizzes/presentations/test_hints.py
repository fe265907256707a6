"""Hints: taken one by one, their texts on the server until then, and what they cost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import memory_upkeep
from quizzes.models import Presentation, ReviewEvent
from tests.conftest import Api

pytestmark = pytest.mark.django_db
Key = Callable[[str], Any]
CHECK = "/lessons/decay/quick-check/"
HINTS = ["What is left after a step?", "You take {eta*lam} away."]


@pytest.fixture
def asked(course: Course, api: Api) -> dict[str, Any]:
    """The course's numeric question, with two hints."""
    item = Item.objects.get(course=course, kind="numeric")
    bank.save_draft(course, item.slug, item.kind, item.draft | {"hints": HINTS}, list(item.concepts.all()))
    item.refresh_from_db()
    bank.publish(item, seeds=20)
    return next(each for each in api.queue()["results"] if each["kind"] == "numeric")


def take(api: Api, asked: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(f"presentations/{asked['id']}/hints/", {})
    assert answer.status_code == 200
    taken: dict[str, Any] = answer.json()
    return taken


@pytest.mark.any_database
def test_they_are_only_counted_until_they_are_taken_one_by_one(api: Api, asked: dict[str, Any]) -> None:
    assert asked["hints"] == 2
    for text in (json.dumps(asked), api.get("packs/").content.decode()):
        assert "left after a step" not in text
    assert api.get(f"presentations/{asked['id']}/hints/").json() == {"hints": [], "left": 2}
    first, second, again = (take(api, asked) for _ in range(3))
    assert (len(first["hints"]), first["left"]) == (1, 1)
    assert second == again
    values = Presentation.objects.get(pk=asked["id"]).answer["values"]
    assert "{" not in second["hints"][1]["text"]
    assert values
    assert api.get(f"presentations/{asked['id']}/hints/").json() == second


@pytest.mark.any_database
@pytest.mark.parametrize(("on_server", "reported", "counted"), [(1, 0, 1), (0, 1, 1), (0, 99, 2), (0, 0, 0)])
def test_a_right_answer_with_hints_is_hard_and_says_how_many(
    api: Api, asked: dict[str, Any], key: Key, on_server: int, reported: int, counted: int
) -> None:
    for _ in range(on_server):
        take(api, asked)
    result = api.answer(asked["id"], key(asked["id"]), hints_used=reported, confidence=5, duration_ms=1000)
    assert result["grade"]["rating"] == ("hard" if counted else "easy")
    assert result["grade"]["score"] == 1
    assert ReviewEvent.objects.get().hints_used == counted
    (change,) = (each for each in api.get("sync/").json()["changes"] if each["type"] == "event")
    assert change["hints_used"] == counted


@pytest.mark.any_database
def test_none_after_the_answer_nor_of_others_nor_in_an_exam(
    api: Api, asked: dict[str, Any], stranger: User, student: User
) -> None:
    assert Api(stranger).post(f"presentations/{asked['id']}/hints/", {}).status_code == 404
    sitting = api.post("exams/tiny-exam/sittings/", {}).json()
    shown = [slot["presentation"] for slot in sitting["slots"]]
    assert {each["hints"] for each in shown} == {0}
    assert api.post(f"presentations/{shown[0]['id']}/hints/", {}).status_code == 404
    if any(each["kind"] == "numeric" for each in shown):
        assert api.post(f"presentations/{asked['id']}/hints/", {}).status_code == 409
        api.post(f"sittings/{sitting['id']}/submit/", {})
    api.answer(asked["id"], {"value": "17"})
    assert api.post(f"presentations/{asked['id']}/hints/", {}).status_code == 409


def test_the_log_folds_to_the_same_state_with_them(api: Api, asked: dict[str, Any], key: Key, student: User) -> None:
    take(api, asked)
    api.answer(asked["id"], key(asked["id"]))
    card = student.cards.get(pk=asked["card"])
    before = (card.stability, card.difficulty, card.due_at)
    Presentation.objects.update(hints_taken=0)
    assert memory_upkeep.rebuild(student).different == 0
    card.refresh_from_db()
    assert (card.stability, card.difficulty, card.due_at) == before


def test_the_page_says_what_a_hint_costs_and_keeps_what_was_typed(
    api: Api, asked: dict[str, Any], student: User
) -> None:
    browser = Client()
    browser.force_login(student)
    page = browser.get(f"/review/?presentation={asked['id']}").content.decode()
    assert "counts as hard" in page
    assert "left after a step" not in page
    assert page.index('id="check"') < page.index('id="hint"')  # Enter in the field is Check's
    without_scripts = browser.post("/review/hint/", {"presentation": asked["id"], "value": "0.98765"}).content.decode()
    assert "left after a step" in without_scripts
    assert "0.98765" in without_scripts
    part = browser.post("/review/hint/", {"presentation": asked["id"]}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<div")
    assert "Another hint" not in part


@pytest.mark.any_database
def test_a_page_without_a_network_has_them_all_and_says_how_many_it_showed(
    api: Api, asked: dict[str, Any], student: User, key: Key
) -> None:
    browser = Client()
    browser.force_login(student)
    form = browser.get("/review/forms/", {"presentation": asked["id"]}).json()["forms"][asked["id"]]
    kept = form[form.index("<template data-hints>") :]
    assert "What is left after a step?" in kept
    assert "take {" not in kept
    sent = {"presentation": asked["id"], "event": str(uuid.uuid4()), **key(asked["id"]), "hints_used": "1"}
    browser.post("/review/", sent)
    assert ReviewEvent.objects.get().hints_used == 1


@pytest.mark.any_database
def test_a_quick_check_offers_them_one_by_one_and_what_was_typed_stays(
    student: User, asked: dict[str, Any], key: Key
) -> None:
    Item.objects.exclude(kind="numeric").update(retired_at=timezone.now())
    client = Client()
    client.force_login(student)
    page = client.get(CHECK).content.decode()
    assert "Show a hint" in page
    assert "left after a step" not in page
    shown = Presentation.objects.get(pk=student.quick_checks.get().presentations[0])
    sent = {"presentation": str(shown.pk), "event": str(uuid.uuid4()), "value": "0.9"}
    for headers in ({}, {"HX-Request": "true"}):
        page = client.post(CHECK, {**sent, "hint": "1"}, headers=headers).content.decode()
        assert "What is left after a step?" in page
        assert 'value="0.9"' in page
    assert "Another hint" not in page, "both are taken"
    client.post(CHECK, {**sent, "value": key(str(shown.pk))["value"]})
    event = ReviewEvent.objects.get(presentation=shown)
    assert (event.score, event.hints_used) == (1, 2)


@pytest.mark.any_database
def test_a_visitor_reads_them_at_no_cost(asked: dict[str, Any]) -> None:
    Item.objects.exclude(kind="numeric").update(retired_at=timezone.now())
    page = Client().get(CHECK).content.decode()
    assert "Show 2 hints" in page
    assert "What is left after a step?" in page
    assert "{" not in page[page.index("left after a step") : page.index("away.")]

"""Worked by hand: one step less is shown each time; a practice of what the concept encompasses, never a review."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from examprep.models import User
from questions.models import Course, Item
from quizzes import lessons, memory_upkeep, presentations, schedule
from quizzes.memory import fsrs
from quizzes.models import Card, Presentation, ReviewEvent
from quizzes.presentations import NoWorkError, Work
from quizzes.reviews.memory_states import CARD_STATE
from tests.conftest import Api

pytestmark = pytest.mark.any_database

WORKED = "decay-factor"  # about factor, which encompasses l2 by half
PRACTISED = "penalty-target"  # about l2


def posted(api: Api, path: str, body: object, status: int = 200) -> Any:
    """What the API answers, which is to have this status."""
    response = api.post(path, body)
    assert response.status_code == status, response.content
    return response.json()


def got(api: Api, path: str, status: int = 200) -> Any:
    response = api.get(path)
    assert response.status_code == status, response.content
    return response.json()


def begin(student: User) -> Work:
    return lessons.work_on(student, Item.objects.get(slug=WORKED), timezone.now())


def key_of(work: Work, place: int) -> dict[str, object]:
    return {"value": repr(work.steps[place].value)}


def finish(student: User, work: Work, *, right: bool = True, days_ago: float = 0) -> dict[str, Any]:
    """Report a question as worked to its end."""
    shown = work.state["shown"]
    filled_in = [key_of(work, place) if right else {"value": "7"} for place in range(shown, len(work.steps))]
    return report(student, work, [None] * shown + filled_in, days_ago=days_ago)


def report(student: User, work: Work, steps: list[Any], *, days_ago: float = 0, **more: object) -> dict[str, Any]:
    at = (timezone.now() - timedelta(days=days_ago)).isoformat()
    pk = str(work.presentation.pk)
    event = {"id": str(uuid.uuid4()), "type": "practice", "presentation": pk, "steps": steps, "occurred_at": at, **more}
    return send(student, event)


def send(student: User, event: dict[str, Any]) -> dict[str, Any]:
    batch = {"device": str(uuid.UUID(int=1)), "device_now": timezone.now().isoformat(), "events": [event]}
    return {**schedule.answer(student, batch)["results"][0], "event": event}


@pytest.fixture
def reviewed(student: User, course: Course, key: Callable[[str], Any]) -> Callable[[], tuple[Any, ...]]:
    """The item that is practised along was reviewed 20 days ago; the state of its card."""
    schedule.ensure_cards(student)
    card = Card.objects.get(student=student, item__slug=PRACTISED)
    (shown,) = presentations.present(student, [presentations.Ask(card.pk)], timezone.now() - timedelta(days=60))
    at = (timezone.now() - timedelta(days=20)).isoformat()
    event = {"id": str(uuid.uuid4()), "type": "review", "presentation": str(shown.pk), "response": key(str(shown.pk))}
    assert send(student, {**event, "occurred_at": at})["status"] == "accepted"
    Presentation.objects.filter(student=student).update(created_at=timezone.now() - timedelta(days=60))

    def state() -> tuple[Any, ...]:
        found: tuple[Any, ...] = Card.objects.values_list(*CARD_STATE).get(pk=card.pk)
        return found

    return state


@pytest.fixture
def enrolled(student: User, course: Course) -> User:
    schedule.ensure_cards(student)
    return student


def test_one_step_less_is_shown_each_time_with_new_numbers(enrolled: User) -> None:
    shown = []
    for _ in range(3):
        work = begin(enrolled)
        assert begin(enrolled).presentation.pk == work.presentation.pk  # until it is worked to its end
        shown.append(work.state["shown"])
        assert finish(enrolled, work)["status"] == "accepted"
    assert shown == [1, 0, 0]
    assert len(set(Presentation.objects.filter(work__isnull=False).values_list("seed", flat=True))) == 3


def test_a_step_that_is_right_stands_and_one_that_is_wrong_is_not_kept(enrolled: User) -> None:
    work = begin(enrolled)

    assert presentations.fill_in(enrolled, work, 1, {"value": "7"}) is None
    after = presentations.fill_in(enrolled, work, 1, key_of(work, 1))
    assert after is not None
    assert after.is_done
    assert presentations.fill_in(enrolled, work, 1, {"dont_know": True}) == after  # sent twice

    event = ReviewEvent.objects.get(event_id=report(enrolled, work, [None, {"value": "7"}])["id"])
    assert event.response == {"steps": [None, key_of(work, 1)]}


def test_work_practises_along_and_is_no_review(student: User, reviewed: Callable[[], tuple[Any, ...]]) -> None:
    before = Card.objects.get(student=student, item__slug=PRACTISED)
    worked = Card.objects.values().get(student=student, item__slug=WORKED)

    done = finish(student, begin(student), days_ago=10)

    after = Card.objects.get(pk=before.pk)
    assert before.stability is not None
    assert before.difficulty is not None
    good, _ = fsrs.step(before.stability, before.difficulty, 20.0, fsrs.GOOD)
    assert after.stability == before.stability + 0.5 * (float(good) - before.stability)
    assert Card.objects.values().get(student=student, item__slug=WORKED) == worked
    assert done["grade"] is None
    assert ReviewEvent.objects.get(event_id=done["id"]).reviews.count() == 0
    assert memory_upkeep.rebuild(student, repair=False).different == 0


def test_what_was_filled_in_wrong_or_shown_on_request_practises_nothing(
    student: User, reviewed: Callable[[], tuple[Any, ...]]
) -> None:
    before = reviewed()
    finish(student, begin(student), right=False)
    report(student, begin(student), [{"dont_know": True}, {"dont_know": True}])
    assert reviewed() == before
    assert memory_upkeep.rebuild(student, repair=False).different == 0


def test_it_comes_in_once_and_may_be_taken_back(student: User, reviewed: Callable[[], tuple[Any, ...]]) -> None:
    before = reviewed()
    done = finish(student, begin(student))
    practised = reviewed()
    assert practised != before

    assert send(student, done["event"])["status"] == "duplicate"
    assert send(student, {**done["event"], "steps": [None, {"value": "7"}]})["status"] == "conflict"
    assert reviewed() == practised

    now = timezone.now().isoformat()
    undo = {"id": str(uuid.uuid4()), "type": "undo", "target": done["id"], "occurred_at": now}
    assert send(student, undo)["status"] == "accepted"
    assert reviewed() == before
    assert Presentation.objects.get(pk=done["event"]["presentation"]).closed_at is not None
    assert begin(student).state["shown"] == 1  # as if it had not been
    assert memory_upkeep.rebuild(student, repair=False).different == 0


def test_an_undo_that_comes_first_takes_it_back(student: User, reviewed: Callable[[], tuple[Any, ...]]) -> None:
    before, pk = reviewed(), str(uuid.uuid4())
    now = timezone.now().isoformat()
    send(student, {"id": str(uuid.uuid4()), "type": "undo", "target": pk, "occurred_at": now})
    work = begin(student)
    assert report(student, work, [None, key_of(work, 1)], id=pk)["status"] == "accepted"
    assert reviewed() == before
    assert memory_upkeep.rebuild(student, repair=False).different == 0


def test_what_is_worked_takes_no_answer(enrolled: User, key: Callable[[str], Any]) -> None:
    pk = str(begin(enrolled).presentation.pk)
    at = timezone.now().isoformat()
    event = {"id": str(uuid.uuid4()), "type": "review", "presentation": pk, "response": key(pk), "occurred_at": at}
    assert send(enrolled, event)["code"] == "worked"


@pytest.mark.parametrize(
    ("steps", "detail"),
    [
        ([], "steps"),
        ([None], "steps: There are 2 steps: send an entry for each."),
        ([None, None], "steps: Fill in at least one step."),
        ([None, {"value": "1,234"}], "steps.1.value"),
        ([None, {}], "steps.1.value"),
        ([None, {"value": "\0"}], "response"),
        ([None, 7], "steps.1"),
        ("7", "steps"),
        ([None] * 300, "steps"),
    ],
)
def test_what_cannot_be_read_is_rejected(enrolled: User, steps: Any, detail: str) -> None:
    result = report(enrolled, begin(enrolled), steps)
    assert result["status"] == "rejected"
    assert str(result["detail"]).startswith(detail)
    assert not ReviewEvent.objects.filter(type="practice").exists()


def test_work_on_nothing_is_rejected(enrolled: User, stranger: User) -> None:
    work = begin(enrolled)
    assert report(stranger, work, [None, {"value": "1"}])["code"] == "unknown_presentation"
    with pytest.raises(NoWorkError):
        lessons.work_on(enrolled, Item.objects.get(slug=PRACTISED), timezone.now())
    card = Card.objects.get(student=enrolled, item__slug=PRACTISED)
    (plain,) = presentations.present(enrolled, [presentations.Ask(card.pk)], timezone.now())
    unworked = Work(plain, {"shown": 0, "responses": []})
    assert report(enrolled, unworked, [{"value": "1"}])["detail"] == (
        "steps: This question has no steps: send an entry for each."
    )


def test_steps_are_filled_in_over_the_api(api: Api, enrolled: User) -> None:
    begun = posted(api, f"items/{WORKED}/work/", {})
    work = lessons.find_work(enrolled, uuid.UUID(begun["presentation"]["id"]))
    assert work is not None
    assert (begun["total"], begun["shown"], begun["done"], begun["presentation"]["work_steps"]) == (2, 1, False, 2)
    first, asked = begun["steps"]
    assert "KEY-STEP" in first["result_html"]
    assert (asked["result"], asked["response"], asked["correct"]) == (None, None, None)

    address = f"presentations/{begun['presentation']['id']}/work/"
    wrong = posted(api, address, {"step": 1, "response": {"value": "7"}})
    assert (wrong["correct"], wrong["steps"]) == (False, begun["steps"])
    assert posted(api, address, {"step": 1, "response": {"value": "1,234"}}, 400)["errors"]
    assert posted(api, address, {"step": 1, "response": "7"}, 400)["errors"]
    right = posted(api, address, {"step": 1, "response": key_of(work, 1)})
    assert (right["correct"], right["done"]) == (True, True)
    assert right["steps"][1]["correct"]
    assert "KEY-STEP" in right["steps"][1]["result"]
    assert {**got(api, address), "correct": True} == right


def test_in_an_open_exam_nothing_of_it_is_worked(api: Api, enrolled: User) -> None:
    begun = posted(api, f"items/{WORKED}/work/", {})
    address = f"presentations/{begun['presentation']['id']}/work/"
    sitting = posted(api, "exams/tiny-exam/sittings/", {}, 201)
    asked = {slot["presentation"]["item"] for slot in sitting["slots"]}
    assert WORKED in asked

    posted(api, f"items/{WORKED}/work/", {}, 409)
    got(api, address, 404)
    posted(api, address, {"step": 1, "response": {"dont_know": True}}, 404)
    (slot,) = (slot for slot in sitting["slots"] if slot["presentation"]["item"] == WORKED)
    got(api, f"presentations/{slot['presentation']['id']}/work/", 404)


def test_packs_have_the_steps_and_queues_only_how_many(api: Api, enrolled: User) -> None:
    packed = {entry["item"]: entry for entry in got(api, "packs/?days=30")["results"]}
    first, last = packed[WORKED]["work"]
    assert first["result"].startswith("KEY-STEP")
    assert (len(first["values"]), len(first["allowed"])) == (1, 1)
    assert last["allowed"][0] == pytest.approx(0.01 * first["values"][0])
    assert "work" not in packed[PRACTISED]
    queued = {entry["item"]: entry for entry in got(api, "queue/?limit=100")["results"]}
    assert queued[WORKED]["work_steps"] == 2
    assert "KEY-STEP" not in str(queued)


def test_a_lesson_lists_what_can_be_worked(enrolled: User, course: Course) -> None:
    lesson = course.lessons.get(slug=Item.objects.get(slug=WORKED).published.lesson.slug)  # type: ignore[union-attr]
    assert [(each.slug, each.steps, each.filled_in) for each in lessons.list_worked(enrolled, lesson)] == [
        (WORKED, 2, 1)
    ]
    finish(enrolled, begin(enrolled))
    (each,) = lessons.list_worked(enrolled, lesson)
    assert each.is_whole

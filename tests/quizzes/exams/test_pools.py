"""What is kept in a pool is asked by the exams that draw from it, and by nothing else, until it is released."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import exams, schedule
from quizzes.models import Card, Exam, ReviewEvent
from quizzes.schedule.facts import Edition, ExamAhead
from quizzes.schedule.item_banks import load_bank
from tests.conftest import Api
from tests.forms import filled_in
from tests.quizzes.exams.test_withheld import read_all

KEPT = {"true-of-l2": "What is true of L2?", "name-of-the-fix": "Which optimiser decouples"}
WORDS = {*KEPT, *KEPT.values(), "makes exact zeros", "AdamW applies", "Small, never zero", "Adam scales the penalty"}
KEYS = {"AdamW applies", "Small, never zero", "Adam scales the penalty", "That is L1"}
Key = Callable[[str], Any]


@pytest.fixture
def kept(course: Course) -> Exam:
    """An exam of two questions that are kept for it, and one that is practised."""
    for slug in KEPT:
        bank.set_exam_use(Item.objects.get(slug=slug), bank.ExamUse(pool="final"), [])
    exam = Exam(course=course, slug="final", title="Final", kind="assessment", minutes=30, attempts=1)
    exam.starts_at = timezone.now() + timedelta(days=30)
    exam.blueprint = {
        "slots": 3,
        "sections": [{"title": "Known", "slots": 1}, {"title": "New", "slots": 2, "pools": ["final"]}],
    }
    exams.check_blueprint(exam)
    exam.save()
    return exam


@pytest.fixture
def sat(kept: Exam, api: Api, student: User, key: Key) -> Any:
    """The payload of its result, when a student has answered all of it right."""
    schedule.plan_day(student)
    sitting = api.post("exams/final/sittings/", {}).json()
    for slot in sitting["slots"]:
        right = key(slot["presentation"]["id"])
        exams.save_answer(student, sitting["id"], slot["slot"], right, 0, timezone.now())
    assert {slot["presentation"]["item"] for slot in sitting["slots"]} > {*KEPT}
    api.post(f"sittings/{sitting['id']}/submit/", {})
    return api.get(f"sittings/{sitting['id']}/result/").json()


def told(words: set[str], said: dict[str, str]) -> dict[str, list[str]]:
    """The words that stand in what addresses say."""
    return {at: there for at, text in said.items() if (there := sorted(word for word in words if word in text))}


def test_a_result_tells_the_points_and_no_key_of_what_is_kept(sat: Any, student: User) -> None:
    assert (sat["score"], sat["max_score"], sat["feedback"]) == (3.0, 3.0, True)
    assert [section["title"] for section in sat["sections"]] == ["Known"]
    known, *secret = sorted(sat["slots"], key=lambda slot: slot["kept"])
    assert known["grade"]["cards"]
    assert [(slot["score"], slot["grade"], slot["kept"]) for slot in secret] == [(None, None, True)] * 2
    (event,) = ReviewEvent.objects.select_related("presentation__version__item")
    assert event.presentation
    assert event.presentation.version.item.slug == known["presentation"]["item"]
    assert set(Card.objects.filter(item__slug__in=KEPT).values_list("reviews", "sequence")) == {(0, 0)}


@pytest.mark.slow
def test_nobody_reads_a_word_of_it_anywhere_else(sat: Any, api: Api, student: User, course: Course) -> None:
    other = User.objects.create_user("eve", password="listens-in")
    schedule.enrol(other, course)
    second = Api(other)
    for each, user in ((api, student), (second, other)):
        schedule.plan_day(user)
        each.client.force_login(user)
        searched = {
            f"{path}?q={word}": each.client.get(path, {"q": word}).content.decode()
            for path in ("/search/", "/api/v1/search/")
            for word in ("optimiser", "L2", "decouples")
        }
        said = {**read_all(each, {*KEPT, "decay-factor"}), **searched}
        said = {at: re.sub(r'value="(optimiser|L2|decouples)"', "", text) for at, text in said.items()}
        # Whoever sat it still sees in the sitting what was asked, and nowhere its key.
        of_sitting = told(WORDS, {at: text for at, text in said.items() if sat["id"] not in at})
        assert {at: words for at, words in of_sitting.items() if not is_echo(at)} == {}
        assert told(KEYS, said) == {}
    page = api.client.get(f"/sittings/{sat['id']}/").content.decode()
    assert told(KEYS, {"result": page}) == {}
    assert page.count("This question is kept for exams.") == 2


def is_echo(address: str) -> bool:
    """Whether an address names the item itself, and is answered that there is none."""
    return any(slug in address for slug in KEPT)


@pytest.mark.any_database
def test_nothing_of_practice_asks_it(kept: Exam, student: User, api: Api, course: Course) -> None:
    schedule.plan_day(student)
    assert {*KEPT}.isdisjoint(asked["item"] for asked in api.queue(50)["results"])
    assert {*KEPT}.isdisjoint(change["id"] for change in api.get("sync/").json()["changes"])
    assert not Card.objects.filter(student=student, item__slug__in=KEPT).exists()
    items = {item.pk for item in Item.objects.filter(slug__in=KEPT)}
    assert items.isdisjoint(exams.select_items(student, exams.BankFilter(), timezone.now()))
    assert exams.open_sitting(student, Exam.objects.get(slug="tiny-viva"), timezone.now())
    mock = Exam.objects.get(slug="tiny-exam")
    mock.blueprint = {"slots": 4}
    for number in range(3):
        sitting, _ = exams.open_sitting(student, mock, timezone.now())
        assert {*KEPT}.isdisjoint(slot.presentation.version.item.slug for slot in sitting.drawn or ()), number
        exams.close_sitting(student, sitting.pk, timezone.now())


def test_released_it_is_practised_and_its_key_is_shown(sat: Any, student: User, api: Api) -> None:
    before = api.get("sync/").json()["cursor"]
    for item in Item.objects.filter(slug__in=KEPT):
        assert bank.release_from_pool(item, None)
        assert not bank.release_from_pool(item, None)
    result = api.get(f"sittings/{sat['id']}/result/").json()
    assert {slot["score"] for slot in result["slots"]} == {1.0}
    assert all(slot["grade"] for slot in result["slots"])
    assert len(result["sections"]) == 2
    schedule.plan_day(student)
    changes = api.get(f"sync/?cursor={before}").json()["changes"]
    assert {change["id"] for change in changes if change["type"] == "item_version"} == {*KEPT}
    assert {change["item"] for change in changes if change["type"] == "card"} == {*KEPT}
    assert Card.objects.filter(student=student, item__slug="name-of-the-fix").count() == 1
    assert {*KEPT} <= {asked["item"] for asked in api.queue(50)["results"]}
    api.client.force_login(student)
    assert "AdamW applies" in api.client.get(f"/sittings/{sat['id']}/").content.decode()


@pytest.mark.any_database
def test_what_was_practised_leaves_practice_and_the_exams_weights_stay_with_its_concept(
    student: User, api: Api, course: Course
) -> None:
    schedule.plan_day(student)
    before = api.get("sync/").json()["cursor"]
    ahead = ExamAhead("Exam", timezone.now(), {"l2": 1.0, "factor": 3.0}, course.pk)

    def share() -> float:
        course.refresh_from_db()
        items = load_bank([Edition(course.pk, course.revision)])
        shares = items.share(np.arange(len(items.topics)), ahead)
        return float(sum(shares[at] for at, (concept, _) in enumerate(items.topics) if concept == "l2"))

    whole = share()
    bank.set_exam_use(Item.objects.get(slug="true-of-l2"), bank.ExamUse(pool="final"), [])
    assert share() == pytest.approx(whole)
    changes = api.get(f"sync/?cursor={before}").json()["changes"]
    assert [(change["type"], change["id"]) for change in changes if change["type"] != "plan"] == [
        ("deletion", "true-of-l2")
    ]
    schedule.plan_day(student)
    assert "true-of-l2" not in {asked["item"] for asked in api.queue(50)["results"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attempts": None}, "needs `attempts`"),
        ({"blueprint": {"slots": 1, "pools": ["fnal"]}}, "No published item is in the pool “fnal”; there are final"),
        ({"blueprint": {"slots": 3, "pools": ["final"]}}, "3 needed, 2 published"),
    ],
)
def test_a_blueprint_that_cannot_draw_from_its_pools_is_refused(kept: Exam, change: Any, message: str) -> None:
    for name, value in change.items():
        setattr(kept, name, value)
    with pytest.raises((exams.BlueprintError, exams.SittingError), match=message):
        exams.check_blueprint(kept)


@pytest.mark.any_database
def test_what_a_lesson_offers_to_try_is_kept_for_no_exam(course: Course) -> None:
    with pytest.raises(bank.BankError, match="offers it to try"):
        bank.set_exam_use(Item.objects.get(slug="decay-factor"), bank.ExamUse(pool="final"), [])


@pytest.mark.any_database
def test_the_exam_center_says_how_much_is_kept(kept: Exam, student: User) -> None:
    client = Client()
    client.force_login(student)
    assert "2 of the questions are kept for this exam" in client.get("/exams/final/").content.decode()


@pytest.mark.any_database
def test_the_admin_says_what_a_pool_holds_and_saves_an_exam_that_draws_from_it(kept: Exam, instructor: Client) -> None:
    bank.release_from_pool(Item.objects.get(slug="name-of-the-fix"), None)
    address = f"/admin/quizzes/exam/{kept.pk}/change/"
    page = instructor.get(address)
    assert "Pool final: 2 published items, 1 of them released to practice." in page.content.decode()
    form, sent = page.context["adminform"].form, filled_in(instructor, address)
    for attempts, status in ((3, 302), ("", 200)):
        answer = instructor.post(address, {**sent, "opened": form.opened, "attempts": attempts})
        assert answer.status_code == status, answer.context and answer.context["adminform"].form.errors
        form = instructor.get(address).context["adminform"].form
    assert "needs `attempts`" in answer.content.decode()

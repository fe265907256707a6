"""The Exam Center's pages: what they show, what they keep to themselves, and that they work without scripts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions.models import Item
from quizzes import exams
from quizzes.models import Exam, Sitting, Slot

pytestmark = pytest.mark.any_database
SECRETS = ("KEY-EXPLANATION", "KEY-SOLUTION")
Key = Callable[[str], Any]


@pytest.fixture
def page(client: Client, student: User) -> Client:
    """The student's browser, without scripts."""
    client.force_login(student)
    return client


def opened(student: User, slug: str = "tiny-exam") -> Sitting:
    return exams.open_sitting(student, Exam.objects.get(slug=slug), timezone.now())[0]


def slot_of(found: Sitting, kind: str) -> Slot:
    return found.slots.get(presentation__version__kind=kind)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    body: str = answer.content.decode()
    return body


def test_visitors_are_sent_to_the_login(client: Client, student: User) -> None:
    one = opened(student).pk
    for path in ("/exams/", "/exams/tiny-exam/", f"/sittings/{one}/", f"/sittings/{one}/slots/1/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")
    for path in ("/practise/", f"/sittings/{one}/submit/", f"/sittings/{one}/rounds/1/"):
        assert client.post(path).headers["Location"].startswith("/accounts/login/")
    assert Sitting.objects.get().is_open


def test_the_sitting_of_another_is_not_there(client: Client, student: User, stranger: User) -> None:
    one = opened(student)
    client.force_login(stranger)
    for number in (one.pk, uuid.uuid4()):
        assert client.get(f"/sittings/{number}/").status_code == 404
        assert client.get(f"/sittings/{number}/slots/1/").status_code == 404
        assert client.post(f"/sittings/{number}/", {"slot": "1", "rev": "0"}).status_code == 404
        assert client.post(f"/sittings/{number}/submit/").status_code == 404
        assert client.post(f"/sittings/{number}/rounds/1/", {"step": "start"}).status_code == 404
        assert client.post("/practise/", {"sitting": str(number)}).status_code == 404
    assert Sitting.objects.get().is_open


def test_an_exam_is_begun_answered_without_scripts_and_handed_in(page: Client, student: User) -> None:
    begun = page.post("/exams/tiny-exam/")
    one = Sitting.objects.get(student=student)
    assert begun.headers["Location"] == f"/sittings/{one.pk}/"
    assert page.post("/exams/tiny-exam/").headers["Location"] == begun.headers["Location"]
    assert "Continue" in text(page.get("/exams/"))

    typed = slot_of(one, "short_text")
    saved = page.post(f"/sittings/{one.pk}/", {"slot": typed.number, "rev": "0", "text": "AdamW"})
    assert saved.headers["Location"] == f"/sittings/{one.pk}/#slot-{typed.number}"
    assert 'value="AdamW"' in text(page.get(f"/sittings/{one.pk}/slots/{typed.number}/"))
    # A page that was left open holds an old revision, and changes nothing.
    page.post(f"/sittings/{one.pk}/", {"slot": typed.number, "rev": "0", "text": "Adam"})
    typed.refresh_from_db()
    assert (typed.response, typed.rev) == ({"text": "AdamW"}, 1)
    assert page.post(f"/sittings/{one.pk}/", {"slot": "99", "rev": "0"}).status_code == 404

    for shown in (page.get(f"/sittings/{one.pk}/"), page.get(f"/sittings/{one.pk}/slots/1/")):
        assert not any(secret in text(shown) for secret in SECRETS)
    assert page.post(f"/sittings/{one.pk}/submit/").headers["Location"] == f"/sittings/{one.pk}/"
    result = text(page.get(f"/sittings/{one.pk}/"))
    assert "1 of 6" in result
    assert all(secret in result for secret in SECRETS)
    assert page.get(f"/sittings/{one.pk}/slots/1/").status_code == 404


def test_what_was_missed_is_asked_in_the_review_loop(page: Client, student: User) -> None:
    one = opened(student)
    typed = slot_of(one, "short_text")
    page.post(f"/sittings/{one.pk}/", {"slot": typed.number, "rev": "0", "text": "AdamW"})
    # While it is open, nothing of it is told.
    assert page.post("/practise/", {"sitting": str(one.pk)}).headers["Location"] == "/exams/"
    page.post(f"/sittings/{one.pk}/submit/")
    assert "Review 5 missed questions now" in text(page.get(f"/sittings/{one.pk}/"))
    assert page.post("/practise/", {"sitting": str(one.pk)}).headers["Location"] == "/review/"
    assert page.session["practice"]["of"] == 5
    assert typed.presentation.version.item_id not in page.session["practice"]["items"]


def test_keys_wait_for_the_end_of_the_exam(page: Client, student: User) -> None:
    Exam.objects.update(feedback=Exam.Feedback.ENDED, closes_at=timezone.now() + timedelta(days=1))
    one = opened(student)
    page.post(f"/sittings/{one.pk}/submit/")
    shown = text(page.get(f"/sittings/{one.pk}/"))
    assert "shown once the exam is over" in shown
    assert "missed question" not in shown
    assert not any(secret in shown for secret in SECRETS)
    # To be asked the missed ones would tell which they are.
    assert page.post("/practise/", {"sitting": str(one.pk)}).headers["Location"] == "/exams/"
    assert "practice" not in page.session

    Exam.objects.update(opens_at=None, closes_at=timezone.now() - timedelta(minutes=1))
    shown = text(page.get(f"/sittings/{one.pk}/"))
    assert all(secret in shown for secret in SECRETS)


def test_before_the_keys_the_own_answers_are_shown(page: Client, student: User, key: Key) -> None:
    Exam.objects.update(feedback=Exam.Feedback.ENDED, closes_at=timezone.now() + timedelta(days=1))
    one = opened(student)
    for slot in one.slots.select_related("presentation__version"):
        exams.save_answer(student, one.pk, slot.number, key(str(slot.presentation_id)), 0, timezone.now())
    page.post(f"/sittings/{one.pk}/submit/")
    shown = text(page.get(f"/sittings/{one.pk}/"))
    assert shown.count("Your answer") == 6
    assert "<li>AdamW</li>" in shown
    assert "small weights" in shown
    assert 'class="mark' not in shown


def test_an_exam_is_begun_only_as_often_and_when_it_can_be(page: Client, student: User) -> None:
    Exam.objects.update(attempts=1)
    exams.close_sitting(student, opened(student).pk, timezone.now())
    assert "You have used all your sittings." in text(page.get("/exams/tiny-exam/"))
    assert 'role="alert"' in text(page.post("/exams/tiny-exam/"))
    Exam.objects.update(attempts=None, opens_at=timezone.now() + timedelta(days=1))
    assert "It opens on" in text(page.get("/exams/tiny-exam/"))
    Exam.objects.update(opens_at=None, closes_at=timezone.now() - timedelta(days=1))
    assert "It closed on" in text(page.get("/exams/tiny-exam/"))
    assert Sitting.objects.count() == 1
    assert page.get("/exams/none-such/").status_code == 404


def test_older_sittings_are_on_another_page(page: Client, student: User) -> None:
    exam, now = Exam.objects.get(slug="tiny-exam"), timezone.now()
    Sitting.objects.bulk_create(
        Sitting(
            exam=exam,
            student=student,
            number=number,
            seed=0,
            state="submitted",
            opened_at=now - timedelta(days=number),
            deadline_at=now,
            closed_at=now,
            released_at=now,
            score=number % 7,
            max_score=6,
        )
        for number in range(1, 24)
    )
    shown = text(page.get("/exams/tiny-exam/"))
    assert shown.count("/sittings/") == 20
    assert 'class="trend"' in shown
    older = text(page.get("/exams/tiny-exam/?page=2"))
    assert older.count("/sittings/") == 3
    assert "2 of 2" in older


def test_a_selection_of_the_bank_is_asked(page: Client) -> None:
    shown = text(page.get("/exams/?concept=factor&kind=ordering"))
    assert '<strong class="numbers">1</strong> question.' in shown
    asked = page.post("/practise/", {"concept": "factor", "kind": "ordering"}, follow=True)
    assert "Put one training step in order." in text(asked)
    assert page.session["practice"]["of"] == 1
    nothing = page.post("/practise/", {"kind": "none-such"})
    assert nothing.headers["Location"] == "/exams/"


def test_ticked_questions_are_asked_and_forgotten_with_the_day(page: Client, student: User) -> None:
    items = {item.slug: item.pk for item in Item.objects.all()}
    ticked = [items["order-of-a-step"], items["decay-factor"]]
    asked = page.post("/practise/", {"ticked": "", "item": ticked}, follow=True)
    assert "Practice: 1 of 2" in text(asked)
    assert "Put one training step in order." in text(asked)
    # The plan's own button leaves the selection.
    assert "Practice" not in text(page.get("/review/?plan"))
    page.post("/practise/", {"ticked": "", "item": ticked})
    session = page.session
    session["practice"] = {**session["practice"], "on": "2026-01-01"}
    session.save()
    assert "Practice" not in text(page.get("/review/"))

    nothing = page.post("/practise/", {"ticked": "", "item": ["x", "9" * 40]}, follow=True)
    assert "Select the questions to practise first." in text(nothing)
    unknown = page.post("/practise/", {"ticked": "", "item": ["999999"]}, follow=True)
    assert "999999" not in page.session.get("practice", {}).get("items", [])
    assert unknown.status_code == 200


@pytest.mark.usefixtures("noon")
def test_a_selection_that_is_through_ends_with_the_summary(page: Client, student: User, key: Key) -> None:
    item = Item.objects.get(slug="name-of-the-fix").pk
    page.post("/practise/", {"ticked": "", "item": [item]}, follow=True)
    shown = student.presentations.get(card__item=item)
    answered = page.post("/review/", {"presentation": str(shown.pk), **key(str(shown.pk))}, follow=True)
    assert "Practice: 1 of 1" in text(answered)
    assert "Finish" in text(answered)
    assert page.get("/review/").headers["Location"] == "/review/summary/"
    page.get("/review/summary/")
    assert "Practice" not in text(page.get("/review/"))


def test_a_round_that_was_left_open_says_why_too(page: Client, student: User) -> None:
    one = opened(student, "tiny-viva")
    page.post(f"/sittings/{one.pk}/rounds/1/", {"step": "start"})
    page.post(f"/sittings/{one.pk}/rounds/1/", {"step": "finish", "rev": "0"})
    slot = one.slots.get()
    assert slot.score == 0
    assert len(slot.grade["feedback"]) == len(slot.presentation.answer["pairs"])
    assert all(entry["message"] for entry in slot.grade["feedback"])
    assert "Say it aloud" in text(page.get(f"/sittings/{one.pk}/"))


def test_without_scripts_what_was_not_saved_is_said(page: Client, student: User) -> None:
    one = opened(student)
    typed = slot_of(one, "numeric")
    shown = page.post(f"/sittings/{one.pk}/", {"slot": typed.number, "rev": "0", "value": "1 2/3 x"}, follow=True)
    assert f"Question {typed.number} was not saved:" in text(shown)
    shown = page.post(f"/sittings/{one.pk}/", {"slot": typed.number, "rev": "7", "value": "1"}, follow=True)
    assert f"Question {typed.number} was changed elsewhere" in text(shown)
    assert page.post(f"/sittings/{one.pk}/", {"slot": "9" * 5000, "rev": "0"}).status_code == 302
    assert page.post(f"/sittings/{one.pk}/rounds/1/", {"step": "finish", "rev": "9" * 5000}).status_code == 302


def test_what_an_open_exam_asks_is_not_practised(page: Client, student: User) -> None:
    opened(student)
    answer = page.post("/practise/", {}, follow=True)
    assert "None of these can be asked now" in text(answer)
    assert "practice" not in page.session


def test_a_viva_is_taken_without_scripts(page: Client, student: User, key: Key) -> None:
    one = opened(student, "tiny-viva")
    round_ = f"/sittings/{one.pk}/rounds/1/"
    assert "Start round 1 of 1" in text(page.get(f"/sittings/{one.pk}/"))
    page.post(round_, {"step": "start"})
    shown = text(page.get(f"/sittings/{one.pk}/"))
    assert not any(secret in shown for secret in SECRETS)
    assert "pulls" not in shown
    slot = one.slots.get()
    pairs = key(str(slot.presentation_id))["pairs"]
    page.post(round_, {"step": "finish", "rev": "0", **{f"left-{left}": right for left, right in pairs.items()}})
    after = text(page.get(f"/sittings/{one.pk}/"))
    assert "Round 1: 100\N{NARROW NO-BREAK SPACE}% correct" in after
    assert "Say it aloud" in after
    page.post(round_, {"step": "oral", "pair": next(iter(pairs)), "mark": "2"})
    slot.refresh_from_db()
    assert slot.oral is not None
    assert slot.oral["mark"] == 2
    page.post(f"/sittings/{one.pk}/submit/")
    assert "1 of 1" in text(page.get(f"/sittings/{one.pk}/"))
    assert page.post(f"/sittings/{one.pk}/rounds/9/", {"step": "start"}).status_code in (302, 404)

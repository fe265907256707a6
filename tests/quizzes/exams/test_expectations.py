"""What a sitting was expected to give is kept when it begins, and follows corrections; students and staff see it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions.models import Correction, Item, ItemVersion
from quizzes import exams
from quizzes.exams import corrections
from quizzes.exams.payloads import ExpectedPayload
from quizzes.models import Card, Exam, ItemStatistics, Sitting, Slot
from tests.conftest import Api

pytestmark = pytest.mark.django_db
Key = Callable[[str], Any]


def sit(student: User, key: Key, slots: int = 4) -> Sitting:
    """A closed sitting, of which all but the last question are answered rightly."""
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": slots}
    exam.save()
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    for slot in sitting.slots.all()[: slots - 1]:
        exams.save_answer(student, sitting.pk, slot.number, key(str(slot.presentation_id)), 0, timezone.now())
    return exams.close_sitting(student, sitting.pk, timezone.now())


def expected_of(student: User, sitting: Sitting) -> ExpectedPayload:
    expected: ExpectedPayload = Api(student).get(f"sittings/{sitting.pk}/result/").json()["expected"]
    return expected


def test_who_has_met_nothing_is_expected_to_guess_and_to_do_as_others_did_where_that_is_known(
    student: User, key: Key
) -> None:
    for item in Item.objects.order_by("pk")[::2]:
        ItemStatistics.objects.create(item=item, answers=30, students=30, ease=1.0, ease_error=0.3, details={})
    sitting = sit(student, key)
    expected = expected_of(student, sitting)
    assert (expected["met"], expected["answers"], expected["max_score"], expected["got"]) == (0, 0, 4, 3)
    items = [slot.presentation.version.item for slot in sitting.slots.select_related("presentation__version__item")]
    assert expected["by_ease"] == sum(exams_know(item) for item in items)
    assert expected["guessed"] == 4 - expected["by_ease"]
    assert 0 <= expected["low"] <= expected["score"] <= expected["high"] <= 4


def exams_know(item: Item) -> bool:
    return ItemStatistics.objects.filter(item=item).exists()


def test_what_is_remembered_counts_and_answers_of_the_sitting_do_not_move_it(student: User, key: Key) -> None:
    today = timezone.now()
    Card.objects.filter(student=student).update(
        stability=1000.0, difficulty=5.0, last_review_at=today, last_review_on=today.date(), reviews=2
    )
    expected = expected_of(student, sit(student, key))
    assert expected["met"] == 4
    assert expected["answers"] >= 8
    assert expected["score"] > 3.9


@pytest.mark.any_database
def test_the_result_says_it_in_plain_words_and_follows_a_correction(
    student: User, key: Key, instructor: Client
) -> None:
    sitting = sit(student, key)
    client = Client()
    client.force_login(student)
    page = client.get(f"/sittings/{sitting.pk}/").content.decode()
    assert "We expected " in page
    assert "you got 3" in page
    assert "You had met none of the questions before, so all counted as guessed." in page
    before = expected_of(student, sitting)
    wrong = Slot.objects.get(sitting=sitting, number=4).presentation
    void(wrong.version)
    after = expected_of(student, sitting)
    assert (after["got"], after["max_score"]) == (3, 3)
    assert after["score"] == pytest.approx(before["score"] - wrong.guess_rate, abs=1e-4)
    results = instructor.get(f"/admin/quizzes/exam/{sitting.exam_id}/results/").content.decode()
    assert "inside their 90" in results
    answered: Any = instructor.get(f"/admin/quizzes/exam/{sitting.exam_id}/results/students.csv")
    (row,) = csv.DictReader(io.StringIO(b"".join(answered.streaming_content).decode("utf-8-sig")))
    assert float(row["expected"]) == pytest.approx(after["score"], abs=1e-4)
    assert float(row["expected_low"]) == pytest.approx(after["low"], abs=1e-4)


@pytest.mark.any_database
def test_the_page_of_an_exam_says_what_its_forecast_rests_on(student: User, key: Key) -> None:
    client = Client()
    client.force_login(student)
    page = client.get("/exams/tiny-exam/").content.decode()
    assert "You have not answered any of its questions yet: all count by how hard they are." in page
    sit(student, key)
    page = client.get("/exams/tiny-exam/").content.decode()
    assert re.search(r"Based on what you remember of the \d+ questions you have answered; the \d+ you", page)


def void(version: ItemVersion) -> None:
    corrections.apply(Correction(version=version, rule="void", why="It was.", made_at=timezone.now()), timezone.now())
    corrections.regrade(version.pk)


def test_a_sitting_of_which_nothing_was_expected_says_nothing(student: User, key: Key, instructor: Client) -> None:
    sitting = sit(student, key)
    Sitting.objects.update(expected=None)
    assert Api(student).get(f"sittings/{sitting.pk}/result/").json()["expected"] is None
    client = Client()
    client.force_login(student)
    assert "We expected" not in client.get(f"/sittings/{sitting.pk}/").content.decode()
    results = instructor.get(f"/admin/quizzes/exam/{sitting.exam_id}/results/").content.decode()
    assert "inside their 90" not in results


def test_the_list_of_sittings_says_which_are_void(student: User, key: Key) -> None:
    sitting = sit(student, key)
    assert [each["void"] for each in Api(student).get("sittings/").json()["results"]] == [False]
    Sitting.objects.filter(pk=sitting.pk).update(voided_at=timezone.now())
    assert [each["void"] for each in Api(student).get("sittings/").json()["results"]] == [True]

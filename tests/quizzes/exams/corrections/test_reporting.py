"""Students say what is wrong, some times a day; instructors answer, and only who said it hears."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from quizzes import exams
from quizzes.exams import corrections
from quizzes.exams.corrections import reporting
from quizzes.models import Exam, Notice, QuestionReport
from tests.conftest import Api

SAID = {"category": "key", "text": "It is <b>2</b>."}


@pytest.fixture
def asked(api: Api) -> str:
    """A question that is put to the student."""
    first: str = api.queue()["results"][0]["id"]
    return first


@pytest.mark.any_database
def test_a_report_is_taken_and_the_same_again_is_the_same(api: Api, asked: str, stranger: User) -> None:
    answers = [api.post(f"presentations/{asked}/reports/", SAID) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json().keys() == {"id", "category", "text", "made_at"}
    assert QuestionReport.objects.get().text == SAID["text"]
    assert Api(stranger).post(f"presentations/{asked}/reports/", SAID).status_code == 404


@pytest.mark.parametrize(
    "said", [{"category": "nonsense"}, {"category": "key", "text": "x" * 2001}, {"category": "key", "text": "\0"}, {}]
)
def test_what_is_no_report_is_refused(api: Api, asked: str, said: dict[str, Any]) -> None:
    assert api.post(f"presentations/{asked}/reports/", said).status_code == 400
    assert not QuestionReport.objects.exists()


def test_a_day_has_so_many_reports(api: Api, asked: str, student: User) -> None:
    with patch.object(reporting, "A_DAY", 2):
        for number in range(2):
            assert api.post(f"presentations/{asked}/reports/", {**SAID, "text": str(number)}).status_code == 201
        refused = api.post(f"presentations/{asked}/reports/", SAID)
        assert refused.status_code == 429
        assert 0 < int(refused["Retry-After"]) <= 86_400
        client = Client()
        client.force_login(student)
        assert "tomorrow" in client.post(f"/reports/{asked}/", SAID).content.decode()
        QuestionReport.objects.update(made_at=timezone.now() - timedelta(days=1))
        assert api.post(f"presentations/{asked}/reports/", SAID).status_code == 201


@pytest.mark.any_database
def test_in_an_open_sitting_it_says_nothing_of_the_key(api: Api, student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": 6}
    exam.save()
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    shown = sitting.slots.first()
    assert shown is not None
    answer = api.post(f"presentations/{shown.presentation_id}/reports/", SAID)
    assert answer.status_code == 201
    assert answer.json().keys() == {"id", "category", "text", "made_at"}
    reported = QuestionReport.objects.get()
    by = User.objects.create_user("ina")
    corrections.answer_report(reported, "no_fault", "The key is right.", by=by, now=timezone.now())
    assert not corrections.list_notices(student)  # it may speak of the key
    exams.close_sitting(student, sitting.pk, timezone.now())
    assert len(corrections.list_notices(student)) == 1


@pytest.mark.any_database
def test_an_instructor_answers_and_the_student_alone_hears(
    api: Api, asked: str, instructor: Client, student: User, stranger: User, client: Client
) -> None:
    api.post(f"presentations/{asked}/reports/", SAID)
    reported = QuestionReport.objects.get()
    queue = instructor.get("/admin/quizzes/questionreport/").content.decode()
    assert "It is &lt;b&gt;2&lt;/b&gt;." in queue
    page = f"/admin/quizzes/questionreport/{reported.pk}/change/"
    shown = instructor.get(page).content.decode()
    assert "Correct answer" in shown
    assert "It is &lt;b&gt;2&lt;/b&gt;." in shown
    item = reported.presentation.version.item_id
    assert "It is &lt;b&gt;2&lt;/b&gt;." in instructor.get(f"/admin/questions/correction/item/{item}/").content.decode()
    assert "This field is required" in instructor.post(page, {"answer": ""}).content.decode()
    for _ in range(2):
        instructor.post(page, {"outcome": "no_fault", "answer": "Read again."})
    reported.refresh_from_db()
    assert (reported.outcome, reported.answered_by and reported.answered_by.username) == ("no_fault", "ina")
    assert Notice.objects.count() == 1
    assert "Read again." not in instructor.get("/admin/quizzes/questionreport/").content.decode()
    client.force_login(student)
    assert "Read again." in client.get("/today/").content.decode()
    client.force_login(stranger)
    assert "Read again." not in client.get("/today/").content.decode()
    assert client.get(page).status_code == 302


def test_after_an_answer_there_is_a_form_and_then_thanks(api: Api, asked: str, student: User, client: Client) -> None:
    (result,) = api.send(
        {
            "id": "8c7a8a4e-3e3c-4a52-8a53-0a4f6ce21b6d",
            "type": "review",
            "presentation": asked,
            "response": {"dont_know": True},
            "occurred_at": timezone.now().isoformat(),
            "duration_ms": 9000,
        }
    )
    client.force_login(student)
    page = client.get(f"/review/{result['id']}/").content.decode()
    assert f'action="/reports/{asked}/"' in page
    assert "Thank you" in client.post(f"/reports/{asked}/", SAID).content.decode()
    assert "Say what is wrong" in client.post(f"/reports/{asked}/", {"category": "x"}).content.decode()
    assert client.get(f"/reports/{asked}/").status_code == 405

"""Questions in a lesson: the quick check, and variants to try."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from examprep.models import User
from questions import kinds
from questions.models import Course, Item, Lesson
from quizzes import lessons, presentations
from quizzes.lessons.questions import choose_versions
from quizzes.models import Card, Presentation, QuickCheck, ReviewEvent, SectionRead
from tests.conftest import Api, wrong

pytestmark = pytest.mark.any_database

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "/courses/tiny/lessons/decay/quick-check/"
TRY = "/courses/tiny/lessons/decay/try/decay-factor/"
Key = Callable[[str], Any]


@pytest.fixture
def lesson(course: Course) -> Lesson:
    return Lesson.objects.get(slug="decay")


@pytest.fixture
def web(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's first question."""
    form = page[page.index('<form class="card question"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_four_questions_of_the_lesson_rise_in_difficulty(lesson: Lesson) -> None:
    for chance in range(30):
        chosen = choose_versions(lesson, str(chance))
        assert [version.difficulty for version in chosen] == [1, 2, 4, 5]
        assert "matching" not in {version.kind for version in chosen}


def test_a_small_lesson_asks_what_it_has(lesson: Lesson) -> None:
    Item.objects.exclude(slug="decay-factor").update(retired_at=NOW)
    assert [version.item.slug for version in choose_versions(lesson, "any")] == ["decay-factor"]
    Item.objects.update(retired_at=NOW)
    assert choose_versions(lesson, "any") == []
    assert lessons.draw_quick_check(lesson) == []


def test_the_days_check_stays_and_its_answers_count(api: Api, lesson: Lesson, student: User, key: Key) -> None:
    first = api.get("lessons/decay/quick-check/").json()["results"]
    assert [one["difficulty"] for one in first] == [1, 2, 4, 5]
    assert api.get("lessons/decay/quick-check/").json()["results"] == first

    for one in first[:2]:
        assert api.answer(one["id"], key(one["id"]))["status"] == "accepted"
    again = api.get("lessons/decay/quick-check/").json()["results"]
    assert [one["id"] for one in again] == [one["id"] for one in first]
    assert Card.objects.filter(student=student, reviews=1).count() == 2

    others = api.post("lessons/decay/quick-check/", {}).json()["results"]
    assert {one["id"] for one in others}.isdisjoint(one["id"] for one in first[:2])
    assert api.get("lessons/decay/quick-check/").json()["results"] == others


def test_an_answer_that_was_undone_is_asked_again(student: User, lesson: Lesson, api: Api, key: Key) -> None:
    shown = api.get("lessons/decay/quick-check/").json()["results"][0]
    api.answer(shown["id"], key(shown["id"]))
    Presentation.objects.filter(pk=shown["id"]).update(closed_at=NOW)
    ReviewEvent.objects.update(undone=True)
    again = api.get("lessons/decay/quick-check/").json()["results"][0]
    assert again["item"] == shown["item"]
    assert again["id"] != shown["id"]


def test_the_next_study_day_has_another_check(student: User, lesson: Lesson) -> None:
    today = lessons.ask_quick_check(student, lesson, NOW)
    # Half past three in the night is the same study day still.
    assert lessons.ask_quick_check(student, lesson, NOW + timedelta(hours=15, minutes=30)) == today
    lessons.ask_quick_check(student, lesson, NOW + timedelta(days=1))
    assert QuickCheck.objects.count() == 2


def test_a_check_takes_a_bounded_number_of_queries(
    student: User, lesson: Lesson, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lessons.ask_quick_check(student, lesson, NOW)
    with django_assert_max_num_queries(14):
        lessons.ask_quick_check(student, lesson, NOW)


def test_who_is_not_enrolled_has_no_check_over_rest(lesson: Lesson) -> None:
    other = Api(User.objects.create_user("bob"))
    assert other.get("lessons/decay/quick-check/").status_code == 404
    assert other.get("lessons/none/quick-check/").status_code == 404


# Pages


def test_a_student_answers_on_the_page_and_takes_it_back(web: Client, student: User, key: Key) -> None:
    page = web.get(ADDRESS).content.decode()
    assert "count as reviews" in page
    fields = form_of(page)
    answer = web.post(ADDRESS, {**fields, **key(fields["presentation"])})
    assert answer["Location"] == f"{ADDRESS}#q-{fields['presentation']}"
    assert "1 of 4 answered." in web.get(ADDRESS).content.decode()
    assert ReviewEvent.objects.get(student=student).score == 1
    assert "KEY-EXPLANATION" in web.get(ADDRESS).content.decode()

    partial = {"HX-Request": "true"}
    shown = web.post(ADDRESS, {**fields, **key(fields["presentation"])}, headers=partial).content.decode()
    assert 'data-outcome="right"' in shown
    assert ReviewEvent.objects.count() == 1

    asked = web.post(ADDRESS, {"presentation": fields["presentation"], "undo": "1"}, headers=partial).content.decode()
    assert "KEY-EXPLANATION" not in asked
    assert ReviewEvent.objects.filter(type="review", undone=False).count() == 0
    assert web.post(ADDRESS, {"renew": "1"})["Location"] == ADDRESS


def test_a_form_without_an_answer_says_so_and_counts_nothing(web: Client, student: User) -> None:
    fields = form_of(web.get(ADDRESS).content.decode())
    answer = web.post(ADDRESS, {**fields, "choice": ""}, headers={"HX-Request": "true"}).content.decode()
    assert 'role="alert"' in answer
    assert not ReviewEvent.objects.exists()


def test_a_question_of_another_is_not_there(web: Client, stranger: User, lesson: Lesson) -> None:
    theirs = lessons.ask_quick_check(stranger, lesson, NOW)[0]
    assert web.post(ADDRESS, {"presentation": str(theirs.pk), "choice": "x"}).status_code == 404
    # Whose session has ended is asked to log in, and their answer is kept.
    gone = Client().post(ADDRESS, {"presentation": str(theirs.pk), "choice": "x"})
    assert gone["Location"] == "/accounts/login/?next=/unsent/"


def test_a_visitor_tries_without_an_account_and_leaves_nothing(lesson: Lesson) -> None:
    visitor = Client()
    page = visitor.get(ADDRESS).content.decode()
    assert "KEY-" not in page
    assert "create an account" in page
    fields = form_of(page)
    question = lessons.read_token(lesson, fields["sample"])
    assert question is not None
    choice = question.presentation.prompt["choices"][0]["id"]
    shown = visitor.post(ADDRESS, {**fields, "choice": choice}).content.decode()
    assert "KEY-EXPLANATION" in shown
    assert not Presentation.objects.exists()
    assert not ReviewEvent.objects.exists()


def test_a_visitor_answers_all_four_without_scripts(lesson: Lesson, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)
    visitor = Client()
    page = visitor.get(ADDRESS).content.decode()
    for number in range(1, 5):
        time_machine.move_to(NOW + number * timedelta(minutes=1))
        fields = form_of(page)
        question = lessons.read_token(lesson, fields["sample"])
        assert question is not None
        presentation = question.presentation
        revealed = kinds.get(presentation.version.kind).reveal(
            presentations.body_of(presentation.version), presentation.answer
        )
        given = {"order": "step"}
        right = {given.get(name, name): value for name, value in revealed.key.items()}
        page = visitor.post(ADDRESS, {**fields, **right}).content.decode()
        assert page.count("data-outcome=") == number
        assert (f"{number} of 4 answered." if number < 4 else "4 of 4 correct.") in page
    assert "Quick check" in page
    assert visitor.post(ADDRESS, {**fields, "answers_so_far": "forged"}).status_code == 404
    assert not Presentation.objects.exists()


def test_a_visitors_unreadable_answer_is_said_among_the_others(lesson: Lesson) -> None:
    visitor = Client()
    fields = form_of(visitor.get(ADDRESS).content.decode())
    page = visitor.post(ADDRESS, {**fields, "choice": ""}).content.decode()
    assert 'role="alert"' in page
    assert page.count("data-part aria-label") == 4
    assert "answered." not in page


def test_a_sample_question_is_the_same_for_its_token_and_another_for_the_next(lesson: Lesson) -> None:
    question = lessons.draw_variant(lesson, "decay-factor")
    assert question is not None
    again = lessons.read_token(lesson, question.token)
    assert again is not None
    assert again.presentation.prompt == question.presentation.prompt
    others = [lessons.draw_variant(lesson, "decay-factor") for _ in range(10)]
    stems = {other.presentation.prompt["stem"] for other in others if other}
    assert len(stems) > 5
    key = question.presentation.answer
    assert str(question.presentation.seed) not in question.token
    assert json.dumps(key) not in question.token
    assert lessons.read_token(lesson, question.token[:-2] + "xx") is None
    assert lessons.read_token(lesson, "") is None


def test_another_one_has_other_numbers(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Client()
    fields = form_of(visitor.get(TRY).content.decode())
    before = lessons.read_token(lesson, fields["sample"])
    assert before is not None
    answered = visitor.post(TRY, {**fields, "value": "17"}).content.decode()
    (address,) = re.findall(r'href="([^"]*[?]unlike=[^"]+)"', answered)
    drawn = itertools.chain([before.presentation.pk] * 3, iter(uuid.uuid4, None))
    monkeypatch.setattr("quizzes.lessons.sample_questions.uuid.uuid4", lambda: next(drawn))  # chance repeats itself
    after = lessons.read_token(lesson, form_of(visitor.get(address).content.decode())["sample"])
    assert after is not None
    assert after.stem != before.stem


def test_only_what_the_lesson_offers_can_be_tried(lesson: Lesson) -> None:
    visitor = Client()
    page = visitor.get("/lessons/decay/").content.decode()
    assert 'href="try/decay-factor/"' in page
    assert visitor.get("/lessons/decay/try/penalty-target/").status_code == 404
    fields = form_of(visitor.get(TRY).content.decode())
    question = lessons.read_token(lesson, fields["sample"])
    assert question is not None
    wrongly = visitor.post(TRY, {**fields, "value": "17"}, headers={"HX-Request": "true"}).content.decode()
    assert 'data-outcome="wrong"' in wrongly
    assert "KEY-SOLUTION" in wrongly
    assert "Another one" in wrongly
    refused = visitor.post(TRY, {**fields, "value": "1 2/3 x"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-invalid="true"' in refused
    assert "KEY-" not in refused
    assert visitor.post(TRY, {"sample": "forged", "value": "1"}).status_code == 404


def test_a_logged_in_student_tries_without_a_trace(web: Client, student: User) -> None:
    fields = form_of(web.get(TRY).content.decode())
    web.post(TRY, {**fields, "value": "17"})
    assert not ReviewEvent.objects.exists()


# Reading


def test_sections_are_remembered_as_read(web: Client, student: User) -> None:
    address = "/lessons/decay/read/"
    assert web.get(address).json() == {"read": []}
    assert web.post(address, {"section": "the-code"}).json() == {"read": ["the-code"]}
    web.post(address, {"section": "the-code"})
    assert web.post(address, {"section": "the-penalty"}).json() == {"read": ["the-penalty", "the-code"]}
    assert web.post(address, {"section": "no-such"}).status_code == 404
    assert web.post(address, {"section": ""}).status_code == 404
    assert SectionRead.objects.count() == 2
    assert Client().get(address).status_code == 302


def test_wrong_answers_tell_why(api: Api, key: Key) -> None:
    for one in api.get("lessons/decay/quick-check/").json()["results"]:
        grade = api.answer(one["id"], wrong(one, key(one["id"])))["grade"]
        assert grade["correct"] is False
        assert "KEY-EXPLANATION" in grade["explanation"]

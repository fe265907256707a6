"""Lesson first: sections are read before what they teach is asked."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.models import Concept, Course, Item, Lesson
from quizzes import lessons, schedule
from quizzes.exams.item_analysis import loading as item_analysis
from quizzes.models import DailyPlan, Presentation, QuickCheck, ReviewEvent, SectionRead
from quizzes.schedule.loading import load_course_cards
from tests.conftest import Api, review

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
WORDS = "word " * 350
"""Nearly two minutes."""


@pytest.fixture
def lesson(course: Course) -> Lesson:
    """The tiny course's lesson, whose first section teaches weight decay."""
    lesson = course.lessons.get()
    lesson.body_markdown = lesson.body_markdown.replace("{teaches=}", "{#penalty teaches=factor}")
    lesson.body_markdown = lesson.body_markdown.replace("Large weights", f"{WORDS}Large weights")
    bank.save_lesson_draft(course.lessons.get(), {**bank.content_of(lesson), "body_markdown": lesson.body_markdown})
    bank.publish_lesson(lesson, None)
    return lesson


@pytest.fixture
def browser(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def reading(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.queue()["reading"]
    return found


def waits(api: Api, card: str) -> bool:
    return any(card in section["cards"] for section in reading(api))


def mark(api: Api, state: str) -> None:
    path = "/api/v1/lessons/decay/sections/penalty/reading/"
    sent = api.client.put(path, {"state": state}, content_type="application/json") if state else api.client.delete(path)
    assert sent.status_code == 200, sent.content


@pytest.mark.any_database
def test_a_plan_reads_first_within_the_minutes(lesson: Lesson, student: User, api: Api) -> None:
    plan = schedule.plan_day(student)
    (section,) = plan.reading
    assert (section["lesson"], section["section"], section["title"]) == ("decay", "penalty", "The penalty")
    asked = [task["card"] for task in plan.tasks]
    assert set(section["cards"]) < set(asked)
    for shown in api.queue()["results"]:
        assert waits(api, shown["card"]) == (shown["concepts"][0] == "factor")
    planned = sum(task["seconds"] for task in plan.tasks)
    assert plan.planned_seconds == planned + section["seconds"]
    pack = api.get("packs/?days=1").json()
    assert [(each["section"], each["seconds"]) for each in pack["reading"]] == [("penalty", section["seconds"])]
    assert set(pack["reading"][0]["cards"]) <= {entry["card"] for entry in pack["results"]}

    mark(api, "read")
    assert api.get("packs/?days=1").json()["reading"] == []
    again = schedule.plan_day(student)
    assert reading(api) == []
    assert again.planned_seconds == plan.planned_seconds, "what was read counts against the day"
    assert api.queue()["done_seconds"] == section["seconds"]
    mark(api, "")
    assert [each["section"] for each in schedule.plan_day(student).reading] == ["penalty"]
    mark(api, "known")
    (read,) = [each for each in api.get("sync/").json()["changes"] if each["type"] == "read_sections"]
    assert [(each["section"], each["state"]) for each in read["entries"]] == [("penalty", "known")]
    assert schedule.plan_day(student).reading == []
    assert api.queue()["done_seconds"] == 0


def test_what_is_put_off_is_not_asked_today(lesson: Lesson, student: User, api: Api) -> None:
    waiting = set(schedule.plan_day(student).reading[0]["cards"])
    mark(api, "later")
    plan = DailyPlan.objects.get(student=student)
    assert plan.reading == []
    assert plan.tasks
    assert not waiting & {task["card"] for task in plan.tasks}
    assert not waiting & {task["card"] for task in schedule.plan_day(student).tasks}, "a later plan of the day keeps it"

    today = api.get("packs/?days=1").json()
    assert today["reading"] == []
    assert not waiting & {entry["card"] for entry in today["results"]}
    tag = api.get("packs/?days=2")["ETag"]
    both = api.get("packs/?days=2").json()
    (section,) = both["reading"]
    assert {entry["day"] for entry in both["results"] if entry["card"] in waiting} == {section["day"]}
    assert section["day"] > plan.date.isoformat()
    mark(api, "")
    DailyPlan.objects.update(put_off=[])
    assert api.get("packs/?days=2")["ETag"] != tag


def test_a_newcomer_reads_before_the_first_question(lesson: Lesson, student: User, browser: Client) -> None:
    schedule.plan_day(student)
    address = "/courses/tiny/lessons/decay/sections/penalty/"
    page = browser.get("/review/").content.decode()
    for _ in range(5):
        if "Read first" in page:
            break
        shown = Presentation.objects.get(pk=page.partition('name="presentation" value="')[2][:36])
        assert shown.version.main_concept != "factor"
        page = browser.post("/review/bury/", {"presentation": shown.pk}, follow=True).content.decode()
    assert "Read first" in page
    assert f'href="{address}?review"' in page
    section = browser.get(f"{address}?review").content.decode()
    assert "Try it at once" in section
    assert 'href="/courses/tiny/lessons/decay/try/decay-factor/"' in section
    went = browser.post(f"{address}?review", {"state": "read"}, follow=True)
    assert went.redirect_chain[-1][0] == "/review/"
    assert 'name="presentation"' in went.content.decode()
    assert "Not read after all" in browser.get(address).content.decode()
    browser.post(address, {"state": "unread"})
    assert not SectionRead.objects.exists()


@pytest.mark.any_database
def test_the_outlook_counts_reading_until_it_is_done(lesson: Lesson, student: User, api: Api) -> None:
    before = schedule.look_ahead(student)
    assert before is not None
    mark(api, "read")
    assert schedule.read_outlook(student).state == "old"
    after = schedule.look_ahead(student)
    assert after is not None
    (_, reading), (_, read) = before.days[0], after.days[0]
    assert reading.new == read.new
    assert reading.minutes > read.minutes + 1


def test_a_section_ends_with_two_questions_that_count(lesson: Lesson, student: User, browser: Client) -> None:
    address = "/courses/tiny/lessons/decay/sections/penalty/check/"
    first = browser.get(address).content.decode()
    check = QuickCheck.objects.get(student=student)
    assert (check.section, len(check.presentations)) == ("penalty", 2)
    assert browser.get(address).content.decode().count("data-part ") == first.count("data-part ") == 2
    asked = Presentation.objects.filter(pk__in=check.presentations)
    assert {each.version.main_concept for each in asked} == {"factor"}
    browser.post(address, {"presentation": check.presentations[0], "dont_know": "1", "event": ""})
    assert ReviewEvent.objects.counting().filter(student=student).count() == 1
    visitor = Client().get(address).content.decode()
    assert visitor.count('name="sample"') == 2
    assert Client().get(address.replace("penalty", "the-code")).status_code == 404


def test_links_lead_to_the_section_that_teaches_a_concept(lesson: Lesson, course: Course, browser: Client) -> None:
    page = browser.get("/courses/tiny/lessons/decay/").content.decode()
    assert '<span id="concept:factor"></span>' in page
    concept = browser.get("/courses/tiny/concepts/factor/").content.decode()
    assert 'href="/courses/tiny/lessons/decay/#concept:factor"' in concept

    renamed = Concept.objects.get(course=course, slug="factor")
    renamed.slug = "decay-of-weights"
    renamed.save()
    bank.rename_in_lessons(renamed, "factor")
    assert "{#penalty teaches=decay-of-weights}" in course.lessons.get().body_markdown
    with pytest.raises(bank.BankError, match="no concept “nothing” to teach"):
        bank.check_content(lesson, {**bank.content_of(lesson), "body_markdown": "## A {teaches=nothing}"})


def test_an_answer_after_reading_is_told_from_one_before(
    lesson: Lesson, course: Course, student: User, api: Api
) -> None:
    def read_about() -> set[str]:
        cards = load_course_cards(student, timezone.now())
        keys = [uuid.UUID(key) for key in cards.keys[cards.read]]
        return set(Item.objects.filter(cards__in=keys).values_list("slug", flat=True))

    about = Item.objects.in_practice().filter(published__tags__position=0, published__tags__concept__slug="factor")
    taught = set(about.values_list("slug", flat=True))
    schedule.plan_day(student)
    mark(api, "known")
    assert read_about() == set()
    before = next(shown for shown in api.queue()["results"] if shown["concepts"][0] == "factor")
    api.send(review(before["id"], {"dont_know": True}))
    mark(api, "read")
    asked = Presentation.objects.get(pk=before["id"]).version.item
    assert read_about() == taught - {asked.slug}
    row = SectionRead.objects.get()
    assert row.asked_before == [asked.pk]
    concept = course.concepts.get(slug="factor")
    at = item_analysis.load_read_at([student.pk], item_analysis.load_taught_in(course))
    assert at == {(student.pk, concept.pk): row.read_at}

    SectionRead.objects.update(asked_before=None)
    assert read_about() == taught - {asked.slug}, "where nothing was noted no answer counts as a reader's"
    mark(api, "")
    assert read_about() == set()


@pytest.mark.any_database
def test_the_sections_of_a_lesson_say_how_they_stand(lesson: Lesson, student: User, api: Api) -> None:
    mark(api, "known")
    standing = api.get("lessons/decay/sections/").json()["results"]
    assert [(each["section"], each["state"]) for each in standing] == [("penalty", "known"), ("the-code", "unread")]
    assert not lessons.mark_section(student, lesson, "no-such", "read", timezone.now())

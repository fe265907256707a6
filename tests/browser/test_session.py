"""A student's day in a real browser: a whole session by keyboard, and what comes back tomorrow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from questions import bank
from questions.models import Item, Lesson
from quizzes import lessons, schedule
from quizzes.models import Exam, Presentation, ReviewEvent
from tests import courses
from tests.browser.conftest import fresh_page
from tests.browser.pages import answer_parts, asked_id, log_in, type_rows
from tests.courses import COURSE

PER_KIND = 2
Key = Callable[[str], Any]


class Clock:
    """The server's clock, which can be moved on."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.real = now
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return self.real() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(timezone.now)
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def learner(transactional_db: None) -> User:
    """A student of the first course, of which each kind is left with a few items, who knows what its lesson says."""
    course = courses.load(COURSE, exams=False)
    for kind in sorted(set(Item.objects.values_list("kind", flat=True))):
        for item in Item.objects.filter(course=course, kind=kind)[PER_KIND:]:
            bank.retire(item)
    user = User.objects.create_user("ada", password="lovelace-1815", daily_minutes=120)
    schedule.enrol(user, course)
    for lesson in course.lessons.all():
        for standing in lessons.list_sections(user, lesson):
            lessons.mark_section(user, lesson, standing.section.outline.id, "known", timezone.now())
    return user


def log_in_by_hand(page: Page, name: str = "ada", password: str = "lovelace-1815") -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def asked(page: Page) -> Presentation:
    """The question on the page, ready for keys."""
    asked = Presentation.objects.get(pk=asked_id(page))
    page.wait_for_load_state()
    return asked


def place_of(page: Page, selector: str, attribute: str, value: str) -> int:
    """Where `value` stands among the elements' attributes."""
    values = page.locator(selector).evaluate_all(f"all => all.map(one => one.getAttribute('{attribute}'))")
    return int(values.index(value))


def choose(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Tick choices by their digits."""
    name = "choice" if "choice" in response else "choices"
    for choice in [response[name]] if name == "choice" else response[name]:
        page.keyboard.press(str(place_of(page, ".choices input", "value", choice) + 1))


def type_in(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Type into the field, which has the focus."""
    name = "value" if "value" in response else "text"
    expect(page.locator(f"#question input[name={name}]")).to_be_focused()
    page.keyboard.type(response[name])


def fill_cells(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Type rows into the grid, whose first cell has the focus."""
    expect(page.locator(".cells input").first).to_be_focused()
    type_rows(page, response["value"])


def match(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Give each entry its partner by digits; the next entry is marked by itself."""
    for left in presentation.prompt["left"]:
        right = response["pairs"][left["id"]]
        page.keyboard.press(str(place_of(page, "[data-right]", "data-right", right) + 1))


def put_in_order(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Move each step to its place by the arrow keys."""
    for place, step in enumerate(response["order"]):
        now = place_of(page, "[data-step] [name=step]", "value", step)
        page.keyboard.press(str(now + 1))
        for _ in range(now - place):
            page.keyboard.press("ArrowUp")


def fill_parts(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    answer_parts(page.locator("#question"), response["parts"])


def write(page: Page, presentation: Presentation, response: dict[str, Any]) -> None:
    """Write an answer, leave the field, look at the model answer, and tick the points."""
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type("In my own words.")
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    expect(page.locator("[data-back]")).to_be_focused()
    for point in response["points"]:
        page.keyboard.press(str(place_of(page, ".choices input", "value", point) + 1))


def rate(page: Page) -> None:
    """Turn a card over and rate it by keys; the next question follows at once."""
    before = page.locator("#question [name=event]").input_value()
    page.keyboard.press("Space")
    expect(page.locator("[data-back]")).to_be_focused()
    page.keyboard.press("3")
    expect(page.locator("[data-back]")).to_have_count(0)
    expect(page.locator(f"#question [name=event][value='{before}']")).to_have_count(0)


ANSWER = {
    "open_response": write,
    "multi_part": fill_parts,
    "single_choice": choose,
    "multiple_select": choose,
    "numeric": type_in,
    "formula": type_in,
    "number_list": type_in,
    "intervals": type_in,
    "matrix": fill_cells,
    "short_text": type_in,
    "matching": match,
    "labels": match,
    "ordering": put_in_order,
}


def answer(page: Page, response: dict[str, Any]) -> str:
    """Answer by keyboard alone and check; the verdict."""
    presentation = asked(page)
    ANSWER[presentation.version.kind](page, presentation, response)
    press_enter(page)
    verdict = page.locator("#verdict")
    expect(verdict).to_be_visible()
    return verdict.inner_text()


def press_enter(page: Page) -> None:
    """Press Enter as people do, who cannot do so twice in a blink: that would count once."""
    expect(page.locator("#review[data-pressed]")).to_have_count(0)
    page.keyboard.press("Enter")


def on(page: Page) -> None:
    """To the next question, or to the summary after the last."""
    press_enter(page)
    expect(page.locator("#question, .counts")).to_be_visible()


def answer_what_is_due(page: Page, key: Key, *, at_least: int) -> dict[str, int]:
    """Log in and answer all that is due; the seeds of numeric questions by their slugs."""
    log_in_by_hand(page)
    due = int(page.locator(".counts dd").first.inner_text())
    assert due >= at_least
    page.keyboard.press("Enter")
    seeds: dict[str, int] = {}
    for _ in range(due):
        presentation = asked(page)
        if presentation.version.kind == "numeric":
            seeds[presentation.version.item.slug] = presentation.seed
        if presentation.version.kind == "recall":
            rate(page)
            continue
        answer(page, key(str(presentation.pk)))
        on(page)
    return seeds


def test_a_whole_session_and_the_next_day(
    live_server: LiveServer, page: Page, learner: User, key: Key, clock: Clock
) -> None:
    log_in_by_hand(page)
    expect(page.get_by_role("link", name="Start")).to_be_focused()
    page.keyboard.press("Enter")
    first: dict[str, int] = {}
    kinds = set()
    while "/summary/" not in page.url:
        presentation = asked(page)
        slug, kind = presentation.version.item.slug, presentation.version.kind
        kinds.add(kind)
        if kind == "numeric" and slug not in first:
            first[slug] = presentation.seed
            nonsense = "[17.5, 3]" if "list" in presentation.prompt["stem"] else "17.5"
            assert "Incorrect" in answer(page, {"value": nonsense})
            assert page.locator(".solution").is_visible()
        elif kind == "recall":
            rate(page)
            continue
        else:
            assert "Correct" in answer(page, key(str(presentation.pk)))
        expect(page.locator(".why")).not_to_be_empty()
        on(page)
    assert kinds == {item.kind for item in Item.objects.all()}
    assert len(first) == PER_KIND
    assert ReviewEvent.objects.filter(type="review").count() > 5 * PER_KIND  # what was wrong was asked again
    expect(page.get_by_text("answered")).to_be_visible()

    clock.ahead = timedelta(days=1)
    page.close()
    with fresh_page(page.context, live_server) as tomorrow:
        again = answer_what_is_due(tomorrow, key, at_least=len(first))
    assert set(again) == set(first)
    assert all(again[item] != first[item] for item in first)


def test_undo_asks_the_same_question_again(page: Page, live_server: LiveServer, student: User, key: Key) -> None:
    log_in(page)
    with page.expect_response("**/packs/**"):  # a pack that came later would put the card again
        page.goto("/review/")
    presentation = asked(page)
    answer(page, key(str(presentation.pk)))

    page.keyboard.press("u")

    expect(page.locator("#verdict")).to_have_count(0)
    assert asked(page).pk == presentation.pk
    assert ReviewEvent.objects.get(type="review").undone


def test_help_and_burying_by_key(page: Page, live_server: LiveServer, student: User) -> None:
    log_in(page)
    page.goto("/review/")
    before = asked(page)
    page.locator("#place").focus()

    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()

    page.keyboard.press("b")
    expect(page.locator(f"[value='{before.pk}']")).to_have_count(0)
    assert asked(page).pk != before.pk


def test_a_number_that_cannot_be_read_costs_nothing_and_enter_pressed_twice_skips_nothing(
    page: Page, live_server: LiveServer, student: User, key: Key
) -> None:
    log_in(page)
    Item.objects.exclude(kind="numeric").update(retired_at=timezone.now())
    page.goto("/review/")
    asked(page)

    page.keyboard.type("1e-5")
    expect(page.locator("#echo")).to_contain_text("read as 10⁻⁵")
    page.locator("#value").fill("1 2/3")
    page.keyboard.press("Enter")

    expect(page.locator("#answer-error")).to_be_visible()
    expect(page.locator("#value")).to_have_value("1 2/3")
    expect(page.locator("#value")).to_be_focused()
    assert not ReviewEvent.objects.exists()

    page.locator("#value").fill(key(str(asked(page).pk))["value"])
    press_enter(page)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#review[data-pressed]")).to_have_count(0)
    expect(page.locator("#verdict")).to_be_visible()
    assert ReviewEvent.objects.count() == 1
    press_enter(page)
    page.wait_for_url("**/summary/")


def test_matching_and_ordering_by_touch(phone: Page, student: User, key: Key) -> None:
    Item.objects.exclude(kind__in=["matching", "ordering"]).update(retired_at=timezone.now())
    log_in(phone)
    phone.goto("/review/")
    for _ in range(2):
        presentation = asked(phone)
        right = key(str(presentation.pk))
        if presentation.version.kind == "matching":
            for left, partner in right["pairs"].items():
                phone.locator(f"[data-left='{left}'] button").tap()
                phone.locator(f"[data-right='{partner}'] button").tap()
        else:
            for place, step in enumerate(right["order"]):
                for _ in range(place_of(phone, "[data-step] [name=step]", "value", step) - place):
                    phone.locator(f"[data-step]:has([value='{step}'])").get_by_role("button", name="Move up").tap()
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        phone.locator("#check").tap()
        expect(phone.locator("#verdict")).to_have_text("Correct")
        phone.locator("#next").tap()
    phone.wait_for_url("**/review/summary/")


def test_every_kind_without_scripts(plain_page: Page, live_server: LiveServer, student: User, key: Key) -> None:
    page = plain_page
    log_in(page)
    page.goto("/review/")
    for _ in range(6):
        presentation = asked(page)
        right = key(str(presentation.pk))
        match presentation.version.kind:
            case "single_choice":
                page.locator(f"[value='{right['choice']}']").check()
            case "multiple_select":
                for choice in right["choices"]:
                    page.locator(f"[value='{choice}']").check()
            case "matching":
                for left, partner in right["pairs"].items():
                    page.locator(f"#left-{left}").select_option(partner)
            case "ordering":
                for place, step in enumerate(right["order"], start=1):
                    page.locator(f"[name=place-{step}]").select_option(str(place))
            case _:
                page.locator(".typed input[required]").fill(right.get("value", right.get("text")))
        page.locator("#check").click()
        expect(page.locator("#verdict")).to_have_text("Correct")
        page.locator("#next").click()
    page.wait_for_url("**/review/summary/")


def test_signing_up_leads_to_the_first_section_and_its_questions(
    page: Page, live_server: LiveServer, student: User
) -> None:
    lesson = Lesson.objects.get()
    body = lesson.body_markdown.replace("{teaches=}", "{teaches=factor,l2}")
    bank.save_lesson_draft(lesson, {**bank.content_of(lesson), "body_markdown": body})
    bank.publish_lesson(lesson, None)
    page.set_viewport_size({"width": 360, "height": 760})
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Username").fill("grace")
    page.locator("[name=password1]").fill("nanoseconds-1906")
    page.keyboard.press("Enter")
    page.wait_for_url("**/courses/")
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/start/")
    page.get_by_role("link", name="Skip", exact=True).click()
    page.get_by_text("10 min").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("link", name="Everything is new to me: start").click()
    page.wait_for_url("**/today/")
    assert User.objects.get(username="grace").daily_minutes == 10
    expect(page.get_by_role("heading", name="To read first")).to_be_visible()
    page.get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", name="The penalty")).to_be_visible()
    expect(page.get_by_role("link", name="Read", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sections/the-penalty/?review")
    page.get_by_role("heading", name="Try it at once").scroll_into_view_if_needed()
    expect(page.locator("[data-part]")).to_have_count(2)
    page.locator("[data-part]").first.get_by_role("button", name="I don't know").click()
    expect(page.locator("[data-score]")).to_have_text("1 of 2 answered.")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/review/")
    asked(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_exam_date_and_the_time_zone_are_set(page: Page, live_server: LiveServer, student: User) -> None:
    Exam.objects.filter(kind="viva").delete()  # it would come first
    log_in(page)
    page.goto("/settings/")
    page.locator("[name=time_zone]").fill("Asia/Kolkata")
    page.locator("input[type=date]").fill("2030-01-15")
    page.locator("input[type=time]").fill("09:30")
    page.get_by_role("button", name="Save").click()

    page.goto("/today/")
    expect(page.locator(".exam")).to_contain_text("15 January 2030, 09:30")
    assert student.enrolments.get().exam_at == datetime(2030, 1, 15, 4, tzinfo=UTC)

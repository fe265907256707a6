"""The frame of every page: the places, the fonts, and keys that are named only where there are keys."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from quizzes import schedule
from tests import courses
from tests.browser.pages import check, log_in

PLACES = "nav.places a:visible"


@pytest.fixture
def learner(transactional_db: None) -> User:
    user = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(user, courses.load(exams=False))
    return user


def test_on_a_tablet_staff_have_all_places_on_one_line(page: Page, learner: User) -> None:
    User.objects.update(is_staff=True)
    log_in(page)
    page.set_viewport_size({"width": 768, "height": 800})
    page.goto("/lessons/")
    links = page.locator("header.site nav a:visible")
    assert links.count() == 9
    assert len(set(links.evaluate_all("all => all.map(link => link.getBoundingClientRect().bottom)"))) == 1


def test_keys_are_named_only_where_there_are_keys(page: Page, phone: Page, learner: User) -> None:
    for shown, there in ((page, True), (phone, False)):
        log_in(shown)
        shown.goto("/today/")
        expect(shown.locator("#start kbd")).to_be_visible(visible=there)
        shown.goto("/search/")
        expect(shown.get_by_text("on any page to search")).to_be_visible(visible=there)


SMALL = """() => {
  const alone = (link) => {
    const around = link.closest("p, li, td, th, dd, label, figcaption")?.textContent ?? "";
    return getComputedStyle(link).display !== "inline" || around.trim().length <= link.textContent.trim().length + 1;
  };
  return [...document.querySelectorAll("main a, main button, main summary, main select, header a")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("svg, .visually-hidden"))
    .filter((each) => !each.matches(".stretched") && alone(each) && each.getBoundingClientRect().height < 31.5)
    .map((each) => each.outerHTML);
}"""
"""What can be pressed, stands not within a sentence, and is less than 32 px high."""
ADDRESSES = (
    *("/today/", "/lessons/", "/lessons/decay/", "/lessons/decay/quick-check/", "/concepts/", "/concepts/l2/"),
    *("/exams/", "/exams/tiny-exam/", "/progress/", "/search/?q=decay", "/settings/", "/review/summary/"),
    *("/today/ahead/", "/accounts/password/change/", "/accounts/email/"),
)

PLACE_OF = {"/today/": "Today", "/lessons/decay/": "Lessons", "/exams/": "Exams"}
"""The place that is marked on a page."""


def assert_places_are_in_reach(phone: Page, name: str) -> None:
    """The five places are at the lower edge, each can be hit by a thumb, and they hide no end of the page."""
    expect(phone.locator("nav.places [aria-current]")).to_have_text(name)
    boxes = phone.locator(PLACES).evaluate_all("links => links.map(link => link.getBoundingClientRect().toJSON())")
    assert len(boxes) == 5
    assert all(box["width"] >= 44 and box["height"] >= 44 and box["bottom"] <= 740 for box in boxes), name
    assert max(box["bottom"] for box in boxes) >= 738
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    end = phone.locator("main > :last-child").evaluate("last => last.getBoundingClientRect().bottom")
    assert end <= min(box["top"] for box in boxes), "the end of the page can be seen"


def assert_large_letters_fit(shown: Page) -> None:
    """With letters twice as large the page is no wider than the window, and has all its places."""
    places = shown.locator(PLACES).count()
    shown.evaluate("document.documentElement.style.fontSize = '200%'")
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), shown.url
    assert shown.locator(PLACES).count() == places


def test_on_a_phone_whatever_stands_alone_can_be_hit_by_a_thumb_and_large_letters_fit(
    phone: Page, transactional_db: None
) -> None:
    schedule.enrol(User.objects.create_user("ada", password="lovelace-1815"), courses.load())
    phone.goto("/lessons/")
    assert phone.locator("nav.places").evaluate("nav => getComputedStyle(nav).position") == "static"
    log_in(phone)
    for address in ADDRESSES:
        phone.goto(address)
        assert phone.evaluate(SMALL) == [], address
        assert phone.locator(PLACES).count() == 5, address
        if address in PLACE_OF:
            assert_places_are_in_reach(phone, PLACE_OF[address])
        assert_large_letters_fit(phone)
    phone.goto("/review/")
    expect(phone.locator("nav.places")).to_have_count(0)
    assert_large_letters_fit(phone)
    phone.get_by_role("button", name="I don't know").tap()
    phone.locator("#next").wait_for()
    assert_large_letters_fit(phone)  # what is said of an answer, too


def test_what_sticks_to_the_lower_edge_ends_above_the_places(phone: Page, transactional_db: None) -> None:
    schedule.enrol(User.objects.create_user("ada", password="lovelace-1815"), courses.load())
    log_in(phone)
    phone.goto("/exams/")
    phone.locator(".ticks input[type=checkbox]").first.check()
    phone.evaluate("document.querySelector('.ticks').scrollIntoView()")
    button = phone.get_by_role("button", name="Practise selected")
    top = phone.locator("nav.places").evaluate("nav => nav.getBoundingClientRect().top")
    assert button.evaluate("button => button.getBoundingClientRect().bottom") <= top
    assert "counter(ticked)" in button.evaluate("button => getComputedStyle(button, '::after').content")
    phone.evaluate("document.documentElement.style.fontSize = '200%'")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_large_letters_leave_the_places_usable_at_a_desk(page: Page, learner: User) -> None:
    log_in(page)
    page.goto("/today/")
    assert page.locator(PLACES).count() == 5
    for width in (1280, 768):
        page.set_viewport_size({"width": width, "height": 740})
        assert_large_letters_fit(page)


def test_a_lesson_stays_usable_for_who_was_logged_out_meanwhile(page: Page, learner: User) -> None:
    log_in(page)
    page.route("**/read/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    with page.expect_response("**/read/"):
        page.goto("/lessons/decay/")
    page.wait_for_load_state("networkidle")  # and the page had no error, which its fixture asserts


def test_nothing_moves_when_the_fonts_come(browser: Browser, live_server: LiveServer, learner: User) -> None:
    def height(*, fonts: bool) -> float:
        context = browser.new_context(base_url=live_server.url, viewport={"width": 700, "height": 800})
        page = context.new_page()

        def answer(route: Route) -> None:
            if fonts or "KaTeX" in route.request.url:
                route.continue_()
            else:
                route.abort()

        page.route("**/*.woff2", answer)
        page.goto("/lessons/decay/")
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.fonts.check('16px Literata')") == fonts
        tall = page.locator("article").evaluate("article => article.getBoundingClientRect().height")
        context.close()
        return float(tall)

    assert height(fonts=False) == pytest.approx(height(fonts=True), rel=0.03)


def test_a_visitor_answers_in_the_place_of_the_question(page: Page, learner: User) -> None:
    page.goto("/")
    check(page, "the landing page")
    page.get_by_label("Your answer").fill("123456")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Incorrect")).to_be_focused()
    expect(page.get_by_text("Make every minute count")).to_be_visible()
    check(page, "the landing page, answered")
    page.get_by_role("link", name="Another one").click()
    expect(page.get_by_label("Your answer")).to_be_focused()


def test_the_style_guide_holds_what_it_asks_of_others(page: Page, settings: Any, learner: User) -> None:
    settings.ROOT_URLCONF = "tests.browser.styleguide_urls"
    page.goto("/styleguide/")
    expect(page.locator("article.question")).to_have_count(2)
    check(page, "the style guide")


def test_the_login_fits_any_screen_and_anyone(page: Page, transactional_db: None) -> None:
    page.goto("/accounts/login/")
    check(page, "the login")

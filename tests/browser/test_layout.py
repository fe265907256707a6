"""Nothing on a page moves once it is seen: layout shifts as the browser counts them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from examprep.models import User
from questions.models import Item, Lesson
from quizzes import schedule
from tests import courses
from tests.benchmarks.felt import OBSERVE
from tests.browser.pages import log_in

MOST = 0.05
SECTIONS = "\n\n".join(
    f"## Part {number}\n\nThe factor $1 - \\eta\\lambda_{number}$ of\n\n$$\nw_{number}\n$$" for number in range(8)
)


def test_nothing_moves_while_a_page_loads(phone: Page, transactional_db: None) -> None:
    student = User.objects.create_user("ada", password="lovelace-1815")
    schedule.enrol(student, courses.load())
    Lesson.objects.update(body_markdown=SECTIONS)
    schedule.look_ahead(student)
    log_in(phone)
    phone.emulate_media(reduced_motion="no-preference")
    phone.add_init_script(OBSERVE)
    devtools = phone.context.new_cdp_session(phone)
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})  # fonts come late, as at a first visit
    for path in ("/lessons/decay/", "/today/", "/review/", "/progress/"):
        phone.goto(path, wait_until="networkidle")
        assert phone.evaluate("felt.cls") < MOST, path
        assert phone.locator(".math:not(.set)").count() == 0, path


def hold_scripts(page: Page) -> Callable[[], None]:
    """Keep all scripts from a page until the function that is returned is called."""
    held: list[Route] = []
    released: list[bool] = []

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    def release() -> None:
        released.append(True)
        for route in held:
            route.continue_()

    page.route("**/*.js", hold)
    return release


PAINTED = "new Promise(resolve => new PerformanceObserver(resolve).observe({type: 'paint', buffered: true}))"
TWO_FRAMES = "new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
FONTS = "Promise.allSettled([...document.fonts].map(font => font.load()))"
ENHANCED = (("matching", ".matching", ".pairs"), ("ordering", ".steps", "[data-step]:nth-child(2)"))


@pytest.mark.parametrize(("kind", "answer", "part"), ENHANCED)
def test_nothing_moves_as_scripts_put_their_buttons_in(
    phone: Page, page: Page, transactional_db: None, kind: str, answer: str, part: str
) -> None:
    """The scripts are held back until the page is seen: what they put in then takes the place that was kept for it."""
    schedule.enrol(User.objects.create_user("ada", password="lovelace-1815"), courses.load())
    Item.objects.exclude(kind=kind).update(retired_at=timezone.now())
    for shown in (phone, page):
        log_in(shown)
        shown.add_init_script(OBSERVE)
        release = hold_scripts(shown)
        shown.goto("/review/", wait_until="commit")
        shown.locator(f"{answer} {part}").wait_for()
        shown.evaluate(PAINTED)
        shown.evaluate(FONTS)
        shown.evaluate(TWO_FRAMES)
        # On a busy machine a font may come after the first paint, and moves lines a little before any script does.
        by_fonts = shown.evaluate("felt.cls")
        before = shown.locator(f"{answer}:not(.enhanced) {part}").bounding_box()
        release()
        shown.locator(f"{answer}.enhanced").wait_for()
        after = shown.locator(f"{answer} {part}").bounding_box()
        assert before
        assert after
        assert after["y"] == pytest.approx(before["y"], abs=1)
        assert after["height"] == pytest.approx(before["height"], abs=1)
        shown.evaluate(TWO_FRAMES)
        assert by_fonts < MOST
        assert shown.evaluate("felt.cls") - by_fonts < MOST / 5


TOP = "element => element.getBoundingClientRect().top"
VISIBILITY = "all => all.map(section => getComputedStyle(section).contentVisibility)"


def test_a_lesson_that_is_laid_out_a_section_at_a_time_is_whole_without_scripts(
    plain_page: Page, transactional_db: None
) -> None:
    courses.load(exams=False)
    Lesson.objects.update(body_markdown=SECTIONS)
    page = plain_page
    sections = page.locator(".text > section")
    page.goto("/lessons/decay/")
    assert "auto" in sections.evaluate_all(VISIBILITY), "what is far below is not laid out yet"
    page.emulate_media(media="print")
    assert set(sections.evaluate_all(VISIBILITY)) == {"visible"}, "on paper nothing is left out"
    page.emulate_media(media="screen")
    last = page.locator("#part-7")
    page.locator(".contents a[href='#part-7']").click()
    for arrived in range(2):
        assert 0 <= last.evaluate(TOP) < 720, arrived
        assert set(sections.evaluate_all(VISIBILITY)) == {"visible"}, "nothing above a link's end grows later"
        page.reload()


def test_the_browser_finds_text_in_sections_that_are_not_laid_out_yet(page: Page, transactional_db: None) -> None:
    courses.load(exams=False)
    Lesson.objects.update(body_markdown=f"{SECTIONS}\n\n## The end\n\nA word to look for.")
    hold_scripts(page)
    page.goto("/lessons/decay/", wait_until="commit")
    section = page.locator(".text > section", has_text="A word to look for.")
    # The page is there before its styles.
    expect(section).to_have_css("content-visibility", "auto")
    assert page.evaluate("find('A word to look for.')")
    assert 0 <= section.evaluate(TOP) < 800

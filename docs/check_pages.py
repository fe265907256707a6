"""Looks at every page as its readers do: `make check-pages`.

Each page must fit at 360, 768 and 1280 px and with letters twice as large, pass axe at AA in both schemes, show where
the keyboard is, and cause no error in its scripts. `BENCH_URL=…` names a service that runs, with the accounts of
`make run`; else one is started. Given a folder, pictures of all pages are stored there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from docs.look_at_pages import Findings, look, visit, visiting
from tests.browser.conftest import chromium
from tests.faults.service import service_at

VISITOR = ("/", "/lessons/", "/concepts/", "/search/?q=decay", "/nowhere/")
VISITOR_ACCOUNT = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
STUDENT = (
    *("/today/", "/today/ahead/", "/review/summary/", "/lessons/", "/concepts/", "/progress/", "/progress/missed/"),
    *("/exams/", "/notebook/", "/search/?q=weigt+decay", "/settings/", "/review/"),
    *("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"),
)
ANSWERED = ("/today/", "/review/summary/", "/concepts/", "/progress/", "/progress/missed/", "/notebook/", "/settings/")
"""What is another page once something was answered."""
NOT_ENROLLED = ("/today/", "/progress/", "/progress/missed/", "/notebook/", "/concepts/", "/exams/")
INSTRUCTOR = (
    *("/admin/", "/admin/questions/item/", "/admin/questions/item/add/", "/admin/questions/lesson/"),
    *(
        "/admin/quizzes/exam/",
        "/admin/questions/concept/",
        "/admin/questions/picture/",
        "/admin/questions/picture/add/",
    ),
    *("/admin/quizzes/sitting/", "/admin/examprep/user/", "/admin/password_change/"),
)
LISTINGS = (
    *("questions/course", "questions/lesson", "questions/concept", "questions/item", "questions/itemversion"),
    *("quizzes/exam", "quizzes/enrolment", "quizzes/review"),
)
"""Of which the first row's form is looked at."""


def first(page: Page, listing: str, links: str) -> str:
    """The address of the first such link on a page."""
    page.goto(listing)
    address = page.locator(links).first.get_attribute("href")
    assert address, (listing, links)
    return address


def options(page: Page, listing: str, name: str) -> list[str]:
    """The values of a select on a page, but for the empty one."""
    page.goto(listing)
    found = page.locator(f"select[name={name}] option").evaluate_all("all => all.map(option => option.value)")
    return [str(value) for value in found if value]


def look_at_work(page: Page, findings: Findings) -> None:
    """The questions of a lesson that are worked by hand, and the first of them, wrong and left alone."""
    page.goto("/lessons/")
    lessons = [link.get_attribute("href") or "" for link in page.locator("main a[href^='/lessons/']").all()]
    visit(page, findings, f"{lessons[-1]}work/", "student")
    if not page.locator(".by-hand a").count():
        return
    page.locator(".by-hand a").first.click()
    page.wait_for_load_state("networkidle")
    look(page, findings, "student-work")
    for typed in page.locator("form.question input:not([type=hidden])").all():
        typed.fill("12345")
    page.locator("form.question .bar .button").first.click()
    page.wait_for_load_state("networkidle")
    look(page, findings, "student-work-answered")


def look_at_kinds(page: Page, findings: Findings) -> None:
    """A question of each kind: asked, with a hint where there is one, turned where it is, and answered."""
    for kind in options(page, "/exams/", "kind"):
        page.goto(f"/exams/?kind={kind}")
        page.locator("form.practise button").first.click()
        page.wait_for_url("**/review/")
        page.wait_for_load_state("networkidle")
        name = f"student-question-{kind}"
        look(page, findings, name)
        if page.locator("#hint").count():
            page.locator("#hint").click()
            page.locator(".hints ol").wait_for()
            look(page, findings, f"{name}-hint")
        if page.locator("#turn").count():
            for written in page.locator("#question textarea").all():
                written.fill("In words of my own.")
            page.locator("#turn").click()
            page.locator("[data-back]").wait_for()
            look(page, findings, f"{name}-turned")
        rating = page.locator(".ratings button")
        unknown = page.locator("#dont-know")
        with page.expect_response("**/review/"):
            (rating if rating.count() else unknown if unknown.count() else page.locator("#check")).first.click()
        page.locator(".htmx-request").first.wait_for(state="detached")
        page.wait_for_load_state("networkidle")
        look(page, findings, f"{name}-answered")


def look_at_verdicts(page: Page, findings: Findings) -> None:
    """A wrong answer, the same question answered rightly, and what is kept beside it."""
    page.goto("/exams/?kind=single_choice")
    page.locator("form.practise button").first.click()
    page.get_by_role("button", name="I don't know").click()
    right = page.locator(".results .missed .text").first.inner_text()
    labels = page.locator(".choices label.option")
    for verdict, answers in (("wrong", labels.filter(has_not_text=right)), ("right", labels.filter(has_text=right))):
        page.get_by_role("button", name="Undo this answer").click()
        answers.first.click()
        page.locator("#check").click()
        page.locator("#next").wait_for()
        look(page, findings, f"student-{verdict}")
    page.locator("#bookmark-button").click()
    page.locator("#bookmark-button[aria-pressed=true]").wait_for()
    page.locator("#note summary").click()
    page.locator("#note-text").fill("A note with $x^2$, *and* a word.")
    page.locator("#note .button").click()
    page.locator("#note .prose").wait_for()
    page.locator(".notebook summary", has_text="Your answers so far").click()
    page.wait_for_load_state("networkidle")
    look(page, findings, "student-right-notebook")


def look_at_sittings(page: Page, findings: Findings) -> None:
    """Each exam before, while and after it is sat."""
    page.goto("/exams/")
    addresses = {link.get_attribute("href") or "" for link in page.locator("main h2 a, main h3 a").all()}
    for exam in sorted(address for address in addresses if address.startswith("/exams/")):
        visit(page, findings, exam, "student")
        begin = page.locator(".begin form .button:not([disabled])")
        if not begin.count():
            continue
        begin.click()
        page.wait_for_url("**/sittings/**")
        page.wait_for_load_state("networkidle")
        name = exam.strip("/").replace("/", "-")
        look(page, findings, f"student-sitting-{name}")
        page.evaluate("document.querySelector('form[action$=\"/submit/\"]')?.submit()")
        page.wait_for_timeout(3000)
        page.reload()
        look(page, findings, f"student-result-{name}")


def look_as_visitor(findings: Findings, url: str) -> None:
    with visiting(findings, url, None) as page:
        for path in (*VISITOR, *VISITOR_ACCOUNT):
            visit(page, findings, path, "visitor")
        lesson = first(page, "/lessons/", "main a[href^='/lessons/']")
        concept = first(page, "/concepts/", "main a[href^='/concepts/']")
        for path in (lesson, f"{lesson}formulas/", f"{lesson}quick-check/", concept):
            visit(page, findings, path, "visitor")
        page.goto("/")
        page.locator("[name=dont_know]").click()
        page.locator(".verdict").wait_for()
        look(page, findings, "visitor-home-answered")
        page.goto("/accounts/signup/")
        page.locator("[name=username]").fill("a b")
        page.locator("[name=password1]").fill("1234")
        page.keyboard.press("Enter")
        page.locator("[aria-invalid]").first.wait_for()
        look(page, findings, "visitor-signup-refused")
        if page.goto("/styleguide/").ok:  # type: ignore[union-attr]
            look(page, findings, "visitor-styleguide")


def look_as_student(findings: Findings, url: str) -> None:
    with visiting(findings, url, "student") as page:
        lesson = first(page, "/lessons/", "main a[href^='/lessons/']")
        concept = first(page, "/concepts/", "main a[href^='/concepts/']")
        for path in (*STUDENT, lesson, f"{lesson}quick-check/", concept):
            visit(page, findings, path, "student")
        look_at_work(page, findings)
        look_at_kinds(page, findings)
        look_at_verdicts(page, findings)
        page.goto("/settings/")
        page.get_by_role("button", name="Make an address").click()
        for path in ANSWERED:
            visit(page, findings, path, "student-answered")
        look_at_sittings(page, findings)


def look_as_instructor(findings: Findings, url: str) -> None:
    with visiting(findings, url, "instructor") as page:
        for path in NOT_ENROLLED:
            visit(page, findings, path, "not-enrolled")
        forms = [first(page, f"/admin/{listing}/", "#result_list tbody th a") for listing in LISTINGS]
        page.goto("/admin/questions/item/add/")
        kinds = [link.get_attribute("href") or "" for link in page.locator(".first-choice a").all()]
        exam = first(page, "/admin/quizzes/exam/", "#result_list tbody th a")
        results = exam.replace("change/", "results/")
        students = first(page, "/teaching/", ".tabs a[href$='/students/']")
        student = first(page, students, "tbody th a")
        course = students.removesuffix("students/")
        teaching = (
            "/teaching/",
            students,
            f"{students}?show=risk",
            f"{course}gradebook/",
            student,
            f"{student}answers/",
        )
        adding = [f"/admin/{listing}/add/" for listing in ("questions/concept", "questions/lesson", "quizzes/exam")]
        page.goto(next(form for form in forms if "/item/" in form))
        tools = [link.get_attribute("href") or "" for link in page.locator(".object-tools a").all()]
        for path in (*INSTRUCTOR, *teaching, *forms, results, *adding, *tools):
            visit(page, findings, path, "instructor")
        for kind in kinds:
            page.goto(f"/admin/questions/item/add/{kind}")
            page.wait_for_load_state("networkidle")
            look(page, findings, f"instructor-new-{kind.rpartition('=')[2]}")


def main(arguments: list[str]) -> int:
    """Look at all pages. Returns 1 if anything was found."""
    pictures = Path(arguments[0]) if arguments else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with service_at(os.environ.get("BENCH_URL")) as url, sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=sandbox)
        findings = Findings(browser, pictures)
        for looking in (look_as_visitor, look_as_student, look_as_instructor):
            looking(findings, url)
        browser.close()
    sys.stdout.write(f"{findings.looked_at} pages, {len(findings.lines)} findings\n")
    return int(bool(findings.lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A term of a department, as its people play it: a course is made of nothing, joined, studied, sat, mended, archived.

What staff and one student do by hand is done in the browser, and clicks are counted; the other students come by
requests alone. Nobody is a superuser.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from examprep.models import User
from questions import bank, roles
from questions.admin.forms import form_of
from questions.interchange import yaml
from questions.kinds import KINDS
from questions.models import Course, Item, Lesson, Picture
from quizzes import exams
from quizzes.courses import invitations
from quizzes.exams import corrections
from quizzes.models import Enrolment, Exam, Invitation, Section, Sitting
from tests.browser.pages import Clicker
from tests.forms import inputs_of
from tests.quizzes.exams.corrections.mistaken import response

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>'
GALLERY = Path(__file__).parent.parent / "gallery" / "bank"
ABOUT = {"slug", "kind", "concepts", "difficulty", "seconds", "idea", "pool", "enemies", "hints"}
"""What items of a folder say beside their body."""
STAFF = {"olga": roles.Role.OWNER, "ann": roles.Role.AUTHOR, "tom": roles.Role.ASSISTANT}
STUDENTS, MARKED, ITEMS = 60, 28, 20
RIGHT, WRONG = "Its slope", "Its height"


@pytest.fixture
def nets(transactional_db: None, course: Course) -> Course:
    """The department's second course, which is empty, beside one that runs; it has an owner, and two colleagues."""
    made = Course.objects.create(slug="nets", title="Neural networks", state=Course.State.DRAFT)
    for name in STAFF:
        User.objects.create_user(name, password="lovelace-1815")
    roles.set_role(User.objects.get(username="olga"), made, roles.Role.OWNER)
    roles.set_role(User.objects.get(username="olga"), course, roles.Role.OBSERVER)
    return made


def give_roles(olga: Clicker) -> None:
    """The owner of the course chooses its staff."""
    olga.begin("/courses/nets/people/")
    expect(olga.page.locator(".switcher .chosen")).to_have_text("Neural networks")
    for name in ("ann", "tom"):
        olga.on("summary:text('Give somebody a role')")
        olga.page.get_by_label("Username, or confirmed").fill(name)
        olga.on(f"input[type=radio][value={STAFF[name].value}]")
        olga("Give the role")
        expect(olga.page.get_by_role("button", name=f"Remove {name}")).to_be_visible()


def write_lesson(ann: Clicker) -> None:
    """A lesson with an uploaded picture, two concepts, and a question whose key is wrong."""
    ann.begin("/admin/questions/lesson/add/")
    ann.type(title="Gradients", body_markdown="## What a gradient is\n\nIt points uphill.", picture_words="A hill")
    ann.page.locator("#id_picture").set_input_files(
        {"name": "hill.svg", "mimeType": "image/svg+xml", "buffer": PICTURE}
    )
    ann.type(minutes="10")
    ann("Save and publish")
    ann.sees("is published as version 1")

    ann.begin("/admin/questions/concept/add/")
    for name in ("Gradient", "Going down"):
        ann.page.locator("#id_name").press_sequentially(name)
        if name == "Going down":
            ann.on("#id_slug")
            ann.page.keyboard.type("descent")  # takes the place of what is proposed
        ann.type(definition=f"{name} is what it is.")
        ann.page.locator("#id_lesson").select_option(label="Gradients")
        ann("Save and add another")
        ann.sees("was added successfully")

    ann.begin("/admin/questions/item/add/?kind=single_choice")
    ann.type(stem="What of a hill is its gradient?", explanation="By definition.", slug="hill")
    for at, text in enumerate((WRONG, RIGHT, "Its colour")):
        if at:
            ann("Add a choice")
        ann.cells(f"choices-{at}", text=text, **({"because": "No."} if at else {}))
    ann.on("[name=choices-0-correct]")
    ann.page.locator("#id_main_concept").select_option(label="Gradient")
    ann.type(difficulty="1", seconds="20")
    ann("Save and publish")
    ann.sees("is published as version 1")


def write_other_items(author: User, course: Course) -> None:
    """Publish an item of each other kind by its form, and more until the course has twenty."""
    files = [cast("list[dict[str, Any]]", yaml.read_file(file)) for file in sorted(GALLERY.glob("*.yaml"))]
    entries = sorted(itertools.chain(*files), key=lambda entry: -len(json.dumps(entry)))
    documents = {entry["kind"]: entry for entry in entries}  # of each kind the shortest
    web, picture = Client(), Picture.objects.get(course=course).address
    web.force_login(author)
    kinds = [kind for kind in KINDS if kind != "single_choice"]
    for at, kind in enumerate([*kinds, "numeric", *ITEMS * ["short_text"]][: ITEMS - 1]):
        body = {name: value for name, value in documents[kind].items() if name not in ABOUT}
        body = json.loads(re.sub(r"media/[\w.-]+", f"media/{picture}", json.dumps(body)))
        form = form_of(KINDS[kind])
        described = {field.name: field.read(body) for field in form.body_fields()}
        sent = {name: text for field in form(initial=described) for name, text in inputs_of(field).items()}
        sent |= {"course": course.pk, "main_concept": course.concepts.get(slug="gradient").pk}
        sent |= {"slug": f"item-{at}", "difficulty": 2, "seconds": 40, "_publish": "1"}
        answer = web.post(f"/admin/questions/item/add/?kind={kind}", sent)
        assert answer.status_code == 302, (kind, answer.context["adminform"].form.errors)
    published = Item.objects.published().filter(course=course)
    assert set(published.values_list("kind", flat=True)) == set(KINDS)
    assert published.count() == ITEMS


def plan_exam(ann: Clicker) -> None:
    """An exam in rows; the bank cannot fill it at first, and the form says where."""
    ann.begin("/admin/quizzes/exam/add/")
    ann.type(title="Midterm", minutes="30")
    ann.on(".row-group summary")
    ann.cells("sections-0", title="Choice", slots="1", kind_single_choice="1")
    expect(ann.page.locator(".row-said").first).to_have_text("Single choice: 1")
    ann("Add a section")
    ann.on("tr:nth-child(2) .row-group summary")
    ann.cells("sections-1", title="Numbers", slots="40", kind_numeric="1")
    ann.cells("concepts", gradient="1")
    ann("Save", exact=True)
    ann.sees("Row 2: Numeric: 40 needed, 2 published.")
    ann.cells("sections-1", slots="2")
    ann("Save", exact=True)
    ann.sees("was added successfully")
    assert [each["slots"] for each in Exam.objects.get(slug="midterm").blueprint["sections"]] == [1, 2]


def enrol(olga: Clicker) -> None:
    """Sixty students come by a file, in two sections, of which one has its own date and time; the course opens."""
    table = io.StringIO()
    lines = [(f"Student {at}", f"s{at}@example.org", ("Monday", "Friday")[at % 2], "") for at in range(1, STUDENTS)]
    head = ("name", "email", "section", "extra time")
    csv.writer(table).writerows([head, ("Newton", "newton@example.org", "Monday", "25"), *lines])
    olga.begin("/courses/nets/people/roster/")
    olga("Add students", "link")
    olga.page.get_by_label("Or a CSV file").set_input_files(
        {"name": "roster.csv", "mimeType": "text/csv", "buffer": table.getvalue().encode()}
    )
    olga.clicks += 1  # the choice of the file
    olga("Show what it changes")
    olga("Apply")
    olga.sees("60 invited.")
    assert olga.clicks == 4
    assert Invitation.objects.count() == STUDENTS

    olga.begin("/courses/nets/people/sections/")
    olga("Friday", "link")
    olga.type(extra_time_percent="10")
    olga.page.get_by_label("Opens").fill(f"{timezone.localtime() + timedelta(days=4):%Y-%m-%dT09:00}")
    olga("Save", exact=True)
    olga.sees("Saved.")

    olga.begin("/courses/nets/overview/")
    olga("View as student")
    olga.page.goto("/exams/")
    olga.sees("Midterm")
    olga("Stop")
    set_state(olga, "open")


def set_state(olga: Clicker, state: str) -> None:
    """The owner opens the course, or archives it."""
    olga.begin("/courses/nets/people/access/")
    olga.on(f"input[name=state][value={state}]")
    olga("Save", exact=True)
    olga.sees("Saved.")
    assert Course.objects.get(slug="nets").state == state


def link_of(email: str) -> str:
    return "/" + invitations.make_link(Invitation.objects.get(email=email)).split("/", 3)[3]


def take_seats() -> None:
    """All but Newton follow their links with an account that they have."""
    for invitation in Invitation.objects.exclude(name="Newton"):
        person = User.objects.create_user(invitation.email.partition("@")[0], email=invitation.email)
        invitations.accept(link_of(invitation.email).split("/")[-2], person, timezone.now())


def join_and_sit(page: Page) -> Sitting:
    """Newton makes an account by his link, answers a question, and sits the exam, with more time."""
    page.context.clear_cookies()
    page.goto(link_of("newton@example.org"))
    page.get_by_role("link", name="Create an account").click()
    page.locator("[name=username]").fill("newton")
    for field in page.locator("[type=password]").all():
        field.fill("an-apple-1687")
    page.locator("main form button").last.click()
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/start/**")
    page.goto("/review/")
    page.get_by_role("button", name="I don't know").click()
    expect(page.locator(".verdict").first).to_be_visible()
    page.goto("/exams/midterm/")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/sittings/**")
    page.locator("#slot-1").get_by_text(RIGHT).click()
    page.get_by_role("button", name="Hand in").first.click()
    page.get_by_role("button", name="Hand in").last.click()
    expect(page.locator(".result-slot").first).to_be_visible()
    sitting = Sitting.objects.get(student__username="newton")
    assert sitting.deadline_at - sitting.opened_at == timedelta(minutes=37.5)
    return sitting


def sit(students: list[User]) -> None:
    """Others of his section choose what is right, and counts as wrong; the other section begins later."""
    exam, now = Exam.objects.get(slug="midterm"), timezone.now()
    for student in students:
        sitting, _ = exams.open_sitting(student, exam, now)
        slot = sitting.slots.select_related("presentation").get(number=1)
        exams.save_answer(student, sitting.pk, 1, response(slot.presentation.prompt, RIGHT), 0, now)
        exams.close_sitting(student, sitting.pk, now + timedelta(minutes=1))
    with pytest.raises(exams.SittingError):
        exams.open_sitting(User.objects.get(username="s1"), exam, now)
    assert list(Sitting.objects.values_list("score", flat=True)) == MARKED * [0]


def correct(ann: Clicker) -> None:
    """The key is mended, and how it counts for all who were marked."""
    ann.begin(f"/admin/questions/item/{Item.objects.get(slug='hill').pk}/change/")
    ann.cells("choices-0", because="It is how high it is.")
    ann.on("[name=choices-0-correct]")
    ann.on("[name=choices-1-correct]")
    ann("Save and publish")
    ann.sees("is published as version 2")
    ann("Correct marks", "link")
    ann("Show what changes")
    ann.sees("1 of 3")
    ann("Apply")
    expect(ann.page.get_by_role("heading", name="Corrections so far")).to_be_visible()
    assert ann.clicks == 6
    corrections.regrade_waiting()
    assert list(Sitting.objects.values_list("score", flat=True)) == MARKED * [1]


def tag_and_copy(ann: Clicker) -> None:
    """Twenty items are tagged anew, and one is copied."""
    ann.begin("/admin/questions/item/")
    ann.on("#action-toggle")
    ann.choose("select[name=action]", "change_items")
    ann("Go")
    ann.on(".bulk-concepts label:has-text('Going down')")
    ann(f"Change {ITEMS} items")
    ann.sees(f"{ITEMS} items changed and published again")
    assert ann.clicks == 5
    assert Item.objects.filter(tags__concept__slug="descent").count() == ITEMS

    ann.begin(f"/admin/questions/item/{Item.objects.get(slug='hill').pk}/change/")
    ann("Duplicate")
    expect(ann.page.locator("#id_slug")).to_have_value("hill-copy")
    assert ann.clicks == 1


def read_exam(tom: Clicker) -> None:
    """The assistant reads how one student did: all questions, and what was answered."""
    tom.begin("/courses/nets/overview/")
    tom("Gradebook", "link")
    tom.on(".gradebook td a")
    tom.sees("What of a hill is its gradient?")
    assert tom.clicks == 2
    expect(tom.page.locator(".mending-slot dl").last).to_be_visible()


def end(olga: Clicker) -> None:
    """The owner finds somebody on the roster, gives time, is still there, and archives the course."""
    olga.begin("/courses/nets/people/roster/")
    olga("Next", "link")
    changed = olga.page.locator("summary").filter(has_text="Change").last
    name = (changed.get_attribute("aria-label") or "").removeprefix("Change ")
    changed.click()
    olga.page.locator("[name=extra_time]").last.fill("50")
    olga.page.get_by_role("button", name="Save").last.click()
    olga.sees("Saved.")
    expect(olga.page.get_by_text("2 of 2")).to_be_visible()
    assert Enrolment.objects.get(extra_time_percent=50).student.username == name.replace("Student ", "s")
    set_state(olga, "archived")


def test_a_term_is_played_without_a_superuser(page: Page, nets: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank, "publish", partial(bank.publish, seeds=20))  # the audit of all seeds has tests of its own
    give_roles(Clicker(page, "olga"))
    ann = Clicker(page, "ann")
    write_lesson(ann)
    assert "![A hill](media/" in Lesson.objects.get(course=nets).body_markdown
    write_other_items(User.objects.get(username="ann"), nets)
    plan_exam(ann)
    enrol(Clicker(page, "olga"))
    take_seats()
    sitting = join_and_sit(page)
    monday = Section.objects.get(name="Monday").enrolments.exclude(student__username="newton").select_related("student")
    sit([enrolment.student for enrolment in monday[: MARKED - 1]])
    ann = Clicker(page, "ann")
    correct(ann)
    tag_and_copy(ann)
    read_exam(Clicker(page, "tom"))
    end(Clicker(page, "olga"))

    newton = Clicker(page, "newton")
    newton.begin(f"/sittings/{sitting.pk}/")
    newton.sees("was corrected on")
    newton.begin("/courses/nets/lessons/gradients/")
    expect(page.get_by_alt_text("A hill")).to_be_visible()
    newton.begin("/exams/midterm/")
    newton.sees("The course is archived")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    assert not User.objects.filter(is_superuser=True).exists()

"""A new kind is one module and a pair of templates: with these, everything else in the house takes it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from examprep.models import User
from questions import bank, kinds
from questions.interchange import yaml
from questions.models import Concept, Course, Item
from quizzes import exams, schedule
from quizzes.models import Exam
from tests.conftest import Api
from tests.questions.kinds.parts import write_course
from tests.questions.kinds.true_or_false import TrueOrFalse

pytestmark = pytest.mark.any_database
TEMPLATES = Path(__file__).parent / "templates"
ITEM = {
    "slug": "l2-shrinks",
    "kind": "true_or_false",
    "concepts": ["l2"],
    "difficulty": 2,
    "seconds": 20,
    "stem": "L2 shrinks *every* weight.",
    "holds": True,
    "explanation": "Its gradient is in proportion to the weight.",
}


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    kind = TrueOrFalse()
    monkeypatch.setitem(kinds.KINDS, kind.name, kind)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [TEMPLATES]}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course whose only question is of the new kind."""
    write_course(tmp_path, ITEM)
    return tmp_path


@pytest.fixture
def course(db: None, folder: Path) -> Course:
    return bank.load_course(folder).course


def test_it_is_loaded_from_a_folder_and_written_back_as_it_was(course: Course, folder: Path) -> None:
    item = course.items.get()
    assert item.published
    assert item.published.facets == [""]

    (folder / "bank/items.yaml").write_text(yaml.write([{**ITEM, **item.published.body}]))

    assert bank.load_course(folder).unchanged == ["l2-shrinks"]


def test_a_wrong_field_of_it_is_named_with_its_line(course: Course, folder: Path) -> None:
    (folder / "bank/items.yaml").write_text(yaml.write([{**ITEM, "holds": "perhaps"}]))

    with pytest.raises(bank.BankError, match=r"bank/items.yaml:\d+: l2-shrinks: holds: "):
        bank.load_course(folder)


def test_the_schema_of_bank_files_knows_it() -> None:
    out = io.StringIO()
    call_command("item_schema", stdout=out)

    assert "TrueOrFalseItem" in json.loads(out.getvalue())["$defs"]


def test_it_is_written_previewed_and_published_in_the_admin(course: Course, instructor: Client) -> None:
    add = "/admin/questions/item/add/"
    assert "A statement that holds or does not." in instructor.get(add).content.decode()
    assert "It holds" in instructor.get(f"{add}?kind=true_or_false").content.decode()
    typed = {
        "course": course.pk,
        "slug": "new",
        "main_concept": Concept.objects.get().pk,
        "difficulty": 2,
        "seconds": 30,
        "stem": "L1 makes zeros.",
        "holds": "on",
        "explanation": "Its pull is constant.",
    }
    preview = instructor.post("/admin/questions/item/preview/true_or_false/", typed).content.decode()
    assert "L1 makes zeros." in preview

    answer = instructor.post(f"{add}?kind=true_or_false", {**typed, "_publish": "1"})

    assert answer.status_code == 302
    item = Item.objects.get(slug="new")
    assert item.published
    assert item.published.body["holds"] is True
    assert item.get_kind_display() == "True or false"
    assert item.slug in instructor.get("/admin/questions/item/?kind=true_or_false").content.decode()


def test_a_page_asks_it_and_shows_what_was_right(course: Course, student: User) -> None:
    browser = Client()
    browser.force_login(student)
    page = browser.get("/review/")
    assert "It is true" in page.content.decode()
    form = {
        "presentation": page.context["presentation"]["id"],
        "event": str(page.context["event"]),
        "shown": page.context["shown"],
    }

    refused = browser.post("/review/", form)
    assert "Say true or false." in refused.content.decode()
    answered = browser.post("/review/", {**form, "verdict": "false"}, follow=True)

    assert "You said false; right is true." in answered.content.decode()


def test_the_api_asks_it_and_grades_it(course: Course, api: Api) -> None:
    (asked,) = api.queue()["results"]
    assert asked["kind"] == "true_or_false"
    assert asked["prompt"]["stem_html"] == "<p>L2 shrinks <em>every</em> weight.</p>\n"

    result = api.answer(asked["id"], {"verdict": True})

    assert result["status"] == "accepted"
    assert result["grade"]["correct"]
    assert result["grade"]["key"] == {"verdict": True}


def test_a_lessons_quick_check_asks_it(course: Course) -> None:
    page = Client().get("/lessons/decay/quick-check/").content.decode()

    assert "It is true" in page


def test_an_exam_asks_it_and_statistics_tell_its_answers_apart(course: Course, instructor: Client) -> None:
    exam = Exam.objects.create(
        course=course, slug="exam", title="Exam", kind="assessment", minutes=10, blueprint={"slots": 1}
    )
    for name, verdict in (("ada", True), ("bob", False), ("eve", None)):
        sit(exam, name, verdict)

    page = instructor.get(f"/admin/quizzes/exam/{exam.pk}/results/").content.decode()
    assert "true or false" in page
    download: Any = instructor.get(f"/admin/quizzes/exam/{exam.pk}/results/answers.csv")
    text = b"".join(download.streaming_content).decode("utf-8-sig")
    counts = {row["answer"]: row for row in csv.DictReader(io.StringIO(text))}
    assert set(counts) == {"true", "false", "(left empty)"}


def sit(exam: Exam, name: str, verdict: bool | None) -> None:
    """A sitting that is answered, or left empty, and closed; its result is shown."""
    student = User.objects.create_user(name, password="sits-it-1")
    schedule.enrol(student, exam.course)
    now = timezone.now()
    sitting, _ = exams.open_sitting(student, exam, now)
    browser = Client()
    browser.force_login(student)
    assert "It is true" in browser.get(f"/sittings/{sitting.pk}/").content.decode()
    if verdict is not None:
        exams.save_answer(student, sitting.pk, 1, {"verdict": verdict}, 0, now)
    exams.close_sitting(student, sitting.pk, now)
    said = {True: "true", False: "false", None: "nothing"}[verdict]
    assert f"You said {said}; right is true." in browser.get(f"/sittings/{sitting.pk}/").content.decode()

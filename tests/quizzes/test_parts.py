"""An item with parts through the doors: loaded, asked on pages and by the API, sat in exams, counted."""

from __future__ import annotations

import csv
import io
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from examprep.models import User
from questions import bank
from questions.interchange import yaml
from questions.models import Course
from quizzes import exams, schedule
from quizzes.models import Card, Exam, Presentation, Review
from quizzes.views.template_tags.parts import pieces
from tests.conftest import Api
from tests.forms import filled_in
from tests.questions.kinds.parts import BODY, ITEM, write_course

pytestmark = pytest.mark.any_database
PARTS = [part["id"] for part in BODY["parts"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course whose only question has parts."""
    write_course(tmp_path, ITEM)
    return tmp_path


@pytest.fixture
def course(db: None, folder: Path) -> Course:
    return bank.load_course(folder, seeds=20).course


def test_a_form_of_parts_that_is_saved_untouched_changes_nothing(course: Course, instructor: Client) -> None:
    item = course.items.get()
    address = f"/admin/questions/item/{item.pk}/change/"

    for button in ("_draft", "_publish"):
        answer = instructor.post(address, {**filled_in(instructor, address), button: "1"})
        assert answer.status_code == 302, answer.context["adminform"].form.errors

    item.refresh_from_db()
    assert item.published
    assert item.published.number == 1
    assert not LogEntry.objects.exists()
    without_scripts = {**filled_in(instructor, address), "parts-add": "ordering", "_draft": "1"}
    assert instructor.post(address, without_scripts).status_code == 302
    draft = course.items.get().draft["parts"]
    assert [part.get("id") for part in draft] == [*PARTS, None]
    assert draft[-1] == {"kind": "ordering"}


def test_an_author_writes_its_parts_in_forms(course: Course, instructor: Client) -> None:
    item = course.items.get()
    address = f"/admin/questions/item/{item.pk}/change/"
    form = instructor.get(address).context["adminform"].form
    page = instructor.get(address).content.decode()
    assert re.search(r'name="parts-0-answer" value="m"', page)
    assert 'name="parts-1-choices-0-text"' in page
    about = ("slug", "main_concept", "difficulty", "seconds", "explanation")
    parts = [
        {"kind": "numeric", "id": "mean", "answer": "m", "decimals": "1"},
        {"kind": "numeric", "id": "z", "stem": "And z?", "answer": "z", "follow": "mean", "marks": ""},
    ]
    lets = [{"name": name, "value": formula} for name, formula in BODY["let"].items()]
    rows = {
        "parts": parts,
        "let": lets,
        "draw": [{"name": "x", "value": BODY["draw"]["x"]}],
        "where": [{"value": "s > 2"}],
    }
    typed = {
        **{name: form[name].value() for name in about},
        **{
            f"{name}-{at}-{cell}": text
            for name, each in rows.items()
            for at, row in enumerate(each)
            for cell, text in row.items()
        },
        "stem": "Heights {x}: their mean is [[mean]].",
        "_publish": "1",
    }

    wrong = instructor.post(address, {**typed, "parts-1-answer": "zz"}).content.decode()
    assert "Part z: column 1: “zz” is not declared" in wrong
    assert wrong.count("column 1: “zz” is not declared") == 2
    unread = instructor.post(address, {**typed, "parts-1-digits": "99"}).content.decode()
    assert "Part z: Ensure this value is less than or equal to 12." in unread
    shown = instructor.post("/admin/questions/item/preview/multi_part/", typed).content.decode()
    assert "And z?" in shown
    assert "variants graded: right answers right" in shown

    asked = instructor.post(address, typed).content.decode()
    assert "What students remember of" in asked
    assert instructor.post(address, {**typed, "forget": "1"}).status_code == 302
    item.refresh_from_db()
    assert item.published
    assert item.published.facets == ["mean", "z"]
    assert item.published.body["parts"] == [
        {"id": "mean", "kind": "numeric", "answer": "m", "decimals": 1},
        {"id": "z", "kind": "numeric", "follow": ["mean"], "stem": "And z?", "answer": "z"},
    ]


def key_of(presentation: str) -> dict[str, Any]:
    """The right answers to a presentation."""
    values = Presentation.objects.get(pk=presentation).answer["values"]
    return {"mean": f"{values['m']:.1f}", "sd": f"{values['s']:.3g}", "z": f"{values['z']:.3g}"}


def fill(page: Any, **typed: str) -> dict[str, object]:
    """What the form on a page sends."""
    asked = page.context["presentation"]
    parts = {f"{name}.text" if name == "name" else f"{name}.value": text for name, text in typed.items()}
    kinds = [f"{part['id']}:{part['kind']}" for part in asked["prompt"]["parts"]]
    hidden = {"presentation": asked["id"], "event": str(page.context["event"]), "shown": page.context["shown"]}
    return {**hidden, "part": kinds, **parts}


def test_it_is_loaded_exported_and_loaded_again_as_it_was(course: Course, folder: Path) -> None:
    item = course.items.get()
    assert item.published
    assert item.published.facets == PARTS

    (folder / "bank/items.yaml").write_text(yaml.write([{**ITEM, **item.published.body}]))

    assert bank.load_course(folder).unchanged == ["heights"]


def test_a_wrong_field_of_a_part_is_named_with_its_line(course: Course, folder: Path) -> None:
    text = (folder / "bank/items.yaml").read_text()
    (folder / "bank/items.yaml").write_text(text.replace("answer: s", "answer: ss"))

    with pytest.raises(bank.BankError, match=r"bank/items.yaml:\d+: heights: parts.2.answer: .*“ss” is not declared"):
        bank.load_course(folder)


def test_a_page_asks_the_parts_in_their_places_and_shows_what_became_of_each(course: Course, student: User) -> None:
    browser = Client()
    browser.force_login(student)
    page = browser.get("/review/")
    html = page.content.decode()
    assert html.index("Their mean is") < html.index('name="mean.value"') < html.index("and their distribution is")
    assert html.index('name="shape.choice"') < html.index("The standard deviation") < html.index('name="sd.value"')
    assert "[[" not in html
    assert " required" not in html, "a part may be left open"

    key = key_of(page.context["presentation"]["id"])
    refused = browser.post("/review/", fill(page, mean=key["mean"], sd="abc"))
    assert "Part c: " in refused.content.decode()
    assert f'value="{key["mean"]}"' in refused.content.decode()
    near = browser.post("/review/", fill(page, **key, name="standart score"))
    assert "Press Check again to keep your spelling." in near.content.decode()
    answered = browser.post("/review/", fill(page, **key, name="standard score"), follow=True)

    told = answered.content.decode()
    assert "Partly correct" in told
    assert '<ul class="marked-by-none"' in told, "each line has its letter"
    assert told.count("Not answered") == 1
    assert "2 of 2 marks" in told
    assert "0 of 0.5 marks" in told
    assert "[[" not in told


def test_no_line_begins_with_what_closes_a_blank() -> None:
    parts = [{"id": name, "in_text": True} for name in "ab"]
    stem = "First [[a]], then [[b]].)\n\nThe end."
    first, second, end = pieces({"stem": stem, "parts": parts, "stem_html": ""})
    assert (first.html, first.letter, first.closing) == ("<p>First ", "a", ",")
    assert (second.html, second.closing) == (" then ", ".)")
    assert end.html.startswith("</p>")


def test_each_part_is_a_card_that_its_own_score_moves(course: Course, api: Api) -> None:
    (asked,) = api.queue()["results"]
    assert asked["kind"] == "multi_part"
    assert asked["prompt"]["parts"][2]["prompt"]["stem_html"].startswith("<p>The standard deviation")
    key = key_of(asked["id"])

    answered = {"mean": {"value": "1"}, "sd": {"value": key["sd"]}, "z": {"value": key["z"]}}
    grade = api.answer(asked["id"], {"parts": answered})["grade"]

    assert grade["score"] == pytest.approx(3 / 5.5)
    assert {name: part["score"] for name, part in grade["parts"].items()} == {
        "mean": 0,
        "shape": 0,
        "sd": 1,
        "z": 1,
        "name": 0,
    }
    assert grade["parts"]["z"]["explanation_html"].startswith("<p>From ")
    assert grade["key"]["parts"]["sd"] == {"value": key["sd"]}
    assert {state["facet"] for state in grade["cards"]} == set(PARTS)
    assert dict(Review.objects.values_list("card__facet", "score")) == {
        name: part["score"] for name, part in grade["parts"].items()
    }


def test_a_pack_holds_what_grading_each_part_needs(course: Course, api: Api) -> None:
    api.queue()
    (asked,) = api.get("packs/").json()["results"]

    assert asked["check"]["marks"] == {"mean": 1, "shape": 0.5, "sd": 2, "z": 1, "name": 1}
    assert set(asked["check"]["parts"]["sd"]) == {"values", "allowed"}
    assert set(asked["key"]["parts"]) == set(PARTS)
    cards = Card.objects.in_bulk(asked["cards"].values())
    assert {cards[uuid.UUID(card)].facet: part for part, card in asked["cards"].items()} == {
        part: part for part in PARTS
    }


def test_the_planner_takes_it_as_one_task_of_its_seconds(course: Course, student: User, api: Api) -> None:
    assert Card.objects.filter(student=student).count() == len(PARTS)
    assert [entry["estimated_seconds"] for entry in api.queue()["results"]] == [120]


def sit(exam: Exam, name: str, *, wrong: bool = False) -> Client:
    """A sitting whose first question is answered, closed."""
    student = User.objects.create_user(name, password="sits-it-1")
    schedule.enrol(student, exam.course)
    now = timezone.now()
    sitting, _ = exams.open_sitting(student, exam, now)
    browser = Client()
    browser.force_login(student)
    assert 'name="mean.value"' in browser.get(f"/sittings/{sitting.pk}/").content.decode()
    key = key_of(str(sitting.slots.get().presentation_id))
    response = {"parts": {"mean": {"value": key["mean"]}, "sd": {"value": "1" if wrong else key["sd"]}}}
    saved = exams.save_answer(student, sitting.pk, 1, response, 0, now)
    assert "unread" not in saved.payload()
    response["parts"]["z"] = {"value": "1/0"}
    saved = exams.save_answer(student, sitting.pk, 1, response, saved.rev, now)
    assert saved.payload()["unread"].startswith("Part d: ")
    assert f'value="{key["mean"]}"' in browser.get(f"/sittings/{sitting.pk}/").content.decode()
    form = {
        "slot": 1,
        "rev": saved.rev,
        "part": ["mean:numeric", "sd:numeric"],
        "mean.value": key["mean"],
        "sd.value": "x",
    }
    page = browser.post(f"/sittings/{sitting.pk}/", form, follow=True).content.decode()
    assert "Question 1 is saved, but Part c: " in page
    assert 'value="x"' in page
    exams.save_answer(student, sitting.pk, 1, response, saved.rev + 1, now)
    exams.close_sitting(student, sitting.pk, now)
    result = browser.get(f"/sittings/{sitting.pk}/").content.decode()
    assert result.count("Not answered") == 2
    assert "Part d: " in result
    assert "[[" not in result
    return browser


def test_an_exam_asks_it_and_statistics_tell_its_parts_apart(course: Course, instructor: Client) -> None:
    exam = Exam.objects.create(
        course=course, slug="exam", title="Exam", kind="assessment", minutes=10, blueprint={"slots": 1}
    )
    for name in ("ada", "bob"):
        sit(exam, name, wrong=name == "bob")

    page = instructor.get(f"/admin/quizzes/exam/{exam.pk}/results/").content.decode()
    assert page.index("part mean") < page.index("part sd") < page.index("part name")
    (item,) = exams.cohort_results(exam).items
    facility = {part.id: (part.n, part.facility.value) for part in item.parts}
    assert facility == {"mean": (2, 1), "shape": (2, 0), "sd": (2, 0.5), "z": (2, 0), "name": (2, 0)}
    answer = instructor.get(f"/admin/quizzes/exam/{exam.pk}/results/items.csv")
    table = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert [row.split(",")[1] for row in table] == ["part", "", *facility]
    download: Any = instructor.get(f"/admin/quizzes/exam/{exam.pk}/results/answers.csv")
    text = b"".join(download.streaming_content).decode("utf-8-sig")
    chosen = {row["answer"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {"mean: `m`", "sd: `s`", "sd: another number", "shape: left open", "z: not understood"} <= set(chosen)


# One part by itself


def test_a_part_is_checked_by_itself_and_its_answer_stands(course: Course, api: Api) -> None:
    (asked,) = api.queue()["results"]
    assert "checked" not in asked
    key, address = key_of(asked["id"]), f"presentations/{asked['id']}/parts"

    unread = api.post(f"{address}/sd/", {"response": {"value": "abc"}})
    assert unread.status_code == 400
    assert unread.json()["errors"]["parts.sd.value"][0].startswith("Part c: ")
    first = api.post(f"{address}/sd/", {"response": {"value": key["sd"]}}).json()
    assert first["grade"]["correct"]
    assert first["grade"]["key"] == {"value": key["sd"]}
    assert api.post(f"{address}/sd/", {"response": {"value": "1"}}).json() == first
    (again,) = api.queue()["results"]
    assert again["id"] == asked["id"]
    assert again["checked"] == {"sd": first}
    assert not Review.objects.exists()

    grade = api.answer(asked["id"], {"parts": {"sd": {"value": "1"}, "z": {"value": key["z"]}}})["grade"]

    assert grade["score"] == pytest.approx(3 / 5.5)
    assert grade["parts"]["sd"]["score"] == 1
    assert api.post(f"{address}/mean/", {"response": {"value": "1"}}).status_code == 409


def test_who_knows_no_more_keeps_what_was_checked(course: Course, api: Api) -> None:
    (asked,) = api.queue()["results"]
    key = key_of(asked["id"])
    api.post(f"presentations/{asked['id']}/parts/mean/", {"response": {"value": key["mean"]}})

    grade = api.answer(asked["id"], {"dont_know": True})["grade"]

    assert {name: part["score"] for name, part in grade["parts"].items() if part["score"]} == {"mean": 1}


def test_a_part_that_follows_is_checked_by_what_was_answered_before(course: Course, api: Api) -> None:
    (asked,) = api.queue()["results"]
    values, address = Presentation.objects.get(pk=asked["id"]).answer["values"], f"presentations/{asked['id']}/parts"
    wrong = round(values["s"]) + 5
    api.post(f"{address}/sd/", {"response": {"value": str(wrong)}})

    followed = api.post(f"{address}/z/", {"response": {"value": str((200 - values["m"]) / wrong)}}).json()

    assert followed["grade"]["correct"]
    assert "your own answer to part c" in followed["grade"]["feedback"][0]["message_html"]


def test_no_part_is_checked_of_an_exam_of_others_or_that_is_not_there(
    course: Course, api: Api, student: User, stranger: User
) -> None:
    (asked,) = api.queue()["results"]
    sent = {"response": {"value": "1"}}
    assert api.post(f"presentations/{asked['id']}/parts/q/", sent).status_code == 404
    assert Api(stranger).post(f"presentations/{asked['id']}/parts/sd/", sent).status_code == 404
    assert api.post(f"presentations/{asked['id']}/parts/sd/", {}).status_code == 400
    exam = Exam.objects.create(
        course=course, slug="exam", title="Exam", kind="assessment", minutes=10, blueprint={"slots": 1}
    )
    sitting, _ = exams.open_sitting(student, exam, timezone.now())
    put = sitting.slots.get().presentation_id
    assert api.post(f"presentations/{asked['id']}/parts/sd/", sent).status_code == 409
    assert api.post(f"presentations/{put}/parts/sd/", sent).status_code == 404


def test_the_page_checks_a_part_and_keeps_what_was_typed_to_the_others(course: Course, student: User) -> None:
    browser = Client()
    browser.force_login(student)
    page = browser.get("/review/")
    key = key_of(page.context["presentation"]["id"])

    empty = browser.post("/review/part/", {**fill(page, mean=key["mean"]), "check_part": "sd"}).content.decode()
    assert "Answer a part before you check it." in empty
    wrong = browser.post("/review/part/", {**fill(page, sd="abc"), "check_part": "sd"}).content.decode()
    assert "Part c: " in wrong
    form = {**fill(page, mean=key["mean"], sd=key["sd"]), "check_part": "sd"}
    checked = browser.post("/review/part/", form).content.decode()

    assert "2 of 2 marks" in checked
    assert 'name="sd.value"' not in checked
    assert f'value="{key["mean"]}"' in checked
    assert 'name="sd.value"' not in browser.get("/review/").content.decode()
    told = browser.post("/review/", fill(page, mean=key["mean"]), headers={"HX-Request": "true"}).content.decode()
    assert told.count("Not answered") == 3
    assert "2 of 2 marks" in told

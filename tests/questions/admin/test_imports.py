"""Teachers bring questions in by a page: look at what each becomes, choose, bring in, complete, take back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from questions import roles
from questions.bank import guessing, uploads
from questions.interchange.formats import FORMATS
from questions.models import Course, Import, Item, StaffAct
from questions.tasks import work_on_imports

pytestmark = [pytest.mark.django_db, pytest.mark.database]
ADD = "/admin/questions/import/add/"
State = Import.State
GIFT = "$CATEGORY: Penalties/L2\n\n" + "\n\n".join(
    f"::Q{number}::Which is number {number}? {{={number} ~none#No.}}" for number in range(30)
)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def bring(browser: Client, course: Course, content: bytes, name: str = "quiz.gift", **more: str) -> Any:
    """Upload a file, and have a worker read it; the page that it leads to."""
    sent = {"course": course.pk, "file": SimpleUploadedFile(name, content), "format": "", **more}
    response = browser.post(ADD, sent, follow=True)
    work_on_imports()
    return response


def address(made: Import) -> str:
    return f"/admin/questions/import/{made.pk}/change/"


def act(browser: Client, made: Import, do: str, **more: Any) -> str:
    page = browser.post(address(made), {"do": do, **more}, follow=True).content.decode()
    made.refresh_from_db()
    return str(page)


def test_a_file_is_looked_at_brought_in_completed_and_taken_back(instructor: Client, course: Course) -> None:
    page = bring(instructor, course, f"{GIFT}\n\nOnly a text.\n".encode()).content.decode()
    assert "The file is being read" in page
    made = Import.objects.get()
    page = instructor.get(address(made)).content.decode()
    assert "31 questions in the file" in page
    assert "30 ticked in all" in page
    assert re.search(r"L2 <span.*?>30 questions, guessed</span>", page)
    shown = instructor.get(f"/admin/questions/import/{made.pk}/questions/1/").content.decode()
    assert "Which is number 0?" in shown
    assert 'class="right">0' in shown  # its choices are seen, though their explanation is missing
    assert "Only a text." in act(instructor, made, "show:refused")

    first = [str(number) for number in range(1, 26)]
    page = act(instructor, made, "page:2", shown=first, chosen=first[1:], **{"concept-1": ""})
    assert "Q29" in page
    assert "29 ticked in all" in page
    factor = course.concepts.get(slug="factor").pk
    page = act(instructor, made, "import", **{"concept-0": "", "otherwise": factor, "concept-1": "junk"})
    assert "0 of 31 done" in page or "1 of 31 done" in page
    work_on_imports()
    page = instructor.get(address(made)).content.decode()
    assert "29 new, 1 refused" in page
    assert page.count("To complete:") == 25
    items = course.items.filter(slug__startswith="which-number")
    assert {tuple(item.tags.values_list("concept", flat=True)) for item in items.all()} == {(factor,)}
    assert instructor.get(f"/admin/questions/item/?import={made.pk}").content.decode().count("which-number") >= 29
    report = json.loads(instructor.get(f"/admin/questions/import/{made.pk}/report.json").content)
    assert report["counts"]["new"] == 29
    assert len(report["questions"]) == 30
    assert "29 new, 1 refused" in instructor.get("/admin/questions/import/").content.decode()

    bring(instructor, course, GIFT.encode())
    again = Import.objects.first()
    assert again
    assert "already here" in instructor.get(address(again)).content.decode()
    assert "discarded" in act_and_leave(instructor, again)

    item = items.all().first()
    assert item
    history = instructor.get(f"/admin/questions/item/{item.pk}/history/").content.decode()
    assert "added by the import of quiz.gift" in " ".join(history.split()).replace("Added", "added")
    assert str(made.made_by) in history
    Item.objects.filter(slug="which-number-3").update(draft={"stem": "Mine"})
    assert "is being undone" in act(instructor, made, "undo")
    work_on_imports()
    page = instructor.get(address(made)).content.decode()
    assert "28 drafts deleted" in page
    assert "edited or published: which-number-3." in page
    acts = StaffAct.objects.filter(model="questions.import", key=str(made.pk)).order_by("pk")
    assert [(each.kind, each.after and each.after["state"]) for each in acts] == [
        ("added", "reading"),
        ("changed", "importing"),
        ("changed", "undoing"),
    ]
    gone = StaffAct.objects.filter(model="questions.item", kind="deleted")
    assert {(each.by, each.after and each.after["import_taken_back"]) for each in gone} == {(made.made_by, "quiz.gift")}
    assert gone.count() == 28
    listed = "/admin/questions/staffact/"
    assert "which-number" not in instructor.get(listed).content.decode()
    assert "which-number" in instructor.get(listed, {"imported": "shown"}).content.decode()
    assert "There was nothing to do." in act(instructor, made, "again")


def act_and_leave(browser: Client, made: Import) -> str:
    return str(browser.post(address(made), {"do": "discard"}, follow=True).content.decode())


@pytest.mark.any_database
def test_hostile_and_unknown_files_get_a_message(
    instructor: Client, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (
        ("bomb.xml", b'<!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz><question>&b;</question></quiz>'),
        ("cut.zip", b"PK\x03\x04 cut off"),
        ("broken.apkg", b"PK\x05\x06" + bytes(18)),
        ("nul.gift", b"::A::What\0 is \xed\xa0\x80? {=one ~two}"),
        ("empty.csv", b"\n"),
    ):
        bring(instructor, course, content, name)
        made = Import.objects.first()
        assert made
        assert made.state == State.READ, name
        page = instructor.get(address(made))
        assert page.status_code == 200
        assert made.questions.exists() or "No question was found" in page.content.decode()
    assert "The format cannot be told" in bring(instructor, course, b"Hello.", "hello.xyz").content.decode()
    assert "The file is empty." in bring(instructor, course, b"").content.decode()
    monkeypatch.setattr(uploads, "MOST_BYTES", 10)
    monkeypatch.setattr("questions.bank.MOST_BYTES", 10)
    assert "export it in parts" in bring(instructor, course, GIFT.encode()).content.decode()


@pytest.mark.any_database
def test_authors_of_other_courses_find_nothing_and_observers_change_nothing(instructor: Client, course: Course) -> None:
    bring(instructor, course, GIFT.encode())
    made = Import.objects.get()
    other = Course.objects.create(slug="other", title="Another one")
    pages = [address(made), *(f"/admin/questions/import/{made.pk}/{page}" for page in ("report.json", "questions/1/"))]
    for name, of, role, sees in (
        ("elsewhere", other, roles.Role.OWNER, 404),
        ("observer", course, roles.Role.OBSERVER, 200),
    ):
        user = User.objects.create_user(name)
        roles.set_role(user, of, role)
        client = Client()
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [sees] * 3
        assert client.post(address(made), {"do": "import"}).status_code == (403 if sees == 200 else 404)
        sent = {"course": course.pk, "file": SimpleUploadedFile("quiz.gift", GIFT.encode())}
        assert client.post(ADD, sent).status_code in (200, 403)
    assert Import.objects.count() == 1
    made.refresh_from_db()
    assert made.state == State.READ


@pytest.mark.any_database
def test_pages_ask_the_database_the_same_however_many_questions_there_are(instructor: Client, course: Course) -> None:
    asked = []
    for count in (3, 30):
        text = "\n\n".join(f"::Q{count}-{place}::Which {place} of {count}? {{=a ~b}}" for place in range(count))
        bring(instructor, course, text.encode(), f"{count}.gift")
        made = Import.objects.first()
        assert made
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                instructor.get(address(made))
            asked.append(len(captured))
            act(instructor, made, "import")
            work_on_imports()
    assert asked[:2] == asked[2:]


def test_questions_go_out_after_it_was_said_what_a_format_cannot_hold(
    instructor: Client, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, items = "/admin/questions/item/export/", Item.objects.published().filter(course=course)
    assert "All published items" in instructor.get(page).content.decode()
    said = instructor.get(page, {"course": str(course.pk), "format": "csv"}).content.decode()
    assert "What is lost" in said
    response = instructor.get(page, {"course": str(course.pk), "format": "qti3", "do": "download"})
    assert response["Content-Disposition"] == 'attachment; filename="tiny.zip"'
    chosen = [str(item.pk) for item in items[:2]]
    asked = instructor.post("/admin/questions/item/", {"action": "export_items", "_selected_action": chosen})
    assert "2 of the 2 chosen items are published" in instructor.get(asked["Location"]).content.decode()
    some = instructor.get(f"{asked['Location']}&format=yaml&do=download")
    assert some["Content-Disposition"] == 'attachment; filename="tiny.zip"'
    content = b"".join(some.streaming_content)  # type: ignore[attr-defined]
    assert len(list(FORMATS["yaml"].read(content, "tiny.zip"))) == 2
    monkeypatch.setattr("questions.admin.exports.MOST_LISTED", 1)
    all_of_it = {"course": str(course.pk), "format": "csv"}
    assert "Download the list" in instructor.get(page, all_of_it).content.decode()
    listed = b"".join(instructor.get(page, all_of_it | {"do": "list"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert listed.count("It draws: 5 of its variants") == said.count("It draws: 5 of its variants") == 1
    other = Course.objects.create(slug="other", title="Another one")
    assert instructor.get(page, {"course": str(other.pk), "format": "csv"}).status_code == 404
    assert instructor.get(page, {"course": "junk", "format": "junk", "item": "x"}).status_code == 200


@pytest.mark.any_database
def test_the_format_is_told_by_name_and_content() -> None:
    told = {
        ("a.xml", b"<?xml version='1.0'?><quiz>"): "moodle-xml",
        ("a.xml", "<?xml version='1.0'?><quiz>".encode("utf-16")): "moodle-xml",
        ("a.xml", b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0">'): "qti3",
        ("a.xml", b"<assessmentItem>"): "qti",
        ("a.txt", b"Q?\nA. x\nB. y\nANSWER: A\n"): "aiken",
        ("a.txt", b"::Q::Which? {=a ~b}"): "gift",
        ("a.txt", b"#separator:tab\nfront\tback"): "csv",
        ("a.colpkg", b"SQLite"): "apkg",
        ("a.zip", b"PK"): "qti",
        ("a.txt", b"Hello"): None,
    }
    assert {key: guessing.guess_format(*key) for key in told} == told

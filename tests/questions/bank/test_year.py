"""A department's year: a course from files, edited by two instructors, loaded again, exported, and loaded elsewhere."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Model
from django.test import Client

from examprep.models import User
from questions.models import Concept, Course, Item, Lesson
from quizzes.models import Exam
from tests.courses import TINY
from tests.forms import filled_in
from tests.questions.bank.test_exporting import everything

pytestmark = [pytest.mark.database, pytest.mark.any_database]


def command(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def save(browser: Client, row: Model, button: str = "_save", **changed: str) -> None:
    """Open the admin's page of a row, change fields, and press a button."""
    address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    inlines = {"edges-TOTAL_FORMS": "0", "edges-INITIAL_FORMS": "0"}
    answer = browser.post(address, {**inlines, **filled_in(browser, address), **changed, button: "1"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def test_a_year(instructor: Client, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "files"))
    command("load_course", str(folder))
    colleague = Client()
    colleague.force_login(User.objects.create_superuser("cleo", password="teaches-too"))

    save(instructor, Item.objects.get(slug="penalty-target"), "_publish", stem="What gets small by L2?")
    retired = {"action": "retire_items", "_selected_action": Item.objects.get(slug="true-of-l2").pk, "confirmed": "1"}
    colleague.post("/admin/questions/item/", retired)
    save(colleague, Item.objects.get(slug="decay-factor"), slug="factor-of-a-step")
    save(colleague, Concept.objects.get(slug="l2"), slug="ridge", name="Ridge")
    save(instructor, Lesson.objects.get(), summary="By the instructor.")
    blueprint = "slots: 4\nconcepts: {ridge: 1, factor: 1}"
    save(instructor, Exam.objects.get(slug="tiny-exam"), title="The mock", blueprint=blueprint)
    edited = everything(Course.objects.get())

    items = folder / "bank/items.yaml"
    text = items.read_text()
    for old, new in (
        ("What does the L2 penalty make small?", "By the files?"),
        ("What is true of L2?", "True of L2?"),
        ("Match each to what it does.", "Match them."),
    ):
        assert old in text
        text = text.replace(old, new)
    items.write_text(text)
    said = command("load_course", str(folder))

    left_alone = [line.split(": ")[1] for line in said.splitlines() if "left alone" in line]
    assert sorted(left_alone) == [
        *("concept l2", "exam tiny-exam", "item decay-factor", "item penalty-target"),
        *("item true-of-l2", "lesson decay"),
    ]
    taken = str(edited).replace("Match each to what it does.", "Match them.")
    assert str(everything(Course.objects.get())) == taken

    told = command("export_course", "tiny", str(tmp_path / "out"))
    assert "Not written, because they are retired: true-of-l2." in told
    assert command("load_course", str(tmp_path / "out"), "--dry-run").startswith("There is nothing to do.")
    Item.objects.update(published=None)
    for model in (Item, Exam, Concept, Lesson, Course):
        model.objects.all().delete()
    command("load_course", str(tmp_path / "out"))
    assert str(everything(Course.objects.get())) == taken
    assert command("load_course", str(tmp_path / "out"), "--dry-run").startswith("There is nothing to do.")

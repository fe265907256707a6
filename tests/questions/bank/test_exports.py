"""The questions of a course leave in formats of other programs, and what those cannot hold is said."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from questions import bank
from questions.bank.slugs import Taken, propose_slug
from questions.interchange.formats import FORMATS
from questions.models import Course
from tests import courses

GALLERY = Path(__file__).parents[2] / "gallery"

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.is_written])
def test_every_published_question_leaves_or_is_named(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = courses.load(exams=False)
    file = tmp_path / "questions"
    call_command("export_items", name, str(file), course=course.slug)
    said = capsys.readouterr().out

    found = list(FORMATS[name].read(file.read_bytes(), file.name))
    assert not [each.refused for each in found if each.refused]
    came = {part for each in found for part in (each.source_id, each.source_id.split("/")[0])}
    for item in course.items.filter(published__isnull=False, retired_at=None):
        assert {item.slug, f"{item.slug}-v1", f"{item.slug}-v1/2"} & came or f"{item.slug}: It is left out" in said


def test_our_own_folder_comes_back_with_its_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A course folder comes in as it is loaded, and so does the ZIP that is written of it."""
    course = Course.objects.create(slug="elsewhere", title="Elsewhere")
    call_command("import_items", "yaml", str(GALLERY), course=course.slug)
    assert ": lost: The picture" not in capsys.readouterr().out
    pictures = set(course.pictures.values_list("address", flat=True))
    assert pictures
    loaded = bank.load_course(GALLERY, seeds=20).course
    file, folder = tmp_path / "items.zip", tmp_path / "items"
    call_command("export_items", "yaml", str(file), course=loaded.slug)
    found = list(FORMATS["yaml"].read(file.read_bytes(), file.name))
    call_command("export_items", "yaml", f"{folder}/", course=loaded.slug)
    with zipfile.ZipFile(file) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }
    for form, where in (("yaml", folder), ("csv", folder)):
        with pytest.raises(CommandError, match=r"is not empty|is a folder"):
            call_command("export_items", form, str(where), course=loaded.slug)
    drafts = {item.slug: item.draft for item in course.items.all()}
    versions = {item.slug: item.published.body for item in loaded.items.all() if item.published}
    assert {each.source_id: each.body for each in found} == versions == drafts
    assert {picture.address for each in found for picture in each.pictures} == pictures


def test_an_unknown_course_is_named() -> None:
    with pytest.raises(CommandError, match="no course “nowhere”"):
        call_command("export_items", "csv", "/nowhere/at-all", course="nowhere")


def test_a_bank_leaves_in_few_queries_and_pieces_as_it_is_read(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """However many questions there are, few of them are held, and each chunk is one query."""
    course = courses.load(exams=False)
    count = len(list(bank.leaving_questions(course)))
    monkeypatch.setattr("questions.bank.exports.CHUNK", 4)
    with django_assert_num_queries(1 + -(-count // 4)):
        pieces = bank.stream_questions(course, FORMATS["qti"], lambda slug, text: None)
        assert sum(1 for piece in pieces if piece) >= count


def test_slugs_of_equal_titles_are_found_in_linear_time() -> None:
    began, taken = time.thread_time(), Taken([])
    for _ in range(50_000):
        taken.add(taken.free("which-is-right"))
    assert taken.free("which-is-right") == "which-is-right-50001"
    assert time.thread_time() - began < 5


def test_slugs_hold_no_formulas_and_nothing_that_is_drawn() -> None:
    course = Course(slug="c")
    for text in ("What is $$\\frac12 + x$$ of $y$ here?", "What is {set.a*(1+set.b)} of {{it}} here?"):
        assert propose_slug(course, text.replace("{{it}}", ""), "item", Taken([])) == "what-here"

"""The questions of a course leave in formats of other programs, and what those cannot hold is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from questions.interchange.formats import FORMATS
from tests import courses

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.write])
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


def test_an_unknown_course_is_named() -> None:
    with pytest.raises(CommandError, match="no course “nowhere”"):
        call_command("export_items", "csv", "/nowhere/at-all", course="nowhere")

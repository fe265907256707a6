"""A course that is exported loads back as the same, here and elsewhere."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import bank
from questions.bank.records import load_records
from questions.interchange import yaml
from questions.models import Concept, Course, Item, Lesson
from quizzes import exams
from quizzes.models import Exam
from tests.courses import COURSE, TINY
from tests.courses import load as load_copy

pytestmark = pytest.mark.database


def export(course: Course, path: Path) -> list[str]:
    """Export a course; what the command says, line by line."""
    out = StringIO()
    call_command("export_course", course.slug, str(path), stdout=out)
    return out.getvalue().splitlines()


def everything(course: Course) -> Any:
    """All that a folder says of a course, in order."""
    rows = load_records(course)
    return [
        (course.slug, course.title, course.description),
        [rows.of_lessons[lesson.pk] for lesson in rows.lessons],
        [rows.of_concepts[concept.pk] for concept in rows.concepts],
        [rows.published[item.pk] for item in rows.items if item.published and not item.retired_at],
        [(exam.slug, exam.title, exam.kind, exam.starts_at, exam.blueprint) for exam in course.exams.order_by("pk")],
    ]


def to_do(folder: Path) -> list[str]:
    """What loading the folder would change or report, besides what is as it should be."""
    out = StringIO()
    call_command("load_course", str(folder), dry_run=True, stdout=out)
    return out.getvalue().splitlines()[:-1]


def test_an_export_loads_back_as_the_same_here_and_elsewhere(db: None, tmp_path: Path) -> None:
    course = load_copy(TINY)
    before = everything(course)

    export(course, tmp_path / "out")

    assert to_do(tmp_path / "out") == ["There is nothing to do."]
    Item.objects.update(published=None)
    for model in (Item, Exam, Concept, Lesson, Course):
        model.objects.all().delete()
    again = bank.load_course(tmp_path / "out", seeds=20).course
    exams.load_exams(again, tmp_path / "out")
    assert everything(again) == before


@pytest.mark.slow
def test_an_export_of_the_first_course_says_what_was_loaded(db: None, tmp_path: Path) -> None:
    """With all that its lessons and questions hold: what its folder said otherwise would be to do."""
    export(load_copy(COURSE), tmp_path / "out")

    assert to_do(tmp_path / "out") == ["There is nothing to do."]


def test_what_was_edited_in_the_service_is_exported(db: None, tmp_path: Path) -> None:
    course = load_copy(TINY)
    Concept.objects.filter(slug="l2").update(slug="ridge", name="Ridge")
    Lesson.objects.update(slug="shrinking", body_markdown="One\r\n\r\n## Two\r\n\r\n    code\r\n", summary=" - : #")
    Exam.objects.filter(slug="tiny-viva").update(title="Viva: the end")
    Exam.objects.filter(slug="tiny-exam").update(blueprint={"slots": 5})
    retired, draft, newer = Item.objects.order_by("pk")[:3]
    bank.retire(retired)
    tags = [Concept.objects.get(slug="ridge")]
    bank.save_draft(course, "unfinished", "single_choice", {"stem": "?"}, tags)
    bank.save_draft(course, newer.slug, newer.kind, {**newer.draft, "stem": "New?"}, tags)
    mine = bank.save_draft(course, "mine", draft.kind, draft.draft, [Concept.objects.get(slug="factor")])
    bank.publish(mine, seeds=20)

    said = export(course, tmp_path)

    assert said[:3] == [
        "Not written, because they were never published: unfinished.",
        f"Not written, because they are retired: {retired.slug}.",
        f"Written as published, without their newer drafts: {newer.slug}.",
    ]
    assert to_do(tmp_path) == ["There is nothing to do."]
    before = everything(course)
    call_command("load_course", str(tmp_path), stdout=StringIO())
    course.refresh_from_db()
    assert everything(course) == before


@pytest.mark.any_database
def test_a_folder_that_is_not_empty_is_not_written_into(db: None, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(CommandError, match="not empty"):
        export(load_copy(TINY), tmp_path)
    with pytest.raises(CommandError, match="There is no course “other”; there are tiny"):
        call_command("export_course", "other", str(tmp_path / "out"))


def test_what_would_not_load_again_is_named(db: None, tmp_path: Path) -> None:
    course = load_copy(TINY)
    Lesson.objects.update(minutes=0)

    with pytest.raises(CommandError, match=r"lessons/decay\.md:\d+: decay: minutes: "):
        export(course, tmp_path / "out")

    Lesson.objects.update(minutes=5)
    bank.retire(Item.objects.get(slug="true-of-l2"))
    *_, left_out, counts = export(course, tmp_path / "again")
    assert left_out.startswith("Not written, because it could not be loaded: exams.yaml: tiny-exam: blueprint: ")
    assert left_out.endswith("6 needed, 5 published.")
    assert counts.endswith("2 concepts, 1 exams, 5 items.")
    assert "tiny-exam" not in (tmp_path / "again/exams.yaml").read_text()


NUMBERS = st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.sampled_from("ab1:-#|>?'\"{}[]&*!%@`,\\ \t\n\x85\u2028é😀"), max_size=12)


@settings(max_examples=100)
@given(
    st.recursive(TEXTS | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False), st.lists, max_leaves=3)
)
def test_whatever_is_written_is_read_as_the_same(value: object) -> None:
    document = [{"text": value, "flow": {"a": value}}]

    assert yaml.read(yaml.write(document)) == document

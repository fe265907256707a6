"""How exams use an item: its idea, its enemies, its pool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from examprep.models import User
from questions import bank
from questions.models import Course, Item
from quizzes import exams
from quizzes.exams.candidates import load_apart
from quizzes.models import Exam
from tests.courses import TINY

pytestmark = pytest.mark.database
FILE = "bank/items.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny course, in which some items are marked."""
    path = Path(shutil.copytree(TINY, tmp_path / "course"))
    text = (path / FILE).read_text()
    for slug, field in (
        ("penalty-target", "enemies: [true-of-l2, name-of-the-fix]"),
        ("decay-factor", "idea: a-step"),
        ("order-of-a-step", "idea: a-step"),
        ("match-regularisers", "pool: final"),
    ):
        assert f"- slug: {slug}\n" in text
        text = text.replace(f"- slug: {slug}\n", f"- slug: {slug}\n  {field}\n")
    (path / FILE).write_text(text)
    return path


def pools() -> dict[str, str]:
    return dict(Item.objects.exclude(pool="").values_list("slug", "pool"))


@pytest.mark.any_database
def test_a_folder_says_it_and_an_export_keeps_it(db: None, folder: Path, tmp_path: Path) -> None:
    course = bank.load_course(folder, seeds=20).course
    items = {item.slug: item.pk for item in Item.objects.all()}
    apart = load_apart(course.pk)
    assert apart.ideas == {items["decay-factor"]: "a-step", items["order-of-a-step"]: "a-step"}
    assert apart.enemies[items["true-of-l2"]] == {items["penalty-target"]}
    assert len(apart.enemies[items["penalty-target"]]) == 2
    assert pools() == {"match-regularisers": "final"}

    bank.rename_item(Item.objects.get(slug="true-of-l2"), "what-is-true")
    bank.export_course(course, tmp_path / "out")
    for source in (folder, tmp_path / "out"):
        outcomes = {change.slug: change.outcome for change in bank.load_course(source, seeds=20).changes}
        assert outcomes["penalty-target"] == outcomes["match-regularisers"] == bank.Outcome.SAME
    text = (folder / FILE).read_text()
    (folder / FILE).write_text(text.replace("  enemies: [true-of-l2, name-of-the-fix]\n", "").replace("final", "oral"))
    bank.load_course(folder, seeds=20)
    assert load_apart(course.pk).enemies == {}
    assert pools() == {"match-regularisers": "oral"}
    assert Item.objects.filter(published__number__gt=1).count() == 0


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("name-of-the-fix]", "nobody]", "There is no other item “nobody” in this course."),
        ("[true-of-l2, name-of-the-fix]", "[penalty-target]", "There is no other item “penalty-target”"),
        ("pool: final", "pool: practice", "call this one otherwise"),
        ("pool: final", "pool: The Final", "pool"),
    ],
)
def test_what_cannot_be_is_named_at_its_line(db: None, folder: Path, was: str, becomes: str, message: str) -> None:
    text = (folder / FILE).read_text()
    (folder / FILE).write_text(text.replace(was, becomes))
    with pytest.raises(bank.BankError, match=message):
        bank.load_course(folder, seeds=20)


@pytest.mark.any_database
def test_enemies_are_of_the_same_course_and_never_the_item_itself(course: Course) -> None:
    item = Item.objects.get(slug="penalty-target")
    with pytest.raises(bank.BankError, match="other items of the same course"):
        bank.set_exam_use(item, bank.ExamUse(), [item])
    with pytest.raises(bank.BankError, match="call this one otherwise"):
        bank.set_exam_use(item, bank.ExamUse(pool="practice"), [])


def test_a_blueprint_that_ideas_make_too_thin_is_refused_and_told(course: Course, student: User) -> None:
    exam = Exam.objects.get(slug="tiny-exam")
    exam.blueprint = {"slots": Item.objects.published().filter(kind__in=["numeric", "single_choice"]).count()}
    exam.blueprint["sections"] = [
        {"title": "All", "slots": exam.blueprint["slots"], "kinds": ["numeric", "single_choice"]}
    ]
    exams.check_blueprint(exam)
    exam.save()
    for item in Item.objects.filter(kind="single_choice") | Item.objects.filter(kind="numeric"):
        bank.set_exam_use(item, bank.ExamUse(idea="the-same"), [])
    with pytest.raises(exams.SittingError, match="of enemies, and of items of one idea"):
        exams.check_blueprint(exam)
    assert any("of one idea" in line for line in exams.list_thin(course))

"""Loading a course folder: all of it or nothing, and each problem at its place."""

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from questions import bank
from questions.interchange import yaml
from questions.models import Concept, Course, Item, ItemVersion, Lesson
from tests.courses import COURSE, TINY
from tests.courses import load as load_copy

pytestmark = pytest.mark.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny course, to spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "course"))


def spoil(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which has to be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def problems(folder: Path) -> list[str]:
    """What a refused load says; nothing may have been stored."""
    with pytest.raises(bank.BankError) as refused:
        bank.load_course(folder, seeds=20)
    assert not Course.objects.exists()
    return [str(problem) for problem in refused.value.problems]


def test_it_loads_lessons_concepts_edges_and_items(db: None) -> None:
    report = bank.load_course(TINY, seeds=20)

    assert (report.lessons, report.concepts, len(report.published)) == (1, 2, 6)
    assert Concept.objects.get(slug="factor").edges.count() == 2
    assert Item.objects.published().count() == 6


def test_loading_again_changes_nothing(db: None) -> None:
    bank.load_course(TINY, seeds=20)
    before = list(ItemVersion.objects.values_list("pk", "number"))

    report = bank.load_course(TINY, seeds=20)

    assert report.published == []
    assert list(ItemVersion.objects.values_list("pk", "number")) == before


@pytest.mark.any_database
def test_a_changed_item_becomes_its_next_version(db: None, folder: Path) -> None:
    bank.load_course(folder, seeds=20)
    spoil(folder / "bank/items.yaml", "What does the L2 penalty make small?", "What does L2 make small?")

    report = bank.load_course(folder, seeds=20)

    assert report.published == ["penalty-target"]
    item = Item.objects.get(slug="penalty-target")
    assert item.published is not None
    assert item.published.number == 2
    assert item.versions.count() == 2


@pytest.mark.any_database
def test_a_missing_key_is_named_with_file_item_field_and_line(db: None, folder: Path) -> None:
    spoil(folder / "bank/items.yaml", "  difficulty: 1\n", "")

    (problem,) = problems(folder)

    assert problem == "bank/items.yaml:1: penalty-target: difficulty: This field is missing."


@pytest.mark.any_database
def test_a_formula_that_is_python_is_refused_at_its_line(db: None, folder: Path) -> None:
    spoil(folder / "bank/items.yaml", "decay: 1 - eta*lam", "decay: __import__('os').getpid()")

    (problem,) = problems(folder)

    assert problem.startswith("bank/items.yaml:21: decay-factor: let.decay: column")


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("bank/items.yaml", "concepts: [l2]", "concepts: [l3]", "concepts: There is no concept “l3”"),
        ("bank/items.yaml", "kind: ordering", "kind: dance", "kind: “dance” is not a kind"),
        ("bank/items.yaml", "slug: true-of-l2", "slug: penalty-target", "slug: This item is already in"),
        ("bank/items.yaml", "difficulty: 5", "difficulty: 6", "difficulty: Input should be less than"),
        ("bank/items.yaml", "stem: What is true of L2?", "stemm: What?", "stemm: This field is not known"),
        ("bank/items.yaml", "- {text: The weights, correct: true}", "- {text: The weights}", "needs a `because`"),
        ("bank/items.yaml", "because: That is L1.", "because: That, is L1.", "choices.2.is L1."),
        ("bank/items.yaml", "- slug: decay-factor", "- slug: [", "YAML"),
        ("bank/items.yaml", "- {value: eta*lam,", "- {value: 1 - eta*lam,", "Mistake 1 is marked right"),
        ("bank/items.yaml", "{eta}$ and", "{etta}$ and", "“etta” is not declared"),
        ("bank/items.yaml", "loguniform_nice(1e-2, 1)", "loguniform_nice(1)", "is not a draw"),
        ("concepts.yaml", "prerequisites: [l2]", "prerequisites: [factor]", "circle"),
        ("concepts.yaml", "lesson: decay", "lesson: delay", "There is no lesson “delay”"),
        ("concepts.yaml", "weight: 0.5", "weight: 5", "encompasses.0.weight"),
        ("lessons/decay.md", "minutes: 5", "minutes: many", "minutes"),
        ("lessons/decay.md", "---\n", "", "front matter"),
        ("course.yaml", "slug: tiny", "slug: Tiny Course", "slug"),
    ],
)
def test_each_problem_names_its_place(db: None, folder: Path, file: str, old: str, new: str, said: str) -> None:
    spoil(folder / file, old, new)

    found = problems(folder)

    assert any(said in problem and problem.startswith(file) for problem in found), found


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("bank/items.yaml", None, "bank/: There is no .yaml file in this folder."),
        ("bank/more.yml", b"- slug: more", "bank/more.yml: This file would not be read: call it bank/more.yaml."),
        ("bank/week-2/more.yaml", b"- slug: more", "bank/week-2/more.yaml: This file would not be read"),
        ("lessons/more.markdown", b"# More", "lessons/more.markdown: This file would not be read"),
        ("bank/items.yaml", b"", "bank/items.yaml: This file is empty."),
        ("bank/items.yaml", b"# later\n", "bank/items.yaml: This file is empty."),
        ("concepts.yaml", b"[]\n", "concepts.yaml: This file is empty."),
        ("bank/items.yaml", b"- slug: a\n  stem: caf\xe9\n", "bank/items.yaml:2: This is not UTF-8 text"),
        ("lessons/decay.md", b"---\nslug: caf\xe9\n---\n", "lessons/decay.md:2: This is not UTF-8 text"),
        ("course.yaml", b"slug: t\xe9\n", "course.yaml:1: This is not UTF-8 text"),
        ("concepts.yaml", b"- slug: l2\n  name: [L2\n", "concepts.yaml:2: YAML: "),
        ("concepts.yaml", b"- slug: l2\n  name: \x00\n", "concepts.yaml:2: YAML: the sign U+0000 is not allowed."),
        ("exams.yaml", b"- slug: a\n  title: caf\xe9\n", "exams.yaml:2: This is not UTF-8 text"),
        ("exams.yaml", b"", "exams.yaml: This file is empty."),
        ("exams.yaml", b"- slug: [\n", "exams.yaml:1: YAML: "),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    db: None, folder: Path, file: str, content: bytes | None, said: str
) -> None:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        call_command("load_course", str(folder))

    lines = [line.strip() for line in str(refused.value).splitlines()]
    assert [line for line in lines if line.startswith(said)], lines
    assert len([line for line in lines if line.startswith(file)]) <= 1
    assert not Course.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["bank", "lessons"])
def test_a_missing_folder_is_named(db: None, folder: Path, name: str) -> None:
    shutil.rmtree(folder / name)

    assert f"{name}/: This folder is missing." in problems(folder)


@pytest.mark.any_database
@pytest.mark.parametrize("name", ["course", "concepts", "exams"])
def test_a_file_with_another_ending_is_to_be_renamed(db: None, folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").rename(folder / f"{name}.yml")

    with pytest.raises(CommandError, match=rf"{name}\.yaml: This file is missing: rename {name}\.yml\."):
        call_command("load_course", str(folder))


@pytest.mark.any_database
def test_a_byte_order_mark_is_no_mistake(db: None, folder: Path) -> None:
    for path in (folder / "course.yaml", folder / "lessons/decay.md"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert bank.load_course(folder, seeds=20).lessons == 1


def test_a_first_course_is_loaded_into_an_empty_database_alone(db: None, folder: Path) -> None:
    course = Course.objects.create(slug="mine", title="Mine")
    call_command("load_course", str(folder), if_empty=True)
    assert [str(course) for course in Course.objects.all()] == ["Mine"]

    course.delete()
    call_command("load_course", str(folder), if_empty=True)
    assert Course.objects.get().slug == "tiny"


def test_compose_loads_into_an_empty_database_alone() -> None:
    compose = Path("docker-compose.yml").read_text()

    assert compose.count("load_course") == compose.count("load_course --if-empty") == 1


@pytest.mark.any_database
@pytest.mark.parametrize("callout", ["::: exam try=true-of-l2,not-there", "::: simulator not-there"])
def test_what_a_lessons_text_names_is_named_at_its_line(db: None, folder: Path, callout: str) -> None:
    path = folder / "lessons/decay.md"
    path.write_text(path.read_text().rstrip() + f"\n\n{callout}\nText with not-there.\n:::\n")
    line = path.read_text().splitlines().index(callout) + 1

    (problem,) = problems(folder)

    assert problem.startswith(f"lessons/decay.md:{line}: decay: "), problem


@pytest.mark.any_database
def test_a_missing_file_is_named(db: None, folder: Path) -> None:
    (folder / "concepts.yaml").unlink()

    assert any("concepts.yaml: This file is missing." in problem for problem in problems(folder))


@pytest.mark.any_database
def test_exams_are_checked_too_and_nothing_is_half_loaded(db: None, folder: Path) -> None:
    spoil(folder / "exams.yaml", "factor: 1", "vector: 1")

    with pytest.raises(
        CommandError, match=r"exams\.yaml:6: tiny-exam: blueprint\.concepts: There is no concept “vector”"
    ):
        call_command("load_course", str(folder))

    assert not Course.objects.exists()


def test_versions_never_change(db: None) -> None:
    bank.load_course(TINY, seeds=20)
    version = ItemVersion.objects.first()
    assert version is not None

    with pytest.raises(TypeError, match="immutable"):
        version.save()


@pytest.mark.any_database
def test_a_published_item_cannot_become_another_kind(db: None) -> None:
    course = bank.load_course(TINY, seeds=20).course

    with pytest.raises(bank.BankError, match="cannot become"):
        bank.save_draft(course, "penalty-target", "ordering", {}, [])


@pytest.mark.any_database
def test_the_first_course_loads_and_covers_all_kinds(db: None) -> None:
    load_copy(COURSE)  # `make run` from a clean clone loads it in full

    kinds = set(Item.objects.published().values_list("kind", flat=True))
    assert len(kinds) == 11
    assert Item.objects.published().count() >= 30
    assert set(Item.objects.values_list("difficulty", flat=True)) == {1, 2, 3, 4, 5}
    assert Lesson.objects.get(slug="regularization").builds_on.get().slug == "backpropagation"


@pytest.mark.any_database
def test_the_schema_for_editors_accepts_the_course_and_finds_a_typo() -> None:
    out = StringIO()
    call_command("item_schema", stdout=out)
    schema = jsonschema.Draft202012Validator(json.loads(out.getvalue()))
    schema.check_schema(schema.schema)

    for path in sorted((COURSE / "bank").glob("*.yaml")):
        items: Any = yaml.read(path.read_text())
        assert [error.message for error in schema.iter_errors(items)] == [], path
    del items[0]["stem"]
    assert not schema.is_valid(items)

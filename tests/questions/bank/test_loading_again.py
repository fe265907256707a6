"""Loading a folder again: file, service and what was last loaded are compared, and nobody's work is overwritten."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from questions import bank
from questions.bank.comparison import Difference, differences, match
from questions.models import Concept, ConceptEdge, Course, Item, ItemVersion, Lesson
from quizzes.models import Exam
from tests.courses import TINY

pytestmark = pytest.mark.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny course, to change."""
    return Path(shutil.copytree(TINY, tmp_path / "course"))


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which has to be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def load(folder: Path, *options: str) -> list[str]:
    """What loading the folder says, line by line."""
    out = StringIO()
    call_command("load_course", str(folder), *options, stdout=out)
    return out.getvalue().splitlines()


def edit(slug: str, stem: str) -> Item:
    """Edit and publish an item in the service, as the admin does."""
    item = Item.objects.get(slug=slug)
    concepts = [tag.concept for tag in item.tags.all()]
    body = {**item.draft, "stem": stem}
    saved = bank.save_draft(
        item.course, slug, item.kind, body, concepts, difficulty=item.difficulty, seconds=item.seconds
    )
    bank.publish(saved, seeds=20)
    return saved


def stem(slug: str) -> str:
    """The stem that students get."""
    published = Item.objects.get(slug=slug).published
    assert published is not None
    return str(published.body["stem"])


FILE_STEM, ITEM = "What does the L2 penalty make small?", "penalty-target"


@pytest.mark.any_database
def test_an_edit_in_the_service_is_reported_and_left_alone(db: None, folder: Path) -> None:
    load(folder)
    edit(ITEM, "Mine?")

    said = load(folder)

    assert stem(ITEM) == "Mine?"
    assert [line for line in said if line.startswith(f"bank/items.yaml:1: item {ITEM}: edited in the service")], said

    change(folder / "bank/items.yaml", FILE_STEM, "Theirs?")
    said = load(folder, "--dry-run")

    assert "  stem: Mine? → Theirs?" in said
    load(folder)
    assert stem(ITEM) == "Mine?"
    load(folder, "--overwrite")
    assert stem(ITEM) == "Theirs?"
    assert not [line for line in load(folder) if "edited in the service" in line]


@pytest.mark.any_database
def test_a_draft_that_nobody_published_is_somebodys_work(db: None, folder: Path) -> None:
    load(folder)
    item = Item.objects.get(slug=ITEM)
    tags = [tag.concept for tag in item.tags.all()]
    bank.save_draft(item.course, ITEM, item.kind, {**item.draft, "stem": "Half a"}, tags, difficulty=1, seconds=30)

    assert load(folder, "--dry-run")[0] == "There is nothing to do."
    change(folder / "bank/items.yaml", FILE_STEM, "Theirs?")
    load(folder)

    item.refresh_from_db()
    assert (item.draft["stem"], stem(ITEM)) == ("Half a", FILE_STEM)


@pytest.mark.any_database
def test_a_retired_item_stays_retired_however_it_is_loaded(db: None, folder: Path) -> None:
    load(folder)
    bank.retire(Item.objects.get(slug="true-of-l2"))
    change(folder / "bank/items.yaml", "What is true of L2?", "What is true?")

    said = load(folder, "--overwrite")

    assert Item.objects.get(slug="true-of-l2").state == "retired"
    assert any("item true-of-l2: retired in the service, left alone" in line for line in said)


def test_what_left_the_folder_is_reported_and_retired_if_asked(db: None, folder: Path) -> None:
    load(folder)
    items = folder / "bank/items.yaml"
    before = items.read_text()
    items.write_text(before[before.index("- slug: decay-factor") :])

    assert f"item {ITEM}: no longer in the folder, left alone" in load(folder)
    assert Item.objects.get(slug=ITEM).state == "published"
    assert f"item {ITEM}: no longer in the folder, retired" in load(folder, "--prune")
    assert Item.objects.get(slug=ITEM).state == "retired"
    assert not [line for line in load(folder, "--prune") if ITEM in line]

    items.write_text(before)
    load(folder)

    assert Item.objects.get(slug=ITEM).state == "published"


@pytest.mark.any_database
def test_what_was_written_in_the_service_alone_is_not_the_folders(db: None, folder: Path) -> None:
    load(folder)
    item = Item.objects.get(slug=ITEM)
    mine = bank.save_draft(item.course, "mine", item.kind, item.draft, [tag.concept for tag in item.tags.all()])
    bank.publish(mine, seeds=20)

    assert not [line for line in load(folder, "--prune") if "mine" in line]
    assert Item.objects.get(slug="mine").state == "published"


@pytest.mark.any_database
def test_a_dry_run_shows_each_field_and_stores_nothing(db: None, folder: Path) -> None:
    load(folder)
    change(folder / "bank/items.yaml", "text: The data,", "text: All data,")
    change(folder / "concepts.yaml", "name: Decay factor", "name: The factor")
    change(folder / "lessons/decay.md", "minutes: 5", "minutes: 6")
    change(folder / "course.yaml", "title: A tiny course", "title: A small course")
    change(folder / "exams.yaml", "minutes: 30", "minutes: 40")
    before = list(ItemVersion.objects.values_list("pk"))

    said = load(folder, "--dry-run")

    for line in (
        "  choices.1.text: The data → All data",
        "  name: Decay factor → The factor",
        "  minutes: 5 → 6",
        "  title: A tiny course → A small course",
        "  minutes: 30 → 40",
    ):
        assert line in said
    assert list(ItemVersion.objects.values_list("pk")) == before
    assert Course.objects.get().title == "A tiny course"
    load(folder)
    assert Course.objects.get().title == "A small course"
    assert load(folder, "--dry-run")[0] == "There is nothing to do."


def test_edits_of_course_lesson_concept_edges_and_exam_are_left_alone(db: None, folder: Path) -> None:
    load(folder)
    Course.objects.update(title="Mine")
    Lesson.objects.update(summary="Mine")
    ConceptEdge.objects.filter(kind="encompasses").delete()
    Exam.objects.filter(slug="tiny-exam").update(minutes=45)
    change(folder / "lessons/decay.md", "minutes: 5", "minutes: 6")

    said = load(folder)

    assert len([line for line in said if "edited in the service" in line]) == 4, said
    assert (Course.objects.get().title, Lesson.objects.get().minutes, Lesson.objects.get().summary) == (
        "Mine",
        5,
        "Mine",
    )
    assert not ConceptEdge.objects.filter(kind="encompasses").exists()
    assert Exam.objects.get(slug="tiny-exam").minutes == 45
    load(folder, "--overwrite")
    assert ConceptEdge.objects.count() == 2
    assert (Course.objects.get().title, Exam.objects.get(slug="tiny-exam").minutes) == ("A tiny course", 30)


def test_what_a_database_from_before_holds_is_taken_for_somebodys_work(db: None, folder: Path) -> None:
    load(folder)
    Item.objects.update(loaded=None)
    change(folder / "bank/items.yaml", FILE_STEM, "Theirs?")

    said = load(folder)

    assert stem(ITEM) == FILE_STEM
    assert len([line for line in said if "edited in the service" in line]) == 1
    assert Item.objects.exclude(slug=ITEM).filter(loaded=None).count() == 0


def test_a_row_that_was_renamed_in_the_service_is_the_same_row(db: None, folder: Path) -> None:
    load(folder)
    Concept.objects.filter(slug="l2").update(slug="ridge")
    Lesson.objects.update(slug="shrinking")
    Item.objects.filter(slug=ITEM).update(slug="what-shrinks")
    Course.objects.update(slug="small")
    Exam.objects.filter(slug="tiny-viva").update(slug="viva")
    change(folder / "bank/items.yaml", "What is true of L2?", "What is true?")

    said = load(folder)

    assert stem("true-of-l2") == "What is true?"
    counts = Course.objects.count(), Lesson.objects.count(), Concept.objects.count(), Item.objects.count()
    assert (*counts, Exam.objects.count()) == (1, 1, 2, 6, 2)
    assert len([line for line in said if "edited in the service" in line]) == 5, said


@pytest.mark.any_database
def test_what_was_deleted_in_the_service_stays_deleted_unless_the_rest_needs_it(db: None, folder: Path) -> None:
    lesson, concepts = folder / "lessons/decay.md", folder / "concepts.yaml"
    text = lesson.read_text()
    (folder / "lessons/more.md").write_text(
        text.replace("slug: decay", "slug: more").replace("title: ", "title: More ")
    )
    concepts.write_text(concepts.read_text() + "- {slug: third, name: Third, lesson: decay, definition: It is.}\n")
    load(folder)
    Lesson.objects.get(slug="more").delete()
    Concept.objects.get(slug="third").delete()
    Exam.objects.get(slug="tiny-viva").delete()

    for _ in range(2):
        said = load(folder)
        deleted = [line.split(":")[0] for line in said if "deleted in the service, left alone" in line]
        assert deleted == ["lesson more", "concept third", "exam tiny-viva"]
    counts = Lesson.objects.count(), Concept.objects.count(), Exam.objects.count()
    assert counts == (1, 2, 1)
    concepts.write_text(concepts.read_text().replace("lesson: decay, definition: It", "lesson: more, definition: It"))
    load(folder, "--overwrite")
    assert (Lesson.objects.count(), Concept.objects.count(), Exam.objects.count()) == (2, 3, 2)


def test_the_order_of_concepts_is_an_edit_too(db: None, folder: Path) -> None:
    load(folder)
    Concept.objects.filter(slug="l2").update(position=9)
    path = folder / "concepts.yaml"
    text = path.read_text()
    assert not [line for line in load(folder, "--dry-run") if "order" in line]
    at = text.index("- slug: factor")
    path.write_text(text + text[at:].replace("slug: factor", "slug: third").replace("encompasses", "# encompasses"))

    said = load(folder, "--dry-run")

    assert any("order of concepts" in line for line in said)
    load(folder)
    assert list(Concept.objects.values_list("slug", flat=True)) == ["factor", "l2", "third"]
    load(folder, "--overwrite")
    assert list(Concept.objects.values_list("slug", flat=True)) == ["l2", "factor", "third"]


@pytest.mark.any_database
def test_a_new_order_of_items_is_a_revision_of_the_course(db: None, folder: Path) -> None:
    load(folder)
    before, order = (
        Course.objects.get().revision,
        list(Item.objects.order_by("position").values_list("slug", flat=True)),
    )
    path = folder / "bank/items.yaml"
    entries = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(entries[::-1]))

    load(folder)

    after = Course.objects.get().revision
    assert list(Item.objects.order_by("position").values_list("slug", flat=True)) != order
    assert after == before + 1
    load(folder)
    assert Course.objects.get().revision == after


def test_a_long_text_is_shown_by_the_lines_that_differ() -> None:
    (difference,) = differences({"text": "same\nold\nsame"}, {"text": "same\nnew\nsame"})

    assert difference.lines() == ["text:", "  -old", "  +new"]
    assert Difference("concepts", ["a", "b"], None).lines() == ["concepts: a, b → –"]


def test_a_row_has_one_entry_however_names_move() -> None:
    rows: dict[int, tuple[str, str | None]] = {1: ("b", "a"), 2: ("c", "c")}

    assert match(["a", "b", "c"], rows) == {"b": 1, "c": 2}
    assert match(["a", "c"], rows) == {"a": 1, "c": 2}
    assert match(["a"], {1: ("b", "a"), 2: ("a", None)}) == {"a": 2}

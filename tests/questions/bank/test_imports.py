"""Questions of files become drafts: once each, changed where the file was, taken back as a whole."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from questions import bank
from questions.bank.drafts import Draft, save_drafts
from questions.bank.imports import CHUNK
from questions.interchange.formats import FORMATS
from questions.interchange.leaving import Leaving
from questions.models import Course, Import, Item, ItemConcept
from tests import courses

GIFT = """$CATEGORY: Penalties/L2

::One::Which is one? {=1 ~2#Two.}

::Two::Which is two? {=2 ~1#One.}

Only a text.
"""
pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return courses.load(exams=False)


def _import(course: Course, text: str, *, dry_run: bool = False) -> bank.ImportReport:
    return bank.import_questions(course, "gift", "quiz.gift", FORMATS["gift"].read(text.encode(), ""), dry_run=dry_run)


def _fates(report: bank.ImportReport) -> list[str]:
    return [line.fate.value for line in report.lines]


def test_a_file_comes_in_once_and_can_be_taken_back(course: Course) -> None:
    count = course.items.count()
    assert _fates(_import(course, GIFT, dry_run=True)) == ["new", "new", "refused"]
    assert course.items.count() == count
    assert not Import.objects.exists()
    first = _import(course, GIFT)
    assert _fates(first) == ["new", "new", "refused"]
    line = first.lines[0]
    assert (line.slug, line.concepts, line.guesses) == ("which-one", ("l2",), ("Penalties",))
    assert line.to_mend == ("explanation: This field is missing.",)
    assert course.items.get(slug="which-one").tags.get().concept.slug == "l2"
    assert _fates(_import(course, GIFT)) == ["same", "same", "refused"]
    edited = _import(course, GIFT.replace("Which is two?", "Which is 2?"))
    assert _fates(edited) == ["same", "changed", "refused"]
    two = course.items.get(slug="which-two")
    assert two.draft["stem"] == "Which is 2?"
    assert edited.made
    assert first.made
    assert bank.undo_import(edited.made).restored == ["which-two"]
    two.refresh_from_db()
    assert two.draft["stem"] == "Which is two?"
    bank.save_draft(course, "which-one", "single_choice", {"stem": "Mine"}, [])
    assert _fates(_import(course, GIFT.replace("{=1", "{=one"))) == ["kept", "same", "refused"]
    report = bank.undo_import(first.made)
    assert (report.deleted, report.kept) == (["which-two"], ["which-one"])
    assert course.items.count() == count + 1
    assert _fates(_import(course, GIFT)) == ["new", "new", "refused"]


def test_our_own_files_give_what_was_written(course: Course) -> None:
    written = bank.export_questions(course, FORMATS["yaml"])
    found = {each.source_id: each for each in FORMATS["yaml"].read(written.content, "bank.yaml")}
    items = {item.slug: item for item in course.items.select_related("published")}
    assert found.keys() == items.keys()
    for slug, each in found.items():
        version = items[slug].published
        assert version
        assert (each.kind, each.body, list(each.concepts)) == (version.kind, version.body, version.concepts_then)
        assert (each.difficulty, each.seconds) == (version.difficulty, version.seconds)
    wrong = FORMATS["yaml"].read(b"- slug: a\n  kind: b\n- c\n- {x: [}\n", "bank.yaml")
    assert [each.place for each in wrong] == ["line 4"]
    refused = [each.refused for each in FORMATS["yaml"].read(b"- slug: a\n  kind: b\n- c\n", "bank.yaml")]
    assert refused[0] is not None
    assert refused[0].startswith("“b” is no kind.")
    assert refused[1] == "It has no slug."


def _many(count: int) -> str:
    return "\n\n".join(f"::Q {place} of many::Which {place}? {{=a ~b}}" for place in range(count))


def test_queries_do_not_grow_with_the_questions(course: Course) -> None:
    def queries(count: int, word: str = "a") -> int:
        with CaptureQueriesContext(connection) as captured:
            _import(course, _many(count).replace("=a", f"={word}"))
        return len(captured)

    queries(1)  # from then on there are some that came in before
    assert queries(5) == queries(40)
    assert queries(5, "changed") == queries(40, "changed too")


def test_many_are_saved_as_one_is(course: Course) -> None:
    """The rows are those that `save_draft` makes one by one, of new items and of those that were there."""

    def rows() -> list[object]:
        items = course.items.order_by("position").values(
            "slug", "uid", "kind", "draft", "difficulty", "seconds", "position"
        )
        tags = ItemConcept.objects.filter(item__course=course).order_by("item__slug", "position")
        return [*items, *tags.values_list("item__slug", "concept__slug", "position")]

    concepts = list(course.concepts.all())
    published = course.items.filter(kind="single_choice").get()
    drafts = [
        Draft("new-one", "recall", {"stem": "Which?", "back": "This", "hints": []}, concepts, difficulty=4),
        Draft(published.slug, "single_choice", {"stem": "Unfinished"}, concepts[::-1], seconds=90),
        Draft("new-two", "short_text", {"stem": ""}, []),
        Draft("new-one", "recall", {"stem": "Which, again?", "back": "This"}, concepts[:1]),
    ]
    with transaction.atomic():
        for draft in drafts:
            bank.save_draft(course, **vars(draft))
        one_by_one = rows()
        course.refresh_from_db()
        transaction.set_rollback(True)
    revision = Course.objects.get(pk=course.pk).graph_revision
    assert course.graph_revision > revision
    save_drafts(course, drafts)
    assert rows() == one_by_one
    assert Course.objects.get(pk=course.pk).graph_revision > revision
    wrong = [
        Draft("fine", "recall", {"stem": ""}, []),
        Draft("Not fine", "recall", {"stem": ""}, []),
        Draft("hasty", "recall", {"stem": ""}, [], seconds=1),
    ]
    with pytest.raises(bank.BankError) as refused:
        save_drafts(course, [*wrong, Draft(published.slug, "recall", {"stem": ""}, [])])
    assert [(each.entry, each.field) for each in refused.value.problems] == [
        ("Not fine", "slug"),
        ("hasty", "seconds"),
        (published.slug, "kind"),
    ]
    assert rows() == one_by_one


@pytest.mark.any_database
def test_an_import_that_was_cut_off_goes_on_where_it_was(course: Course) -> None:
    """Whatever is stored when the process ends: nothing comes in twice, nothing is missing."""

    def cut_off(count: int) -> None:
        raise KeyboardInterrupt

    before = course.items.count()
    found = list(FORMATS["gift"].read(_many(130).encode(), ""))
    with pytest.raises(KeyboardInterrupt):
        bank.import_questions(course, "gift", "quiz.gift", found, tell=cut_off)
    assert course.items.count() == before + CHUNK
    assert Counter(_fates(_import(course, _many(130)))) == {"same": CHUNK, "new": 130 - CHUNK}
    assert course.items.count() == before + 130


def test_what_the_bank_refuses_leaves_the_others(course: Course) -> None:
    """A published question stays of its kind, whatever the file makes of it; the rest of its chunk comes in."""
    text = GIFT.replace("#Two.}", "#Two. ####It is.}")
    assert _fates(_import(course, text)) == ["new", "new", "refused"]
    bank.publish(course.items.get(slug="which-one"))
    edited = _import(course, text.replace("=1 ~2#Two.", "=1").replace("Which is two?", "Which is 2?"))
    assert _fates(edited) == ["refused", "changed", "refused"]
    assert "A published single_choice cannot become a short_text" in edited.lines[0].why


def test_the_commands_import_report_and_take_back(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, report = tmp_path / "quiz.gift", tmp_path / "report.json"
    file.write_text(GIFT, encoding="utf-8")
    call_command("import_items", "gift", str(file), "--course", course.slug, "--report", str(report))
    said = capsys.readouterr().out
    assert "Only a text.: refused: It asks nothing: a text alone." in said
    made = Import.objects.get()
    assert f"3 questions: 2 new, 0 changed, 0 same, 0 kept, 1 refused. Import {made.pk}." in said
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["counts"]["new"] == 2
    assert document["questions"][0]["kind"] == "single_choice"
    call_command("undo_import", str(made.pk))
    assert "2 drafts deleted" in capsys.readouterr().out
    assert not Item.objects.filter(slug="which-one").exists()
    for arguments in (["gift", "nowhere", "--course", course.slug], ["gift", str(file), "--course", "none"]):
        with pytest.raises(CommandError):
            call_command("import_items", *arguments)
    with pytest.raises(CommandError, match="could be taken back"):
        call_command("undo_import", str(made.pk))


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.is_written])
def test_the_main_concept_of_what_leaves_is_the_main_one_of_what_comes_in(course: Course, name: str) -> None:
    wrong = [{"text": text, "because": "It shrinks."} for text in ("No", "Never")]
    body = {"stem": "Does it shrink?", "choices": [{"text": "Yes", "correct": True}, *wrong], "explanation": "It does."}
    there = {concept.slug: concept for concept in course.concepts.all()}
    slugs = [sorted(there), sorted(there, reverse=True)]
    leaving = [
        Leaving(f"asked-{place}", "single_choice", body | {"stem": f"Does {place} shrink?"}, tuple(order[:3]))
        for place, order in enumerate(slugs)
    ]
    written = FORMATS[name].write(leaving, lambda address: None)
    report = bank.import_questions(course, name, "bank", FORMATS[name].read(written.content, "bank"))

    items = [course.items.get(slug=line.slug) for line in report.lines]
    tags = [list(item.tags.order_by("position").values_list("concept__slug", flat=True)) for item in items]
    assert tags == [list(item.concepts) for item in leaving]

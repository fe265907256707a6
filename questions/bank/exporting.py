"""Write a course into a folder that loads back as the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from questions.bank.comparison import Record, without_blanks
from questions.bank.loading import read_folder
from questions.bank.locks import lock_course
from questions.bank.pictures import read_picture
from questions.bank.problems import BankError, Problem
from questions.bank.records import CourseRecords, course_record, load_records
from questions.interchange import yaml
from questions.models import Course, Item


@dataclass
class ExportReport:
    """What was written, and the slugs of the items of which it was not all."""

    lessons: int
    concepts: int
    items: int
    drafts: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    newer_drafts: list[str] = field(default_factory=list)


@transaction.atomic
def export_course(course: Course, path: Path) -> ExportReport:
    """Write course.yaml, lessons/, concepts.yaml, bank/ and media/ into a folder that is new or empty.

    Items are written as students get them: what was never published is left out, and so is what was retired. Raises
    BankError where the folder is not empty, or where the course has something that would not be loaded.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BankError([Problem("This folder is not empty; choose a new one.", file=str(path))])
    course = lock_course(course.pk)
    rows = load_records(course)
    for folder in ("lessons", "bank"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    _write(path / "course.yaml", yaml.write(course_record(course)))
    for lesson in rows.lessons:
        head = {name: value for name, value in rows.of_lessons[lesson.pk].items() if name != "text"}
        text = rows.of_lessons[lesson.pk].get("text", "")
        _write(path / "lessons" / f"{lesson.slug}.md", f"---\n{yaml.write(head)}---\n\n{text}\n")
    _write(path / "concepts.yaml", _entries(_concept_entry(rows.of_concepts[row.pk]) for row in rows.concepts))
    asked = [item for item in rows.items if item.published and not item.retired_at]
    slugs = {item.slug for item in asked}
    for number, (name, items) in enumerate(_by_lesson(rows, asked).items(), start=1):
        entries = (_with_enemies(rows.published[item.pk], slugs) for item in items)
        _write(path / "bank" / f"{number:02}-{name}.yaml", _entries(entries))
    _write_pictures(course, path)
    read_folder(path)
    return ExportReport(
        len(rows.lessons),
        len(rows.concepts),
        len(asked),
        drafts=[item.slug for item in rows.items if not item.published and not item.retired_at],
        retired=[item.slug for item in rows.items if item.retired_at],
        newer_drafts=[item.slug for item in asked if rows.of_items[item.pk] != rows.published[item.pk]],
    )


def _write_pictures(course: Course, path: Path) -> None:
    """Write into media/ the pictures that the texts place."""
    texts = "".join(file.read_text(encoding="utf-8") for file in path.rglob("*") if file.is_file())
    for picture in course.pictures.all():
        content = read_picture(picture.address) if f"media/{picture.address}" in texts else None
        if content is not None:
            (path / "media").mkdir(exist_ok=True)
            (path / "media" / picture.address).write_bytes(content)


def _by_lesson(rows: CourseRecords, items: Iterable[Item]) -> dict[str, list[Item]]:
    """The items by the lesson of the concept that is learned last: then loading keeps the order in which they come."""
    order = {concept.slug: (position, concept.lesson.slug) for position, concept in enumerate(rows.concepts)}
    by_lesson: dict[str, list[Item]] = {}
    for item in items:
        concepts = rows.published[item.pk]["concepts"]
        assert isinstance(concepts, list)
        _, lesson = max((order[slug] for slug in concepts if slug in order), default=(0, "items"))
        by_lesson.setdefault(lesson, []).append(item)
    return by_lesson


def _with_enemies(record: Record, written: Collection[str]) -> Record:
    """The record of an item, with those of its enemies that are `written`, too."""
    enemies = record.get("enemies")
    return without_blanks(
        {**record, "enemies": [slug for slug in enemies if slug in written] if isinstance(enemies, list) else []}
    )


def _concept_entry(record: Record) -> Record:
    weights = record.get("encompasses")
    if not isinstance(weights, dict):
        return record
    return {**record, "encompasses": [{"concept": slug, "weight": weight} for slug, weight in weights.items()]}


def _entries(records: Iterable[Record]) -> str:
    """A list of entries, a blank line between them."""
    return "\n".join(yaml.write([record]) for record in records)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")

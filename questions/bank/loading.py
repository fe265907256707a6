"""Load a whole course from a folder, beside what was edited in the service since it was last loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from pydantic import BaseModel

from questions.bank import entries
from questions.bank.audits import AUDIT_SEEDS
from questions.bank.comparison import (
    Change,
    Difference,
    Outcome,
    Record,
    decide,
    differences,
    digest,
    is_reordered,
    match,
)
from questions.bank.course_folder import CourseFolder, Entry, FolderReader
from questions.bank.documents import ExamUse, ItemDocument
from questions.bank.drafts import Draft, save_drafts
from questions.bank.items import publish, rename_item, retire, set_exam_use
from questions.bank.pictures import store_pictures
from questions.bank.problems import BankError, Problem
from questions.bank.records import CourseRecords, course_record, load_records, rename_references
from questions.bank.references import check_references
from questions.models import Author, Concept, Course, Item, Lesson

DocumentT = TypeVar("DocumentT", bound=BaseModel)

ADOPTED = {Outcome.ADDED, Outcome.CHANGED, Outcome.SAME}
"""After these the service has what the file has."""


@dataclass
class CourseReport:
    """What a load did: how many lessons and concepts the folder has, and what became of each of its entries."""

    course: Course
    lessons: int = 0
    concepts: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def published(self) -> list[str]:
        """The slugs of the items that were published."""
        return self._items({Outcome.ADDED, Outcome.CHANGED})

    @property
    def unchanged(self) -> list[str]:
        """The slugs of the items that stayed as they were."""
        return self._items({Outcome.SAME})

    def _items(self, outcomes: set[Outcome]) -> list[str]:
        return [change.slug for change in self.changes if change.what == "item" and change.outcome in outcomes]


def load_course(
    path: Path, *, by: Author | None = None, seeds: int = AUDIT_SEEDS, overwrite: bool = False, prune: bool = False
) -> CourseReport:
    """Load a course folder (course.yaml, lessons/, concepts.yaml, bank/), all of it or nothing.

    Loading again changes only what changed in the folder. What was edited in the service since it was last loaded is
    reported and left alone, unless `overwrite`; what was retired stays retired; items that left the folder are
    reported, and retired if `prune`. Raises BankError with every problem, each with its file, entry, field and line.
    """
    folder = read_folder(path)
    with transaction.atomic():
        return _Loader(folder, by=by, seeds=seeds, overwrite=overwrite).load(prune=prune)


def read_folder(path: Path) -> CourseFolder:
    """Read and check the files of a course folder; raises BankError with all that is wrong with them."""
    reader = FolderReader(path)
    folder = reader.read()
    problems, bodies = check_references(folder)
    if problems := [*reader.problems, *problems]:
        raise BankError(problems)
    return replace(folder, bodies=bodies)


class _Loader:
    """Loads the files of a folder into its course. The course's row is locked until the transaction ends."""

    def __init__(self, folder: CourseFolder, *, by: Author | None, seeds: int, overwrite: bool) -> None:
        self.folder = folder
        self.by = by
        self.seeds = seeds
        self.overwrite = overwrite
        self.problems: list[Problem] = []
        self.changed_items: list[ItemDocument] = []
        self.course, self.is_new = entries.find_course(folder.course)
        self.was_loaded: Record = self.course.loaded or {}
        self.report = CourseReport(self.course, len(folder.lessons), len(folder.concepts))

    def load(self, *, prune: bool) -> CourseReport:
        """Load all; raises BankError with all problems of the items."""
        self._load_course()
        store_pictures(self.course, self.folder.pictures)
        before = load_records(self.course)
        self._load_structure(before)
        placed = self._load_items(before)
        self.course.loaded = self.loaded
        self.course.save(update_fields=["loaded"])
        self._report_left(before, placed, prune=prune)
        if self.problems:
            raise BankError(self.problems)
        return self.report

    def _load_course(self) -> None:
        wanted = entries.record_of_course(self.folder.course)
        now = course_record(self.course)
        is_edited = digest(now) != self.was_loaded.get("digest")
        outcome = Outcome.ADDED if self.is_new else self._decide(wanted, now, is_edited=is_edited)
        if outcome is Outcome.CHANGED:
            entries.store_course(self.course, self.folder.course)
        adopted = {"slug": wanted["slug"], "digest": digest(wanted)} if outcome in ADOPTED else {}
        self.loaded = {**self.was_loaded, **adopted}
        self.report.changes.append(Change("course", self.folder.course.slug, outcome, differences(now, wanted)))

    def _load_structure(self, before: CourseRecords) -> None:
        """Load lessons and concepts: first their rows, then what they say of each other."""
        self._leave_deleted(before)
        lessons, concepts = self.folder.lessons, self.folder.concepts
        self.lessons = match(_slugs(lessons), _names(before.lessons))
        self.concepts = match(_slugs(concepts), _names(before.concepts))
        self.items = match(_slugs(self.folder.items), _names(before.items))
        self.lesson_rows = {row.pk: row for row in before.lessons}
        self.concept_rows = {row.pk: row for row in before.concepts}
        for lesson in lessons:
            if lesson.document.slug not in self.lessons:
                row = entries.create_lesson(self.course, lesson)
                self.lessons[lesson.document.slug], self.lesson_rows[row.pk] = row.pk, row
        for concept in concepts:
            if concept.document.slug not in self.concepts:
                new = entries.create_concept(self.course, concept, self._lesson(concept.document.lesson))
                self.concepts[concept.document.slug], self.concept_rows[new.pk] = new.pk, new
        self._name_rows({row.pk: row for row in before.items})
        for lesson in lessons:
            row = self._lesson(lesson.document.slug)
            if self._load_entry("lesson", lesson, row, entries.record_of_lesson(lesson), before.of_lessons):
                entries.store_lesson(row, lesson, [self._lesson(slug) for slug in lesson.document.builds_on])
        by_slug = {slug: self._concept(slug) for slug in self.concepts}
        for concept in concepts:
            node = self._concept(concept.document.slug)
            if self._load_entry("concept", concept, node, entries.record_of_concept(concept), before.of_concepts):
                entries.store_concept(node, concept, self._lesson(concept.document.lesson), by_slug)
        Lesson.objects.bulk_update([self._lesson(slug) for slug in _slugs(lessons)], ["loaded"])
        Concept.objects.bulk_update([self._concept(slug) for slug in _slugs(concepts)], ["loaded"])
        self._order_concepts([row.pk for row in before.concepts])

    def _leave_deleted(self, before: CourseRecords) -> None:
        """Leave out what was loaded once and deleted in the service since, unless the rest of the folder needs it."""
        named = {"lesson": _slugs(self.folder.lessons), "concept": _slugs(self.folder.concepts)}
        loaded, self.loaded["named"] = self.was_loaded.get("named") or {}, named
        assert isinstance(loaded, dict)
        if self.overwrite:
            return
        rows = {"lesson": _names(before.lessons), "concept": _names(before.concepts)}
        needed = {"lesson": self.folder.needed_lessons(), "concept": self.folder.needed_concepts()}
        for what, slugs in named.items():
            gone = {*slugs} & {*loaded.get(what, [])} - match(slugs, rows[what]).keys() - needed[what]
            self.folder = self.folder.without(what, gone)
            self.report.changes += [Change(what, slug, Outcome.DELETED) for slug in slugs if slug in gone]

    def _load_entry(
        self,
        what: str,
        entry: Entry[DocumentT],
        row: Lesson | Concept,
        wanted: Record,
        records: Mapping[int, Record],
    ) -> bool:
        """Decide on a lesson or a concept, and remember what was loaded; whether it is to be stored."""
        now = records.get(row.pk)
        file = self._in_names_of_now(wanted)
        outcome = Outcome.ADDED
        if now is not None:
            outcome = self._decide(file, now, is_edited=self._is_edited(row, now))
        if outcome in ADOPTED:
            row.loaded = self._as_loaded(wanted)
        self._add_change(what, entry, outcome, now, file)
        return outcome in {Outcome.ADDED, Outcome.CHANGED}

    def _order_concepts(self, service: Sequence[int]) -> None:
        """Put the concepts into the order of the file, where it has changed."""
        wanted = [self.concepts[slug] for slug in _slugs(self.folder.concepts)]
        loaded = self.was_loaded.get("concepts") or []
        assert isinstance(loaded, list)
        is_edited = is_reordered(service, loaded) and not self.overwrite
        if is_reordered(wanted, loaded) or set(wanted) - set(service) or (self.overwrite and wanted != service):
            outcome = Outcome.CONFLICT if is_edited else Outcome.CHANGED
            if not self.is_new:
                order = Difference("order of concepts", "as it is", "as in concepts.yaml")
                self.report.changes.append(Change("course", self.folder.course.slug, outcome, [order]))
            placed = [*service, *(key for key in wanted if key not in service)] if is_edited else wanted
            entries.place(self.course, Concept, placed)
        if not is_edited:
            self.loaded["concepts"] = wanted

    def _load_items(self, before: CourseRecords) -> list[int]:
        """Load the items; returns the primary keys of all that the folder has, in order of learning."""
        rows = {item.pk: item for item in before.items}
        in_order = self.folder.items_in_order_of_learning()
        placed: list[int] = []
        for entry in in_order:
            key = self.items.get(entry.document.slug)
            try:
                item = self._load_item(entry, None if key is None else rows[key], before)
            except BankError as error:
                self.problems += [entry.place.problem(problem.message, problem.field) for problem in error.problems]
                continue
            rows[item.pk] = item
            placed.append(item.pk)
        Item.objects.bulk_update([rows[key] for key in placed], ["loaded"], batch_size=200)
        if not self.problems:
            self._store_exam_use({slug: rows[key] for slug, key in zip(_slugs(in_order), placed, strict=True)})
        loaded = self.was_loaded.get("items") or []
        assert isinstance(loaded, list)
        if is_reordered(placed, loaded):
            order = Difference("order of items", "as it is", "as in bank/")
            self.report.changes.append(Change("course", self.folder.course.slug, Outcome.CHANGED, [order]))
        if len(placed) > len(self.items) or is_reordered(placed, loaded):
            entries.place(self.course, Item, placed)
        self.loaded["items"] = placed
        return placed

    def _load_item(self, entry: Entry[ItemDocument], item: Item | None, before: CourseRecords) -> Item:
        wanted = entries.record_of_item(entry, self.folder.bodies[entry.document.slug])
        file = self._in_names_of_now(wanted)
        now = None if item is None else before.of_items[item.pk]
        outcome = Outcome.ADDED if item is None else self._decide_item(item, file, before)
        is_asked = item is not None and not item.retired_at and before.published.get(item.pk) == file
        if outcome is Outcome.SAME and not is_asked:
            outcome = Outcome.CHANGED  # the draft is as the file, but not what students get
        self._add_change("item", entry, outcome, now, file)
        if outcome in {Outcome.ADDED, Outcome.CHANGED}:
            item = self._store_item(entry, item)
        assert item is not None
        if outcome in ADOPTED:
            item.loaded = self._as_loaded(wanted)
        return item

    def _decide_item(self, item: Item, file: Record, before: CourseRecords) -> Outcome:
        loaded: Record = item.loaded or {}
        if item.retired_at and loaded.get("pruned_at") != item.retired_at.isoformat():
            return Outcome.RETIRED
        if item.retired_at is None and before.published.get(item.pk) == file:
            return Outcome.SAME  # whatever a newer draft says
        now = before.of_items[item.pk]
        return self._decide(file, now, is_edited=self._is_edited(item, now))

    def _store_item(self, entry: Entry[ItemDocument], item: Item | None) -> Item:
        document, body = entry.document, self.folder.bodies[entry.document.slug]
        if item is not None and item.slug != document.slug:
            rename_item(item, document.slug)
        concepts = [self._concept(slug) for slug in document.concepts]
        draft = Draft(document.slug, document.kind, body, concepts, document.difficulty, document.seconds)
        [saved] = save_drafts(self.course, [draft], self.by)
        publish(saved, by=self.by, seeds=self.seeds, body=body)
        self.changed_items.append(document)
        return saved

    def _store_exam_use(self, rows: Mapping[str, Item]) -> None:
        """Store how exams use the items that changed, once all items that they name are there."""
        for document in self.changed_items:
            if document.exam_use != ExamUse() or document.slug in self.items:
                set_exam_use(rows[document.slug], document.exam_use, [rows[slug] for slug in document.enemies])

    def _report_left(self, before: CourseRecords, placed: list[int], *, prune: bool) -> None:
        """Report what was loaded once and is no longer in the folder; retire the items if `prune`."""
        left: list[tuple[str, Lesson | Concept | Item]] = [
            *(("lesson", row) for row in before.lessons if row.pk not in self.lessons.values()),
            *(("concept", row) for row in before.concepts if row.pk not in self.concepts.values()),
            *(("item", row) for row in before.items if row.pk not in placed and not row.retired_at),
        ]
        for what, row in left:
            if row.loaded:
                outcome = Outcome.LEFT
                if prune and isinstance(row, Item):
                    outcome = Outcome.PRUNED
                    retire(row)
                    assert row.retired_at
                    row.loaded["pruned_at"] = row.retired_at.isoformat()
                    row.save(update_fields=["loaded"])
                self.report.changes.append(Change(what, row.slug, outcome))

    def _decide(self, file: Record, service: Record, *, is_edited: bool) -> Outcome:
        return decide(file, service, is_edited=is_edited, overwrite=self.overwrite)

    def _is_edited(self, row: Lesson | Concept | Item, now: Record) -> bool:
        """Whether a row is not what was last loaded; what was never loaded may be somebody's work."""
        loaded = row.loaded or {}
        return digest(rename_references(now, *self.keys_of_rows)) != loaded.get("digest")

    def _as_loaded(self, wanted: Record) -> dict[str, str]:
        """What to store of an entry that the service now has."""
        return {"slug": str(wanted["slug"]), "digest": digest(rename_references(wanted, *self.keys))}

    def _add_change(
        self, what: str, entry: Entry[DocumentT], outcome: Outcome, now: Record | None, file: Record
    ) -> None:
        differ = [] if now is None else differences(now, file)
        place = entry.place.problem("").place
        self.report.changes.append(Change(what, entry.place.entry, outcome, differ, place))

    def _name_rows(self, items: Mapping[int, Item]) -> None:
        """Note what lessons and concepts are called: in the folder (`keys`), and in the service (`keys_of_rows`).

        The service's names are those of the records that were read. Items go by the names they were loaded as.
        """
        sources = (self.lessons, self.lesson_rows), (self.concepts, self.concept_rows)
        self.names_of_now = [{slug: rows[key].slug for slug, key in keys.items()} for keys, rows in sources]
        self.keys = [{slug: str(key) for slug, key in keys.items()} for keys, _ in sources] + [{}]
        self.keys_of_rows = [{row.slug: str(key) for key, row in rows.items()} for _, rows in sources]
        self.names_of_now.append({slug: items[key].slug for slug, key in self.items.items()})
        self.keys_of_rows.append({items[key].slug: slug for slug, key in self.items.items()})

    def _in_names_of_now(self, wanted: Record) -> Record:
        return rename_references(wanted, *self.names_of_now)

    def _lesson(self, slug: str) -> Lesson:
        """The row of a lesson of the folder."""
        return self.lesson_rows[self.lessons[slug]]

    def _concept(self, slug: str) -> Concept:
        """The row of a concept of the folder."""
        return self.concept_rows[self.concepts[slug]]


def _slugs(of: Iterable[Entry[DocumentT]]) -> list[str]:
    return [entry.place.entry for entry in of]


def _names(rows: Iterable[Lesson | Concept | Item]) -> dict[int, tuple[str, str | None]]:
    """The name of each row, and the one that it was last loaded as."""
    return {row.pk: (row.slug, (row.loaded or {}).get("slug")) for row in rows}

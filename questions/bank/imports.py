"""Questions that were found in files of other programs become drafts of items; a whole import can be taken back."""

from __future__ import annotations

import enum
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import pydantic
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from questions import kinds
from questions.bank.documents import is_slug
from questions.bank.drafts import Draft, save_drafts
from questions.bank.import_acts import note_import
from questions.bank.locks import lock_course
from questions.bank.pictures import store_pictures
from questions.bank.problems import BankError, problems_of
from questions.bank.slugs import Taken, propose_slug
from questions.interchange.found import Found, storable
from questions.models import Author, Concept, Course, Import, ImportedItem, Item
from questions.text.appearance import pictures_in

CHUNK = 100
"""Questions that are stored in one transaction: an interrupted import goes on from there when it is repeated."""
NAMED_HERE = ("yaml", "csv")
"""Formats in which questions may be called by their slugs here."""
DIFFICULTY, SECONDS = 2, 45
"""Of questions whose file does not say."""


class Fate(enum.StrEnum):
    """What became of a question."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True)
class ImportLine:
    """What is reported of one question of a file; `slug` is of the item that it became."""

    place: str
    title: str
    fate: Fate
    kind: str = ""
    slug: str = ""
    why: str = ""
    """Of a question that was refused or left alone."""
    concepts: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    """Categories and tags that are no concepts of the course."""
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    to_mend: tuple[str, ...] = ()
    """What keeps the draft from being published."""


@dataclass
class ImportReport:
    """What became of each question, in the order of the file. In a dry run there is no import."""

    made: Import | None
    lines: list[ImportLine] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """How many questions met this fate."""
        return sum(line.fate is fate for line in self.lines)

    def as_json(self) -> dict[str, object]:
        """The report for a file; `questions` has an entry for each."""
        counts = {fate.value: self.count(fate) for fate in Fate}
        lines = [{name: value for name, value in vars(line).items() if value} for line in self.lines]
        return {"import": self.made.pk if self.made else None, "counts": counts, "questions": lines}


def import_questions(
    course: Course,
    form: str,
    file_name: str,
    found: Iterable[Found],
    *,
    by: Author | None = None,
    concepts: Mapping[str, Concept | None] | None = None,
    otherwise: Sequence[Concept] = (),
    dry_run: bool = False,
    tell: Callable[[int], None] = lambda count: None,
    begun: Import | None = None,
    keep: Callable[[Sequence[ImportLine]], None] = lambda lines: None,
) -> ImportReport:
    """Make drafts of the questions of a file, 100 in a transaction; `tell` hears how many were seen.

    `begun` is the import that goes on, where it is no new one. `keep` is given the lines of each transaction, to store
    them in it; in a dry run after it.

    A question is known by format, file and its name in it: one that came before as it is gives nothing new, one that
    was edited in its file changes its draft, unless the draft was edited here. `concepts` says what categories and
    tags are here, beside those that are called the same; what has none is tagged with those in `otherwise`.
    """
    importing = _Importing(course, form, file_name, by, known_concepts(course) | dict(concepts or {}), otherwise)
    report = ImportReport(None if dry_run else begun or _record(importing))
    remaining = tell_apart(found)
    while chunk := list(islice(remaining, CHUNK)):
        with transaction.atomic():
            lines = importing.store(chunk, report.made)
            if report.made:
                _count(report.made, lines)
                keep(lines)
            transaction.set_rollback(dry_run)
        if dry_run:
            keep(lines)
        report.lines += lines
        tell(len(report.lines))
    return report


def tell_apart(found: Iterable[Found]) -> Iterator[Found]:
    """Number the questions that are called the same in their file; without signs that no database takes.

    Those that are told apart stay as they are.
    """
    seen: Counter[str] = Counter()
    for each in map(storable, found):
        seen[each.source_id] += 1
        again = seen[each.source_id]
        yield each if again == 1 else replace(each, source_id=f"{each.source_id}-{again}")


def _count(made: Import, lines: Iterable[ImportLine]) -> None:
    """Add the fates of more questions to what an import counts."""
    made.counts = dict(Counter(made.counts) + Counter(line.fate.value for line in lines))
    made.save(update_fields=["counts"])


def _record(importing: _Importing) -> Import:
    return Import.objects.create(
        course=importing.course,
        form=importing.form,
        file_name=importing.file_name[-200:],
        made_by=importing.by,
        made_at=timezone.now(),
    )


def find_concept(name: str, concepts: Mapping[str, Concept | None]) -> Concept | None:
    """What a category or tag is here: what was chosen for it, or else what is called the same."""
    return concepts[name] if name in concepts else concepts.get(slugify(name))


def known_concepts(course: Course) -> dict[str, Concept]:
    """The concepts of a course by their slugs, and by their names as slugs."""
    concepts = list(course.concepts.all())
    return {slugify(concept.name): concept for concept in concepts} | {concept.slug: concept for concept in concepts}


@dataclass(frozen=True)
class _Coming:
    """A question on its way in: what its draft is to be, and the item that it is already, as it was before."""

    found: Found
    draft: Draft
    source: str
    content: str
    guesses: tuple[str, ...]
    before: dict[str, object] | None

    def tell(self, fate: Fate, item: Item | None = None, why: str = "") -> ImportLine:
        """What is reported of it."""
        found = self.found
        if item is None:
            return ImportLine(found.place, found.title, fate, self.draft.kind, why=why)
        return ImportLine(
            found.place,
            found.title,
            fate,
            self.draft.kind,
            item.slug,
            concepts=tuple(concept.slug for concept in self.draft.concepts),
            guesses=self.guesses,
            changed=found.changed,
            lost=found.lost,
            to_mend=list_to_mend(item),
        )


class _Importing:
    """An import while it runs."""

    def __init__(
        self,
        course: Course,
        form: str,
        file_name: str,
        by: Author | None,
        concepts: Mapping[str, Concept | None],
        otherwise: Sequence[Concept],
    ) -> None:
        self.course, self.form, self.file_name, self.by = course, form, file_name, by
        self.concepts, self.otherwise = concepts, otherwise
        self.numbers: dict[str, int] = {}
        """From which number on slugs of the same words may be free."""

    def store(self, chunk: Sequence[Found], made: Import | None) -> list[ImportLine]:
        """Make drafts of questions that are none already, in a fixed number of queries; `made` is None in a dry run.

        The course is locked: what is known of it is read anew for each chunk, since others may have changed it.
        """
        lock_course(self.course.pk)
        sources = [_digest(self.form, self.file_name, found.source_id) for found in chunk]
        rows = ImportedItem.objects.filter(made_in__course=self.course, source__in=sources).order_by("pk")
        known = {row.source: row for row in rows.select_related("item").prefetch_related("item__tags__concept")}
        slugs = Taken(self.course.items.values_list("slug", flat=True), self.numbers)
        decided = [
            self._decide(found, source, known.get(source), slugs) for found, source in zip(chunk, sources, strict=True)
        ]
        coming = [each for each in decided if isinstance(each, _Coming)]
        if made is not None:
            store_pictures(self.course, [picture for each in coming for picture in each.found.pictures])
        items, refused = self._save([each.draft for each in coming])
        if made is not None:
            ImportedItem.objects.bulk_create(
                _row(made, each, items[each.draft.slug]) for each in coming if each.draft.slug in items
            )
            note_import(made, [(items[each.draft.slug], each.before) for each in coming if each.draft.slug in items])
        lines = []
        for each in decided:
            if isinstance(each, ImportLine):
                lines.append(each)
            elif why := refused.get(each.draft.slug):
                lines.append(each.tell(Fate.REFUSED, why=why))
            else:
                lines.append(each.tell(Fate.CHANGED if each.before else Fate.NEW, items[each.draft.slug]))
        return lines

    def _decide(self, found: Found, source: str, row: ImportedItem | None, slugs: Taken) -> ImportLine | _Coming:
        """What is to be stored of a question, or why nothing; `slugs` are taken, and get that of a new item."""
        if found.kind is None:
            return ImportLine(found.place, found.title, Fate.REFUSED, why=found.refused or "", changed=found.changed)
        content = _digest(found.kind, found.body, found.difficulty, found.seconds)
        item = row.item if row else None
        if item and row and content == row.content:
            return ImportLine(found.place, found.title, Fate.SAME, item.kind, item.slug)
        if item and row and state_of(item) != row.stored:
            why = "It was edited here since it came in."
            return ImportLine(found.place, found.title, Fate.KEPT, item.kind, item.slug, why)
        concepts, guesses = self._tags(found)
        draft = Draft(
            item.slug if item else self._slug(found, found.kind, slugs),
            found.kind,
            found.body,
            [tag.concept for tag in item.tags.all()] if item else concepts,
            difficulty=found.difficulty or (item.difficulty if item else DIFFICULTY),
            seconds=found.seconds or (item.seconds if item else SECONDS),
        )
        slugs.add(draft.slug)
        return _Coming(found, draft, source, content, guesses, _memento(item) if item else None)

    def _save(self, drafts: Sequence[Draft]) -> tuple[dict[str, Item], dict[str, str]]:
        """The items of drafts that were saved, and of the others why they were refused; both by their slugs."""
        refused: dict[str, str] = {}
        try:
            items = save_drafts(self.course, drafts, self.by)
        except BankError as error:
            for problem in error.problems:
                refused[problem.entry] = "\n".join(filter(None, [refused.get(problem.entry), str(problem)]))
            items = save_drafts(self.course, [draft for draft in drafts if draft.slug not in refused], self.by)
        return {item.slug: item for item in items}, refused

    def _tags(self, found: Found) -> tuple[list[Concept], tuple[str, ...]]:
        """The concepts of a question, the main one first; and the names that are none here."""
        known = {name: find_concept(name, self.concepts) for name in found.concepts}
        concepts = {concept.pk: concept for concept in known.values() if concept}
        guesses = tuple(name for name in found.concepts if not known[name])
        return list(concepts.values()) or list(self.otherwise), guesses

    def _slug(self, found: Found, kind: str, taken: Taken) -> str:
        """A slug that nothing in the course has: of its title or, where that says little, of what it asks."""
        if self.form in NAMED_HERE and is_slug(found.source_id):
            return taken.free(found.source_id)
        if len(found.title.split()) > 1:
            words = found.title
        else:
            words = str(found.body.get("stem", ""))
            for address in pictures_in(words):
                words = words.replace(address, "")
        return propose_slug(self.course, words, kind, taken)


def _row(made: Import, coming: _Coming, item: Item) -> ImportedItem:
    return ImportedItem(
        made_in=made,
        item=item,
        source=coming.source,
        content=coming.content,
        stored=state_of(item),
        before=coming.before,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def state_of(item: Item) -> str:
    """The digest of a draft as it is: another one once it was edited."""
    return _digest(item.kind, item.draft, item.difficulty, item.seconds)


def _memento(item: Item) -> dict[str, object]:
    """The draft as it is, to be restored."""
    tags = [tag.concept_id for tag in item.tags.all()]
    fields = {"kind": item.kind, "draft": item.draft, "difficulty": item.difficulty, "seconds": item.seconds}
    return {**fields, "concepts": tags}


def list_to_mend(item: Item) -> tuple[str, ...]:
    """What keeps a draft from being published, a line each."""
    try:
        kinds.parse(item.kind, item.draft)
    except pydantic.ValidationError as error:
        return tuple(str(problem) for problem in problems_of(error))
    return ()

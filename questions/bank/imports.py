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
from questions.bank.items import save_draft
from questions.bank.locks import lock_course
from questions.bank.pictures import store_pictures
from questions.bank.problems import BankError, problems_of
from questions.bank.slugs import propose_slug
from questions.interchange.found import Found
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
            lock_course(course.pk)
            lines = [importing.store(each, report.made) for each in chunk]
            ImportedItem.objects.bulk_create(importing.rows)
            importing.rows.clear()
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
    """Number the questions that are called the same in their file. Those that are told apart stay as they are."""
    seen: Counter[str] = Counter()
    for each in found:
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
        self.rows: list[ImportedItem] = []
        self.slugs = set(course.items.values_list("slug", flat=True))
        rows = ImportedItem.objects.filter(made_in__course=course).order_by("pk")
        self.before = {
            source: (key, content, stored)
            for source, key, content, stored in rows.values_list("source", "item", "content", "stored")
        }

    def store(self, found: Found, made: Import | None) -> ImportLine:
        """Make the question a draft, unless it is one already; `made` is None in a dry run."""
        if found.kind is None:
            return ImportLine(found.place, found.title, Fate.REFUSED, why=found.refused or "", changed=found.changed)
        source = _digest(self.form, self.file_name, found.source_id)
        content = _content(found)
        key, content_before, stored = self.before.get(source, (None, "", ""))
        item = Item.objects.filter(pk=key).first() if key else None
        if item is not None and content == content_before:
            return ImportLine(found.place, found.title, Fate.SAME, item.kind, item.slug)
        if item is not None and state_of(item) != stored:
            why = "It was edited here since it came in."
            return ImportLine(found.place, found.title, Fate.KEPT, item.kind, item.slug, why)
        tags, guesses = self._tags(found)
        before = _memento(item) if item else None
        try:
            draft = self._save(found, item, tags, is_stored=made is not None)
        except BankError as error:
            return ImportLine(found.place, found.title, Fate.REFUSED, found.kind, why=str(error))
        if made is not None:
            stored = state_of(draft)
            self.before[source] = (draft.pk, content, stored)
            row = ImportedItem(made_in=made, item=draft, source=source, content=content, stored=stored, before=before)
            self.rows.append(row)
        return ImportLine(
            found.place,
            found.title,
            Fate.CHANGED if item else Fate.NEW,
            found.kind,
            draft.slug,
            concepts=tuple(concept.slug for concept in tags),
            guesses=guesses,
            changed=found.changed,
            lost=found.lost,
            to_mend=_to_mend(draft),
        )

    def _save(self, found: Found, item: Item | None, tags: Sequence[Concept], *, is_stored: bool) -> Item:
        """The draft of a question, with its pictures; `item` is the one that it was. Raises BankError."""
        assert found.kind is not None
        if is_stored and found.pictures:
            store_pictures(self.course, found.pictures)
        return save_draft(
            self.course,
            item.slug if item else self._slug(found, found.kind),
            found.kind,
            found.body,
            [tag.concept for tag in item.tags.select_related("concept")] if item else tags,
            difficulty=found.difficulty or (item.difficulty if item else DIFFICULTY),
            seconds=found.seconds or (item.seconds if item else SECONDS),
            by=self.by,
        )

    def _tags(self, found: Found) -> tuple[list[Concept], tuple[str, ...]]:
        """The concepts of a question, the innermost of its categories first; and the names that are none here."""
        known = {name: find_concept(name, self.concepts) for name in reversed(found.concepts)}
        concepts = {concept.pk: concept for concept in known.values() if concept}
        guesses = tuple(name for name in found.concepts if not known[name])
        return list(concepts.values()) or list(self.otherwise), guesses

    def _slug(self, found: Found, kind: str) -> str:
        """A slug that nothing in the course has: of its title or, where that says little, of what it asks."""
        if self.form in NAMED_HERE and is_slug(found.source_id):
            words = found.source_id
        elif len(found.title.split()) > 1:
            words = found.title
        else:
            words = str(found.body.get("stem", ""))
            for address in pictures_in(words):
                words = words.replace(address, "")
        slug = propose_slug(self.course, words, kind, self.slugs)
        self.slugs.add(slug)
        return slug


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _content(found: Found) -> str:
    """The digest of a question as it is in its file."""
    return _digest(found.kind, found.body, found.difficulty, found.seconds)


def state_of(item: Item) -> str:
    """The digest of a draft as it is: another one once it was edited."""
    return _digest(item.kind, item.draft, item.difficulty, item.seconds)


def _memento(item: Item) -> dict[str, object]:
    """The draft as it is, to be restored."""
    tags = list(item.tags.values_list("concept_id", flat=True))
    fields = {"kind": item.kind, "draft": item.draft, "difficulty": item.difficulty, "seconds": item.seconds}
    return {**fields, "concepts": tags}


def _to_mend(item: Item) -> tuple[str, ...]:
    try:
        kinds.parse(item.kind, item.draft)
    except pydantic.ValidationError as error:
        return tuple(str(problem) for problem in problems_of(error))
    return ()

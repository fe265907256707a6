"""The bank's operations: save, publish, retire and audit items, and load a whole course from a folder.

The admin, the loader and every importer end in `save_draft` and `publish`.
"""

from __future__ import annotations

import functools
import operator
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import pydantic
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from questions import kinds
from questions.figures.simulators import SIMULATORS
from questions.interchange import yaml
from questions.models import Concept, ConceptEdge, Course, Finding, Item, ItemConcept, ItemVersion, Lesson
from questions.text import markup
from questions.variants import audit as variant_audit

Document = TypeVar("Document", bound=BaseModel)

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
ITEMS = uuid.UUID("6f1d3a52-9c0b-5e57-8a5c-0d7f1c4b2e93")
"""The namespace of items' identifiers (RFC 9562, version 5)."""
AUDIT_SEEDS = 1000
"""Variants drawn of a numeric item before it may be published."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where: a file, an item or other entry, a field, a line (1-based)."""

    message: str
    field: str = ""
    entry: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        return ": ".join(part for part in (place, self.entry, self.field, self.message) if part)


class BankError(Exception):
    """The bank refused, and nothing changed; `problems` says what has to be mended, and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)


# One item


def validate_body(kind: str, document: object) -> BaseModel:
    """The body of an item of `kind`; raises BankError naming each field that is wrong."""
    try:
        return kinds.parse(kind, document)
    except pydantic.ValidationError as error:
        raise BankError(problems_of(error)) from None


def canonical(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    """The one way to write down a valid body: the same whoever wrote it. An unfinished one is kept as it is."""
    try:
        body = kinds.parse(kind, document)
    except pydantic.ValidationError:
        return document
    return body.model_dump(mode="json", exclude_defaults=True)


def problems_of(error: pydantic.ValidationError) -> list[Problem]:
    """A pydantic error as problems, each at its field (`choices.2.because`)."""
    found = []
    for detail in error.errors(include_url=False):
        place = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "missing":
            message = "This field is missing."
        elif detail["type"] == "extra_forbidden":
            message = "This field is not known here; check its spelling."
        found.append(Problem(message, field=place))
    return found


@transaction.atomic
def save_draft(
    course: Course,
    slug: str,
    kind: str,
    body: dict[str, Any],
    concepts: Sequence[Concept],
    *,
    difficulty: int = 2,
    seconds: int = 45,
    by: Any = None,
) -> Item:
    """Create or change the draft of an item; students go on seeing its published version.

    A draft may be unfinished: only `publish` insists on a valid body. Raises BankError when the kind of an item that
    was published is changed, since its cards and answers are of the old kind.
    """
    item = Item.objects.select_related("published").filter(course=course, slug=slug).first()
    if item is None:
        last = course.items.aggregate(last=Max("position"))["last"] or 0
        item = Item(uid=_new_uid(course, slug), course=course, slug=slug, created_by=by, position=last + 1)
    elif item.published is not None and item.kind != kind:
        raise BankError([Problem(f"A published {item.kind} cannot become a {kind}; give it a new slug.", "kind", slug)])
    item.kind, item.draft, item.difficulty, item.seconds = kind, canonical(kind, body), difficulty, seconds
    item.full_clean(exclude=["created_by"], validate_unique=False, validate_constraints=False)
    item.save()
    tag(item, concepts)
    return item


def _new_uid(course: Course, slug: str) -> uuid.UUID:
    """The same for the same course and slug, so that an item's variants are the same in every database."""
    uid = uuid.uuid5(ITEMS, f"{course.slug}/{slug}")
    return uuid.uuid4() if Item.objects.filter(uid=uid).exists() else uid


def tag(item: Item, concepts: Sequence[Concept]) -> None:
    """Make `concepts` the item's tags, in their order."""
    if list(item.tags.values_list("concept_id", flat=True)) == [concept.pk for concept in concepts]:
        return
    item.tags.all().delete()
    ItemConcept.objects.bulk_create(
        ItemConcept(item=item, concept=concept, position=position) for position, concept in enumerate(concepts)
    )


@transaction.atomic
def publish(item: Item, *, by: Any = None, seeds: int = AUDIT_SEEDS) -> ItemVersion:
    """Publish the item's draft as its next version, which students get from now on.

    Publishing what is already published gives the same version again. Raises BankError when the body is not valid,
    when no concept is tagged, or when the variants of a numeric item fail their audit over `seeds` seeds.
    """
    body = validate_body(item.kind, item.draft)
    concepts = [tag.concept for tag in item.tags.select_related("concept__lesson")]
    if not concepts:
        raise BankError([Problem("Tag at least one concept.", "concepts", item.slug)])
    slugs = [concept.slug for concept in concepts]
    current = item.published
    if current and not item.retired_at and _same(current, item, slugs):
        return current
    report = audit(item.kind, body, f"{item.uid}:{current.number + 1 if current else 1}", seeds)
    if report is not None and not report.ok:
        raise BankError([Problem(str(problem), "audit", item.slug) for problem in report.problems])
    version = ItemVersion.objects.create(
        item=item,
        number=current.number + 1 if current else 1,
        kind=item.kind,
        body=item.draft,
        difficulty=item.difficulty,
        seconds=item.seconds,
        concepts=slugs,
        lesson=concepts[0].lesson,
        facets=kinds.get(item.kind).facets(body),
        published_at=timezone.now(),
        published_by=by,
    )
    item.published, item.retired_at = version, None
    item.revision = _next_revision(item)
    item.save(update_fields=["published", "retired_at", "revision", "updated_at"])
    item.findings.all().delete()
    return version


def _same(version: ItemVersion, item: Item, concepts: list[str]) -> bool:
    return (
        version.body == item.draft
        and version.difficulty == item.difficulty
        and version.seconds == item.seconds
        and version.concepts == concepts
    )


@transaction.atomic
def retire(item: Item) -> None:
    """Ask this item no more; what was answered stays in the log. Publishing it again brings it back."""
    item.retired_at = timezone.now()
    item.revision = _next_revision(item)
    item.save(update_fields=["retired_at", "revision", "updated_at"])


def _next_revision(item: Item) -> int:
    """The course's next number; until the transaction ends nobody else takes one, so that readers miss none."""
    course = Course.objects.select_for_update().get(pk=item.course_id)
    course.revision += 1
    course.save(update_fields=["revision"])
    return course.revision


@dataclass(frozen=True)
class Practice:
    """Answering about `concept` practises the item `item` with `weight` in (0, 1]."""

    concept: str
    item: int
    weight: float


def practised(concepts: Collection[str]) -> list[Practice]:
    """What answering about each of these concepts (slugs) practises: the items of those that it encompasses.

    An item belongs to its main concept, the first of its tags. One query.
    """
    edges = ItemConcept.objects.filter(
        position=0,
        item__published__isnull=False,
        concept__incoming_edges__kind=ConceptEdge.Kind.ENCOMPASSES,
        concept__incoming_edges__source__slug__in=concepts,
    )
    edge = "concept__incoming_edges"
    rows = edges.values_list(f"{edge}__source__slug", "item_id", f"{edge}__weight")
    return [Practice(*row) for row in rows]


def audit(kind: str, body: BaseModel, identity: str, seeds: int = AUDIT_SEEDS) -> variant_audit.Audit | None:
    """Draw and grade `seeds` variants of a numeric body; None for the kinds that have no variants."""
    return kinds.get(kind).audit(body, identity, seeds)


def audit_published(
    course: Course | None = None, seeds: int = AUDIT_SEEDS
) -> Iterator[tuple[Item, variant_audit.Audit]]:
    """The audit of every published numeric item, of one course or of all."""
    items = Item.objects.published().filter(kind__in=kinds.with_variants()).select_related("published__item")
    for item in items.filter(course=course) if course else items:
        assert item.published is not None
        body = kinds.parse(item.kind, item.published.body)
        report = audit(item.kind, body, item.published.identity, seeds)
        assert report is not None
        yield item, report


@transaction.atomic
def record_findings(item: Item, messages: Iterable[str]) -> None:
    """Keep what an audit found wrong with an item, in place of what an earlier one found."""
    item.findings.all().delete()
    now = timezone.now()
    Finding.objects.bulk_create(Finding(item=item, message=text, found_at=now) for text in dict.fromkeys(messages))


# A course folder


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class CourseDocument(_Strict):
    """course.yaml"""

    slug: str = Field(pattern=SLUG, max_length=50)
    title: str = Field(min_length=1, max_length=200)
    description: str = ""


class Reading(_Strict):
    """One entry of a lesson's reading list."""

    title: str
    url: str = Field(pattern=r"^https?://")
    what: str = ""


class LessonDocument(_Strict):
    """The front matter of lessons/*.md"""

    slug: str = Field(pattern=SLUG, max_length=50)
    title: str = Field(min_length=1, max_length=200)
    summary: str = ""
    week: int = Field(ge=0, le=1000)
    session: int = Field(ge=0, le=1000)
    minutes: int = Field(ge=1, le=600)
    builds_on: list[str] = []
    reading: list[Reading] = []


class Encompasses(_Strict):
    """A concept that is practised along, and how much (0-1]."""

    concept: str
    weight: float = Field(gt=0, le=1)


class ConceptDocument(_Strict):
    """An entry of concepts.yaml"""

    slug: str = Field(pattern=SLUG, max_length=50)
    name: str = Field(min_length=1, max_length=120)
    lesson: str
    definition: str = Field(min_length=1)
    prerequisites: list[str] = []
    encompasses: list[Encompasses] = []


class ItemDocument(BaseModel):
    """An entry of bank/*.yaml; what is not named here is the body of its kind."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    slug: str = Field(pattern=SLUG, max_length=100)
    kind: str
    concepts: list[str] = Field(min_length=1, description="Slugs; the lesson of the first is the item's lesson.")
    difficulty: int = Field(ge=1, le=5, description="1 (easy) to 5 (hard).")
    seconds: int = Field(ge=5, le=1800, description="What a prepared student needs, reading included.")

    @property
    def body(self) -> dict[str, Any]:
        """The document of the kind's body."""
        return self.__pydantic_extra__ or {}


def item_schema() -> dict[str, Any]:
    """The JSON Schema of a file of items, made of the definitions that check them."""
    common: dict[str, Any] = {
        name: (field.annotation, field) for name, field in ItemDocument.model_fields.items() if name != "kind"
    }
    entries: list[Any] = []
    for kind, module in kinds.KINDS.items():
        fields: dict[str, Any] = {**common, "kind": (Literal[kind], ...)}
        name = f"{kind.title().replace('_', '')}Item"
        entries.append(pydantic.create_model(name, __base__=module.body_type, __doc__=module.__doc__, **fields))
    entry: Any = Annotated[functools.reduce(operator.or_, entries), Field(discriminator="kind")]
    schema = pydantic.TypeAdapter(list[entry]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "bank/*.yaml", **schema}


@dataclass
class CourseReport:
    """What a load did."""

    course: Course
    lessons: int = 0
    concepts: int = 0
    published: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def load_course(folder: Path, *, by: Any = None, seeds: int = AUDIT_SEEDS) -> CourseReport:
    """Load a course folder (CONTRACT.md: course.yaml, lessons/, concepts.yaml, bank/), all of it or nothing.

    Loading again changes only what changed in the folder; items that were written in the admin stay. Raises BankError
    with every problem found, each with its file, entry, field and line.
    """
    source = _CourseFolder(folder)
    with transaction.atomic():
        course, _ = Course.objects.update_or_create(
            slug=source.course.slug,
            defaults={"title": source.course.title, "description": source.course.description},
        )
        lessons = _load_lessons(course, source)
        concepts = _load_concepts(course, source, lessons)
        report = CourseReport(course, len(lessons), len(concepts))
        problems: list[Problem] = []
        for position, (place, document) in enumerate(_in_order_of_learning(source)):
            try:
                before = Item.objects.filter(course=course, slug=document.slug).values_list("published", flat=True)
                published_before = before.first()
                item = save_draft(
                    course,
                    document.slug,
                    document.kind,
                    document.body,
                    [concepts[slug] for slug in document.concepts],
                    difficulty=document.difficulty,
                    seconds=document.seconds,
                    by=by,
                )
                Item.objects.filter(pk=item.pk).update(position=position)
                version = publish(item, by=by, seeds=seeds)
            except BankError as error:
                problems += [place.problem(problem.message, problem.field) for problem in error.problems]
                continue
            (report.unchanged if version.pk == published_before else report.published).append(document.slug)
        if problems:
            raise BankError(problems)
    return report


def _in_order_of_learning(source: _CourseFolder) -> list[tuple[_Place, ItemDocument]]:
    """The items, each after the last of its concepts has come, in the concepts' order; else as they stand."""
    order = {document.slug: position for position, (_, document) in enumerate(source.concepts)}
    return sorted(source.items, key=lambda entry: max(order[slug] for slug in entry[1].concepts))


@dataclass(frozen=True)
class _Place:
    """Where an entry stands, to name it in a problem."""

    file: str
    entry: str
    node: yaml.Mapping

    def problem(self, message: str, field: str = "") -> Problem:
        return Problem(message, field, self.entry, self.file, yaml.line_of(self.node, field))


class _CourseFolder:
    """A course folder, read and checked as far as the files alone allow. Raises BankError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        if not folder.is_dir():
            raise BankError([Problem("This folder does not exist.", file=str(folder))])
        self.course = self._course()
        self.lessons = self._lessons()
        self.concepts = self._entries(self._read("concepts.yaml"), "concepts.yaml", ConceptDocument)
        self.items = [
            entry
            for path in sorted((folder / "bank").glob("*.yaml"))
            for entry in self._entries(self._read(f"bank/{path.name}"), f"bank/{path.name}", ItemDocument)
        ]
        self._check_references()
        if self.problems:
            raise BankError(self.problems)

    def _read(self, name: str) -> object:
        try:
            return yaml.read((self.folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self.problems.append(Problem("This file is missing.", file=name))
        except UnicodeDecodeError:
            self.problems.append(Problem("This file is not UTF-8 text.", file=name))
        except yaml.YAMLError as error:
            self.problems.append(Problem(error.message, file=name, line=error.line))
        return None

    def _course(self) -> CourseDocument:
        document = self._read("course.yaml")
        if document is not None:
            parsed = self._parse(document, "course.yaml", CourseDocument)
            if parsed:
                return parsed[1]
        raise BankError(self.problems)

    def _lessons(self) -> list[tuple[_Place, LessonDocument, str]]:
        found = []
        for path in sorted((self.folder / "lessons").glob("*.md")):
            name = f"lessons/{path.name}"
            try:
                head, body = yaml.front_matter(path.read_text(encoding="utf-8"))
            except yaml.YAMLError as error:
                self.problems.append(Problem(error.message, file=name, line=error.line))
                continue
            parsed = self._parse(head, name, LessonDocument)
            if parsed:
                found.append((*parsed, body))
        return found

    def _entries(self, document: object, name: str, model: type[Document]) -> list[tuple[_Place, Document]]:
        if document is None:
            return []
        if not isinstance(document, list):
            self.problems.append(Problem("This file has to be a list of entries.", file=name))
            return []
        found = [self._parse(entry, name, model) for entry in document]
        return [entry for entry in found if entry]

    def _parse(self, document: object, name: str, model: type[Document]) -> tuple[_Place, Document] | None:
        if not isinstance(document, yaml.Mapping):
            self.problems.append(Problem("An entry has to be a mapping (key: value).", file=name))
            return None
        place = _Place(name, str(document.get("slug", "")), document)
        try:
            return place, model.model_validate(document)
        except pydantic.ValidationError as error:
            self.problems += [place.problem(problem.message, problem.field) for problem in problems_of(error)]
            return None

    def _check_texts(self) -> None:
        """What a lesson's callouts offer to try has to be in the bank, and the figures that it places have to exist."""
        items = {document.slug for _, document in self.items}
        for place, _, body in self.lessons:
            for name in markup.simulators(body):
                if name not in SIMULATORS:
                    known = ", ".join(SIMULATORS)
                    problem = f"There is no simulator “{name}”; there are {known}."
                    self.problems.append(Problem(problem, "simulator", place.entry, place.file))
            for slug in markup.tried(body):
                if slug not in items:
                    self.problems.append(Problem(f"There is no item “{slug}” to try.", "try", place.entry, place.file))

    def _check_references(self) -> None:
        self._check_texts()
        lessons = {document.slug for _, document, _ in self.lessons}
        concepts = {document.slug for _, document in self.concepts}
        self._check_unique((place for place, _, _ in self.lessons), "lesson")
        self._check_unique((place for place, _ in self.concepts), "concept")
        self._check_unique((place for place, _ in self.items), "item")
        for place, lesson, _ in self.lessons:
            self._check_known(place, "builds_on", lesson.builds_on, lessons, "lesson")
        for place, concept in self.concepts:
            self._check_known(place, "lesson", [concept.lesson], lessons, "lesson")
            self._check_known(place, "prerequisites", concept.prerequisites, concepts, "concept")
            encompassed = [edge.concept for edge in concept.encompasses]
            self._check_known(place, "encompasses", encompassed, concepts, "concept")
        self._check_acyclic()
        for place, item in self.items:
            self._check_known(place, "concepts", item.concepts, concepts, "concept")
            if item.kind not in kinds.KINDS:
                known = ", ".join(kinds.KINDS)
                self.problems.append(place.problem(f"“{item.kind}” is not a kind; use one of {known}.", "kind"))
                continue
            try:
                validate_body(item.kind, item.body)
            except BankError as error:
                self.problems += [place.problem(problem.message, problem.field) for problem in error.problems]

    def _check_unique(self, places: Iterable[_Place], what: str) -> None:
        seen: dict[str, str] = {}
        for place in places:
            if place.entry in seen:
                self.problems.append(place.problem(f"This {what} is already in {seen[place.entry]}.", "slug"))
            seen[place.entry] = place.file

    def _check_known(self, place: _Place, field: str, slugs: list[str], known: set[str], what: str) -> None:
        for slug in slugs:
            if slug not in known:
                self.problems.append(place.problem(f"There is no {what} “{slug}” in this course.", field))
        if len(set(slugs)) < len(slugs):
            self.problems.append(place.problem(f"A {what} is named twice.", field))

    def _check_acyclic(self) -> None:
        """Prerequisites must allow an order of learning (Kahn's algorithm)."""
        open_needs = {document.slug: set(document.prerequisites) for _, document in self.concepts}
        while ready := {slug for slug, needs in open_needs.items() if not needs & open_needs.keys()}:
            for slug in ready:
                del open_needs[slug]
        for place, document in self.concepts:
            if document.slug in open_needs:
                message = f"Prerequisites go round in a circle through “{document.slug}”."
                self.problems.append(place.problem(message, "prerequisites"))


def _load_lessons(course: Course, source: _CourseFolder) -> dict[str, Lesson]:
    lessons = {}
    for place, document, body in source.lessons:
        other = Lesson.objects.filter(slug=document.slug).exclude(course=course).first()
        if other:
            raise BankError([place.problem(f"The course {other.course} already has this lesson.", "slug")])
        fields = document.model_dump(exclude={"slug", "builds_on"})
        lessons[document.slug], _ = Lesson.objects.update_or_create(
            slug=document.slug, defaults={**fields, "course": course, "body_markdown": body}
        )
    for _, document, _ in source.lessons:
        lessons[document.slug].builds_on.set([lessons[slug] for slug in document.builds_on])
    return lessons


def _load_concepts(course: Course, source: _CourseFolder, lessons: dict[str, Lesson]) -> dict[str, Concept]:
    concepts = {}
    for position, (place, document) in enumerate(source.concepts):
        other = Concept.objects.filter(slug=document.slug).exclude(course=course).first()
        if other:
            raise BankError([place.problem(f"The course {other.course} already has this concept.", "slug")])
        concepts[document.slug], _ = Concept.objects.update_or_create(
            slug=document.slug,
            defaults={
                "course": course,
                "lesson": lessons[document.lesson],
                "name": document.name,
                "definition": document.definition,
                "position": position,
            },
        )
    ConceptEdge.objects.filter(source__course=course).delete()
    edges: list[ConceptEdge] = []
    for _, document in source.concepts:
        node = concepts[document.slug]
        edges.extend(
            ConceptEdge(kind=ConceptEdge.Kind.PREREQUISITE, source=node, target=concepts[slug])
            for slug in document.prerequisites
        )
        edges.extend(
            ConceptEdge(
                kind=ConceptEdge.Kind.ENCOMPASSES, source=node, target=concepts[edge.concept], weight=edge.weight
            )
            for edge in document.encompasses
        )
    ConceptEdge.objects.bulk_create(edges)
    return concepts

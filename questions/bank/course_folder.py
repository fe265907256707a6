"""A course as a folder of files: course.yaml, concepts.yaml, lessons/*.md, bank/*.yaml, media/*, read and checked.

No database is asked: what is wrong with the files alone is found before anything is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

import pydantic
from pydantic import BaseModel

from questions.bank.documents import ConceptDocument, CourseDocument, ItemDocument, LessonDocument
from questions.bank.media_folder import MediaFolder
from questions.bank.problems import BankError, Problem, problems_of
from questions.figures.pictures import Picture
from questions.interchange import yaml
from questions.kinds import ItemBody

DocumentT = TypeVar("DocumentT", bound=BaseModel)

LOOK_ALIKES = {".yaml": {".yaml", ".yml"}, ".md": {".md", ".markdown"}}
"""Endings of files that were surely meant to be read, by the ending that is read."""


@dataclass(frozen=True)
class Place:
    """Where an entry stands, to name it in a problem."""

    file: str
    entry: str
    node: yaml.Mapping

    def problem(self, message: str, field: str = "") -> Problem:
        """A problem of this entry, with the line of the field."""
        return Problem(message, field, self.entry, self.file, yaml.line_of(self.node, field))


@dataclass(frozen=True)
class Entry(Generic[DocumentT]):
    """A lesson's front matter, a concept or an item, and where it stands; `text` is what follows it in a lesson.

    The text begins after so many lines of its file.
    """

    place: Place
    document: DocumentT
    text: str = ""
    lines_before: int = 0


@dataclass(frozen=True)
class CourseFolder:
    """The files of a course, each as its schema has it."""

    course: CourseDocument
    lessons: Sequence[Entry[LessonDocument]]
    concepts: Sequence[Entry[ConceptDocument]]
    items: Sequence[Entry[ItemDocument]]
    pictures: Sequence[Picture] = ()
    bodies: Mapping[str, ItemBody] = field(default_factory=dict)
    """The bodies of the items that are valid, by slug, once they were checked."""

    def without(self, what: str, slugs: Collection[str]) -> CourseFolder:
        """The folder as if it had no lessons or concepts of these names."""
        lessons = [entry for entry in self.lessons if what != "lesson" or entry.document.slug not in slugs]
        concepts = [entry for entry in self.concepts if what != "concept" or entry.document.slug not in slugs]
        return replace(self, lessons=lessons, concepts=concepts)

    def needed_lessons(self) -> set[str]:
        """The lessons that other entries refer to."""
        builds_on = {slug for entry in self.lessons for slug in entry.document.builds_on}
        return builds_on | {entry.document.lesson for entry in self.concepts}

    def needed_concepts(self) -> set[str]:
        """The concepts that other entries refer to."""
        needed = {slug for item in self.items for slug in item.document.concepts}
        for entry in self.concepts:
            needed |= {*entry.document.prerequisites, *(edge.concept for edge in entry.document.encompasses)}
        return needed

    def items_in_order_of_learning(self) -> list[Entry[ItemDocument]]:
        """The items, each after the last of its concepts has come, in the concepts' order; else as they stand."""
        order = {entry.document.slug: position for position, entry in enumerate(self.concepts)}
        return sorted(self.items, key=lambda item: max(order[slug] for slug in item.document.concepts))


class FolderReader:
    """Reads a course folder; what cannot be read is left out and listed in `problems`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []

    def read(self) -> CourseFolder:
        """Read all files. Raises BankError where there is no folder or no course."""
        if not self.folder.is_dir():
            raise BankError([Problem("This folder does not exist.", file=str(self.folder))])
        self.media = MediaFolder(self.folder)
        self.problems += self.media.problems
        folder = CourseFolder(
            course=self._course(),
            lessons=self._lessons(),
            concepts=self._entries("concepts.yaml", ConceptDocument),
            items=[entry for name in self._files("bank", ".yaml") for entry in self._entries(name, ItemDocument)],
            pictures=list(self.media.pictures.values()),
        )
        self.problems += self.media.missing
        return folder

    def _files(self, folder: str, ending: str) -> list[str]:
        """The names of the files to read in a folder of the course, which has to have some."""
        if not (self.folder / folder).is_dir():
            self.problems.append(Problem("This folder is missing.", file=f"{folder}/"))
            return []
        names = []
        for path in sorted((self.folder / folder).rglob("*")):
            name = path.relative_to(self.folder)
            if path.parent == self.folder / folder and path.suffix == ending and not path.name.startswith("."):
                names.append(str(name))
            elif path.suffix.lower() in LOOK_ALIKES[ending] and not any(part.startswith(".") for part in name.parts):
                message = f"This file would not be read: call it {folder}/{path.stem}{ending}."
                self.problems.append(Problem(message, file=str(name)))
        if not names:
            self.problems.append(Problem(f"There is no {ending} file in this folder.", file=f"{folder}/"))
        return names

    def _course(self) -> CourseDocument:
        document = self._load("course.yaml")
        entry = None if document is None else self._parse(document, "course.yaml", CourseDocument)
        if entry is None:
            raise BankError(self.problems)
        return entry.document

    def _lessons(self) -> list[Entry[LessonDocument]]:
        lessons = []
        for name in self._files("lessons", ".md"):
            try:
                content = self.media.placed(yaml.read_text(self.folder / name), name)
                head, text = yaml.front_matter(content)
            except yaml.YAMLError as error:
                self.problems.append(Problem(error.message, file=name, line=error.line))
                continue
            lesson = self._parse(head, name, LessonDocument, text)
            if lesson:
                lessons.append(replace(lesson, lines_before=content.count("\n", 0, content.rindex(text.strip()))))
        return lessons

    def _entries(self, name: str, model: type[DocumentT]) -> list[Entry[DocumentT]]:
        document = self._load(name)
        if document is None:
            return []
        if not isinstance(document, list):
            self.problems.append(Problem("This file has to be a list of entries.", file=name))
            return []
        if not document:
            self.problems.append(Problem("This file is empty.", file=name))
        entries = [self._parse(entry, name, model) for entry in document]
        return [entry for entry in entries if entry]

    def _load(self, name: str) -> object:
        """The document of a file; None where it has none, which is a problem."""
        try:
            return yaml.read_document(self.media.placed(yaml.read_text(self.folder / name), name))
        except yaml.YAMLError as error:
            self.problems.append(Problem(error.message, file=name, line=error.line))
            return None

    def _parse(self, document: object, name: str, model: type[DocumentT], text: str = "") -> Entry[DocumentT] | None:
        if not isinstance(document, yaml.Mapping):
            self.problems.append(Problem("An entry has to be a mapping (key: value).", file=name))
            return None
        place = Place(name, str(document.get("slug", "")), document)
        try:
            return Entry(place, model.model_validate(document), text)
        except pydantic.ValidationError as error:
            self.problems += [place.problem(problem.message, problem.field) for problem in problems_of(error)]
            return None

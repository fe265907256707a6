"""The exams of a course folder: its exams.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

import pydantic
from django.db import transaction
from django.utils import timezone
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from questions import bank
from questions.interchange import yaml
from questions.models import Course
from quizzes.exams.blueprint_checks import check_blueprint, store_names
from quizzes.exams.blueprints import BlueprintError
from quizzes.exams.errors import SittingError
from quizzes.models import Exam

FILE = "exams.yaml"
RECORDED = (
    *("slug", "title", "kind", "minutes", "starts_at", "opens_at", "closes_at", "attempts", "feedback", "blueprint"),
)


class ExamDocument(BaseModel):
    """An entry of exams.yaml; an exam has a date (`starts_at`), or for trying out one counted from the first load."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    slug: str = Field(pattern=bank.SLUG, max_length=50)
    title: str = Field(min_length=1, max_length=200)
    kind: Literal["assessment", "viva"]
    minutes: int = Field(ge=1, le=600)
    starts_at: AwareDatetime | None = None
    starts_in_days: int | None = Field(default=None, ge=1, le=3650)
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    attempts: int | None = Field(default=None, ge=1, le=1000)
    feedback: Literal["closed", "ended"] = "closed"
    blueprint: dict[str, object] = {}

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValueError("`opens_at` has to be before `closes_at`.")
        if self.feedback == "ended" and self.closes_at is None:
            raise ValueError("`feedback: ended` needs `closes_at`: keys are shown from then on.")
        return self


def validate_exam(fields: Mapping[str, object], exam: Exam | None) -> None:
    """Check the fields of an exam, new or stored, its blueprint apart. Raises BankError naming each that is wrong."""
    try:
        document = ExamDocument.model_validate(fields)
    except pydantic.ValidationError as error:
        raise bank.BankError(bank.problems_of(error)) from None
    if exam:
        _check_sat(exam, document.kind)


def _check_sat(exam: Exam, kind: str) -> None:
    """Refuse another kind for an exam that was sat: its sittings are of the old one."""
    if exam.kind != kind and exam.sittings.exists():
        message = f"This exam was sat, as one of kind {exam.kind}; give the new one another name."
        raise bank.BankError([bank.Problem(message, "kind")])


@transaction.atomic
def load_exams(course: Course, folder: Path, *, overwrite: bool = False) -> list[bank.Change]:
    """Load exams.yaml of a course folder, if there is one; returns what became of each exam.

    An exam that was edited in the service since it was last loaded is left alone, unless `overwrite`. Raises
    bank.BankError with all problems of all exams.
    """
    course = bank.lock_course(course.pk)
    entries = _read(folder / FILE)
    loader = _ExamLoader(course, [_slug(entry) for entry in entries], overwrite=overwrite)
    for entry in entries:
        if not loader.is_deleted(_slug(entry)):
            loader.load(entry)
    if loader.problems:
        raise bank.BankError(loader.problems)
    course.loaded = {**(course.loaded or {}), "exams": [_slug(entry) for entry in entries]}
    course.save(update_fields=["loaded"])
    return [*loader.changes, *loader.left()]


def _read(path: Path) -> list[object]:
    """The entries of the file; none where there is none."""
    if not path.exists() and not path.with_suffix(".yml").exists():
        return []
    try:
        entries = yaml.read_file(path)
    except yaml.YAMLError as error:
        raise bank.BankError([bank.Problem(error.message, file=FILE, line=error.line)]) from None
    if not isinstance(entries, list):
        raise bank.BankError([bank.Problem("This file has to be a list of exams.", file=FILE)])
    return entries


def _slug(entry: object) -> str:
    return str(entry.get("slug", "")) if isinstance(entry, dict) else ""


class _ExamLoader:
    """Loads entries one by one: compares each with what the service has and with what was last loaded."""

    def __init__(self, course: Course, slugs: Sequence[str], *, overwrite: bool) -> None:
        self.course = course
        self.overwrite = overwrite
        self.exams = {exam.pk: exam for exam in course.exams.prefetch_related("names")}
        names = {key: (exam.slug, (exam.loaded or {}).get("slug")) for key, exam in self.exams.items()}
        self.matched = bank.match(slugs, names)
        self.loaded: list[str] = (course.loaded or {}).get("exams", [])
        concepts = {concept.pk: concept for concept in course.concepts.all()}
        self.concepts = {concept.slug: key for key, concept in concepts.items()}
        self.concept_names = {
            key: (concept.slug, (concept.loaded or {}).get("slug")) for key, concept in concepts.items()
        }
        self.in_file: dict[str, Exam | None] = {}
        self.problems: list[bank.Problem] = []
        self.changes: list[bank.Change] = []

    def load(self, entry: object) -> None:
        """Load one entry, or add what is wrong with it to the problems."""
        slug = _slug(entry)
        try:
            document = ExamDocument.model_validate(entry)
            self._load(document, bank.Problem("", "", slug, FILE, yaml.line_of(entry, "")).place)
        except pydantic.ValidationError as error:
            faults = bank.problems_of(error)
        except bank.BankError as error:
            faults = error.problems
        else:
            return
        for fault in faults:
            line = yaml.line_of(entry, fault.field)
            self.problems.append(bank.Problem(fault.message, fault.field, slug, FILE, line))

    def is_deleted(self, slug: str) -> bool:
        """Whether an exam was loaded once and deleted in the service since; noted, unless it is to be made again."""
        gone = slug in self.loaded and slug not in self.matched and not self.overwrite
        if gone:
            self.changes.append(bank.Change("exam", slug, bank.Outcome.DELETED))
        return gone

    def left(self) -> list[bank.Change]:
        """The exams that were loaded once and are no longer in the folder."""
        kept = {exam.pk for exam in self.in_file.values() if exam}
        return [
            bank.Change("exam", exam.slug, bank.Outcome.LEFT)
            for key, exam in self.exams.items()
            if exam.loaded and key not in kept
        ]

    def _load(self, document: ExamDocument, place: str) -> None:
        exam = self._find(document)
        now = exam_record(exam) if exam else None
        starts_at = document.starts_at or (exam.starts_at if exam else _in_days(document.starts_in_days))
        blueprint = self._in_names_of_now(document.blueprint)
        wanted = document.model_copy(update={"starts_at": starts_at, "blueprint": blueprint})
        file = _record(wanted)
        outcome = bank.Outcome.ADDED if exam is None or now is None else self._decide(exam, file, now)
        self.changes.append(
            bank.Change("exam", document.slug, outcome, bank.differences(now, file) if now else (), place)
        )
        if outcome in {bank.Outcome.ADDED, bank.Outcome.CHANGED}:
            exam = self._store(wanted, exam)
        assert exam is not None
        if outcome is not bank.Outcome.CONFLICT:
            exam.loaded = {"slug": document.slug, "digest": self._digest(file)}
            exam.save(update_fields=["loaded"])
        self.in_file[document.slug] = exam

    def _find(self, document: ExamDocument) -> Exam | None:
        """The exam that the entry is about, also where it was renamed in the service."""
        slug = document.slug
        if slug in self.in_file:
            raise bank.BankError([bank.Problem(f"The exam “{slug}” is listed twice.", "slug")])
        self.in_file[slug] = None
        key = self.matched.get(slug)
        if key is None:
            return None
        exam = self.exams[key]
        _check_sat(exam, document.kind)
        return exam

    def _in_names_of_now(self, blueprint: dict[str, object]) -> dict[str, object]:
        """The blueprint of the file with each concept called as the service calls it, where it was renamed there."""
        weights = blueprint.get("concepts")
        matched = bank.match(weights, self.concept_names) if isinstance(weights, dict) else {}
        return _rename_concepts(blueprint, {slug: self.concept_names[key][0] for slug, key in matched.items()})

    def _decide(self, exam: Exam, file: bank.Record, now: bank.Record) -> bank.Outcome:
        is_edited = self._digest(now) != (exam.loaded or {}).get("digest")
        return bank.decide(file, now, is_edited=is_edited, overwrite=self.overwrite)

    def _digest(self, record: bank.Record) -> str:
        """What tells what was loaded, however its concepts are called."""
        return bank.digest(_rename(record, {slug: str(key) for slug, key in self.concepts.items()}))

    def _store(self, document: ExamDocument, exam: Exam | None) -> Exam:
        fields = document.model_dump(exclude={"starts_in_days"})
        check_exam(Exam(course=self.course, **fields))
        exam = exam or Exam(course=self.course)
        for name, value in fields.items():
            setattr(exam, name, value)
        exam.save()
        store_names(exam)
        return exam


def check_exam(exam: Exam) -> None:
    """Check the exam's blueprint as it is checked in a file; raises BankError."""
    try:
        check_blueprint(exam)
    except BlueprintError as error:
        field = ".".join(part for part in ("blueprint", error.field) if part)
        raise bank.BankError([bank.Problem(error.message, field, exam.slug, FILE)]) from None
    except SittingError as error:
        raise bank.BankError([bank.Problem(str(error), "blueprint", exam.slug, FILE)]) from None


def exam_record(exam: Exam) -> bank.Record:
    """The exam as its entry in exams.yaml would have it."""
    fields = {name: getattr(exam, name) for name in RECORDED}
    return _record(ExamDocument.model_construct(**{**fields, "blueprint": exam.blueprint_written}))


def _record(document: ExamDocument) -> bank.Record:
    fields = {name: getattr(document, name) for name in RECORDED}
    return bank.without_blanks(
        {name: _in_utc(value) if isinstance(value, datetime) else value for name, value in fields.items()}
    )


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rename(record: bank.Record, names: Mapping[str, str]) -> bank.Record:
    """The record of an exam with the concepts of its blueprint called otherwise."""
    blueprint = record.get("blueprint")
    return {**record, "blueprint": _rename_concepts(blueprint, names)} if isinstance(blueprint, dict) else record


def _rename_concepts(blueprint: dict[str, object], names: Mapping[str, str]) -> dict[str, object]:
    weights = blueprint.get("concepts")
    if not isinstance(weights, dict):
        return blueprint
    return {**blueprint, "concepts": {names.get(slug, slug): weight for slug, weight in weights.items()}}


def _in_days(days: int | None) -> datetime | None:
    """Nine in the morning of the server's zone, so many days ahead."""
    if days is None:
        return None
    return (timezone.localtime() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)

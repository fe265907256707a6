"""The exams of a course folder: its exams.yaml, read and checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, Self

import pydantic
from django.db import transaction
from django.utils import timezone
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from questions import bank
from questions.interchange import yaml
from questions.models import Course
from quizzes.exams.blueprint_checks import check_blueprint
from quizzes.exams.blueprints import BlueprintError
from quizzes.exams.errors import SittingError
from quizzes.models import Exam

FILE = "exams.yaml"


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


@transaction.atomic
def load_exams(course: Course, folder: Path) -> int:
    """Load exams.yaml of a course folder, if there is one; returns the number of exams in it.

    Raises bank.BankError with all problems of all exams.
    """
    path = folder / FILE
    if not path.exists() and not path.with_suffix(".yml").exists():
        return 0
    try:
        entries = yaml.read_file(path)
    except yaml.YAMLError as error:
        raise bank.BankError([bank.Problem(error.message, file=FILE, line=error.line)]) from None
    if not isinstance(entries, list):
        raise bank.BankError([bank.Problem("This file has to be a list of exams.", file=FILE)])
    bank.lock_course(course.pk)
    problems: list[bank.Problem] = []
    slugs: set[str] = set()
    for entry in entries:
        problems += _load_exam(course, entry, slugs)
    if problems:
        raise bank.BankError(problems)
    return len(entries)


def _load_exam(course: Course, entry: object, slugs: set[str]) -> list[bank.Problem]:
    """Store one entry, and add its slug to those of the file; returns what is wrong with it."""
    slug = str(entry.get("slug", "")) if isinstance(entry, dict) else ""

    def problem(message: str, field: str) -> bank.Problem:
        return bank.Problem(message, field, slug, FILE, yaml.line_of(entry, field))

    try:
        document = ExamDocument.model_validate(entry)
    except pydantic.ValidationError as error:
        return [problem(fault.message, fault.field) for fault in bank.problems_of(error)]
    exam = Exam.objects.filter(slug=document.slug).select_related("course").first()
    if document.slug in slugs:
        return [problem(f"The exam “{document.slug}” stands here twice.", "slug")]
    slugs.add(document.slug)
    if exam and exam.course != course:
        return [problem(f"The course “{exam.course.slug}” has an exam of this name; choose another.", "slug")]
    if exam and exam.kind != document.kind and exam.sittings.exists():
        return [problem(f"This exam was sat, as one of kind {exam.kind}; give the new one another name.", "kind")]
    fields = document.model_dump(exclude={"slug", "starts_in_days"})
    if document.starts_at is None:
        fields["starts_at"] = exam.starts_at if exam else _in_days(document.starts_in_days)
    loaded, _ = Exam.objects.update_or_create(slug=document.slug, defaults={**fields, "course": course})
    try:
        check_blueprint(loaded)
    except BlueprintError as error:
        return [problem(error.message, ".".join(part for part in ("blueprint", error.field) if part))]
    except SittingError as error:
        return [problem(str(error), "blueprint")]
    return []


def _in_days(days: int | None) -> datetime | None:
    """Nine in the morning of the server's zone, so many days ahead."""
    if days is None:
        return None
    return (timezone.localtime() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)

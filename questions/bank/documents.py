"""The files of a course folder: their schemas."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from questions import kinds
from questions.kinds.strict import Strict
from questions.models.courses import web_address

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
PRACTICE = "practice"
"""What blueprints call the items that are kept for no exam."""
POOL_RULE = "Blueprints call what is in no pool “practice”: call this one otherwise."
SLUG_OR_NONE = r"^([a-z0-9]+(-[a-z0-9]+)*)?$"
SLUG_RULE = "Use lower-case letters and digits, with single hyphens between them."


def is_slug(text: str) -> bool:
    """Whether the text can be a slug: lower-case letters and digits, with single hyphens between them."""
    return all(part and part.isascii() and part.isalnum() and part == part.lower() for part in text.split("-"))


def _check_address(url: str) -> str:
    if not web_address(url):
        raise ValueError("Give a url that begins with http:// or https://.")
    return url


@dataclass(frozen=True)
class ExamUse:
    """How exams use an item: the idea that it asks, the pool that it is kept in, and the slugs of its enemies."""

    idea: str = ""
    pool: str = ""
    enemies: tuple[str, ...] = ()


class CourseDocument(Strict):
    """course.yaml"""

    slug: str = Field(pattern=SLUG, max_length=50)
    title: str = Field(min_length=1, max_length=200)
    description: str = ""


class Reading(Strict):
    """One entry of a lesson's reading list."""

    title: str = Field(min_length=1)
    url: Annotated[str, AfterValidator(_check_address)]
    what: str = ""


class LessonDocument(Strict):
    """The front matter of lessons/*.md"""

    slug: str = Field(pattern=SLUG, max_length=50)
    title: str = Field(min_length=1, max_length=200)
    summary: str = ""
    week: int = Field(ge=0, le=1000)
    session: int = Field(ge=0, le=1000)
    minutes: int = Field(ge=1, le=600)
    builds_on: list[str] = []
    reading: list[Reading] = []


class Encompasses(Strict):
    """A concept that is practised along, and how much (0-1]."""

    concept: str
    weight: float = Field(gt=0, le=1)


class ConceptDocument(Strict):
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
    idea: str = Field(
        default="", pattern=SLUG_OR_NONE, max_length=100, description="No exam asks two items of the same idea."
    )
    enemies: list[str] = Field(
        default=[], description="Slugs of items that no exam asks beside it: one tells what the other asks."
    )
    pool: str = Field(
        default="",
        pattern=SLUG_OR_NONE,
        max_length=50,
        description="Kept for exams that draw from this pool: practice never shows it.",
    )

    @field_validator("pool")
    @classmethod
    def _is_no_practice(cls, pool: str) -> str:
        if pool == PRACTICE:
            raise ValueError(POOL_RULE)
        return pool

    @property
    def exam_use(self) -> ExamUse:
        """How exams use it."""
        return ExamUse(self.idea, self.pool, tuple(self.enemies))

    @property
    def body(self) -> dict[str, object]:
        """The document of the kind's body."""
        return self.__pydantic_extra__ or {}


def item_schema() -> dict[str, object]:
    """The JSON Schema of a file of items, made of the definitions that check them."""
    common: dict[str, Any] = {
        name: (field.annotation, field) for name, field in ItemDocument.model_fields.items() if name != "kind"
    }
    entries: list[Any] = []
    for name, kind in kinds.KINDS.items():
        fields: dict[str, Any] = {**common, "kind": (Literal[name], ...)}
        if kind.part_type:
            fields["parts"] = (list[_part_type(kind.part_type)], ...)  # type: ignore[misc]
        title = f"{name.title().replace('_', '')}Item"
        entries.append(pydantic.create_model(title, __base__=kind.body_type, __doc__=kind.hint, **fields))
    entry: Any = Annotated[functools.reduce(operator.or_, entries), Field(discriminator="kind")]
    schema = pydantic.TypeAdapter(list[entry]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "bank/*.yaml", **schema}


def _part_type(shared: type[BaseModel]) -> Any:
    """A part of an item: of any kind that can be one, with the fields that all parts have."""
    optional = dict.fromkeys(("stem", "explanation"), (str, ""))
    parts: list[Any] = []
    for name, kind in kinds.KINDS.items():
        if kind.can_be_part:
            fields: dict[str, Any] = {field: (info.annotation, info) for field, info in shared.model_fields.items()}
            title = f"{name.title().replace('_', '')}Part"
            fields |= {"kind": (Literal[name], ...), **optional}
            parts.append(pydantic.create_model(title, __base__=kind.body_type, __doc__=kind.hint, **fields))
    return Annotated[functools.reduce(operator.or_, parts), Field(discriminator="kind")]

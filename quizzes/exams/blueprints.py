"""Blueprints: how the sittings of an exam are composed, as its author writes it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

import pydantic
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from questions.kinds import KINDS, in_exams

Weight = Annotated[float, Field(ge=0, le=1000)]
Level = Annotated[int, Field(ge=1, le=5)]
Weights = dict[str, Weight]
Counts = Literal["best", "last", "first"]
"""Which of a student's sittings stands in the gradebook."""
PRACTICE = "practice"
"""The items that are kept for no exam. The bank calls no pool so."""


def pools_of(pool: str, *, is_secret: bool) -> tuple[str, ...]:
    """Say where an item of a pool (empty: of none) is: what was released from its pool is in practice, too."""
    if not pool:
        return (PRACTICE,)
    return (pool,) if is_secret else (pool, PRACTICE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _no_yes_or_no(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("This is a number, not true or false.")
        return value


def _check_positive(weights: Mapping[str, float] | Mapping[int, float], what: str) -> None:
    if weights and not any(weights.values()):
        raise ValueError(f"Give at least one {what} a weight above zero.")


def is_asked(concept: str, weights: Mapping[str, float]) -> bool:
    """Whether a blueprint with these weights of concepts asks the concept; without weights it asks all of them."""
    return not weights or weights.get(concept, 0) > 0


def asks_any(concepts: Iterable[str], weights: Mapping[str, float]) -> bool:
    """Whether it asks one of these concepts."""
    return any(is_asked(concept, weights) for concept in concepts)


class Section(_Strict):
    """A part of an assessment: so many slots, of these kinds of item and difficulties.

    `kinds` is a list of those that it takes as they come (none: all), or the weight of each. No `difficulty` means the
    assessment's, and no `pools` that one's.
    """

    title: str = Field(min_length=1, max_length=100)
    slots: int = Field(ge=1, le=200)
    kinds: list[str] | Weights = []
    difficulty: dict[Level, Weight] = {}
    pools: list[str] = []

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"There is no kind “{unknown[0]}”; there are {', '.join(in_exams())}.")
        if practised := [kind for kind in self.kinds if kind not in in_exams()]:
            raise ValueError(f"Students mark “{practised[0]}” themselves: it is for practice, and no exam asks it.")
        if isinstance(self.kinds, dict):
            _check_positive(self.kinds, "kind")
        _check_positive(self.difficulty, "difficulty")
        return self


class Assessment(_Strict):
    """`slots` questions, of concepts and difficulties in these proportions; in sections, or all in one.

    They are drawn from these `pools`: as a rule from what is practised alone.
    """

    slots: int = Field(ge=1, le=200)
    concepts: Weights = {}
    difficulty: dict[Level, Weight] = {}
    pools: list[str] = [PRACTICE]
    sections: list[Section] = []
    counts: Counts = "best"

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check_positive(self.concepts, "concept")
        _check_positive(self.difficulty, "difficulty")
        in_sections = sum(section.slots for section in self.sections)
        if self.sections and in_sections != self.slots:
            raise ValueError(f"The sections have {in_sections} slots together; `slots` says {self.slots}.")
        return self

    @property
    def parts(self) -> list[Section]:
        """The sections, or all slots as one; each with its own difficulties and pools, or else the assessment's."""
        return [
            section.model_copy(
                update={"difficulty": section.difficulty or self.difficulty, "pools": section.pools or self.pools}
            )
            for section in self.sections or [Section(title="Questions", slots=self.slots)]
        ]

    @property
    def exam_pools(self) -> set[str]:
        """The pools that it draws from, practice apart."""
        return {pool for section in self.parts for pool in section.pools} - {PRACTICE}


class Viva(_Strict):
    """Rounds of match-the-following against the clock, of the pairs that the student knows least.

    There are `rounds` of them, each with so many `pairs` and `distractors`.
    """

    rounds: int = Field(ge=1, le=50)
    pairs: int = Field(ge=2, le=12)
    distractors: int = Field(ge=0, le=8)
    seconds_a_round: int = Field(ge=10, le=3600)
    concepts: Weights = {}
    counts: Counts = "best"


class BlueprintError(ValueError):
    """A blueprint is wrong: `field` (`sections.0.slots`; empty for the whole), and a `message` for its author."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


MODELS: dict[str, type[Assessment | Viva]] = {"assessment": Assessment, "viva": Viva}


def parse(kind: str, document: object) -> Assessment | Viva:
    """Read the blueprint of an exam of `kind` (a key of MODELS). Raises BlueprintError at its first fault."""
    try:
        return MODELS[kind].model_validate(document)
    except pydantic.ValidationError as error:
        fault = error.errors(include_url=False)[0]
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "missing":
            message = "This is missing."
        elif fault["type"] == "extra_forbidden":
            message = f"This is not known here; there are {', '.join(MODELS[kind].model_fields)}."
        raise BlueprintError(".".join(map(str, fault["loc"])), message) from None

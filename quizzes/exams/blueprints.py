"""What an exam's blueprint may say: how its sittings are composed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import pydantic
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from questions.kinds import KINDS

Weight = Annotated[float, Field(ge=0, le=1000)]
Level = Annotated[int, Field(ge=1, le=5)]
Weights = dict[str, Weight]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _no_yes_or_no(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("This is a number, not true or false.")
        return value


def _positive(weights: Mapping[Any, float], what: str) -> None:
    if weights and not any(weights.values()):
        raise ValueError(f"Give at least one {what} a weight above zero.")


class Section(_Strict):
    """A part of an assessment: its slots, and what of the whole's mix is its own.

    `kinds` that it takes as they come (none: all of them), or the weight of each.
    """

    title: str = Field(min_length=1, max_length=100)
    slots: int = Field(ge=1, le=200)
    kinds: list[str] | Weights = []
    difficulty: dict[Level, Weight] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ValueError(f"There is no kind “{unknown[0]}”; there are {', '.join(KINDS)}.")
        if isinstance(self.kinds, dict):
            _positive(self.kinds, "kind")
        _positive(self.difficulty, "difficulty")
        return self


class Assessment(_Strict):
    """`slots` questions, of concepts and difficulties in these proportions; in sections, or all in one."""

    slots: int = Field(ge=1, le=200)
    concepts: Weights = {}
    difficulty: dict[Level, Weight] = {}
    sections: list[Section] = []

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _positive(self.concepts, "concept")
        _positive(self.difficulty, "difficulty")
        held = sum(section.slots for section in self.sections)
        if self.sections and held != self.slots:
            raise ValueError(f"The sections have {held} slots together; `slots` says {self.slots}.")
        return self

    @property
    def parts(self) -> list[Section]:
        """The sections, each with its own difficulties or else the whole's."""
        sections = self.sections or [Section(title="Questions", slots=self.slots)]
        return [
            section if section.difficulty else section.model_copy(update={"difficulty": self.difficulty})
            for section in sections
        ]


class Viva(_Strict):
    """`rounds` of match-the-following against the clock, of the student's weakest pairs."""

    rounds: int = Field(ge=1, le=50)
    pairs: int = Field(ge=2, le=12)
    distractors: int = Field(ge=0, le=8)
    seconds_a_round: int = Field(ge=10, le=3600)
    concepts: Weights = {}


class BlueprintError(ValueError):
    """`field` (`sections.0.slots`) and what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


MODELS: dict[str, type[Assessment | Viva]] = {"assessment": Assessment, "viva": Viva}


def parse(kind: str, document: Any) -> Assessment | Viva:
    """The blueprint of an exam of `kind`. Raises BlueprintError at its first fault."""
    try:
        return MODELS[kind].model_validate(document)
    except pydantic.ValidationError as error:
        fault = error.errors(include_url=False)[0]
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = f"This is not known here; there are {', '.join(MODELS[kind].model_fields)}."
        raise BlueprintError(".".join(map(str, fault["loc"])), message) from None

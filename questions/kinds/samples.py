"""A presentation as its author sees it in the preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True)
class SampleOption:
    """An option as its author sees it; `partner` is what belongs to it."""

    text: str
    right: bool = False
    partner: str = ""
    because: str = ""


class Spot(NamedTuple):
    """A place on a picture, as shares of its width from the left and its height from the top."""

    x: float
    y: float


@dataclass(frozen=True)
class SampleFigure:
    """A picture, and where on it the options are."""

    url: str
    alt: str
    places: Sequence[Spot]


@dataclass(frozen=True)
class Sample:
    """A presentation as its author sees it, with its key."""

    stem: str
    explanation: str
    solution: str | None
    layout: Literal["choices", "pairs", "steps", "mistakes"]
    """How the options are drawn: ticked or not, in a table with their partners, numbered, or as wrong answers."""
    options: Sequence[SampleOption] = ()
    spare: Sequence[SampleOption] = ()
    """Partners that belong to no option."""
    answer: str = ""
    """The key, where it is typed; `hint` is its unit and precision."""
    hint: str = ""
    back: str = ""
    """The answer to what students mark themselves (Markdown)."""
    parts: Sequence[Sample] = ()
    places: Sequence[str] = ()
    """The ids of the parts, which may stand in the stem as `[[id]]`."""
    figure: SampleFigure | None = None

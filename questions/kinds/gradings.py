"""What a client needs to grade alone, a type for each rule: what `Kind.grading` returns, as the API's document has it.

What each rule does with it is said in docs/api.md. Numbers are doubles, and `allowed` the largest errors still right.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from questions.json_types import of_kind


class Grading(TypedDict):
    """A rule that needs nothing but the key."""

    rule: str
    final: Annotated[bool, Field(description="False: the rule does not say all, and the batch tells the grade.")]
    follows: NotRequired[Annotated[list[str], Field(description="Of a part: those whose answers it goes on with.")]]


class KeyNumbers(TypedDict):
    """Numbers, and the error that each may have."""

    values: list[float]
    allowed: list[float]


class NumberGrading(Grading, KeyNumbers):
    """A number, or a list of them; the mistakes are null where this variant has not that one."""

    is_list: bool
    mistakes: list[KeyNumbers | None]
    scales: NotRequired[Annotated[dict[str, str], Field(description="Units, each as a fraction of the one asked.")]]
    unit: NotRequired[str | None]
    units: NotRequired[Literal["stated", "any"]]
    wrong_unit: NotRequired[float]
    form: NotRequired[str | None]
    exact_digits: NotRequired[int | None]
    wrong_form: NotRequired[float]


class TextGrading(Grading):
    """A text, and how it is compared."""

    accept: list[str]
    mistakes: list[str]
    pattern: str | None
    pattern_syntax: Literal["re2", "withheld"] | None
    case: Literal["ignore", "exact"]
    spacing: Literal["collapse", "ignore"]
    code: bool
    language: str | None


class KeyTolerance(TypedDict):
    """The error that an author allows."""

    of: NotRequired[str]
    rtol: NotRequired[float]
    atol: NotRequired[float]


class EntriesGrading(Grading):
    """What typed lists, matrices and intervals have in common."""

    answer: Annotated[str, Field(description="The key in full.")]
    digits: int | None
    decimals: int | None
    tolerance: KeyTolerance | None
    all_or_nothing: bool


class NumbersGrading(EntriesGrading):
    """Several numbers; a mistake is any of its lists."""

    order: Literal["matters", "free", "set"]
    key: KeyNumbers
    mistakes: list[list[KeyNumbers]]


class KeyMatrix(KeyNumbers):
    """A matrix row by row, or a vector, which is flat."""

    rows: int
    columns: int
    is_flat: bool


class MatrixGrading(EntriesGrading):
    """A matrix; another shape is refused where it is `fixed`."""

    fixed: bool
    key: KeyMatrix
    mistakes: list[list[KeyMatrix]]


class KeyEnd(TypedDict):
    """A finite end of an interval."""

    value: float
    closed: bool
    allowed: float


class KeyPiece(TypedDict):
    """An interval; null where it is infinite."""

    low: KeyEnd | None
    high: KeyEnd | None


class KeyPieces(TypedDict):
    """A union of intervals, in order."""

    pieces: list[KeyPiece]


class IntervalsGrading(EntriesGrading):
    """Intervals and single numbers."""

    variable: str
    key: KeyPieces
    mistakes: list[list[KeyPieces]]


class FormulaGrading(Grading, total=False):
    """A formula's values at points; of several formulas, `entries` has these of each."""

    names: list[str]
    constant: str
    log: str
    form: str | None
    points: Annotated[dict[str, list[float]], Field(description="A column for each name.")]
    values: list[float]
    mistakes: list[str]
    several: str
    entries: list[dict[str, object]]


class MarkedPoint(TypedDict):
    """A point that an answer in own words may have."""

    id: str
    text: str
    marks: float


class PointsGrading(Grading):
    """Points that students tick themselves, beside a model answer."""

    model: str
    points: list[MarkedPoint]


class RatingScores(TypedDict):
    """What each rating counts as."""

    again: float
    hard: float
    good: float
    easy: float


class OwnRatingGrading(Grading):
    """The back of a card, which students rate themselves."""

    back: str
    ratings: RatingScores


class PartsGrading(Grading):
    """Parts by their ids: what each counts, and its own rule."""

    marks: dict[str, float]
    parts: dict[str, Annotated[dict[str, object], of_kind("grading")]]

"""What clients are sent of their answers: what became of a batch, and what changed since they asked last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, NotRequired, cast

from pydantic import Field
from typing_extensions import TypeAliasType, TypedDict

from questions.json_types import AnyResponse, Date, Instant, Share, Slug, Uuid, one_of
from quizzes.models import ReviewEvent
from quizzes.presentations import GradeFields, ItemKind, PartGradePayload
from quizzes.reviews.document_payloads import DocumentChange

EventStatus = Literal["accepted", "duplicate", "conflict", "rejected"]


class CardStatePayload(TypedDict):
    """A card after an answer. Its memory is null until it was reviewed once."""

    card: Uuid
    facet: Annotated[str, Field(description="A pair of a match set, or a part; empty for an item asked as a whole.")]
    stability: Annotated[float | None, Field(description="Days until the chance of recall falls to 90 %.")]
    difficulty: Annotated[float | None, Field(description="1 (easy) to 10.")]
    retrievability: Annotated[float | None, Field(description="The chance of recall, 0 to 1, on that day.")]
    due_at: Instant | None


class GradePayload(GradeFields):
    """The grade of an answer, with the key, the explanation, and the cards that it moved."""

    kind: ItemKind
    rating: Literal["again", "hard", "good", "easy"]
    parts: NotRequired[
        Annotated[dict[str, PartGradePayload], Field(description="Of a question with parts, by their ids.")]
    ]
    cards: list[CardStatePayload]


class EventResultPayload(TypedDict):
    """What became of one event of a batch."""

    id: Annotated[str | None, Field(description="As the event gave it, if it did.")]
    status: EventStatus
    code: Annotated[str | None, Field(description="Why it was refused, its grade withheld, or why it does not count.")]
    detail: Annotated[str | None, Field(description="The same in words.")]
    grade: GradePayload | None


class BatchResultPayload(TypedDict):
    """What became of a batch: one result an event, in the order in which they were sent."""

    server_now: Instant
    cursor: Annotated[str, Field(description="For `sync/`: as the batch gave it, else empty, which is the beginning.")]
    results: list[EventResultPayload]


class ThresholdsPayload(TypedDict):
    """What makes a rating of a grade; see docs/api.md."""

    passed: Annotated[Share, Field(description="A score below it is rated again.")]
    guessed: Annotated[int, Field(description="A right answer with a confidence up to this is rated hard.")]
    sure: Annotated[int, Field(description="One with this confidence may be rated easy.")]
    slow: Annotated[float, Field(description="Of `estimated_seconds`: one that took longer is rated hard.")]
    fast: Annotated[float, Field(description="One that is sure and took no longer is rated easy.")]


class MemoryPayload(TypedDict):
    """All that rates answers and schedules cards: the student's own parameters, and the rules for all."""

    model: str
    parameters: Annotated[list[float], Field(min_length=21, max_length=21, description="w0 to w20.")]
    desired_retention: Share
    max_interval_days: int
    relearn_minutes: Annotated[int, Field(description="A forgotten card is asked again after these,")]
    relearn_gap: Annotated[int, Field(description="or after so many other questions.")]
    max_answers_a_day: int
    leech_lapses: Annotated[int, Field(description="A card that lapsed so often, and again the last time, rests")]
    leech_rest_days: Annotated[int, Field(description="so many study days.")]
    thresholds: ThresholdsPayload


class PackMemoryPayload(TypedDict):
    """What is remembered of a card that was reviewed before."""

    card: Uuid
    stability: Annotated[float, Field(description="Days until recall falls to 0.9.")]
    difficulty: Annotated[float, Field(ge=1, le=10)]
    lapses: Annotated[int, Field(description="How often it was forgotten.")]
    last_review_on: Annotated[Date, Field(description="The study day that days count from.")]
    due_at: Instant


class CardChange(TypedDict):
    """A card as it is now."""

    type: Literal["card"]
    id: Uuid
    course: Slug
    item: Slug
    facet: str
    stability: float | None
    difficulty: float | None
    reviews: int
    lapses: int
    last_review_at: Instant | None
    due_at: Instant | None
    suspended: bool
    buried_until: Instant | None


class EventChange(TypedDict):
    """An event of the caller's, from whatever device. The score of an answer in a sitting is left out."""

    type: Literal["event"]
    id: Uuid
    event_type: Annotated[str, one_of(ReviewEvent.Type.values)]
    presentation: Uuid | None
    card: Uuid | None
    target: Uuid | None
    response: AnyResponse | None
    confidence: Annotated[int, Field(ge=1, le=5)] | None
    duration_ms: int
    hints_used: int
    score: Share | None
    device: Uuid
    occurred_at: Instant
    study_date: Date
    undone: bool
    superseded: Annotated[bool, Field(description="An earlier answer to the same presentation counts in its place.")]


class PlanTaskPayload(TypedDict):
    """A card that a plan asks, as the plan stores it and clients read it."""

    card: Uuid
    facets: list[str]
    seconds: int
    new: bool


class ToReadPayload(TypedDict):
    """A section of a lesson to be read before cards of the plan that build on it are asked."""

    course: Slug
    lesson: Slug
    section: Annotated[str, Field(description="The id of its heading in `body_html`.")]
    title: Annotated[str, Field(description="One line of Markdown.")]
    seconds: int
    cards: Annotated[list[Uuid], Field(description="Those of the plan that wait for it, in their order.")]


class StoredSection(ToReadPayload):
    """The same as a plan keeps it: with its lesson's key, which clients are not told."""

    key: int


def show_sections(stored: Iterable[StoredSection]) -> list[ToReadPayload]:
    """Return sections to read as clients are told of them."""
    told = ToReadPayload.__annotations__
    return [cast(ToReadPayload, {name: section[name] for name in told}) for section in stored]  # type: ignore[literal-required]


class PlanChange(TypedDict):
    """The plan of a study day, with the exam score to expect without it and with it."""

    type: Literal["plan"]
    id: Annotated[Date, Field(description="The date of the study day.")]
    planned_seconds: int
    tasks: list[PlanTaskPayload]
    reading: Annotated[list[ToReadPayload], Field(description="What was planned to be read, read meanwhile or not.")]
    expected_score_before: Share | None
    expected_score_after: Share | None
    made_at: Instant


class ItemVersionChange(TypedDict):
    """An item as published now."""

    type: Literal["item_version"]
    id: Annotated[Slug, Field(description="The item's slug.")]
    course: Slug
    version: int
    kind: ItemKind
    lesson: Slug
    concepts: list[Slug]
    difficulty: Annotated[int, Field(ge=1, le=5)]
    estimated_seconds: int
    facets: list[str]


class Deletion(TypedDict):
    """An item that is no longer asked, or a course that the caller is no longer enrolled in."""

    type: Literal["deletion"]
    id: Slug
    of: Literal["item", "course"]
    course: NotRequired[Annotated[Slug, Field(description="Of an item.")]]


Change = TypeAliasType(
    "Change",
    Annotated[
        CardChange | EventChange | PlanChange | ItemVersionChange | Deletion | DocumentChange,
        Field(discriminator="type"),
    ],
)


class SyncPayload(TypedDict):
    """What changed, the oldest change first, and the cursor after the last of them."""

    changes: list[Change]
    cursor: str
    has_more: bool

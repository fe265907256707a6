"""What clients are sent of what has no number of its own: settings, and lists that stand in place of earlier ones."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from questions.json_types import Date, Instant, Share, Slug, Uuid, one_of
from questions.models import Course
from quizzes.models import Exam, Sitting


class KeptDay(TypedDict):
    """A study day that had begun when the zone or the hour changed, and goes on until it ends."""

    date: Date
    begins_at: Instant
    ends_at: Instant


class SettingsChange(TypedDict):
    """The caller's settings, as `me/` has them."""

    type: Literal["settings"]
    id: Annotated[str, Field(description="The username.")]
    time_zone: str
    day_rollover_hour: int
    kept_day: Annotated[
        KeptDay | None, Field(description="Of the last change of the two above; the day after it begins then.")
    ]
    daily_minutes: int
    desired_retention: Share
    reminders: bool
    reminder_hour: int
    theme: str
    text_size: str
    current_course: Slug | None


class CourseChange(TypedDict):
    """A course that the caller studies."""

    type: Literal["course"]
    id: Slug
    title: str
    description: str
    state: Annotated[str, one_of(Course.State.values)]
    exam_at: Annotated[Instant | None, Field(description="The caller's own date of the main exam, if chosen.")]
    exam_dates: Annotated[dict[str, Instant], Field(description="Those of the others that were chosen, by slug.")]
    added_percent: Annotated[int, Field(description="Time that is added to the caller's exams.")]
    joined_at: Instant


class SyncedLesson(TypedDict):
    """A lesson; `lessons/<slug>/` has its text, which is another where `version` is."""

    slug: Slug
    title: str
    week: int
    session: int
    minutes: int
    builds_on: list[Slug]
    concepts: list[Slug]
    version: Annotated[int, Field(description="Counts what was published of it; 0 where nothing was counted.")]


class LessonsChange(TypedDict):
    """All lessons of a course, in its order."""

    type: Literal["lessons"]
    id: Annotated[Slug, Field(description="The course.")]
    entries: list[SyncedLesson]


class SyncedEncompassed(TypedDict):
    """A concept that is practised along, by a weight from 0 to 1."""

    concept: Slug
    weight: Share


class SyncedConcept(TypedDict):
    """A concept, and what it is joined with in the graph."""

    slug: Slug
    name: str
    definition: str
    lesson: Slug
    prerequisites: list[Slug]
    encompasses: list[SyncedEncompassed]


class ConceptsChange(TypedDict):
    """All concepts of a course, in its order."""

    type: Literal["concepts"]
    id: Annotated[Slug, Field(description="The course.")]
    entries: list[SyncedConcept]


class SyncedExam(TypedDict):
    """An exam, with its dates for the caller's section."""

    slug: Slug
    title: str
    kind: Annotated[str, one_of(Exam.Kind.values)]
    minutes: int
    starts_at: Instant | None
    opens_at: Instant | None
    closes_at: Instant | None


class ExamsChange(TypedDict):
    """All exams of a course."""

    type: Literal["exams"]
    id: Annotated[Slug, Field(description="The course.")]
    entries: list[SyncedExam]


class SyncedSitting(TypedDict):
    """A sitting; its result is at `sittings/<id>/result/`."""

    id: Uuid
    exam: Slug
    course: Slug
    number: int
    state: Annotated[str, one_of(Sitting.State.values)]
    opened_at: Instant
    deadline_at: Instant
    closed_at: Instant | None
    score: float | None
    max_score: float | None
    void: bool


class SittingsChange(TypedDict):
    """All sittings of the caller's, the oldest first."""

    type: Literal["sittings"]
    id: Literal["sittings"]
    entries: list[SyncedSitting]


class SyncedBookmark(TypedDict):
    """A question that the caller wants to find again."""

    item: Slug
    course: Slug
    made_at: Instant


class BookmarksChange(TypedDict):
    """All bookmarks of the caller's."""

    type: Literal["bookmarks"]
    id: Literal["bookmarks"]
    entries: list[SyncedBookmark]


class SyncedNote(TypedDict):
    """The caller's note on a question, in Markdown."""

    item: Slug
    course: Slug
    text: str
    changed_at: Instant


class NotesChange(TypedDict):
    """All notes of the caller's."""

    type: Literal["notes"]
    id: Literal["notes"]
    entries: list[SyncedNote]


class SyncedReadSection(TypedDict):
    """A section of a lesson that the caller has read or knows, by the id of its heading."""

    lesson: Slug
    course: Slug
    section: str
    state: Literal["read", "known"]
    read_at: Annotated[Instant, Field(description="When it was read, or said to be known.")]


class ReadSectionsChange(TypedDict):
    """All sections that the caller has read or knows."""

    type: Literal["read_sections"]
    id: Literal["read_sections"]
    entries: list[SyncedReadSection]


DocumentChange = (
    SettingsChange
    | CourseChange
    | LessonsChange
    | ConceptsChange
    | ExamsChange
    | SittingsChange
    | BookmarksChange
    | NotesChange
    | ReadSectionsChange
)

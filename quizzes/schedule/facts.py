"""What the scheduler decides from, as plain values: cards, exams, the student's minutes.

`loading` fills these from the database; `candidates` and `choice` decide on them. This module is pure.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from quizzes.calendar import StudyDay


@dataclass(frozen=True)
class ExamAhead:
    """An exam that the plan works toward: its instant, and the weight of each concept (by slug) in it.

    Without weights all that is asked counts alike.
    """

    title: str
    at: datetime
    weights: dict[str, float]


@dataclass(frozen=True)
class CardFacts:
    """A card that can be asked, with what its item's published version says.

    `stability` in days and `difficulty` (1-10) are None for a card that was never answered. `seconds` is what an
    answer usually takes, `concept` the slug of the main concept, `guess_rate` the chance to be right by luck alone.
    """

    card: uuid.UUID
    item: int
    facet: str
    stability: float | None
    difficulty: float | None
    last_review_on: date | None
    due_at: datetime | None
    last_review_at: datetime | None
    kind: str
    seconds: int
    concept: str
    guess_rate: float


@dataclass(frozen=True)
class Candidate:
    """A task that could be planned: a card, or a round of a match set, which stands for its weakest pair.

    `facets` are the pairs of the round, weakest first. `stability` and `difficulty` are NaN where the card is new;
    `new` says that nothing of the item was ever answered, `due` that it is due by the end of the study day.
    """

    card: uuid.UUID
    facets: tuple[str, ...]
    seconds: int
    new: bool
    due: bool
    stability: float
    difficulty: float
    elapsed_days: float
    kind: str
    concept: str
    guess_rate: float


@dataclass(frozen=True)
class Situation:
    """Where a student stands on a study day: what can be asked, in the order of the course, and for which exams.

    `exams` are those ahead, the next one first; `w` the FSRS parameters of the student's memory.
    """

    day: StudyDay
    candidates: tuple[Candidate, ...]
    exams: tuple[ExamAhead, ...]
    daily_minutes: int
    desired_retention: float
    w: tuple[float, ...]


@dataclass(frozen=True)
class Answered:
    """How many answers a student gave on a study day, and the seconds they took, of those that count.

    `newest` are the instants of the last few, the newest first.
    """

    count: int
    seconds: int
    newest: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Task:
    """One thing to review: a card, or a round of a match set with its pairs, weakest first.

    In a plan, `seconds` are those that it is expected to take, with those of asking again what is wrong.
    """

    card: uuid.UUID
    facets: tuple[str, ...]
    seconds: int
    new: bool

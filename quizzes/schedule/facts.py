"""What the scheduler decides from, as plain values: cards, exams, the student's minutes.

`loading` fills these from the database; `candidates` and `choice` decide on them. This module is pure.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizzes.calendar import StudyDay
from quizzes.memory.first_sight import Items, Population
from quizzes.planning.cards import Floats
from quizzes.planning.order import Relations
from quizzes.planning.reading import Reading

if TYPE_CHECKING:
    from questions.text.outline import TaughtSection

Ints: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class ExamAhead:
    """An exam that the plan works toward: its instant, and the weight of each concept (by slug) in it.

    Without weights all that is asked of its course (a key) counts alike; of others nothing counts.
    """

    title: str
    at: datetime
    weights: dict[str, float]
    course: int


SectionKey: TypeAlias = tuple[int, str]
"""A section of a lesson: the lesson's key, and the id of the section's heading."""
TESTED_OUT = 0.75
"""The share of a section's new questions that is expected to be known from which on it need not be read first."""


class Edition(NamedTuple):
    """A course as of one of its revisions: until it has another, its published items are the same.

    `measured_at` is when it was last measured how easy they are; None: it never was. `graph` is the revision of the
    concept graph, and of what keeps items apart.
    """

    course: int
    revision: int
    measured_at: datetime | None = None
    graph: int = 0


@dataclass(frozen=True)
class ItemBank:
    """What the published versions of some courses' items say, in the order of the courses: arrays of shape (items,).

    `topics` are each one's main concept (its slug) and kind, `seconds` what an answer usually takes, `guess_rate` the
    chance to be right by luck alone. `places` numbers what can be asked, pairs of an item and a facet, in the order of
    the items; `item_at` (places,) is the item of each. `known` says how easy they are at first sight, where concepts
    have `concepts` numbers, and `populations` what the students and items of each course have in common. `siblings`
    are the items that an item is not asked on one day with, `contrasts` the concepts that are taken for a concept.
    `sections` are those of the lessons, in the order of the courses, `section_of` (items,) the one that teaches the
    main concept of each item, -1: none does.
    """

    courses: Ints
    topics: Sequence[tuple[str, str]]
    seconds: Floats
    guess_rate: Floats
    places: Mapping[tuple[int, str], int]
    item_at: Ints
    known: Items
    concepts: int
    populations: Mapping[int, Population]
    siblings: Mapping[int, frozenset[int]] = field(default_factory=dict)
    contrasts: Mapping[int, frozenset[int]] = field(default_factory=dict)
    sections: Sequence[TaughtSection] = ()
    section_of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _shares: dict[tuple[int, bytes], tuple[Mapping[str, float], Floats]] = field(default_factory=dict)

    def share(self, items: Ints, exam: ExamAhead) -> Floats:
        """The share of the exam that hangs on each of these items, if no others can be asked."""
        of_course = self.courses[items] == exam.course
        if not exam.weights:
            return np.asarray(of_course, dtype=np.float64)
        key = id(exam.weights), items.tobytes()
        if key not in self._shares:
            shares = np.zeros(items.size)
            topics = [self.topics[item] for item in items[of_course].tolist()]
            shares[of_course] = share_weights(topics, exam.weights)
            self._shares[key] = exam.weights, shares  # with what the id is of, so that it stays
        return self._shares[key][1]


def share_weights(tasks: Sequence[tuple[str, str]], weights: Mapping[str, float]) -> Floats:
    """The share of the exam that hangs on each task, given as (main concept, kind).

    A concept has the weight of the blueprint, shared evenly among the kinds that ask it (an exam has slots of all
    kinds, however many items the bank holds of each), and then among the tasks of the kind.
    """
    sharers = Counter(tasks)
    kinds = Counter(concept for concept, _ in sharers)
    return np.array([weights.get(task[0], 0.0) / kinds[task[0]] / sharers[task] for task in tasks])


def days_since(last_review_on: date | None, today: date) -> float:
    """Whole study days since a card's last review, 0 for a new one."""
    return float(max((today - last_review_on).days, 0)) if last_review_on else 0.0


@dataclass(frozen=True)
class CardColumns:
    """A student's cards that can be asked, as they stand on a study day: arrays of shape (cards,).

    `items` are numbers in the bank, rising. `keys` are the cards' ids as 32 hexadecimal digits. Stability in days and
    difficulty (1-10) are NaN for a card that was never answered, so is the rating (1-4) of the first answer; `due` says
    that it is due by the end of the day, `answered` that it was answered since the day began, `resting` that it keeps
    being forgotten and is not asked before it has rested. `read` says that the section that teaches its item was read,
    before the first answer if there is one.
    """

    bank: ItemBank
    items: Ints
    facets: NDArray[np.object_]
    keys: NDArray[np.object_]
    stability: Floats
    difficulty: Floats
    elapsed_days: Floats
    due: Booleans
    answered: Booleans
    first_rating: Floats
    resting: Booleans
    read: Booleans

    @property
    def to_ask(self) -> frozenset[str]:
        """The keys of those that were not answered since the day began."""
        return frozenset(self.keys[~self.answered].tolist())

    def copy(self) -> CardColumns:
        """The same cards, whose states may be changed."""
        bank, *columns = vars(self).values()
        return CardColumns(bank, *(column.copy() for column in columns))

    def some(self, which: slice | Booleans) -> CardColumns:
        """Some of the cards."""
        bank, *columns = vars(self).values()
        return CardColumns(bank, *(column[which] for column in columns))

    def of(self, courses: Collection[int]) -> CardColumns:
        """The cards of some courses."""
        return self.some(np.isin(self.bank.courses[self.items], list(courses)))


@dataclass(frozen=True)
class Candidates:
    """The tasks that could be planned, a card or a round of a match set each: arrays of shape (tasks,).

    A round stands for its weakest pair, whose card is `standing` in `cards`; `facets` are the pairs of the round,
    weakest first. `new` says that nothing of the item was ever answered, `due` that it is due by the end of the day.
    `first` is the chance that what is new is known at first sight, `first_read` that it will be once the section that
    teaches it was read, and `doubt` the variance of Σ moves·first.
    """

    cards: CardColumns
    standing: Ints
    facets: Sequence[tuple[str, ...]]
    new: Booleans
    due: Booleans
    first: Floats
    first_read: Floats
    doubt: Callable[[Floats], float]

    def __len__(self) -> int:
        return self.standing.size

    @property
    def items(self) -> Ints:
        """The items, as numbers in the bank."""
        return self.cards.items[self.standing]

    @property
    def courses(self) -> Ints:
        """The keys of their courses."""
        return self.cards.bank.courses[self.items]

    @property
    def seconds(self) -> Floats:
        """What an answer usually takes."""
        return self.cards.bank.seconds[self.items]

    @property
    def guess_rate(self) -> Floats:
        """The chance to be right by luck alone."""
        return self.cards.bank.guess_rate[self.items]

    @property
    def stability(self) -> Floats:
        """Days until recall falls to 0.9; NaN where the card is new."""
        return self.cards.stability[self.standing]

    @property
    def difficulty(self) -> Floats:
        """1 to 10; NaN where the card is new."""
        return self.cards.difficulty[self.standing]

    @property
    def elapsed_days(self) -> Floats:
        """Days since the last review; 0 where the card is new."""
        return self.cards.elapsed_days[self.standing]

    @property
    def resting(self) -> Booleans:
        """Whether each is not to be planned today, since it keeps being forgotten."""
        return self.cards.resting[self.standing]

    @property
    def relations(self) -> Relations:
        """What they have in common: concepts, ideas, and answers that one tells of another."""
        bank, items = self.cards.bank, self.items
        return Relations(items, bank.known.concept[items], bank.siblings, bank.contrasts)

    def reading(self, read: Container[SectionKey]) -> Reading | None:
        """Which sections are to be read before what is new of them is asked; None where none are.

        `read` has those that were read. One of which most is known all the same is tested out.
        """
        sections = self.cards.bank.sections
        unread = np.array([section.key not in read for section in sections], dtype=bool)
        if not unread.any():
            return None
        section = np.where(self.new, self.cards.bank.section_of[self.items], -1)
        new = np.bincount(section[section >= 0], minlength=unread.size)
        known = np.bincount(section[section >= 0], self.first[section >= 0], minlength=unread.size)
        unread &= known < TESTED_OUT * new
        seconds = np.array([float(each.outline.seconds) for each in sections])
        lessons = np.array([each.lesson for each in sections])
        if not unread.any():
            return None
        return Reading(np.where(unread[section], section, -1), seconds, lessons, self.first_read)

    def weights(self, exam: ExamAhead) -> Floats:
        """The share of the exam that hangs on each; without weights all of its course count alike."""
        return self.cards.bank.share(self.items, exam)


@dataclass(frozen=True)
class Situation:
    """Where a student stands on a study day: what can be asked, in the order of the course, and for which exams.

    `exams` are those ahead, the next one first; `w` the FSRS parameters of the student's memory. `reading` says what is
    to be read before it is asked; None: nothing. What waits for a section that was `put_off` is not planned.
    """

    day: StudyDay
    candidates: Candidates
    exams: tuple[ExamAhead, ...]
    daily_minutes: int
    desired_retention: float
    w: tuple[float, ...]
    reading: Reading | None = None
    put_off: frozenset[SectionKey] = frozenset()

    def with_reading(self, read: Container[SectionKey], put_off: Iterable[SectionKey] = ()) -> Situation:
        """The same where these sections were read, and those that were put off are not read today."""
        return replace(self, reading=self.candidates.reading(read), put_off=frozenset(put_off))


@dataclass(frozen=True)
class Answered:
    """How many answers a student gave on a study day, and the seconds they took, of those that count.

    `newest` are the instants of the last few, the newest first.
    """

    count: int
    seconds: int
    newest: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class SectionToRead:
    """A section to be read before cards that build on it are asked, and the seconds that it takes."""

    section: TaughtSection
    seconds: int
    cards: tuple[uuid.UUID, ...]


@dataclass(frozen=True)
class Task:
    """One thing to review: a card, or a round of a match set with its pairs, weakest first.

    In a plan, `seconds` are those that it is expected to take, with those of asking again what is wrong. `answered`
    says that the card was answered since the day began.
    """

    card: uuid.UUID
    facets: tuple[str, ...]
    seconds: int
    new: bool
    answered: bool = False

"""The bank to practise from: the published items of a student's courses, filtered as the student chooses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from django.db.models import Count, Max, Min

from questions.models import Concept, Course, Item, Lesson, VersionConcept
from questions.text.words import as_title
from quizzes.memory.rating import Rating
from quizzes.models import Card, Enrolment

if TYPE_CHECKING:
    from quizzes.models import Student

MAX_SELECTION = 50
"""Items that are practised at once."""
MAX_KEPT = 50_000
"""Items that are kept for who looks next: about 25 MB."""
WEAK_LAPSES = 2
"""Lapses from which an item counts as weak."""


@dataclass(frozen=True)
class BankFilter:
    """What to show of the bank. Empty means no filter."""

    NAMES: ClassVar[tuple[str, ...]] = ("lesson", "concept", "kind", "difficulty", "state")
    STATES: ClassVar[tuple[str, ...]] = ("new", "due", "weak", "known")

    lesson: str = ""
    concept: str = ""
    kind: str = ""
    difficulty: str = ""
    state: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return not self.parts()

    def parts(self, *, except_for: str = "") -> dict[str, str]:
        """Its parts that filter, by their names, but for one."""
        return {name: value for name in self.NAMES if name != except_for and (value := getattr(self, name))}


@dataclass(frozen=True)
class BankItem:
    """An item of the bank as its student stands to it; `state` is one of BankFilter.STATES."""

    item: int
    position: int
    slug: str
    lesson: str
    concepts: tuple[str, ...]
    """Their slugs, the main one first."""
    kind: str
    difficulty: str
    state: str = "new"
    due_at: datetime | None = None

    @property
    def name(self) -> str:
        """Its slug, as words."""
        return as_title(self.slug)

    @property
    def concept(self) -> str:
        """The slug of its main concept."""
        return next(iter(self.concepts), "")

    @property
    def traits(self) -> _Traits:
        """What filters look at, which many items share."""
        return _Traits(self.lesson, self.concepts, self.kind, self.difficulty, self.state)


class _Traits(NamedTuple):
    lesson: str
    concepts: tuple[str, ...]
    kind: str
    difficulty: str
    state: str

    def values(self, name: str) -> Sequence[str]:
        """What a filter of this name is compared with."""
        return self.concepts if name == "concept" else [getattr(self, name)]

    def passes(self, parts: Mapping[str, str]) -> bool:
        """Whether these parts of a filter show it."""
        return all(value in self.values(name) for name, value in parts.items())


Option = tuple[str, str, int]
"""A value of a filter, its name, and how many items it would show."""


@dataclass(frozen=True)
class BankSelection:
    """What a filter shows, the options of each of its parts, and what concepts are called, by their slugs."""

    chosen: BankFilter
    rows: Sequence[BankItem]
    options: Mapping[str, list[Option]]
    concepts: Mapping[str, str]

    @property
    def count(self) -> int:
        """How many items are shown."""
        return len(self.rows)


@dataclass(frozen=True)
class ItemMemory:
    """How well a student knows an item, over all of its cards.

    `answered` counts the cards that were answered; the others are the most lapses, the lowest last rating and the first
    due date among them.
    """

    answered: int
    lapses: int
    last_rating: int | None
    due_at: datetime | None


def browse_bank(student: Student, chosen: BankFilter, now: datetime, course: Course | None = None) -> BankSelection:
    """The bank of the student's courses, or of one, as the filter shows it; a fixed number of queries."""
    editions = _load_editions(student, course)
    items, courses = _load_items(student, editions, now), [course for course, _ in editions]
    lessons = dict(Lesson.objects.filter(course__in=courses).values_list("slug", "title"))
    concepts = dict(Concept.objects.filter(course__in=courses).values_list("slug", "name"))
    names = {"lesson": lessons, "concept": concepts}
    counts = Counter(item.traits for item in items)
    options = {name: _options(name, counts, chosen, names.get(name, {})) for name in BankFilter.NAMES}
    return BankSelection(chosen, _filter(items, chosen), options, concepts)


def select_items(student: Student, chosen: BankFilter, now: datetime, course: Course | None = None) -> list[int]:
    """Return the items that the filter shows, MAX_SELECTION at most.

    Those that have been due longest come first, then new ones in the course's order.
    """
    items = _filter(_load_items(student, _load_editions(student, course), now), chosen)
    items.sort(key=lambda item: (item.due_at is None, item.due_at or now, item.position))
    return [item.item for item in items[:MAX_SELECTION]]


def memory_state(memory: ItemMemory | None, now: datetime) -> str:
    """Which of BankFilter.STATES an item is in."""
    if memory is None or not memory.answered:
        return "new"
    if memory.lapses >= WEAK_LAPSES or memory.last_rating == Rating.AGAIN:
        return "weak"
    return "due" if memory.due_at and memory.due_at <= now else "known"


_Editions = tuple[tuple[int, int], ...]
"""Courses, each with its revision: until that rises, its published items are the same."""
_kept: dict[_Editions, tuple[BankItem, ...]] = {}


def _load_editions(student: Student, course: Course | None) -> _Editions:
    enrolments = Enrolment.objects.studied().filter(student=student).order_by("course")
    if course:
        enrolments = enrolments.filter(course=course)
    return tuple(enrolments.values_list("course", "course__revision"))


def _load_items(student: Student, editions: _Editions, now: datetime) -> list[BankItem]:
    """Load the bank in the order of the courses; a query, and two where something of it was published since."""
    memories = _load_memories(student)
    items = _kept.get(editions)
    if items is None:
        items = _load_published([course for course, _ in editions])
        if sum(map(len, _kept.values())) + len(items) > MAX_KEPT:
            _kept.clear()
        _kept[editions] = items
    return [
        replace(item, state=memory_state(memory, now), due_at=memory.due_at)
        if (memory := memories.get(item.item))
        else item
        for item in items
    ]


def forget_bank() -> None:
    """Load items anew: a test takes back what was published, or changes it with no new revision."""
    _kept.clear()


def _load_published(courses: Sequence[int]) -> tuple[BankItem, ...]:
    """Load the published items of courses as they are to who has seen none of them."""
    items = Item.objects.in_practice().filter(course__in=courses).order_by("course", "position", "pk")
    tags: dict[int, list[str]] = defaultdict(list)
    tagged = VersionConcept.objects.filter(version__in=items.order_by().values("published"))
    for version, slug in tagged.order_by("version", "position", "pk").values_list("version", "concept__slug"):
        tags[version].append(slug)
    fields = ("pk", "position", "slug", "published__lesson__slug", "published__kind", "published__difficulty")
    return tuple(
        BankItem(pk, position, slug, lesson, tuple(tags[version]), kind, str(difficulty))
        for version, pk, position, slug, lesson, kind, difficulty in items.values_list("published", *fields)
    )


def _load_memories(student: Student) -> dict[int, ItemMemory]:
    """Load what the student knows, of the items that they have answered."""
    cards = Card.objects.filter(student=student, reviews__gt=0).order_by().values("item")
    summed = cards.annotate(answered=Count("pk"), most=Max("lapses"), lowest=Min("last_rating"), due=Min("due_at"))
    return {row["item"]: ItemMemory(row["answered"], row["most"], row["lowest"], row["due"]) for row in summed}


def _filter(items: Sequence[BankItem], chosen: BankFilter) -> list[BankItem]:
    """Return the items that a filter shows."""
    parts = chosen.parts()
    return [item for item in items if item.traits.passes(parts)] if parts else list(items)


def _options(name: str, counts: Counter[_Traits], chosen: BankFilter, names: Mapping[str, str]) -> list[Option]:
    """Every value of one part of the filter, with how many items the other parts leave of it."""
    parts, left = chosen.parts(except_for=name), Counter[str]()
    for traits, count in counts.items():
        for value in traits.values(name):
            left[value] += count if traits.passes(parts) else 0
    values = sorted(left, key=_order(name, list(names)))
    return [(value, names.get(value, value.replace("_", " ").capitalize()), left[value]) for value in values]


def _order(name: str, concepts: Sequence[str]) -> Callable[[str], int | str]:
    """States and concepts in an order of their own, other values by the alphabet."""
    order = {"concept": concepts, "state": BankFilter.STATES}.get(name)
    if order is None:
        return str
    places = {value: place for place, value in enumerate(order)}
    return lambda value: places.get(value, len(places))  # one that was renamed a moment ago stands last

"""The bank to practise from: the published items of a student's courses, filtered as the student chooses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db.models import Count, Max, Min, Q

from questions.models import Concept, Item, Lesson, VersionConcept
from questions.text.words import as_title
from quizzes.memory.rating import Rating
from quizzes.models import Card

if TYPE_CHECKING:
    from quizzes.models import Student

MAX_SELECTION = 50
"""Items that are practised at once."""
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
    concepts: list[str]
    concept: str
    kind: str
    difficulty: str
    state: str
    due_at: datetime | None

    @property
    def name(self) -> str:
        """Its slug, as words."""
        return as_title(self.slug)

    def values(self, name: str) -> list[str]:
        """What a filter of this name is compared with."""
        return self.concepts if name == "concept" else [getattr(self, name)]

    def passes(self, parts: Mapping[str, str]) -> bool:
        """Whether these parts of a filter show it."""
        return all(value in self.values(name) for name, value in parts.items())


Option = tuple[str, str, int]
"""A value of a filter, its name, and how many items it would show."""


@dataclass(frozen=True)
class BankSelection:
    """What a filter shows, and the options of each of its parts."""

    chosen: BankFilter
    rows: Sequence[BankItem]
    options: dict[str, list[Option]] = field(default_factory=dict)

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


def browse_bank(student: Student, chosen: BankFilter, now: datetime) -> BankSelection:
    """The bank of the student's courses as the filter shows it; a fixed number of queries."""
    items = _load_items(student, now)
    lessons = dict(Lesson.objects.values_list("slug", "title"))
    concepts = dict(Concept.objects.values_list("slug", "name"))
    names = {"lesson": lessons, "concept": concepts}
    options = {name: _options(name, items, chosen, names.get(name, {})) for name in BankFilter.NAMES}
    parts = chosen.parts()
    return BankSelection(chosen, [item for item in items if item.passes(parts)], options)


def select_items(student: Student, chosen: BankFilter, now: datetime) -> list[int]:
    """Return the items that the filter shows, MAX_SELECTION at most.

    Those that have been due longest come first, then new ones in the course's order.
    """
    parts = chosen.parts()
    items = [item for item in _load_items(student, now) if item.passes(parts)]
    items.sort(key=lambda item: (item.due_at is None, item.due_at or now, item.position))
    return [item.item for item in items[:MAX_SELECTION]]


def memory_state(memory: ItemMemory | None, now: datetime) -> str:
    """Which of BankFilter.STATES an item is in."""
    if memory is None or not memory.answered:
        return "new"
    if memory.lapses >= WEAK_LAPSES or memory.last_rating == Rating.AGAIN:
        return "weak"
    return "due" if memory.due_at and memory.due_at <= now else "known"


def _load_items(student: Student, now: datetime) -> list[BankItem]:
    memories = _load_memories(student)
    items = Item.objects.published().filter(course__enrolments__student=student).order_by("course", "position", "pk")
    tags: dict[int, list[tuple[str, str]]] = defaultdict(list)
    tagged = VersionConcept.objects.filter(version__in=items.values("published"))
    for version, slug, name in tagged.values_list("version", "concept__slug", "concept__name"):
        tags[version].append((slug, name))
    fields = (
        "pk",
        "position",
        "slug",
        "published",
        "published__lesson__slug",
        "kind",
        "published__difficulty",
    )
    return [
        BankItem(
            item=pk,
            position=position,
            slug=slug,
            lesson=lesson,
            concepts=[concept for concept, _ in tags[version]],
            concept=next((name for _, name in tags[version]), ""),
            kind=kind,
            difficulty=str(difficulty),
            state=memory_state(memories.get(pk), now),
            due_at=memories[pk].due_at if pk in memories else None,
        )
        for pk, position, slug, version, lesson, kind, difficulty in items.values_list(*fields)
    ]


def _load_memories(student: Student) -> dict[int, ItemMemory]:
    cards = Card.objects.filter(student=student).values("item").order_by("item")
    summed = cards.annotate(
        answered=Count("pk", filter=Q(reviews__gt=0)), most=Max("lapses"), lowest=Min("last_rating"), due=Min("due_at")
    )
    return {row["item"]: ItemMemory(row["answered"], row["most"], row["lowest"], row["due"]) for row in summed}


def _options(name: str, items: Sequence[BankItem], chosen: BankFilter, names: Mapping[str, str]) -> list[Option]:
    """Every value of one part of the filter, with how many items the other parts leave of it."""
    parts = chosen.parts(except_for=name)
    shown = (item for item in items if item.passes(parts))
    counts = Counter(value for item in shown for value in item.values(name))
    values = sorted({value for item in items for value in item.values(name)}, key=_order(name, list(names)))
    return [(value, names.get(value, value.replace("_", " ").capitalize()), counts[value]) for value in values]


def _order(name: str, concepts: Sequence[str]) -> Callable[[str], int | str]:
    """States and concepts in an order of their own, other values by the alphabet."""
    order = {"concept": concepts, "state": BankFilter.STATES}.get(name)
    return {value: place for place, value in enumerate(order)}.__getitem__ if order else str

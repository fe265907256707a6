"""What a student sees of exams: those ahead with their sittings, the bank to practise from, and what was confused."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

from django.db.models import Count, Max, Min, Q, QuerySet

from questions.kinds import matching
from questions.models import Concept, Item, Lesson
from quizzes import presentations, schedule
from quizzes.exams import blueprints
from quizzes.models import Card, Exam, Sitting, Slot
from quizzes.planning.forecast import Forecast

MAX_SELECTION = 50
WEAK = 2
"""Lapses from which an item counts as weak."""


@dataclass(frozen=True)
class Ahead:
    """An exam with what the student needs to know before sitting it."""

    exam: Exam
    at: datetime | None
    expected: Forecast | None
    open: Sitting | None
    begun: int
    taken: int
    best: float | None
    slots: int
    unit: str
    parts: list[blueprints.Section]

    @property
    def attempts_left(self) -> int | None:
        """How often it can still be begun; None: as often as one likes."""
        return None if self.exam.attempts is None else max(self.exam.attempts - self.begun, 0)

    def state(self, now: datetime) -> Literal["open", "early", "over", "used", "ready"]:
        """A sitting is open; or a new one cannot begin yet, any more, or again; or it can."""
        if self.open:
            return "open"
        if self.exam.opens_at and now < self.exam.opens_at:
            return "early"
        if self.exam.closes_at and now >= self.exam.closes_at:
            return "over"
        return "used" if self.attempts_left == 0 else "ready"


def overview(student: Any, now: datetime) -> list[Ahead]:
    """All exams of the student's courses, the next one first, those that are over last; a fixed number of queries."""
    sittings: dict[int, list[Sitting]] = defaultdict(list)
    for one in Sitting.objects.filter(student=student).only("exam", "state", "score", "max_score", "deadline_at"):
        sittings[one.exam_id].append(one)
    found = []
    for expected in schedule.expected_scores(student, now=now):
        exam = expected.exam
        blueprint = blueprints.parse(exam.kind, exam.blueprint)
        viva = isinstance(blueprint, blueprints.Viva)
        own = sittings[exam.pk]
        shares = [one.score / one.max_score for one in own if one.score is not None and one.max_score]
        found.append(
            Ahead(
                exam,
                expected.at,
                expected.now,
                next((one for one in own if one.is_open and now < one.deadline_at), None),
                len(own),
                sum(not one.is_open for one in own),
                max(shares, default=None),
                blueprint.rounds if isinstance(blueprint, blueprints.Viva) else blueprint.slots,
                "rounds" if viva else "questions",
                [] if isinstance(blueprint, blueprints.Viva) else list(blueprint.sections),
            )
        )
    return sorted(found, key=lambda one: one.at is not None and one.at < now)


def history(student: Any, exam: Exam) -> QuerySet[Sitting]:
    """The student's closed sittings of the exam, the newest first."""
    closed = Sitting.objects.filter(student=student, exam=exam).exclude(state=Sitting.State.OPEN)
    return closed.order_by("-opened_at")


# The bank


@dataclass(frozen=True)
class Filter:
    """A selection of the bank; an empty value selects nothing away."""

    NAMES: ClassVar[tuple[str, ...]] = ("lesson", "concept", "kind", "difficulty", "state")
    STATES: ClassVar[dict[str, str]] = {"new": "new", "due": "due", "weak": "weak", "known": "known"}

    lesson: str = ""
    concept: str = ""
    kind: str = ""
    difficulty: str = ""
    state: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is selected."""
        return not any(getattr(self, name) for name in self.NAMES)


@dataclass(frozen=True)
class Row:
    """An item of the bank as a student stands to it; `state` is one of Filter.STATES."""

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
        return self.slug.replace("-", " ").capitalize()


@dataclass(frozen=True)
class Bank:
    """What a filter selects, and what there is to choose from: (value, name, items)."""

    chosen: Filter
    rows: Sequence[Row]
    options: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many items are selected."""
        return len(self.rows)


def bank(student: Any, chosen: Filter, now: datetime) -> Bank:
    """The bank of the student's courses as `chosen` selects it; a fixed number of queries."""
    rows = _rows(student, now)
    lessons = dict(Lesson.objects.values_list("slug", "title"))
    concepts = dict(Concept.objects.values_list("slug", "name"))
    options: dict[str, list[tuple[str, str, int]]] = {}
    names = {"lesson": lessons, "concept": concepts}
    for name in Filter.NAMES:
        others = [row for row in rows if _matches(row, chosen, but=name)]
        counts = Counter(value for row in others for value in _values(row, name))
        every = sorted({value for row in rows for value in _values(row, name)}, key=_order(name, list(concepts)))
        options[name] = [
            (value, names.get(name, {}).get(value, value.replace("_", " ").capitalize()), counts[value])
            for value in every
        ]
    return Bank(chosen, [row for row in rows if _matches(row, chosen)], options)


def selection(student: Any, chosen: Filter, now: datetime) -> list[int]:
    """The items that a filter selects, those due longest first, then new ones in the course's order."""
    rows = [row for row in _rows(student, now) if _matches(row, chosen)]
    rows.sort(key=lambda row: (row.due_at is None, row.due_at or now, row.position))
    return [row.item for row in rows[:MAX_SELECTION]]


def _rows(student: Any, now: datetime) -> list[Row]:
    cards = Card.objects.filter(student=student).values("item").order_by("item")
    summed = cards.annotate(
        due=Min("due_at"), seen=Count("pk", filter=Q(reviews__gt=0)), lapses=Max("lapses"), last=Min("last_rating")
    )
    facts = {row["item"]: row for row in summed}
    items = Item.objects.published().filter(course__enrolments__student=student).order_by("course", "position", "pk")
    names = dict(Concept.objects.values_list("slug", "name"))
    found = []
    fields = (
        "pk",
        "position",
        "slug",
        "published__lesson__slug",
        "published__concepts",
        "kind",
        "published__difficulty",
    )
    for pk, position, slug, lesson, concepts, kind, difficulty in items.values_list(*fields):
        fact = facts.get(pk)
        due = fact["due"] if fact else None
        state = _state(fact, now)
        concept = names.get(concepts[0], concepts[0])
        found.append(Row(pk, position, slug, lesson, concepts, concept, kind, str(difficulty), state, due))
    return found


def _state(fact: Any, now: datetime) -> str:
    if not fact or not fact["seen"]:
        return "new"
    if fact["lapses"] >= WEAK or fact["last"] == 1:
        return "weak"
    return "due" if fact["due"] and fact["due"] <= now else "known"


def _values(row: Row, name: str) -> list[str]:
    return row.concepts if name == "concept" else [getattr(row, name)]


def _matches(row: Row, chosen: Filter, but: str = "") -> bool:
    return all(
        name == but or not getattr(chosen, name) or getattr(chosen, name) in _values(row, name) for name in Filter.NAMES
    )


def _order(name: str, concepts: Sequence[str]) -> Any:
    places = {"concept": concepts, "state": list(Filter.STATES)}.get(name)
    return (lambda value: places.index(value)) if places else (lambda value: value)


# After a sitting


def missed(sitting: Sitting) -> list[int]:
    """The items of a closed sitting that were not wholly right, as long as they are asked."""
    items = sitting.slots.filter(score__lt=1).values_list("presentation__version__item", flat=True)
    return list(Item.objects.published().filter(pk__in=list(items)).values_list("pk", flat=True))


def named(concepts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The concepts of a result with their names, the weakest first."""
    names = dict(Concept.objects.filter(slug__in=[one["slug"] for one in concepts]).values_list("slug", "name"))
    shares = [{**one, "name": names.get(one["slug"], one["slug"])} for one in concepts]
    return sorted(shares, key=lambda one: (one["score"] / one["max_score"], one["name"]))


@dataclass(frozen=True)
class Oral:
    """Say aloud why a pair belongs together, then compare with the `rubric` and mark yourself."""

    pair: str
    left_html: str
    right_html: str
    rubric_html: str


def oral_prompt(slot: Slot) -> Oral | None:
    """About the first pair that was missed, else the first; None where the item says no reason."""
    presentation = slot.presentation
    body = presentations.body_of(presentation.version_id)
    reasons = {pair.id: pair for pair in body.pairs}  # type: ignore[attr-defined]
    facets, key = presentation.answer["facets"], presentation.answer["pairs"]
    given = (slot.response or {}).get("pairs", {})
    order = sorted(facets, key=lambda left: given.get(left) == key[left])
    for left in order:
        pair = reasons.get(facets[left])
        if pair and pair.because:
            shown = (
                presentations.with_html({"text": pair.left})["text_html"],
                presentations.with_html({"text": pair.right}),
            )
            rubric = presentations.with_html({"message": pair.because})["message_html"]
            return Oral(left, shown[0], shown[1]["text_html"], rubric)
    return None


@dataclass(frozen=True)
class Matrix:
    """What was given in a match set: a row a left side, a column a right side, those of the rows first, in their order.

    `key` and `given` are columns by row; None is a row that was left open.
    """

    stem: str
    rows: Sequence[str]
    columns: Sequence[str]
    key: Sequence[int]
    given: Sequence[int | None]

    CELL: ClassVar[int] = 30

    @property
    def width(self) -> int:
        """Of the drawing, with room for the rows' letters."""
        return self.CELL * (len(self.columns) + 1)

    @property
    def height(self) -> int:
        """Of the drawing, with room for the columns' numbers."""
        return self.CELL * (len(self.rows) + 1)

    @property
    def grid(self) -> list[tuple[int, int, str]]:
        """Each cell's corner, and whether it is the pair that was `right`, `wrong` or `missed`."""
        return [
            (self.CELL * (column + 1), self.CELL * (row + 1), self._state(row, column))
            for row in range(len(self.rows))
            for column in range(len(self.columns))
        ]

    def _state(self, row: int, column: int) -> str:
        if column == self.given[row]:
            return "right" if column == self.key[row] else "wrong"
        return "missed" if column == self.key[row] else ""

    @property
    def labels(self) -> list[tuple[int, int, str]]:
        """Letters of rows and numbers of columns, with the middle that they are written at."""
        rows = [(15, self.CELL * (row + 1) + 17, _letter(row)) for row in range(len(self.rows))]
        return rows + [(self.CELL * (column + 1) + 13, 20, str(column + 1)) for column in range(len(self.columns))]

    @property
    def confused(self) -> Sequence[tuple[str, str, int, str, int, str]]:
        """What was taken for what, in words: (letter, left side, number and text given, number and text of the key)."""
        return [
            (_letter(at), row, given + 1, self.columns[given], key + 1, self.columns[key])
            for at, (row, given, key) in enumerate(zip(self.rows, self.given, self.key, strict=True))
            if given is not None and given != key
        ]


def _letter(row: int) -> str:
    return chr(ord("A") + row)


def confused(sitting: Sitting) -> list[Matrix]:
    """The match sets of a sitting in which something was taken for something else; not those that are asked in an open
    sitting."""
    slots = sitting.slots.filter(presentation__version__kind=matching.KIND).select_related("presentation")
    slots = slots.exclude(presentation__version__item__in=presentations.in_open_sitting(sitting.student))
    return [matrix for matrix in map(_matrix, slots) if matrix.confused]


def _matrix(slot: Slot) -> Matrix:
    prompt, pairs = slot.presentation.prompt, slot.presentation.answer["pairs"]
    texts = {entry["id"]: entry["text"] for entry in prompt["right"]}
    rows = [entry["id"] for entry in prompt["left"]]
    keyed = list(dict.fromkeys(pairs[row] for row in rows))
    places = {right: at for at, right in enumerate([*keyed, *(right for right in texts if right not in keyed)])}
    given = (slot.response or {}).get("pairs", {})
    return Matrix(
        prompt["stem"],
        [entry["text"] for entry in prompt["left"]],
        [texts[right] for right in places],
        [places[pairs[row]] for row in rows],
        [places.get(given.get(row)) for row in rows],
    )

"""Which of a student's cards a line of another program's history is about."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from questions.models import Course, Item
from questions.text import markup
from quizzes.memory_upkeep.histories import ItemName, Note, anki
from quizzes.models import Card, Student

TAGS = ("item:", "examprep::")
"""A tag of one of these and a slug, or `slug:pair`, says which item a note is."""
CHUNK = 500

NO_ITEM = "no such item in the student's courses"
NO_NOTE = f"no item for the note; tag it {TAGS[0]}SLUG or {TAGS[1]}SLUG"
SEVERAL = "several items could be meant; name the course, or tag the note"
NO_PAIR = "the item has no such pair"
WHICH_PAIR = "a match set: name one of its pairs"


@dataclass(frozen=True, eq=False)
class Facets:
    """An item with what of it is remembered on its own: `facets`, and the facet of each left text."""

    item: int
    facets: list[str]
    lefts: Mapping[str, str]


@dataclass(frozen=True)
class CardFinder:
    """The student's items by their names and questions, and the cards of their facets."""

    _by_name: Mapping[str, list[Facets]]
    """By slug, and by identifier."""
    _by_stem: Mapping[str, list[Facets]]
    """By the question as plain text."""
    _cards: Mapping[tuple[int, str], uuid.UUID]
    _found: dict[object, uuid.UUID | str] = field(default_factory=dict)
    """What was found already."""

    @classmethod
    def load(cls, student: Student, courses: QuerySet[Course]) -> CardFinder:
        """Load what the student is asked in these courses; two queries."""
        by_name: dict[str, list[Facets]] = defaultdict(list)
        by_stem: dict[str, list[Facets]] = defaultdict(list)
        items = Item.objects.in_practice().filter(course__in=courses).select_related("published")
        for item in items.iterator(chunk_size=CHUNK):
            assert item.published is not None
            body = item.published.body
            lefts = {anki.plain(markup.render(pair["left"])): pair["id"] for pair in body.get("pairs", [])}
            facets = Facets(item.pk, item.published.facets, lefts)
            for name in (item.slug, str(item.uid)):
                by_name[name].append(facets)
            for stem in {anki.plain(body["stem"]), anki.plain(markup.render(body["stem"]))}:
                by_stem[stem].append(facets)
        cards = Card.objects.filter(student=student, item__course__in=courses)
        return cls(
            by_name, by_stem, {(item, facet): pk for item, facet, pk in cards.values_list("item_id", "facet", "pk")}
        )

    def find(self, subject: ItemName | Note, place: int) -> uuid.UUID | str:
        """Return the card's key, or why there is none. `place` is the number of the card among its note's."""
        key = subject if isinstance(subject, ItemName) else (subject.id, place)
        if key not in self._found:
            if isinstance(subject, ItemName):
                self._found[key] = self._find_name(subject)
            else:
                self._found[key] = self._find_note(subject, place)
        return self._found[key]

    def _find_name(self, name: ItemName) -> uuid.UUID | str:
        items = self._by_name.get(name.item, [])
        if len(items) != 1:
            return SEVERAL if items else NO_ITEM
        if card := self._cards.get((items[0].item, name.facet)):
            return card
        return NO_PAIR if name.facet else WHICH_PAIR

    def _find_note(self, note: Note, place: int) -> uuid.UUID | str:
        """By the note's guid; else by a tag; else by a field that is a slug; else by its first field, the question."""
        tags = [tag.casefold() for tag in note.tags]
        tagged = [ItemName.read(tag.removeprefix(prefix)) for prefix in TAGS for tag in tags if tag.startswith(prefix)]
        named = (
            self._named([ItemName(note.guid)])
            or self._named(tagged)
            or self._named(ItemName(text) for text in note.fields)
            or {(item, "") for item in self._by_stem.get(note.fields[0], [])}
        )
        if len(named) != 1:
            return SEVERAL if named else NO_NOTE
        ((item, facet),) = named
        facet_of_card = facet or _facet(item, note, place)
        return WHICH_PAIR if facet_of_card is None else self._cards.get((item.item, facet_of_card), NO_PAIR)

    def _named(self, names: Iterable[ItemName]) -> set[tuple[Facets, str]]:
        """Return the items of these names, each with the facet that its name says."""
        return {(item, name.facet) for name in names for item in self._by_name.get(name.item, [])}


def _facet(item: Facets, note: Note, place: int) -> str | None:
    """Return which facet of an item a card is of; None where that cannot be told.

    Of a match set's pairs it is the one that a field names, else the one of its number. A number says nothing where
    all of the set is one card.
    """
    if item.facets == [""]:
        return ""
    named = {item.lefts[text] for text in note.fields if text in item.lefts}
    if len(named) == 1:
        return named.pop()
    return item.facets[place] if note.cards > 1 and 0 <= place < len(item.facets) else None

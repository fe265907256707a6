"""What a viva may ask of a student."""

from __future__ import annotations

import uuid
from datetime import date

from questions.models import Concept, Item, ItemVersion, VersionConcept
from quizzes.exams.candidates import UNSEEN_RECALL, known_pairs
from quizzes.exams.confusions import Confusion
from quizzes.memory import fsrs
from quizzes.models import Card

TODAY = date(2026, 11, 27)
VERSION = ItemVersion(pk=1, facets=["l1", "l2"], difficulty=3)
VERSION._prefetched_objects_cache = {  # type: ignore[attr-defined] # as Django stores what was fetched along
    "tags": [VersionConcept(concept=Concept(slug=slug)) for slug in ("l2", "sparsity")]
}
ITEM = Item(pk=7, published=VERSION)


def card(facet: str, **state: object) -> Card:
    return Card(pk=uuid.uuid4(), item=ITEM, facet=facet, **state)


def test_pairs_are_as_their_cards_are_remembered() -> None:
    cards = [card("l1", stability=10.0, last_review_on=TODAY), card("l2"), card("dropped")]
    seen, new = known_pairs(cards, [], TODAY, fsrs.DEFAULT_PARAMETERS)
    assert (seen.item, seen.facet, seen.concepts, seen.difficulty) == (7, "l1", ("l2", "sparsity"), 3)
    assert (seen.recall, new.recall) == (1.0, UNSEEN_RECALL)
    assert (new.misses, new.mistaken_for) == (0, ())


def test_confusions_count_by_pair_and_name_whose_text_was_given() -> None:
    confusions = [
        Confusion(7, "l1", "small weights", "l2", 2),
        Confusion(7, "l1", "more data", None, 1),
        Confusion(8, "l2", "zeros", "l1", 5),
    ]
    first, second = known_pairs([card("l1"), card("l2")], confusions, TODAY, fsrs.DEFAULT_PARAMETERS)
    assert (first.misses, first.mistaken_for) == (3, ("l2",))
    assert (second.misses, second.mistaken_for) == (0, ())

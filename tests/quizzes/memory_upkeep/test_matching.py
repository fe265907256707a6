"""Which card a line of another program's history is about."""

import uuid

import pytest

from quizzes.memory_upkeep.histories import ItemName, Note
from quizzes.memory_upkeep.matching import NO_ITEM, NO_NOTE, NO_PAIR, SEVERAL, WHICH_PAIR, CardFinder, Facets

DECAY, DROPOUT, SET = (
    Facets(1, [""], {}),
    Facets(2, [""], {}),
    Facets(3, ["l1", "l2"], {"sparse": "l1", "small": "l2"}),
)
TWIN = Facets(4, [""], {})
CARDS = {(1, ""): 10, (2, ""): 20, (3, "l1"): 31, (3, "l2"): 32, (4, ""): 40}


@pytest.fixture
def finder() -> CardFinder:
    """Two items, a match set of two pairs, and two items of one name in different courses."""
    return CardFinder(
        {"decay": [DECAY], "dropout": [DROPOUT], "set": [SET], "twin": [DECAY, TWIN]},
        {"What decays?": [DECAY], "What drops out?": [DROPOUT, TWIN], "Match.": [SET]},
        {of: uuid.UUID(int=number) for of, number in CARDS.items()},
    )


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("decay", 10),
        ("set:l2", 32),
        ("set::l2", 32),
        ("set", WHICH_PAIR),
        ("set:l3", NO_PAIR),
        ("other", NO_ITEM),
        ("twin", SEVERAL),
    ],
)
def test_an_item_is_found_by_its_name(finder: CardFinder, name: str, card: int | str) -> None:
    assert finder.find(ItemName.read(name), 0) == (uuid.UUID(int=card) if isinstance(card, int) else card)


@pytest.mark.parametrize(
    ("note", "place", "card"),
    [
        (Note(1, "decay", ("item:dropout",), ("What drops out?",), 1), 0, 10),
        (Note(1, "x", ("item:dropout",), ("What decays?",), 1), 0, 20),
        (Note(1, "x", ("Examprep::Set::l1",), ("?",), 1), 0, 31),
        (Note(1, "x", ("unknown",), ("?", "dropout"), 1), 0, 20),
        (Note(1, "x", (), ("What decays?",), 1), 0, 10),
        (Note(1, "x", (), ("What drops out?",), 1), 0, SEVERAL),
        (Note(1, "x", (), ("What else?",), 1), 0, NO_NOTE),
        (Note(1, "x", (), ("Match.", "small"), 1), 0, 32),
        (Note(1, "x", (), ("Match.",), 2), 1, 32),
        (Note(1, "x", (), ("Match.",), 2), 5, WHICH_PAIR),
        (Note(1, "x", (), ("Match.",), 1), 0, WHICH_PAIR),
    ],
)
def test_a_note_is_found_by_guid_tag_slug_or_question(
    finder: CardFinder, note: Note, place: int, card: int | str
) -> None:
    assert finder.find(note, place) == (uuid.UUID(int=card) if isinstance(card, int) else card)

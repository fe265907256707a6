"""What is written is read again as it was, and by programs of others."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import qti_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.interchange.formats import FORMATS
from questions.interchange.leaving import Leaving

WORDS = (
    "decay",
    "of weights",
    "in each step",
    "by $\\eta\\lambda$",
    "**not** at all",
    "2 < 3",
    "a_b",
    "10%",
    "\\$5 and up",
)
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
PLAIN = st.lists(st.sampled_from(("ada", "bit", "cat", "dog", "elk")), min_size=1, max_size=3).map(" ".join)
SEVERAL = st.lists(PLAIN, min_size=3, max_size=6, unique=True)
PACKAGES = ("qti", "qti3")
IN_ANKI = """
import sys
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
collection = Collection(sys.argv[1])
request = ImportAnkiPackageRequest(package_path=sys.argv[2], options=ImportAnkiPackageOptions())
collection.import_anki_package(request)
for key in sorted(collection.find_cards("")):
    card = collection.get_card(key)
    print(*(side.rpartition("</style>")[2] for side in (card.question(), card.answer())), card.note().tags)
collection.close()
"""


@st.composite
def bodies(draw: st.DrawFn, *, said: bool = False) -> tuple[str, dict[str, Any]]:
    """Bodies of the kinds that packages and tables hold, with what both hold of them."""
    texts = draw(SEVERAL)
    kind = draw(st.sampled_from(("single_choice", "multiple_select", "ordering", "matching", "short_text", "numeric")))
    body: dict[str, Any] = {"stem": draw(SENTENCES), "explanation": draw(SENTENCES)}
    if kind in ("single_choice", "multiple_select"):
        right = 1 if kind == "single_choice" else draw(st.integers(1, len(texts) - 1))
        body["choices"] = [
            {"text": text, "correct": True} if place < right else {"text": text, "because": draw(SENTENCES)}
            for place, text in enumerate(texts)
        ]
    elif kind == "ordering":
        body["steps"] = texts
    elif kind == "matching":
        *pairs, other = texts
        body["pairs"] = [
            {"id": f"pair{n}", "left": f"left {n}", "right": text} for n, text in enumerate(pairs, start=1)
        ]
        body["distractors"] = [{"text": other}]
        if said:
            body["pairs"][0]["because"] = body["distractors"][0]["because"] = draw(SENTENCES)
    elif kind == "short_text":
        body["accept"] = texts
        if said:
            body["mistakes"] = [{"text": "no", "because": draw(SENTENCES)}]
    else:
        body["answer"] = draw(st.sampled_from(("0.25", "-3", "1200", "0.0001")))
        how = ({"digits": 4}, {"decimals": 2}, {"exact": True}, {"tolerance": {"atol": 0.05}})
        body |= draw(st.sampled_from(how))
    return kind, body


@pytest.mark.parametrize("name", [*PACKAGES, "csv"])
@settings(max_examples=12)
@given(st.lists(bodies(), min_size=1, max_size=3))
def test_what_is_written_is_read_again_as_it_was(name: str, drawn: list[tuple[str, dict[str, Any]]]) -> None:
    items = [
        Leaving(f"item-{place}", kind, body, ("weight-decay", "dropout"), 1 + place, 30 + place)
        for place, (kind, body) in enumerate(drawn)
    ]
    written = FORMATS[name].write(items, lambda address: None)
    found = list(FORMATS[name].read(written.content, "questions"))

    assert written.remarks == ()
    assert [(each.kind, each.body, each.difficulty, each.seconds, each.concepts, each.lost) for each in found] == [
        (item.kind, item.body, item.difficulty, item.seconds, item.concepts, ()) for item in items
    ]


CLOZE = Leaving(
    "cloze",
    "multi_part",
    {
        "stem": "It goes [[c1]] the gradient, by a [[c2]].",
        "parts": [
            {"id": "c1", "kind": "short_text", "accept": ["against"]},
            {"id": "c2", "kind": "short_text", "accept": ["step size"]},
        ],
        "explanation": "The gradient points uphill.",
    },
    ("descent",),
)
CARD = Leaving("card", "recall", {"stem": "What is $2^3$?", "back": "**Eight**"}, ("powers",))
TYPED = Leaving(
    "typed", "short_text", {"stem": "Which optimiser?", "accept": ["AdamW"], "explanation": "It decouples."}
)
PAIRS = Leaving(
    "pairs",
    "matching",
    {"stem": "Match.", "explanation": "So.", "pairs": [{"id": i, "left": f"l {i}", "right": f"r {i}"} for i in "ab"]},
)


def test_cards_texts_with_blanks_and_typed_answers_come_back_from_a_deck() -> None:
    written = FORMATS["apkg"].write([CARD, CLOZE, TYPED, PAIRS], lambda address: None)
    found = {each.source_id: each for each in FORMATS["apkg"].read(written.content, "deck.apkg")}

    for item in (CARD, CLOZE, TYPED):
        assert (found[item.slug].kind, found[item.slug].body) == (item.kind, item.body)
    assert found["card"].concepts == ("Questions", "powers")
    assert found["pairs/b"].body == {"stem": "Match.\n\n**l b**", "back": "r b", "explanation": "So."}
    assert written.remarks == (("pairs", "It is 2 cards, one for each pair."),)


def test_anki_reads_our_decks(tmp_path: Path) -> None:
    deck = FORMATS["apkg"].write([CARD, CLOZE, TYPED, PAIRS], lambda address: None)
    (tmp_path / "deck.apkg").write_bytes(deck.content)
    command = [sys.executable, "-c", IN_ANKI, str(tmp_path / "own.anki2"), str(tmp_path / "deck.apkg")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    cards = said.strip().splitlines()
    assert len(cards) == 1 + 2 + 1 + 2
    assert r"What is \(2^3\)?" in said
    assert "<strong>Eight</strong>" in said
    assert "[...]" in said  # a blank of the cloze
    assert "['powers']" in said


@pytest.mark.parametrize("name", PACKAGES)
@settings(max_examples=6)
@given(drawn=bodies(said=True))
def test_another_converter_reads_our_items(name: str, drawn: tuple[str, dict[str, Any]]) -> None:
    """Upgraded to 3.0, or downgraded to 2.1, by Cito's converter an item still asks the same."""
    written = FORMATS[name].write([Leaving("item", *drawn)], lambda address: None)
    with zipfile.ZipFile(BytesIO(written.content)) as package:
        item = package.read("items/item.xml").decode()
    upgrades = name == "qti"
    converted = qti_convert.upgrade_qti2_to_qti3(item) if upgrades else qti_convert.convert_qti3_to_qti21(item).xml
    (found,) = FORMATS["qti"].read(converted.encode(), "item.xml")

    assert (found.kind, found.body) == drawn


ITEMS = (CARD, CLOZE, TYPED, PAIRS)
FILES = [
    (name, FORMATS[name].write(ITEMS, lambda address: None).content) for name in FORMATS if FORMATS[name].is_written
]
FILES += [
    (
        "qti",
        next(
            iter(zipfile.ZipFile(BytesIO(content)).read("items/cloze.xml") for name, content in FILES if name == "qti")
        ),
    ),
    ("apkg", zipfile.ZipFile(BytesIO(dict(FILES)["apkg"])).read("collection.anki2")),
]


@settings(max_examples=60)
@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6)), max_size=8))
def test_a_damaged_file_is_named_and_never_a_fault(file: tuple[str, bytes], edits: list[tuple[int, bytes]]) -> None:
    name, content = file
    damaged = bytearray(content)
    for place, piece in edits:
        at = place % len(damaged)
        damaged[at : at + len(piece)] = piece or b""
        del damaged[at + len(piece) : at + len(piece) + place % 3]
    for found in FORMATS[name].read(bytes(damaged), "damaged"):
        assert found.kind or found.refused

"""What leaves for Moodle is read again as it was, and by parsers of others."""

from __future__ import annotations

import base64
import functools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import moodle_xml_parser.parser  # type: ignore[import-untyped]
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from questions.interchange import yaml
from questions.interchange.diagrams import SAID, draw_diagrams
from questions.interchange.formats import FORMATS
from questions.interchange.item_files import ABOUT
from questions.interchange.leaving import Leaving, Written, freeze, to_html
from tests.questions.interchange.test_moodle import PIXEL
from tests.questions.interchange.test_writing import SEVERAL, WORDS

MEANT = ("{a}", "x ~ y", "no # 5", r"a \\ b", r"$\{x\}_{i}$", "k: v", "a -> b", "~%50%", "= %5%", "`b}~`", "[[2]]", "ü")
SENTENCES = st.lists(st.sampled_from((*WORDS, *MEANT)), min_size=1, max_size=4).map(
    lambda words: f"It {' '.join(words)}"
)
"""Signs that mean something in Moodle's formats mean nothing here."""
TYPED = st.sampled_from(("ada*", "a{b}", "x~y", "n#5", r"back\slash", "1:2", "50% = half", "Ada & Bo", "<b>"))
NUMBERS = st.sampled_from(("0.25", "-3", "1200", "0.0001"))
HELD_BY_GIFT = ("single_choice", "multiple_select", "true_false", "short_text", "numeric", "matching")
HOLD_PICTURES = ("moodle-xml", "qti", "qti3")
HELD = (*HELD_BY_GIFT, "ordering", "open_response", "multi_part", "exact_case", "unit")
PICTURE = "dot-1x1-0123456789abcdef0123456789abcdef.png"
PAIRS = [{"id": "a", "left": " ".join(MEANT), "right": "x 1"}, {"id": "b", "left": "b", "right": "2 < 3"}]
FROZEN: dict[str, list[Leaving]] = {}
NODE = shutil.which("node")
IN_NODE = """
const { parse } = require(process.argv[1]);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => parse(text))));
"""


def choices(draw: st.DrawFn, right: int) -> list[dict[str, Any]]:
    texts = draw(st.lists(SENTENCES, min_size=3, max_size=6, unique_by=to_html))
    return [
        {"text": text, "correct": True} if place < right else {"text": text, "because": draw(SENTENCES)}
        for place, text in enumerate(texts)
    ]


def answers(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """What is asked for in one answer, as questions and parts have it."""
    if kind == "single_choice":
        return {"choices": choices(draw, 1)}
    if kind == "numeric":
        precision: dict[str, Any] = draw(st.sampled_from([{"exact": True}, {"tolerance": {"atol": 0.05}}]))
        return {"answer": draw(NUMBERS), **precision, "mistakes": [{"value": "7", "because": draw(SENTENCES)}]}
    accepted = draw(st.lists(TYPED, min_size=1, max_size=3, unique=True))
    return {"accept": accepted, "mistakes": [{"text": "wrong", "because": draw(SENTENCES)}]}


@st.composite
def bodies(draw: st.DrawFn, asked: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Bodies with all that Moodle holds of them."""
    what = draw(st.sampled_from(asked))
    body: dict[str, Any] = {"stem": draw(SENTENCES), "explanation": draw(SENTENCES)}
    if draw(st.booleans()):
        body["solution"] = draw(SENTENCES)
    if asked is HELD:
        body["hints"] = draw(st.lists(SENTENCES, max_size=2))
    if what == "multiple_select":
        return what, body | {"choices": choices(draw, draw(st.integers(1, 2)))}
    if what == "true_false":
        wrong = {"text": "False", "because": draw(SENTENCES)}
        return "single_choice", body | {"choices": [{"text": "True", "correct": True}, wrong]}
    if what == "matching":
        *texts, other = draw(SEVERAL)
        pairs = [
            {"id": f"pair{n}", "left": f"{draw(SENTENCES)} {n}", "right": right} for n, right in enumerate(texts, 1)
        ]
        return what, body | {"pairs": pairs, "distractors": [{"text": other}]}
    if what == "ordering":
        return what, body | {"steps": draw(st.lists(SENTENCES, min_size=3, max_size=5, unique_by=to_html))}
    if what == "open_response":
        model = draw(SENTENCES)
        return what, body | {"model": model, "points": [{"text": model}]}
    if what == "multi_part":
        kinds = draw(st.lists(st.sampled_from(("short_text", "numeric", "single_choice")), min_size=1, max_size=3))
        parts = [{"id": f"blank{n}", "kind": kind, **answers(draw, kind)} for n, kind in enumerate(kinds, 1)]
        for part in parts:  # a list in a line holds neither formulas nor more than one line
            for choice in part.get("choices", []):
                choice["text"] = choice["text"].replace("$", "")
        stem = " ".join([body["stem"], *(f"so [[{part['id']}]]," for part in parts)])
        return what, body | {"stem": stem, "parts": parts}
    if what == "exact_case":
        return "short_text", body | answers(draw, "short_text") | {"case": "exact"}
    if what == "unit":
        return "numeric", body | answers(draw, "numeric") | {"unit": draw(st.sampled_from(("cm", "neurons", "%")))}
    return what, body | answers(draw, what)


def write(name: str, *items: Leaving) -> Written:
    return FORMATS[name].write(items, lambda address: None)


def shown(value: Any) -> Any:
    """Part of a body with its texts as they are shown; three digits are asked where nothing is said."""
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if (key, part) != ("digits", 3) or "tolerance" in value}
        return {key: part if key == "accept" else shown(part) for key, part in value.items() if part not in ([], "")}
    if isinstance(value, list):
        return [shown(part) for part in value]
    if not isinstance(value, str):
        return value
    pieces = to_html(value).replace("</pre>", "<pre>").split("<pre>")  # a line ends as a word does, but in code
    return [piece if place % 2 else piece.split() for place, piece in enumerate(pieces)]


@pytest.mark.parametrize(("name", "asked"), [("moodle-xml", HELD), ("gift", HELD_BY_GIFT)])
@how(max_examples=25)
@given(st.data())
def test_what_is_written_is_read_again_as_it_was(name: str, asked: tuple[str, ...], data: st.DataObject) -> None:
    drawn = data.draw(st.lists(bodies(asked), min_size=1, max_size=3))
    items = [
        Leaving(f"item-{place}", kind, body, ("weight-decay", "dropout"), 1 + place, 30 + place)
        for place, (kind, body) in enumerate(drawn)
    ]
    written = write(name, *items)
    found = list(FORMATS[name].read(written.content, "questions"))

    assert {text for _, text in written.remarks} <= {"The unit, which stands in the question."}
    assert [(each.source_id, each.difficulty, each.seconds, each.concepts) for each in found] == [
        (item.slug, item.difficulty, item.seconds, item.concepts) for item in items
    ]
    for each, item in zip(found, items, strict=True):
        assert (each.kind, each.lost, each.changed) == (item.kind, (), ())
        assert shown(each.body) == shown(item.body)


@functools.cache
def course_items() -> list[Leaving]:
    """The items of the first course, from its files."""
    bank = settings.BASE_DIR / "fixtures" / "regularization" / "bank"
    entries = [entry for file in sorted(bank.glob("*.yaml")) for entry in yaml.read_document(file.read_text())]  # type: ignore[attr-defined]
    return [
        Leaving(
            entry["slug"],
            entry["kind"],
            {name: value for name, value in entry.items() if name not in ABOUT},
            tuple(entry["concepts"]),
            entry["difficulty"],
            entry["seconds"],
        )
        for entry in entries
    ]


def frozen(item: Leaving) -> list[Leaving]:
    """What stands for an item in formats that do not draw."""
    if item.slug not in FROZEN:
        FROZEN[item.slug] = list(freeze(item))
    return FROZEN[item.slug]


def test_a_whole_course_comes_back_from_our_own_files() -> None:
    items = course_items()
    written = write("yaml", *items)
    found = {each.source_id: each for each in FORMATS["yaml"].read(written.content, "course.yaml")}

    assert not written.remarks
    assert found.keys() == {item.slug for item in items}
    for item in items:
        each = found[item.slug]
        assert (each.kind, each.body, each.concepts) == (item.kind, item.body, item.concepts)


@pytest.mark.parametrize("name", ["moodle-xml", "gift", "qti", "qti3", "csv"])
def test_a_whole_course_comes_back_and_what_does_not_is_named(name: str) -> None:
    items = course_items()
    written = write(name, *items)
    found = {each.source_id: each for each in FORMATS[name].read(written.content, "course")}

    draws = "It draws: 5 of its variants stand for it."
    named = {slug for slug, text in written.remarks if text not in (draws, SAID)}
    for item in items:
        for variant in frozen(item) if name == "csv" else map(draw_diagrams, frozen(item)):
            each = found.get(variant.slug)
            if item.slug in named or not variant.kind:
                assert item.slug in named
                continue
            assert each is not None, variant.slug
            assert (each.concepts, each.difficulty, each.seconds) == (item.concepts, item.difficulty, item.seconds)
            pictures = tuple(variant.drawn) if name in HOLD_PICTURES else ()
            assert tuple(picture.address for picture in each.pictures) == pictures
            if pictures or not variant.drawn:
                assert (each.kind, each.lost) == (variant.kind, ())
                assert each.body == variant.body or shown(each.body) == shown(variant.body)
    assert not [each.refused for each in found.values() if each.refused]
    assert len(named) < 0.6 * len(items)
    if name == "gift" and NODE:
        (read,) = in_node(written.content.decode())
        assert len([each for each in read if each["type"] != "Category"]) == len(found)


def in_node(*texts: str) -> list[list[dict[str, Any]]]:
    """The questions of each text of GIFT, as npm's gift-pegjs reads them."""
    assert NODE is not None
    parser = str(Path(settings.BASE_DIR, "node_modules", "gift-pegjs"))
    command = [NODE, "-e", IN_NODE, parser]
    said = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    read: list[list[dict[str, Any]]] = json.loads(said.stdout)
    return read


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_another_parser_reads_our_gift() -> None:
    """Texts, keys, feedback, numbers and tags, with every sign that means something in GIFT."""
    nasty = " ".join(MEANT)
    items = [
        Leaving(
            "one",
            "single_choice",
            {
                "stem": nasty,
                "explanation": "So.",
                "choices": [{"text": nasty, "correct": True}, {"text": "no", "because": "Why."}],
            },
        ),
        Leaving("words", "short_text", {"stem": "?", "accept": ["a{b}", r"x~y\z"], "explanation": nasty}, ("a", "b")),
        Leaving(
            "number", "numeric", {"stem": "?", "explanation": "So.", "answer": "0.5", "tolerance": {"atol": 0.00001}}
        ),
        Leaving("pairs", "matching", {"stem": "?", "explanation": "So.", "pairs": PAIRS}),
    ]
    (read,) = in_node(write("gift", *items).content.decode())
    one, words, number, pairs = (each for each in read if each["type"] != "Category")
    html = to_html(nasty)
    assert one["stem"] == {"format": "html", "text": html}
    assert [(each["isCorrect"], each["text"]["text"]) for each in one["choices"]] == [(True, html[3:-4]), (False, "no")]
    assert [each["text"]["text"] for each in words["choices"]] == ["a{b}", r"x~y\z"]
    assert (words["globalFeedback"]["text"], words["id"], words["tags"]) == (
        html,
        "words",
        ["b", "difficulty:2", "seconds:45"],
    )
    assert number["choices"][0]["text"] == {"type": "range", "number": 0.5, "range": 0.00001}
    assert [pair["subanswer"] for pair in pairs["matchPairs"]] == ["x 1", "2 < 3"]


@how(max_examples=10)
@given(st.lists(bodies(("single_choice", "multiple_select", "multi_part")), min_size=1, max_size=3))
def test_another_parser_reads_our_moodle_xml(drawn: list[tuple[str, dict[str, Any]]]) -> None:
    items = [Leaving(f"item-{place}", kind, body) for place, (kind, body) in enumerate(drawn)]
    read = moodle_xml_parser.parser.parse_bytes(write("moodle-xml", *items).content)
    by_name = {each.name: each for each in (*read["multichoice"], *read["cloze"])}
    for item in items:
        each = by_name[item.slug]
        if item.kind == "multi_part":
            assert len(each.gaps) >= len(item.body["parts"])
            continue
        right = [choice for choice in item.body["choices"] if choice.get("correct")]
        assert each.single == (item.kind == "single_choice")
        assert sum(option.score_fraction > 0 for option in each.options) == len(right)
        assert len(each.options) == len(item.body["choices"])


def test_pictures_leave_as_files_and_come_back() -> None:
    """In texts and on the picture whose places are named."""
    fetched = {PICTURE: base64.b64decode(PIXEL)}
    body = {
        "explanation": "So.",
        "stem": f"![A dot](media/{PICTURE})",
        "choices": [{"text": "a", "correct": True}, {"text": f"![b](media/{PICTURE})", "because": "b"}],
    }
    written = FORMATS["moodle-xml"].write([Leaving("seen", "single_choice", body)], fetched.get)
    (found,) = FORMATS["moodle-xml"].read(written.content, "quiz")

    (picture,) = found.pictures
    assert found.body["stem"] == f"![A dot](media/{picture.address})"
    assert picture.address.startswith("dot-1x1-")
    missing = write("moodle-xml", Leaving("seen", "single_choice", body))
    assert missing.remarks == (("seen", f"The picture {PICTURE}: it is missing."),)

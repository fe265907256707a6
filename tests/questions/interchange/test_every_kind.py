"""Of every kind, in every format that is written: what leaves comes back as it was, or it is named what does not."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions import kinds
from questions.interchange.diagrams import SAID, draw_diagrams
from questions.interchange.formats import FORMATS
from questions.interchange.leaving import Leaving, freeze
from tests.questions.interchange.test_moodle_writing import SENTENCES, course_items, shown

GALLERY = Path(__file__).parents[2] / "gallery" / "bank"
DRAWN = ("draw", "let", "tables", "where", "cases")
"""Fields whose entries have names of the author's."""
FORMULAS = ("numeric", "formula", "number_list", "matrix", "intervals", "multi_part")
"""Kinds in whose texts braces hold formulas."""
TEXTS = ("stem", "explanation", "solution", "because", "left", "right", "text", "model", "back", "hints")
"""Fields that are Markdown wherever they stand, but the text of a mistake, which is typed."""


@cache
def items() -> tuple[Leaving, ...]:
    """The items of the gallery, which has all kinds, and of the courses."""
    found = [each for file in sorted(GALLERY.glob("*.yaml")) for each in FORMATS["yaml"].read(file.read_bytes(), "")]
    gallery = [Leaving(each.source_id, each.kind, each.body, each.concepts) for each in found if each.kind]
    return (*gallery, *course_items())


def reword(value: Any, more: str, name: str = "") -> Any:
    """A body whose texts end with `more`."""
    if isinstance(value, dict):
        kept = {*DRAWN, *(["text"] if name == "mistakes" else [])}
        return {key: part if key in kept else reword(part, more, key) for key, part in value.items()}
    if isinstance(value, list):
        return [reword(part, more, name) for part in value]
    if name not in TEXTS or not isinstance(value, str):
        return value
    return f"{value.rstrip()}{chr(10) * 2 if chr(10) in value.strip() else ' '}{more}"


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.is_written])
@settings(max_examples=20)
@given(st.sampled_from(sorted(kinds.KINDS)), st.data())
def test_what_leaves_comes_back_or_is_named(name: str, kind: str, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from([item for item in items() if item.kind == kind]))
    more = data.draw(SENTENCES)
    if "draw" in item.body or kind in FORMULAS:
        more = more.replace("{", "(").replace("}", ")") if "$" not in more else "It decays"
    item = Leaving(item.slug, kind, reword(item.body, more), ("weight-decay",), 3, 50)
    kinds.parse(kind, item.body)
    written = FORMATS[name].write([item], lambda address: None)
    found = {each.source_id: each for each in FORMATS[name].read(written.content, "questions")}

    draws = "It draws: 5 of its variants stand for it."
    said = [text for _, text in written.remarks if text not in (draws, SAID)]
    leaving = [item] if name == "yaml" else list(freeze(item))
    if name not in ("yaml", "csv"):
        leaving = [draw_diagrams(each) for each in leaving]
    assert not [each.refused for each in found.values() if each.refused and not said]
    for variant in leaving if not said else ():
        each = found[variant.slug]
        assert (each.kind, each.lost) == (variant.kind, ())
        assert each.body == variant.body or shown(each.body) == shown(variant.body)

"""Writes Moodle XML: categories, and in them questions with their tags, hints and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from questions.interchange.diagrams import draw_diagrams
from questions.interchange.leaving import Fetch, Leaving, Note, freeze
from questions.interchange.moodle.categories import join_category, tags_of
from questions.interchange.moodle.elements import write_question


def write_quiz(items: Iterable[Leaving], fetch: Fetch, note: Note) -> Iterator[bytes]:
    """A quiz that `read_quiz` reads, and Moodle does: the first concept of an item is its category."""
    category = ""
    yield b"<?xml version='1.0' encoding='utf-8'?>\n<quiz>\n"
    for slug, plain in ((item.slug, draw_diagrams(each)) for item in items for each in freeze(item)):
        for text in plain.said:
            note(slug, text)
        if not plain.kind:
            continue
        if category != (category := join_category(plain.concepts[:1])):
            named = Element("question", {"type": "category"})
            SubElement(SubElement(named, "category"), "text").text = category
            yield _lines(named)
        question, lost = write_question(plain, fetch)
        tags = SubElement(question, "tags")
        for tag in tags_of(plain):
            SubElement(SubElement(tags, "tag"), "text").text = tag
        yield _lines(question)
        for text in lost:
            note(slug, text)
    yield b"</quiz>\n"


def _lines(element: Element) -> bytes:
    indent(element, level=1)
    return f"  {tostring(element, 'unicode')}\n".encode()

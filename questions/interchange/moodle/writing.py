"""Writes Moodle XML: categories, and in them questions with their tags, hints and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from questions.interchange.leaving import Fetch, Leaving, Written, freeze
from questions.interchange.moodle.categories import join_category, tags_of
from questions.interchange.moodle.elements import write_question


def write_quiz(items: Sequence[Leaving], fetch: Fetch) -> Written:
    """A quiz that `read_quiz` reads, and Moodle does: the first concept of an item is its category."""
    root = Element("quiz")
    remarks: list[tuple[str, str]] = []
    category = ""
    for slug, plain in [(item.slug, each) for item in items for each in freeze(item)]:
        remarks += [(slug, text) for text in plain.said]
        if not plain.kind:
            continue
        if category != (category := join_category(plain.concepts[:1])):
            named = SubElement(SubElement(root, "question", {"type": "category"}), "category")
            SubElement(named, "text").text = category
        question, lost = write_question(plain, fetch)
        tags = SubElement(question, "tags")
        for tag in tags_of(plain):
            SubElement(SubElement(tags, "tag"), "text").text = tag
        root.append(question)
        remarks += [(slug, text) for text in lost]
    indent(root)
    content: bytes = tostring(root, "utf-8", xml_declaration=True)
    return Written(content, tuple(dict.fromkeys(remarks)))

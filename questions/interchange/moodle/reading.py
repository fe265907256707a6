"""Reads Moodle XML: the questions of a quiz, each with its category, tags and files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from questions.interchange.asking import RefusedError, Remarks
from questions.interchange.found import Found, refuse
from questions.interchange.markdown import OURS
from questions.interchange.moodle.categories import read_tags, split_category
from questions.interchange.moodle.questions import Question, read_question
from questions.interchange.qti.trees import BrokenError, TreeError, decode, parse
from questions.interchange.texts import Texts

BEGIN = re.compile(r"<question\b")


def read_quiz(content: bytes, name: str) -> Iterator[Found]:
    """The questions of a file of Moodle XML."""
    try:
        questions = _list_questions(content)
    except TreeError as error:
        yield refuse(name, name, str(error))
        return
    if not questions:
        yield refuse(name, name, "It holds no questions of Moodle XML: it begins with <quiz>, and has <question>.")
    category: tuple[str, ...] = ()
    seen: dict[str, int] = {}
    number = 0
    for element in questions:
        if isinstance(element, _Broken):
            number += 1
            yield refuse(f"line {element.line}", f"question {number}, line {element.line}", element.why)
            continue
        if element.get("type") == "category":
            category = split_category(text_of(element.find("category")))
            continue
        number += 1
        title = text_of(element.find("name"))
        key = text_of(element.find("idnumber")) or "/".join([*category, title or f"#{number}"])
        seen[key] = seen.get(key, 0) + 1
        key = key if seen[key] == 1 else f"{key}#{seen[key]}"
        yield _read_one(element, key, f"question {number}", title, category)


class _Broken(NamedTuple):
    """A question that is not well-formed: the line of the file that it begins in, and what is wrong."""

    line: int
    why: str


def _list_questions(content: bytes) -> list[Element | _Broken]:
    """The questions of a file; where it is broken, those that are well-formed by themselves, and where others begin.

    Raises TreeError for a file of which nothing can be read.
    """
    try:
        root = parse(content)
    except BrokenError as error:
        found = list(_read_apart(decode(content)))
        if all(isinstance(each, _Broken) for each in found):
            raise error from None
        return found
    return [*root.findall("question")] if root.tag == "quiz" else []


def _read_apart(text: str) -> Iterator[Element | _Broken]:
    begins = [begin.start() for begin in BEGIN.finditer(text)]
    for start, end in pairwise([*begins, len(text)]):
        piece, closes, _ = text[start:end].partition("</question>")
        try:
            yield parse(f"{piece}{closes}".encode())
        except BrokenError as error:
            before = text.count("\n", 0, start)
            yield _Broken(before + 1, str(BrokenError(before + error.line, error.column, error.why)))


def _read_one(element: Element, key: str, place: str, title: str, category: tuple[str, ...]) -> Found:
    remarks = Remarks()
    files = _files(element, remarks)
    texts = Texts(lambda source: files.get(unquote(source).rpartition("/")[2]), remarks)
    try:
        kind, body = read_question(Question(element, texts, remarks))
    except RefusedError as refused:
        return Found(key, place, title or place, None, {}, refused=str(refused), changed=tuple(remarks.changed))
    tags = read_tags(text_of(tag) for tag in element.findall("tags/tag"))
    return Found(
        source_id=key,
        place=place,
        title=title or place,
        kind=kind,
        body=body,
        concepts=tuple(dict.fromkeys((*category, *tags.concepts))),
        pictures=texts.pictures,
        difficulty=tags.difficulty,
        seconds=tags.seconds,
        changed=tuple(dict.fromkeys(remarks.changed)),
        lost=tuple(dict.fromkeys(remarks.lost)),
    )


def _files(element: Element, remarks: Remarks) -> dict[str, bytes]:
    """The files in a question, by their names; the picture of Moodle 1.9, too."""
    files: dict[str, bytes] = {}
    for file in element.iter("file"):
        files[file.get("name", "")] = _decode(file.get("name", ""), text_of(file), remarks)
    old = element.findtext("image_base64")
    if old:
        name = text_of(element.find("image")).rpartition("/")[2] or "picture.png"
        files[name] = _decode(name, old, remarks)
    return files


def _decode(name: str, text: str, remarks: Remarks) -> bytes:
    try:
        return base64.b64decode("".join(text.split()))
    except (binascii.Error, ValueError):
        remarks.lost.append(f"The file {name}: it is damaged.")
        return b""


def text_of(element: Element | None) -> str:
    """All text in an element, as it is written there, without blanks around."""
    return "".join(element.itertext()).translate(OURS).strip() if element is not None else ""

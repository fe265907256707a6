"""Reads QTI 1.2, 2.1, 2.2 and 3.0: single items, files of items, packages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from questions.interchange import asking
from questions.interchange.asking import RefusedError, Remarks
from questions.interchange.found import Found, refuse
from questions.interchange.qti.items import Question, read_item
from questions.interchange.qti.legacy import read_legacy
from questions.interchange.qti.metadata import read_metadata
from questions.interchange.qti.packages import Failure, Source, read_sources, resolve
from questions.interchange.qti.pools import iter_pool, read_pool
from questions.interchange.qti.trees import TreeError, each
from questions.interchange.texts import Texts

READERS = {"assessmentItem": read_item, "item": read_legacy}


def read_files(files: Mapping[str, bytes], name: str) -> Iterator[Found]:
    """The questions in the files of a package, or in a single file."""
    is_empty = True
    try:
        for source in read_sources(files):
            is_empty = False
            if isinstance(source, Failure):
                yield refuse(source.path, source.path, source.why)
            else:
                yield from _read_source(source, files)
    except TreeError as error:
        yield refuse(name, name, str(error))
    else:
        if is_empty:
            yield refuse(name, name, "There is no file with QTI items in it.")


def _read_source(source: Source, files: Mapping[str, bytes]) -> Iterator[Found]:
    if source.root.tag == "POOL":
        items = list(iter_pool(source.root))
    else:
        items = list(each(source.root, "assessmentItem", "item", "bankentry_item"))
    seen: dict[str, int] = {}
    for place, item in enumerate(items, start=1):
        where = source.path if len(items) == 1 else f"{source.path}, question {place}"
        name = item.get("identifier") or item.get("ident") or item.get("id") or f"{source.path}#{place}"
        seen[name] = seen.get(name, 0) + 1
        yield _read_one(item, name if seen[name] == 1 else f"{name}#{seen[name]}", where, source, files)


def _read_one(item: Element, name: str, where: str, source: Source, files: Mapping[str, bytes]) -> Found:
    remarks = Remarks()
    folder = posixpath.dirname(source.path)
    texts = Texts(lambda reference: files.get(resolve(folder, reference)), remarks)
    title = item.get("title", "") or name
    try:
        if item.tag == "bankentry_item":
            raise RefusedError("It is drawn from a question bank that is not in the file.")
        read = READERS.get(item.tag, read_pool)
        question = read(item, texts.markdown, remarks)
    except RefusedError as refused:
        return Found(name, where, title, None, {}, refused=str(refused), changed=tuple(remarks.changed))
    about = read_metadata(source.about, item)
    return Found(
        source_id=name,
        place=where,
        title=title,
        kind=question.asked.kind,
        body=body_of(question, remarks),
        concepts=about.concepts,
        pictures=texts.pictures,
        difficulty=about.difficulty,
        seconds=about.seconds,
        changed=tuple(dict.fromkeys(remarks.changed)),
        lost=tuple(dict.fromkeys(remarks.lost)),
    )


def body_of(question: Question, remarks: Remarks) -> dict[str, object]:
    """The body of a question; the rubric of an open one is its model."""
    if question.to_wrong and not asking.say_to_wrong(question.asked, question.to_wrong):
        remarks.lost.append(f"What is said to any wrong answer: “{question.to_wrong}”")
    after = dict(question.after)
    rubric = after.pop("rubric", "")
    body: dict[str, object] = {"stem": question.stem, **question.asked.fields, **after}
    if rubric and question.asked.kind == "open_response":
        body.setdefault("model", rubric)
        body.setdefault("points", [{"text": rubric}])
    elif rubric:
        body["solution"] = f"{body['solution']}\n\n{rubric}" if "solution" in body else rubric
        remarks.changed.append("A note for markers stands in the solution.")
    if body.get("model") and body.get("model") == body.get("explanation"):
        del body["explanation"]
    return body

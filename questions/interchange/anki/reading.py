"""Reads decks of Anki: each card is an item of its own, a cloze a text with blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from questions.interchange import asking
from questions.interchange.anki import cards, occlusions
from questions.interchange.anki.collections import CollectionError, Note, read_notes
from questions.interchange.anki.packages import Package, open_package
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.found import Found, refuse
from questions.interchange.texts import Texts

EXTRA = ("Extra", "Back Extra")
"""Fields that people fill with the why, which is shown with the answer."""
TYPEABLE = 60
"""Signs: what is hidden and longer than this is recalled, not typed."""
DEFAULT = "Default"
OWN_TAGS = ("marked", "leech")


def read_files(files: Mapping[str, bytes], name: str) -> Iterator[Found]:
    """The cards in the files of a package."""
    try:
        package = open_package(files)
        is_empty = True
        for number, note in enumerate(read_notes(package.collection), start=1):
            is_empty = False
            yield from _read_note(note, f"note {number}", package)
        if is_empty:
            yield refuse(name, name, "There are no notes in it.")
    except CollectionError as error:
        yield refuse(name, name, str(error))


def _read_note(note: Note, place: str, package: Package) -> Iterator[Found]:
    title = cards.plain(next(iter(note.fields.values()), ""))[:80] or place
    numbers = [0] if note.type.is_cloze else note.cards or [0]
    for number in dict.fromkeys(numbers):
        key = note.guid if number == 0 else f"{note.guid}/{number + 1}"
        remarks = Remarks()
        texts = Texts(package.fetch, remarks)
        try:
            stem, asked, after = _ask(note, number, texts, remarks)
        except RefusedError as refused:
            yield refuse(key, place, str(refused), title)
            continue
        yield Found(
            source_id=key,
            place=place if len(numbers) == 1 else f"{place}, card {number + 1}",
            title=title,
            kind=asked.kind,
            body={"stem": stem, **asked.fields, **after},
            concepts=_concepts(note),
            pictures=texts.pictures,
            changed=tuple(dict.fromkeys(remarks.changed)),
            lost=tuple(dict.fromkeys(remarks.lost)),
        )


def _concepts(note: Note) -> tuple[str, ...]:
    deck = [] if note.deck == DEFAULT else note.deck.split("::")[::-1]
    return tuple(
        dict.fromkeys(
            [*(part for part in deck if part), *(tag.split("::")[-1] for tag in note.tags if tag not in OWN_TAGS)]
        )
    )


def _ask(note: Note, number: int, texts: Texts, remarks: Remarks) -> tuple[str, Asked, dict[str, object]]:
    if any(cards.SOUND.search(value) for value in note.fields.values()):
        remarks.lost.append("A sound.")
    if any("image-occlusion:" in value for value in note.fields.values()):
        return _ask_places(note, texts, remarks)
    if note.type.is_cloze:
        return _ask_cloze(note, texts, remarks)
    if number >= len(note.type.templates):
        raise RefusedError("Its card is of a template that is not in the file.")
    template = note.type.templates[number]
    front = texts.markdown(cards.clean(cards.render(template.front, note.fields)))
    back, extra = (
        texts.markdown(cards.clean(cards.render(cards.back_alone(template.back), note.fields | hidden)))
        for hidden in (dict.fromkeys(EXTRA, ""), {name: "" for name in note.fields if name not in EXTRA})
    )
    if not front:
        raise RefusedError("Its front is a sound alone." if remarks.lost else "Its front is empty.")
    typed = cards.typed_field(template.front)
    answer = cards.plain(note.fields.get(typed, "")) if typed else ""
    if answer and len(answer) <= TYPEABLE:
        why = "\n\n".join(text for text in (back, extra) if text not in ("", answer))
        return front, asking.accept([answer], remarks), {"explanation": why} if why else {}
    if not back:
        back, extra = extra, ""
    if not back:
        raise RefusedError("Its back is a sound alone." if remarks.lost else "Its back is empty.")
    return front, Asked("recall", {"back": back}), {"explanation": extra} if extra else {}


def _ask_cloze(note: Note, texts: Texts, remarks: Remarks) -> tuple[str, Asked, dict[str, object]]:
    """A text with blanks to be typed; one to be recalled where what is hidden cannot be typed."""
    hiding = [value for value in note.fields.values() if cards.OPENING.search(value)]
    pieces, is_nested = cards.read_cloze(cards.clean("<br><br>".join(hiding)))
    if is_nested:
        remarks.lost.append("Blanks within blanks.")
    extra = [texts.markdown(cards.clean(value)) for value in note.fields.values() if value not in hiding]
    after: dict[str, object] = {"explanation": "\n\n".join(text for text in extra if text)} if any(extra) else {}
    hidden = [piece for piece in pieces if isinstance(piece, cards.Deletion)]
    if not hidden:
        raise RefusedError("Nothing in it is hidden.")
    if not all(_is_typeable(deletion.hidden) for deletion in hidden):
        remarks.changed.append("What is hidden cannot be typed: the whole is recalled.")
        front = "".join(p if isinstance(p, str) else f"<b>[{p.hint or '…'}]</b>" for p in pieces)
        back = "".join(p if isinstance(p, str) else f"<b>{p.hidden}</b>" for p in pieces)
        return texts.markdown(front), Asked("recall", {"back": texts.markdown(back)}), after
    names = asking.new_ids([f"c{deletion.number}" for deletion in hidden], asking.PART_ID, "blank")
    marks = iter(range(len(hidden)))
    text = "".join(
        p if isinstance(p, str) else f"\ue012{next(marks)}\ue014{f' ({p.hint})' if p.hint else ''}" for p in pieces
    )
    stem = re.sub("\ue012([0-9]{1,9})\ue014", lambda mark: f"[[{names[int(mark[1])]}]]", texts.markdown(text))
    parts = [
        (name, "", asking.accept([cards.plain(deletion.hidden)], remarks))
        for name, deletion in zip(names, hidden, strict=True)
    ]
    return stem, asking.join(parts, remarks), after


def _is_typeable(hidden: str) -> bool:
    text = cards.plain(hidden)
    return 0 < len(text) <= TYPEABLE and "<img" not in hidden and not re.search(r"\\[(\[]|\$", hidden)


def _ask_places(note: Note, texts: Texts, remarks: Remarks) -> tuple[str, Asked, dict[str, object]]:
    """Image occlusion: the boxes are painted over the picture, and are places to be named."""
    whole = "".join(note.fields.values())
    boxes = occlusions.read_boxes(whole)
    shown = BeautifulSoup(whole, "html.parser").find("img")
    source = str(shown.get("src", "")) if isinstance(shown, Tag) else ""
    picture = texts.fetch(source)
    if picture is None:
        raise RefusedError(f"The picture {source or 'below the boxes'} is missing.")
    image = texts.place(f"{source.rpartition('.')[0]}-covered.png", occlusions.cover(picture, boxes), "covered")
    asked = asking.match([(f"c{b.number}", f"Place {b.number}", "?") for b in boxes], [], remarks)
    for row, box in zip(asking.rows_of(asked.fields, "pairs"), boxes, strict=True):
        row["x"], row["y"] = box.middle
        row["right"] = ""
    remarks.lost.append("The names of its places, which stand in the picture alone: write them.")
    stem = texts.markdown(cards.clean(note.fields.get("Header", ""))) or "What is at the numbers?"
    return stem, replace(asked, kind="labels", fields={"image": image, **asked.fields}), {}

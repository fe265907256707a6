"""Words that are dragged onto a picture, as names for its places. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from questions.figures import pictures
from questions.interchange import asking
from questions.interchange.asking import Asked, RefusedError, Remarks
from questions.interchange.qti.shapes import middle_of
from questions.interchange.qti.trees import text_of
from questions.kinds.labels import PICTURE

HALF = (40, 12)
"""Pixels from the corner of a word on a picture, which is all that Moodle says, to its middle."""


@dataclass(frozen=True)
class Place:
    """A place of a picture: its words, the number of what belongs there, its middle as shares of width and height."""

    words: str
    choice: str
    x: float
    y: float


def read_places(element: Element, image: str, markdown: Callable[[Element], str], remarks: Remarks) -> Asked:
    """What is dragged onto a picture, whose Markdown is `image`. Raises RefusedError."""
    shown = PICTURE.fullmatch(image)
    size = pictures.size(shown[2].removeprefix("media/")) if shown else None
    if size is None:
        raise RefusedError("Its picture is missing.")
    drags = element.findall("drag")
    if any(drag.find("file") is not None for drag in drags):
        raise RefusedError("Pictures are dragged onto a picture, which is not asked here: write them as words.")
    texts = {text_of(drag.find("no")): markdown(drag) for drag in drags}
    places = [place for place in _places(element, size) if texts.get(place.choice)]
    if len({(place.x, place.y) for place in places}) < len(places):
        remarks.lost.append("That several words belong to one place: it is named once.")
        places = list({(place.x, place.y): place for place in reversed(places)}.values())[::-1]
    named = [(f"place{n}", place.words or f"Place {n}", texts[place.choice]) for n, place in enumerate(places, 1)]
    used = {place.choice for place in places}
    asked = asking.match(named, [text for number, text in texts.items() if number not in used], remarks)
    for row, place in zip(asking.rows_of(asked.fields, "pairs"), places, strict=True):
        row["x"], row["y"] = place.x, place.y
    if not all(place.words for place in places):
        remarks.changed.append("Its places are numbered: say in words what is there, for who cannot see them.")
    return Asked("labels", {"image": image, **asked.fields})


def _places(element: Element, size: tuple[int, int]) -> Iterator[Place]:
    for drop in element.findall("drop"):
        x, y = middle_of(*_shape(drop), size)
        yield Place(text_of(drop.find("text")), text_of(drop.find("choice")), x, y)


def _shape(drop: Element) -> tuple[str, str]:
    """The shape of a place, and its coordinates as QTI has them."""
    left, top = (asking.number(text_of(drop.find(name))) for name in ("xleft", "ytop"))
    if left is not None and top is not None:
        return "circle", f"{left + HALF[0]},{top + HALF[1]},0"
    points = text_of(drop.find("coords")).split(";")
    if text_of(drop.find("shape")) != "rectangle":
        return text_of(drop.find("shape")), ",".join(points)
    numbers = [asking.number(part) for point in points[:2] for part in point.split(",")]
    known = [number for number in numbers if number is not None]
    if len(known) != 4:
        raise RefusedError("It does not say where on the picture its places are.")
    return "rect", f"{known[0]},{known[1]},{known[0] + known[2]},{known[1] + known[3]}"

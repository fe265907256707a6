"""Image occlusion: boxes over a picture become its places, and are painted over it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from PIL import Image, ImageDraw

from questions.interchange.asking import RefusedError

BOX = re.compile(r"\{\{c(\d{1,3})::image-occlusion:(rect|ellipse|polygon|text)((?::[^:{}]*)*)\}\}")
COVER = (255, 235, 162)
"""The colour of Anki's own boxes."""
MOST_PIXELS = 16_000_000


@dataclass(frozen=True)
class Box:
    """An area of a picture in shares of its width and height, and the number of its card."""

    number: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Where its label is."""
        return round((self.left + self.right) / 2, 4), round((self.top + self.bottom) / 2, 4)


def read_boxes(text: str) -> list[Box]:
    """The boxes that are written in a field, each once."""
    boxes = [box for found in BOX.finditer(text) if found[2] != "text" and (box := _box(int(found[1]), found[3]))]
    return list({box.number: box for box in reversed(boxes)}.values())[::-1]


def _box(number: int, properties: str) -> Box | None:
    values = dict(part.split("=", 1) for part in properties.split(":") if "=" in part)
    try:
        if "points" in values:
            numbers = [float(part) for part in values["points"].replace(",", " ").split()]
            xs, ys = numbers[0::2], numbers[1::2]
            sides = min(xs), min(ys), max(xs), max(ys)
        else:
            left, top = float(values["left"]), float(values["top"])
            width = float(values.get("width") or 2 * float(values.get("rx", 0)))
            height = float(values.get("height") or 2 * float(values.get("ry", 0)))
            sides = left, top, left + width, top + height
    except (KeyError, ValueError):
        return None
    is_box = sides[0] <= sides[2] and sides[1] <= sides[3] and all(-0.01 <= side <= 1.01 for side in sides)
    return Box(number, *sides) if is_box else None


def cover(picture: bytes, boxes: list[Box]) -> bytes:
    """The picture as PNG with its boxes painted. Raises RefusedError."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise RefusedError("Its picture has more than 16 million pixels.")
            painted = opened.convert("RGB")
    except RefusedError:
        raise
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over, the file is at fault
        raise RefusedError("Its picture cannot be read.") from None
    draw = ImageDraw.Draw(painted)
    width, height = painted.size
    for box in boxes:
        corners = (box.left * width, box.top * height, box.right * width, box.bottom * height)
        draw.rectangle(corners, fill=COVER, outline=(33, 33, 33))
    written = io.BytesIO()
    painted.save(written, "PNG")
    return written.getvalue()

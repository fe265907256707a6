"""Places on a picture. Pure."""

from __future__ import annotations

from questions.interchange.asking import RefusedError


def middle_of(shape: str, coords: str, size: tuple[float, float]) -> tuple[float, float]:
    """The middle of an area, as shares of the picture's width and height. Raises RefusedError."""
    try:
        numbers = [float(part) for part in coords.replace(",", " ").split()]
    except ValueError:
        numbers = []
    width, height = size
    if not width or not height or len(numbers) < 2:
        raise RefusedError("It does not say where on the picture its places are.")
    if shape in ("circle", "ellipse"):
        numbers = numbers[:2]
    xs, ys = numbers[0::2], numbers[1::2]
    middle = (min(xs) + max(xs)) / 2 / width, (min(ys) + max(ys)) / 2 / height
    if not all(0 <= share <= 1 for share in middle):
        raise RefusedError("A place is outside the picture.")
    return round(middle[0], 4), round(middle[1], 4)

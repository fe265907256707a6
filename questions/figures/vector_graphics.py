"""SVG files of authors: refused if anything in them runs or fetches; what is not SVG is left out. Pure.

An allow-list of elements over a parser that expands no entities (defusedxml).
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
MAX_ELEMENTS = 20_000
MAX_DEPTH = 60
SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath"}
PAINTS = {"style", "marker", "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "filter"}
EFFECTS = {"GaussianBlur", "Offset", "Blend", "ColorMatrix", "Composite", "Flood", "Merge", "MergeNode"}
ELEMENTS = {"svg", "g", "defs", "symbol", "use", "title", "desc", *SHAPES, *PAINTS, *(f"fe{name}" for name in EFFECTS)}
LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)(px|pt|mm|cm|in)?")
PIXELS = {None: 1.0, "px": 1.0, "pt": 96 / 72, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
FETCHES = re.compile(r"""@import|expression\s*\(|url\s*\(\s*(?!["']?#)|\\""", re.IGNORECASE)
"""In a style: what is fetched from elsewhere, or escapes being recognised."""

register_namespace("", SVG.strip("{}"))
register_namespace("xlink", XLINK.strip("{}"))


class VectorGraphicsError(ValueError):
    """An SVG file that cannot be shown, and why."""


def clean(content: bytes) -> tuple[int, int, bytes]:
    """Return width and height in pixels, and the picture without what is not SVG. Raises VectorGraphicsError."""
    try:
        root = fromstring(content)
    except DefusedXmlException:
        raise VectorGraphicsError("This SVG declares entities: save it without them.") from None
    except (ParseError, ValueError, LookupError):
        raise VectorGraphicsError("This is not readable as SVG.") from None
    if root.tag != f"{SVG}svg":
        raise VectorGraphicsError("This is not readable as SVG.")
    _clean(root)
    width, height = _size(root)
    return width, height, tostring(root, encoding="utf-8")


def _clean(root: Element) -> None:
    """Check every element and take out those of other namespaces, whatever they hold."""
    waiting, count = [(root, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        count += 1
        if count > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise VectorGraphicsError(
                f"An SVG has at most {MAX_ELEMENTS} elements, {MAX_DEPTH} within each other: save it as PNG."
            )
        _check(element)
        for child in list(element):
            if child.tag.startswith(SVG):
                waiting.append((child, depth + 1))
            elif child.tag.rpartition("}")[2].lower() == "script":
                raise VectorGraphicsError("This SVG holds “script”, which is not shown here: take it out.")
            else:
                element.remove(child)


def _check(element: Element) -> None:
    name = element.tag.removeprefix(SVG)
    if name == "metadata":
        element.clear()
        return
    if name not in ELEMENTS:
        raise VectorGraphicsError(f"This SVG holds “{name}”, which is not shown here: take it out.")
    for attribute, value in list(element.items()):
        local = attribute.rpartition("}")[2].lower()
        if local.startswith("on"):
            raise VectorGraphicsError(f"This SVG runs a script (“{local}”): take it out.")
        if (local == "href" and not value.strip().startswith("#")) or FETCHES.search(value):
            raise VectorGraphicsError(f"This SVG fetches something from elsewhere (“{local}”): take it out.")
        if attribute.startswith("{") and not attribute.startswith((XLINK, XML)):
            del element.attrib[attribute]
    if name == "style" and FETCHES.search("".join(element.itertext())):
        raise VectorGraphicsError("This SVG fetches something from elsewhere (“style”): take it out.")


def _size(root: Element) -> tuple[int, int]:
    """The size that the root says, else that of its view box."""
    sides = [LENGTH.fullmatch(root.get(side, "").strip()) for side in ("width", "height")]
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    if all(sides):
        width, height = (float(side[1]) * PIXELS[side[2]] for side in sides if side)
    elif len(box) == 4 and all(LENGTH.fullmatch(side) for side in box[2:]):
        width, height = float(box[2]), float(box[3])
    else:
        raise VectorGraphicsError("This SVG does not say how large it is: give it a viewBox.")
    if not (1 <= width <= 10_000 and 1 <= height <= 10_000):
        raise VectorGraphicsError("An SVG is 1 to 10000 pixels wide and high.")
    return round(width), round(height)

"""HTML in the elements of an item, as the XML that it is. Pure."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

KEPT = ("data-part", "src", "alt", "width", "height", "href", "class", "dir", "start", "colspan", "rowspan")


def add_html(parent: Element, html: str) -> None:
    """Append HTML to an element."""
    for node in BeautifulSoup(html, "html.parser").contents:
        _append(parent, node)


def _append(parent: Element, node: object) -> None:
    if isinstance(node, Tag):
        kept = {key: " ".join(v) if isinstance(v, list) else str(v) for key, v in node.attrs.items()}
        tag = "div" if node.name == "aside" else node.name
        element = SubElement(parent, tag, {name: value for name, value in kept.items() if name in KEPT})
        for child in node.contents:
            _append(element, child)
    elif type(node) is NavigableString:
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + str(node)
        else:
            parent.text = (parent.text or "") + str(node)

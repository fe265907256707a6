"""Writes packages of QTI 2.1 and 3.0: a manifest, a file for each item, and the pictures that they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from questions.interchange.archives import stream
from questions.interchange.diagrams import draw_diagrams
from questions.interchange.leaving import Fetch, Leaving, Note, freeze
from questions.interchange.qti.metadata import DIFFICULTIES
from questions.interchange.qti.questions import write_item
from questions.interchange.qti.spelling import Version, spell
from questions.text.appearance import pictures_in

NAMESPACE = "http://www.imsglobal.org/xsd/imscp_v1p1"
RESOURCES = "<resources />"
LOM = "http://ltsc.ieee.org/xsd/LOM"


def write_package(items: Iterable[Leaving], fetch: Fetch, note: Note, version: Version) -> Iterator[bytes]:
    """A package that `read_files` reads, and other programs do."""
    return stream(_files(items, fetch, note, version))


def _files(items: Iterable[Leaving], fetch: Fetch, note: Note, version: Version) -> Iterator[tuple[str, bytes]]:
    """The files of a package by their paths; last the manifest, which names all others."""
    resources: list[str] = []
    for slug, plain in ((item.slug, draw_diagrams(each)) for item in items for each in freeze(item)):
        for text in plain.said:
            note(slug, text)
        written = write_item(plain, version) if plain.kind else None
        if written is None:
            if plain.kind:
                note(slug, "It is left out: QTI has no question of its kind.")
            continue
        element, lost = written
        pictures: list[str] = []
        for address in sorted({address for text in _texts(plain.body) for address in pictures_in(text)}):
            if content := plain.find_picture(address, fetch):
                pictures.append(f"items/media/{address}")
                yield pictures[-1], content
            else:
                note(slug, f"The picture {address}: it is missing.")
        for text in lost:
            note(slug, text)
        yield f"items/{plain.slug}.xml", _bytes(spell(element, version))
        resources.append(tostring(_resource(plain, pictures, version), "unicode"))
    manifest = tostring(_manifest(version), "unicode").replace(
        RESOURCES, f"<resources>{''.join(resources)}</resources>"
    )
    yield "imsmanifest.xml", f"<?xml version='1.0' encoding='utf-8'?>\n{manifest}".encode()


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _manifest(version: Version) -> Element:
    """The manifest, whose resources are put in their place as texts: as elements they would take much memory."""
    manifest = Element("manifest", {"xmlns": NAMESPACE, "identifier": "items"})
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = version.schema
    SubElement(metadata, "schemaversion").text = version.schema_version
    SubElement(manifest, "organizations")
    SubElement(manifest, "resources")
    return manifest


def _resource(item: Leaving, pictures: list[str], version: Version) -> Element:
    href = f"items/{item.slug}.xml"
    resource = Element("resource", {"identifier": f"r-{item.slug}", "type": version.resource, "href": href})
    lom = SubElement(SubElement(resource, "metadata"), "lom", {"xmlns": LOM})
    general = SubElement(lom, "general")
    for concept in item.concepts:
        SubElement(SubElement(general, "keyword"), "string", {"language": "en"}).text = concept
    educational = SubElement(lom, "educational")
    difficulty = SubElement(educational, "difficulty")
    SubElement(difficulty, "source").text = "LOMv1.0"
    SubElement(difficulty, "value").text = DIFFICULTIES[item.difficulty - 1]
    SubElement(SubElement(educational, "typicalLearningTime"), "duration").text = f"PT{item.seconds}S"
    for path in (href, *pictures):
        SubElement(resource, "file", {"href": path})
    return resource


def _bytes(root: Element) -> bytes:
    content: bytes = tostring(root, "utf-8", xml_declaration=True)
    return content

"""Writes packages of QTI 2.1 and 3.0: a manifest, a file for each item, and the pictures that they show."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from questions.interchange.leaving import Fetch, Leaving, Written, freeze
from questions.interchange.qti.metadata import DIFFICULTIES
from questions.interchange.qti.questions import write_item
from questions.interchange.qti.spelling import Version, spell
from questions.text.appearance import pictures_in

NAMESPACE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of all files: the same items make the same package."""


def write_package(items: Sequence[Leaving], fetch: Fetch, version: Version) -> Written:
    """A package that `read_files` reads, and other programs do."""
    files: dict[str, bytes] = {}
    resources: list[Element] = []
    remarks: list[tuple[str, str]] = []
    for slug, plain in [(item.slug, each) for item in items for each in freeze(item)]:
        remarks += [(slug, text) for text in plain.said]
        shown = sorted({address for text in _texts(plain.body) for address in pictures_in(text)})
        pictures = {address: content for address in shown if (content := fetch(address)) is not None}
        written = write_item(plain, version) if plain.kind else None
        if written is None:
            if plain.kind:
                remarks.append((slug, "It is left out: QTI has no question of its kind."))
            continue
        element, lost = written
        remarks += [(slug, text) for text in lost]
        files |= {f"items/media/{address}": content for address, content in pictures.items()}
        files[f"items/{plain.slug}.xml"] = _bytes(spell(element, version))
        resources.append(_resource(plain, [f"items/media/{address}" for address in pictures], version))
    files = {"imsmanifest.xml": _bytes(_manifest(resources, version)), **files}
    return Written(_zip(files), tuple(dict.fromkeys(remarks)))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _manifest(resources: list[Element], version: Version) -> Element:
    manifest = Element("manifest", {"xmlns": NAMESPACE, "identifier": "items"})
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = version.schema
    SubElement(metadata, "schemaversion").text = version.schema_version
    SubElement(manifest, "organizations")
    SubElement(manifest, "resources").extend(resources)
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


def _zip(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, EPOCH), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()

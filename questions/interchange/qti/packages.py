"""QTI files and packages of all versions: which items they hold, and the pictures beside them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from questions.interchange.qti.trees import TreeError, each, parse

MANIFEST = "imsmanifest.xml"
ROOTS = ("assessmentItem", "questestinterop", "item", "POOL")
XML = (".xml", ".qti", ".dat")


@dataclass(frozen=True)
class Source:
    """An XML file with items: its path in the package, and what the manifest says of it."""

    path: str
    root: Element
    about: Element | None = None


@dataclass(frozen=True)
class Failure:
    """A file of a package that cannot be read, and why."""

    path: str
    why: str


def read_sources(files: Mapping[str, bytes]) -> Iterator[Source | Failure]:
    """The files with items of a package, in the order of its manifest; those that it lacks, and those that are broken.

    Raises TreeError where the manifest is none.
    """
    resources = _resources(files)
    for path in [path for path in resources if path not in files and path.endswith(XML)]:
        yield Failure(path, "The package names this file, and does not have it.")
    paths = [path for path in dict.fromkeys([*resources, *sorted(files)]) if path in files and path.endswith(XML)]
    for path in [path for path in paths if not _is_double(path, files)]:
        if posixpath.basename(path) == MANIFEST:
            continue
        try:
            root = parse(files[path])
        except TreeError as error:
            yield Failure(path, str(error))
            continue
        if root.tag in ROOTS:
            yield Source(path, root, resources.get(path))


def _resources(files: Mapping[str, bytes]) -> dict[str, Element]:
    """The resources of the manifest by the paths of their files."""
    place = min((path for path in files if posixpath.basename(path) == MANIFEST), key=len, default=None)
    if place is None:
        return {}
    root = parse(files[place])
    resources = list(each(root, "resource"))
    if not resources:
        raise TreeError(f"{place} is no manifest of a package: it names no resources.")
    folder = posixpath.dirname(place)
    return {
        resolve(folder, reference): resource
        for resource in resources
        for reference in [resource.get("href"), *(file.get("href") for file in resource.findall("file"))]
        if reference
    }


def _is_double(path: str, files: Mapping[str, bytes]) -> bool:
    """Whether Canvas has the same quiz once more, with all of its questions, outside what Common Cartridge allows."""
    folder, name = posixpath.split(path)
    return name == "assessment_qti.xml" and f"non_cc_assessments/{folder}.xml.qti" in files


def resolve(folder: str, reference: str) -> str:
    """The path in the package of what a file in `folder` refers to; outside it nothing is found."""
    path = unquote(reference).replace("\\", "/").replace("$IMS-CC-FILEBASE$/", "").partition("?")[0]
    return posixpath.normpath(posixpath.join(folder, path)).removeprefix("/")

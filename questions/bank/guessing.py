"""Which format a file of questions has, by how its name ends and how its content begins."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath

LOOKED_AT = 65_536
"""Bytes at the beginning of a file by which it is told."""
BY_ENDING = {
    **dict.fromkeys((".yaml", ".yml"), "yaml"),
    ".gift": "gift",
    **dict.fromkeys((".apkg", ".colpkg"), "apkg"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".imscc", ".qti", ".dat"), "qti"),
}
BY_WORDS = (
    (re.compile(r"<quiz\b"), "moodle-xml"),
    (re.compile(r"imsqtiasi_v3|<qti-"), "qti3"),
    (re.compile(r"<(?:\w+:)?(?:questestinterop|assessmentItem|assessmentTest|manifest|item|section)\b"), "qti"),
    (re.compile(r"(?m)^ANSWER:"), "aiken"),
    (re.compile(r"(?m)^#(?:separator|html|notetype|deck|columns|tags):"), "csv"),
    (re.compile(r"(?m)^::|\$CATEGORY:|\{[^{}]{0,2000}[=~#TF]"), "gift"),
    (re.compile(r"[\t;]"), "csv"),
)
"""Words of formats that share their endings, the surest first."""


def guess_format(name: str, content: bytes) -> str | None:
    """Return the name of the format that a file seems to have, by its first bytes; of a ZIP by all of them."""
    if content.startswith(b"PK"):
        return _of_archive(content)
    ending = PurePath(name).suffix.lower()
    if ending in BY_ENDING:
        return BY_ENDING[ending]
    start = content[:LOOKED_AT].replace(b"\0", b"").decode("latin-1")  # of UTF-16 the Latin letters are left
    return next((form for words, form in BY_WORDS if words.search(start)), None)


def _of_archive(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "qti"  # whose reader says what is wrong
    if any(name.startswith("collection.anki2") for name in names):
        return "apkg"
    return "yaml" if any(name.endswith((".yaml", ".yml")) for name in names) else "qti"

"""The text in a file of others. Pure."""

from __future__ import annotations

import codecs

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode_text(content: bytes) -> tuple[str, str]:
    """The text of a file, and a remark where its encoding was guessed; "" where it was not.

    UTF-8 and UTF-16 are known by their marks, UTF-8 also without; what is neither is read as Windows-1252.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace"), ""
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        said = f"The file is not UTF-8 (line {line}): it was read as Windows-1252, look at accents."
        return content.decode("cp1252", "replace"), said

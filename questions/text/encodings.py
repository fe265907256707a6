"""The text in a file of others, whose encoding nobody says. Pure."""

from __future__ import annotations

import codecs

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LAST = "cp1252"


def list_encodings(content: bytes) -> tuple[str, ...]:
    """The encodings that a file may be in, in the order to try them: the one alone that its mark says.

    Without a mark UTF-8 or what Windows wrote before, and first UTF-16 where every other byte is 0, as in Latin text.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return (encoding,)
    start = content[:200]
    for encoding, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(start) > 1 and start[offset::2].count(0) > len(start) // 4:
            return encoding, "utf-8", LAST
    return "utf-8", LAST


def decode_text(content: bytes) -> tuple[str, str]:
    """The text of a file, and a remark where it was taken for Windows-1252; "" elsewhere.

    What its encoding cannot say is replaced by a sign that says so.
    """
    encodings = list_encodings(content)
    for encoding in encodings[:-1]:
        try:
            return content.decode(encoding), ""
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
    text = content.decode(encodings[-1], "replace")
    if encodings[-1] != LAST:
        return text, ""
    return text, f"The file is not UTF-8 (line {line}): it was read as Windows-1252, look at accents."

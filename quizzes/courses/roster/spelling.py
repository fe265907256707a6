"""How what stands in a file is spelled, so that it is the same in whatever way it was written. Pure."""

from __future__ import annotations

import unicodedata

RISKY = ("=", "+", "-", "@")
"""With these a spreadsheet begins a formula; files that are written for one have an apostrophe before them."""


def clean(text: str) -> str:
    """Return a cell as a person sees it: without signs that show nothing, or the apostrophe against formulas."""
    shown = "".join(
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", text)
        if sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
    )
    tidy = " ".join(shown.split())
    return tidy[1:].lstrip() if tidy.startswith("'") and tidy[1:].startswith(RISKY) else tidy

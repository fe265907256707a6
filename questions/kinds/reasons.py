"""What a graded answer says of each option."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def reasons_of(grade: Mapping[str, Any]) -> dict[str, str]:
    """Return what a shown grade says of each option in HTML: to the answer, else why it is right or wrong."""
    entries = [*grade.get("reasons", []), *grade["feedback"]]
    return {entry["target"]: entry["message_html"] for entry in entries}

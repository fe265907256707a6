"""Which processes fail, as the supervisor notes it in the data folder and the health check reads it."""

import json
import os
from pathlib import Path

FILE = "failing.json"


def write_failing(data: Path, names: list[str]) -> None:
    """Note which processes fail. Raises OSError."""
    draft = data / f"{FILE}.new"
    draft.write_text(json.dumps(names))
    os.replace(draft, data / FILE)  # whoever reads it finds the whole note, old or new


def read_failing(data: Path) -> list[str]:
    """Return the processes that fail; none where no supervisor notes it, as in production."""
    try:
        names = json.loads((data / FILE).read_text())
    except (OSError, ValueError):
        return []
    return [str(name) for name in names] if isinstance(names, list) else []

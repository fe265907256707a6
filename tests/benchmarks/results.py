"""Results as JSON: what each bench reported, by database, with its date; and the machine that measured."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import django
import numpy as np
from django.db import connection

from tests.benchmarks.table import Row

KEPT = Path(__file__).resolve().parent.parent.parent / "var" / "benchmarks.json"
WITHOUT_DATABASE = ("memory", "variants", "felt")
WITH_DATABASE = (
    "answers",
    "disk",
    "requests",
    "calls",
    "reviewing",
    "sittings",
    "planning",
    "rebuild",
    "regrading",
    "importing",
    "questions",
    "pages",
)
ON_POSTGRESQL = ("scale",)
FULL_ALONE = ("footprint",)
BENCHES = (*WITHOUT_DATABASE, *WITH_DATABASE, *ON_POSTGRESQL, *FULL_ALONE)
FULL = os.environ.get("BENCH") == "full"


@dataclass(frozen=True)
class Result:
    """One run of one bench."""

    bench: str
    database: str
    """With its version; empty for a bench that needs none."""
    measured_at: str
    took: int
    """Seconds."""
    full: bool
    machine: str
    load: float
    """The machine's load when the bench began: processes that ran or wanted to, averaged over a minute."""
    rows: tuple[Row, ...]

    @property
    def engine(self) -> str:
        """The name of the database, without its version."""
        return self.database.partition(" ")[0]

    def as_json(self) -> dict[str, Any]:
        """Return what the file holds: the fields, and what follows of each row."""
        rows = [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in self.rows]
        return {**asdict(self), "rows": rows}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Result:
        """Return the result that `as_json` gave."""
        derived = {"ratio", "met"}
        rows = tuple(
            Row(**{name: value for name, value in row.items() if name not in derived}) for row in values["rows"]
        )
        return cls(**{**values, "rows": rows})


def now() -> str:
    """The time to a minute, in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M")


def machine() -> str:
    """Return the processor, its cores and the versions of what the time is spent in; nothing that names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = f"Python {platform.python_version()}, Django {django.__version__}, NumPy {np.__version__}"
    return f"{_processor()}, {cores} cores, {versions}, fsrs-rs-python {version('fsrs-rs-python')}"


def database() -> str:
    """Return the database's name and version."""
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    return f"{name} {'.'.join(map(str, connection.get_database_version()))}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def read(path: Path = KEPT) -> list[Result]:
    """Return the results that a file holds; none if there is no file."""
    return [Result.from_json(each) for each in json.loads(path.read_text())] if path.exists() else []


def write(results: Iterable[Result], path: Path = KEPT) -> None:
    """Write results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([each.as_json() for each in results], indent=1, ensure_ascii=False) + "\n")


def keep(result: Result, path: Path = KEPT) -> None:
    """Put a result in the place of an earlier one of the same bench and database."""
    write(merge(read(path), [result]), path)


def merge(earlier: Iterable[Result], later: Iterable[Result]) -> list[Result]:
    """Return the later results, and the earlier ones of other benches and databases; by bench, those there are."""
    latest = {(each.bench, each.engine): each for each in (*earlier, *later)}
    return [latest[key] for key in sorted(latest) if key[0] in BENCHES]

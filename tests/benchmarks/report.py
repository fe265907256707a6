"""Writes docs/benchmarks.md and docs/benchmarks.json of what was measured last of each bench: `make bench-keep`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from tests.benchmarks import results
from tests.benchmarks.results import Result
from tests.benchmarks.table import HEAD

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
LONG = 30
"""Rows of a table that is folded."""
INTRODUCTION = """\
# Benchmarks

What has to be fast, beside a peer that does the same work, or the least that such work can be, in the same run. The
ratio is ours divided by the peer's: less is better. `make bench` measures all of this in some twenty minutes on two
cores, `BENCH=full make bench` at the largest sizes; `make bench-compare` measures what a change makes of it. This page
is made of [benchmarks.json](benchmarks.json) by `make bench-keep`.
"""


def main() -> None:
    """Write both files."""
    kept = DOCS / "benchmarks.json"
    measured = results.merge(results.read(kept), results.read())
    results.write(measured, kept)
    (DOCS / "benchmarks.md").write_text(page(measured))


def page(measured: Sequence[Result]) -> str:
    """Return the page: the machine, the goals, then each bench with what it reported."""
    parts = [INTRODUCTION, *(_machine(machine, each) for machine, each in _grouped(measured, lambda of: of.machine))]
    goals = [(result, row) for result in measured for row in result.rows if row.met is not None]
    if goals:
        missed = sum(not row.met for _, row in goals)
        parts.append(f"## Goals\n\n{len(goals) - missed} are met, {missed} are missed.\n")
        parts.append(_table(("", *HEAD[:-1]), [(_where(result), *row.cells()[:-1]) for result, row in goals]))
    for bench, each in _grouped(measured, lambda of: of.bench):
        parts.append(f"## {bench.capitalize()}\n")
        for result in each:
            parts += _result(result)
    return "\n".join(parts)


def _grouped(measured: Sequence[Result], key: object) -> Iterable[tuple[str, list[Result]]]:
    assert callable(key)
    return ((name, list(each)) for name, each in groupby(sorted(measured, key=key), key=key))


def _machine(machine: str, measured: Sequence[Result]) -> str:
    dates = sorted(result.measured_at for result in measured)
    days = " to ".join(sorted({dates[0][:10], dates[-1][:10]}))
    databases = sorted({result.database for result in measured} - {""})
    loads = [result.load for result in measured]
    text = (
        f"Measured {days}{' at the largest sizes' if all(result.full for result in measured) else ''} on {machine},"
        f" {', '.join(databases) or 'no database'}, in {sum(result.took for result in measured)} s. The machine's load"
        f" was {min(loads):g} to {max(loads):g} when a bench began."
    )
    return f"{textwrap.fill(text, 120, break_on_hyphens=False)}\n"


def _result(result: Result) -> list[str]:
    heading = f"**{result.database or 'No database'}**, {result.measured_at} UTC, {result.took} s, load {result.load:g}"
    table = _table(HEAD, [row.cells() for row in result.rows])
    if len(result.rows) > LONG:
        table = f"<details><summary>{len(result.rows)} rows</summary>\n\n{table}\n</details>\n"
    return [f"{heading}\n", table]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _where(result: Result) -> str:
    return ", ".join(part for part in (result.bench, result.engine) if part)


if __name__ == "__main__":
    main()

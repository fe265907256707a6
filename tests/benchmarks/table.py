"""Timing, and a table of ratios."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One comparison: seconds for one unit of work, ours and a peer's (None where there is none)."""

    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    note: str = ""


def seconds(work: Callable[[], object], units: int = 1, repeat: int = 5) -> float:
    """The best of some runs, for one unit."""
    best = float("inf")
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best / units


def show(rows: list[Row]) -> None:
    """Print the table."""
    head = ("what", "ours", "peer", "peer's", "ratio", "")
    lines = [
        (
            row.what,
            _duration(row.ours),
            row.peer,
            "" if row.theirs is None else _duration(row.theirs),
            "" if row.theirs is None else f"{row.theirs / row.ours:,.1f}x",
            row.note,
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in [head, *lines]) for column in range(len(head))]
    for line in [head, tuple("-" * width for width in widths), *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _duration(each: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if each * scale >= 1:
            return f"{each * scale:.3g} {unit}"
    return f"{each * 1e9:.3g} ns"

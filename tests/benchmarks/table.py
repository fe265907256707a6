"""What a bench reports: rows, each beside a peer of the same run where there is one, and its goal; and the timing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass

HEAD = ("what", "ours", "peer", "peer's", "ratio", "goal", "")


@dataclass(frozen=True)
class Row:
    """One measurement of one unit of work, ours and a peer's (None where there is none), in seconds or `unit`."""

    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    note: str = ""
    _: KW_ONLY
    unit: str = "s"
    at_most: float | None = None
    """The goal, in the unit."""
    at_most_times: float | None = None
    """The goal, as so many times the peer's."""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's: less is better."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the goals are met; None without one."""
        judged = [
            value <= most
            for value, most in ((self.ours, self.at_most), (self.ratio, self.at_most_times))
            if value is not None and most is not None
        ]
        return all(judged) if judged else None

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts, in the order of `HEAD`."""
        theirs = "" if self.theirs is None else quantity(self.theirs, self.unit)
        ratio = "" if self.ratio is None else f"{self.ratio:.2g}" if self.ratio < 10 else f"{self.ratio:,.0f}"
        return self.what, quantity(self.ours, self.unit), self.peer, theirs, ratio, self._goal(), self.note

    def _goal(self) -> str:
        goals = [] if self.at_most is None else [quantity(self.at_most, self.unit)]
        goals += [] if self.at_most_times is None else [f"{self.at_most_times:g} times the peer's"]
        return f"{'met' if self.met else 'MISSED'}: at most {' and '.join(goals)}" if goals else ""


def seconds(work: Callable[[], object], units: int = 1, repeat: int = 5) -> float:
    """The best of some runs, for one unit."""
    best = float("inf")
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best / units


def in_turn(*works: tuple[Callable[[], object], int], repeat: int = 5) -> list[float]:
    """The best of some runs of each work, for one of its units, on this thread's processor.

    They take turns, so that what else the machine does strikes all alike.
    """
    best = [float("inf")] * len(works)
    for _ in range(repeat):
        for at, (work, units) in enumerate(works):
            begun = time.thread_time()
            work()
            best[at] = min(best[at], (time.thread_time() - begun) / units)
    return best


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    for line in [HEAD, tuple("-" * width for width in widths), *lines[1:]]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def quantity(value: float, unit: str = "s") -> str:
    """Return a value with its unit, of seconds in the part that reads best."""
    if unit != "s":
        return f"{value:,.3g} {unit}" if abs(value) < 1000 else f"{value:,.0f} {unit}"
    for part, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {part}" if value < 1000 else f"{value:,.0f} s"
    return f"{value * 1e9:.3g} ns"

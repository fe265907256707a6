"""The same benches on an earlier commit and on the working tree, in turn: `make bench-compare`.

REV names the commit; without it, it is the last one, or the one before where nothing has changed since. Names of
benches as arguments choose among them. What takes `TOLERANCE` times as long as before, by the median of the runs and by
the best of them, is slower, and ends in 1.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import results
from tests.benchmarks.table import quantity

ROOT = Path(__file__).resolve().parent.parent.parent
BENCHES = ("memory", "variants", "requests")
RUNS = 3
TOLERANCE = 1.3

Times = Mapping[str, Sequence[float]]
"""What each row measured, in every run, by its name."""


@dataclass(frozen=True)
class Change:
    """What became of a row: the medians of its runs, and how many times as long the best of them takes now."""

    before: float
    after: float
    best: float

    @property
    def ratio(self) -> float:
        """How many times as long it takes now, by the medians."""
        return self.after / self.before

    @property
    def slower(self) -> bool:
        """Whether it takes longer than chance explains."""
        return min(self.ratio, self.best) > TOLERANCE


def main() -> int:
    """Measure both, print how they differ; 1 if anything is slower."""
    revision, names = os.environ.get("REV") or _last_commit(), sys.argv[1:] or BENCHES
    before: dict[str, list[float]] = defaultdict(list)
    after: dict[str, list[float]] = defaultdict(list)
    with _tree(revision) as tree:
        sides = [(tree, before), (ROOT, after)]
        for number in range(RUNS):
            for folder, times in sides if number % 2 == 0 else reversed(sides):
                for what, each in _measure(folder, names).items():
                    times[what].append(each)
    changes = compare(before, after)
    show(changes, revision)
    return int(any(change.slower for change in changes.values()))


def compare(before: Times, after: Times) -> dict[str, Change]:
    """Return the change of each row that both have."""
    return {
        what: Change(statistics.median(runs), statistics.median(after[what]), min(after[what]) / min(runs))
        for what, runs in before.items()
        if what in after
    }


def show(changes: Mapping[str, Change], revision: str) -> None:
    """Print the table, and what is slower."""
    width = max(map(len, changes), default=0)
    print(f"Medians of {RUNS} runs in turn: {revision}, the working tree, and their ratio.\n")
    for what, change in changes.items():
        medians = f"{quantity(change.before):>10}  {quantity(change.after):>10}"
        print(f"{what:{width}}  {medians}  {change.ratio:5.2f}{'  SLOWER' if change.slower else ''}")
    slower = sum(change.slower for change in changes.values())
    print(f"\n{slower} of {len(changes)} slower, by more than {TOLERANCE:g} times.")


def _last_commit() -> str:
    return "HEAD" if _git("status", "--porcelain") else "HEAD~1"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


@contextmanager
def _tree(revision: str) -> Iterator[Path]:
    """Check a commit out, with the working tree's benches; yields its folder."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        _git("worktree", "add", "--detach", str(tree), revision)
        try:
            shutil.rmtree(tree / "tests")
            shutil.copytree(ROOT / "tests", tree / "tests", ignore=shutil.ignore_patterns("__pycache__"))
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _measure(folder: Path, names: Sequence[str]) -> dict[str, float]:
    """Run benches in a process of their own; the seconds that each row measured."""
    with tempfile.TemporaryDirectory() as data:
        into = Path(data) / "benchmarks.json"
        command = [sys.executable, "-m", "tests.benchmarks", "--into", str(into), *names]
        env = {**os.environ, "DATA_DIR": data, "LOG_LEVEL": "ERROR"}
        subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
        measured = [(result.bench, row) for result in results.read(into) for row in result.rows]
        return {f"{bench}: {row.what}": row.ours for bench, row in measured if row.unit == "s"}


if __name__ == "__main__":
    sys.exit(main())

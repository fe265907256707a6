"""`make soak`: the history checker for as long as one likes. SOAK=seconds, SEED=…, DATABASE=… (else both), BUGS=no."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import get_args

from tests import servers
from tests.history.catching import BUGS_OF, catch
from tests.history.planted.bugs import BUGS
from tests.history.records import show_piece
from tests.history.run import STUDENTS, Run, carry_out
from tests.history.stand import Database, Stand, standing

MOST_SHOWN = 5


def main() -> int:
    """Run on each database, or on the one that DATABASE names; 1 where anything was found, or a bug was not."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all is stopped and unmounted
    seconds, seed = float(os.environ.get("SOAK") or 1200), int(os.environ.get("SEED") or 1)
    only = os.environ.get("DATABASE")
    failed = False
    for database in get_args(Database):
        if only in (None, "", database):
            try:
                failed |= soak(database, seconds, seed, plants=os.environ.get("BUGS") != "no")
            except servers.Missing as missing:
                print(f"SKIPPED, {missing}", file=sys.stderr)
    return int(failed)


def soak(database: Database, seconds: float, seed: int, *, plants: bool) -> bool:
    """Run on one database, after the bugs were planted there; whether anything was found, or a bug was not."""
    with standing(database, [*STUDENTS, *(BUGS_OF if plants else ())]) as stand:
        caught = [is_caught(stand, bug, seed) for bug in BUGS] if plants else []
        return report(carry_out(stand, seed, seconds)) or not all(caught)


def is_caught(stand: Stand, bug: str, seed: int) -> bool:
    """Whether the checks name a planted bug; says which do."""
    found = catch(stand, bug, seed)
    names = sorted({violation.check for violation in found})
    print(f"{stand.database}, planted: {bug}: {', '.join(names) or 'NOT FOUND'}")
    return bool(set(names) & set(BUGS[bug]))


def report(run: Run) -> bool:
    """Print what was found, and keep the history where that is anything; whether it is."""
    for trouble in run.broken:
        print(trouble)
    for violation in run.violations[:MOST_SHOWN]:
        print(show_piece(run.history, violation))
    print(run.summary())
    if run.violations or run.broken:
        file = Path(tempfile.gettempdir()) / f"history-{run.database}-{run.seed}.jsonl"
        run.history.write(file)
        print(f"The whole history is in {file}; SEED={run.seed} draws it again.")
    return bool(run.violations or run.broken)


if __name__ == "__main__":
    sys.exit(main())

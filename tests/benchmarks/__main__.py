"""`make bench`: everything that has to be fast, beside a peer in the same run where there is one.

Names of benches as arguments choose among them. Results are printed, and kept in a file as JSON.
"""

import argparse
import os
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "examprep.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
django.setup()

from django.db import connection  # noqa: E402 - needs a set-up Django

from examprep import work_limits  # noqa: E402
from tests.benchmarks import results  # noqa: E402
from tests.benchmarks.table import show  # noqa: E402


def main() -> int:
    """Run benches, and go on with the next where one fails; 1 if any did."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    of_database = {"sqlite": results.WITHOUT_DATABASE, "postgresql": results.ON_POSTGRESQL}[connection.vendor]
    every = (*of_database, *results.WITH_DATABASE, *(results.FULL_ALONE if results.FULL else ()))
    parser.add_argument("names", nargs="*", default=every, metavar="name", help=", ".join(every))
    parser.add_argument("--into", type=Path, default=results.KEPT, help="the file of the results")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(results.BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    work_limits.RIM = float("inf")  # benches take all the time that they need
    failed = []
    for name in asked.names:
        try:
            result = run(name)
        except Exception:
            traceback.print_exc()
            failed.append(name)
            continue
        results.keep(result, asked.into)
        print(f"\n{name}{f', {result.database}' if result.database else ''}, {result.took} s")
        show(result.rows)
        sys.stdout.flush()
    if failed:
        print(f"\nFailed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def run(name: str) -> results.Result:
    """Run one bench."""
    load, measured_at, begun = os.getloadavg()[0], results.now(), time.monotonic()
    rows = import_module(f"tests.benchmarks.{name}").rows()
    return results.Result(
        bench=name,
        database="" if name in results.WITHOUT_DATABASE else results.database(),
        measured_at=measured_at,
        took=round(time.monotonic() - begun),
        full=results.FULL,
        machine=results.machine(),
        load=round(load, 1),
        rows=tuple(rows),
    )


if __name__ == "__main__":
    sys.exit(main())

"""What processes count together is neither lost with one of them nor kept in ever more files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from prometheus_client.multiprocess import MultiProcessCollector

COUNT = """
import os, signal, sys
from pathlib import Path
from examprep.watching import shared_counters
shared_counters.keep_in(Path(sys.argv[1]))
from prometheus_client import Counter
counter = Counter("answers", "Some.", ["who"])
counter.labels("parent").inc()
for _ in range(3):  # waves of workers that are replaced
    ends = []
    for _ in range(2):
        ready, done = os.pipe()
        if not (child := os.fork()):
            counter.labels("child").inc(5)
            os.write(done, b".")
            signal.pause()
        ends.append((child, ready))
    for child, ready in ends:  # all have counted, side by side
        os.read(ready, 1)
    for child, ready in ends:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
counter.labels("parent").inc()
"""


def count(folder: Path) -> dict[str, float]:
    subprocess.run([sys.executable, "-c", COUNT, folder], check=True, timeout=60)
    (metric,) = MultiProcessCollector(None, path=str(folder)).collect()  # type: ignore[no-untyped-call]
    return {sample.labels["who"]: sample.value for sample in metric.samples}


def test_killed_workers_leave_what_they_counted_and_their_place(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    assert count(folder) == {"parent": 2, "child": 3 * 2 * 5}
    assert sorted(path.name for path in folder.glob("*.db")) == ["counter_0.db", "counter_1.db", "counter_2.db"]

    assert count(folder) == {"parent": 4, "child": 60}, "a service that starts again goes on"
    assert len(list(folder.glob("*.db"))) == 3

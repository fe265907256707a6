"""Counters that several processes keep together: a file for each of those at work, all in one folder.

A file is whose who holds its lock. The lock of a process that ends is free, and the next one counts on in its file: so
there are never more files than processes at a time, and what a worker counted outlives it.
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path

from prometheus_client import values


class _Seat:
    """The number of this process among those that count in a folder; a process that was forked takes one of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = 0
        self._lock = -1
        self._number = 0

    def number(self) -> int:
        if self._process != os.getpid():
            self._take()
        return self._number

    def _take(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)  # it is the parent's, which goes on holding it
        for number in count():
            lock = os.open(self._folder / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            self._process, self._lock, self._number = os.getpid(), lock, number
            return


def keep_in(folder: Path) -> None:
    """Have what is counted from now on kept in this folder; to be called before any counter is made. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(_Seat(folder).number)  # type: ignore[no-untyped-call]

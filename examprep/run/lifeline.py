"""Processes that never outlive the one that started them, however it ends."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

# Waits for the end of its standard input, then kills its whole process group, itself included.
WATCH = 'trap "" HUP INT TERM; while read -r _; do :; done; kill -KILL 0'


class Lifeline:
    """A process group that dies with its owner.

    A watcher leads the group and holds the reading end of a pipe whose writing end only the owner keeps open. Once the
    owner is gone, be it by SIGKILL, the pipe ends and the watcher kills the group: children, and their children. No
    child can be missed: until its exec, by when it has joined the group, it holds the pipe open too.

    Unlike PR_SET_PDEATHSIG this covers grandchildren without their help, and works on every POSIX system.
    """

    def __init__(self, keep: Sequence[int] = ()) -> None:
        """Start the watcher; the file descriptors in `keep` stay open until the group is dead."""
        self.watcher = subprocess.Popen(
            ["/bin/sh", "-c", WATCH],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
            pass_fds=keep,
        )
        self._cut = False

    def start(
        self,
        command: Sequence[str | Path],
        *,
        output: IO[bytes],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        user: int | None = None,
        group: int | None = None,
        extra_groups: Sequence[int] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a process in the group, with nothing to read, and `output` for all that it writes."""
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=env,
            pass_fds=pass_fds,
            user=user,
            group=group,
            extra_groups=extra_groups,
            process_group=self.watcher.pid,
        )

    def cut(self) -> None:
        """Kill all that is left of the group. May be called again."""
        if not self._cut:
            self._cut = True
            with suppress(ProcessLookupError, PermissionError):  # macOS: nobody there but zombies
                os.killpg(self.watcher.pid, signal.SIGKILL)
            self.watcher.wait()
            if self.watcher.stdin:
                self.watcher.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.cut()

"""`make run`: starts web, Celery worker, beat and a private Redis, watches over them, and takes them all with it.

Nothing is imported here but the standard library, so that a complaint or a first sign of life comes at once.
"""

import fcntl
import http.client
import importlib.metadata
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from examprep.lifeline import Lifeline

ROOT = Path(__file__).resolve().parent.parent
SOCKET_PATH_LIMIT = 100  # bytes; systems allow 104 to 108
LOG_LIMIT = 5_000_000  # bytes, at a start; a longer log becomes <name>.log.1
FIRST_ANSWER_WITHIN = 300  # seconds; a first start loads the courses
STOP_WITHIN = 10  # seconds for a graceful end
RESTARTS = 5  # of one process, before it has stayed up for HEALTHY_AFTER seconds
HEALTHY_AFTER = 60
REFUSED = 78  # EX_CONFIG: a child has said why it cannot start; starting it again would not help
MEMORY = "memory://"


class Complaint(Exception):  # noqa: N818
    """Why the service cannot run, in one line."""


class Stop(BaseException):
    """Somebody asked the service to stop."""


def main() -> int:
    """Run until told to stop. 0 after a wished-for end, 1 with one line on stderr otherwise."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with ExitStack() as stack:
            # First in, last out: whatever happens below, no further signal interrupts the cleaning up.
            stack.callback(_ignore_signals)
            serve(stack)
    except Stop:
        say("Stopped.")
        return 0
    except Complaint as complaint:
        return _complain(complaint)


def serve(stack: ExitStack) -> NoReturn:
    """Start everything in order, then keep it running."""
    parent = os.getppid() if "--until-parent-exits" in sys.argv else None
    data = data_folder(os.environ.get("DATA_DIR") or "var")
    lock = stack.enter_context(exclusive(data))
    listener = stack.enter_context(listen(os.environ.get("HOST") or "127.0.0.1", port()))
    crew = Crew(stack.enter_context(Lifeline(keep=[lock])), data / "log")
    stack.callback(crew.dismiss)

    broker, name = find_broker(crew, data, stack)
    env = os.environ | {"DATA_DIR": str(data), "EXAMPREP_BROKER": broker, "PYTHONUNBUFFERED": "1"}

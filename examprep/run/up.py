"""`make run`: starts web, Celery worker, beat and a private Redis, watches over them, and takes them all with it.

It does not import Django, so that a complaint, or the first sign of life, comes at once.
"""

import fcntl
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from examprep.run.console import CannotRunError, announce
from examprep.run.lifeline import Lifeline
from examprep.run.listening import address, browser_url, listen, read_port
from examprep.run.private_redis import MEMORY, find_broker
from examprep.run.supervisor import StopRequested, Supervisor

DEMO = "student / student · instructor / instructor · admin / admin"
FIRST_ANSWER_WITHIN = 600.0  # seconds: a first start loads the courses
GLANCE = 0.2  # seconds between two looks at the processes


def main() -> int:
    """Run until told to stop. Returns 0 after that, and 1 with one line on stderr in every other case."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with ExitStack() as stack:
            run_service(stack)
    except StopRequested:
        announce("examprep has stopped.")
        return 0
    except (CannotRunError, OSError) as error:
        print(f"examprep: {error}", file=sys.stderr)
    return 1


def run_service(stack: ExitStack) -> NoReturn:
    """Start everything in order, then keep it running. `stack` undoes it all, the last first."""
    began = time.monotonic()
    starter = os.getppid() if "--until-parent-exits" in sys.argv else None
    data = make_data_folder(os.environ.get("DATA_DIR") or "var")
    lock = stack.enter_context(lock_data_folder(data))
    listener = stack.enter_context(listen(os.environ.get("HOST") or "127.0.0.1", read_port()))
    lifeline = stack.enter_context(Lifeline(keep=[lock]))
    supervisor = Supervisor(lifeline, data, starter)
    stack.callback(supervisor.stop_all)

    broker = find_broker(supervisor, data, stack)
    supervisor.env = {**os.environ, "DATA_DIR": str(data), "EXAMPREP_BROKER": broker}
    announce("Getting ready (a first start loads the course) …")
    supervisor.start("web", [sys.executable, "-m", "examprep.run.serve", str(listener.fileno())], listener.fileno())
    wait_for_answer(listener, supervisor)
    if broker != MEMORY:
        worker = [sys.executable, "-m", "celery", "--app", "examprep", "--quiet", "worker"]
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        supervisor.start("worker", [*worker, "-l", "INFO", "--pool", "prefork", "--concurrency", "1", *alone])
        supervisor.start("beat", [sys.executable, "-m", "examprep.run.beat", data / "celerybeat-schedule"])

    announce(f"examprep is ready after {time.monotonic() - began:.1f} s: {browser_url(listener)}")
    if not (os.environ.get("DATABASE_URL") or os.environ.get("EXAMPREP_PRODUCTION")):
        announce(f"Accounts to try it with (name / password): {DEMO}")
    announce(f"Data is in {data}, logs are in {supervisor.logs}. Ctrl-C stops everything.")
    while True:
        supervisor.watch()
        time.sleep(GLANCE)


def wait_for_answer(listener: socket.socket, supervisor: Supervisor) -> None:
    """Wait until the web process answers. Raises CannotRunError when it ends or stays silent."""
    host, number = address(listener)
    deadline = time.monotonic() + FIRST_ANSWER_WITHIN
    with socket.create_connection((host, number)) as client:  # waits in the listener's queue
        client.sendall(f"GET /health/live HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        while not select.select([client], [], [], GLANCE)[0]:
            supervisor.watch(patient=False)
            if time.monotonic() > deadline:
                raise CannotRunError(f"no answer within {FIRST_ANSWER_WITHIN:g} s (see {supervisor.logs})")
        # Any answer will do: which hosts the service answers to is a setting, and may exclude this one.
        if not client.recv(16).startswith(b"HTTP/"):
            raise CannotRunError(f"the web process answers, but not in HTTP (see {supervisor.logs})")


# The data folder


def make_data_folder(name: str) -> Path:
    """Make the data folder where it is missing, and prove that it is writable. Raises CannotRunError."""
    path = Path(name).expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
        (path / "log").mkdir(exist_ok=True)
    except OSError as error:
        raise CannotRunError(
            f"the data folder {path} cannot be written: {error.strerror} (DATA_DIR sets another)"
        ) from None
    return path.resolve()


@contextmanager
def lock_data_folder(data: Path) -> Iterator[int]:
    """Hold the data folder's lock; yields its descriptor. Raises CannotRunError where another service holds it."""
    with (data / "lock").open("a+") as file:
        deadline = time.monotonic() + 2  # the processes of a killed service are gone within moments
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    file.seek(0)
                    raise CannotRunError(
                        f"process {file.read().strip()} already serves the data folder {data}"
                    ) from None
                time.sleep(0.05)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield file.fileno()


def _stop(number: int, frame: object) -> NoReturn:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # once is enough: the cleaning up is bounded and must not be interrupted
    raise StopRequested


if __name__ == "__main__":
    sys.exit(main())

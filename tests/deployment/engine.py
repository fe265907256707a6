"""A container engine that starts processes: as much of `docker` as `deploy/hand-over.sh` asks for.

The script is run as it stands, with a `docker` in its PATH that hands each call on to this process.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers
from tests.deployment.containers import COMPOSE, ROOT, Containers
from tests.deployment.proxy import Proxy

DOCKER = """#!{python} -S
import json, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({socket!r})
link.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
status, said = json.loads(link.makefile().readline())
print(said, end="")
sys.exit(status)
"""


@dataclass
class Container:
    """A web container: a process at an address."""

    address: str
    process: subprocess.Popen[bytes]


@dataclass
class Engine:
    """The containers of the web, and what new ones are given by the version that was built last.

    That is its settings, more of an environment, and a command where it has one of its own, which gets its port.
    """

    services: Containers
    folder: Path
    proxy: Proxy | None = None
    version: dict[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()
    settings: str = "examprep.settings"
    web: dict[str, Container] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def start_web(self) -> Container:
        """Start one more web container, of the version that was built last."""
        address, name = f"127.0.0.1:{servers.free_port()}", f"{len(self.calls):04}{len(self.web)}cafe"
        own = {"name": name, "address": address, "DJANGO_SETTINGS_MODULE": self.settings, **self.version}
        more = [address.rpartition(":")[2]] if self.command else ["--workers", "1"]
        self.web[name] = Container(address, self.services.start("web", *more, command=self.command, **own))
        return self.web[name]

    def hand_over(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        env = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", **environment}
        return subprocess.run(
            [ROOT / "deploy/hand-over.sh"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False
        )

    def answer(self, call: Sequence[str]) -> tuple[int, str]:
        """Do what a call of `docker` asks for; its exit status, and what it prints."""
        self.calls.append(" ".join(call))
        match list(call):
            case ["compose", "ps", "--quiet", *_, "web"]:
                return 0, "".join(f"{name}\n" for name in self.web)
            case ["compose", "run", "--rm", "-T", "migrate"]:
                return self._migrate()
            case ["compose", "up", "--detach", "--no-deps", "--no-recreate", "--scale", number, "web"]:
                for _ in range(int(number.removeprefix("web=")) - len(self.web)):
                    self.start_web()
                return 0, ""
            case ["compose", "up", "--detach", "--no-deps", "worker", "worker-long", "beat"]:
                return 0, ""
            case ["compose", "exec", "-T", "proxy", "sh", "/srv/proxy.sh", "move", *addresses]:
                return self._move(addresses)
            case ["inspect", "--format", what, name]:
                return 0, self._inspect(what, self.web[name])
            case ["stop", *names]:
                return self._end(names, signal.SIGTERM)
            case ["rm", "--force", *names]:
                self._end(names, signal.SIGKILL)
                return self._forget(names)
            case ["rm", *names]:
                return self._forget(names)
        return 125, f"this engine does not know: docker {' '.join(call)}\n"

    def _migrate(self) -> tuple[int, str]:
        if self.settings == type(self).settings:
            return 0, ""  # a version without migrations
        migrate = COMPOSE["services"]["migrate"]
        (command,) = [part for part in migrate["command"][-1].split(" && ") if " migrate " in part]
        own = {"PGOPTIONS": migrate["environment"]["PGOPTIONS"], "DJANGO_SETTINGS_MODULE": self.settings}
        done = self.services.operate(*self.services.here(command.split()), **own)
        return done.returncode, done.stdout + done.stderr

    def _move(self, addresses: Sequence[str]) -> tuple[int, str]:
        assert self.proxy is not None
        # Docker's own name of all web containers is not known to this machine.
        there = addresses or [container.address for container in self.web.values()]
        done = self.proxy.run(*self.proxy.command("move", *there))
        return done.returncode, done.stdout + done.stderr

    def _inspect(self, what: str, container: Container) -> str:
        if "Health" not in what:
            return container.address
        if container.process.poll() is not None:
            return "exited unhealthy"
        return f"running {'healthy' if self.services.healthy(container.address) else 'starting'}"

    def _end(self, names: Sequence[str], number: signal.Signals) -> tuple[int, str]:
        for name in names:
            self.web[name].process.send_signal(number)
        for name in names:
            with suppress(subprocess.TimeoutExpired):  # it has answered; on a busy machine its memory takes as long
                self.web[name].process.wait(int(COMPOSE["services"]["web"]["stop_grace_period"][:-1]))
            self.web[name].process.kill()
        return 0, ""

    def _forget(self, names: Sequence[str]) -> tuple[int, str]:
        for name in names:
            del self.web[name]
        return 0, ""


@contextmanager
def running(services: Containers, folder: Path) -> Iterator[Engine]:
    """An engine that listens to its `docker`."""
    engine = Engine(services, folder)
    socket = folder / "engine"

    class Call(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            answer = engine.answer(json.loads(self.rfile.readline()))
            self.wfile.write(json.dumps(answer).encode())

    (folder / "bin").mkdir()
    docker = folder / "bin/docker"
    docker.write_text(DOCKER.format(python=sys.executable, socket=str(socket)))
    docker.chmod(0o755)
    with socketserver.UnixStreamServer(str(socket), Call) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield engine
        server.shutdown()

"""The proxy of compose as a process: its own configuration and script, with ports and folders of this machine."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from examprep.run.lifeline import Lifeline
from tests import servers
from tests.deployment.containers import ROOT


class Proxy:
    """nginx that is about to serve; `https` and `http` are where, and `trust` knows its certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.http, self.https = servers.free_port(), servers.free_port()
        there = {
            "/tmp/": f"{folder}/",
            "/certificates/": f"{folder}/certificates/",
            "/var/cache/nginx/": f"{folder}/cache/",
            "/dev/stdout": str(folder / "unheard"),
            "listen 8080": f"listen 127.0.0.1:{self.http}",
            "listen 8443": f"listen 127.0.0.1:{self.https}",
        }
        self.configuration = folder / "nginx-here.conf"
        self.configuration.write_text(_replaced((ROOT / "deploy/nginx.conf").read_text(), there))
        script = (ROOT / "deploy/proxy.sh").read_text()
        (folder / "proxy.sh").write_text(_replaced(script, {name: there[name] for name in ("/tmp/", "/certificates/")}))
        (folder / "cache").mkdir()
        self.owner = servers.unprivileged()
        if self.owner:
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, self.owner["user"], self.owner["group"])
        self.environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin", "NGINX_CONF": str(self.configuration)}

    def command(self, *arguments: str) -> list[str]:
        """Return the command that the container runs, or that is run in it."""
        return ["sh", str(self.folder / "proxy.sh"), *arguments]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the container's user would, to its end."""
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, **self.owner
        )

    def move(self, *addresses: str) -> None:
        """Have new requests go there, and wait for the old."""
        done = self.run(*self.command("move", *addresses))
        assert done.returncode == 0, done.stderr

    @property
    def trust(self) -> ssl.SSLContext:
        """Whoever trusts the certificate that the proxy made, which names this machine and not the service."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        context.check_hostname = False
        return context


def _replaced(text: str, there: Mapping[str, str]) -> str:
    for old, new in there.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def serving(addresses: Sequence[str]) -> Iterator[Proxy]:
    """A proxy that sends requests to these addresses. Raises servers.Missing."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        raise servers.Missing("no nginx on this machine")
    with tempfile.TemporaryDirectory(prefix="examprep-proxy-") as name, Lifeline() as lifeline:
        proxy = Proxy(Path(name))
        with (proxy.folder / "log").open("wb") as log:
            environment, owner = proxy.environment, proxy.owner
            process = lifeline.start(proxy.command("start"), output=log, cwd=proxy.folder, env=environment, **owner)
        deadline = time.monotonic() + servers.PATIENCE
        while not (proxy.folder / "nginx.pid").exists():
            assert process.poll() is None, (proxy.folder / "log").read_text()
            assert time.monotonic() < deadline, (proxy.folder / "log").read_text()
            time.sleep(0.05)
        proxy.move(*addresses)
        yield proxy

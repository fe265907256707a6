"""The processes that share a run of the tests: what each does is reported, and what ends before its time too."""

import subprocess
import sys
from pathlib import Path

TESTS = """
import os, time, warnings
from pathlib import Path
import pytest

together = Path(__file__).parent

@pytest.fixture(scope="session")
def mine(shared_folder):
    made = shared_folder / str(os.getpid())
    made.touch()
    yield made
    made.with_suffix(".over").touch()

@pytest.mark.parametrize("number", range(4))
def test_fine(mine, number):
    print("nobody hears of this")

def test_beside(mine):
    (together / "here").touch()
    while not (together / "there").exists():
        time.sleep(0.01)

def test_not():
    print("what was printed")
    warnings.warn("have a look")
    assert 1 == 2

@pytest.mark.skip(reason="not today")
def test_another_day(): ...

def test_the_other_beside(mine):
    (together / "there").touch()
    while not (together / "here").exists():
        time.sleep(0.01)

ENDS
@pytest.mark.parametrize("number", range(4))
def test_more(number): ...
"""
ENDS = """
def test_end():
    os._exit(3)
"""


def run(folder: Path, tests: str, *options: str) -> "subprocess.CompletedProcess[str]":
    for name in ("some", "others"):
        (folder / name).mkdir()
        (folder / name / "conftest.py").touch()  # has a say in its own folder alone
    (folder / "some" / "test_some.py").write_text(tests)
    plugins = ["-p", "tests.side_by_side", "-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins, "-c", "/dev/null", f"--basetemp={folder}/shared"]
    command += ["-q", "-rs", f"--rootdir={folder}", *options, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_whatever_comes_of_a_test_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, TESTS.replace("ENDS", ""), "--processes", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 10 passed, 1 skipped, 1 warning" in done.stdout
    for told in ("assert 1 == 2", "what was printed", "have a look", "not today"):
        assert told in done.stdout
    assert "nobody hears" not in done.stdout + done.stderr
    made = {file.name for file in (tmp_path / "shared").iterdir() if file.is_file()}
    processes = {name for name in made if "." not in name}
    assert len(processes) == 2
    assert made == processes | {f"{name}.over" for name in processes}


def test_a_process_that_ends_fails_its_test_and_the_others_run_the_rest(tmp_path: Path) -> None:
    done = run(tmp_path, TESTS.replace("ENDS", ENDS), "--processes", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The process that ran this test has ended." in done.stdout
    assert "test_end" in done.stdout
    assert "2 failed, 10 passed, 1 skipped" in done.stdout


def test_a_first_failure_can_be_the_last(tmp_path: Path) -> None:
    done = run(
        tmp_path, "def test_not(): assert 0\n" + "def test_a(): ...\ndef test_b(): ...\n", "-x", "--processes", "2"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "stopping after 1 failures" in done.stdout

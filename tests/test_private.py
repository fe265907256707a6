"""What is personal stays with its owner: in caches, and in the files of the data folder."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import Api
from tests.faults.service import BARE

PAGES = ["/today/", "/settings/", "/progress/", "/review/", "/exams/", "/accounts/email/", "/api/v1/docs/"]
CALLS = ["me/", "queue/", "sync/", "progress/", "sittings/", "nothing/here/"]


@pytest.mark.any_database
@pytest.mark.parametrize("address", PAGES)
def test_no_cache_keeps_a_page(api: Api, address: str) -> None:
    answer = api.client.get(address)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.any_database
@pytest.mark.parametrize("address", CALLS)
def test_no_cache_keeps_an_answer_of_the_api(api: Api, address: str) -> None:
    assert api.get(address)["Cache-Control"] == "no-store"


def test_packs_are_kept_by_the_client_alone_and_asked_for_anew(api: Api) -> None:
    answer = api.get("packs/")

    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["ETag"]


def mode_of(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.parametrize("existed", [False, True])
def test_the_data_folder_and_its_database_are_their_owners_alone(tmp_path: Path, *, existed: bool) -> None:
    folder = tmp_path / "data"
    names = ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"]
    held = None
    if existed:
        folder.mkdir(mode=0o755)
        held = sqlite3.connect(folder / names[0])
        held.execute("PRAGMA journal_mode=WAL")
        held.execute("CREATE TABLE t (x)")
        held.commit()
        for name in names:
            (folder / name).chmod(0o644)
        folder.chmod(0o755)
    look = (
        "import django, os; django.setup()\n"
        "from django.db import connection\n"
        "connection.cursor().execute('CREATE TABLE u (x)')\n"
        f"print(*[oct(os.stat(os.path.join({str(folder)!r}, name)).st_mode & 0o777) for name in {names}])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", look],
        cwd=settings.BASE_DIR,
        env={
            **BARE,
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "examprep.settings",
        },
        umask=0o022,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if held is not None:
        held.close()

    assert done.stdout.split() == ["0o600"] * 3, done.stderr
    assert mode_of(folder) == "0o700"
    assert mode_of(folder / "secret_key") == "0o600"

"""Data of earlier versions: from 0.1.0 on migrations only add, and a newer version carries on what it finds."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.service import PRIVATE, ROOT, Service, bury, call, log_in
from tests.tables import read_schema

# What a version left behind after the tiny course was studied: reviews, an undo, a burial, a sat exam and an open viva.
DUMPS = sorted((ROOT / "tests/data").glob("*.sql"))


@pytest.mark.parametrize("dump", DUMPS, ids=[dump.stem for dump in DUMPS])
def test_a_data_folder_of_an_earlier_version_is_carried_on(dump: Path, tmp_path: Path, first_start: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.executescript(dump.read_text())
    with Service(tmp_path) as service:
        url = service.ready()
        token = log_in(url)
        changes = call(f"{url}/api/v1/sync/", token)["changes"]
        bury(url, token, next(change["id"] for change in changes if change["type"] == "card"))
        assert service.stop() == 0, service.text
    assert read_schema(tmp_path / "db.sqlite3") == read_schema(first_start / "db.sqlite3"), "tables made at once differ"
    environment = {key: value for key, value in os.environ.items() if key not in PRIVATE} | {"DATA_DIR": str(tmp_path)}
    check = [sys.executable, "manage.py", "rebuild_memory", "--check"]
    rebuilt = subprocess.run(check, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert "0 differences" in rebuilt.stdout

"""What the tests of whole services share."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.service import PRIVATE, ROOT, Service


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that a first start made, with the tiny course: loading a whole one is for the clean clone."""
    data = tmp_path_factory.mktemp("first") / "data"
    environment = {key: value for key, value in os.environ.items() if key not in PRIVATE} | {"DATA_DIR": str(data)}
    for command in (["migrate"], ["load_course", "tests/course"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    with Service(data) as service:
        service.ready()
        assert service.stop() == 0, service.text
    return data


@pytest.fixture
def data(first_start: Path, tmp_path: Path) -> Path:
    """A data folder of a service that has been used."""
    return Path(shutil.copytree(first_start, tmp_path / "data"))

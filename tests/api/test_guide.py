"""The clients in docs/api.md work as they stand there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from examprep.models import User
from quizzes import schedule
from quizzes.models import Card, ReviewEvent
from tests.api.test_typescript import MODULES, OPTIONS, node
from tests.test_docs import blocks

GUIDE = (settings.BASE_DIR / "docs/api.md").read_text()
PASSWORD = "correct horse battery"
PYTHON = """
client = Client(sys.argv[1], sys.argv[2])
client.log_in("ada", sys.argv[3])
client.sync()
client.fetch_pack()
again = Client(sys.argv[1], sys.argv[2])
again.fetch_pack()
assert again.state["pack"] == client.state["pack"]
verdicts = []
while entry := again.next():
    verdicts.append(again.answer(entry, entry["key"], 20000))
calls, call = [], again.call
again.call = lambda method, path, body=None: calls.append(path) or call(method, path, body)
results = again.sync()
again.fetch_pack()
assert len(calls) == 3, calls  # a day offline
print(json.dumps({"verdicts": verdicts, "results": results, "copy": again.state["copy"]}))
"""
TYPESCRIPT = """
declare const process: { argv: string[] };
const [, , url = "", password = ""] = process.argv;
const client = new Client(url);
await client.logIn("ada", password);
await client.sync();
await client.fetchPack();
await client.fetchPack();
for (let entry = client.next(); entry; entry = client.next()) client.answer(entry, entry.key, 20000);
const results = await client.sync();
console.log(JSON.stringify({ results, copy: client.state.copy }));
"""


@pytest.fixture
def account(transactional_db: None, course: object) -> User:
    user = User.objects.create_user("ada", password=PASSWORD)
    schedule.enrol(user, course)  # type: ignore[arg-type]
    return user


def check(printed: str, account: User) -> dict[str, list[object]]:
    """All answers were taken, and the copy has them and the cards."""
    told = json.loads(printed)
    assert {result["status"] for result in told["results"]} == {"accepted"}
    copy = told["copy"]
    events = ReviewEvent.objects.filter(student=account)
    assert {name for name in copy if name.startswith("event ")} == {f"event {event.event_id}" for event in events}
    for card in Card.objects.filter(student=account):
        assert copy[f"card {card.pk}"]["stability"] == card.stability
    assert copy["settings ada"]["daily_minutes"] == account.daily_minutes
    return {**told}


@pytest.mark.slow
def test_the_client_in_python(live_server: LiveServer, account: User, tmp_path: Path) -> None:
    (program,) = blocks(GUIDE, "python")
    (tmp_path / "client.py").write_text("import sys\n" + program + PYTHON)
    command = [sys.executable, "client.py", live_server.url, "state.json", PASSWORD]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stderr
    verdicts = check(done.stdout, account)["verdicts"]
    assert True in verdicts
    assert False not in verdicts


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_client_in_typescript(live_server: LiveServer, account: User, tmp_path: Path) -> None:
    (program,) = blocks(GUIDE, "typescript")
    options = {**OPTIONS, "noEmit": False, "outDir": "out"}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "client.ts").write_text(program + TYPESCRIPT)
    (tmp_path / "node_modules").symlink_to(MODULES)
    compiled = node(tmp_path, "typescript/bin/tsc", "-p", ".")
    assert compiled.returncode == 0, compiled.stdout

    command = ["node", "out/client.js", live_server.url, PASSWORD]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)

    assert done.returncode == 0, done.stderr
    check(done.stdout, account)

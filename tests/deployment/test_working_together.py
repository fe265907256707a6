"""What compose runs works together: migrations, web, worker and beat on real servers, backups and what they restore."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from tests import servers
from tests.deployment.containers import COMPOSE, ROOT, Containers
from tests.faults.phone import Phone
from tests.faults.service import call, until

ENROL = """
from examprep.models import User
from questions.models import Course
from quizzes import schedule
schedule.enrol(User.objects.create_user("student", password="student"), Course.objects.get())
"""


def back_up_and_restore(service: Containers) -> None:
    """What was acknowledged before a backup began is in what it restores, and the states are the fold of it."""
    enrolled = service.operate("python", "manage.py", "shell", "-c", ENROL)
    assert enrolled.returncode == 0, enrolled.stderr
    phone = Phone(service.url)
    for task in call(f"{service.url}/api/v1/queue/?limit=5", phone.token)["results"]:
        phone.answer(task["id"])
    sending = Thread(target=phone.run)
    sending.start()
    until(lambda: len(phone.acknowledged) > 100, lambda: service.log("web"))

    before, folder = set(phone.acknowledged), service.folder / "backups"
    folder.mkdir()
    path = f"{servers.postgresql_programs()}:{service.environment['PATH']}"
    (folder / "examprep-20200101T000000Z.dump").write_text("an old one")
    made = service.operate("sh", "deploy/backup.sh", folder, PATH=path, KEEP="1")
    phone.over.set()
    sending.join()
    assert made.returncode == 0, made.stderr
    (backup,) = folder.iterdir()
    assert made.stdout.strip() == str(backup)

    with psycopg.connect(service.database, autocommit=True) as server:
        server.execute("CREATE DATABASE restored")
    restored = f"{service.database.rpartition('/')[0]}/restored"
    for _ in range(2):  # into an empty one, and over what is there
        done = service.operate("sh", "deploy/restore.sh", backup, PATH=path, DATABASE_URL=restored)
        assert done.returncode == 0, done.stderr
    with psycopg.connect(restored) as server:
        stored = {str(event) for (event,) in server.execute("SELECT event_id FROM quizzes_reviewevent")}
    assert before <= stored
    checked = service.operate("python", "manage.py", "rebuild_memory", "--check", DATABASE_URL=restored)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert " 0 reviews" not in checked.stdout


@pytest.mark.slow
def test_what_compose_runs_works_together(tmp_path: Path, collected: Path) -> None:
    services = COMPOSE["services"]
    (module,) = (collected / "quizzes").glob("enhance.*.js")
    assert re.search(r'from "\./matching\.[0-9a-f]{12}\.js"', module.read_text())
    with ExitStack() as stack:
        database = stack.enter_context(servers.postgresql())
        redis = stack.enter_context(ExitStack())
        try:
            pool = stack.enter_context(servers.pgbouncer(database))
        except servers.Missing as missing:
            print(f"Without a pool: {missing}", file=sys.stderr)
            pool = ""
        broker = redis.enter_context(servers.redis_server())
        all_of_it = Containers(stack, tmp_path, database, broker, pool)
        all_of_it.environment["STATIC_ROOT"] = str(collected)
        for _ in range(2):  # it runs at every start
            migrated = all_of_it.run(services["migrate"]["command"])
            assert migrated.returncode == 0, migrated.stderr

        for name in ("web", "worker", "beat"):
            all_of_it.start(name)
        until(all_of_it.answers, lambda: all_of_it.log("web"))
        until(all_of_it.healthy, lambda: all_of_it.log("web"))
        until(lambda: "ready." in all_of_it.log("worker"), lambda: all_of_it.log("worker"))
        until(lambda: "beat: Starting" in all_of_it.log("beat"), lambda: all_of_it.log("beat"))
        shell, check = services["worker"]["healthcheck"]["test"]
        assert shell == "CMD-SHELL"
        asked = all_of_it.run(["sh", "-c", check.replace("$$", "$")])
        assert (asked.returncode, "pong" in asked.stdout) == (0, True), asked.stderr

        back_up_and_restore(all_of_it)
        redis.close()
        assert not all_of_it.healthy()

    assert not [*ROOT.glob("celerybeat*"), *ROOT.glob("*.pid")], "it wrote where a container may not"

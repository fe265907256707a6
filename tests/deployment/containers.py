"""What compose starts, as processes of this machine: no container engine is needed, and the files are read as data."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from examprep.run.lifeline import Lifeline
from tests import servers
from tests.faults.service import BARE, get

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMMANDS: dict[str, list[str]] = {  # of the image: the service, and how to see whether it is well
    name: json.loads(command)
    for name, command in re.findall(r"^(HEALTHCHECK|CMD)[^\[\n]*(\[.+\])$", DOCKERFILE, re.MULTILINE)
}
GIVEN = {"SECRET_KEY": "fUsyWk0VwgLzdPS1Nw2Y3hXlZ8oTq6RrBaEjKmCvGxIyHtJuDp", "ALLOWED_HOSTS": "exams.example.org"}

FIRST = """
import django; django.setup()
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from examprep.models import User
from questions import roles
from questions.models import Course
from quizzes import schedule
call_command("migrate", verbosity=0)
call_command("load_course", "tests/course")
course = Course.objects.get()
quick = PBKDF2PasswordHasher().encode("student", "salt", iterations=1)
roles.set_role(User.objects.create(username="ina", password=quick), course, roles.Role.OWNER)
for name in {names}:
    schedule.enrol(User.objects.create(username=name, password=quick), course)
"""
PEOPLE = ("ada", "ben", "cleo", "dora", "emil")
"""Students of the course; `ina` owns it."""


class Containers:
    """The services of compose on a database and a broker of this machine, given back by the `stack`.

    `pool` is where PgBouncer listens, where there is one: the web asks it by another name than all others.
    """

    def __init__(self, stack: ExitStack, folder: Path, database: str, broker: str, pool: str = "") -> None:
        self.folder = folder
        self.address = f"127.0.0.1:{servers.free_port()}"
        self.url = f"http://{self.address}"
        self.environment = {
            name: self.given(value) for name, value in COMPOSE["services"]["web"]["environment"].items()
        }
        self.database = database
        self.environment |= {"DATABASE_URL": database, "REDIS_URL": broker, "EXAMPREP_PRODUCTION": "1"}
        self.environment |= {"ALLOWED_HOSTS": f"{GIVEN['ALLOWED_HOSTS']},127.0.0.1", "HTTPS": "false"}
        self.pooled = {"web": f"{pool}_web" if pool else database, "worker": pool or database, "beat": pool or database}
        if not pool:
            self.environment["DATABASE_POOLED"] = "false"
        self.environment |= {"STATIC_ROOT": str(folder / "static"), "DATA_DIR": str(folder / "data")}
        self.environment |= BARE | {"PATH": f"{Path(sys.executable).parent}:{BARE['PATH']}:/usr/sbin"}
        self.lifeline = stack.enter_context(Lifeline())

    @staticmethod
    def given(value: str) -> str:
        """A value of compose, with what somebody has set, or else its default."""
        value = re.sub(r"^\$\{\w+:\+.+\}$", "", value)  # what follows from something that nobody has set
        return re.sub(r"\$\{(\w+):[?-]([^}]*)\}", lambda found: GIVEN.get(found[1], found[2]), value)

    def here(self, command: Sequence[str], address: str = "") -> list[str]:
        """The same command, with a port and a folder that are free here, and the tiny course."""
        at = address or self.address
        there = {"0.0.0.0:8000": at, "127.0.0.1:8000": at, "/tmp/": f"{self.folder}/"}
        for old, new in (there | {"fixtures/regularization": "tests/course"}).items():
            command = [part.replace(old, new) for part in command]
        return list(command)

    def run(self, command: Sequence[str], address: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of compose to its end."""
        return self.operate(*self.here(command, address))

    def operate(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run what somebody types who operates the service, to its end."""
        env = {**self.environment, "DATABASE_POOLED": "false", **environment}
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=600, check=False)

    def set_up(self) -> None:
        """Make the tables, load the tiny course, and give it its people."""
        program = FIRST.format(names=PEOPLE)
        done = self.operate(sys.executable, "-c", program, DJANGO_SETTINGS_MODULE="examprep.settings")
        assert done.returncode == 0, done.stderr

    def start(
        self, service: str, *more: str, name: str = "", address: str = "", command: Sequence[str] = (), **env: str
    ) -> subprocess.Popen[bytes]:
        """Start a service, which stays: its command or another, with `more` options; `name` is that of its log."""
        command = [*(command or COMPOSE["services"][service].get("command") or COMMANDS["CMD"]), *more]
        env = {**self.environment, "DATABASE_URL": self.pooled[service], **env}
        with (self.folder / f"{name or service}.log").open("ab") as log:
            return self.lifeline.start(self.here(command, address), output=log, cwd=ROOT, env=env)

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text()

    def answers(self) -> bool:
        """Whether the web process answers, be it only that it does not serve this address."""
        try:
            return bool(get(self.url))
        except OSError:
            return False

    def healthy(self, address: str = "") -> bool:
        """Whether the image's own check says so; it is a process, which is spared where nobody listens yet."""
        host, _, port = (address or self.address).rpartition(":")
        with socket.socket() as link:
            listens = link.connect_ex((host, int(port))) == 0
        return listens and self.run(COMMANDS["HEALTHCHECK"], address).returncode == 0

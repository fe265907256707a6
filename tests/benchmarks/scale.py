"""What students cost by their number: planned, asked and answered by one process and by two, and their room.

On PostgreSQL; with BENCH=full a hundred thousand students of a hundred cards each, else two thousand. `docs/scale.md`
multiplies. Seconds of processors stand beside those of the clock, ours and the database's: the server is on the machine
whose processors all of them share.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.test import Client, override_settings

from examprep.models import User
from quizzes import schedule
from quizzes.models import DailyPlan, Job, ReviewEvent
from tests.benchmarks.answers import right_answer
from tests.benchmarks.database import migrated
from tests.benchmarks.nights import ask_plans, list_students, make_school, work_plans
from tests.benchmarks.results import FULL
from tests.benchmarks.server import log_in
from tests.benchmarks.table import Row

STUDENTS = 100_000 if FULL else 2_000
CARDS = 100
PLANNED, ANSWERING = (10_000, 2_000) if FULL else (1_000, 250)
"""Students who are planned, and of them those who are asked and answer, of each half of the school."""
PROCESSES = (1, 2)
TICKS = os.sysconf("SC_CLK_TCK")
LARGEST = 4
"""Tables whose room is said."""


@dataclass(frozen=True)
class Cost:
    """Of one unit: seconds by the clock, of our processes, of the database's; bytes of the log that it writes ahead.

    The server writes no images of whole pages into that log, as one that is to outlive its machine does.
    """

    wall: float
    ours: float
    database: float
    ahead: float

    def row(self, what: str, processes: int) -> Row:
        """Return it as a row of the table."""
        cpu = f"CPU {self.ours * 1e3:.2f} ms of ours and {self.database * 1e3:.2f} ms of PostgreSQL"
        note = f"{1 / self.wall:,.0f}/s; {cpu}; {self.ahead:,.0f} B of WAL"
        return Row(f"{what}, processes: {processes}", self.wall, note=note)


def rows() -> list[Row]:
    """Seconds of a plan, a question and an answer, by so many processes, each on its half of the school; bytes."""
    assert connection.vendor == "postgresql", "it is measured on PostgreSQL"
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    changed = {"ALLOWED_HOSTS": ["testserver"], "STORAGES": storages, "CALLS_OF_ADDRESS": 10**9}
    with migrated(), override_settings(**changed):
        begun = time.perf_counter()
        make_school(CARDS, STUDENTS)
        _vacuum()
        seeding = Row(f"{STUDENTS:,} students of {CARDS} cards are made", time.perf_counter() - begun)
        who = list_students()
        room = _room(len(who))
        halves = dict(zip(PROCESSES, (who, who[len(who) // 2 :]), strict=True))
        planned = [_plan(half[:PLANNED], processes) for processes, half in halves.items()]
        answered = [row for processes, half in halves.items() for row in _answer(half[:ANSWERING], processes)]
        plans = _room_of_plans()
    return [seeding, *planned, *answered, *room, plans]


def _plan(who: Sequence[int], processes: int) -> Row:
    """Plan the students' day, the tables of which are there."""
    ask_plans(who[:1])
    work_plans(who[:1])
    ask_plans(who)
    cost = _measure(work_plans, who, processes)
    assert not Job.objects.exists()
    assert DailyPlan.objects.filter(student__gte=who[0], student__lte=who[-1]).count() == len(who)
    return cost.row(f"a plan of {CARDS} cards, of {STUDENTS:,} students", processes)


def _answer(who: Sequence[int], processes: int) -> list[Row]:
    """Ask each of the students a question, and have it answered."""
    students = list(User.objects.filter(pk__in=who))
    headers = {student.pk: log_in(student) for student in students}
    client = Client()  # each process has its copy
    ask = _measure(partial(_ask, client, headers), who, processes)
    batches = {student.pk: right_answer(schedule.load_queue(student, limit=1).presentations[0]) for student in students}
    before = ReviewEvent.objects.count()
    answer = _measure(partial(_send, client, headers, batches), who, processes)
    assert ReviewEvent.objects.count() == before + len(who)
    what = f"of another of {STUDENTS:,} students each time"
    return [ask.row(f"a question over the API, {what}", processes), answer.row(f"its answer, {what}", processes)]


def _ask(client: Client, headers: Mapping[int, dict[str, str]], who: Sequence[int]) -> None:
    for student in who:
        response = client.get("/api/v1/queue/?limit=1", headers=headers[student])
        assert len(response.json()["results"]) == 1, response.content


def _send(
    client: Client, headers: Mapping[int, dict[str, str]], batches: Mapping[int, dict[str, Any]], who: Sequence[int]
) -> None:
    for student in who:
        path, body = "/api/v1/reviews/batch/", json.dumps(batches[student])
        response = client.post(path, body, content_type="application/json", headers=headers[student])
        assert [result["status"] for result in response.json()["results"]] == ["accepted"], response.content


def _measure(work: Callable[[Sequence[int]], object], who: Sequence[int], processes: int) -> Cost:
    """Have so many processes do the work of as many shares of the students; what each student cost."""
    fork = multiprocessing.get_context("fork")
    shares = [fork.Process(target=work, args=(who[share::processes],)) for share in range(processes)]
    (database, ahead), before, begun = _database_so_far(), os.times(), time.perf_counter()
    connections.close_all()
    for share in shares:
        share.start()
    for share in shares:
        share.join()
        assert share.exitcode == 0
    wall, after = time.perf_counter() - begun, os.times()
    ours = after.children_user + after.children_system - before.children_user - before.children_system
    seconds, wal = _database_so_far()
    return Cost(wall / len(who), ours / len(who), (seconds - database) / len(who), (wal - ahead) / len(who))


def _database_so_far() -> tuple[float, float]:
    """Processor seconds of all processes of the server, which is on this machine, and the bytes of its log.

    Those of its processes that have ended are counted too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        ((backend, ahead),) = cursor.fetchall()
    server = int(_stat(backend)[1])
    processes = [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())]
    own = sum(sum(map(int, _stat(pid)[11:13])) for pid in processes)
    return (own + sum(map(int, _stat(server)[13:15]))) / TICKS, float(ahead)


def _stat(pid: int) -> list[str]:
    """What the system says of a process, from its state on: then comes its parent, from the 12th on its ticks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _vacuum() -> None:
    """Do at once what the database would do sometime after so many rows came."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _room(students: int) -> list[Row]:
    """The bytes of a student in the largest tables, with their indexes, and in the whole database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables ORDER BY 2 DESC")
        sizes = cursor.fetchall()
        cursor.execute("SELECT pg_database_size(current_database())")
        ((whole,),) = cursor.fetchall()
    table = [Row(f"a student in {name}", size / students, unit="B") for name, size in sizes[:LARGEST]]
    return [*table, Row("a student in the database", whole / students, unit="B", note=f"{whole / 2**30:.2f} GiB")]


def _room_of_plans() -> Row:
    """The bytes of a student's plans, made once or twice, with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size(%s)", [DailyPlan._meta.db_table])
        ((size,),) = cursor.fetchall()
    return Row("a student's plan in quizzes_dailyplan", size / DailyPlan.objects.count(), unit="B")

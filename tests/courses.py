"""Courses for tests: loaded and audited once per run, and from then on copied into the database row by row."""

from __future__ import annotations

import fcntl
import pickle
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from questions import bank
from questions.models import Course
from quizzes.exams import load_exams
from quizzes.models import Exam

TINY = Path(__file__).parent / "course"
COURSE = Path(__file__).parent.parent / "fixtures" / "regularization"
OURS = ("questions", "quizzes", "examprep")
FRESH = timedelta(hours=1)
"""A copy that is older is loaded anew: exams are dated from the day on which they were loaded."""
AGE = timedelta(weeks=1)
"""How long ago a course was made, wherever a test begins: else it would be new in tests of the process that loaded it,
and older in those of the others, by as long as the run took until then."""


Rows = list[tuple[Any, ...]] | bytes
"""Rows of a table, as the database's driver gives and takes them; of PostgreSQL the text of COPY."""


@dataclass(frozen=True)
class Copy:
    """The rows that loading a course stored, by table and columns."""

    loaded_at: datetime
    rows: dict[tuple[str, str], Rows]

    def fresh(self) -> bool:
        """Whether loading the course now would store the same dates, give or take an hour."""
        now = timezone.localtime()
        return now.date() == self.loaded_at.date() and timedelta(0) <= now - self.loaded_at < FRESH


Copies = list[Copy]
"""Of the same course, loaded at times that tests began with: theirs may be another than that of the test before."""
_copies: dict[tuple[Path, bool], Copies] = {}
_built: dict[Callable[[], object], Copies] = {}
shared = Path()
"""The folder in which the processes of this run leave their copies for each other."""


def load(folder: Path = TINY, *, exams: bool = True) -> Course:
    """The course of the folder, with its exams or without: loaded, or copied where this run loaded it before."""
    if Course.objects.exists():
        return _load(folder, exams=exams)  # the copied rows' keys may be taken
    ours = _copies.setdefault((folder, exams), [])
    if copy := _fresh(ours):
        _insert(copy)
        return Course.objects.get()
    file = shared / f"{connection.vendor}-{folder.name}-{exams}"
    with locked(file):
        content = file.read_bytes() if file.exists() else b""
        theirs: Copies = pickle.loads(content) if content else []
        if copy := _fresh(theirs):
            ours.append(copy)
            _insert(copy)
            _count_on()
            return Course.objects.get()
        loaded_at = timezone.localtime()
        if exams:
            course = load(folder, exams=False)
            _load_exams(course, folder)
        else:
            course = _load(folder, exams=False)
        ours.append(Copy(loaded_at, dict(_stored(_models()))))
        file.write_bytes(pickle.dumps([*theirs, ours[-1]]))
    return course


def once(build: Callable[[], object]) -> None:
    """Store what `build` stores: where there is no course yet, built once in each process and copied from then on."""
    is_empty, copies = not Course.objects.exists(), _built.setdefault(build, [])
    if is_empty and (copy := _fresh(copies)):
        _insert(copy)
        return
    built_at = timezone.localtime()
    build()
    if is_empty:
        everything = [each for name in OURS for each in apps.get_app_config(name).get_models(include_auto_created=True)]
        copies.append(Copy(built_at, dict(_stored(each for each in everything if not each._meta.proxy))))


def _fresh(copies: Copies) -> Copy | None:
    return next(filter(Copy.fresh, copies), None)


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return the folder, which the first process that asks for it has made; half of one that failed is made anew."""
    with locked(folder):
        if not folder.exists():
            begun = folder.with_suffix(".begun")
            shutil.rmtree(begun, ignore_errors=True)
            make(begun)
            begun.rename(folder)
    return folder


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Nobody else makes the file, or reads it, meanwhile."""
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _insert(copy: Copy) -> None:
    is_postgresql = connection.vendor == "postgresql"
    with transaction.atomic(), connection.cursor() as cursor:
        if is_postgresql:  # the rows were checked when they were first stored
            cursor.execute("SET LOCAL session_replication_role = replica")
        for (table, columns), rows in copy.rows.items():
            if isinstance(rows, bytes):
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
                    stream.write(rows)
            else:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        if is_postgresql:  # what the test stores is checked
            cursor.execute("SET LOCAL session_replication_role = origin")


def _count_on() -> None:
    """Let new rows be numbered after those that another process numbered."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(_models())):
            cursor.execute(statement)


def _load(folder: Path, *, exams: bool) -> Course:
    with time_machine.travel(timezone.now() - AGE):
        course = bank.load_course(folder, seeds=20).course
    if exams:
        _load_exams(course, folder)
    return course


def _load_exams(course: Course, folder: Path) -> None:
    load_exams(course, folder)
    Exam.objects.filter(course=course).update(changed_at=timezone.now() - AGE)


def _stored(tables: Iterable[type[models.Model]]) -> Iterator[tuple[tuple[str, str], Rows]]:
    """What stands in tables."""
    for model in tables:
        table, columns = _table(model)
        query = f"SELECT {columns} FROM {table}"
        with connection.cursor() as cursor:
            if rows := _copy_out(cursor, query) if connection.vendor == "postgresql" else _fetch(cursor, query):
                yield (table, columns), rows


def _copy_out(cursor: CursorWrapper, query: str) -> Rows:
    with cursor.copy(f"COPY ({query}) TO STDOUT") as stream:
        return b"".join(map(bytes, stream))


def _fetch(cursor: CursorWrapper, query: str) -> Rows:
    cursor.execute(query)
    rows: Rows = cursor.fetchall()
    return rows


def _models() -> Iterator[type[models.Model]]:
    """The tables that loading a course writes."""
    yield from apps.get_app_config("questions").get_models(include_auto_created=True)
    yield from (apps.get_model("quizzes", "Exam"), apps.get_model("quizzes", "ExamConcept"))


def _table(model: type[models.Model]) -> tuple[str, str]:
    """The names of a table and of its columns."""
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), ", ".join(
        quote(str(field.column)) for field in model._meta.local_concrete_fields
    )

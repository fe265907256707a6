"""A database for a benchmark: a SQLite file of its own, or whatever DATABASE_URL names."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from quizzes import exams, presentations, schedule
from quizzes.reviews import practice


@contextmanager
def migrated() -> Iterator[str]:
    """An empty, migrated database; yields its name."""
    with tempfile.TemporaryDirectory() as folder:
        if not os.environ.get("DATABASE_URL"):
            connection.close()
            connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = f"{folder}/bench.sqlite3"
        call_command("migrate", verbosity=0)
        cache.clear()  # what is kept for later is of the database before
        presentations.forget_bodies()
        presentations.forget_concept_names()
        schedule.forget_banks()
        exams.forget_bank()
        practice.forget_practices()
        yield {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
        call_command("flush", verbosity=0, interactive=False)
        connection.close()

"""Checking an answer on its page takes few queries, however much there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from quizzes import schedule


def test_a_check_takes_few_queries(student: User, key: Callable[[str], Any]) -> None:
    schedule.plan_day(student)
    web = Client()
    web.force_login(student)
    asked = {shown.version.kind: str(shown.pk) for shown in schedule.load_queue(student).presentations}
    forms = [{"presentation": asked[kind], **key(asked[kind])} for kind in ("single_choice", "numeric")]
    web.post("/review/", forms[0], headers={"HX-Request": "true"})
    with CaptureQueriesContext(connection) as captured:
        page = web.post("/review/", forms[1], headers={"HX-Request": "true"})
    assert "data-feedback" in page.content.decode()
    # Two say who it is, three what is answered, fourteen take the answer in, five show it.
    # What is practised along is stored once for all students.
    once = ("SAVEPOINT", 'INTO "quizzes_pract')
    statements = [query["sql"] for query in captured if not any(text in query["sql"] for text in once)]
    assert len(statements) <= 24, statements

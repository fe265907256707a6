"""Checking an answer on its page takes few queries, however much there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from quizzes import schedule
from tests.logs import statements


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
    # Two say who it is, two what is answered, twelve take the answer in, four show it.
    assert len(statements(captured)) <= 20, statements(captured)

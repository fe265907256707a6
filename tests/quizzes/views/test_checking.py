"""Checking an answer on its page takes few queries, however much there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from examprep.models import User
from questions import bank
from quizzes import presentations, schedule
from tests.logs import statements

pytestmark = pytest.mark.any_database


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
    # Two say who it is, one what is answered, eleven take the answer in, three show it.
    assert len(statements(captured)) <= 17, statements(captured)


def test_concepts_are_named_without_a_query_until_one_is_renamed(student: User) -> None:
    schedule.plan_day(student)
    version = schedule.load_queue(student).presentations[0].version
    course, concept = version.item.course, version.tags.select_related("concept").order_by("position")[0].concept

    def named() -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as captured:
            presentations.name_concepts_as_of(version, course.revision)
        return version.concepts, len(captured)

    first, _ = named()
    assert concept.slug in first
    assert named() == (first, 0)
    concept.slug = "renamed"
    concept.save(update_fields=["slug"])
    bank.reissue_items(concept)
    course.refresh_from_db()
    assert "renamed" in named()[0]

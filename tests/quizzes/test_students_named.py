"""What is asked at every answer names whose it is: so tables of students may be partitioned by them, or sharded.

A table is a student's where its model has a student, or else belongs to a row of such a table, as reviews belong to a
card. The statement has to name that column for every such table that it reads or changes. `docs/scale.md` says what
for.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from examprep.models import User
from quizzes import tasks
from quizzes.models import Practice, PractisedItem
from tests.conftest import Api

NOBODYS = {
    Practice: "what classes of items do in common, the same for everybody",
    PractisedItem: "the same",
}
"""Models without a student that no row of a student's leads to."""
OCCURS = re.compile(r'(?:FROM|JOIN|UPDATE) "(quizzes_\w+)"(?: (?:AS )?"?([A-Z]\d+)"?)?')


def owner_columns() -> dict[str, set[str]]:
    """By table, the columns of which a statement has to name one."""
    every = list(apps.get_app_config("quizzes").get_models())
    found = {
        model._meta.db_table: {str(field.column)}
        for model in every
        for field in model._meta.concrete_fields
        if field.name == "student"
    }
    known = -1
    while known != len(found):
        known = len(found)
        for model in every:
            columns = {
                str(field.column)
                for field in model._meta.concrete_fields
                if isinstance(field, models.ForeignKey) and field.related_model._meta.db_table in found
            }
            if columns and model._meta.db_table not in found:
                found[model._meta.db_table] = columns
    return found


def unnamed(sql: str, columns: Mapping[str, set[str]]) -> list[str]:
    """The students' tables in a statement of which it names neither student nor owner, nor leads there from one.

    What is joined by a key to a row of a student is that student's too, in queries within queries as well.
    """
    missing: list[str] = []
    scopes: list[tuple[str, frozenset[str]]] = [(sql, frozenset({"new"}))]  # rows that the statement itself brings
    while scopes:
        text, known = scopes.pop()
        inner, outer = _split(text)
        tables = {alias or table: table for table, alias in OCCURS.findall(outer) if table in columns}
        is_alone = bool(re.match(r"(\d+ times: )?(UPDATE|DELETE)", outer)) and " new(" not in outer
        found = {name for name, table in tables.items() if _names(outer, name, columns[table], is_alone=is_alone)}
        reached = _follow(outer, found | known)
        missing += [table for name, table in tables.items() if name not in reached]
        scopes += [(each, frozenset(reached)) for each in inner]
    return missing


def _split(text: str) -> tuple[list[str], str]:
    """The queries within a query, and what is left without them."""
    inner: list[str] = []
    while (start := text.find("(SELECT ")) >= 0:
        depth, end = 0, start
        for end in range(start, len(text)):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if not depth:
                break
        inner.append(text[start + 1 : end])
        text = f"{text[:start]}()...{text[end + 1 :]}"
    first, *others = text.split(" UNION ALL ")
    return [*inner, *others], first


def _names(text: str, name: str, owners: set[str], *, is_alone: bool) -> bool:
    """Whether one of the columns is compared with values; a table that is changed alone is not named before it."""
    of_it = "" if is_alone else f'"?{name}"?\\.'
    columns = "|".join(sorted(owners))
    return bool(re.search(rf'{of_it}"(?:{columns})" (?:IN \(|= (?!\(?"?\w+"?\."))', text))


def _follow(text: str, known: set[str] | frozenset[str]) -> set[str]:
    """The names that comparisons of columns lead to from the known ones."""
    joins = re.findall(r'"?(\w+)"?\."\w+" = \(?"?(\w+)"?\."\w+"', text)
    reached, before = set(known), -1
    while before != len(reached):
        before = len(reached)
        reached |= {name for join in joins if reached.intersection(join) for name in join}
    return reached


@pytest.fixture
def hot(student: User, api: Api, key: Callable[[str], Any]) -> list[str]:
    """Every statement of what students and their devices ask for all day."""
    client = Client()
    client.force_login(student)
    asked = api.queue(5)["results"]
    keys = {one["id"]: key(one["id"]) for one in asked}
    with CaptureQueriesContext(connection) as queries:
        answered = [api.answer(one["id"], keys[one["id"]]) for one in asked[:2]]
        assert {each["status"] for each in answered} == {"accepted"}
        now = timezone.now().isoformat()
        acts = [("bury", asked[2]["card"]), ("suspend", asked[3]["card"]), ("resume", asked[3]["card"])]
        events = [{"type": kind, "card": card} for kind, card in acts] + [{"type": "undo", "target": answered[0]["id"]}]
        told = api.send(*({"id": str(uuid.uuid4()), "occurred_at": now, **event} for event in events))
        assert {each["status"] for each in told} == {"accepted"}
        assert api.queue(5)["results"]
        assert client.get("/today/").status_code == client.get("/review/").status_code == 200
        cursor = api.get("sync/").json()["cursor"]
        assert api.get(f"sync/?cursor={cursor}").status_code == api.get("packs/?days=7").status_code == 200
        tasks.plan_student(student.pk)
    return [query["sql"] for query in queries.captured_queries]


BY_KEY = re.compile(r'(FROM "quizzes_presentation" .*WHERE "quizzes_presentation"."id" IN|."presentation_id" IN)')
"""On SQLite, which has no partitions, an answer finds its question by its key alone: see quizzes/reviews/facts.py."""


def test_every_hot_statement_names_its_student(hot: list[str]) -> None:
    columns = owner_columns()
    if connection.vendor == "sqlite":
        hot = [sql for sql in hot if not BY_KEY.search(sql)]
    found = {sql[-900:]: tables for sql in hot if (tables := unnamed(sql, columns))}
    assert found == {}
    named = {table for sql in hot for table, _ in OCCURS.findall(sql)} & set(columns)
    assert {"quizzes_card", "quizzes_reviewevent", "quizzes_review", "quizzes_presentation", "quizzes_job"} <= named


def test_a_statement_that_names_no_student_is_found() -> None:
    columns = {"quizzes_card": {"student_id"}, "quizzes_review": {"card_id"}}
    reading = 'SELECT "quizzes_card"."student_id" FROM "quizzes_card" WHERE "quizzes_card"."id" = 1'
    assert unnamed(reading, columns) == ["quizzes_card"]
    assert unnamed(f'{reading} AND "quizzes_card"."student_id" = 5', columns) == []
    assert unnamed('UPDATE "quizzes_card" SET "due_at" = 1 WHERE "id" = 1', columns) == ["quizzes_card"]
    assert unnamed('UPDATE "quizzes_card" SET "due_at" = 1 WHERE "student_id" = 2 AND "id" = 1', columns) == []
    from_rows = (
        'UPDATE "quizzes_card" SET "due_at" = 1 FROM x AS new(y) WHERE "quizzes_card"."student_id" = new."student_id"'
    )
    assert unnamed(from_rows, columns) == []
    joined = 'SELECT 1 FROM "quizzes_review" U0 JOIN "quizzes_card" U1 ON (U0."card_id" = U1."id")'
    assert unnamed(joined, columns) == ["quizzes_review", "quizzes_card"]
    assert unnamed(f'{joined} WHERE U1."student_id" IN (1, 2)', columns) == []
    assert unnamed(f'{joined} WHERE U0."card_id" = 1', columns) == []


def test_a_model_without_a_student_belongs_to_somebody_or_to_all() -> None:
    columns = owner_columns()
    of_courses = {"course", "item", "exam", "section", "version", "regrading"}
    for model in apps.get_app_config("quizzes").get_models():
        names = {field.name for field in model._meta.concrete_fields}
        assert model._meta.db_table in columns or model in NOBODYS or names & of_courses, model

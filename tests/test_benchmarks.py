"""What benches report: goals, ratios, what is kept, the page made of it, and what counts as slower."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLResolver, resolve

from examprep import api
from questions.urls import urlpatterns as questions_urls
from quizzes.urls import urlpatterns as quizzes_urls
from tests.benchmarks import compare, pages, report, results
from tests.benchmarks.results import Result
from tests.benchmarks.table import Row, quantity

SENT = {
    *(
        "more",
        "minutes",
        "day-off",
        "join",
        "choose-course",
        "stop-diagnostic",
        "give-role",
        "change-role",
        "reminders-push",
        "reminders-stop",
        "calendar-address",
        "practise",
    ),
    *(
        "bookmark",
        "note",
        "review-undo",
        "view-as-student",
        "stop-viewing",
        "review-hint",
        "review-part",
        "review-bury",
        "submit",
        "slot",
        "round",
        "unsent",
        "notice-read",
        "report",
    ),
    *("measure-students", "course-lines", "staff-notes", "staff-note", "roster-list", "roster-seat"),
}
"""Addresses that something is sent to."""
ALIKE = {
    *("trial", "worker", "try", "section-check", "lesson-figure", "figure", "picture", "schema", "docs"),
    *("invitation", "join-by-code", "type-code", "leave", "course-access"),
}
"""What is the same, or of one exam or question, whatever else there is."""
FILES = {"roster-csv", "roster-links", "gradebook-csv"}
"""What takes as much as there is."""
NAMES = {
    "lesson": "a",
    "item": "a",
    "exam": 1,
    "section": 1,
    "event": uuid.UUID(int=1),
    "sitting": uuid.UUID(int=1),
    "open": "presentation=1",
}

FAST = Row("replay", 1e-8, "a peer", 4e-8, at_most_times=0.5)
SLOW = Row("a page", 0.2, note="3 queries", at_most=0.05)


def result(bench: str = "memory", database: str = "SQLite 3.45.1", *rows: Row) -> Result:
    return Result(bench, database, "2026-11-28 12:00", 7, False, "A processor, 2 cores", 0.5, rows or (FAST, SLOW))


def test_a_goal_is_met_where_all_that_is_said_of_it_holds() -> None:
    assert (FAST.ratio, FAST.met) == (0.25, True)
    assert (SLOW.ratio, SLOW.met) == (None, False)
    assert Row("without a goal", 1.0).met is None
    assert Row("both", 1.0, "peer", 1.0, at_most=2.0, at_most_times=0.5).met is False


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.3, "s", "12.3 s"),
        (4321.0, "s", "4,321 s"),
        (0.0123, "s", "12.3 ms"),
        (5e-8, "s", "50 ns"),
        (0.0, "s", "0 ns"),
        (12.34, "MiB", "12.3 MiB"),
        (-0.2, "MiB", "-0.2 MiB"),
        (12345.0, "kB", "12,345 kB"),
    ],
)
def test_a_quantity_reads_well(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_a_run_takes_the_place_of_the_one_before_on_the_same_database(tmp_path: Path) -> None:
    path = tmp_path / "new" / "benchmarks.json"
    for each in (result("memory", "", SLOW), result("answers"), result("answers", "PostgreSQL 16.2"), result("gone")):
        results.keep(each, path)

    results.keep(again := result("answers", "SQLite 3.46.0", FAST), path)

    assert results.read(path) == [result("answers", "PostgreSQL 16.2"), again, result("memory", "", SLOW)]


def test_the_page_has_goals_first_and_says_which_are_missed() -> None:
    page = report.page([result(), result("answers", "PostgreSQL 16.2")])

    assert "2 are met, 2 are missed." in page
    assert "| memory, SQLite | a page | 200 ms |  |  |  | MISSED: at most 50 ms |" in page
    assert page.index("## Goals") < page.index("## Answers") < page.index("## Memory")
    assert "A processor, 2 cores, PostgreSQL 16.2, SQLite 3.45.1, in 14 s." in " ".join(page.split())


def test_a_long_table_is_folded() -> None:
    assert "<details>" in report.page([result("pages", "SQLite 3.45.1", *[SLOW] * (report.LONG + 1))])


def test_the_page_is_what_its_results_make() -> None:
    kept = results.read(report.DOCS / "benchmarks.json")
    assert kept
    assert (report.DOCS / "benchmarks.md").read_text() == report.page(kept)


def test_nothing_names_the_machine() -> None:
    machine = results.machine()
    assert "Python" in machine
    assert not {"/", "localhost"} & set(machine.split())


def test_slower_is_what_is_slower_by_the_median_and_by_the_best() -> None:
    before = {"same": [1.0, 1.1, 1.2], "slower": [1.0, 1.0, 1.0], "disturbed": [1.0, 1.0, 1.0], "gone": [1.0]}
    after = {"same": [1.2, 1.1, 1.0], "slower": [1.5, 1.4, 1.6], "disturbed": [1.0, 9.0, 9.0], "new": [1.0]}

    changes = compare.compare(before, after)

    assert {what: change.slower for what, change in changes.items()} == {
        "same": False,
        "slower": True,
        "disturbed": False,
    }
    assert changes["slower"].ratio == 1.5


def test_every_page_and_call_that_is_read_is_walked_through() -> None:
    paths = [*pages.PAGES, *pages.STAFF, *(f"/api/v1/{call}" for call in pages.CALLS)]
    walked = {resolve(path.format(**NAMES, calendar="/calendar/a.ics").partition("?")[0]).func for path in paths}
    calls: list[Any] = [each for each in api.urlpatterns if hasattr(getattr(each.callback, "cls", None), "get")]
    # What is asked one by one; and all that is stored of somebody, which takes as much as there is.
    calls = [each for each in calls if not str(each.pattern).endswith(("hints/", "work/", "export/"))]
    routes = [*_flat(quizzes_urls), *_flat(questions_urls), *calls]
    read = [each for each in routes if each.name not in SENT | ALIKE | FILES]
    assert [str(each.pattern) for each in read if each.callback not in walked] == []


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    """The routes, those of others that are included among them."""
    for each in routes:
        yield from _flat(each.url_patterns) if isinstance(each, URLResolver) else [each]

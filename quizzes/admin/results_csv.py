"""An exam's results as CSV, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from quizzes import exams
from quizzes.statistics.facility import Estimate

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By this spreadsheets know UTF-8."""

Cell = str | float | None
Row = list[Cell]


def item_rows(items: Iterable[exams.ItemResult]) -> Iterator[Row]:
    """Give a heading, then a row an item; estimates with the ends of their intervals."""
    yield [
        *("item", "kind", "students", "facility", "facility_low", "facility_high", "deviation"),
        *("discrimination", "discrimination_low", "discrimination_high", "efficiency", "look_at"),
    ]
    for item in items:
        yield [
            *(item.slug, item.kind, item.n, *_estimate(item.facility), _rounded(item.deviation)),
            *(*_estimate(item.discrimination), _rounded(item.efficiency), "; ".join(item.flags)),
        ]


def answer_rows(items: Iterable[exams.ItemResult]) -> Iterator[Row]:
    """Give a heading, then a row for each option or mistake of each item, with how many gave it."""
    yield ["item", "kind", "students", "answer", "right", "all", "upper_third", "lower_third"]
    for item in items:
        for answer in item.answers:
            chosen, right = answer.chosen, "yes" if answer.right else "no"
            yield [item.slug, item.kind, item.n, chosen.option, right, chosen.all, chosen.upper, chosen.lower]


def student_rows(sittings: Iterable[exams.StudentScore]) -> Iterator[Row]:
    """Give a heading, then a row a sitting."""
    yield ["student", "name", "sitting", "state", "opened_at", "closed_at", "score", "max_score", "percent"]
    for sitting in sittings:
        yield [
            *(sitting.student, sitting.name, sitting.number, sitting.state),
            *(sitting.opened_at.isoformat(), sitting.closed_at.isoformat()),
            *(_rounded(sitting.score), _rounded(sitting.max_score), _rounded(sitting.percent)),
        ]


def _estimate(estimate: Estimate | None) -> Row:
    """Return its value and the ends of its interval."""
    return [_rounded(estimate.value), _rounded(estimate.low), _rounded(estimate.high)] if estimate else ["", "", ""]


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def download(name: str, rows: Iterable[Row]) -> StreamingHttpResponse:
    """Return the rows as a CSV file to download, made row by row."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield BOM
        for row in rows:
            yield writer.writerow([_harmless(cell) for cell in row])

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell

"""CSV files that spreadsheets open: their lines, safe from cells that are run as formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for the beginning of a formula."""
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By this spreadsheets know UTF-8."""

Cell = str | float | None
Row = list[Cell]


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_download(name: str, rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Return rows as a CSV file to download, made row by row."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield a CSV file's lines, one for each row."""
    writer = csv.writer(_Echo())
    yield BOM
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row])


def rounded(value: float | None) -> float | str:
    """Return a number to four decimals; None is an empty cell."""
    return "" if value is None else round(value, 4)


def _harmless(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell

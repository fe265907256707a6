"""Writing a course's roster as a file that comes in again as it went out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quizzes.courses.roster.columns import Column
from quizzes.courses.roster.comparing import Seat

HEADERS = (Column.NAME, Column.USERNAME, Column.EMAIL, Column.SECTION, Column.EXTRA_TIME)


def list_rows(seats: Iterable[Seat]) -> Iterator[list[str | int]]:
    """Give the names of the columns, then a row for each student."""
    yield [column.value for column in HEADERS]
    for seat in seats:
        yield [seat.name, seat.username, seat.email, seat.section, seat.extra_time or ""]

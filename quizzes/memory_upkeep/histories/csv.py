"""A review history as a table: a header, then one review a line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from questions.whole_numbers import read_whole_number
from quizzes.memory_upkeep.histories import HistoryError, ItemName, PastReview

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SOURCE = "csv"
SUFFIXES = (".csv", ".tsv", ".txt")
MAX_BYTES = 256 * 1024**2
MAX_LINE = 100_000
"""Characters of one review, over all the lines that a text in quotes may take."""
MAX_PROBLEMS = 20
MAX_SECONDS = 32
"""Characters of a number of seconds."""
NEEDED = ("item", "rating", "instant")
OPTIONAL = ("facet", "duration_ms", "seconds")
DELIMITERS = ",;\t"
RATINGS = {name: rating for rating, name in enumerate(("again", "hard", "good", "easy"), start=1)}
RATINGS |= {str(rating): rating for rating in RATINGS.values()}

Value = TypeVar("Value")


def read(path: Path) -> Generator[PastReview, None, None]:
    """Yield the reviews of the file, line by line.

    Columns: `item` (a slug, or `slug:pair`), `facet` (a match set's pair, where `item` does not name it), `rating` (1-4
    or again, hard, good, easy), `instant` (ISO 8601 with offset), and the time taken: `duration_ms` or `seconds`. They
    may stand in any order, divided by commas, semicolons or tabs. Raises HistoryError, at the latest at the end: the
    caller undoes what it did with the lines before.
    """
    problems: list[str] = []
    with path.open("rb", buffering=0) as raw:
        lines = _Lines(raw)
        try:
            header = next(lines, "")
            delimiter = max(DELIMITERS, key=header.count)
            columns = _columns(next(csv.reader([header], delimiter=delimiter), []))
            for cells in lines.records(delimiter):
                if not any(cell.strip() for cell in cells):
                    continue
                try:
                    yield _review(columns, cells)
                except ValueError as error:
                    problems.append(f"line {lines.number}: {error}")
                    if len(problems) == MAX_PROBLEMS:
                        break
        except UnicodeDecodeError:
            raise HistoryError("This is not UTF-8 text; save it as “CSV UTF-8”.") from None
        except csv.Error as error:
            raise HistoryError(*problems, f"near line {lines.number}: {error}.") from None
    if problems:
        raise HistoryError(*problems)


class _Counted(io.RawIOBase):
    """Bytes that are counted as they are read: a pipe or a device does not say how many will come."""

    def __init__(self, raw: io.FileIO) -> None:
        self.raw = raw
        self.left = MAX_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        """Read into the buffer. Raises HistoryError after MAX_BYTES."""
        size = self.raw.readinto(buffer)
        self.left -= size or 0
        if self.left < 0:
            raise HistoryError(f"The file is larger than {MAX_BYTES // 1024**2} MiB; split it.")
        return size


class _Lines(Iterator[str]):
    """The lines of a file, of which no review takes more than MAX_LINE characters."""

    def __init__(self, raw: io.FileIO) -> None:
        self.file = io.TextIOWrapper(io.BufferedReader(_Counted(raw)), encoding="utf-8-sig", newline="")
        self.number = 0
        self.left = MAX_LINE

    def __next__(self) -> str:
        line = self.file.readline(self.left + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.left -= len(line)
        if self.left < 0:
            message = (
                f"near line {self.number}: One review takes more than {MAX_LINE:,} characters; is a quote left open?"
            )
            raise HistoryError(message)
        return line

    def records(self, delimiter: str) -> Generator[list[str], None, None]:
        """Yield the cells of each review."""
        self.left = MAX_LINE
        for cells in csv.reader(self, delimiter=delimiter, strict=True):
            self.left = MAX_LINE
            yield cells


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().lower() for name in header]
    problems = [f"line 1: The column “{name}” is missing." for name in NEEDED if name not in columns]
    known = ", ".join((*NEEDED, *OPTIONAL))
    for name in dict.fromkeys(columns):
        if name not in (*NEEDED, *OPTIONAL):
            problems.append(f"line 1: The column “{name}” is not known; there are {known}.")
        elif columns.count(name) > 1:
            problems.append(f"line 1: The column “{name}” stands here twice.")
    if {"duration_ms", "seconds"} <= set(columns):
        problems.append("line 1: Both duration_ms and seconds say how long it took; keep one.")
    if problems:
        raise HistoryError(*problems[:MAX_PROBLEMS])
    return columns


def _review(columns: list[str], cells: list[str]) -> PastReview:
    if len(cells) != len(columns):
        raise ValueError(f"{len(cells)} values for {len(columns)} columns; put a text with the delimiter in quotes.")
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    subject = _value("item", row["item"], ItemName.read)
    if row.get("facet"):
        subject = ItemName(subject.item, row["facet"])
    at = _value("instant", row["instant"], _instant)
    return PastReview(
        subject,
        0,
        _value("rating", row["rating"], _rating),
        at,
        _value("duration_ms", row.get("duration_ms") or "0", _milliseconds)
        + _value("seconds", row.get("seconds") or "0", _seconds),
        f"{subject}@{at.isoformat()}",
    )


def _value(column: str, text: str, read: Callable[[str], Value]) -> Value:
    try:
        if not text:
            raise ValueError("is empty.")
        return read(text)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None


def _rating(text: str) -> int:
    if (rating := RATINGS.get(text.lower())) is None:
        raise ValueError(f"“{text[:40]}” is no rating; write 1, 2, 3, 4 or again, hard, good, easy.")
    return rating


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no instant; write it as 2024-05-01T18:30:00+02:00.") from None
    if at.utcoffset() is None:
        raise ValueError(
            f"“{text}” has no offset, so it may be any of 26 hours; add one, as in 18:30:00+02:00 or 18:30Z."
        )
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"“{text}” is out of range.") from None


def _milliseconds(text: str) -> int:
    milliseconds = read_whole_number(text, 0, 10**15 - 1)
    if milliseconds is None:
        raise ValueError(f"“{text[:40]}” is no duration; write a whole number of milliseconds, such as 12500.")
    return milliseconds


def _seconds(text: str) -> int:
    try:
        seconds = float(text) if len(text) <= MAX_SECONDS and text.isascii() and "_" not in text else math.nan
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < 1e12:
        raise ValueError(f"“{text[:40]}” is no duration; write a number of seconds, such as 12.5.")
    return round(seconds * 1000)

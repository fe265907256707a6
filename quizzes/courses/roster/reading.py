"""Reading a roster: any file that spreadsheets, registries and course systems write, or addresses that were pasted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from questions.text.encodings import list_encodings
from quizzes.courses.roster import cells
from quizzes.courses.roster.columns import Column, read_headers
from quizzes.courses.roster.lines import Fault, Line, Roster
from quizzes.courses.roster.spelling import clean

MOST_BYTES = 1024 * 1024
MOST_LINES = 5000
SEPARATORS = ",;\t|"
Row = tuple[int, list[str]]
"""The number of a line, and its cells."""
Value = TypeVar("Value")


class _UnreadableError(ValueError):
    """The file cannot be read at all; says what to do."""


def read_roster(file: bytes) -> Roster:
    """Read a roster; its faults say all that has to be mended, each with its line."""
    try:
        text = _decode(file)
        rows = list(_split_rows(text))
    except _UnreadableError as error:
        return Roster(faults=[Fault(0, "", str(error))])
    if not rows:
        return _NOBODY
    (_, first), body = rows[0], rows[1:]
    headers = read_headers(first)
    if not any(headers) and any("@" in cell for cell in first):
        headers, body = [Column.NAME, Column.EMAIL], list(_split_addresses(text))
        if not any(cells[0] for _, cells in body):
            headers, body = [Column.EMAIL], [(number, row[1:]) for number, row in body]
    faults = list(_check_headers(first, headers))
    if not faults and len(body) > MOST_LINES:
        faults = [Fault(0, "", f"It has {len(body):,} lines. Send at most {MOST_LINES:,} at a time.")]
    if faults:
        return Roster(faults=faults)
    notes = [
        f"The column “{name[:40]}” is not used."
        for name, column in zip(first, headers, strict=False)
        if not column and name
    ]
    if not body:
        return _NOBODY
    lines = [_read_line(number, _by_column(headers, row), faults) for number, row in body]
    lines, again = _merge_same(lines, faults)
    return Roster(
        lines, sorted(faults, key=lambda fault: fault.line), [*notes, *again], frozenset(filter(None, headers))
    )


_NOBODY = Roster(faults=[Fault(0, "", "The list is empty. Give a line for each student.")])


def decode(file: bytes) -> str:
    """Return the text of a file as people would paste it; empty where it has none."""
    try:
        return _decode(file)
    except _UnreadableError:
        return ""


def _decode(file: bytes) -> str:
    """Return the text of a file, in UTF-8, UTF-16 or what Windows wrote before."""
    if len(file) > MOST_BYTES:
        raise _UnreadableError(f"It is larger than {MOST_BYTES // 1024**2} MB.")
    if file.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _UnreadableError("This is a workbook. Save it as CSV in your spreadsheet program, and send that.")
    for encoding in list_encodings(file):
        try:
            text = file.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _UnreadableError("This is not text. Save it as CSV (UTF-8) in your spreadsheet program, and send that.")


def _split_rows(text: str) -> Iterator[Row]:
    """Give the rows that are not empty, cells as people see them; numbers count the lines of the file."""
    before, _, after = text.partition("\n")
    skipped = 0
    separator = _find_separator(text)
    if before.strip().strip('"').casefold().startswith("sep="):
        separator, text, skipped = before.strip().strip('"')[4:5] or separator, after, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    number = skipped + 1
    try:
        for row in reader:
            shown = [clean(cell) for cell in row]
            if any(shown):
                yield number, shown
            number = skipped + reader.line_num + 1
    except csv.Error as error:
        raise _UnreadableError(f"Line {number} cannot be read: {error}. Save the file as CSV once more.") from None


def _find_separator(text: str) -> str:
    """Return what stands most often between the names of columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=first.count)


def _split_addresses(text: str) -> Iterator[Row]:
    """Give name and address of each entry where there are no columns: addresses, as mail programs copy them."""
    for number, line in enumerate(text.splitlines(), start=1):
        for entry in line.replace(";", ",").replace("\t", ",").split(","):
            if shown := clean(entry):
                name, address = cells.split_address(shown)
                yield number, [name, address if "<" in shown else shown]


def _check_headers(first: Sequence[str], headers: Sequence[Column | None]) -> Iterator[Fault]:
    if Column.EMAIL not in headers and Column.USERNAME not in headers:
        yield Fault(
            1,
            "",
            "No column for email addresses. Name the columns in the first line: Email, and where you have them Name, "
            "Section, Extra time.",
        )
    for column in Column:
        names = [name for name, of in zip(first, headers, strict=False) if of == column]
        if len(names) > 1:
            both = " and ".join(f"“{name[:40]}”" for name in names)
            yield Fault(
                1,
                column.value,
                f"Two columns have the same meaning: {both}. Rename or delete the one that does not count.",
            )


def _by_column(headers: Sequence[Column | None], row: Sequence[str]) -> dict[Column, str]:
    """Return a row's cells by what they hold; those that a short row leaves out are empty."""
    padded = [*row, *[""] * (len(headers) - len(row))]
    return {column: cell for column, cell in zip(headers, padded, strict=False) if column}


def _read_line(number: int, row: Mapping[Column, str], faults: list[Fault]) -> Line:
    """Read a student's row, adding to the faults."""

    def read(column: Column, reader: Callable[[str], Value]) -> Value | None:
        try:
            return reader(row[column]) if column in row else None
        except cells.CellError as error:
            faults.append(Fault(number, column.value, str(error)))
            return None

    names = [read(column, cells.read_name) for column in (Column.NAME, Column.FIRST_NAME, Column.LAST_NAME)]
    whole, *parts = names
    email = read(Column.EMAIL, cells.read_email)
    username = read(Column.USERNAME, cells.read_name) or ""
    if email == "" and not username:
        faults.append(Fault(number, Column.EMAIL.value, "No email address. Write one, or delete the line."))
    return Line(
        number=number,
        email=email or "",
        username=username.casefold(),
        name=whole or (" ".join(filter(None, parts)) if any(part is not None for part in names) else None),
        section=read(Column.SECTION, cells.read_section),
        extra_time=read(Column.EXTRA_TIME, cells.read_extra_time),
    )


def _merge_same(lines: Sequence[Line], faults: list[Fault]) -> tuple[list[Line], list[str]]:
    """Return each student once, with notes on those listed twice; two lines that differ are a fault."""
    by_who: dict[str, Line] = {}
    notes = []
    for line in lines:
        first = by_who.setdefault(line.who, line) if line.who else line
        if first is line:
            continue
        if _said(first) == _said(line):
            notes.append(f"Line {line.number} repeats {line.who}, and is left out.")
        else:
            text = f"{line.who} is in line {first.number} too, and says something different. Delete one of them."
            faults.append(Fault(line.number, Column.EMAIL.value, text))
    return list(by_who.values()), notes


def _said(line: Line) -> tuple[str, str | None, str | None, int | None]:
    return line.username, line.name, line.section, line.extra_time

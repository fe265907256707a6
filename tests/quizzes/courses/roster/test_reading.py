"""Rosters come in whatever a spreadsheet wrote; what is wrong in them is said by line and column."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.courses.roster.columns import Column
from quizzes.courses.roster.reading import MOST_BYTES, MOST_LINES, read_roster

ADA = "ada@example.org"


def read(text: str, encoding: str = "utf-8") -> list[tuple[Any, ...]]:
    """The students of a roster without faults."""
    roster = read_roster(text.encode(encoding))
    assert roster.faults == []
    return [(line.name, line.email, line.section, line.extra_time) for line in roster.lines]


def faults(text: str) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.column, fault.text) for fault in read_roster(text.encode()).faults]


def test_columns_stand_in_any_order_under_the_names_that_people_give_them() -> None:
    expected = [("Ada Lovelace", ADA, "A", 25)]
    assert read("Name,Email,Section,Extra time (%)\nAda Lovelace,ada@example.org,A,25\n") == expected
    assert read("E-Mail-Adresse;Gruppe;Zeitzuschlag;Vorname;Nachname\nada@example.org;A;25 %;Ada;Lovelace") == expected
    assert read("Extra_Time\tGROUP\tfull name\temail address\n1.25x\tA\tAda  Lovelace\t ADA@Example.org\n") == expected
    assert read("sep=;\r\nemail;name;section;extra\r\nada@example.org;Ada Lovelace;A;15 min/h\r\n") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_letters_arrive_in_every_encoding_that_spreadsheets_write(encoding: str) -> None:
    text = "Name;Email\r\nZoë Müller-Šimić;zoe@example.org\r\n".replace("ć", "c")
    assert read(text, encoding) == [("Zoë Müller-Šimic", "zoe@example.org", None, None)]


def test_what_a_file_does_not_say_is_told_from_what_it_says_is_none() -> None:
    assert read("email\nada@example.org\n") == [(None, ADA, None, None)]
    assert read("email,name,section,extra time\nada@example.org\n") == [("", ADA, "", 0)]


def test_addresses_alone_are_a_roster_as_mail_programs_copy_them() -> None:
    assert read("ada@example.org\n\n BOB@example.org \n") == [
        (None, ADA, None, None),
        (None, "bob@example.org", None, None),
    ]
    pasted = read('"Lovelace Ada" <ada@example.org>; Bob <mailto:bob@example.org>, carl@example.org')
    assert pasted == [
        ("Lovelace Ada", ADA, None, None),
        ("Bob", "bob@example.org", None, None),
        ("", "carl@example.org", None, None),
    ]
    assert faults("ada@example.org\nbob\n") == [
        (2, "Email", "“bob” is not an email address. Write one such as ada@example.org.")
    ]


@pytest.mark.parametrize(
    ("written", "percent"),
    [
        *(("", 0), ("0", 0), ("25", 25), ("25%", 25), ("25,0 %", 25), ("+50 percent", 50), ("none", 0), ("1,5x", 50)),
        *(("×1.25", 25), ("2 times", 100), ("15 min/h", 25), ("15 min. pro Std", 25), ("30 minutes per hour", 50)),
    ],
)
def test_extra_time_is_read_as_offices_write_it(written: str, percent: int) -> None:
    assert read(f'email;extra time\nada@example.org;"{written}"') == [(None, ADA, None, percent)]


@pytest.mark.parametrize(
    "written", ["401", "-5", "12.5", "0.25", "0.5x", "20 min", "a lot", "1.2.3", "NaN", "1e2", "²"]
)
def test_extra_time_that_could_mean_anything_is_refused(written: str) -> None:
    ((line, column, text),) = faults(f"email;extra time\nada@example.org;{written}")
    assert (line, column) == (2, "Extra time (%)")
    assert f"“{written}”" in text
    assert "per cent" in text


def test_every_fault_is_named_with_its_line_and_column() -> None:
    text = 'email,name,section,extra\nada@,Ada,A,\n,Bob,A,\n"carl@example.org","Carl\nthe Great",A,x\ndan@example.org\n'
    found = faults(f"{text}{'e' * 260}@example.org,,{'s' * 81},\n")
    assert [(line, column) for line, column, _ in found] == [
        *((2, "Email"), (3, "Email"), (4, "Extra time (%)"), (7, "Email"), (7, "Section"))
    ]


def test_a_line_that_comes_again_is_left_out_and_one_that_says_otherwise_is_refused() -> None:
    roster = read_roster(b"email,section\nada@example.org,A\nADA@example.org,A\n")
    assert [line.number for line in roster.lines] == [2]
    assert list(roster.notes) == ["Line 3 repeats ada@example.org, and is left out."]
    assert faults("email,section\nada@example.org,A\nada@example.org,B\n") == [
        (3, "Email", "ada@example.org is in line 2 too, and says something different. Delete one of them.")
    ]


def test_columns_that_are_not_ours_are_named_and_left_out() -> None:
    roster = read_roster(b"Password,email,,Matrikel\nsecret,ada@example.org,x,1\n")
    assert list(roster.notes) == ["The column “Password” is not used.", "The column “Matrikel” is not used."]
    assert roster.columns == {Column.EMAIL}
    assert "secret" not in repr(roster)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"", "list is empty"),
        (b"\n \n", "list is empty"),
        (b"email,name\n", "list is empty"),
        (b"name,section\nAda,A\n", "No column for email"),
        (b"email,name,Mail\nada@example.org,Ada,ada@example.org\n", "Two columns have the same meaning"),
        (b"PK\x03\x04...", "Save it as CSV"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not text"),
        (b"email\n" + b"a@example.org\n" * (MOST_LINES + 1), "5,001 lines"),
        (b"e" * (MOST_BYTES + 1), "larger than 1 MB"),
        (b'email,name\nada@example.org,"' + b"a" * 140_000 + b'"\n', "cannot be read"),
    ],
)
def test_a_file_that_is_no_roster_says_what_to_do(file: bytes, says: str) -> None:
    (fault,) = read_roster(file).faults
    assert says in fault.text


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=60).map(lambda text: f"email,extra\n{text}".encode())))
def test_no_file_is_too_strange(file: bytes) -> None:
    roster = read_roster(file)
    assert roster.faults or all("@" in line.email for line in roster.lines)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), min_size=1, max_size=12)
PEOPLE = st.lists(st.tuples(NAMES, st.integers(0, 10**6), NAMES, st.integers(0, 400)), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(
    people=PEOPLE,
    seed=st.integers(0, 2**32),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_read(people: list[Any], seed: int, separator: str, encoding: str) -> None:
    order = random.Random(seed).sample(range(4), 4)
    rows = [["Name", "Email", "Section", "Extra time"]]
    rows += [
        [name, f"{number}.{row}@example.org", section, str(extra)]
        for row, (name, number, section, extra) in enumerate(people)
    ]
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows([[row[column] for column in order] for row in rows])
    roster = read_roster(file.getvalue().encode(encoding))
    assert roster.faults == []
    assert [line.email for line in roster.lines] == [row[1] for row in rows[1:]]
    assert [line.extra_time for line in roster.lines] == [int(row[3]) for row in rows[1:]]

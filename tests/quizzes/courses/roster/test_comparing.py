"""What a roster changes in a course, before anything is changed."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from questions.text.csv_files import csv_download
from quizzes.courses.roster.comparing import Deed, Seat, compare
from quizzes.courses.roster.reading import read_roster
from quizzes.courses.roster.writing import list_rows


def seat(key: str, email: str, *more: str, **fields: Any) -> Seat:
    return Seat(key, email, frozenset([email, *more]), **{"username": f"user{key}", **fields})


ADA = seat("1", "ada@example.org", "countess@example.org", name="Ada", section="Monday", extra_time=25)
BOB = seat("2", "bob@example.org", name="Bob")


def changes(text: str, seats: list[Seat], **asked: Any) -> list[tuple[str, Deed, list[str]]]:
    comparison = compare(read_roster(text.encode()), seats, **asked)
    assert comparison.faults == ()
    return [(change.after.email, change.deed, change.differences) for change in comparison.changes]


def test_each_student_is_added_changed_moved_or_left_as_they_are() -> None:
    text = (
        "email,name,section,extra\nada@example.org,Ada,Tuesday,50\nbob@example.org,Bob,,\nnew@example.org,Eve,Monday,\n"
    )
    assert changes(text, [ADA, BOB]) == [
        ("ada@example.org", Deed.CHANGE, ["Section: Monday → Tuesday", "Extra time: 25 % → 50 %"]),
        ("bob@example.org", Deed.KEEP, []),
        ("new@example.org", Deed.ADD, []),
    ]


def test_what_the_file_does_not_say_stays() -> None:
    assert changes("email\nada@example.org\nbob@example.org\n", [ADA, BOB]) == [
        ("ada@example.org", Deed.KEEP, []),
        ("bob@example.org", Deed.KEEP, []),
    ]
    assert changes("email,section\nada@example.org,\n", [ADA]) == [
        ("ada@example.org", Deed.CHANGE, ["Section: Monday → none"])
    ]


def test_a_student_is_known_by_the_address_of_the_list_and_of_the_account() -> None:
    assert changes("email\nCOUNTESS@example.org\n", [ADA]) == [("ada@example.org", Deed.KEEP, [])]
    comparison = compare(read_roster(b"email\nada@example.org\ncountess@example.org\n"), [ADA])
    assert [(fault.line, fault.column) for fault in comparison.faults] == [(3, "Email")]
    assert comparison.changes == ()


def test_a_student_is_known_by_username_too_and_needs_no_address_then() -> None:
    nameless = seat("3", "", username="Eve")
    assert changes("username,email,section\nEVE,,\nuser2,other@example.org,Monday\n", [nameless, BOB]) == [
        ("", Deed.KEEP, []),
        ("bob@example.org", Deed.CHANGE, ["Section: none → Monday"]),
    ]
    comparison = compare(read_roster(b"username\nuser9\n"), [BOB])
    assert [(fault.line, fault.column) for fault in comparison.faults] == [(2, "Username")]
    assert changes("username,email\nuser9,new@example.org\n", [])[0][1] == Deed.ADD


def test_who_is_not_listed_is_removed_only_where_that_is_asked_for() -> None:
    text = "email\nada@example.org\n"
    assert changes(text, [ADA, BOB])[1:] == [("bob@example.org", Deed.LEAVE, [])]
    assert changes(text, [ADA, BOB], removes_unlisted=True)[1:] == [("bob@example.org", Deed.REMOVE, [])]
    assert compare(read_roster(text.encode()), [ADA, BOB]).changes_nothing
    assert not compare(read_roster(text.encode()), [ADA, BOB], removes_unlisted=True).changes_nothing


def test_sections_are_spelled_as_they_are_already() -> None:
    text = "email,section\nada@example.org,MONDAY\nbob@example.org,friday\nnew@example.org,Friday\n"
    comparison = compare(read_roster(text.encode()), [ADA, BOB], sections=["Monday", "Tuesday"])
    assert [change.after.section for change in comparison.changes] == ["Monday", "friday", "friday"]
    assert comparison.new_sections == ["friday"]
    assert [change.is_moved for change in comparison.changes] == [False, True, False]


def test_staff_who_are_listed_stay_staff() -> None:
    comparison = compare(read_roster(b"email\nteacher@example.org\n"), [], staff=["teacher@example.org"])
    assert comparison.changes == []
    assert comparison.notes == ["Line 2: teacher@example.org belongs to the staff of this course, and stays staff."]


def test_a_faulty_roster_changes_nothing() -> None:
    comparison = compare(read_roster(b"email\nada@example.org\nbob\n"), [ADA], removes_unlisted=True)
    assert comparison.changes == ()
    assert len(comparison.faults) == 1


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), max_size=8)
"""Also what a spreadsheet would run as a formula."""
FORMULAS = st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", '"', ";", "a,b"])
SEATS = st.lists(st.tuples(TEXT | FORMULAS, TEXT | FORMULAS, st.integers(0, 400)), min_size=1, max_size=4)


def test_a_name_that_is_stored_in_another_spelling_is_the_same() -> None:
    stored = "\N{HEBREW LETTER SHIN WITH SHIN DOT}"
    there = seat("1", "ada@example.org", name=stored, section=stored, extra_time=0)
    file = f"email,name,section\nada@example.org,{stored},{stored}\n".encode()
    comparison = compare(read_roster(file), [there], sections=[stored])
    assert comparison.changes_nothing
    assert comparison.new_sections == []


@settings(max_examples=40, deadline=None)
@given(SEATS)
def test_what_goes_out_comes_in_and_changes_nothing(rows: list[Any]) -> None:
    spelled: dict[str, str] = {}
    seats = [
        seat(
            str(row),
            f"{row}@example.org",
            name=name,
            section=spelled.setdefault(section.casefold(), section),
            extra_time=extra,
        )
        for row, (name, section, extra) in enumerate(rows)
    ]
    file = b"".join(csv_download("roster.csv", list_rows(seats)).streaming_content)  # type: ignore[arg-type]
    cells = [cell for row in csv.reader(io.StringIO(file.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    roster = read_roster(file)
    comparison = compare(roster, seats, sections=list(spelled.values()), removes_unlisted=True)
    assert comparison.faults == ()
    assert {change.deed for change in comparison.changes} == {Deed.KEEP}

"""What a roster changes: its lines beside the students that a course has. Pure: nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from quizzes.courses.roster.columns import Column
from quizzes.courses.roster.lines import Fault, Line, Roster
from quizzes.courses.roster.spelling import clean


@dataclass(frozen=True)
class Seat:
    """A student of a course, or the place that is kept for one who was invited.

    `email` is the address by which staff list the student; `addresses` are all by which a file may mean them. One who
    was invited has no username yet.
    """

    key: str
    email: str
    addresses: frozenset[str]
    username: str = ""
    name: str = ""
    section: str = ""
    extra_time: int = 0

    @property
    def invited(self) -> bool:
        """Whether the place is kept for somebody who has not come yet."""
        return not self.username


class Deed(Enum):
    """What happens to a student; the value says so to people."""

    ADD = "invited"
    CHANGE = "changed"
    KEEP = "as before"
    REMOVE = "removed"
    LEAVE = "not in the file"


@dataclass(frozen=True)
class Change:
    """What happens to a student: their seat before, if they had one, and after."""

    deed: Deed
    after: Seat
    before: Seat | None = None

    @property
    def is_moved(self) -> bool:
        """Whether the student comes to another section."""
        return self.before is not None and self.before.section != self.after.section

    @property
    def differences(self) -> list[str]:
        """What changes, for people."""
        if self.before is None or self.deed != Deed.CHANGE:
            return []
        of = {
            "Section": (self.before.section or "none", self.after.section or "none"),
            "Extra time": (f"{self.before.extra_time} %", f"{self.after.extra_time} %"),
            "Name": (self.before.name or "none", self.after.name or "none"),
        }
        return [f"{name}: {old} → {new}" for name, (old, new) in of.items() if old != new]


@dataclass(frozen=True)
class Comparison:
    """What a roster changes in a course; with a fault, nothing."""

    changes: Sequence[Change] = ()
    new_sections: Sequence[str] = ()
    faults: Sequence[Fault] = ()
    notes: Sequence[str] = ()

    def of(self, deed: Deed) -> list[Change]:
        """The changes of a kind."""
        return [change for change in self.changes if change.deed == deed]

    @property
    def changes_nothing(self) -> bool:
        """Whether the course is as the roster says."""
        return all(change.deed in (Deed.KEEP, Deed.LEAVE) for change in self.changes)


def compare(
    roster: Roster,
    seats: Sequence[Seat],
    *,
    sections: Collection[str] = (),
    staff: Collection[str] = (),
    removes_unlisted: bool = False,
) -> Comparison:
    """Compare a roster with a course's seats and its sections; `staff` are the addresses of those who run the course.

    Staff who are listed stay what they are. Those who are not listed stay too, or are removed where that is asked for.
    """
    if roster.faults:
        return Comparison(faults=roster.faults, notes=roster.notes)
    spelled = _spell_sections(sections, roster.lines)
    notes = [*roster.notes]
    faults: list[Fault] = []
    changes: list[Change] = []
    listed: dict[str, int] = {}
    by_address = {address: seat for seat in seats for address in seat.addresses if address}
    by_username = {seat.username.casefold(): seat for seat in seats if seat.username}
    for line in roster.lines:
        seat = by_username.get(line.username) or by_address.get(line.email)
        if seat is None and not line.email:
            text = f"Nobody in this course has the username “{line.username}”. Write their email address."
            faults.append(Fault(line.number, Column.USERNAME.value, text))
        elif seat is None and line.email in staff:
            notes.append(f"Line {line.number}: {line.email} belongs to the staff of this course, and stays staff.")
        elif seat is not None and seat.key in listed:
            text = f"{line.who} and line {listed[seat.key]} are the same student. Delete one of the lines."
            faults.append(Fault(line.number, Column.EMAIL.value, text))
        else:
            changes.append(_change(line, seat, spelled))
            if seat is not None:
                listed[seat.key] = line.number
    if faults:
        return Comparison(faults=faults, notes=notes)
    unlisted = Deed.REMOVE if removes_unlisted else Deed.LEAVE
    changes += [Change(unlisted, seat, seat) for seat in seats if seat.key not in listed]
    there = set(sections)
    return Comparison(changes, [name for name in dict.fromkeys(spelled.values()) if name not in there], (), notes)


def _spell_sections(sections: Collection[str], lines: Sequence[Line]) -> Mapping[str, str]:
    """Return how sections are spelled, by what makes names the same: as they are, or as the first line has them."""
    spelled: dict[str, str] = {}
    for name in (*sections, *(line.section for line in lines)):
        if name:
            spelled.setdefault(_same(name), name)
    return spelled


def _same(name: str) -> str:
    """Return by what two names are the same: a file has one spelling of what can be stored in several."""
    return clean(name).casefold()


def _change(line: Line, seat: Seat | None, spelled: Mapping[str, str]) -> Change:
    before = seat or Seat(key=line.email, email=line.email, addresses=frozenset([line.email]))
    after = replace(
        before,
        name=line.name if line.name and line.name != clean(before.name) else before.name,
        section=before.section if line.section is None else spelled.get(_same(line.section), ""),
        extra_time=before.extra_time if line.extra_time is None else line.extra_time,
    )
    if seat is None:
        return Change(Deed.ADD, after)
    return Change(Deed.KEEP if after == before else Deed.CHANGE, after, before)

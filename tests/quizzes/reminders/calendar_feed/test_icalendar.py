"""Calendar documents, read back by the rules of RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.reminders.calendar_feed.icalendar import Event, write

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
EXAM = Event("exam-1@example.org", "Exam", "", "https://example.org/exams/", NOW + timedelta(days=3), 90)


def lines_of(document: bytes) -> list[str]:
    """Its lines as they were before they were folded."""
    text = document.decode()
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")


def made(*events: Event) -> list[str]:
    return lines_of(write("examprep", events, NOW, timedelta(hours=4)))


def value_of(lines: list[str], name: str) -> str:
    """A value with its escapes undone."""
    (value,) = (line.partition(":")[2] for line in lines if line.partition(":")[0] == name)
    return re.sub(r"\\(.)", lambda escape: {"n": "\n", "N": "\n"}.get(escape[1], escape[1]), value)


def test_an_exam_and_a_day() -> None:
    there = timezone(timedelta(hours=-8))
    exam = Event("exam-1@h", "Exam", "", "https://h/exams/", datetime(2026, 12, 1, 20, 0, tzinfo=there), 90)
    day = Event(
        "plan-1-20261129@h", "Review: 20 minutes", "12 to review, 3 new", "https://h/today/", date(2026, 11, 29)
    )
    assert made(exam, day) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//examprep//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:examprep",
        "X-WR-CALNAME:examprep",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "BEGIN:VEVENT",
        "UID:exam-1@h",
        "DTSTAMP:20261128T093000Z",
        "DTSTART:20261202T040000Z",
        "DURATION:PT90M",
        "SUMMARY:Exam",
        "URL:https://h/exams/",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:plan-1-20261129@h",
        "DTSTAMP:20261128T093000Z",
        "DTSTART;VALUE=DATE:20261129",
        "TRANSP:TRANSPARENT",
        "SUMMARY:Review: 20 minutes",
        r"DESCRIPTION:12 to review\, 3 new",
        "URL:https://h/today/",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from('a;,\\:"n\r\n\x00\x1b éあ👩‍🔬\u2028END:VCALENDAR'), max_size=120))
def test_any_title_is_one_value_and_comes_back(title: str) -> None:
    lines = made(Event(EXAM.uid, title, "", EXAM.url, EXAM.begins))
    assert len(lines) == len(made(EXAM)) - 1
    kept = "\n".join(re.sub(r"[\x00-\x08\x0b-\x1f]", "", line) for line in title.splitlines())
    assert value_of(lines, "SUMMARY") == kept


@pytest.mark.parametrize("length", [66, 67, 68, 200])
def test_long_lines_are_folded_between_characters(length: int) -> None:
    title = "é" * (length // 2) + "x" * (length % 2)
    assert value_of(made(Event(EXAM.uid, title, "", EXAM.url, EXAM.begins)), "SUMMARY") == title

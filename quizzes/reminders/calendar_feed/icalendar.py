"""Events as an iCalendar document (RFC 5545). Pure.

Instants are in UTC and days are dates, so that no time zone has to be described.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

LINE_BYTES = 75
"""Of a line, without its end; what is longer goes on in the next line, after a space (RFC 5545, 3.1)."""


@dataclass(frozen=True)
class Event:
    """Something at an instant (aware) for some minutes, or on a whole day, which leaves the day free.

    `uid` names it for ever: the same event has the same one whenever the calendar is read.
    """

    uid: str
    title: str
    text: str
    url: str
    begins: datetime | date
    minutes: int = 0


def write(name: str, events: Iterable[Event], now: datetime, refresh: timedelta) -> bytes:
    """Return a calendar's document: what it is called, and how long programs should wait before they read it again."""
    interval = f"PT{refresh // timedelta(hours=1)}H"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//examprep//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_escape(name)}",
        f"X-WR-CALNAME:{_escape(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{interval}",
        f"X-PUBLISHED-TTL:{interval}",
        *(line for event in events for line in _write_event(event, now)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line)).encode()


def _write_event(event: Event, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_escape(event.uid)}"
    yield f"DTSTAMP:{_instant(now)}"
    if isinstance(event.begins, datetime):
        yield f"DTSTART:{_instant(event.begins)}"
        if event.minutes:
            yield f"DURATION:PT{event.minutes}M"
    else:
        yield f"DTSTART;VALUE=DATE:{event.begins:%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{_escape(event.title)}"
    if event.text:
        yield f"DESCRIPTION:{_escape(event.text)}"
    yield f"URL:{event.url}"
    yield "END:VEVENT"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    """Return a text as a value: its signs and ends of lines escaped, without other control characters (3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    lines = (
        "".join(char for char in line if unicodedata.category(char) != "Cc" or char == "\t")
        for line in text.splitlines()
    )
    return r"\n".join(lines)


def _fold(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 bytes, none of which cuts a character."""
    piece, size = "", 0
    for char in line:
        more = len(char.encode())
        if size + more > LINE_BYTES:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + more
    yield piece

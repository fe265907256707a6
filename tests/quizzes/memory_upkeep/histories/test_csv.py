"""Review histories as tables: what is read, and what is said of a table that cannot be."""

from __future__ import annotations

import os
import re
import textwrap
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from quizzes.memory_upkeep.histories import HistoryError, ItemName, PastReview, csv


def read(folder: Path, text: str | bytes) -> list[PastReview]:
    path = folder / "history.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(csv.read(path))


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(HistoryError) as refused:
        read(folder, text)
    return list(refused.value.problems)


def test_a_line_is_a_review(tmp_path: Path) -> None:
    (one,) = read(tmp_path, "item,facet,rating,instant,duration_ms\nset,l2,3,2024-05-01T18:30:00+02:00,12500\n")
    assert one == PastReview(
        ItemName("set", "l2"), 0, 3, datetime(2024, 5, 1, 16, 30, tzinfo=UTC), 12500, "set:l2@2024-05-01T16:30:00+00:00"
    )


@pytest.mark.parametrize("rating", ["1", "again", "Again", " AGAIN "])
def test_ratings_are_numbers_or_names(tmp_path: Path, rating: str) -> None:
    assert read(tmp_path, f"item,rating,instant\na,{rating},2024-05-01T18:30:00Z")[0].rating == 1


@pytest.mark.parametrize(
    "text",
    [
        "instant;seconds;item;rating\r\n2024-05-01 18:30Z;12.5;set:l2;easy\r\n",
        "\ufeffItem\tRating\tInstant\tSeconds\n\nset:l2\t4\t2024-05-01T18:30:00+00:00\t12.5\n",
        'item,rating,instant,seconds\n"set:l2",4,"2024-05-01T18:30:00Z",12.5',
    ],
)
def test_the_same_review_in_any_dress(tmp_path: Path, text: str) -> None:
    (one,) = read(tmp_path, text)
    assert (one.subject, one.rating, one.at, one.duration_ms, one.key) == (
        ItemName("set", "l2"),
        4,
        datetime(2024, 5, 1, 18, 30, tzinfo=UTC),
        12500,
        "set:l2@2024-05-01T18:30:00+00:00",
    )


def test_the_documented_example_is_of_the_course(tmp_path: Path) -> None:
    guide = (settings.BASE_DIR / "docs/operations.md").read_text()
    (block,) = re.findall(r"^    item,.*\n(?:    .*\n)+", guide, re.MULTILINE)
    bank = "".join(path.read_text() for path in (settings.BASE_DIR / "fixtures/regularization/bank").glob("*.yaml"))
    first, second = read(tmp_path, textwrap.dedent(block))
    for review in (first, second):
        assert isinstance(review.subject, ItemName)
        assert f"- slug: {review.subject.item}\n" in bank
    assert (first.rating, second.rating, str(second.subject).partition(":")[2]) == (3, 1, "gradient")


def test_an_instant_has_one_key_in_all_zones(tmp_path: Path) -> None:
    text = "item,rating,instant\na,3,2024-05-01T18:30:00+02:00\na,3,2024-05-01T16:30:00Z\n"
    assert len({one.key for one in read(tmp_path, text)}) == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,5,2024-05-01T18:30:00Z,1", "line 2: rating: “5” is no rating; write 1, 2, 3, 4 or again"),
        ("a,,2024-05-01T18:30:00Z,1", "line 2: rating: is empty."),
        (" ,3,2024-05-01T18:30:00Z,1", "line 2: item: is empty."),
        ("a,3,2024-05-01T18:30:00,1", "line 2: instant: “2024-05-01T18:30:00” has no offset"),
        ("a,3,2024-05-01,1", "line 2: instant: “2024-05-01” has no offset"),
        ("a,3,yesterday,1", "line 2: instant: “yesterday” is no instant; write it as 2024"),
        ("a,3,0001-01-01T00:00:00+14:00,1", "line 2: instant: “0001-01-01T00:00:00+14:00” is out of range"),
        ("a,3,2024-05-01T18:30:00Z,nan", "line 2: seconds: “nan” is no duration"),
        ("a,3,2024-05-01T18:30:00Z,-1", "line 2: seconds: “-1” is no duration"),
        ("a,3,2024-05-01T18:30:00Z,1e400", "line 2: seconds: “1e400” is no duration"),
        ("a,3,2024-05-01T18:30:00Z", "line 2: 3 values for 4 columns"),
        ("a,3,2024-05-01T18:30:00Z,1,2", "line 2: 5 values for 4 columns"),
        ('a,3,"2024', "near line 2: unexpected end of data."),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_mending(tmp_path: Path, row: str, said: str) -> None:
    (problem,) = problems(tmp_path, f"item,rating,instant,seconds\n{row}")
    assert problem.startswith(said)


def test_milliseconds_are_whole(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "item,rating,instant,duration_ms\na,3,2024-05-01T18:30:00Z,1.5\n")
    assert problem.startswith("line 2: duration_ms: “1.5” is no duration; write a whole number")


def test_all_wrong_lines_are_told_at_once_up_to_a_limit(tmp_path: Path) -> None:
    text = "item,rating,instant\n" + "a,9,2024-05-01T18:30:00Z\na,3,2024-05-01T18:30:00Z\n" * 50
    found = problems(tmp_path, text)
    assert [problem.split(":")[0] for problem in found] == [f"line {2 * number}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: The column “item” is missing."),
        ("item,rating\n", "line 1: The column “instant” is missing."),
        ("item,rating,instant,duration\n", "line 1: The column “duration” is not known; there are item, rating"),
        ("item,item,rating,instant\n", "line 1: The column “item” stands here twice."),
        ("item,rating,instant,seconds,duration_ms\n", "line 1: Both duration_ms and seconds"),
    ],
)
def test_a_header_that_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert any(problem.startswith(said) for problem in problems(tmp_path, text))


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    assert "UTF-8" in problems(tmp_path, b"item,rating,instant\n\xff\xfe\x00")[0]
    assert "column" in problems(tmp_path, b"\x00" * 1000)[0]


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "MAX_BYTES", 10)
    assert "split it" in problems(tmp_path, "item,rating,instant\n")[0]


def test_a_pipe_is_measured_as_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv, "MAX_BYTES", 100_000)
    pipe = tmp_path / "history.csv"
    os.mkfifo(pipe)

    def fill() -> None:
        with suppress(BrokenPipeError), pipe.open("wb") as file:
            file.write(b"item,rating,instant\n" + b"a,3,2024-05-01T18:30:00Z\n" * 10_000)

    writer = threading.Thread(target=fill)
    writer.start()
    with pytest.raises(HistoryError, match="split it"):
        list(csv.read(pipe))
    writer.join()


def test_a_device_without_end_is_refused_at_its_first_line() -> None:
    with pytest.raises(HistoryError, match=r"near line 1: One review takes more than 100,000 characters"):
        list(csv.read(Path("/dev/zero")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 1_000_000, "near line 1: One review takes more than 100,000 characters"),
        ("item,rating,instant\n" + "x" * 1_000_000, "near line 2: One review takes more than 100,000 characters"),
        ('item,rating,instant\n"' + "a\n" * 200_000, "near line 50001: One review takes more than 100,000 characters"),
        (
            'item,rating,instant\n"a' + '\n","' * 200_000,
            "near line 25002: One review takes more than 100,000 characters",
        ),
    ],
)
def test_a_review_without_end_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (problem,) = problems(tmp_path, text)
    assert problem.startswith(said)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(tmp_path: Path, end: str) -> None:
    rows = ["item,rating,instant", "a,3,2024-05-01T18:30:00Z", "b,3,2024-05-01T18:30:00Z", "c,9,2024-05-01T18:30:00Z"]
    assert problems(tmp_path, end.join(rows))[0].startswith("line 4: ")
    assert len(read(tmp_path, end.join(rows[:3]))) == 2

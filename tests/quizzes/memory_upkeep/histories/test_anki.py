"""Anki's packages: each packing gives the same reviews, and a hostile one is refused."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from django.conf import settings

from quizzes.memory_upkeep.histories import HistoryError, HistoryLine, NotAReview, Note, PastReview, anki
from tests.quizzes.memory_upkeep.histories import packages
from tests.quizzes.memory_upkeep.histories.packages import NoteRow, Row, collection, latest, legacy, oldest, pack

SAMPLES = settings.BASE_DIR.parent / "shared/data/interop/anki"
NOON = datetime(2024, 5, 1, 12, 0, 0, 123000, tzinfo=UTC)
NOTES = [NoteRow(["<b>What</b>&nbsp;is<br>L2?", "small"], tags="reg item:l2", guid="abc", cards=2)]
SMALL = collection(NOTES, [Row(0, NOON, ease=1), Row(1, NOON + timedelta(days=1), milliseconds=60_000)])


def read(folder: Path, members: dict[str, bytes]) -> list[HistoryLine]:
    return list(anki.read(pack(folder / "deck.apkg", members)))


def problem(folder: Path, members: dict[str, bytes]) -> str:
    with pytest.raises(HistoryError) as refused:
        read(folder, members)
    return str(refused.value)


@pytest.mark.parametrize("packing", packages.PACKINGS)
def test_every_packing_gives_the_same_reviews(tmp_path: Path, packing: Callable[[bytes], dict[str, bytes]]) -> None:
    first, second = read(tmp_path, packing(SMALL))
    assert isinstance(first, PastReview)
    assert isinstance(second, PastReview)
    note = first.subject
    assert isinstance(note, Note)
    assert (note.guid, note.tags, note.fields, note.cards) == ("abc", ("reg", "item:l2"), ("What is L2?", "small"), 2)
    assert second.subject is note
    milliseconds = round(NOON.timestamp() * 1000)
    assert first == PastReview(note, 0, 1, NOON, 8_000, f"abc:0:{milliseconds}")
    assert (second.place, second.rating, second.at, second.duration_ms) == (1, 3, NOON + timedelta(days=1), 60_000)


def test_what_is_no_answer_is_passed_over_with_a_reason(tmp_path: Path) -> None:
    rows = [
        Row(0, NOON),
        Row(0, NOON + timedelta(hours=1), type=packages.MANUAL, ease=0),
        Row(0, NOON + timedelta(hours=2), type=packages.RESCHEDULED, ease=3),
        Row(0, NOON + timedelta(hours=3), type=packages.FILTERED, factor=0),
        Row(0, NOON + timedelta(hours=4), type=packages.FILTERED),
        Row(0, NOON + timedelta(hours=5), ease=7),
        Row(9, NOON + timedelta(hours=6)),
    ]
    lines = read(tmp_path, latest(collection(NOTES, rows)))
    assert [line.at.hour for line in lines if isinstance(line, PastReview)] == [12, 16]
    assert [(line.why.split(":")[0], line.example) for line in lines if isinstance(line, NotAReview)] == [
        ("the card was deleted in Anki", "2024-05-01 18:00 UTC"),
        ("not an answer", "2024-05-01 13:00 UTC"),
        ("not an answer", "2024-05-01 14:00 UTC"),
        ("a preview, which Anki does not count", "2024-05-01 15:00 UTC"),
        ("not one of the four ratings", "2024-05-01 17:00 UTC (7)"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<div>a</div><div>b &lt; c</div>", "a b < c"),
        (r"n\(\eta\lambda\)  and \[x\] [$]y[/$] $z$ $$w$$", r"n\eta\lambda and x y z w"),
        ("un<b>bold</b>ed", "unbolded"),
        ("ﬁne\u00a0\u2003print", "fine print"),
    ],
)
def test_texts_are_compared_by_their_words(text: str, words: str) -> None:
    assert anki.plain(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "a" + "\u0345" * 10_000 + "\u0334" * 10_000,
        "a" + "\u0344\u0334" * 10_000,
        "&#x345;" * 1_400 + "&#x334;" * 1_400,
        "<br" * 6_600,
        "<p " * 6_600,
        "[$" * 10_000,
        "\ufdfa" * 20_000,
        "&#" + "9" * 19_000 + ";",
        "&#x" + "9" * 19_000 + ";",
        "&NotEqualTilde" * 1_400,
    ],
)
def test_no_text_of_a_field_takes_long(text: str) -> None:
    assert min(_seconds_for(text) for _ in range(3)) < 0.1


def _seconds_for(text: str) -> float:
    begun = time.thread_time()
    anki.plain(text)
    return time.thread_time() - begun


def test_marks_in_reasonable_numbers_stay() -> None:
    assert anki.plain("e\u0301") == "é"
    assert anki.plain("a" + "\u0316" * 30) == "a" + "\u0316" * 30
    assert anki.plain("a" + "\u0316" * 31) == "a" + "\u0316" * 30


def test_a_note_is_looked_at_up_to_a_number_of_fields_and_tags(tmp_path: Path) -> None:
    note = NoteRow(["x"] * 50_000, tags=" ".join(["t"] * 50_000))
    (review,) = anki.read(pack(tmp_path / "deck.apkg", latest(collection([note], [Row(0, NOON)]))))
    assert isinstance(review, PastReview)
    assert isinstance(review.subject, Note)
    assert (len(review.subject.fields), len(review.subject.tags)) == (anki.MAX_FIELDS, anki.MAX_FIELDS)


def test_a_collection_that_takes_too_many_steps_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki, "MOST_STEPS", 50_000)
    notes = [NoteRow(["x"], cards=2) for _ in range(300)]  # without an index, each note's cards are looked for in all
    rows = [Row(card, NOON + timedelta(seconds=card)) for card in range(600)]
    assert "Check Database" in problem(tmp_path, latest(collection(notes, rows)))


def test_a_package_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "deck.apkg")
    with pytest.raises(HistoryError, match="has to be a file"):
        list(anki.read(tmp_path / "deck.apkg"))
    (tmp_path / "zero.apkg").symlink_to("/dev/zero")
    with pytest.raises(HistoryError, match="has to be a file"):
        list(anki.read(tmp_path / "zero.apkg"))
    with pytest.raises(FileNotFoundError):
        list(anki.read(tmp_path / "none.apkg"))


def test_damage_is_told_with_its_mending(tmp_path: Path) -> None:
    assert "no collection" in problem(tmp_path, {"media": b"{}"})
    assert "collection.anki21b is missing" in problem(tmp_path, {"meta": b"\x08\x03", "collection.anki2": SMALL})
    assert "Support older Anki versions" in problem(tmp_path, {**latest(SMALL), "meta": b"\x08\x09"})
    assert "Version 0" in problem(tmp_path, {**latest(SMALL), "meta": b"?"})
    assert "damaged" in problem(tmp_path, {**latest(SMALL), "collection.anki21b": SMALL})
    assert "again" in problem(tmp_path, {**latest(SMALL), "collection.anki21b": zstandard.compress(SMALL)[:-20]})
    assert "damaged" in problem(tmp_path, legacy(SMALL[: len(SMALL) // 2]))
    assert "damaged" in problem(tmp_path, oldest(b"no database at all, but long enough to be one" * 100))
    assert "no table “revlog”" in problem(tmp_path, oldest(b""))
    assert "no table “notes”" in problem(
        tmp_path, oldest(collection([], [], also="ALTER TABLE notes DROP COLUMN flds"))
    )
    (tmp_path / "deck.apkg").write_text("item,rating,instant\n")
    with pytest.raises(HistoryError, match="not a zip"):
        list(anki.read(tmp_path / "deck.apkg"))


def test_bombs_are_refused_before_they_fill_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anki, "MAX_BYTES", 2**21)
    bomb = bytes(2**23)
    assert "larger than 2 MiB" in problem(tmp_path, oldest(bomb))
    assert "larger than 2 MiB" in problem(tmp_path, latest(bomb))
    wide = zstandard.ZstdCompressionParameters.from_level(1, window_log=28, write_content_size=False)
    packed = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    data = packed.compress(bytes(2**16)) + packed.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK) + packed.compress(b"x")
    members = {**latest(SMALL), "collection.anki21b": data + packed.flush()}
    assert "damaged" in problem(tmp_path, members)


def test_a_view_that_computes_for_ever_is_not_run(tmp_path: Path) -> None:
    view = """
        DROP TABLE revlog;
        CREATE VIEW revlog AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
        SELECT id, 1000 AS cid, 3 AS ease, 1 AS time, 1 AS type, 1 AS factor FROM n;
    """
    begun = time.monotonic()
    assert "no table “revlog”" in problem(tmp_path, oldest(collection(NOTES, [], also=view)))
    assert time.monotonic() - begun < 5


def test_values_of_other_types_are_refused(tmp_path: Path) -> None:
    also = "UPDATE revlog SET ease = 'three'"
    assert "no review of Anki's" in problem(tmp_path, oldest(collection(NOTES, [Row(0, NOON)], also=also)))
    huge = "UPDATE notes SET flds = zeroblob(20000000)"
    assert "damaged" in problem(tmp_path, oldest(collection(NOTES, [Row(0, NOON)], also=huge)))


def test_bits_that_flipped_never_lead_elsewhere(tmp_path: Path) -> None:
    rng = random.Random(3)
    notes = [NoteRow([f"{number}?", "!" * 3000]) for number in range(6)]
    whole = collection(notes, [Row(number % 6, NOON + timedelta(seconds=number)) for number in range(200)])
    package = pack(tmp_path / "whole.apkg", latest(whole)).read_bytes()
    refused = 0
    for trial in range(120):
        data = bytearray(whole if trial % 2 else package)
        for _ in range(rng.choice([1, 4, 40])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if trial % 2:
            pack(tmp_path / "deck.apkg", oldest(bytes(data)))
        else:
            (tmp_path / "deck.apkg").write_bytes(data[: rng.choice([len(data), rng.randrange(len(data))])])
        try:
            list(anki.read(tmp_path / "deck.apkg"))
        except HistoryError:
            refused += 1
    assert 30 < refused < 120


@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples that Anki made are not here")
@pytest.mark.parametrize("name", ["genanki.apkg", "reg_latest.apkg", "reg_legacy.apkg"])
def test_packages_that_anki_made_are_read(name: str) -> None:
    assert list(anki.read(SAMPLES / name)) == []

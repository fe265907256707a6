"""The formats that questions come in and go out by: one entry each, and one module or folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from questions.interchange.anki.reading import read_files as read_deck
from questions.interchange.anki.writing import write_deck
from questions.interchange.archives import Archive, ArchiveError, is_archive
from questions.interchange.found import Found, refuse
from questions.interchange.item_files import read_folder, write_folder, write_items
from questions.interchange.leaving import Fetch, Leaving, Write, Written, write_whole
from questions.interchange.moodle.aiken import read_aiken
from questions.interchange.moodle.gift import read_gift
from questions.interchange.moodle.gift_writing import write_gift
from questions.interchange.moodle.reading import read_quiz
from questions.interchange.moodle.writing import write_quiz
from questions.interchange.qti.reading import read_files as read_qti
from questions.interchange.qti.spelling import SECOND, THIRD
from questions.interchange.qti.writing import write_package
from questions.interchange.tables.reading import read_table
from questions.interchange.tables.writing import write_table

Read = Callable[[bytes, str], Iterator[Found]]
"""Of the content of a file and its name: the questions in it. Raises nothing: what cannot be read is refused."""


@dataclass(frozen=True)
class Format:
    """A format: its name on the command line and for people, how its files end, how they are read and written."""

    name: str
    title: str
    endings: tuple[str, ...]
    read: Read
    stream: Write | None = None
    stream_zip: Write | None = None
    """For files that are called .zip, of formats that have pictures there alone."""

    @property
    def is_written(self) -> bool:
        """Whether questions leave by it."""
        return self.stream is not None

    def writer(self, *, is_zip: bool = False) -> Write:
        """What writes a file, which may be called .zip. Raises ValueError for a format that is read alone."""
        write = self.stream_zip if is_zip and self.stream_zip else self.stream
        if write is None:
            raise ValueError(f"{self.title} is read, and not written.")
        return write

    def write(self, items: Iterable[Leaving], fetch: Fetch) -> Written:
        """A file as a whole."""
        return write_whole(self.writer(), items, fetch)


def _short(read: Read, most: int = 50_000_000) -> Read:
    """A reader of texts that have at most so many bytes."""

    def read_text(content: bytes, name: str) -> Iterator[Found]:
        if len(content) > most:
            yield refuse(name, name, f"It has more than {most // 10**6} MB: export it in parts.")
        else:
            yield from read(content, name)

    return read_text


def _unpacked(read: Callable[[Mapping[str, bytes], str], Iterator[Found]]) -> Read:
    """A reader of packages, that takes a single file as a package of one."""

    def read_package(content: bytes, name: str) -> Iterator[Found]:
        try:
            yield from read(Archive(content) if is_archive(content) else {name: content}, name)
        except ArchiveError as error:
            yield refuse(name, name, str(error))

    return read_package


FORMATS = {
    entry.name: entry
    for entry in (
        Format(
            "yaml",
            "Files of items, as in a course folder",
            (".yaml", ".yml", ".zip"),
            _unpacked(read_folder),
            write_items,
            write_folder,
        ),
        Format("moodle-xml", "Moodle XML", (".xml",), read_quiz, write_quiz),
        Format("gift", "GIFT", (".gift", ".txt"), _short(read_gift), write_gift),
        Format("aiken", "Aiken", (".txt",), _short(read_aiken)),
        Format(
            "qti",
            "QTI 1.2, 2.1 and 2.2",
            (".xml", ".zip", ".imscc", ".qti", ".dat"),
            _unpacked(read_qti),
            partial(write_package, version=SECOND),
        ),
        Format("qti3", "QTI 3.0", (".xml", ".zip"), _unpacked(read_qti), partial(write_package, version=THIRD)),
        Format("apkg", "Anki", (".apkg", ".colpkg"), _unpacked(read_deck), write_deck),
        Format("csv", "CSV, TSV and text of Anki", (".csv", ".tsv", ".txt"), _short(read_table), write_table),
    )
}
"""By their names."""

"""ZIP files of others: read in memory, with bounds, and never written anywhere."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MOST_FILES = 50_000
MOST_BYTES = 200_000_000
"""What one file of an archive may unpack to."""
MOST_IN_ALL = 2_000_000_000


class ArchiveError(ValueError):
    """An archive that is not read, and why."""


class Archive(Mapping[str, bytes]):
    """The files of a ZIP by their paths, unpacked when they are asked for.

    Making one raises ArchiveError for what is no ZIP, or unpacks to more than is read; so does asking for a file that
    is damaged or locked with a password. What an archive says of its sizes is not trusted: bytes are counted.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise ArchiveError("The ZIP is damaged, or cut off: export or download it anew.") from None
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > MOST_FILES:
            raise ArchiveError(f"It has {len(entries)} files; {MOST_FILES} are read at most.")
        if sum(entry.file_size for entry in entries) > MOST_IN_ALL:
            raise ArchiveError(f"It unpacks to more than {MOST_IN_ALL // 10**9} GB.")
        self._entries = {entry.filename.replace("\\", "/"): entry for entry in entries if _is_inside(entry.filename)}
        self._read = 0

    def __getitem__(self, path: str) -> bytes:
        entry = self._entries[path]
        try:
            with self._zip.open(entry) as file:
                content = file.read(MOST_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            RuntimeError,
            NotImplementedError,
            OSError,
            ValueError,
        ) as error:
            locked = isinstance(error, RuntimeError) and "password" in str(error)
            why = "is locked with a password" if locked else "is damaged"
            raise ArchiveError(f"The file {path} in the ZIP {why}.") from None
        self._read += len(content)
        if len(content) > MOST_BYTES or self._read > MOST_IN_ALL:
            raise ArchiveError(f"The file {path} in the ZIP unpacks to more than {MOST_BYTES // 10**6} MB.")
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _is_inside(path: str) -> bool:
    """Whether a path stays in the archive."""
    return not path.startswith(("/", "\\")) and ".." not in path.replace("\\", "/").split("/") and ":" not in path[:2]


def is_archive(content: bytes) -> bool:
    """Whether a file begins as a ZIP does."""
    return content.startswith(b"PK")


class _Pipe(io.RawIOBase):
    """A file that is written from end to end, and taken piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Whether it can be written; it cannot be read or sought."""
        return True

    def write(self, piece: ReadableBuffer) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(piece))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        """What was written since."""
        piece = b"".join(self._pieces)
        self._pieces.clear()
        return piece


def stream(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP of files by their paths, in pieces as they come; the same files make the same bytes.

    Of files with the same path the first is in it.
    """
    pipe, seen = _Pipe(), set[str]()
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files:
            if path not in seen:
                seen.add(path)
                archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
                yield pipe.take()
    yield pipe.take()


def pack(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of files by their paths."""
    return b"".join(stream(files.items()))

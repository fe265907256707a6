"""`manage.py export_items FORMAT FILE --course SLUG`: the published questions of a course for other programs.

Questions are read and written a few at a time, so that a bank of any size leaves in little memory.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from questions import bank
from questions.bank.pictures import read_picture
from questions.interchange.formats import FORMATS
from questions.interchange.item_files import folder_files
from questions.interchange.leaving import Note
from questions.management.courses import find_course
from questions.models import Course

WRITTEN = sorted(name for name, form in FORMATS.items() if form.is_written)


class Command(BaseCommand):
    help = "Writes the published questions of a course into a file, and says what its format cannot hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", choices=WRITTEN, metavar="FORMAT", help=", ".join(WRITTEN))
        parser.add_argument(
            "file", metavar="FILE", help="of yaml also a ZIP, or a folder that is empty or, with a / behind it, new"
        )
        parser.add_argument("--course", required=True, metavar="SLUG")

    def handle(self, *args: object, format: str, file: str, course: str, **options: object) -> None:  # noqa: A002
        row, path = find_course(course), Path(file)
        remarks: dict[tuple[str, str], None] = {}

        def note(slug: str, text: str) -> None:
            remarks.setdefault((slug, text))

        try:
            if path.is_dir() or file.endswith("/"):
                size = _write_folder(path, row, format, note)
            else:
                pieces = bank.stream_questions(row, FORMATS[format], note, is_zip=path.suffix == ".zip")
                size = _write_file(path, pieces)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        for slug, remark in remarks:
            self.stdout.write(f"{slug}: {remark}")
        self.stdout.write(f"{path.name}: {size} bytes.")


def _write_folder(folder: Path, course: Course, form: str, note: Note) -> int:
    """Write items and pictures into a folder, as `import_items yaml` takes one; returns how many bytes."""
    if form != "yaml":
        raise CommandError(f"{folder} is a folder, and {FORMATS[form].title} makes a file.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} is not empty; choose a new folder.")
    size = 0
    for name, content in folder_files(bank.leaving_questions(course), read_picture, note):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        size += (folder / name).write_bytes(content)
    return size


def _write_file(file: Path, pieces: Iterable[bytes]) -> int:
    """Write the pieces beside the file, and put it in its place when it is whole; returns how many bytes."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as written:
            size = sum(map(written.write, pieces))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return size

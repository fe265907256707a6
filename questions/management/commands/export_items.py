"""`manage.py export_items FORMAT FILE --course SLUG`: the published questions of a course for other programs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from questions import bank
from questions.interchange.formats import FORMATS
from questions.management.courses import find_course

WRITTEN = sorted(name for name, form in FORMATS.items() if form.write)


class Command(BaseCommand):
    help = "Writes the published questions of a course into a file, and says what its format cannot hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", choices=WRITTEN, metavar="FORMAT", help=", ".join(WRITTEN))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--course", required=True, metavar="SLUG")

    def handle(self, *args: object, format: str, file: Path, course: str, **options: object) -> None:  # noqa: A002
        written = bank.export_questions(find_course(course), FORMATS[format], is_zip=file.suffix == ".zip")
        try:
            file.write_bytes(written.content)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        for slug, remark in written.remarks:
            self.stdout.write(f"{slug}: {remark}")
        self.stdout.write(f"{file.name}: {len(written.content)} bytes.")

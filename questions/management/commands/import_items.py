"""`manage.py import_items FORMAT FILE --course SLUG`: questions of other programs become drafts."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from questions import bank
from questions.interchange.archives import pack
from questions.interchange.formats import FORMATS
from questions.management.courses import find_course
from questions.models import Concept, Course

MOST_BYTES = 300_000_000
SHOWN = (bank.Fate.REFUSED, bank.Fate.KEPT)


class Command(BaseCommand):
    help = (
        "Imports the questions of a file as drafts. The same file again gives nothing new; a question that was edited"
        " in it changes its draft. undo_import takes an import back."
    )

    told_at = 0.0

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", choices=sorted(FORMATS))
        parser.add_argument("file", type=Path, help="a file, or a folder such as that of a course")
        parser.add_argument("--course", metavar="SLUG", required=True)
        parser.add_argument("--dry-run", action="store_true", help="say what would come in; store nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write what became of each question, as JSON")
        parser.add_argument(
            "--concept",
            action="append",
            default=[],
            metavar="SLUG",
            help="tag this concept where neither categories nor tags name one; may be given several times",
        )

    def handle(self, *args: object, file: Path, course: str, **options: Any) -> None:
        row = find_course(course)
        found = FORMATS[options["format"]].read(_read(file), file.name)
        dry_run = bool(options["dry_run"])
        report = bank.import_questions(
            row,
            options["format"],
            file.name,
            found,
            otherwise=_concepts(row, options["concept"]),
            dry_run=dry_run,
            tell=self._tell,
        )
        self._tell(len(report.lines), is_last=True)
        for line in report.lines:
            for text in describe(line):
                self.stdout.write(text)
        if options["report"]:
            text = json.dumps(report.as_json(), ensure_ascii=False, indent=2)
            options["report"].write_text(text + "\n", encoding="utf-8")
        counts = ", ".join(f"{report.count(fate)} {fate.value}" for fate in bank.Fate)
        end = "Nothing was stored: this was a dry run." if report.made is None else f"Import {report.made.pk}."
        self.stdout.write(f"{file.name}: {len(report.lines)} questions: {counts}. {end}")

    def _tell(self, count: int, *, is_last: bool = False) -> None:
        """Say once a second, to people, how far it is."""
        if self.stderr.isatty() and (is_last or time.monotonic() - self.told_at >= 1):
            self.told_at = time.monotonic()
            self.stderr.write(f"\r{count} questions", ending="\n" if is_last else "")


def _read(file: Path) -> bytes:
    """The content of a file; of a folder, that of a ZIP of it."""
    paths = [path for path in file.rglob("*") if path.is_file()] if file.is_dir() else [file]
    try:
        if sum(path.stat().st_size for path in paths) > MOST_BYTES:
            raise CommandError(f"{file} has more than {MOST_BYTES // 10**6} MB: export it in parts.")
        if file.is_dir():
            return pack({path.relative_to(file).as_posix(): path.read_bytes() for path in paths})
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}.") from None


def _concepts(course: Course, slugs: Sequence[str]) -> list[Concept]:
    concepts = {concept.slug: concept for concept in course.concepts.filter(slug__in=slugs)}
    if missing := [slug for slug in slugs if slug not in concepts]:
        raise CommandError(f"There is no concept “{missing[0]}” in {course.slug}.")
    return [concepts[slug] for slug in slugs]


def describe(line: bank.ImportLine) -> list[str]:
    """What is said of a question that did not come in as it was."""
    head = f"{line.place}: {line.title}"
    if line.fate in SHOWN:
        return [f"{head}: {line.fate.value}: {line.why}"]
    said = [*(f"changed: {each}" for each in line.changed), *(f"lost: {each}" for each in line.lost)]
    return [f"{head}: {each}" for each in said]

"""`manage.py import_roster COURSE FILE [--apply] [--remove]`: who is in a course, from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from questions.management.courses import find_course
from quizzes.courses import roster


class Command(BaseCommand):
    help = "Says what a roster would change in a course; with --apply it is changed, and who is new is invited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", metavar="COURSE", help="Its slug.")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--apply", action="store_true", help="Do it.")
        parser.add_argument("--remove", action="store_true", help="Remove who is not in the file.")

    def handle(self, *args: object, course: str, file: Path, apply: bool, remove: bool, **options: object) -> None:
        taught = find_course(course)
        try:
            read = roster.read_roster(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        if apply and not read.faults:
            comparison = roster.apply_roster(taught, read, None, timezone.now(), removes_unlisted=remove).comparison
        else:
            comparison = roster.compare_roster(taught, read, removes_unlisted=remove)
        if comparison.faults:
            lines = "\n".join(f"  {fault.place}: {fault.text}" for fault in comparison.faults)
            raise CommandError(f"{file.name}: nothing was changed:\n{lines}")
        for note in comparison.notes:
            self.stdout.write(note)
        for change in comparison.changes:
            if change.deed != roster.Deed.KEEP:
                who = change.after.email or change.after.username
                self.stdout.write(f"  {who}: {', '.join([change.deed.value, *change.differences])}")
        counts = ", ".join(f"{len(comparison.of(deed))} {deed.value}" for deed in roster.Deed)
        self.stdout.write(f"{file.name}: {counts}." + ("" if apply else " Nothing was changed: this was a trial."))

"""`manage.py load_course PATH`: a course folder, all of it or nothing."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from questions import bank
from questions.models import Course
from quizzes import exams

QUIET = {bank.Outcome.ADDED, bank.Outcome.CHANGED, bank.Outcome.SAME}
"""What a load is for; the rest is reported even when nobody asks."""


class Command(BaseCommand):
    requires_system_checks = ()  # it checks the course; the code is checked where it is tested and deployed
    help = (
        "Loads a course folder (lessons, concepts, bank, exams). Loading again changes only what changed there; what"
        " was edited in the service since is reported and left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the course folder, such as fixtures/regularization")
        parser.add_argument("--dry-run", action="store_true", help="show each field that would change; store nothing")
        parser.add_argument("--overwrite", action="store_true", help="also change what was edited in the service")
        parser.add_argument("--prune", action="store_true", help="retire the items that are no longer in the folder")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is a course already")

    def handle(self, *args: object, path: Path, **options: Any) -> None:
        if options.get("if_empty") and Course.objects.exists():
            self.stdout.write("There is a course already; nothing was loaded.")
            return
        dry_run, overwrite = bool(options.get("dry_run")), bool(options.get("overwrite"))
        try:
            with transaction.atomic():
                report = bank.load_course(path, overwrite=overwrite, prune=bool(options.get("prune")))
                loaded = exams.load_exams(report.course, path, overwrite=overwrite)
                unreachable = exams.list_unreachable(report.course)
                transaction.set_rollback(dry_run)
        except bank.BankError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Nothing was loaded:\n{lines}") from None
        for line in _lines([*report.changes, *loaded], in_full=dry_run):
            self.stdout.write(line)
        if unreachable:
            self.stdout.write(f"No exam of the course can ask these items: {', '.join(unreachable)}.")
        in_folder = [change for change in loaded if change.outcome is not bank.Outcome.LEFT]
        self.stdout.write(
            f"{report.course}: {report.lessons} lessons, {report.concepts} concepts, {len(in_folder)} exams, "
            f"{len(report.published)} items published, {len(report.unchanged)} unchanged."
            + (" Nothing was stored: this was a dry run." if dry_run else "")
        )


def _lines(changes: Sequence[bank.Change], *, in_full: bool) -> list[str]:
    """What to report: what was left alone, and `in_full` every field that differs."""
    if in_full:
        shown = [line for change in changes if change.outcome is not bank.Outcome.SAME for line in change.lines()]
        return shown or ["There is nothing to do."]
    return [str(change) for change in changes if change.outcome not in QUIET]

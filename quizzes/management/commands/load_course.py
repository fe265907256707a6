"""`manage.py load_course PATH`: a course folder, all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from questions import bank
from questions.models import Course
from quizzes import exams


class Command(BaseCommand):
    help = "Loads a course folder (lessons, concepts, bank, exams). Loading again changes only what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the course folder, such as fixtures/regularization")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is a course already")

    def handle(self, *args: object, path: Path, if_empty: bool = False, **options: object) -> None:
        if if_empty and Course.objects.exists():
            self.stdout.write("There is a course already; nothing was loaded.")
            return
        try:
            with transaction.atomic():
                report = bank.load_course(path)
                count = exams.load_exams(report.course, path)
        except bank.BankError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Nothing was loaded:\n{lines}") from None
        self.stdout.write(
            f"{report.course}: {report.lessons} lessons, {report.concepts} concepts, {count} exams, "
            f"{len(report.published)} items published, {len(report.unchanged)} unchanged."
        )

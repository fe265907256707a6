"""`manage.py export_course SLUG PATH`: a course as a folder that `load_course` loads back as the same."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from questions import bank
from questions.management.courses import find_course
from quizzes import exams


class Command(BaseCommand):
    help = "Writes a course (lessons, concepts, bank, exams) into a new folder, which load_course loads as the same."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the course, such as ml-foundations")
        parser.add_argument("path", type=Path, help="a folder that is new or empty")

    def handle(self, *args: object, slug: str, path: Path, **options: object) -> None:
        course = find_course(slug)
        try:
            with transaction.atomic():
                report = bank.export_course(course, path)
                count, problems = exams.export_exams(course, path)
        except bank.BankError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Mend this, and export into a new folder:\n{lines}") from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None
        for what, slugs in (
            ("Not written, because they were never published", report.drafts),
            ("Not written, because they are retired", report.retired),
            ("Written as published, without their newer drafts", report.newer_drafts),
        ):
            if slugs:
                self.stdout.write(f"{what}: {', '.join(slugs)}.")
        for problem in problems:
            self.stdout.write(f"Not written, because it could not be loaded: {problem}")
        self.stdout.write(
            f"{course}: {report.lessons} lessons, {report.concepts} concepts, {count} exams, {report.items} items."
        )

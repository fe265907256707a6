"""`manage.py import_reviews FILE --student NAME [--course SLUG] [--dry-run]`: a history from another program."""

from argparse import ArgumentParser
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from questions.models import Course
from quizzes import memory_upkeep


class Command(BaseCommand):
    help = "Imports a review history: a CSV file, or an Anki collection (.colpkg, .apkg). Adds only what is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--student", metavar="NAME", required=True)
        parser.add_argument("--course", metavar="SLUG", help="Only this course's items; default: all the student's.")
        parser.add_argument("--dry-run", action="store_true", help="Change nothing; say what would come in.")

    def handle(
        self, *args: object, file: Path, student: str, course: str | None, dry_run: bool, **options: object
    ) -> None:
        importer = get_user_model().objects.filter(username=student).first()
        if importer is None:
            raise CommandError(f"There is no student “{student}”.")
        only = _find_course(course) if course else None
        try:
            report = memory_upkeep.import_reviews(importer, file, course=only, dry_run=dry_run)
        except memory_upkeep.HistoryError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"{file.name}: Nothing was imported:\n{lines}") from None
        except (memory_upkeep.NotEnrolledError, OSError) as error:
            raise CommandError(f"Nothing was imported: {error}") from None
        self._show(file, report)
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")

    def _show(self, file: Path, report: memory_upkeep.ImportReport) -> None:
        skipped = sum(reason.count for reason in report.skipped.values())
        self.stdout.write(
            f"{file.name}: {report.read:,} reviews read, {report.imported:,} imported, "
            f"{report.present:,} already there, {skipped:,} skipped."
        )
        if not report.read:
            self.stdout.write("An Anki package holds reviews if scheduling information was included in the export.")
        for why, reviews in report.skipped.items():
            of = f" ({len(reviews.subjects):,} different)" if reviews.subjects else ""
            self.stdout.write(f"  {reviews.count:,} × {why}{of}: {', '.join(reviews.examples)}")
        if report.first and report.last:
            self.stdout.write(
                f"{len(report.cards):,} cards, {report.first:%Y-%m-%d %H:%M} to {report.last:%Y-%m-%d %H:%M} UTC."
            )
        self.stdout.write(f"Memory now: {report.remembered:,} cards with a state, {report.due:,} due.")


def _find_course(slug: str) -> Course:
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        there = ", ".join(Course.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none"
        raise CommandError(f"There is no course “{slug}”; there are: {there}.")
    return course

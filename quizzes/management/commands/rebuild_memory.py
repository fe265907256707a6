"""`manage.py rebuild_memory`: memory states from the review log alone."""

from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from quizzes import memory_upkeep
from quizzes.models import Review

BAR = 40


class Command(BaseCommand):
    help = "Replays the review log into memory states. On a healthy database it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--student", metavar="NAME", help="Only this student's.")
        parser.add_argument("--check", action="store_true", help="Change nothing; exit with 1 on a difference.")

    def handle(self, *args: object, student: str | None, check: bool, **options: object) -> None:
        only = None
        log = Review.objects.counting().filter(practice=0)
        if student:
            only = get_user_model().objects.filter(username=student).first()
            if only is None:
                raise CommandError(f"There is no student “{student}”.")
            log = log.filter(card__student=only)
        total = log.count()

        def show(so_far: memory_upkeep.RebuildReport) -> None:
            share = so_far.reviews / total if total else 1.0
            done = round(BAR * share)
            self.stderr.write(
                f"\r[{'#' * done}{'.' * (BAR - done)}] {so_far.reviews:,} of {total:,} reviews", ending=""
            )

        report = memory_upkeep.rebuild(only, repair=not check, progress=show if self.stderr.isatty() else _quiet)
        if self.stderr.isatty():
            self.stderr.write("")
        for example in report.examples:
            self.stdout.write(example)
        self.stdout.write(
            f"{report.students:,} students, {report.cards:,} cards, {report.reviews:,} reviews: "
            f"{report.different:,} differences{'' if check or not report.different else ', mended'}."
        )
        if check and report.different:
            raise CommandError("The stored states are not the fold of the log.")


def _quiet(so_far: memory_upkeep.RebuildReport) -> None:
    """Show no progress where nobody watches."""

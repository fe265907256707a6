"""`manage.py fit_memory [--student NAME]`: fit the memory model's parameters, by hand."""

from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from questions.models import Course
from quizzes import memory_upkeep
from quizzes.memory.fitting import MIN_POOLED, MIN_REVIEWS
from quizzes.models import MemoryFit


class Command(BaseCommand):
    help = "Fits the memory model to one student's log, or to every course's and every student's with enough reviews."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--student", metavar="NAME", help="Only this student's.")

    def handle(self, *args: object, student: str | None, **options: object) -> None:
        students = get_user_model().objects.filter(is_active=True, cards__isnull=False).distinct().order_by("pk")
        if student:
            students = students.filter(username=student)
            if not students:
                raise CommandError(f"There is no student “{student}” with cards; enrol them in a course.")
        else:
            for course in Course.objects.all():
                self._report(str(course), memory_upkeep.fit_course(course))
            self.stdout.write(f"{memory_upkeep.follow_courses()} students follow their course's fit from now on.")
        for each in students.iterator():
            self._report(str(each), memory_upkeep.fit_student(each))

    def _report(self, who: str, fit: MemoryFit | None) -> None:
        if fit is None:
            self.stdout.write(
                f"{who}: too few answers to fit to (a student needs {MIN_REVIEWS}, a course {MIN_POOLED})."
            )
            return
        self.stdout.write(
            f"{who}: fitted to {fit.reviews:,} reviews; log loss of the {fit.judged_on:,} newest "
            f"{fit.log_loss_before:.4f} before, {fit.log_loss_after:.4f} after: "
            f"{'adopted' if fit.adopted else 'what was in use stays'}."
        )

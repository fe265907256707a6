"""`manage.py measure_items [--course SLUG]`: how the items of courses do, as it is measured each night."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from questions.management.courses import find_course
from questions.models import Course
from quizzes.exams import item_analysis


class Command(BaseCommand):
    help = "Goes through all answers and stores how each item does: facility, discrimination, times, advice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", metavar="SLUG", help="Only this course's.")

    def handle(self, *args: object, course: str | None, **options: object) -> None:
        courses = [find_course(course)] if course else Course.objects.order_by("pk")
        for each in courses:
            answers = item_analysis.measure_course(each)
            self.stdout.write(f"{each}: {answers:,} answers, {each.items.exclude(statistics=None).count():,} items.")

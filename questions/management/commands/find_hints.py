"""`manage.py find_hints [--course SLUG]`: items that tell what others ask."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from questions import bank
from questions.management.courses import find_course
from questions.models import Course


class Command(BaseCommand):
    help = "Finds published items whose texts tell the key or a formula of another; exit status 1 on any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", metavar="SLUG")

    def handle(self, *args: object, **options: Any) -> None:
        courses = [find_course(options["course"])] if options["course"] else Course.objects.order_by("pk")
        hints = [hint for course in courses for hint in bank.list_hints(course)]
        for hint in hints:
            self.stdout.write(f"{hint.item} tells {hint.other}: {hint.words}")
        pairs = len({frozenset((hint.item.pk, hint.other.pk)) for hint in hints})
        self.stdout.write(f"{pairs} pair{'' if pairs == 1 else 's'} to mark as enemies, or to accept in the admin.")
        if hints:
            raise SystemExit(1)

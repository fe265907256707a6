"""`manage.py audit_variants [--course SLUG] [--seeds N]`: draw and grade variants of every numeric item."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from questions import bank
from questions.management.courses import find_course
from questions.whole_numbers import whole_number_between

MAX_SEEDS = 1_000_000


class Command(BaseCommand):
    help = "Draws N seeds of every published numeric item and reports each defect; exit status 1 on any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", metavar="SLUG")
        parser.add_argument("--seeds", type=whole_number_between(1, MAX_SEEDS), default=bank.AUDIT_SEEDS)

    def handle(self, *args: object, **options: Any) -> None:
        course = find_course(options["course"]) if options["course"] else None
        audited = broken = 0
        for item, report in bank.audit_published(course, options["seeds"]):
            audited += 1
            broken += not report.ok
            for problem in report.problems:
                self.stdout.write(f"{item.slug}: {problem}")
        self.stdout.write(f"{audited} items, {options['seeds']} variants each: {broken} broken.")
        if broken:
            raise SystemExit(1)
